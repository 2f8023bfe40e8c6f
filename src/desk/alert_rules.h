#pragma once
// When people are told that something is wrong, and when that it is over. Each look brings the
// present signals; what comes out is only what changed: opened, worse, recovered. One alert per
// (kind, subject), never one per attempt or look.
//
// A level counts once it was seen on every look for `sustained`; an alert is over once its subject
// was ok for `recovered_after` AND its last opening is `repeat_min` ago: one that comes and goes
// stays open in between, so that openings are never closer than that. A subject that is not
// reported any more counts as ok: a caller that could not measure repeats its last signals.
// Time is counted look by look and at most `look_gap_max` of it: neither a step of the clock nor
// hours without the hub open or end an alert. The state goes to JSON and back without loss, so a
// restart neither repeats nor loses a transition.
// Pure; one thread.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace tillbridge::desk {

enum class AlertKind : std::uint8_t {
  lag,            // a platform is behind the tills
  errors,         // too many attempts at a platform fail
  breaker,        // a connection is not called at present
  silence,        // a store sends no sales
  unidentified,   // too many sales without a known customer
  overdue_cases,  // cases that nobody solved in time
  journal,        // the disk is nearly full, or the journal fails
  self_test,      // a channel of notices does not work
};
constexpr std::array alert_kinds = {
    AlertKind::lag,          AlertKind::errors,        AlertKind::breaker, AlertKind::silence,
    AlertKind::unidentified, AlertKind::overdue_cases, AlertKind::journal, AlertKind::self_test};
std::string_view name(AlertKind kind);   // "overdue_cases"
std::string_view words(AlertKind kind);  // "Overdue cases"
std::optional<AlertKind> alert_kind(std::string_view name);
// The team that it is first of all a matter of ("integration", as in engine/case_types.h).
std::string_view team_of(AlertKind kind);

enum class AlertLevel : std::uint8_t { ok, warning, critical };
std::string_view name(AlertLevel level);
std::optional<AlertLevel> alert_level(std::string_view name);

struct Signal {
  AlertKind kind = AlertKind::lag;
  std::string subject;  // "klaviyo", "store 1001"
  AlertLevel level = AlertLevel::ok;
  std::string text;  // what is so, in a sentence for people
  Instant measured_at;
};

struct Alert {
  AlertKind kind = AlertKind::lag;
  std::string subject;
  AlertLevel level = AlertLevel::warning;  // told; in a recovery: the worst that was told
  std::string text;                        // of the newest signal that was not ok
  Instant since;                           // first seen
  std::optional<Instant> ok_since;         // seen ok since, not over yet
  std::string acknowledged_by;             // "" nobody
  std::optional<Instant> muted_until;
};
std::string alert_id(AlertKind kind, std::string_view subject);  // "lag/klaviyo"

struct Transition {
  enum class State : std::uint8_t { opened, worse, recovered };
  State state = State::opened;
  Alert alert;
  Instant at;
  std::string note;  // of a recovery that is none: the subject is not watched any more
};
std::string_view name(Transition::State state);

struct AlertRule {
  Duration sustained = std::chrono::seconds{60};
  Duration recovered_after = std::chrono::seconds{120};
  Duration repeat_min = std::chrono::minutes{15};
};
struct AlertSettings {
  std::array<AlertRule, alert_kinds.size()> rules{};  // by kind
  Duration look_gap_max = std::chrono::seconds{60};
  const AlertRule& rule(AlertKind kind) const { return rules.at(static_cast<std::size_t>(kind)); }
};

class AlertRules {
 public:
  explicit AlertRules(AlertSettings settings) : settings_(settings) {}

  // Of several signals about one subject the worst counts. In the order of ids.
  std::vector<Transition> look(Instant now, const std::vector<Signal>& signals);

  std::vector<Alert> open() const;                 // told and not over, by id
  const Alert* find(const std::string& id) const;  // an open one

  // A person saw it. Getting worse is told nevertheless; a new opening is unacknowledged again.
  // False: no such open alert.
  bool acknowledge(const std::string& id, std::string by);
  // Nothing is told about it until then, except that it is over if its opening was told; what still
  // holds afterwards is told then. Also ahead of an alert (planned work). nullopt: no longer.
  void mute(AlertKind kind, const std::string& subject, std::optional<Instant> until);

  json::Object to_json() const;
  // invalid_input names the place; single alerts of kinds that are no more are left out.
  static Result<AlertRules> from_json(AlertSettings settings, const json::Object& document);

 private:
  struct Entry {
    Alert alert;  // .level: told (ok: nothing)
    AlertLevel worst = AlertLevel::ok;
    AlertLevel seen = AlertLevel::ok;  // at the last look
    Duration bad_for{0};               // warning or worse without a break
    Duration critical_for{0};          // the same
    Duration ok_for{0}, not_critical_for{0};
    std::optional<Instant> opened_at, worse_at;  // told
    bool reported = true;
  };
  void see(Entry& entry, const Signal* signal, Instant now, Duration gap);
  std::optional<Transition> decide(Entry& entry, Instant now);

  AlertSettings settings_;
  std::map<std::string, Entry> entries_;
  std::optional<Instant> looked_at_;
};

}  // namespace tillbridge::desk
