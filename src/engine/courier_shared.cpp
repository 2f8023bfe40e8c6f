// What a courier does where several hubs send to one platform (lanes_elsewhere.cpp): each what is
// in its own shards, and all of them know of everything that waits, so that a shard can change
// hands without being read again.

#include <algorithm>

#include "base/hash.h"
#include "engine/courier.h"
#include "journal/erasure.h"

namespace tillbridge::engine {
namespace {

bool is_over(journal::DeliveryState state) {
  return state == journal::DeliveryState::delivered || state == journal::DeliveryState::parked ||
         state == journal::DeliveryState::skipped;
}

}  // namespace

void Courier::carry(const ShardSet& shards) {
  names_shards_ = true;
  dispatch_.carry(shards, stable_hash(settings_.workspace), clock_.tick());
  changed_.notify();
}

std::vector<std::uint8_t> Courier::shards_of(const std::vector<Item>& items) const {
  std::vector<std::uint8_t> shards;
  if (!names_shards_) return shards;
  const std::uint64_t workspace = stable_hash(settings_.workspace);
  for (const Item& item : items) shards.push_back(shard_of(workspace, item.lane));
  std::sort(shards.begin(), shards.end());
  shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
  return shards;
}

void Courier::heard(const BreakerNews& news) {
  if (news.connection != settings_.connection || news.duty != settings_.duty) return;
  dispatch_.heard(news, clock_.tick());
  constexpr bool tells = false;
  look_at_breaker(tells);
  changed_.notify();
}

bool Courier::changed_elsewhere(const journal::OpenDelivery& delivery, bool adds_here) {
  Lanes& lanes = dispatch_.lanes();
  forget(delivery.id);  // its bytes may be others now
  std::uint64_t lane = stable_hash(delivery.lane);
  if (delivery.lane == journal::erased_name(delivery.id.value))
    lane = lanes.lane_of(delivery.id).value_or(lane);
  if (adds_here && !lanes.contains(lane, delivery.id)) return false;
  // What a person has to see is not late.
  const bool was_blocked = lanes.blocked_by(lane, delivery.id);
  if (is_over(delivery.state)) {
    const auto ended = lanes.end_elsewhere(lane, delivery.id);
    if (!ended) return true;
    const bool delivered = delivery.state == journal::DeliveryState::delivered;
    if (delivered) ++totals_.delivered;
    if (delivered && !was_blocked) {
      lag_.accepted(ended->lag_series, ended->late_from, clock_.now());
    } else if (!was_blocked) {
      lag_.gone(ended->lag_series, ended->late_from);
    }
  } else {
    const Item item = read_item(delivery);
    const bool blocks = delivery.state == journal::DeliveryState::blocked;
    const bool known = blocks ? lanes.block_elsewhere(item)
                              : lanes.wait_elsewhere(item, due_tick(delivery.due_at));
    if (blocks && known && !was_blocked) lag_.gone(item.lag_series, item.late_from);
    if (!blocks && (!known || was_blocked)) lag_.waiting(item.lag_series, item.late_from);
  }
  changed_.notify();
  return true;
}

}  // namespace tillbridge::engine
