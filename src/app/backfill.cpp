#include "app/backfill.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "app/klaviyo_comparison.h"
#include "app/safety_net.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr Duration look_again = std::chrono::milliseconds{100};
constexpr Duration idle_wait = std::chrono::seconds{60};

engine::BudgetSettings pace_of(const BackfillLimits& limits) {
  return {limits.orders_per_second, std::max(1.0, limits.orders_per_second), 0.0};
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string range_text(const BackfillState& state) {
  if (state.from_day.empty()) return fmt::format("orders {} to {}", state.from, state.until - 1);
  return fmt::format("the orders of {} to {}", state.from_day, state.until_day);
}

}  // namespace

Backfill::Backfill(Surroundings on, BackfillSettings settings, connectors::sitoo::Client& client,
                   OrderResolution& resolution)
    : on_(on),
      settings_(std::move(settings)),
      client_(client),
      resolution_(resolution),
      pace_(pace_of(settings_.limits), on.clock.tick()),
      group_max_(static_cast<std::size_t>(pace_of(settings_.limits).burst)),
      changed_(on.loop),
      left_(on.loop) {
  taken_up_ =
      on.metrics.counter("tillbridge_backfill_orders_total", "Past orders that a backfill took up",
                         {{"workspace", settings_.workspace}, {"connection", settings_.source}});
}

Task<void> Backfill::run() {
  while (!stopping_) {
    co_await enter();
    const bool recalled = co_await recall();
    leave();
    const Duration wait = recalled ? co_await go_on() : settings_.retry_pause;
    if (!stopping_ && wait > Duration{0}) co_await changed_.wait(wait);
  }
}

void Backfill::request_stop() {
  stopping_ = true;
  changed_.notify();
  left_.notify();
}

Task<void> Backfill::enter() {
  while (entered_) co_await left_.wait(look_again);
  entered_ = true;
}

void Backfill::leave() {
  entered_ = false;
  left_.notify();
}

bool Backfill::under_way() const {
  return walk_ && (walk_->state().phase == BackfillPhase::running ||
                   walk_->state().phase == BackfillPhase::paused);
}

Task<bool> Backfill::recall() {
  if (recalled_) co_return true;
  using Stored = std::optional<std::string>;
  std::function<Result<Stored>(journal::Reader&)> query =
      [workspace = settings_.workspace](journal::Reader& reader) {
        return reader.cursor(workspace, std::string(backfill_cursor));
      };
  const auto stored = co_await on_.journal.read<Stored>(std::move(query));
  if (!stored) co_return false;
  recalled_ = true;
  if (!*stored) co_return true;
  auto state = backfill_state_of(**stored);
  if (!state) {
    telemetry::log(telemetry::Level::error, "backfill_state_unreadable",
                   {{"workspace", settings_.workspace}, {"what", state.error().what}});
    co_return true;
  }
  walk_ = std::make_shared<BackfillWalk>(std::move(*state));
  if (under_way()) {
    telemetry::log(telemetry::Level::info, "backfill_taken_up",
                   {{"workspace", settings_.workspace}, {"next", walk_->state().next}});
  }
  co_return true;
}

// One step of it; how long to wait before the next.
Task<Duration> Backfill::go_on() {
  if (!running()) co_return idle_wait;
  const auto walk = walk_;
  if (walk->wants_page()) co_return co_await list(walk);
  if (resolution_.reads().paused() || resolution_.live_is_late()) co_return look_again;
  const std::size_t open = resolution_.history_waiting();
  const std::size_t room = settings_.limits.open_orders_max -
                           std::min<std::size_t>(open, settings_.limits.open_orders_max);
  const std::size_t most = std::min(group_max_, room);
  if (most == 0) co_return look_again;
  const Tick now = on_.clock.tick();
  const Tick ready = pace_.ready_at(now, false, static_cast<std::uint32_t>(most));
  if (ready > now) co_return std::min(ready - now, look_again);
  co_return co_await take_up(walk, most) ? Duration{0} : settings_.retry_pause;
}

Task<Duration> Backfill::list(std::shared_ptr<BackfillWalk> walk) {
  if (!resolution_.take_list_call()) co_return look_again;
  const BackfillState state = walk->state();
  const connectors::sitoo::PastOrders range{state.next, state.until, state.since, state.before};
  const auto page = co_await client_.past_orders(range);
  resolution_.list_answered(page.outcome);
  if (page.outcome.kind != Outcome::Kind::delivered) {
    trouble_ = page.outcome.reason;
    co_return std::max(settings_.retry_pause, page.outcome.retry_after.value_or(Duration{0}));
  }
  trouble_.clear();
  std::vector<BackfillWalk::Listed> listed;
  listed.reserve(page.orders.size());
  for (const auto& order : page.orders) {
    if (const std::int64_t id = number(order.id); id >= state.next)
      listed.push_back({id, order.ordered_at});
  }
  const bool last = listed.empty() || static_cast<std::int64_t>(page.orders.size()) >= page.total;
  walk->listed(std::move(listed), last);
  co_return Duration{0};
}

