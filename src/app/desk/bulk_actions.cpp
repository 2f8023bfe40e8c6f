#include "app/desk/bulk_actions.h"

#include <algorithm>

#include <fmt/format.h>

#include "api/reply.h"
#include "app/desk/bulk_actions_parts.h"
#include "app/desk/bulk_actions_search.h"
#include "app/under_way.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr std::size_t sample_size = 5;
constexpr std::size_t facts_page = 100;
constexpr std::size_t chunks_looked_at = 50;

bool sends(const std::string& act) {
  return act == "send_again" || act == "rebuild";
}

Result<void> check_act(const std::string& act) {
  if (sends(act) || act == "skip" || act == "resolve") return {};
  return fail(Error::Kind::invalid_input, "act is send_again, rebuild, skip or resolve");
}

std::size_t chunks(std::uint64_t items, std::size_t per_chunk) {
  return static_cast<std::size_t>((items + per_chunk - 1) / per_chunk);
}

std::string in_words(const BulkState& state) {
  return fmt::format("'{}' by {} is under way ({} of {})", state.name, state.by, state.next,
                     state.total);
}

}  // namespace

HubBulkActions::HubBulkActions(BulkParts parts, BulkSettings settings)
    : on_(std::move(parts)), settings_(std::move(settings)) {
  for (const std::string& workspace : settings_.workspaces)
    desks_.emplace(workspace, std::make_unique<Desk>(on_.loop, workspace));
}

HubBulkActions::~HubBulkActions() = default;

void HubBulkActions::start(TaskGroup& tasks) {
  for (const auto& [workspace, desk] : desks_) tasks.start(work(*desk));
}

void HubBulkActions::request_stop() {
  stopping_ = true;
  for (const auto& [workspace, desk] : desks_) desk->changed.notify();
}

bool HubBulkActions::idle() const {
  return std::all_of(desks_.begin(), desks_.end(), [](const auto& one) {
    return one.second->recalled && one.second->running == nullptr;
  });
}

Result<HubBulkActions::Desk*> HubBulkActions::find(const std::string& workspace) const {
  std::string names;
  for (const auto& [name, desk] : desks_) {
    if (name == workspace || (workspace.empty() && desks_.size() == 1)) return desk.get();
    names += (names.empty() ? "" : ", ") + name;
  }
  return fail(Error::Kind::not_found,
              fmt::format("there is no workspace '{}'; there is {}", workspace, names));
}

// Reads which actions there are, once.
Task<Result<void>> HubBulkActions::recall(Desk& desk) {
  if (desk.recalled) co_return Result<void>{};
  std::vector<BulkState> states;
  std::string after;
  for (bool more = true; more;) {
    using Facts = std::vector<journal::Fact>;
    std::function<Result<Facts>(journal::Reader&)> query = [workspace = desk.workspace,
                                                            after](journal::Reader& reader) {
      return reader.facts_under(workspace, console_shelf, bulk_prefix, after, facts_page);
    };
    const auto found = co_await on_.journal.read<Facts>(std::move(query));
    if (!found) co_return fail(found.error());
    more = !found->empty();
    for (const journal::Fact& fact : *found) {
      after = fact.key;
      if (fact.key.find('/', std::string_view(bulk_prefix).size()) != std::string::npos) {
        // A part of an action: on to the next one.
        after = after_bulk(fact.key.substr(0, fact.key.find('/', 5)));
        break;
      }
      if (auto state = read_bulk_state(fact.value)) states.push_back(std::move(*state));
    }
  }
  if (desk.recalled) co_return Result<void>{};
  desk.recalled = true;
  for (BulkState& state : states) {
    auto action = std::make_shared<Action>();
    action->state = std::move(state);
    if (action->state.phase == BulkPhase::running) {
      desk.running = action;
      telemetry::log(telemetry::Level::info, "bulk_action_taken_up",
                     {{"workspace", desk.workspace}, {"next", action->state.next}});
    }
    desk.actions.emplace(action->state.id, std::move(action));
  }
  desk.changed.notify();
  co_return Result<void>{};
}

Task<Result<json::Object>> HubBulkActions::estimate(api::BulkAsked asked) {
  TB_CO_CHECK(check_act(asked.act));
  TB_CO_TRY(const Desk* desk, find(asked.workspace));
  asked.workspace = desk->workspace;
  const std::string act = asked.act;
  const auto found = co_await find_records(on_.journal, std::move(asked), settings_.records_max);
  if (!found) co_return fail(found.error());
  json::Object out;
  out["count"] = found->records.size();
  out["exact"] = found->exact;
  json::Array sample;
  for (const auto& [record, key] : found->records) {
    if (sample.size() < sample_size) sample.emplace_back(key);
  }
  out["sample"] = std::move(sample);
  json::Object platforms;
  if (sends(act)) {
    const auto calls = co_await calls_of(on_.journal, desk->workspace, *found);
    if (!calls) co_return fail(calls.error());
    const double at_least =
        static_cast<double>(found->records.size()) / std::max(settings_.items_per_second, 0.001);
    for (const auto& [connection, number] : *calls) {
      const double rate =
          on_.calls_per_second ? on_.calls_per_second(desk->workspace, connection) : 0.0;
      const double seconds = rate > 0 ? static_cast<double>(number) / rate : 0.0;
      platforms[connection] =
          json::Object{{"calls", number}, {"seconds", std::max(seconds, at_least)}};
    }
  }
  out["platforms"] = std::move(platforms);
  co_return out;
}

