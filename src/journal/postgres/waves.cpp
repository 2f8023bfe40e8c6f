#include "journal/postgres/waves.h"

#include <algorithm>
#include <tuple>

namespace tillbridge::journal::postgres {
namespace {

// The order of Step's members.
enum class Kind : std::uint8_t {
  arrival_updates = 1,
  records = 2,
  delivery_parts = 4,
  delivery_updates = 5,
  cases = 7,
  closed_cases = 8,
  case_groups = 9,
};

class Sorter {
 public:
  std::deque<Wave> sort(std::span<const Step> steps) {
    begin();
    for (std::size_t at = 0; at < steps.size(); ++at) take(steps[at], at);
    return std::move(waves_);
  }

 private:
  void begin() {
    waves_.emplace_back();
    touched_.clear();
    cases_touched_ = Kind{};
    cursors_.clear();
    facts_.clear();
  }

  // A second change of the same thing, or one that would come too early, is for the next wave.
  void touch(std::uint64_t id, Kind kind) {
    const auto [at, is_new] = touched_.try_emplace(id, kind);
    if (is_new) return;
    if (at->second >= kind) {
      begin();
      touched_.emplace(id, kind);
    } else {
      at->second = kind;
    }
  }
  void touch_cases(Kind kind) {
    if (cases_touched_ > kind) begin();
    cases_touched_ = kind;
  }

  template <typename Change>
  void add(Parts<Change> Wave::* to, const Change& change, std::size_t step) {
    (waves_.back().*to).push_back({&change, step, change.workspace});
  }

  template <typename Change, typename Key>
  void put_last(Parts<Change> Wave::* to, std::map<Key, std::size_t>& places, Key key,
                const Change& change, std::size_t step) {
    auto& parts = waves_.back().*to;
    const auto [at, is_new] = places.try_emplace(std::move(key), parts.size());
    if (is_new) {
      parts.push_back({&change, step, change.workspace});
    } else {
      parts[at->second] = {&change, step, change.workspace};
    }
  }

  void take(const Step& step, std::size_t at) {
    // May be left out: then what an earlier step wrote under the same name has to be there still.
    if (step.only_if_fresh && !(step.cursors.empty() && step.facts.empty())) begin();
    for (const auto& a : step.arrivals) add(&Wave::arrivals, a, at);
    for (const auto& u : step.arrival_updates) {
      touch(u.id.value, Kind::arrival_updates);
      add(&Wave::arrival_updates, u, at);
    }
    for (const auto& r : step.records) {
      touch(r.id.value, Kind::records);
      add(&Wave::records, r, at);
    }
    for (const auto& d : step.deliveries) add(&Wave::deliveries, d, at);
    for (const auto& r : step.delivery_parts) {
      touch(r.id.value, Kind::delivery_parts);
      add(&Wave::delivery_parts, r, at);
    }
    for (const auto& u : step.delivery_updates) {
      touch(u.id.value, Kind::delivery_updates);
      add(&Wave::delivery_updates, u, at);
    }
    for (const auto& a : step.attempts) add(&Wave::attempts, a, at);
    take_rare(step, at);
  }

  void take_rare(const Step& step, std::size_t at) {
    for (const auto& c : step.cases) {
      touch_cases(Kind::cases);
      add(&Wave::cases, c, at);
    }
    for (const auto& c : step.closed_cases) {
      touch_cases(Kind::closed_cases);
      add(&Wave::closed_cases, c, at);
    }
    for (const auto& u : step.case_groups) {
      touch_cases(Kind::case_groups);
      add(&Wave::case_groups, u, at);
    }
    for (const auto& n : step.notes) add(&Wave::notes, n, at);
    for (const auto& c : step.cursors) {
      put_last(&Wave::cursors, cursors_,
               std::pair<std::string_view, std::string_view>(c.workspace, c.name), c, at);
    }
    for (const auto& f : step.facts) {
      put_last(&Wave::facts, facts_,
               std::tuple<std::string_view, std::string_view, std::string_view>(
                   f.workspace, f.connection, f.key),
               f, at);
    }
    for (const auto& p : step.pauses) add(&Wave::pauses, p, at);
    for (const auto& s : step.settings) add(&Wave::settings, s, at);
    for (const auto& a : step.audits) add(&Wave::audits, a, at);
    for (const auto& e : step.erased) add(&Wave::erased, e, at);
    // An erasure reads what came before it, and much may be changed by it.
    if (!step.erased.empty()) begin();
  }

  std::deque<Wave> waves_;
  std::unordered_map<std::uint64_t, Kind> touched_;  // ids are unique across tables
  Kind cases_touched_{};
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> cursors_;
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, std::size_t> facts_;
};

}  // namespace

std::deque<Wave> in_waves(std::span<const Step> steps) {
  return Sorter().sort(steps);
}

}  // namespace tillbridge::journal::postgres