// Which of the page the journal knows, and what follows from it.
Task<Result<BackfillWalk::Decision>> Backfill::decide(std::shared_ptr<BackfillWalk> walk,
                                                      std::size_t most) {
  struct Seen {
    std::vector<bool> known;
    std::optional<std::string> installed_at;
  };
  std::vector<std::string> subjects;
  for (const std::int64_t id : walk->page()) subjects.push_back(fmt::format("order/{}", id));
  std::function<Result<Seen>(journal::Reader&)> query =
      [workspace = settings_.workspace, subjects](journal::Reader& reader) -> Result<Seen> {
    Seen seen;
    TB_TRY(seen.known, reader.known_subjects(workspace, subjects));
    TB_TRY(seen.installed_at, reader.cursor(workspace, std::string(order_poll_start_cursor)));
    return seen;
  };
  const auto seen = co_await on_.journal.read<Seen>(std::move(query));
  if (!seen) co_return fail(seen.error());
  const Instant now = on_.clock.now();
  // Before the safety net knows where it began, no event can have been missed either.
  BackfillWalk::Live live;
  live.above = seen->installed_at ? number(*seen->installed_at) : walk->state().until;
  live.not_before = now - settings_.late_event_grace;
  co_return walk->decide(seen->known, most, live, now);
}

Task<bool> Backfill::take_up(std::shared_ptr<BackfillWalk> walk, std::size_t most) {
  co_await enter();
  bool stored = false;
  const bool still = walk == walk_ && running();
  if (still) {
    auto decision = co_await decide(walk, most);
    if (decision) {
      journal::Step step;
      for (const std::int64_t order : decision->taken) step.arrivals.push_back(arrival_of(order));
      put_state(decision->state, step);
      const std::vector<journal::AddArrival> arrivals = step.arrivals;
      const auto receipt = co_await on_.journal.commit(std::move(step));
      stored = receipt.has_value();
      if (!stored) trouble_ = receipt.error().what;
      if (stored) {
        trouble_.clear();
        (void)pace_.take(on_.clock.tick(), false, static_cast<std::uint32_t>(arrivals.size()));
        taken_up_.add(static_cast<double>(arrivals.size()));
        for (const journal::AddArrival& arrival : arrivals) resolution_.add(arrival);
        walk->apply(std::move(*decision));
      }
    } else {
      trouble_ = decision.error().what;
    }
  }
  leave();
  if (still && stored && walk->state().phase == BackfillPhase::done) {
    telemetry::log(telemetry::Level::info, "backfill_done",
                   {{"workspace", settings_.workspace},
                    {"found", walk->state().found},
                    {"known", walk->state().known},
                    {"taken_up", walk->state().taken_up}});
  }
  co_return stored || !still;
}

journal::AddArrival Backfill::arrival_of(std::int64_t order) const {
  journal::AddArrival arrival;
  arrival.id = on_.ids.next<ArrivalId>();
  arrival.workspace = settings_.workspace;
  arrival.connection = settings_.source;
  arrival.source = journal::ArrivalSource::backfill;
  arrival.subject = fmt::format("order/{}", order);
  arrival.announces = announces_history;
  arrival.received_at = arrival.due_at = on_.clock.now();
  return arrival;
}

void Backfill::put_state(const BackfillState& state, journal::Step& step) const {
  step.cursors.push_back(
      {settings_.workspace, std::string(backfill_cursor), json::to_text(to_json(state))});
}

