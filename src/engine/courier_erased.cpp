// What a courier does about deliveries whose person was erased (journal/step.h EraseRecord).

#include <algorithm>

#include "base/hash.h"
#include "engine/courier.h"
#include "journal/erasure.h"

namespace tillbridge::engine {

void Courier::erased(const journal::OpenDelivery& delivery) {
  forget(delivery.id);
  // What waits is met without its bytes when its turn comes, unless that is another hub's turn.
  if (delivery.state == journal::DeliveryState::blocked) {
    drop_blocked(delivery);
  } else if (names_shards_) {
    const auto ended = dispatch_.lanes().end_elsewhere(stable_hash(delivery.lane), delivery.id);
    if (ended) lag_.gone(ended->lag_series, ended->late_from);
  }
  changed_.notify();
}

// Those without bytes that the journal has erased.
Task<Result<std::vector<Item>>> Courier::erased_among(std::vector<Item> items) {
  std::function<Result<std::vector<Item>>(journal::Reader&)> query =
      [items = std::move(items)](journal::Reader& reader) -> Result<std::vector<Item>> {
    std::vector<Item> erased;
    for (const Item& item : items) {
      const std::vector<DeliveryId> ids{item.id};
      if (reader.delivery_bodies(ids)) continue;
      TB_TRY(const auto journey, reader.journey(item.record));
      if (!journey) continue;
      for (const journal::DeliveryRow& row : journey->deliveries) {
        if (row.id == item.id && row.lane == journal::erased_name(item.id.value))
          erased.push_back(item);
      }
    }
    return erased;
  };
  co_return co_await journal_.read<std::vector<Item>>(std::move(query));
}

// True: the call's bytes were unreadable because of them; the others are tried again without them.
Task<bool> Courier::leave_out_erased(std::vector<Item> items) {
  const auto erased = co_await erased_among(items);
  if (!erased || erased->empty()) co_return false;
  journal::Step step;
  std::vector<DeliveryId> gone;
  for (const Item& item : *erased) {
    gone.push_back(item.id);
    journal::UpdateDelivery update;  // an outcome may have come after the erasure
    update.id = item.id;
    update.workspace = settings_.workspace;
    update.state = journal::DeliveryState::skipped;
    update.reason = journal::erased_reason;
    update.due_at = clock_.now();
    update.attempts = item.attempts;
    update.parts_done = item.parts_done;
    step.delivery_updates.push_back(std::move(update));
  }
  step.shards = shards_of(*erased);
  if (!co_await store(std::move(step))) co_return true;
  dispatch_.give_back(items, clock_.tick(), gone);
  for (const Item& item : *erased) {
    lag_.gone(item.lag_series, item.late_from);
    forget(item.id);
  }
  changed_.notify();
  co_return true;
}

}  // namespace tillbridge::engine
