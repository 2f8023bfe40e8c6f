#include "app/operations.h"

#include <fmt/format.h>

#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr std::size_t arrivals_looked_at = 50;
constexpr std::size_t cases_looked_at = 10'000;

}  // namespace

HubOperations::HubOperations(SystemClock& clock, journal::Journal& journal, IdSource& ids,
                             std::vector<std::unique_ptr<WorkspaceRuntime>>& workspaces,
                             bool drills)
    : clock_(clock), journal_(journal), ids_(ids), workspaces_(workspaces), drills_(drills) {}

Task<json::Object> HubOperations::status() {
  std::function<Result<journal::Counts>(journal::Reader&)> query = [](journal::Reader& reader) {
    return reader.counts();
  };
  const auto counts = co_await journal_.read<journal::Counts>(std::move(query));
  json::Object out;
  json::Array workspaces;
  bool idle = true;
  for (const auto& workspace : workspaces_) {
    idle = idle && workspace->idle();
    workspaces.push_back(workspace->status());
  }
  out["ready"] = ready_;
  out["idle"] = idle && journal_.queued() == 0;
  out["workspaces"] = std::move(workspaces);
  if (counts) {
    json::Object stored;
    stored["arrivals"] = counts->arrivals;
    stored["arrivals_waiting"] = counts->arrivals_waiting;
    stored["arrivals_duplicate"] = counts->arrivals_duplicate;
    stored["records"] = counts->records;
    stored["records_open"] = counts->records_open;
    stored["records_unidentified"] = counts->records_unidentified;
    stored["deliveries"] = counts->deliveries;
    stored["deliveries_waiting"] = counts->deliveries_waiting;
    stored["deliveries_parked"] = counts->deliveries_parked;
    stored["attempts"] = counts->attempts;
    stored["cases_open"] = counts->cases_open;
    stored["bytes_on_disk"] = counts->bytes_on_disk;
    out["journal"] = std::move(stored);
  }
  co_return out;
}

Result<WorkspaceRuntime*> HubOperations::find(const std::string& workspace) const {
  std::string names;
  for (const auto& one : workspaces_) {
    if (one->name() == workspace || (workspace.empty() && workspaces_.size() == 1))
      return one.get();
    names += (names.empty() ? "" : ", ") + one->name();
  }
  return fail(Error::Kind::not_found,
              fmt::format("there is no workspace '{}'; there is {}", workspace, names));
}

Task<Result<void>> HubOperations::pause(std::string workspace, std::string connection,
                                        std::string by, std::string reason) {
  TB_CO_TRY(WorkspaceRuntime * found, find(workspace));
  TB_CO_CHECK(found->pause(connection));
  co_return co_await store_pause(found->name(), connection, true, by, reason);
}

Task<Result<void>> HubOperations::resume(std::string workspace, std::string connection,
                                         std::string by) {
  TB_CO_TRY(WorkspaceRuntime * found, find(workspace));
  TB_CO_CHECK(found->resume(connection));
  co_return co_await store_pause(found->name(), connection, false, by, "");
}

Task<Result<void>> HubOperations::store_pause(std::string workspace, std::string connection,
                                              bool paused, std::string by, std::string reason) {
  journal::Step step;
  step.pauses.push_back({workspace, connection, paused, clock_.now(), by, reason});
  step.notes.push_back(audit(workspace, 0,
                             fmt::format("{} {} {}{}", by, paused ? "paused" : "resumed",
                                         connection, reason.empty() ? "" : ": " + reason)));
  telemetry::log(telemetry::Level::info, paused ? "connection_paused" : "connection_resumed",
                 {{"workspace", workspace}, {"connection", connection}, {"by", by}});
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return Result<void>{};
}

Task<Result<journal::Journey>> HubOperations::find_record(std::string workspace, std::string key) {
  std::function<Result<journal::Journey>(journal::Reader&)> query =
      [workspace, key](journal::Reader& reader) -> Result<journal::Journey> {
    const std::vector<std::string> keys{key, "order/" + key};
    TB_TRY(const auto exact, reader.records_by_key(workspace, keys, false));
    std::optional<RecordId> record;
    for (const auto& row : exact) {
      if (row && !record) record = row->id;
    }
    if (!record) {
      TB_TRY(const auto found, reader.search(workspace, key, 2));
      if (found.size() > 1)
        return fail(Error::Kind::invalid_input,
                    "several records match; name one by its order number");
      if (!found.empty()) record = found.front().id;
    }
    if (!record) return fail(Error::Kind::not_found, fmt::format("no record matches '{}'", key));
    TB_TRY(auto journey, reader.journey(*record));
    if (!journey) return fail(Error::Kind::not_found, fmt::format("no record matches '{}'", key));
    return std::move(*journey);
  };
  co_return co_await journal_.read<journal::Journey>(std::move(query));
}

