#include <fmt/format.h>

#include "api/connections_view.h"
#include "api/record_view.h"
#include "api/reply.h"
#include "api/rooms.h"
#include "api/routes/routes.h"

namespace tillbridge::api {
namespace {

Task<http::Reply> connections(const Rooms& rooms, Call call) {
  const json::Object status = co_await rooms.operations.status();
  co_return json_reply(page(connections_view(status, call.workspace(), rooms.alerts), ""));
}

Task<http::Reply> stores(const Rooms& rooms, Call call) {
  auto found = co_await rooms.alerts.stores(workspace_of(rooms, call));
  if (!found) co_return error_reply(found.error());
  co_return json_reply(page(std::move(*found), ""));
}

Task<http::Reply> blocked(const Rooms& rooms, Call call) {
  const DeliveryId before{id_of(call.query("after"))};
  const std::size_t limit = limit_of(call.request);
  std::function<Result<journal::DeliveryPage>(journal::Reader&)> query =
      [workspace = workspace_of(rooms, call), connection = call.query("connection"), before,
       limit](journal::Reader& reader) {
        return reader.deliveries_in(workspace, connection, journal::DeliveryState::blocked, before,
                                    limit);
      };
  const auto found = co_await rooms.journal.read<journal::DeliveryPage>(std::move(query));
  if (!found) co_return error_reply(found.error());
  const Personal personal = personal_for(call.caller);
  json::Array items;
  for (std::size_t at = 0; at < found->rows.size(); ++at) {
    const journal::DeliveryRow& row = found->rows[at];
    json::Object one;
    one["delivery_id"] = id_text(row.id.value);
    one["connection"] = row.connection;
    one["customer"] = shown(row.lane, personal);
    one["record_id"] = id_text(row.record.value);
    one["record_key"] = shown(found->record_keys.at(at), personal);
    one["since"] = utc_text(row.due_at);
    one["reason"] = shown(row.reason, personal);
    one["waiting_behind"] = nullptr;
    items.push_back(std::move(one));
  }
  co_return json_reply(
      page(std::move(items), found->next ? fmt::format("{}", found->next->value) : ""));
}

Task<http::Reply> part(const Rooms* rooms, Call call, const char* kind, bool paused) {
  const std::string name = call.capture("name");
  call.trail->about = fmt::format("{} {}", kind, name);
  const auto set = co_await rooms->operations.pause_part(call.workspace(), kind, name, paused,
                                                         call.by(), call.text("reason"));
  co_return set ? done() : error_reply(set.error());
}

Task<http::Reply> pause_store(const Rooms& rooms, Call call) {
  return part(&rooms, std::move(call), "store", true);
}
Task<http::Reply> resume_store(const Rooms& rooms, Call call) {
  return part(&rooms, std::move(call), "store", false);
}
Task<http::Reply> pause_flow(const Rooms& rooms, Call call) {
  return part(&rooms, std::move(call), "flow", true);
}
Task<http::Reply> resume_flow(const Rooms& rooms, Call call) {
  return part(&rooms, std::move(call), "flow", false);
}

Route acting(const char* path, const char* operation, const char* summary, Handler handler) {
  return route("POST", path, operation, summary, Access::operator_, handler, "Done", "Reason");
}

}  // namespace

void add_connection_routes(RouteTable& table) {
  table.push_back({.method = "GET",
                   .path = "/api/v1/connections",
                   .operation = "connection.list",
                   .summary = "Connections with mode, budget, breaker and lag",
                   .handler = connections,
                   .answer = "Page"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/stores",
                   .operation = "store.list",
                   .summary = "Stores: whether they trade as usual",
                   .handler = stores,
                   .answer = "Page"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/blocked",
                   .operation = "blocked.list",
                   .summary = "Customers whose deliveries wait behind one that needs a person",
                   .handler = blocked,
                   .answer = "Page",
                   .parameters = {{"connection", "Of this connection only"},
                                  {"after", "Where the page before ended"},
                                  {"limit", "At most 200"}}});
  table.push_back(acting("/api/v1/workspaces/{workspace}/stores/{name}/pause", "store.pause",
                         "Stops sending what one store sold; nothing is lost", pause_store));
  table.push_back(acting("/api/v1/workspaces/{workspace}/stores/{name}/resume", "store.resume",
                         "Goes on sending what the store sold", resume_store));
  table.push_back(acting("/api/v1/workspaces/{workspace}/flows/{name}/pause", "flow.pause",
                         "Stops sending by one flow; nothing is lost", pause_flow));
  table.push_back(acting("/api/v1/workspaces/{workspace}/flows/{name}/resume", "flow.resume",
                         "Goes on sending by the flow", resume_flow));
}

}  // namespace tillbridge::api
