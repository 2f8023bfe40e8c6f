#include "app/desk/bulk_actions_item.h"

#include <algorithm>

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

bool waits_for_person(const journal::DeliveryRow& delivery) {
  return delivery.state == journal::DeliveryState::parked ||
         delivery.state == journal::DeliveryState::blocked;
}

// Which of the record's deliveries the action is about.
bool is_meant(const BulkState& action, const journal::DeliveryRow& delivery) {
  return (action.connection.empty() || delivery.connection == action.connection) &&
         (!action.delivery_state || delivery.state == *action.delivery_state);
}

BulkItem nothing(BulkItem item, std::string text) {
  item.result = BulkResult::nothing_to_do;
  item.text = std::move(text);
  return item;
}

// What an act on a record answered, as the item's result.
Result<BulkItem> said(BulkItem item, Result<std::string> answer) {
  if (!answer && answer.error().kind == Error::Kind::unavailable)
    return fail(std::move(answer.error()));
  item.result = answer ? BulkResult::done : BulkResult::failed;
  item.text = answer ? std::move(*answer) : std::move(answer.error().what);
  return item;
}

Task<Result<BulkItem>> skip(BulkActor actor, std::string workspace, BulkState action,
                            journal::Journey journey, BulkItem item) {
  std::size_t skipped = 0;
  for (const journal::DeliveryRow& delivery : journey.deliveries) {
    if (!waits_for_person(delivery) || !is_meant(action, delivery)) continue;
    const DeliveryId id = delivery.id;
    auto answer = co_await actor.acts.skip(workspace, id, action.by, action.note);
    if (!answer) co_return said(std::move(item), std::move(answer));
    ++skipped;
  }
  if (skipped == 0) co_return nothing(std::move(item), "nothing of it waits for a person");
  item.text = fmt::format("{} delivery(s) will not be sent", skipped);
  co_return item;
}

bool is_meant(const BulkState& action, const journal::CaseRow& one,
              const std::vector<CaseId>& of_group, const journal::Journey& journey) {
  if (one.closed_at) return false;
  if (action.of_case) return std::find(of_group.begin(), of_group.end(), one.id) != of_group.end();
  if (!action.delivery_state) return true;
  for (const journal::DeliveryRow& delivery : journey.deliveries) {
    if (one.delivery == delivery.id) return is_meant(action, delivery);
  }
  return false;
}

// The open cases of the record that belong to the action's case.
Task<Result<std::vector<CaseId>>> of_group(journal::Journal& journal, CaseGroupId group,
                                           journal::Journey journey) {
  using Found = std::optional<journal::CaseGroupRow>;
  std::function<Result<Found>(journal::Reader&)> query = [group](journal::Reader& reader) {
    return reader.case_group(group);
  };
  const auto found = co_await journal.read<Found>(std::move(query));
  if (!found) co_return fail(found.error());
  std::vector<CaseId> ids;
  if (!*found) co_return ids;
  for (const journal::CaseRow& one : journey.cases) {
    if (one.type == (*found)->type && one.group == (*found)->group) ids.push_back(one.id);
  }
  co_return ids;
}

Task<Result<BulkItem>> resolve(BulkActor actor, BulkState action, journal::Journey journey,
                               BulkItem item) {
  std::vector<CaseId> ids;
  if (action.of_case) {
    auto found = co_await of_group(actor.journal, action.of_case, journey);
    if (!found) co_return fail(std::move(found.error()));
    ids = std::move(*found);
  }
  const Instant now = actor.clock.now();
  journal::Step step;
  for (const journal::CaseRow& one : journey.cases) {
    if (!is_meant(action, one, ids, journey)) continue;
    journal::CloseCase closed{one.id, now, action.by, action.note};
    step.closed_cases.push_back(std::move(closed));
  }
  const std::size_t closed = step.closed_cases.size();
  if (closed == 0) co_return nothing(std::move(item), "it has no such open case");
  const auto stored = co_await actor.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  item.text = fmt::format("{} case(s) closed", closed);
  co_return item;
}

}  // namespace

Task<Result<BulkItem>> act_on(BulkActor actor, std::string workspace, BulkState action,
                              RecordId record) {
  BulkItem item;
  item.record = record;
  using Found = std::optional<journal::Journey>;
  std::function<Result<Found>(journal::Reader&)> query = [record](journal::Reader& reader) {
    return reader.journey(record);
  };
  auto found = co_await actor.journal.read<Found>(std::move(query));
  if (!found && found.error().kind == Error::Kind::unavailable) co_return fail(found.error());
  if (!found || !*found) {
    item.result = BulkResult::failed;
    item.text = found ? "the record is past its retention" : found.error().what;
    co_return item;
  }
  journal::Journey journey = std::move(**found);
  item.record_key = journey.record.key;
  bool waiting = false;
  for (const journal::DeliveryRow& delivery : journey.deliveries) {
    waiting = waiting || (waits_for_person(delivery) && is_meant(action, delivery));
  }
  if (action.act == "resolve")
    co_return co_await resolve(actor, std::move(action), std::move(journey), std::move(item));
  if (action.act == "skip") {
    co_return co_await skip(actor, std::move(workspace), std::move(action), std::move(journey),
                            std::move(item));
  }
  // A record without deliveries is read and planned again.
  const bool planned_again = action.act == "rebuild" && journey.deliveries.empty();
  if (!waiting && !planned_again)
    co_return nothing(std::move(item), "nothing of it waits for a person");
  if (action.act == "rebuild") {
    auto answer = co_await actor.acts.rebuild(workspace, record, action.by, action.note);
    co_return said(std::move(item), std::move(answer));
  }
  auto answer = co_await actor.acts.send_again(workspace, record, action.by);
  co_return said(std::move(item), std::move(answer));
}

}  // namespace tillbridge::app