// One at a time: two presses at once would both find the delivery parked and send it twice.
Task<Result<std::string>> HubOperations::replay(std::string workspace, std::string key,
                                                std::string customer, std::string by) {
  if (replaying_) {
    co_return fail(Error::Kind::unavailable, "another replay is under way; try again in a moment");
  }
  replaying_ = true;
  auto said = co_await replay_alone(workspace, key, customer, by);
  replaying_ = false;
  co_return said;
}

Task<Result<std::string>> HubOperations::replay_alone(std::string workspace, std::string key,
                                                      std::string customer, std::string by) {
  TB_CO_TRY(WorkspaceRuntime * found, find(workspace));
  auto journey = co_await find_record(found->name(), key);
  if (!journey && journey.error().kind == Error::Kind::not_found) {
    co_return co_await read_lost_again(*found, key, customer, by);
  }
  if (!journey) co_return fail(std::move(journey.error()));
  bool parked = false;
  for (const auto& delivery : journey->deliveries) {
    parked = parked || delivery.state == journal::DeliveryState::parked ||
             delivery.state == journal::DeliveryState::blocked;
  }
  if (parked) co_return co_await send_parked_again(*found, std::move(*journey), by);
  if (journey->record.kind == "consent") {
    co_return fail(Error::Kind::rejected,
                   "a consent decision is not read again; when the person decides anew, tell it "
                   "with: tillbridge consent");
  }
  co_return co_await read_again(*found, journey->record.key, journey->record.id.value,
                                journey->cases, customer, by);
}

// An order that was announced but never found has arrivals and a case, but no record.
Task<Result<std::string>> HubOperations::read_lost_again(WorkspaceRuntime& workspace,
                                                         std::string key, std::string customer,
                                                         std::string by) {
  using Found = std::pair<std::string, std::vector<journal::CaseRow>>;
  std::function<Result<Found>(journal::Reader&)> query =
      [name = workspace.name(), key](journal::Reader& reader) -> Result<Found> {
    TB_TRY(const auto arrivals, reader.search_arrivals(name, key, arrivals_looked_at));
    for (const auto& arrival : arrivals) {
      if (arrival.subject != key && arrival.subject != "order/" + key) continue;
      TB_TRY(auto cases, reader.cases(name, true, cases_looked_at));
      std::erase_if(cases, [&](const journal::CaseRow& one) { return one.arrival != arrival.id; });
      return Found{arrival.subject, std::move(cases)};
    }
    return fail(Error::Kind::not_found, fmt::format("no record matches '{}'", key));
  };
  auto found = co_await journal_.read<Found>(std::move(query));
  if (!found) co_return fail(std::move(found.error()));
  co_return co_await read_again(workspace, found->first, 0, std::move(found->second), customer, by);
}

// A level that was refused once is not sent as it was then, but as it is now.
Task<Result<std::string>> HubOperations::send_stock_again(WorkspaceRuntime& workspace,
                                                          journal::Journey journey,
                                                          std::string by) {
  if (workspace.stock() == nullptr)
    co_return fail(Error::Kind::rejected, "stock is not kept any more: add [workspace.stock]");
  const std::string sku = journey.record.key.substr(std::string_view("stock/").size());
  TB_CO_CHECK(co_await workspace.stock()->send_again(sku));
  journal::Step step;
  for (const auto& delivery : journey.deliveries) {
    if (delivery.state != journal::DeliveryState::parked) continue;
    journal::UpdateDelivery update;
    update.id = delivery.id;
    update.state = journal::DeliveryState::skipped;
    update.due_at = clock_.now();
    update.reason = "sent again as the level is now, by " + by;
    step.delivery_updates.push_back(std::move(update));
  }
  for (const auto& one : journey.cases) {
    if (one.delivery && !one.closed_at)
      step.closed_cases.push_back({one.id, clock_.now(), by, "sent again"});
  }
  step.notes.push_back(audit(workspace.name(), journey.record.id.value,
                             fmt::format("{} sent the levels again as they are now", by)));
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return fmt::format("{}: its levels are sent again as they are now", journey.record.key);
}

