#include "app/order_resolution.h"

#include <algorithm>

#include <fmt/format.h>

#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr Duration idle_wait = std::chrono::seconds{1};
constexpr std::string_view order_prefix = "order/";

}  // namespace

OrderResolution::OrderResolution(Loop& loop, const Clock& clock, journal::Journal& journal,
                                 IdSource& ids, telemetry::Metrics& metrics,
                                 ResolutionSettings settings, connectors::sitoo::Client& client,
                                 OrderPlanning& planning)
    : clock_(clock),
      journal_(journal),
      ids_(ids),
      settings_(std::move(settings)),
      client_(client),
      planning_(planning),
      reads_(settings_.reads, Entropy::from_machine(), clock.tick()),
      sequencer_(settings_.sequencer_wait),
      history_(settings_.sequencer_wait),
      calls_(loop,
             [](const std::string& what) {
               telemetry::log(telemetry::Level::error, "read_failed", {{"what", what}});
             }),
      reads_changed_(loop),
      releases_changed_(loop) {
  const telemetry::Labels labels{{"workspace", settings_.workspace},
                                 {"connection", settings_.source}};
  waiting_gauge_ =
      metrics.gauge("tillbridge_arrivals_waiting", "Arrivals not resolved yet", labels);
  breaker_open_ =
      metrics.gauge("tillbridge_breaker_open", "1 while the circuit breaker is open", labels);
  read_calls_ =
      metrics.counter("tillbridge_source_reads_total", "List calls to the source", labels);
  orders_read_ =
      metrics.counter("tillbridge_source_orders_read_total", "Orders read from the source", labels);
  not_found_ = metrics.counter("tillbridge_source_not_found_total",
                               "Announced orders that a read did not find", labels);
  moved_on_ = metrics.counter("tillbridge_sequencer_moved_on_total",
                              "Arrivals that were not waited for any longer", labels);
}

void OrderResolution::expect(ArrivalId id, Waiting waiting, Tick due) {
  using Need = engine::Reads::Need;
  const bool history = waiting.announces == announces_history;
  if (history) ++history_waiting_;
  sequencer_of(waiting).expect(id);
  reads_.add(id, waiting.subject, due, history ? Need::spare : Need::urgent);
  waiting_.emplace(id, std::move(waiting));
  waiting_gauge_.set(static_cast<double>(waiting_.size()));
  reads_changed_.notify();
}

// A stored time is wall time: the wait is bounded, so that a clock that was wrong delays nothing
// for long.
void OrderResolution::adopt(const journal::OpenArrival& arrival) {
  const Duration wait = std::clamp(arrival.due_at - clock_.now(), Duration{0}, settings_.settling);
  expect(arrival.id,
         Waiting{arrival.subject, arrival.announces, arrival.source, arrival.received_at,
                 arrival.happened_at.value_or(arrival.received_at), clock_.tick(), nullptr},
         clock_.tick() + wait);
}

void OrderResolution::add(const journal::AddArrival& arrival) {
  // Never longer than meant, also when the wall clock stepped back while it was being stored.
  const Duration meant = std::max(arrival.due_at - arrival.received_at, Duration{0});
  const Duration wait = std::clamp(arrival.due_at - clock_.now(), Duration{0}, meant);
  expect(arrival.id,
         Waiting{arrival.subject, arrival.announces, arrival.source, arrival.received_at,
                 arrival.happened_at.value_or(arrival.received_at), clock_.tick(), nullptr},
         clock_.tick() + wait);
}

Task<void> OrderResolution::run_reads() {
  while (!stopping_) {
    const bool room = sequencer_.ready_and_waiting() < settings_.orders_held_max;
    if (room) {
      for (;;) {
        std::vector<std::string> subjects = reads_.next_call(clock_.tick());
        if (subjects.empty()) break;
        calls_.start(read(std::move(subjects)));
      }
    }
    const Tick now = clock_.tick();
    const auto wake_at = room ? reads_.wake_at(now) : std::nullopt;
    const Duration wait = wake_at ? std::clamp(*wake_at - now, Duration{0}, idle_wait) : idle_wait;
    if (wait > Duration{0}) co_await reads_changed_.wait(wait);
  }
  co_await calls_.join();
}

Task<void> OrderResolution::read(std::vector<std::string> subjects) {
  std::vector<std::string> order_ids;
  order_ids.reserve(subjects.size());
  for (const std::string& subject : subjects)
    order_ids.push_back(subject.substr(order_prefix.size()));
  auto page = co_await client_.orders_by_id(order_ids);
  read_calls_.add();
  const Tick now = clock_.tick();
  const bool was_open = reads_.breaker().state() != engine::Breaker::State::closed;
  reads_.answered(page.outcome, subjects, now);
  note_breaker(was_open);
  if (page.outcome.kind == Outcome::Kind::rejected && subjects.size() == 1) {
    co_await missing(subjects.front());  // an answer about this one order: it cannot be found
  } else if (page.outcome.kind == Outcome::Kind::delivered) {
    std::unordered_map<std::string, std::shared_ptr<const connectors::sitoo::OrderRead>> by_subject;
    for (connectors::sitoo::OrderRead& order : page.orders) {
      std::string subject = std::string(order_prefix) + order.id;
      by_subject.emplace(std::move(subject),
                         std::make_shared<const connectors::sitoo::OrderRead>(std::move(order)));
    }
    orders_read_.add(static_cast<double>(by_subject.size()));
    std::vector<std::string> absent;
    for (const std::string& subject : subjects) {
      const auto found = by_subject.find(subject);
      if (found == by_subject.end()) {
        absent.push_back(subject);
        continue;
      }
      for (const ArrivalId id : reads_.found(subject)) {
        Waiting& waiting = waiting_.at(id);
        waiting.read = found->second;
        sequencer_of(waiting).ready(id, now);
      }
    }
    releases_changed_.notify();
    for (const std::string& subject : absent) co_await missing(subject);
  }
  reads_changed_.notify();
}

