#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "app/desk/bulk_actions_parts.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr Duration idle_wait = std::chrono::seconds{60};
constexpr int tries_max = 5;
constexpr std::size_t cases_page = 500;

std::size_t chunk_of(std::uint64_t item) {
  return static_cast<std::size_t>(item / bulk_items_per_fact);
}

}  // namespace

Task<void> HubBulkActions::work(Desk& desk) {
  while (!stopping_) {
    const auto recalled = co_await recall(desk);
    if (stopping_) break;
    if (!recalled) {
      co_await desk.changed.wait(settings_.retry_pause);
    } else if (desk.running == nullptr) {
      co_await desk.changed.wait(idle_wait);
    } else if (co_await prepare(desk, desk.running)) {
      co_await go_on(desk, desk.running);
    } else if (!stopping_) {
      co_await desk.changed.wait(settings_.retry_pause);
    }
  }
}

// Reads what a stopped action is about and what became of its last items.
Task<bool> HubBulkActions::prepare(Desk& desk, ActionRef action) {
  if (action->prepared) co_return true;
  const BulkState& state = action->state;
  std::vector<std::string> keys;
  for (std::size_t at = 0; at * bulk_ids_per_fact < state.total; ++at)
    keys.push_back(bulk_ids_key(state.id, at));
  keys.push_back(bulk_items_key(state.id, chunk_of(state.next)));
  const auto values = co_await facts(desk.workspace, std::move(keys));
  if (!values) co_return false;
  action->ids.clear();
  for (std::size_t at = 0; at + 1 < values->size(); ++at) {
    const auto ids = read_ids((*values)[at]);
    action->ids.insert(action->ids.end(), ids.begin(), ids.end());
  }
  action->chunk_at = chunk_of(state.next);
  action->chunk = read_items(values->back());
  action->chunk.resize(static_cast<std::size_t>(state.next % bulk_items_per_fact));
  action->saved_at = on_.clock.tick();
  action->prepared = true;
  if (action->ids.size() != state.total) {
    action->state.phase = BulkPhase::failed;
    action->state.reason = "the list of its records cannot be read any more";
  }
  co_return true;
}

Task<void> HubBulkActions::go_on(Desk& desk, ActionRef action) {
  BulkState& state = action->state;
  engine::Budget pace({settings_.items_per_second, std::max(1.0, settings_.items_per_second), 0.0},
                      on_.clock.tick());
  while (state.phase == BulkPhase::running && state.next < state.total) {
    if (stopping_ || !state.cancelled_by.empty()) break;
    const Tick now = on_.clock.tick();
    const Tick ready = pace.ready_at(now);
    if (ready > now) {
      co_await desk.changed.wait(ready - now);
      continue;
    }
    (void)pace.take(now);
    const RecordId record = action->ids[static_cast<std::size_t>(state.next)];
    BulkItem item = co_await act(desk, action, record);
    if (!item.record) break;  // stopping: not done, begins anew at the next start
    if (chunk_of(state.next) != action->chunk_at) {
      action->chunk_at = chunk_of(state.next);
      action->chunk.clear();
    }
    ++(item.result == BulkResult::done     ? state.done
       : item.result == BulkResult::failed ? state.failed
                                           : state.nothing_to_do);
    action->chunk.push_back(std::move(item));
    ++state.next;
    ++action->unsaved;
    const bool due = action->unsaved >= settings_.save_after ||
                     action->chunk.size() == bulk_items_per_fact ||
                     on_.clock.tick() - action->saved_at >= settings_.save_every;
    if (due && !co_await save(desk, action)) break;
    co_await yield_now(on_.loop);
  }
  if (!stopping_) {
    co_await finish(desk, action);
  } else if (action->unsaved > 0) {
    (void)co_await save(desk, action);
  }
}