Task<Result<std::string>> HubOperations::send_parked_again(WorkspaceRuntime& workspace,
                                                           journal::Journey journey,
                                                           std::string by) {
  if (journey.record.kind == "stock")
    co_return co_await send_stock_again(workspace, std::move(journey), std::move(by));
  const Instant now = clock_.now();
  journal::Step step;
  std::vector<std::pair<journal::OpenDelivery, bool>> again;
  for (const auto& delivery : journey.deliveries) {
    const bool blocked = delivery.state == journal::DeliveryState::blocked;
    if (delivery.state != journal::DeliveryState::parked && !blocked) continue;
    if (workspace.connection(delivery.connection) == nullptr) {
      co_return fail(Error::Kind::rejected,
                     fmt::format("{} is not connected any more; connect it, then replay",
                                 delivery.connection));
    }
    if (delivery.parts.empty()) {
      co_return fail(
          Error::Kind::rejected,
          fmt::format("the bytes of {} are past their retention; replay cannot send them again",
                      delivery.effect));
    }
    journal::UpdateDelivery update;
    update.id = delivery.id;
    update.due_at = now;
    update.parts_done = delivery.parts_done;
    update.reason = "sent again by " + by;
    step.delivery_updates.push_back(std::move(update));
    again.emplace_back(journal::reopened(delivery, journey.record.store), blocked);
  }
  for (const auto& one : journey.cases) {
    if (one.delivery && !one.closed_at)
      step.closed_cases.push_back({one.id, now, by, "sent again"});
  }
  step.notes.push_back(
      audit(workspace.name(), journey.record.id.value,
            fmt::format("{} sent {} delivery(s) again with the same bytes", by, again.size())));
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  for (const auto& [delivery, blocked] : again)
    workspace.connection(delivery.connection)->send_again(delivery, blocked);
  co_return fmt::format("{}: {} delivery(s) will be sent again with the same bytes",
                        journey.record.key, again.size());
}

Task<Result<std::string>> HubOperations::read_again(WorkspaceRuntime& workspace,
                                                    std::string subject, std::uint64_t record,
                                                    std::vector<journal::CaseRow> open_cases,
                                                    std::string customer, std::string by) {
  const Instant now = clock_.now();
  journal::Step step;
  journal::AddArrival arrival;
  arrival.id = ids_.next<ArrivalId>();
  arrival.workspace = workspace.name();
  arrival.connection = "sitoo";
  arrival.source = journal::ArrivalSource::replay;
  arrival.subject = subject;
  arrival.announces =
      customer.empty() ? std::string(announces_any) : std::string(announces_as) + customer;
  arrival.received_at = now;
  arrival.due_at = now;
  step.arrivals.push_back(arrival);
  for (const auto& one : open_cases) {
    if (!one.closed_at) step.closed_cases.push_back({one.id, now, by, "read and planned again"});
  }
  const std::uint64_t about = record != 0 ? record : arrival.id.value;
  step.notes.push_back(audit(workspace.name(), about,
                             fmt::format("{} had it read and planned again{}", by,
                                         customer.empty() ? "" : ", attributed to a customer")));
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  workspace.resolution().add(arrival);
  co_return fmt::format(
      "{}: will be read and planned again; effects that exist already are not repeated", subject);
}

Result<void> HubOperations::step_clock(Duration by) {
  if (!drills_)
    return fail(Error::Kind::rejected,
                "the hub was not started for drills (tillbridge serve --drills)");
  clock_.step_by(by);
  telemetry::log(telemetry::Level::warning, "clock_stepped",
                 {{"ms", static_cast<std::int64_t>(by.count() / 1000)}});
  return {};
}

journal::AddNote HubOperations::audit(const std::string& workspace, std::uint64_t subject,
                                      std::string text) {
  journal::AddNote note;
  note.id = ids_.next<NoteId>();
  note.workspace = workspace;
  note.subject = subject;
  note.at = clock_.now();
  note.kind = "audit";
  note.text = std::move(text);
  return note;
}

}  // namespace tillbridge::app
