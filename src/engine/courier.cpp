#include "engine/courier.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/hash.h"
#include "engine/case_types.h"
#include "telemetry/log.h"

namespace tillbridge::engine {
namespace {

constexpr Duration idle_wait = std::chrono::seconds{1};
constexpr Duration store_retry_pause = std::chrono::milliseconds{200};

std::vector<double> lag_bounds() {
  return {0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400};
}

// What waits on purpose is not late before its time, and history (an order attributed or backfilled
// long after) is late only from when it was planned.
Instant late_from(const journal::OpenDelivery& delivery) {
  constexpr Duration history = std::chrono::hours{24};
  const Instant planned_at = instant_of(delivery.id.value);
  const Instant since =
      planned_at - delivery.happened_at > history ? planned_at : delivery.happened_at;
  const bool held = delivery.state == journal::DeliveryState::held;
  return held ? std::max(since, delivery.due_at) : since;
}

}  // namespace

Courier::Courier(Loop& loop, const Clock& clock, journal::Journal& journal, IdSource& ids,
                 telemetry::Metrics& metrics, LagBoard& lag, CourierSettings settings,
                 Channel& channel)
    : loop_(loop),
      clock_(clock),
      journal_(journal),
      ids_(ids),
      settings_(std::move(settings)),
      lag_(lag),
      channel_(channel),
      dispatch_(settings_.dispatch, Entropy::from_machine(), clock.tick()),
      body_reads_(loop, journal),
      calls_(loop,
             [](const std::string& what) {
               telemetry::log(telemetry::Level::error, "call_failed", {{"what", what}});
             }),
      changed_(loop),
      metrics_(metrics) {
  telemetry::Labels labels{{"workspace", settings_.workspace},
                           {"connection", settings_.connection}};
  if (!settings_.duty.empty()) labels.emplace_back("duty", settings_.duty);
  delivered_ = metrics.counter("tillbridge_deliveries_delivered_total",
                               "Deliveries the platform has taken", labels);
  retried_ = metrics.counter("tillbridge_deliveries_retried_total",
                             "Attempts that will be made again", labels);
  parked_ = metrics.counter("tillbridge_deliveries_parked_total", "Deliveries that became a case",
                            labels);
  replaced_count_ = metrics.counter("tillbridge_deliveries_replaced_total",
                                    "Deliveries that a newer one made needless", labels);
  throttled_ = metrics.counter("tillbridge_calls_throttled_total",
                               "Calls answered with a slow-down", labels);
  waiting_ = metrics.gauge("tillbridge_deliveries_waiting", "Deliveries not finished", labels);
  breaker_open_ =
      metrics.gauge("tillbridge_breaker_open", "1 while the circuit breaker is open", labels);
}

// Also counts it as waiting.
Item Courier::to_item(const journal::OpenDelivery& delivery) {
  const Item item = read_item(delivery);
  lag_.waiting(item.lag_series, item.late_from);
  return item;
}

Item Courier::read_item(const journal::OpenDelivery& delivery) {
  Item item;
  item.id = delivery.id;
  item.record = delivery.record;
  item.lane = stable_hash(delivery.lane);
  item.happened_at = delivery.happened_at;
  item.parts_done = delivery.parts_done;
  item.attempts = delivery.attempts;
  item.attempts_made = delivery.attempts_made;
  item.parts = static_cast<std::uint8_t>(delivery.parts);
  item.priority = delivery.priority;
  item.on_reject = delivery.on_reject;
  item.settle = delivery.settle;
  item.next_trigger =
      delivery.attempts_made == 0 ? journal::Trigger::first : journal::Trigger::retry;
  item.lag_series = lag_.series(settings_.connection, delivery.flow, delivery.store);
  item.late_from = late_from(delivery);
  item.flow = static_cast<std::uint16_t>(part_number(PauseKind::flow, delivery.flow));
  item.store = part_number(PauseKind::store, delivery.store);
  return item;
}

// A stored time is wall time; a wait must not outlive a clock step, so it is bounded by the longest
// pause there is.
Tick Courier::due_tick(Instant due_at) const {
  const Duration wait = due_at - clock_.now();
  return clock_.tick() + std::clamp(wait, Duration{0}, Duration{std::chrono::hours{24}});
}

void Courier::replace(const Item& item) {
  lag_.gone(item.lag_series, item.late_from);
  forget(item.id);
  replaced_.push_back(item);
  replaced_count_.add();
}

// A crash before this is stored does no harm: at the next start the newer one replaces it again.
Task<void> Courier::store_replaced() {
  journal::Step step;
  for (const Item& item : replaced_) {
    journal::UpdateDelivery update;
    update.id = item.id;
    update.workspace = settings_.workspace;
    update.state = journal::DeliveryState::skipped;
    update.reason = "replaced by a newer one";
    update.due_at = clock_.now();
    update.attempts = item.attempts;
    update.parts_done = item.parts_done;
    step.delivery_updates.push_back(std::move(update));
  }
  replaced_.clear();
  co_await store(std::move(step));
}

Task<void> Courier::run() {
  while (!stopping_) {
    for (;;) {
      std::vector<Item> items = dispatch_.next_call(clock_.tick());
      if (items.empty()) break;
      calls_.start(make_call(std::move(items)));
    }
    if (!replaced_.empty()) calls_.start(store_replaced());
    waiting_.set(static_cast<double>(dispatch_.lanes().size()));
    const Tick now = clock_.tick();
    const auto wake_at = dispatch_.wake_at(now);
    const Duration wait = wake_at ? std::clamp(*wake_at - now, Duration{0}, idle_wait) : idle_wait;
    if (wait > Duration{0}) co_await changed_.wait(wait);
  }
  if (!replaced_.empty()) calls_.start(store_replaced());
  co_await calls_.join();
}

Task<void> Courier::make_call(std::vector<Item> items) {
  auto parcels = co_await load(items);
  if (!parcels && co_await leave_out_erased(items)) co_return;
  if (!parcels) {
    telemetry::log(telemetry::Level::error, "bodies_unreadable",
                   {{"connection", settings_.connection}, {"what", parcels.error().what}});
    co_await sleep_for(loop_, idle_wait);
    dispatch_.give_back(items, clock_.tick());
    changed_.notify();
    co_return;
  }
  const Instant began = clock_.now();
  const Tick began_tick = clock_.tick();
  const Route route = dispatch_.route_of(items);
  Channel::Answer answer = co_await channel_.send(std::move(*parcels), route);
  const Tick now = clock_.tick();
  const auto settlements = dispatch_.settle(items, answer.call, answer.results, now, clock_.now());
  count(settlements);
  if (answer.quota) dispatch_.reported(route, *answer.quota, now);
  if (answer.call.kind == Outcome::Kind::throttled) throttled_.add();
  journal::Step step = to_step(settlements, std::move(answer), began, now - began_tick);
  step.shards = shards_of(items);
  if (!co_await store(std::move(step)))
    co_return;  // stopping: found again at the next start, resent identically
  const std::vector<Item> outdated = dispatch_.apply(settlements);
  observe(settlements, clock_.now());
  for (const Item& item : outdated) replace(item);
  changed_.notify();
}

Task<Result<std::vector<Parcel>>> Courier::load(std::vector<Item> items) {
  std::vector<DeliveryId> on_disk;
  for (const Item& item : items) {
    if (!bodies_.contains(item.id)) on_disk.push_back(item.id);
  }
  if (!on_disk.empty()) {
    auto loaded = co_await body_reads_.read(std::move(on_disk));
    if (!loaded) co_return fail(std::move(loaded.error()));
    for (journal::DeliveryBody& body : *loaded) cache(body.id, body.parts);
    std::vector<Parcel> parcels;
    for (const Item& item : items) {
      const auto cached = bodies_.find(item.id);
      if (cached != bodies_.end()) {
        parcels.push_back(Parcel{item, cached->second});
        continue;
      }
      const auto found = std::find_if(loaded->begin(), loaded->end(),
                                      [&](const auto& body) { return body.id == item.id; });
      if (found == loaded->end()) {
        co_return fail(
            Error::Kind::corrupt,
            fmt::format("the bytes of delivery {} are gone; run tillbridge journal verify",
                        item.id.value));
      }
      parcels.push_back(Parcel{item, std::move(found->parts)});
    }
    co_return parcels;
  }
  std::vector<Parcel> parcels;
  parcels.reserve(items.size());
  for (const Item& item : items) parcels.push_back(Parcel{item, bodies_.at(item.id)});
  co_return parcels;
}

// An outcome that happened has to be stored: a full disk delays the lane, it does not lose the
// outcome.
Task<bool> Courier::store(journal::Step step) {
  for (;;) {
    journal::Step copy = step;
    const auto stored = co_await journal_.commit(std::move(copy));
    if (stored) co_return true;
    telemetry::log(telemetry::Level::error, "outcome_not_stored",
                   {{"connection", settings_.connection}, {"what", stored.error().what}});
    if (stopping_) co_return false;
    co_await sleep_for(loop_, store_retry_pause);
  }
}

journal::Step Courier::to_step(const std::vector<Settlement>& settlements, Channel::Answer answer,
                               Instant began, Duration took) {
  journal::Step step;
  const Instant now = clock_.now();
  step.facts = std::move(answer.facts);
  for (journal::PutFact& fact : step.facts) {
    fact.workspace = settings_.workspace;
    fact.connection = settings_.connection;
    fact.changed_at = now;
  }
  step.cases = std::move(answer.cases);
  for (const Settlement& settlement : settlements) {
    const Item& item = settlement.item;
    journal::AddAttempt attempt;
    attempt.delivery = item.id;
    attempt.workspace = settings_.workspace;
    attempt.number = item.attempts_made;
    attempt.trigger = settlement.trigger;
    attempt.at = began;
    attempt.took = took;
    attempt.outcome = name(settlement.outcome.kind);
    attempt.http_status = settlement.outcome.http_status;
    attempt.reason = settlement.outcome.reason;
    attempt.parts_sent = settlement.parts_sent;
    step.attempts.push_back(std::move(attempt));

    journal::UpdateDelivery update;
    update.id = item.id;
    update.workspace = settings_.workspace;
    update.attempts = item.attempts;
    update.parts_done = item.parts_done;
    update.reason = settlement.outcome.reason;
    update.due_at = now + settlement.pause;
    switch (settlement.next) {
      case Decision::Next::done:
        update.state = journal::DeliveryState::delivered;
        break;
      case Decision::Next::again:
        update.state = journal::DeliveryState::waiting;
        break;
      case Decision::Next::skip:
        update.state = journal::DeliveryState::skipped;
        break;
      case Decision::Next::park:
        update.state = journal::DeliveryState::parked;
        break;
      case Decision::Next::block:
        update.state = journal::DeliveryState::blocked;
        break;
    }
    step.delivery_updates.push_back(std::move(update));
    if (!settlement.note.empty()) {
      journal::AddNote note;
      note.id = ids_.next<NoteId>();
      note.workspace = settings_.workspace;
      note.subject = item.id.value;
      note.at = now;
      note.kind = "delivery";
      note.text = settlement.note;
      step.notes.push_back(std::move(note));
    }

    if (settlement.next == Decision::Next::park || settlement.next == Decision::Next::block) {
      const CaseType type =
          settlement.out_of_patience ? CaseType::patience_exhausted : CaseType::rejected_delivery;
      auto opened = open_case(ids_.next<CaseId>(), type, settings_.workspace,
                              settings_.connection + ": " + settlement.outcome.reason, now,
                              fmt::format("{} refused a delivery: {}", settings_.connection,
                                          settlement.outcome.reason));
      opened.record = item.record;
      opened.delivery = item.id;
      step.cases.push_back(std::move(opened));
    }
  }
  return step;
}

telemetry::Histogram& Courier::lag_of(std::uint16_t series) {
  auto [found, fresh] = lag_seconds_.try_emplace(series);
  if (fresh) {
    const LagBoard::Names& names = lag_.names(series);
    found->second = metrics_.histogram("tillbridge_lag_seconds",
                                       "From the till to accepted by the platform", lag_bounds(),
                                       {{"workspace", settings_.workspace},
                                        {"connection", names.connection},
                                        {"flow", names.flow},
                                        {"store", names.store}});
  }
  return found->second;
}

void Courier::count(const std::vector<Settlement>& settlements) {
  for (const Settlement& settlement : settlements) {
    switch (settlement.outcome.kind) {
      case Outcome::Kind::delivered:
      case Outcome::Kind::superseded:
        ++totals_.delivered;
        break;
      case Outcome::Kind::transient:
        ++(settlement.partly ? totals_.delivered : totals_.transient);
        break;
      case Outcome::Kind::rejected:
        ++totals_.rejected;
        break;
      case Outcome::Kind::throttled:
        ++totals_.throttled;
        break;
      case Outcome::Kind::ambiguous:
        ++totals_.ambiguous;
        break;
    }
  }
}

void Courier::observe(const std::vector<Settlement>& settlements, Instant now) {
  for (const Settlement& settlement : settlements) {
    switch (settlement.next) {
      case Decision::Next::done:
        delivered_.add();
        lag_of(settlement.item.lag_series)
            .observe(std::chrono::duration<double>(now - settlement.item.happened_at).count());
        lag_.accepted(settlement.item.lag_series, settlement.item.late_from, now);
        forget(settlement.item.id);
        break;
      case Decision::Next::skip:
        lag_.gone(settlement.item.lag_series, settlement.item.late_from);
        forget(settlement.item.id);
        break;
      case Decision::Next::again:
        retried_.add();
        break;
      case Decision::Next::park:
      case Decision::Next::block:
        parked_.add();
        lag_.gone(settlement.item.lag_series, settlement.item.late_from);
        forget(settlement.item.id);
        break;
    }
  }
  constexpr bool tells = true;
  look_at_breaker(tells);
}

void Courier::look_at_breaker(bool tells) {
  const Breaker& breaker = dispatch_.breaker();
  const bool open = breaker.state() != Breaker::State::closed;
  breaker_open_.set(open ? 1 : 0);
  const bool was_open = breaker_seen_ != Breaker::State::closed;
  breaker_seen_ = breaker.state();
  if (open == was_open) return;
  telemetry::log(open ? telemetry::Level::warning : telemetry::Level::info,
                 open ? "breaker_opened" : "breaker_closed",
                 {{"workspace", settings_.workspace},
                  {"connection", settings_.connection},
                  {"reason", breaker.reason()}});
  if (!tells) return;
  tell_breaker_(
      {settings_.workspace, settings_.connection, settings_.duty, open, breaker.reason()});
}

void Courier::cache(DeliveryId id, const std::vector<std::string>& parts) {
  std::size_t bytes = 0;
  for (const std::string& part : parts) bytes += part.size();
  if (body_bytes_ + bytes > settings_.body_cache_bytes_max) return;
  if (bodies_.emplace(id, parts).second) body_bytes_ += bytes;
}

void Courier::forget(DeliveryId id) {
  const auto found = bodies_.find(id);
  if (found == bodies_.end()) return;
  for (const std::string& part : found->second) body_bytes_ -= part.size();
  bodies_.erase(found);
}

}  // namespace tillbridge::engine