void OrderResolution::note_breaker(bool was_open) {
  const bool open = reads_.breaker().state() != engine::Breaker::State::closed;
  if (open == was_open) return;
  breaker_open_.set(open ? 1 : 0);
  telemetry::log(open ? telemetry::Level::warning : telemetry::Level::info,
                 open ? "breaker_opened" : "breaker_closed",
                 {{"workspace", settings_.workspace},
                  {"connection", settings_.source},
                  {"reason", reads_.breaker().reason()}});
}

void OrderResolution::list_answered(const Outcome& call) {
  read_calls_.add();
  const bool was_open = reads_.breaker().state() != engine::Breaker::State::closed;
  reads_.spare_answered(call, clock_.tick());
  note_breaker(was_open);
  reads_changed_.notify();
}

// Announced, but Sitoo does not know it (yet): contract sitoo.md 10.3 step 4.
Task<void> OrderResolution::missing(std::string subject) {
  not_found_.add();
  const engine::Reads::Missing absent = reads_.not_found(subject, clock_.tick());
  const Instant now = clock_.now();
  const Tick since = waiting_.at(absent.arrivals.front()).expected_since;
  if (clock_.tick() - since > settings_.not_found_for) {
    co_await give_up(subject, "Sitoo announced it but does not know it");
    co_return;
  }
  journal::Step step;
  for (const ArrivalId id : absent.arrivals) {
    journal::UpdateArrival update;
    update.id = id;
    update.workspace = settings_.workspace;
    update.reason = "not found yet, read again";
    update.tries = absent.tries;
    update.due_at = now + (absent.again_at - clock_.tick());
    step.arrival_updates.push_back(std::move(update));
  }
  co_await store(std::move(step));
}

Task<void> OrderResolution::give_up(std::string subject, std::string why) {
  const auto arrivals = reads_.drop(subject);
  const Instant now = clock_.now();
  journal::Step step;
  for (const ArrivalId id : arrivals) {
    const auto waiting = waiting_.find(id);
    sequencer_of(waiting->second).drop(id);
    if (waiting->second.announces == announces_history) --history_waiting_;
    waiting_.erase(waiting);
    journal::UpdateArrival update;
    update.id = id;
    update.workspace = settings_.workspace;
    update.state = journal::ArrivalState::in_case;
    update.reason = why;
    update.due_at = now;
    step.arrival_updates.push_back(std::move(update));
  }
  auto opened = engine::open_case(
      ids_.next<CaseId>(), engine::CaseType::order_not_found, settings_.workspace, subject, now,
      fmt::format("{}: {}. Check the number in Sitoo, then replay it.", subject, why));
  if (!arrivals.empty()) opened.arrival = arrivals.front();
  step.cases.push_back(std::move(opened));
  co_await store(std::move(step));
  releases_changed_.notify();
}

Task<void> OrderResolution::run_releases() {
  while (!stopping_) {
    auto releases = sequencer_.release(clock_.tick());
    if (releases.empty()) releases = history_.release(clock_.tick());
    std::vector<ReleasedOrder> batch;
    for (const engine::Release& release : releases) {
      if (!release.moved_past.empty())
        moved_on_.add(static_cast<double>(release.moved_past.size()));
      batch.push_back(take(release));
      if (batch.size() < settings_.orders_per_plan_max && &release != &releases.back()) continue;
      planning_now_ = true;
      const auto history = static_cast<std::size_t>(std::count_if(
          batch.begin(), batch.end(),
          [](const ReleasedOrder& one) { return one.announces == announces_history; }));
      const bool planned = co_await planning_.plan(std::exchange(batch, {}));
      planning_now_ = false;
      history_waiting_ -= history;
      if (!planned) co_return;  // stopping; the arrivals are still open in the journal
    }
    waiting_gauge_.set(static_cast<double>(waiting_.size()));
    reads_changed_.notify();
    if (!releases.empty()) continue;
    auto wake_at = sequencer_.wake_at();
    if (const auto later = history_.wake_at(); later && (!wake_at || *later < *wake_at))
      wake_at = later;
    const Duration wait =
        wake_at ? std::clamp(*wake_at - clock_.tick(), Duration{1'000}, idle_wait) : idle_wait;
    co_await releases_changed_.wait(wait);
  }
}

ReleasedOrder OrderResolution::take(const engine::Release& release) {
  auto node = waiting_.extract(release.id);
  Waiting& waiting = node.mapped();
  ReleasedOrder order;
  order.arrival = release.id;
  order.subject = std::move(waiting.subject);
  order.announces = std::move(waiting.announces);
  order.source = waiting.source;
  order.received_at = waiting.received_at;
  order.announced_at = waiting.announced_at;
  order.read = std::move(waiting.read);
  order.moved_past = release.moved_past;
  return order;
}

// Tries of an arrival are for people; if they cannot be stored now, the next try will be.
Task<void> OrderResolution::store(journal::Step step) {
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) {
    telemetry::log(telemetry::Level::warning, "tries_not_stored",
                   {{"workspace", settings_.workspace}, {"what", stored.error().what}});
  }
}

void OrderResolution::request_stop() {
  stopping_ = true;
  reads_changed_.notify();
  releases_changed_.notify();
}

void OrderResolution::pause() {
  reads_.pause();
}

void OrderResolution::resume() {
  reads_.resume();
  reads_changed_.notify();
}

}  // namespace tillbridge::app