Result<void> HubBulkActions::refuse(const Desk& desk, const api::BulkAsked& asked,
                                    const BulkFound& found) const {
  if (desk.running != nullptr) {
    return fail(Error::Kind::rejected,
                in_words(desk.running->state) + "; wait for its end or cancel it");
  }
  if (!found.exact) {
    return fail(
        Error::Kind::rejected,
        fmt::format("these are more than {} records: narrow the filter", settings_.records_max));
  }
  const std::uint64_t now = found.records.size();
  if (now == 0) return fail(Error::Kind::rejected, "there is no such record any more");
  const std::uint64_t differ = now > asked.count ? now - asked.count : asked.count - now;
  if (differ * 10 > asked.count) {
    return fail(Error::Kind::rejected,
                fmt::format("these are {} records now, not {} as estimated: estimate again", now,
                            asked.count));
  }
  return {};
}

Task<Result<json::Object>> HubBulkActions::begin(api::BulkAsked asked) {
  TB_CO_CHECK(check_act(asked.act));
  if (asked.name.empty())
    co_return fail(Error::Kind::invalid_input, "name: say in a few words what this is for");
  TB_CO_TRY(Desk * desk, find(asked.workspace));
  asked.workspace = desk->workspace;
  if (auto recalled = co_await recall(*desk); !recalled) co_return fail(recalled.error());
  if (desk->beginning)
    co_return fail(Error::Kind::rejected, "somebody else begins one right now; look at it first");
  const UnderWay beginning(desk->beginning);
  if (desk->running != nullptr) {
    co_return fail(Error::Kind::rejected,
                   in_words(desk->running->state) + "; wait for its end or cancel it");
  }
  auto found = co_await find_records(on_.journal, asked, settings_.records_max);
  if (!found) co_return fail(std::move(found.error()));
  TB_CO_CHECK(refuse(*desk, asked, *found));
  auto action = co_await store_new(*desk, std::move(asked), std::move(*found));
  if (!action) co_return fail(std::move(action.error()));
  desk->running = *action;
  desk->actions.emplace((*action)->state.id, *action);
  while (desk->actions.size() > settings_.kept_max) desk->actions.erase(desk->actions.begin());
  desk->changed.notify();
  tell();
  co_return json::Object{{"id", std::to_string((*action)->state.id)}};
}

Task<Result<HubBulkActions::ActionRef>> HubBulkActions::store_new(Desk& desk, api::BulkAsked asked,
                                                                  BulkFound found) {
  auto action = std::make_shared<Action>();
  BulkState& state = action->state;
  state.id = on_.ids.next<NoteId>().value;
  state.name = std::move(asked.name);
  state.act = std::move(asked.act);
  state.by = std::move(asked.by);
  state.note =
      asked.note.empty() ? fmt::format("bulk action '{}'", state.name) : std::move(asked.note);
  state.filter = std::move(asked.as_asked);
  state.of_case = asked.of_case;
  state.connection = std::move(asked.connection);
  state.delivery_state = asked.delivery_state;
  state.total = found.records.size();
  state.began_at = on_.clock.now();
  for (const auto& [record, key] : found.records) action->ids.push_back(record);
  action->prepared = true;
  action->saved_at = on_.clock.tick();
  journal::Step step;
  for (std::size_t at = 0; at < chunks(state.total, bulk_ids_per_fact); ++at)
    put(desk, step, bulk_ids_key(state.id, at), ids_text(action->ids, at));
  put(desk, step, bulk_key(state.id), to_text(state));
  drop_oldest(desk, step);
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  telemetry::log(telemetry::Level::info, "bulk_action_began",
                 {{"workspace", desk.workspace}, {"act", state.act}, {"total", state.total}});
  co_return action;
}

void HubBulkActions::drop_oldest(const Desk& desk, journal::Step& step) const {
  if (desk.actions.size() < settings_.kept_max) return;
  const BulkState& oldest = desk.actions.begin()->second->state;
  for (std::size_t at = 0; at < chunks(oldest.total, bulk_items_per_fact); ++at)
    put(desk, step, bulk_items_key(oldest.id, at), "");
  put(desk, step, bulk_key(oldest.id), "");
}

