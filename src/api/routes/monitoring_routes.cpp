#include "api/openapi.h"
#include "api/reply.h"
#include "api/rooms.h"
#include "api/routes/routes.h"

namespace tillbridge::api {
namespace {

constexpr int not_ready = 503;

http::Reply plain(std::string body, const char* type = "text/plain") {
  http::Reply reply;
  reply.content_type = type;
  reply.body = std::move(body);
  return reply;
}

Task<http::Reply> healthz(const Rooms&, Call) {
  co_return plain("ok\n");
}

Task<http::Reply> readyz(const Rooms& rooms, Call) {
  const bool ready = rooms.operations.ready();
  http::Reply reply = plain(ready ? "ready\n" : "not ready\n");
  if (!ready) reply.status = not_ready;
  co_return reply;
}

Task<http::Reply> metrics(const Rooms& rooms, Call) {
  co_return plain(rooms.metrics.prometheus_text(), "text/plain; version=0.0.4");
}

Task<http::Reply> status(const Rooms& rooms, Call) {
  co_return json_reply(co_await rooms.operations.status());
}

Task<http::Reply> document(const Rooms&, Call) {
  co_return json_reply(openapi_document(routes()));
}

Task<http::Reply> backup(const Rooms& rooms, Call call) {
  const std::string target = call.text("target");
  call.trail->about = target;
  if (!target.starts_with('/')) {
    co_return error_reply(
        Error{Error::Kind::invalid_input, "name the backup's file with its whole path"});
  }
  const auto copied = co_await rooms.journal.backup(target);
  co_return copied ? done() : error_reply(copied.error());
}

Task<http::Reply> step_clock(const Rooms& rooms, Call call) {
  const auto stepped = rooms.operations.step_clock(
      std::chrono::milliseconds{json::integer(call.body, "step_ms").value_or(0)});
  co_return stepped ? done() : error_reply(stepped.error());
}

}  // namespace

void add_monitoring_routes(RouteTable& table) {
  table.push_back({.method = "GET",
                   .path = "/healthz",
                   .operation = "monitoring.health",
                   .summary = "Whether the process answers",
                   .access = Access::anyone,
                   .handler = healthz,
                   .answer = "text/plain"});
  table.push_back({.method = "GET",
                   .path = "/readyz",
                   .operation = "monitoring.ready",
                   .summary = "Whether the hub takes work; 503 while it does not",
                   .access = Access::anyone,
                   .handler = readyz,
                   .answer = "text/plain"});
  table.push_back({.method = "GET",
                   .path = "/metrics",
                   .operation = "monitoring.metrics",
                   .summary = "Metrics as Prometheus reads them",
                   .access = Access::anyone,
                   .handler = metrics,
                   .answer = "text/plain"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/openapi.json",
                   .operation = "monitoring.document",
                   .summary = "This document",
                   .access = Access::anyone,
                   .handler = document});
  table.push_back({.method = "GET",
                   .path = "/api/v1/status",
                   .operation = "monitoring.status",
                   .summary = "What the hub is doing, as `tillbridge status` shows it",
                   .handler = status});
  table.push_back({.method = "POST",
                   .path = "/api/v1/journal/backup",
                   .operation = "journal.backup",
                   .summary = "Copies the journal to a file on the hub's machine",
                   .access = Access::administrator,
                   .handler = backup,
                   .answer = "Done",
                   .body = "Backup"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/drills/clock",
                   .operation = "drills.clock",
                   .summary = "Moves the hub's wall clock, for drills",
                   .access = Access::administrator,
                   .handler = step_clock,
                   .answer = "Done",
                   .body = "ClockStep"});
}

}  // namespace tillbridge::api
