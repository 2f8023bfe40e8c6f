#include "app/operations.h"

#include <fmt/format.h>

#include "telemetry/log.h"

namespace tillbridge::app {
HubOperations::HubOperations(SystemClock& clock, journal::Journal& journal, IdSource& ids,
                             std::vector<std::unique_ptr<WorkspaceRuntime>>& workspaces,
                             bool drills)
    : clock_(clock),
      journal_(journal),
      ids_(ids),
      workspaces_(workspaces),
      drills_(drills),
      record_acts_(clock, journal, ids, workspaces) {}

std::vector<api::WorkspaceFacts> HubOperations::workspaces() const {
  std::vector<api::WorkspaceFacts> all;
  for (const auto& one : workspaces_)
    all.push_back({one->name(), one->settings().zone, one->target_names()});
  return all;
}

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
  return find_workspace(workspaces_, workspace);
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

Task<Result<void>> HubOperations::pause_part(std::string workspace, std::string kind,
                                             std::string name, bool paused, std::string by,
                                             std::string reason) {
  TB_CO_TRY(WorkspaceRuntime * found, find(workspace));
  TB_CO_TRY(const PausedPart part, paused_part_of(kind, name));
  TB_CO_CHECK(found->pause_part(part, paused));
  co_return co_await store_pause(found->name(), text_of(part), paused, by, reason);
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

Task<Result<std::string>> HubOperations::replay(std::string workspace, std::string key,
                                                std::string customer, std::string by) {
  return record_acts_.replay(std::move(workspace), std::move(key), std::move(customer),
                             std::move(by));
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
