#include "app/desk/record_acts.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/desk/edited_parts.h"
#include "app/relay/rewritten.h"
#include "flows/order_to_relay.h"

namespace tillbridge::app {
namespace {

using journal::DeliveryState;
using journal::RecordState;

bool needs_person(const journal::DeliveryRow& delivery) {
  return delivery.state == DeliveryState::parked || delivery.state == DeliveryState::blocked;
}

std::string claim_of(RecordId record) {
  return fmt::format("record/{}", record.value);
}

std::string after_colon(const std::string& note) {
  return note.empty() ? std::string{} : ": " + note;
}

// The bits of those parts that the platform has with these very bytes. All of them would leave
// nothing to call with: then everything is sent, which the platforms know how to take twice.
std::uint64_t parts_done(const journal::DeliveryRow& before,
                         const std::vector<std::string>& parts) {
  std::uint64_t done = 0;
  std::size_t count = 0;
  for (std::size_t at = 0; at < std::min(parts.size(), before.parts.size()); ++at) {
    const std::uint64_t bit = 1ULL << at;
    if ((before.parts_done & bit) == 0 || before.parts[at] != parts[at]) continue;
    done |= bit;
    ++count;
  }
  return count == parts.size() ? 0 : done;
}

bool is_about(const journal::CaseRow& one, const std::vector<DeliveryId>& deliveries) {
  return one.delivery &&
         std::find(deliveries.begin(), deliveries.end(), *one.delivery) != deliveries.end();
}

// Attributed once, or found by a backfill: it stays so when it is read again.
std::string announces_again(const journal::Journey& journey) {
  std::string announces(announces_any);
  for (const journal::ArrivalRow& arrival : journey.arrivals) {
    if (announces_past(arrival.announces)) announces = arrival.announces;
  }
  return announces;
}

bool may_be_read_again(const journal::Journey& journey) {
  const RecordState state = journey.record.state;
  return journey.deliveries.empty() || state == RecordState::open ||
         state == RecordState::in_case || state == RecordState::unidentified ||
         state == RecordState::skipped;
}

}  // namespace

Result<WorkspaceRuntime*> find_workspace(const Workspaces& workspaces, const std::string& name) {
  std::string names;
  for (const auto& one : workspaces) {
    if (one->name() == name || (name.empty() && workspaces.size() == 1)) return one.get();
    names += (names.empty() ? "" : ", ") + one->name();
  }
  return fail(Error::Kind::not_found,
              fmt::format("there is no workspace '{}'; there is {}", name, names));
}

HubRecordActs::HubRecordActs(const Clock& clock, journal::Journal& journal, IdSource& ids,
                             Workspaces& workspaces)
    : clock_(clock), journal_(journal), ids_(ids), workspaces_(workspaces) {}

Task<Result<json::Object>> HubRecordActs::preview(std::string workspace, RecordId record) {
  TB_CO_TRY(WorkspaceRuntime * found, find_workspace(workspaces_, workspace));
  OrderPreview preview(journal_, found->settings());
  TB_CO_TRY(const Preview made, co_await preview.preview(record));
  co_return to_json(made);
}

Task<Result<std::string>> HubRecordActs::send_again(std::string workspace, RecordId record,
                                                    std::string by) {
  TB_CO_TRY(WorkspaceRuntime * found, find_workspace(workspaces_, workspace));
  TB_CO_TRY(const Claims::Claim claim, claims_.take(claim_of(record)));
  TB_CO_TRY(journal::Journey journey, co_await journey_of(*found, record));
  co_return co_await send_same_bytes(*found, std::move(journey), std::move(by));
}

Task<Result<std::string>> HubRecordActs::rebuild(std::string workspace, RecordId record,
                                                 std::string by, std::string note) {
  TB_CO_TRY(WorkspaceRuntime * found, find_workspace(workspaces_, workspace));
  TB_CO_TRY(const Claims::Claim claim, claims_.take(claim_of(record)));
  TB_CO_TRY(journal::Journey journey, co_await journey_of(*found, record));
  if (journey.record.kind == "stock")
    co_return co_await send_stock_again(*found, std::move(journey), std::move(by));
  if (!std::any_of(journey.deliveries.begin(), journey.deliveries.end(), needs_person)) {
    if (!may_be_read_again(journey)) {
      co_return fail(Error::Kind::rejected,
                     fmt::format("nothing of {} is parked or blocked, and what was delivered is "
                                 "not sent twice",
                                 journey.record.key));
    }
    std::string announces = announces_again(journey);
    co_return co_await read_record_again(*found, std::move(journey), std::move(announces),
                                         std::move(by), after_colon(note));
  }
  OrderPreview preview(journal_, found->settings());
  journal::Journey copy = journey;
  TB_CO_TRY(Preview made, co_await preview.preview(std::move(copy)));
  co_return co_await send_other_bytes(*found, std::move(journey), std::move(made), std::move(by),
                                      std::move(note));
}

Task<Result<std::string>> HubRecordActs::attribute(std::string workspace, RecordId record,
                                                   std::string customer, std::string by) {
  TB_CO_TRY(WorkspaceRuntime * found, find_workspace(workspaces_, workspace));
  if (customer.empty())
    co_return fail(Error::Kind::invalid_input, "say whose it is: an e-mail, a phone or a number");
  TB_CO_TRY(const Claims::Claim claim, claims_.take(claim_of(record)));
  TB_CO_TRY(journal::Journey journey, co_await journey_of(*found, record));
  std::string announces = std::string(announces_as) + customer;
  co_return co_await read_record_again(*found, std::move(journey), std::move(announces),
                                       std::move(by), ", attributed to a customer");
}

Task<Result<std::string>> HubRecordActs::edit(std::string workspace, DeliveryId delivery,
                                              std::vector<std::string> parts, std::string by,
                                              std::string note) {
  TB_CO_TRY(WorkspaceRuntime * found, find_workspace(workspaces_, workspace));
  if (note.empty()) co_return fail(Error::Kind::invalid_input, "say in the note why it is edited");
  TB_CO_TRY(Held held, co_await hold(*found, delivery));
  if (held.journey.record.kind == "stock") {
    co_return fail(Error::Kind::rejected,
                   "a level is not edited: correct it in Sitoo, or send it again as it is now");
  }
  TB_CO_CHECK(check_sendable(*found, held.delivery));
  TB_CO_TRY(parts, edited_parts(held.delivery.parts, std::move(parts)));
  const bool changed = parts != held.delivery.parts;
  Again again{std::move(held.delivery), changed};
  again.delivery.parts_done = parts_done(again.delivery, parts);
  again.delivery.parts = std::move(parts);
  const std::string said =
      fmt::format("{}: {} will be sent to {} as edited", held.journey.record.key,
                  again.delivery.effect, again.delivery.connection);
  Saying saying{by, "edited by " + by, "edited and sent",
                this->note(found->name(), delivery.value, "edited",
                           fmt::format("edited by {}: {}", by, note))};
  std::vector<Again> all;
  all.push_back(std::move(again));
  TB_CO_CHECK(co_await send(*found, std::move(held.journey), std::move(all), std::move(saying)));
  co_return said;
}

Task<Result<std::string>> HubRecordActs::skip(std::string workspace, DeliveryId delivery,
                                              std::string by, std::string note) {
  TB_CO_TRY(WorkspaceRuntime * found, find_workspace(workspaces_, workspace));
  if (note.empty())
    co_return fail(Error::Kind::invalid_input, "say in the note why it is not sent");
  TB_CO_TRY(const Held held, co_await hold(*found, delivery));
  const journal::DeliveryRow& row = held.delivery;
  const Instant now = clock_.now();
  journal::Step step;
  journal::UpdateDelivery update;
  update.id = row.id;
  update.workspace = found->name();
  update.state = DeliveryState::skipped;
  update.reason = fmt::format("not sent: {} ({})", note, by);
  update.due_at = now;
  update.attempts = row.attempts;
  update.parts_done = row.parts_done;
  step.delivery_updates.push_back(std::move(update));
  if (row.flow == flows::order_to_relay_flow)
    step.facts.push_back({found->name(), row.connection, rewritten_fact(row.id), "", now});
  for (const journal::CaseRow& one : held.journey.cases) {
    if (!one.closed_at && is_about(one, {row.id}))
      step.closed_cases.push_back({one.id, now, by, "not sent: " + note});
  }
  step.notes.push_back(this->note(
      found->name(), row.id.value, "audit",
      fmt::format("{} decided not to send {} to {}: {}", by, row.effect, row.connection, note)));
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  TargetConnection* const connection = found->connection(row.connection);
  if (row.state == DeliveryState::blocked && connection != nullptr)
    connection->drop_blocked(journal::reopened(row, held.journey.record.store));
  co_return fmt::format("{}: {} is not sent to {}", held.journey.record.key, row.effect,
                        row.connection);
}

Task<Result<journal::Journey>> HubRecordActs::journey_of(WorkspaceRuntime& workspace,
                                                         RecordId record) {
  using Found = std::optional<journal::Journey>;
  std::function<Result<Found>(journal::Reader&)> query = [record](journal::Reader& reader) {
    return reader.journey(record);
  };
  TB_CO_TRY(Found found, co_await journal_.read<Found>(std::move(query)));
  if (!found || found->record.workspace != workspace.name()) {
    co_return fail(Error::Kind::not_found,
                   fmt::format("workspace {} has no record {}", workspace.name(), record.value));
  }
  co_return std::move(*found);
}

// Its record has to be known before it can be held, and the delivery looked at again after that.
Task<Result<HubRecordActs::Held>> HubRecordActs::hold(WorkspaceRuntime& workspace,
                                                      DeliveryId delivery) {
  std::function<Result<std::optional<RecordId>>(journal::Reader&)> query =
      [name = workspace.name(),
       delivery](journal::Reader& reader) -> Result<std::optional<RecordId>> {
    for (const DeliveryState state : {DeliveryState::parked, DeliveryState::blocked}) {
      const DeliveryId next{delivery.value + 1};
      TB_TRY(const auto page, reader.deliveries_in(name, "", state, next, 1));
      if (!page.rows.empty() && page.rows.front().id == delivery) return page.rows.front().record;
    }
    return std::nullopt;
  };
  TB_CO_TRY(const auto record, co_await journal_.read<std::optional<RecordId>>(std::move(query)));
  const auto gone = fail(Error::Kind::not_found,
                         fmt::format("delivery {} is not parked or blocked in {}: it was never "
                                     "there, or somebody has seen to it",
                                     delivery.value, workspace.name()));
  if (!record) co_return gone;
  TB_CO_TRY(Claims::Claim claim, claims_.take(claim_of(*record)));
  TB_CO_TRY(journal::Journey journey, co_await journey_of(workspace, *record));
  for (const journal::DeliveryRow& row : journey.deliveries) {
    if (row.id != delivery || !needs_person(row)) continue;
    journal::DeliveryRow copy = row;
    co_return Held{std::move(claim), std::move(journey), std::move(copy)};
  }
  co_return gone;
}

Result<void> HubRecordActs::check_sendable(const WorkspaceRuntime& workspace,
                                           const journal::DeliveryRow& delivery) const {
  const TargetConnection* const connection = workspace.connection(delivery.connection);
  if (connection == nullptr || !connection->carries(delivery.flow)) {
    return fail(Error::Kind::rejected,
                fmt::format("{} is not connected any more; connect it, then try again",
                            delivery.connection));
  }
  if (delivery.parts.empty()) {
    return fail(Error::Kind::rejected,
                fmt::format("the bytes of {} are past their retention; they cannot be sent again",
                            delivery.effect));
  }
  return {};
}

Task<Result<void>> HubRecordActs::send(WorkspaceRuntime& workspace, journal::Journey journey,
                                       std::vector<Again> again, Saying saying) {
  const Instant now = clock_.now();
  journal::Step step;
  std::vector<DeliveryId> ids;
  for (const Again& one : again) {
    const journal::DeliveryRow& row = one.delivery;
    ids.push_back(row.id);
    if (one.other_bytes) {
      step.delivery_parts.push_back({row.id, row.parts, row.settings_version, workspace.name()});
      if (row.flow == flows::order_to_relay_flow) {
        step.facts.push_back(
            {workspace.name(), row.connection, rewritten_fact(row.id), "yes", now});
      }
    }
    journal::UpdateDelivery update;
    update.id = row.id;
    update.workspace = workspace.name();
    update.due_at = now;
    update.parts_done = row.parts_done;
    update.reason = saying.reason;
    step.delivery_updates.push_back(std::move(update));
  }
  for (const journal::CaseRow& one : journey.cases) {
    if (!one.closed_at && is_about(one, ids))
      step.closed_cases.push_back({one.id, now, saying.by, saying.closed});
  }
  step.notes.push_back(std::move(saying.note));
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  for (const Again& one : again) {
    const bool blocked = one.delivery.state == DeliveryState::blocked;
    journal::OpenDelivery open = journal::reopened(one.delivery, journey.record.store);
    if (blocked) open.on_reject = journal::OnReject::block;
    workspace.connection(one.delivery.connection)->send_again(open, blocked);
  }
  co_return Result<void>{};
}

Task<Result<std::string>> HubRecordActs::send_same_bytes(WorkspaceRuntime& workspace,
                                                         journal::Journey journey, std::string by) {
  if (journey.record.kind == "stock")
    co_return co_await send_stock_again(workspace, std::move(journey), std::move(by));
  std::vector<Again> again;
  for (const journal::DeliveryRow& delivery : journey.deliveries) {
    if (!needs_person(delivery)) continue;
    TB_CO_CHECK(check_sendable(workspace, delivery));
    again.push_back({delivery, false});
  }
  const std::string key = journey.record.key;
  if (again.empty()) {
    co_return fail(Error::Kind::rejected,
                   fmt::format("nothing of {} is parked or blocked any more", key));
  }
  const std::size_t count = again.size();
  Saying saying{by, "sent again by " + by, "sent again",
                note(workspace.name(), journey.record.id.value, "audit",
                     fmt::format("{} sent {} delivery(s) again with the same bytes", by, count))};
  TB_CO_CHECK(co_await send(workspace, std::move(journey), std::move(again), std::move(saying)));
  co_return fmt::format("{}: {} delivery(s) will be sent again with the same bytes", key, count);
}

// A level that was refused once is not sent as it was then, but as it is now.
Task<Result<std::string>> HubRecordActs::send_stock_again(WorkspaceRuntime& workspace,
                                                          journal::Journey journey,
                                                          std::string by) {
  if (workspace.stock() == nullptr)
    co_return fail(Error::Kind::rejected, "stock is not kept any more: add [workspace.stock]");
  std::string sku = journey.record.key.substr(std::string_view("stock/").size());
  TB_CO_CHECK(co_await workspace.stock()->send_again(std::move(sku)));
  journal::Step step;
  for (const journal::DeliveryRow& delivery : journey.deliveries) {
    if (delivery.state != DeliveryState::parked) continue;
    journal::UpdateDelivery update;
    update.id = delivery.id;
    update.workspace = workspace.name();
    update.state = DeliveryState::skipped;
    update.due_at = clock_.now();
    update.reason = "sent again as the level is now, by " + by;
    step.delivery_updates.push_back(std::move(update));
  }
  for (const journal::CaseRow& one : journey.cases) {
    if (one.delivery && !one.closed_at)
      step.closed_cases.push_back({one.id, clock_.now(), by, "sent again"});
  }
  step.notes.push_back(note(workspace.name(), journey.record.id.value, "audit",
                            fmt::format("{} sent the levels again as they are now", by)));
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return fmt::format("{}: its levels are sent again as they are now", journey.record.key);
}

Task<Result<std::string>> HubRecordActs::send_other_bytes(WorkspaceRuntime& workspace,
                                                          journal::Journey journey, Preview preview,
                                                          std::string by, std::string note) {
  TB_CO_TRY(const std::uint32_t version, co_await settings_version(workspace.name()));
  std::vector<Again> again;
  std::vector<std::string> left;
  for (const journal::DeliveryRow& delivery : journey.deliveries) {
    if (!needs_person(delivery)) continue;
    const auto* planned = preview.planned(delivery.connection, delivery.effect);
    if (planned == nullptr) {
      left.push_back(delivery.connection + " " + delivery.effect);
      continue;
    }
    Again one{delivery, true};
    one.delivery.parts_done = parts_done(delivery, planned->now);
    one.delivery.parts = planned->now;
    if (version != 0) one.delivery.settings_version = version;
    TB_CO_CHECK(check_sendable(workspace, one.delivery));
    again.push_back(std::move(one));
  }
  // What the delivery that is left needs, nobody can say better than the verdicts.
  std::string said =
      fmt::format("{}: {} delivery(s) will be sent with the bytes of today's settings",
                  journey.record.key, again.size());
  if (!left.empty()) {
    said += fmt::format("; not planned by today's settings and left as it is: {} ({})",
                        fmt::join(left, ", "), fmt::join(preview.notes, "; "));
  }
  const bool more =
      std::any_of(preview.deliveries.begin(), preview.deliveries.end(),
                  [](const PreviewedDelivery& one) { return !one.stored && !one.now.empty(); });
  const RecordState state = journey.record.state;
  const bool read = more || (state != RecordState::planned && state != RecordState::skipped);
  if (again.empty() && !read) co_return fail(Error::Kind::rejected, std::move(said));
  if (!again.empty()) {
    Saying saying{by, "made anew by " + by, "made anew and sent",
                  this->note(workspace.name(), journey.record.id.value, "audit",
                             fmt::format("{} had {} delivery(s) made anew with today's settings{}",
                                         by, again.size(), after_colon(note)))};
    journal::Journey copy = journey;
    TB_CO_CHECK(co_await send(workspace, std::move(copy), std::move(again), std::move(saying)));
  }
  if (read) {
    std::string announces = announces_again(journey);
    const auto reading = co_await read_record_again(
        workspace, std::move(journey), std::move(announces), std::move(by), after_colon(note));
    said += reading ? "; the rest is read and planned again"
                    : "; the rest cannot be read again now: " + reading.error().what;
  }
  co_return said;
}

Task<Result<std::uint32_t>> HubRecordActs::settings_version(std::string workspace) {
  using Found = std::optional<journal::SettingsVersion>;
  std::function<Result<Found>(journal::Reader&)> query = [workspace](journal::Reader& reader) {
    return reader.latest_settings(workspace);
  };
  TB_CO_TRY(const Found latest, co_await journal_.read<Found>(std::move(query)));
  co_return latest ? latest->version : 0;
}

journal::AddNote HubRecordActs::note(const std::string& workspace, std::uint64_t subject,
                                     std::string kind, std::string text) {
  journal::AddNote note;
  note.id = ids_.next<NoteId>();
  note.workspace = workspace;
  note.subject = subject;
  note.at = clock_.now();
  note.kind = std::move(kind);
  note.text = std::move(text);
  return note;
}

}  // namespace tillbridge::app
