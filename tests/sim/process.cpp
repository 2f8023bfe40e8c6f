#include "process.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/assert.h"

namespace tillbridge::sim {
namespace {

using engine::Decision;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Releases wait for the plan before them to be stored.
constexpr Duration release_slack = milliseconds{200};

engine::DispatchSettings dispatch_settings(const Scenario& scenario, Sabotage sabotage) {
  engine::DispatchSettings settings = scenario.dispatch;
  if (sabotage == Sabotage::generous_budget) settings.budget.burst *= 2;
  if (sabotage == Sabotage::generous_flight) ++settings.calls_in_flight_max;
  if (sabotage == Sabotage::deaf_breaker) settings.breaker.failures = 1'000'000;
  return settings;
}

std::size_t order_of(const std::string& subject) {
  std::size_t order = 0;
  std::from_chars(subject.data(), subject.data() + subject.size(), order);
  return order;
}

}  // namespace

Process::Process(World& world)
    : world_(world),
      reads_(world.scenario_.reads, Entropy{world.entropy_.next()}, world.tick()),
      sequencer_(world.scenario_.sequencer_wait),
      dispatch_(dispatch_settings(world.scenario_, world.sabotage_), Entropy{world.entropy_.next()},
                world.tick()),
      read_watch_("reads", world.scenario_.reads.budget, world.scenario_.reads.breaker,
                  world.scenario_.reads.calls_in_flight_max, world.verdict_),
      send_watch_("dispatch", world.scenario_.dispatch.budget, world.scenario_.dispatch.breaker,
                  world.scenario_.dispatch.calls_in_flight_max, world.verdict_) {}

std::uint64_t Process::next_id() {
  world_.last_id_ = std::max(world_.last_id_ + 1, lowest_id_at(world_.wall()));
  return world_.last_id_;
}

void Process::take_up_work() {
  for (const auto& [id, arrival] : world_.durable_.arrivals) {
    if (arrival.state == Durable::ArrivalState::received) expect(id, arrival.order, Duration{0});
  }
  taking_up_ = true;
  taken_until_ = DeliveryId{world_.last_id_};
  take_up_page();
}

// A page is little, so that much happens in between.
void Process::take_up_page() {
  constexpr std::size_t page_rows = 3;
  std::size_t rows = 0;
  auto at = world_.durable_.deliveries.upper_bound(taken_);
  for (; at != world_.durable_.deliveries.end() && at->first <= taken_until_; ++at) {
    const auto& [id, delivery] = *at;
    taken_ = id;
    if (delivery.state == Durable::DeliveryState::blocked) dispatch_.add_blocked(delivery.item);
    if (delivery.state == Durable::DeliveryState::waiting)
      dispatch_.add(delivery.item, delivery.due);
    const bool open = delivery.state == Durable::DeliveryState::blocked ||
                      delivery.state == Durable::DeliveryState::waiting;
    if (open && ++rows == page_rows) break;
  }
  if (rows == page_rows) {
    world_.in_process(milliseconds{100}, [this] { take_up_page(); });
  } else {
    taking_up_ = false;
    for (const auto& act : std::exchange(later_, {})) act();
  }
  pump();
}

void Process::in_turn(std::function<void()> act) {
  if (taking_up_ && world_.sabotage_ != Sabotage::hasty_planning) {
    later_.push_back(std::move(act));
  } else {
    act();
  }
}

void Process::expect(ArrivalId id, std::size_t order, Duration settling) {
  sequencer_.expect(id);
  waiting_.emplace(id, order);
  reads_.add(id, fmt::format("{}", order), Tick{world_.now() + settling});
}

void Process::take_event(std::size_t order, int which) {
  if (world_.durable_.events.contains({order, which})) {
    world_.acknowledged_.emplace(order, which);
    return;
  }
  const ArrivalId id{next_id()};
  const Duration received_at = world_.now();
  // Sent twice before the first is stored: the store keeps one and calls the other a duplicate.
  auto stored = std::make_shared<bool>(false);
  world_.commit(
      [this, id, order, which, received_at, stored] {
        *stored = world_.durable_.events.emplace(order, which).second;
        if (*stored)
          world_.durable_.arrivals.emplace(
              id, Durable::Arrival{order, Durable::ArrivalState::received, received_at});
      },
      [this, id, order, which, stored] {
        world_.acknowledged_.emplace(order, which);
        if (*stored) expect(id, order, world_.scenario_.orders[order].settling);
        pump();
      });
}

void Process::pump() {
  alarm_at_.reset();
  const Tick now = world_.tick();
  for (;;) {
    const auto before = reads_.breaker().state();
    const Duration open_until = reads_.breaker().open_until().time_since_epoch();
    std::vector<std::string> subjects = reads_.next_call(now);
    if (subjects.empty()) break;
    const auto number = read_watch_.started(world_.now(), before, open_until);
    Duration took{0};
    bool effects = false;
    const Outcome call = roll(world_.scenario_.read_faults, took, effects);
    world_.in_process(took,
                      [this, subjects, call, number] { read_answered(subjects, call, number); });
  }
  for (;;) {
    const auto before = dispatch_.breaker().state();
    const Duration open_until = dispatch_.breaker().open_until().time_since_epoch();
    std::vector<engine::Item> items = dispatch_.next_call(now);
    if (items.empty()) break;
    Sent sent;
    sent.number = send_watch_.started(world_.now(), before, open_until);
    sent.items = std::move(items);
    send(std::move(sent));
  }
  release();
  set_alarm();
}

void Process::set_alarm() {
  const Tick now = world_.tick();
  std::optional<Tick> next;
  const auto consider = [&](const char* who, std::optional<Tick> wake_at) {
    if (!wake_at) return;
    if (*wake_at <= now)
      world_.verdict_.broken(world_.now(), fmt::format("{} wants to be woken at once", who));
    next = next ? std::min(*next, *wake_at) : *wake_at;
  };
  consider("reads", reads_.wake_at(now));
  consider("dispatch", dispatch_.wake_at(now));
  if (!planning_) consider("sequencer", sequencer_.wake_at());
  if (!next) return;
  const Duration at = next->time_since_epoch();
  alarm_at_ = at;
  world_.in_process(at - world_.now(), [this, at] {
    if (alarm_at_ == at) pump();
  });
}

// How a call goes; `took` until its answer, `effects`: the platform worked on it.
Outcome Process::roll(const CallFaults& faults, Duration& took, bool& effects) {
  Entropy& entropy = world_.entropy_;
  took = world_.random(milliseconds{5}, milliseconds{200});
  effects = false;
  Outcome call;
  call.reason = "simulated";
  call.connection_at_fault = true;
  if (world_.outage(faults)) return call;
  constexpr double beyond_all_chances = 10;  // they may add up to more than 1
  double point = world_.now() < world_.scenario_.faults_end ? entropy.unit() : beyond_all_chances;
  const auto happens = [&](double chance) { return (point -= chance) < 0; };
  if (happens(faults.throttled)) {
    call.kind = Outcome::Kind::throttled;
    call.connection_at_fault = false;
    if (entropy.chance(0.5)) call.retry_after = world_.random(milliseconds{100}, seconds{5});
  } else if (happens(faults.server_error)) {
    call.kind = Outcome::Kind::transient;
  } else if (happens(faults.ambiguous_before)) {
    call.kind = Outcome::Kind::ambiguous;
  } else if (happens(faults.ambiguous_after)) {
    call.kind = Outcome::Kind::ambiguous;
    effects = true;
  } else if (happens(faults.hang)) {
    call.kind = Outcome::Kind::ambiguous;
    effects = entropy.chance(0.5);
    took = world_.random(seconds{5}, seconds{20});
  } else {
    call.kind = Outcome::Kind::delivered;
    call.connection_at_fault = false;
    effects = true;
  }
  return call;
}

void Process::read_answered(const std::vector<std::string>& subjects, const Outcome& call,
                            std::uint64_t number) {
  Outcome outcome = call;
  const bool poisoned = std::any_of(subjects.begin(), subjects.end(), [&](const auto& subject) {
    return world_.scenario_.orders[order_of(subject)].poison_read;
  });
  if (outcome.kind == Outcome::Kind::delivered && poisoned) outcome.kind = Outcome::Kind::rejected;
  reads_.answered(outcome, subjects, world_.tick());
  read_watch_.ended(number, outcome, reads_.breaker().state(), world_.now());
  if (outcome.kind == Outcome::Kind::rejected && subjects.size() == 1) missing(subjects.front());
  if (outcome.kind == Outcome::Kind::delivered) {
    for (const std::string& subject : subjects) {
      if (world_.scenario_.orders[order_of(subject)].known_at > world_.now()) {
        missing(subject);
        continue;
      }
      for (const ArrivalId id : reads_.found(subject)) {
        sequencer_.ready(id, world_.tick());
        ready_at_.emplace(id, world_.now());
      }
    }
  }
  pump();
}

void Process::missing(const std::string& subject) {
  const auto absent = reads_.not_found(subject, world_.tick());
  if (absent.arrivals.empty()) {
    world_.verdict_.broken(world_.now(), "a subject without arrivals was read");
    return;
  }
  const auto& first = world_.durable_.arrivals.at(absent.arrivals.front());
  if (world_.now() - first.received_at <= world_.scenario_.not_found_for) return;
  const auto given_up = reads_.drop(subject);
  for (const ArrivalId id : given_up) {
    sequencer_.drop(id);
    waiting_.erase(id);
  }
  world_.commit(
      [this, given_up] {
        for (const ArrivalId id : given_up)
          world_.durable_.arrivals.at(id).state = Durable::ArrivalState::in_case;
      },
      [this] { pump(); });
}

void Process::release() {
  if (planning_) return;
  auto releases = sequencer_.release(world_.tick());
  if (releases.empty()) return;
  if (world_.sabotage_ == Sabotage::swapped_releases && releases.size() > 1)
    std::swap(releases[0].id, releases[1].id);
  for (const engine::Release& release : releases) {
    const Duration waited = world_.now() - ready_at_.at(release.id);
    if (waited > world_.scenario_.sequencer_wait + release_slack)
      world_.verdict_.broken(world_.now(), fmt::format("an order that was read waited {} ms",
                                                       waited / milliseconds{1}));
  }
  std::vector<Durable::Delivery> planned;
  std::set<std::size_t> orders;
  for (const engine::Release& release : releases) {
    const std::size_t order = waiting_.at(release.id);
    if (world_.durable_.by_order.contains(order) || !orders.insert(order).second) continue;
    const Order& o = world_.scenario_.orders[order];
    Durable::Delivery delivery;
    delivery.order = order;
    delivery.item.id = DeliveryId{next_id()};
    delivery.item.record = RecordId{release.id.value};
    delivery.item.lane = world_.sabotage_ == Sabotage::shared_lane ? 1 : o.customer + 1;
    delivery.item.parts = o.parts;
    if (o.poison_sends && world_.scenario_.poison == Poison::blocked && !o.rejected)
      delivery.item.on_reject = journal::OnReject::block;
    delivery.due = world_.tick();
    planned.push_back(delivery);
  }
  planning_ = true;
  world_.commit(
      [this, releases, planned] {
        for (const engine::Release& release : releases) {
          world_.durable_.arrivals.at(release.id).state = Durable::ArrivalState::resolved;
          world_.durable_.moved_past.insert(release.moved_past.begin(), release.moved_past.end());
        }
        for (const Durable::Delivery& delivery : planned) {
          const ArrivalId by{delivery.item.record.value};
          world_.durable_.deliveries.emplace(delivery.item.id, delivery);
          world_.durable_.by_order.emplace(delivery.order, delivery.item.id);
          world_.log_.planned(delivery.order, by, world_.durable_.moved_past.contains(by));
        }
      },
      [this, releases, planned] {
        for (const engine::Release& release : releases) waiting_.erase(release.id);
        in_turn([this, planned] {
          for (const Durable::Delivery& delivery : planned)
            dispatch_.add(delivery.item, delivery.due);
        });
        planning_ = false;
        pump();
      });
}

// What the platform says to one part when the call as a whole works.
Outcome Process::fate(std::size_t order, std::uint32_t part) {
  const Order& o = world_.scenario_.orders[order];
  const bool last = part + 1 == o.parts;
  Outcome outcome;
  outcome.kind = Outcome::Kind::delivered;
  outcome.reason = "simulated";
  const bool refused =
      o.rejected ||
      (o.poison_sends && (world_.scenario_.poison == Poison::rejected ||
                          (world_.scenario_.poison == Poison::blocked && !world_.mended_)));
  if (o.poison_sends && world_.scenario_.poison == Poison::transient) {
    outcome.kind = Outcome::Kind::transient;
  } else if (refused && last) {
    outcome.kind = Outcome::Kind::rejected;
  } else if (world_.now() < world_.scenario_.faults_end &&
             world_.entropy_.chance(world_.scenario_.send_faults.part_transient)) {
    outcome.kind = Outcome::Kind::transient;
  }
  return outcome;
}

engine::PartResults Process::send_parts(const engine::Item& item, const Outcome& call, bool effects,
                                        Duration took, std::uint32_t& room) {
  engine::PartResults results;
  const std::size_t order = world_.durable_.deliveries.at(item.id).order;
  const std::uint64_t done = world_.durable_.deliveries.at(item.id).item.parts_done;
  for (std::uint32_t part = 0; part < item.parts && room > 0; ++part) {
    const std::uint64_t bit = 1ULL << part;
    if ((item.parts_done & bit) != 0) continue;
    if ((done & bit) != 0)
      world_.verdict_.broken(world_.now(), fmt::format("order {} part {} is done", order, part));
    --room;
    const Outcome outcome = fate(order, part);
    const bool takes_effect = effects && outcome.kind == Outcome::Kind::delivered;
    world_.log_.sent(order, part, world_.now());
    if (takes_effect) {
      // An answer that never comes can be followed by the effect.
      const Duration late =
          call.kind == Outcome::Kind::ambiguous ? Duration{seconds{2}} : Duration{0};
      world_.at(world_.random(Duration{0}, took + late), [this_world = &world_, order, part] {
        this_world->log_.took_effect(order, part, this_world->now());
      });
    }
    results.parts_sent |= bit;
    results.outcomes.push_back(call.kind == Outcome::Kind::delivered ? outcome : call);
  }
  results.sent = results.parts_sent != 0;
  if (results.sent) world_.under_way_.insert(order);
  return results;
}

void Process::send(Sent sent) {
  Duration took{0};
  bool effects = false;
  sent.call = roll(world_.scenario_.send_faults, took, effects);
  std::uint32_t room = world_.scenario_.dispatch.parts_per_call_max;
  for (const engine::Item& item : sent.items)
    sent.results.push_back(send_parts(item, sent.call, effects, took, room));
  if (world_.sabotage_ == Sabotage::early_release) {
    for (const engine::Item& item : sent.items) dispatch_.lanes().finish(item.lane);
  }
  world_.in_process(took, [this, sent = std::move(sent)] { send_answered(sent); });
}

void Process::send_answered(const Sent& sent) {
  for (std::size_t i = 0; i < sent.items.size(); ++i) {
    const std::size_t order = world_.durable_.deliveries.at(sent.items[i].id).order;
    std::size_t next = 0;
    for (std::uint32_t part = 0; part < sent.items[i].parts; ++part) {
      if ((sent.results[i].parts_sent >> part & 1) == 0) continue;
      world_.log_.answered(order, part, sent.results[i].outcomes[next++].kind);
    }
  }
  const auto settlements =
      dispatch_.settle(sent.items, sent.call, sent.results, world_.tick(), world_.wall());
  send_watch_.ended(sent.number, sent.call, dispatch_.breaker().state(), world_.now());
  world_.commit([this, settlements] { store(settlements); },
                [this, settlements] {
                  apply(settlements);
                  pump();
                });
  pump();
}

void Process::store(const std::vector<engine::Settlement>& settlements) {
  for (const engine::Settlement& settlement : settlements) {
    auto& row = world_.durable_.deliveries.at(settlement.item.id);
    row.item = settlement.item;
    row.due = settlement.due;
    world_.under_way_.erase(row.order);
    switch (settlement.next) {
      case Decision::Next::done:
        row.state = Durable::DeliveryState::delivered;
        break;
      case Decision::Next::again:
        row.state = Durable::DeliveryState::waiting;
        break;
      case Decision::Next::skip:  // no platform of this world says so
        TB_ASSERT(false);
        break;
      case Decision::Next::park:
        row.state = Durable::DeliveryState::parked;
        world_.log_.parked(row.order);
        break;
      case Decision::Next::block:
        row.state = Durable::DeliveryState::blocked;
        break;
    }
  }
}

void Process::apply(const std::vector<engine::Settlement>& settlements) {
  if (world_.sabotage_ == Sabotage::early_release) {
    for (const engine::Settlement& settlement : settlements) {
      if (settlement.next == Decision::Next::again) dispatch_.add(settlement.item, settlement.due);
    }
    return;
  }
  std::vector<engine::Settlement> changed = settlements;
  for (engine::Settlement& settlement : changed) {
    if (world_.sabotage_ == Sabotage::forgotten_retry && settlement.next == Decision::Next::again)
      settlement.next = Decision::Next::done;
    if (world_.sabotage_ == Sabotage::sent_again && settlement.next == Decision::Next::done) {
      settlement.item.parts_done = 0;
      dispatch_.add(settlement.item, world_.tick());
    }
  }
  dispatch_.apply(changed);
}

void Process::send_again(DeliveryId id) {
  world_.commit(
      [this, id] { world_.durable_.deliveries.at(id).state = Durable::DeliveryState::waiting; },
      [this, id] {
        in_turn([this, id] {
          const engine::Item& item = world_.durable_.deliveries.at(id).item;
          // Taken up after this was stored, it waits already.
          if (dispatch_.lanes().blocked_by(item.lane, id))
            dispatch_.lanes().release_blocked(item, world_.tick());
        });
        pump();
      });
}

}  // namespace tillbridge::sim
