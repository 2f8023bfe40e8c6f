#include "api/reply.h"
#include "api/rooms.h"
#include "api/routes/routes.h"

namespace tillbridge::api {
namespace {

constexpr std::int64_t minutes_max = 7 * 24 * 60;

std::string id_in(const Call& call) {
  return call.capture("kind") + "/" + call.capture("subject");
}

Task<http::Reply> list(const Rooms& rooms, Call) {
  co_return json_reply(page(rooms.alerts.alerts(), ""));
}

Task<http::Reply> acknowledge(const Rooms& rooms, Call call) {
  call.trail->about = id_in(call);
  const auto taken = co_await rooms.alerts.acknowledge(id_in(call), call.by());
  co_return taken ? done() : error_reply(taken.error());
}

Task<http::Reply> mute(const Rooms& rooms, Call call) {
  call.trail->about = id_in(call);
  const auto minutes = json::integer(call.body, "minutes").value_or(0);
  if (minutes < 0 || minutes > minutes_max)
    co_return error_reply(
        Error{Error::Kind::invalid_input, "minutes is 0 (no longer muted) to a week"});
  const auto muted =
      co_await rooms.alerts.mute(id_in(call), std::chrono::minutes{minutes}, call.by());
  co_return muted ? done() : error_reply(muted.error());
}

Task<http::Reply> read_settings(const Rooms& rooms, Call) {
  co_return json_reply(rooms.alerts.settings());
}

Task<http::Reply> put_settings(const Rooms& rooms, Call call) {
  call.trail->about = "alert settings";
  call.trail->before = json::to_text(rooms.alerts.settings());
  const auto put = co_await rooms.alerts.put_settings(call.body, call.by());
  if (put) call.trail->after = json::to_text(*put);
  co_return reply_of(put);
}

Task<http::Reply> test_channel(const Rooms& rooms, Call call) {
  call.trail->about = "alert channel " + call.capture("id");
  co_return reply_of(co_await rooms.alerts.test_channel(call.capture("id"), call.by()));
}

}  // namespace

void add_alert_routes(RouteTable& table) {
  table.push_back({.method = "GET",
                   .path = "/api/v1/alerts",
                   .operation = "alert.list",
                   .summary = "Open alerts and those of the last day",
                   .handler = list,
                   .answer = "Page"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/alerts/{kind}/{subject}/acknowledge",
                   .operation = "alert.acknowledge",
                   .summary = "Says that somebody looks after it",
                   .access = Access::operator_,
                   .handler = acknowledge,
                   .answer = "Done",
                   .body = "Scope"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/alerts/{kind}/{subject}/mute",
                   .operation = "alert.mute",
                   .summary = "No notices about it for a while",
                   .access = Access::operator_,
                   .handler = mute,
                   .answer = "Done",
                   .body = "Mute"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/alerts/settings",
                   .operation = "alert.settings",
                   .summary = "Where notices go, and when",
                   .access = Access::administrator,
                   .handler = read_settings});
  table.push_back({.method = "PUT",
                   .path = "/api/v1/alerts/settings",
                   .operation = "alert.change_settings",
                   .summary = "Changes where notices go, and when",
                   .access = Access::administrator,
                   .handler = put_settings,
                   .body = "Object"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/alerts/channels/{id}/test",
                   .operation = "alert.test",
                   .summary = "Sends one notice now",
                   .access = Access::administrator,
                   .handler = test_channel,
                   .body = "Scope"});
}

}  // namespace tillbridge::api
