#include "till/till_traffic.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>

#include "till/answer_check.h"

namespace sandbox::till {

using tillbridge::Duration;
using tillbridge::fail;
using tillbridge::Result;
using tillbridge::Task;
using tillbridge::Tick;
using Kind = tillbridge::Error::Kind;

namespace {

constexpr Duration nap_max = std::chrono::milliseconds{200};  // so that stop() is soon noticed
constexpr int starts_per_turn_max = 16;
// A newcomer is looked for after this: a platform needs a while until a read sees a write.
constexpr Duration settling = std::chrono::seconds{5};
constexpr double calls_max = 5e6;  // LIMIT: of one run, whose latencies are all kept
// LIMIT: further calls are errors at once, so that a server that hangs costs no memory without end.
constexpr std::size_t in_flight_max = 20'000;

bool is_expected(Operation operation, int status) {
  return status == 200 || (operation == Operation::add && status == 201);
}

}  // namespace

TillTraffic::TillTraffic(tillbridge::Loop& loop, const tillbridge::Clock& clock,
                         tillbridge::outbound::Transport& transport,
                         const sitoo::Masterdata& stores, const shopping_day::Customers& customers,
                         Ledger& ledger)
    : loop_(loop),
      clock_(clock),
      stores_(stores),
      ledger_(ledger),
      client_(transport),
      people_(customers),
      tasks_(loop,
             [](const std::string& what) { std::fprintf(stderr, "till: %s\n", what.c_str()); }) {}

Result<void> TillTraffic::start(TrafficSettings settings) {
  if (running()) return fail(Kind::unavailable, "the tills are calling already");
  if (!(settings.calls_per_second > 0 && settings.seconds > 0) ||
      settings.calls_per_second * settings.seconds > calls_max)
    return fail(Kind::invalid_input, "rate and seconds must be positive and sensible");
  tally_ = {};
  maker_ = std::make_unique<CallMaker>(people_, stores_, settings.mix, settings.seed);
  running_ = true;
  tasks_.start(run(clock_.tick(), std::move(settings)));
  return {};
}

Task<void> TillTraffic::run(Tick began, TrafficSettings settings) {
  const Tick end = began + Duration{static_cast<std::int64_t>(settings.seconds * 1e6)};
  tillbridge::Entropy gaps(settings.seed ^ 0x7411);
  Tick due = began;
  int starts = 0;
  while (!tasks_.stopping() && due < end) {
    const Duration early = due - clock_.tick();
    if (early > Duration{0}) {
      co_await tillbridge::sleep_for(loop_, std::min(early, nap_max));
      continue;
    }
    place(maker_->next(due), due);
    const double gap_s = -std::log(1.0 - gaps.unit()) / settings.calls_per_second;
    due += Duration{static_cast<std::int64_t>(gap_s * 1e6)};
    if (++starts % starts_per_turn_max == 0) co_await tillbridge::yield_now(loop_);
  }
  running_ = false;
}

void TillTraffic::place(PlannedCall planned, Tick scheduled) {
  if (planned.call.operation == Operation::add || planned.call.operation == Operation::update) {
    // Before the call: the hub's write may be faster than its answer.
    const Person& person = *planned.person;
    ledger_.written_at_till({person.customer_id, person.email,
                             person.phones.empty() ? std::string() : person.phones.back()});
  }
  if (planned.pressed_again_after) {
    ++in_flight_;
    tasks_.start(make(planned, scheduled + *planned.pressed_again_after));
  }
  ++in_flight_;
  tasks_.start(make(std::move(planned), scheduled));
}

Task<void> TillTraffic::make(PlannedCall planned, Tick scheduled) {
  while (scheduled > clock_.tick())
    co_await tillbridge::sleep_for(loop_, std::min(scheduled - clock_.tick(), nap_max));
  if (tasks_.stopping()) {  // the transport may be gone
    --in_flight_;
    co_return;
  }
  tally_.asked();
  Result<CrmAnswer> answer = fail(Kind::unavailable, "too many calls are under way");
  if (in_flight_ <= in_flight_max) answer = co_await client_.call(planned.call);
  judge(planned, answer, scheduled);
  if (planned.adds && answer && is_expected(Operation::add, answer->status))
    took_newcomer(planned, customer_id_in(answer->body));
  --in_flight_;
}

void TillTraffic::judge(const PlannedCall& planned, const Result<CrmAnswer>& answer,
                        Tick scheduled) {
  Tally::Outcome outcome;
  outcome.operation = planned.call.operation;
  outcome.latency = clock_.tick() - scheduled;
  if (!answer) {
    outcome.answered = false;
    outcome.verdict = Tally::Verdict::error;
    outcome.problem = planned.about + ": " + answer.error().what;
    return tally_.take(outcome);
  }
  outcome.platform = answer->platform;
  if (!is_expected(outcome.operation, answer->status)) {
    outcome.verdict = Tally::Verdict::error;
    outcome.problem =
        fmt::format("{}: {} {}", planned.about, answer->status, answer->body.substr(0, 200));
    return tally_.take(outcome);
  }
  if (const auto parsed = tillbridge::json::parse(answer->body))
    outcome.from_index = is_from_index(*parsed);
  if (const Flaw flaw = answer_flaw(outcome.operation, answer->body, planned.person)) {
    outcome.verdict = Tally::Verdict::wrong;
    outcome.problem = planned.about + ": " + *flaw;
  }
  tally_.take(outcome);
}

// Of two presses the first answered says who it is: the other one has to name the same customer.
void TillTraffic::took_newcomer(const PlannedCall& planned, const std::string& customer_id) {
  if (customer_id.empty()) return;
  people_.was_added(*planned.person, customer_id, clock_.tick() + settling);
  ledger_.written_at_till({customer_id, {}, {}});
}

tillbridge::json::Object TillTraffic::report() const {
  tillbridge::json::Object report = tally_.to_json();
  report["running"] = running();
  return report;
}

Task<void> TillTraffic::stop() {
  tasks_.request_stop();
  co_await tasks_.join();
}

}  // namespace sandbox::till