// The range is fixed at its start: what is sold meanwhile is nobody's past.
Task<Result<BackfillState>> Backfill::understood(api::BackfillAsked asked) {
  BackfillState state;
  const bool by_day = !asked.from_day.empty() || !asked.until_day.empty();
  const bool by_number = asked.from != 0 || asked.until != 0;
  if (by_day == by_number) {
    co_return fail(Error::Kind::invalid_input,
                   "say which orders: by number (from, until) or by day (from_day, until_day)");
  }
  if (by_day) {
    state.from_day = asked.from_day;
    state.until_day = asked.until_day.empty() ? asked.from_day : asked.until_day;
    TB_CO_TRY(const TimeSpan first, day_of(settings_.zone, state.from_day));
    TB_CO_TRY(const TimeSpan last, day_of(settings_.zone, state.until_day));
    if (last.from < first.from)
      co_return fail(Error::Kind::invalid_input, "the last day is before the first");
    state.since = first.from;
    state.before = last.until;
  } else if (asked.from < 1 || (asked.until != 0 && asked.until < asked.from)) {
    co_return fail(Error::Kind::invalid_input,
                   "order numbers begin at 1, and the last is not before the first");
  }
  const auto newest = co_await client_.newest_order();
  if (newest.outcome.kind != Outcome::Kind::delivered)
    co_return fail(Error::Kind::unavailable, newest.outcome.reason);
  std::int64_t last = 0;
  for (const auto& order : newest.orders) last = std::max(last, number(order.id));
  if (by_number) {
    state.from = asked.from;
    last = std::min(last, asked.until == 0 ? asked.from : asked.until);
  }
  state.until = std::max(last + 1, state.from);
  state.next = state.from;
  state.by = asked.by;
  state.started_at = on_.clock.now();
  co_return state;
}

Task<Result<json::Object>> Backfill::start(api::BackfillAsked asked) {
  auto state = co_await understood(std::move(asked));
  if (!state) co_return fail(std::move(state.error()));
  co_await enter();
  Result<void> started{};
  if (!co_await recall()) {
    started = fail(Error::Kind::unavailable, "the journal does not answer");
  } else if (under_way()) {
    started = fail(Error::Kind::rejected,
                   fmt::format("a backfill of {} is {}; wait for its end or stop it first",
                               range_text(walk_->state()), name(walk_->state().phase)));
  } else {
    std::string audit = fmt::format("{} started a backfill of {}", state->by, range_text(*state));
    started = co_await change(std::move(*state), std::move(audit));
  }
  leave();
  changed_.notify();
  if (!started) co_return fail(std::move(started.error()));
  co_return this->state();
}

Task<Result<json::Object>> Backfill::act(std::string act, std::string by) {
  using Phase = BackfillPhase;
  const auto wanted = act == "pause"    ? std::optional(Phase::paused)
                      : act == "resume" ? std::optional(Phase::running)
                      : act == "stop"   ? std::optional(Phase::stopped)
                                        : std::nullopt;
  if (!wanted)
    co_return fail(Error::Kind::not_found, "a backfill can be paused, resumed and stopped");
  co_await enter();
  Result<void> done{};
  if (!co_await recall() || !under_way()) {
    done = fail(Error::Kind::rejected, "no backfill is under way");
  } else if (walk_->state().phase != *wanted) {
    BackfillState state = walk_->state();
    state.phase = *wanted;
    if (*wanted == Phase::stopped) state.ended_at = on_.clock.now();
    std::string audit =
        fmt::format("{} made the backfill of {} {}", by, range_text(state), name(*wanted));
    done = co_await change(std::move(state), std::move(audit));
  }
  leave();
  changed_.notify();
  if (!done) co_return fail(std::move(done.error()));
  co_return state();
}

Task<Result<void>> Backfill::change(BackfillState state, std::string audit) {
  telemetry::log(telemetry::Level::info, "backfill_changed",
                 {{"workspace", settings_.workspace}, {"what", audit}});
  journal::Step step;
  journal::AddNote note;
  note.id = on_.ids.next<NoteId>();
  note.workspace = settings_.workspace;
  note.at = on_.clock.now();
  note.kind = "audit";
  note.text = std::move(audit);
  step.notes.push_back(std::move(note));
  put_state(state, step);
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  // A page that is being listed belongs to the old walk.
  walk_ = std::make_shared<BackfillWalk>(std::move(state));
  trouble_.clear();
  co_return Result<void>{};
}

json::Object Backfill::state() const {
  json::Object out;
  out["workspace"] = settings_.workspace;
  const auto open = static_cast<std::int64_t>(resolution_.history_waiting());
  out["open"] = open;
  if (!walk_) {
    out["phase"] = "none";
    return out;
  }
  const BackfillState& state = walk_->state();
  for (const auto& member : to_json(state)) out[member.key()] = member.value();
  out["range"] = range_text(state);
  out["planned"] = state.taken_up - std::min(open, state.taken_up);
  out["started_at"] = utc_text(state.started_at);
  if (state.ended_at) out["ended_at"] = utc_text(*state.ended_at);
  out["trouble"] = trouble_;
  return out;
}

}  // namespace tillbridge::app
