#pragma once
// What is sent where about alerts and overdue cases, and again when a channel did not take it: the
// deciding part. The sender asks for what is due, sends it and says how that went; times come in,
// nothing is sent here.
//
// - A channel takes notices from its least level up, of its kinds and teams. An alert about a
//   channel itself goes to the others.
// - In the quiet hours of a channel its notices are kept and sent as ONE digest when they end, one
//   line per alert; critical ones pass if the channel says so. An alert that a person muted does
//   not come this far.
// - A failed send is tried again after 1, 5, 15 and 60 minutes, then every hour, and given up 24 h
//   after it was made: ChannelState shows it all along.
// - Once a local day every channel gets a test; while a channel's last test has failed, signals()
//   says so for desk/alert_rules.h.
// State goes to JSON and back: after a restart a message under way is sent again (the receivers may
// see it twice, never not at all).
// Pure; one thread.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/zone.h"
#include "desk/alert_rules.h"
#include "desk/notice_text.h"

namespace tillbridge::desk {

struct QuietHours {
  std::vector<int> days;  // on which they begin: 0 Monday ... 6 Sunday; empty: every day
  Duration from{0};       // local time of day
  Duration until{0};      // local; not after `from`: of the next day. Both the same: 24 hours
  Zone zone;
};
bool is_quiet(const QuietHours& hours, Instant at);

enum class ChannelKind : std::uint8_t { webhook, email };

struct Channel {
  std::string name;  // unique: "chat of retail"
  ChannelKind kind = ChannelKind::webhook;
  AlertLevel level_min = AlertLevel::warning;
  std::vector<AlertKind> kinds;    // empty: all
  std::vector<std::string> teams;  // empty: all
  std::optional<QuietHours> quiet;
  bool critical_in_quiet_hours = true;
};

struct NoticeSettings {
  std::vector<Channel> channels;
  NoticePlace place;
  std::optional<Duration> self_test_at;  // time of day in place.zone; nullopt: none
};

// A message to send now. `id` for sent() and failed().
struct DueSend {
  std::uint64_t id = 0;
  std::string channel;
  ChannelKind kind = ChannelKind::webhook;
  Message message;
};

struct ChannelState {
  std::string channel;
  std::size_t waiting = 0;  // messages
  std::size_t kept = 0;     // alerts that wait for the end of the quiet hours
  std::optional<Instant> last_sent, failing_since;
  std::string why;             // of the last failure
  std::uint64_t given_up = 0;  // messages since it last worked
  bool test_failed = false;    // the last test has not been taken (yet)
};

class Notices {
 public:
  explicit Notices(NoticeSettings settings) : settings_(std::move(settings)) {}

  // Channels that are no more lose what waits for them.
  void change_settings(NoticeSettings settings);
  void add(const Notice& notice, Instant now);
  // What is to be sent now, oldest first; each is under way until sent() or failed() is called.
  std::vector<DueSend> due(Instant now);
  void sent(std::uint64_t id, Instant now);
  void failed(std::uint64_t id, std::string why, Instant now);
  // A test of one channel at once, at somebody's wish.
  void test(const std::string& channel, Instant now);

  // The earliest time at which due() may have something new, at most a minute ahead.
  Instant look_again_at(Instant now) const;
  std::vector<ChannelState> states() const;
  std::vector<Signal> signals(Instant now) const;  // one per channel

  json::Object to_json() const;
  static Result<Notices> from_json(NoticeSettings settings, const json::Object& document);

 private:
  struct Waiting {
    std::uint64_t id = 0;
    Message message;
    Instant made_at, next_at;
    std::uint32_t failures = 0;
    bool under_way = false;
  };
  struct Desk {  // of a channel
    ChannelState state;
    std::deque<Waiting> waiting;
    std::map<std::string, DigestLine> kept;  // by alert
    std::uint64_t kept_over = 0;             // lines beyond the limit
    std::string tested_day;                  // local day of the last daily test
    bool was_quiet = false;
  };
  void put(Desk& desk, Message message, Instant now);
  void keep(Desk& desk, const Notice& notice, Instant now);
  void start_test(Desk& desk, Instant now);
  void end_quiet_hours(const Channel& channel, Instant now);
  std::pair<Desk*, std::deque<Waiting>::iterator> find(std::uint64_t id);

  NoticeSettings settings_;
  std::map<std::string, Desk> desks_;
  std::uint64_t last_id_ = 0;
};

}  // namespace tillbridge::desk
