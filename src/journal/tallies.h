#pragma once
// What one transaction adds to the totals per hour (format.md "tally"): what happened in an hour of
// business time, however late we came to know of it. The same in every store.

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "journal/step.h"

namespace tillbridge::journal {

inline std::int64_t hour_of(Instant at) {
  return std::chrono::floor<std::chrono::hours>(at).time_since_epoch().count();
}

class TallyChanges {
 public:
  struct Key {
    std::string workspace;
    std::int64_t hour = 0;
    std::string name;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  // A record that was not there before. A stock record is what is true now: no event to count.
  void added(const PutRecord& r) {
    if (r.kind == "stock") return;
    add(r.workspace, r.happened_at, "record/" + r.kind + "/" + r.store, 1);
    if (r.state != RecordState::unidentified) return;
    add(r.workspace, r.happened_at, "unidentified/" + r.store, 1);
  }
  void added(const AddDelivery& d) {
    if (d.state == DeliveryState::skipped) return;
    add(d.workspace, d.happened_at, "planned/" + d.connection, 1);
    moved(d.workspace, d.connection, d.happened_at, DeliveryState::waiting, d.state);
  }
  // One that is sent again is not delivered meanwhile: it counts once.
  void moved(const std::string& workspace, const std::string& connection, Instant happened_at,
             DeliveryState from, DeliveryState to) {
    if (from == to) return;
    if (to == DeliveryState::delivered) add(workspace, happened_at, "delivered/" + connection, 1);
    if (from == DeliveryState::delivered) {
      add(workspace, happened_at, "delivered/" + connection, -1);
    }
  }

  const std::map<Key, std::int64_t>& values() const { return values_; }

 private:
  void add(const std::string& workspace, Instant at, std::string name, std::int64_t by) {
    values_[Key{workspace, hour_of(at), std::move(name)}] += by;
  }

  std::map<Key, std::int64_t> values_;
};

}  // namespace tillbridge::journal