// An item without record: stopping came before it was acted on.
Task<BulkItem> HubBulkActions::act(Desk& desk, ActionRef action, RecordId record) {
  const BulkActor actor{on_.clock, on_.journal, on_.acts};
  BulkItem item;
  for (int tries = 1;; ++tries) {
    std::string trouble;
    try {
      auto done = co_await act_on(actor, desk.workspace, action->state, record);
      if (done) co_return std::move(*done);
      trouble = done.error().what;
    } catch (const std::exception& failure) {
      telemetry::log(telemetry::Level::error, "bulk_item_failed", {{"what", failure.what()}});
      trouble = "an error of the hub, see its log";
      tries = tries_max;
    }
    if (tries >= tries_max) {
      item.record = record;
      item.result = BulkResult::failed;
      item.text = std::move(trouble);
      co_return item;
    }
    if (stopping_) co_return item;
    co_await desk.changed.wait(settings_.retry_pause);
    if (stopping_) co_return item;
  }
}

// Cases that are about no record (an arrival, a store) belong to the case as well.
Task<Result<void>> HubBulkActions::close_rest_of_case(Desk& /*desk*/, ActionRef action) {
  const CaseGroupId group = action->state.of_case;
  const std::string by = action->state.by;
  const std::string note = action->state.note;
  // Those that have come since it began are none of its.
  CaseId before{action->state.id};
  for (;;) {
    using Rows = std::vector<journal::CaseRow>;
    std::function<Result<Rows>(journal::Reader&)> query = [group, before](journal::Reader& reader) {
      return reader.cases_of(group, true, before, cases_page);
    };
    const auto rows = co_await on_.journal.read<Rows>(std::move(query));
    if (!rows) co_return fail(rows.error());
    journal::Step step;
    for (const journal::CaseRow& row : *rows) {
      before = row.id;
      if (row.record) continue;
      journal::CloseCase closed{row.id, on_.clock.now(), by, note};
      step.closed_cases.push_back(std::move(closed));
    }
    if (!step.closed_cases.empty()) {
      const auto stored = co_await on_.journal.commit(std::move(step));
      if (!stored) co_return fail(stored.error());
    }
    if (rows->size() < cases_page) co_return Result<void>{};
  }
}

Task<void> HubBulkActions::finish(Desk& desk, ActionRef action) {
  BulkState& state = action->state;
  const bool whole = state.next == state.total;
  if (whole && state.phase == BulkPhase::running && state.act == "resolve" && state.of_case) {
    while (!stopping_) {
      const auto closed = co_await close_rest_of_case(desk, action);
      if (closed) break;
      co_await desk.changed.wait(settings_.retry_pause);
    }
    if (stopping_) co_return;
  }
  if (state.phase == BulkPhase::running)
    state.phase = whole ? BulkPhase::done : BulkPhase::cancelled;
  state.ended_at = on_.clock.now();
  if (!co_await save(desk, action)) co_return;
  telemetry::log(telemetry::Level::info, "bulk_action_ended",
                 {{"workspace", desk.workspace},
                  {"state", name(state.phase)},
                  {"done", state.done},
                  {"nothing_to_do", state.nothing_to_do},
                  {"failed", state.failed}});
  action->ids.clear();
  if (desk.running == action) desk.running = nullptr;
}

journal::Step HubBulkActions::progress(const Desk& desk, Action& action) const {
  const BulkState& state = action.state;
  journal::Step step;
  if (action.prepared && !action.chunk.empty())
    put(desk, step, bulk_items_key(state.id, action.chunk_at), items_text(action.chunk));
  if (state.phase != BulkPhase::running) {
    for (std::size_t at = 0; at * bulk_ids_per_fact < state.total; ++at)
      put(desk, step, bulk_ids_key(state.id, at), "");
  }
  put(desk, step, bulk_key(state.id), to_text(state));
  return step;
}

// What happened has to be stored: a full disk delays the action, it does not lose results.
Task<bool> HubBulkActions::save(Desk& desk, ActionRef action) {
  for (;;) {
    action->unsaved = 0;
    action->saved_at = on_.clock.tick();
    const auto stored = co_await on_.journal.commit(progress(desk, *action));
    if (stored) break;
    telemetry::log(telemetry::Level::error, "bulk_progress_not_stored",
                   {{"workspace", desk.workspace}, {"what", stored.error().what}});
    if (stopping_) co_return false;
    co_await desk.changed.wait(settings_.retry_pause);
  }
  tell();
  co_return true;
}

}  // namespace tillbridge::app
