// What comes in to a courier: found at the start, just planned, or sent again by a person.

#include <algorithm>

#include "base/hash.h"
#include "engine/courier.h"
#include "telemetry/log.h"

namespace tillbridge::engine {
namespace {

// Retry pauses are hardly carried over a restart: a platform that still wants to be left alone says
// so again.
constexpr Duration restart_pause_max = std::chrono::seconds{2};

}  // namespace

void Courier::adopt(const journal::OpenDelivery& delivery) {
  if (sent_again_.contains(delivery.id)) return;  // the journal says so already
  Item item = to_item(delivery);
  if (delivery.state == journal::DeliveryState::blocked) {
    lag_.gone(item.lag_series, item.late_from);  // a case tells of it
    dispatch_.add_blocked(item);
    return;
  }
  // What was held until a time that has come may have been sent.
  const bool held =
      delivery.state == journal::DeliveryState::held && delivery.due_at > clock_.now();
  // The process before this one may have had a lane's first delivery under way, and no other. A
  // lane that is through with what is here so far has its next one taken for the first: that costs
  // the one behind it a moment.
  item.echo = !held && !dispatch_.lanes().contains(item.lane);
  const Tick due = held ? due_tick(delivery.due_at)
                        : std::min(due_tick(delivery.due_at), clock_.tick() + restart_pause_max);
  // A newer state that takes its place must not go before the echo is over.
  const bool late = item.echo && settings_.dispatch.newest_wins;
  const Tick from = late ? clock_.tick() + settings_.dispatch.echo_window : Tick{};
  if (const auto older = dispatch_.add(item, std::max(due, from))) replace(*older);
  changed_.notify();
}

void Courier::in_turn(std::function<void()> act) {
  if (taking_up_) {
    later_.push_back(std::move(act));
  } else {
    act();
  }
}

void Courier::end_take_up() {
  taking_up_ = false;
  sent_again_.clear();
  for (const auto& act : std::exchange(later_, {})) act();
  changed_.notify();
}

void Courier::send_again(const journal::OpenDelivery& delivery, bool was_blocked) {
  forget(delivery.id);  // its bytes may be others now
  if (taking_up_ && !was_blocked) {
    // It may have been read as waiting already, between the commit that says so and this.
    if (dispatch_.lanes().contains(stable_hash(delivery.lane), delivery.id)) return;
    sent_again_.insert(delivery.id);
  }
  const auto was_tried_since = [this](const journal::OpenDelivery& asked) {
    const auto now = dispatch_.lanes().find(stable_hash(asked.lane), asked.id);
    return now && now->attempts_made > asked.attempts_made;
  };
  in_turn([this, delivery, was_blocked, was_tried_since, waited = taking_up_] {
    // Found at the start behind others, a blocked one waits for its turn and is sent anyway. Read
    // as waiting, it went then, and what it ended with is an answer to the person who asked.
    if (was_blocked && (!blocks(delivery) || (waited && was_tried_since(delivery)))) return;
    if (!was_blocked && waits_elsewhere(delivery)) return;
    Item item = to_item(delivery);
    item.next_trigger = journal::Trigger::operator_;
    if (was_blocked) {
      dispatch_.lanes().release_blocked(item, clock_.tick());
    } else {
      if (const auto older = dispatch_.add(item, clock_.tick())) replace(*older);
    }
    changed_.notify();
  });
}

void Courier::drop_blocked(const journal::OpenDelivery& delivery) {
  in_turn([this, delivery] {
    if (!blocks(delivery)) return;
    dispatch_.lanes().drop_blocked(stable_hash(delivery.lane));
    changed_.notify();
  });
}

bool Courier::blocks(const journal::OpenDelivery& delivery) const {
  if (dispatch_.lanes().blocked_by(stable_hash(delivery.lane), delivery.id)) return true;
  telemetry::log(telemetry::Level::warning, "delivery_blocks_no_lane",
                 {{"connection", settings_.connection}, {"delivery", delivery.id.value}});
  return false;
}

void Courier::add(const journal::AddDelivery& delivery, const std::string& store) {
  journal::OpenDelivery open;
  open.id = delivery.id;
  open.record = delivery.record;
  open.flow = delivery.flow;
  open.store = store;
  open.state = delivery.state;
  open.due_at = delivery.due_at;
  open.lane = delivery.lane;
  open.priority = delivery.priority;
  open.on_reject = delivery.on_reject;
  open.settle = delivery.settle;
  open.happened_at = delivery.happened_at;
  open.parts = static_cast<std::uint32_t>(delivery.parts.size());
  cache(delivery.id, delivery.parts);
  in_turn([this, item = to_item(open), due_at = open.due_at] {
    if (const auto older = dispatch_.add(item, due_tick(due_at))) replace(*older);
    changed_.notify();
  });
}

}  // namespace tillbridge::engine
