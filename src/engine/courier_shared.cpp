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

bool Courier::waits_elsewhere(const journal::OpenDelivery& sent_again) {
  Lanes& lanes = dispatch_.lanes();
  if (!names_shards_ || !lanes.contains(stable_hash(sent_again.lane), sent_again.id)) return false;
  Item item = read_item(sent_again);
  item.next_trigger = journal::Trigger::operator_;
  lanes.wait_elsewhere(item, clock_.tick());
  changed_.notify();
  return true;
}

bool Courier::changed_elsewhere(const journal::OpenDelivery& delivery, bool adds_here) {
  Lanes& lanes = dispatch_.lanes();
  forget(delivery.id);  // its bytes may be others now
  std::uint64_t lane = stable_hash(delivery.lane);
  const bool erased = delivery.lane == journal::erased_name(delivery.id.value);
  if (erased) lane = lanes.lane_of(delivery.id).value_or(lane);
  const auto before = lanes.find(lane, delivery.id);
  if (adds_here && !before) return false;
  // What a person has to see is not late.
  const bool was_late = before && !lanes.blocked_by(lane, delivery.id);
  if (is_over(delivery.state)) {
    // A person has sent it again since this was read.
    const bool is_old = before && before->next_trigger == journal::Trigger::operator_ && !erased &&
                        delivery.attempts_made <= before->attempts_made;
    if (is_old || !lanes.end_elsewhere(lane, delivery.id)) return true;
    const bool delivered = delivery.state == journal::DeliveryState::delivered;
    if (delivered) ++totals_.delivered;
    if (was_late && delivered) lag_.accepted(before->lag_series, before->late_from, clock_.now());
    if (was_late && !delivered) lag_.gone(before->lag_series, before->late_from);
  } else {
    const Item item = read_item(delivery);
    if (was_late) lag_.gone(before->lag_series, before->late_from);
    if (delivery.state == journal::DeliveryState::blocked) {
      lanes.block_elsewhere(item);
    } else {
      lanes.wait_elsewhere(item, due_tick(delivery.due_at));
      lag_.waiting(item.lag_series, item.late_from);
    }
  }
  changed_.notify();
  return true;
}

}  // namespace tillbridge::engine
