#pragma once
// What was delivered against what a platform has: an accepted event is no proof that it was kept
// (klaviyo.md 8.3), so it is read back. Pure; any thread.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace tillbridge::desk {

struct DeliveredEvent {
  enum class Standing {
    accepted,   // the platform took it at accepted_at
    under_way,  // will be sent, or is: too early to judge
    not_taken,  // parked, skipped: it may be there and need not
    shares_id,  // accepted, but the platform keeps one event of several under its id
  };
  std::string metric, unique_id;
  Instant at;  // business time
  DeliveryId delivery;
  unsigned part = 0;  // within the delivery
  Standing standing = Standing::accepted;
  Instant accepted_at;
};

struct FoundEvent {
  std::string metric, unique_id, source_name;
  Instant at;
};

// How an event of ours is told from those of others in the same account.
struct EventMarks {
  std::string id_prefix;
  std::vector<std::string> source_names;
};
bool is_ours(std::string_view unique_id, std::string_view source_name, const EventMarks& marks);

struct EventComparison {
  std::vector<std::size_t> missing;   // of delivered: accepted long enough ago and not there
  std::vector<std::size_t> late;      // of delivered: not there, too young to judge
  std::vector<std::size_t> orphaned;  // of found: ours, and no delivery explains it; each id once
  std::uint64_t expected = 0;         // accepted or under way
  std::uint64_t present = 0;          // of those
};

// An event is the same under the same metric and unique id. An accepted event may be invisible for
// up to visible_after. All indices rise.
EventComparison compare_events(std::span<const DeliveredEvent> delivered,
                               std::span<const FoundEvent> found, const EventMarks& marks,
                               Instant now, Duration visible_after);

}  // namespace tillbridge::desk
