#pragma once
// What the memory store holds, and how a failed apply() is taken back. Internal to journal/memory.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "journal/counters.h"
#include "journal/store.h"
#include "journal/tallies.h"

namespace tillbridge::journal::memory {

using Key2 = std::pair<std::string, std::string>;
using Key3 = std::tuple<std::string, std::string, std::string>;
using Body = std::shared_ptr<const std::vector<std::string>>;

struct StoredArrival {
  ArrivalRow row;  // without payload
  std::optional<RecordId> record;
};

struct StoredDelivery {
  DeliveryRow row;  // without parts and tries
  std::string workspace;
  OnReject on_reject = OnReject::park;
  Settle settle = Settle::resend;
  std::uint32_t parts = 1;
};

struct StoredCase {
  CaseRow row;
  CaseGroupId group;
  std::string closed_by;
};

struct StoredGroup {
  CaseGroupRow row;  // without record_key
  std::optional<RecordId> record;
};

constexpr bool is_open(GroupState state) {
  return state == GroupState::open || state == GroupState::acknowledged;
}

struct StoredNote {
  NoteRow row;
  std::string workspace;
};

struct Data {
  std::mutex mutex;  // guards all below

  std::map<std::uint64_t, StoredArrival> arrivals;
  std::map<std::uint64_t, RecordRow> records;  // without payload
  std::map<std::uint64_t, StoredDelivery> deliveries;
  std::map<std::pair<std::uint64_t, std::uint32_t>, AttemptRow> attempts;
  std::map<std::uint64_t, Body> bodies;
  std::map<std::uint64_t, StoredCase> cases;
  std::map<std::uint64_t, StoredGroup> groups;
  std::map<std::uint64_t, StoredNote> notes;
  std::map<std::uint64_t, AuditRow> audits;
  std::map<Key2, std::string> cursors;
  std::map<Key3, Fact> facts;  // workspace, connection, key
  std::map<Key2, Pause> pauses;
  std::map<std::pair<std::string, std::uint32_t>, SettingsVersion> settings;
  std::map<std::string, CounterChanges::Values> counters;
  std::map<TallyChanges::Key, std::int64_t> tallies;

  std::map<Key3, std::uint64_t> event_ids;    // workspace, connection, event
  std::map<Key3, std::uint64_t> effects;      // workspace, connection, effect
  std::map<Key2, std::uint64_t> record_keys;  // workspace, key
  std::set<std::uint64_t> unfinished_arrivals;
  std::set<std::uint64_t> unfinished_deliveries;
  std::set<std::tuple<std::string, std::string, std::uint64_t>> unfinished_subjects;
  std::set<std::tuple<std::string, std::string, std::string, std::uint64_t>> duplicates;
  std::set<std::pair<std::string, std::uint64_t>> open_records;
  std::set<std::pair<std::uint64_t, std::uint64_t>> arrivals_of_record;
  std::set<std::pair<std::uint64_t, std::uint64_t>> deliveries_of_record;
  std::set<std::pair<std::uint64_t, std::uint64_t>> notes_of_subject;
  std::set<std::uint64_t> open_cases;
  std::map<Key3, std::uint64_t> group_names;  // workspace, type, group
  std::set<std::pair<std::uint64_t, std::uint64_t>> cases_of_group;
};

// Changes containers and remembers how they were.
class Changes {
 public:
  Changes() = default;
  ~Changes() {
    if (kept_) return;
    for (auto back = back_.rbegin(); back != back_.rend(); ++back) (*back)();
  }
  Changes(const Changes&) = delete;
  Changes& operator=(const Changes&) = delete;
  void keep() { kept_ = true; }

  template <typename Map, typename K, typename V>
  void put(Map& map, const K& key, V value) {
    typename Map::key_type k(key);
    if (const auto at = map.find(k); at != map.end()) {
      back_.push_back([&map, k, before = at->second] { map.at(k) = before; });
      at->second = std::move(value);
    } else {
      back_.push_back([&map, k] { map.erase(k); });
      map.emplace(k, std::move(value));
    }
  }
  template <typename Map, typename K>
  void remove(Map& map, const K& key) {
    typename Map::key_type k(key);
    const auto at = map.find(k);
    if (at == map.end()) return;
    back_.push_back([&map, before = *at] { map.insert(before); });
    map.erase(at);
  }
  template <typename Set, typename K>
  void insert(Set& set, const K& key) {
    typename Set::key_type k(key);
    if (set.insert(k).second) back_.push_back([&set, k] { set.erase(k); });
  }

 private:
  std::vector<std::function<void()>> back_;
  bool kept_ = false;
};

std::unique_ptr<Writer> make_writer(std::shared_ptr<Data> data);
std::unique_ptr<Reader> make_reader(std::shared_ptr<Data> data);

}  // namespace tillbridge::journal::memory