void HubBulkActions::put(const Desk& desk, journal::Step& step, std::string key,
                         std::string value) const {
  step.facts.push_back(
      {desk.workspace, console_shelf, std::move(key), std::move(value), on_.clock.now()});
}

Task<Result<HubBulkActions::ActionRef>> HubBulkActions::find_action(std::string workspace,
                                                                    std::string id) {
  TB_CO_TRY(Desk * desk, find(workspace));
  if (auto recalled = co_await recall(*desk); !recalled) co_return fail(recalled.error());
  const auto found = desk->actions.find(id_of_text(id));
  if (found == desk->actions.end())
    co_return fail(Error::Kind::not_found, fmt::format("there is no bulk action {}", id));
  co_return found->second;
}

Task<Result<json::Object>> HubBulkActions::cancel(std::string workspace, std::string id,
                                                  std::string by) {
  auto action = co_await find_action(workspace, id);
  if (!action) co_return fail(std::move(action.error()));
  BulkState& state = (*action)->state;
  if (state.phase != BulkPhase::running)
    co_return fail(Error::Kind::rejected, fmt::format("it is {} already", name(state.phase)));
  TB_CO_TRY(Desk * desk, find(workspace));
  if (state.cancelled_by.empty()) state.cancelled_by = by.empty() ? "somebody" : std::move(by);
  desk->changed.notify();
  const auto stored = co_await on_.journal.commit(progress(*desk, **action));
  if (!stored) co_return fail(stored.error());
  tell();
  co_return bulk_view((*action)->state);
}

Task<Result<json::Object>> HubBulkActions::list(std::string workspace, std::string after,
                                                std::size_t limit) {
  TB_CO_TRY(Desk * desk, find(workspace));
  if (auto recalled = co_await recall(*desk); !recalled) co_return fail(recalled.error());
  json::Array page;
  auto at = after.empty() ? desk->actions.end() : desk->actions.lower_bound(id_of_text(after));
  std::string next;
  while (at != desk->actions.begin() && page.size() < limit) {
    --at;
    page.emplace_back(bulk_view(at->second->state));
    next = std::to_string(at->first);
  }
  if (at == desk->actions.begin()) next.clear();
  co_return api::page(std::move(page), std::move(next));
}

Task<Result<json::Object>> HubBulkActions::read(std::string workspace, std::string id) {
  const auto action = co_await find_action(std::move(workspace), std::move(id));
  if (!action) co_return fail(action.error());
  co_return bulk_view((*action)->state);
}

// `after`: the place of the item that the page before ended with, from 1.
Task<Result<json::Object>> HubBulkActions::items(std::string workspace, std::string id,
                                                 bool only_failed, std::string after,
                                                 std::size_t limit) {
  const auto action = co_await find_action(workspace, std::move(id));
  if (!action) co_return fail(action.error());
  TB_CO_TRY(const Desk* desk, find(workspace));
  const BulkState& state = (*action)->state;
  std::uint64_t at = id_of_text(after);
  json::Array page;
  std::size_t looked = 0;
  while (at < state.next && page.size() < limit && looked++ < chunks_looked_at) {
    const auto number = static_cast<std::size_t>(at / bulk_items_per_fact);
    std::vector<BulkItem> chunk;
    if ((*action)->prepared && number == (*action)->chunk_at) {
      chunk = (*action)->chunk;
    } else {
      std::vector<std::string> keys{bulk_items_key(state.id, number)};
      const auto stored = co_await facts(desk->workspace, std::move(keys));
      if (!stored) co_return fail(stored.error());
      chunk = read_items(stored->front());
    }
    const std::uint64_t first = number * bulk_items_per_fact;
    const std::uint64_t until = std::min<std::uint64_t>(state.next, first + bulk_items_per_fact);
    for (; at < until && page.size() < limit; ++at) {
      const auto within = static_cast<std::size_t>(at - first);
      if (within >= chunk.size()) continue;
      if (!only_failed || chunk[within].result == BulkResult::failed)
        page.emplace_back(bulk_item_view(chunk[within]));
    }
  }
  co_return api::page(std::move(page), at < state.next ? std::to_string(at) : std::string{});
}

Task<Result<std::vector<std::string>>> HubBulkActions::facts(std::string workspace,
                                                             std::vector<std::string> keys) {
  using Values = std::vector<std::optional<std::string>>;
  std::function<Result<Values>(journal::Reader&)> query = [workspace,
                                                           keys](journal::Reader& reader) {
    return reader.facts(workspace, console_shelf, keys);
  };
  auto found = co_await on_.journal.read<Values>(std::move(query));
  if (!found) co_return fail(std::move(found.error()));
  std::vector<std::string> values;
  for (auto& value : *found) values.push_back(std::move(value).value_or(""));
  co_return values;
}

void HubBulkActions::tell() const {
  if (on_.on_changed) on_.on_changed();
}

}  // namespace tillbridge::app
