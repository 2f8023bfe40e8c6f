#include <algorithm>
#include <cstdint>

#include "api/reply.h"
#include "api/rooms.h"
#include "api/routes/routes.h"

namespace tillbridge::api {
namespace {

Task<http::Reply> pause(const Rooms& rooms, Call call) {
  call.trail->about = call.capture("connection");
  call.trail->after = call.text("reason");
  const auto paused = co_await rooms.operations.pause(
      call.capture("workspace"), call.capture("connection"), call.by(), call.text("reason"));
  co_return paused ? done() : error_reply(paused.error());
}

Task<http::Reply> resume(const Rooms& rooms, Call call) {
  call.trail->about = call.capture("connection");
  const auto resumed = co_await rooms.operations.resume(call.capture("workspace"),
                                                        call.capture("connection"), call.by());
  co_return resumed ? done() : error_reply(resumed.error());
}

Task<http::Reply> replay(const Rooms& rooms, Call call) {
  call.trail->about = call.text("key");
  if (!call.text("customer").empty()) call.trail->after = "attributed to a customer";
  const auto said = co_await rooms.operations.replay(call.workspace(), call.text("key"),
                                                     call.text("customer"), call.by());
  if (!said) co_return error_reply(said.error());
  co_return api::said(*said);
}

Task<http::Reply> consent(const Rooms& rooms, Call call) {
  call.trail->about = "a person";
  call.trail->after = call.text("channel") + " " + call.text("decision");
  Operations::ConsentAct act;
  act.workspace = call.workspace();
  act.email = call.text("email");
  act.phone = call.text("phone");
  act.country = call.text("country");
  act.channel = call.text("channel");
  act.decision = call.text("decision");
  act.at = call.text("at");
  if (const auto seconds = json::integer(call.body, "at"); act.at.empty() && seconds)
    act.at = std::to_string(*seconds);
  const json::Value* const at = call.body.if_contains("at");
  const bool said =
      at != nullptr && !at->is_null() && (!at->is_string() || !at->get_string().empty());
  if (act.at.empty() && said) {
    co_return error_reply(
        Error{Error::Kind::invalid_input, "at is neither a time with its offset nor unix seconds"});
  }
  act.source = call.text("source");
  const auto taken = co_await rooms.operations.consent(std::move(act));
  constexpr int accepted = 202;
  co_return taken ? json_reply(*taken, accepted) : error_reply(taken.error());
}

Task<http::Reply> consents(const Rooms& rooms, Call call) {
  const auto known = co_await rooms.operations.consents(call.workspace(), call.query("email"),
                                                        call.query("phone"), call.query("country"));
  co_return known ? json_reply(*known) : error_reply(known.error());
}

Task<http::Reply> merge(const Rooms& rooms, Call call) {
  call.trail->about = "two customers at " + call.text("connection", "klaviyo");
  const auto said =
      co_await rooms.operations.merge(call.workspace(), call.text("connection", "klaviyo"),
                                      call.text("into"), call.text("from"), call.by());
  if (!said) co_return error_reply(said.error());
  co_return api::said(*said);
}

Task<http::Reply> sync_customers(const Rooms& rooms, Call call) {
  const auto read = co_await rooms.operations.sync_customers(call.workspace(), call.by());
  co_return read ? json_reply(*read) : error_reply(read.error());
}

Task<http::Reply> compare(const Rooms& rooms, Call call) {
  call.trail->about = call.text("connection", "klaviyo") + " " + call.text("day");
  ComparisonAsked asked;
  asked.day = call.text("day");
  asked.from = call.text("from");
  asked.until = call.text("until");
  asked.repair = json::boolean(call.body, "repair").value_or(false);
  asked.by = call.by();
  const auto result = co_await rooms.operations.compare(
      call.workspace(), call.text("connection", "klaviyo"), std::move(asked));
  co_return result ? json_reply(*result) : error_reply(result.error());
}

Task<http::Reply> compare_stock(const Rooms& rooms, Call call) {
  call.trail->about = "stock";
  StockComparisonAsked asked;
  asked.repair = json::boolean(call.body, "repair").value_or(false);
  asked.sample = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, json::integer(call.body, "sample").value_or(0)));
  asked.by = call.by();
  const auto result = co_await rooms.operations.compare_stock(call.workspace(), std::move(asked));
  co_return result ? json_reply(*result) : error_reply(result.error());
}

Task<http::Reply> backfill(const Rooms& rooms, Call call) {
  call.trail->about = "past orders";
  call.trail->after = json::to_text(json::Value(call.body));
  BackfillAsked asked;
  asked.from = json::integer(call.body, "from").value_or(0);
  asked.until = json::integer(call.body, "until").value_or(0);
  asked.from_day = call.text("from_day");
  asked.until_day = call.text("until_day");
  asked.by = call.by();
  const auto state = co_await rooms.operations.backfill(call.workspace(), std::move(asked));
  co_return state ? json_reply(*state) : error_reply(state.error());
}

Task<http::Reply> backfill_state(const Rooms& rooms, Call call) {
  const auto state = co_await rooms.operations.backfill_state(call.workspace());
  co_return state ? json_reply(*state) : error_reply(state.error());
}

Task<http::Reply> backfill_act(const Rooms& rooms, Call call) {
  const auto state =
      co_await rooms.operations.backfill_act(call.workspace(), call.capture("act"), call.by());
  co_return state ? json_reply(*state) : error_reply(state.error());
}

Task<http::Reply> validate(const Rooms& rooms, Call call) {
  ValidationAsked asked;
  asked.visible_within_s =
      json::integer(call.body, "visible_within_s").value_or(asked.visible_within_s);
  asked.email_domain = call.text("email_domain");
  asked.by = call.by();
  const auto result = co_await rooms.operations.validate(call.workspace(), std::move(asked));
  co_return result ? json_reply(*result) : error_reply(result.error());
}

Task<http::Reply> setup_preview(const Rooms& rooms, Call call) {
  const json::Object* answers = json::object(call.body, "answers");
  const auto preview =
      rooms.operations.setup_preview(answers == nullptr ? json::Object{} : *answers);
  co_return preview ? json_reply(*preview) : error_reply(preview.error());
}

}  // namespace

void add_hub_routes(RouteTable& table) {
  table.push_back({.method = "POST",
                   .path = "/api/v1/workspaces/{workspace}/connections/{connection}/pause",
                   .operation = "connection.pause",
                   .summary = "Stops sending on a connection; nothing is lost",
                   .access = Access::operator_,
                   .handler = pause,
                   .answer = "Done",
                   .body = "Reason"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/workspaces/{workspace}/connections/{connection}/resume",
                   .operation = "connection.resume",
                   .summary = "Goes on sending on a connection",
                   .access = Access::operator_,
                   .handler = resume,
                   .answer = "Done",
                   .body = "Reason"});
  table.push_back(
      {.method = "POST",
       .path = "/api/v1/replay",
       .operation = "record.replay",
       .summary = "Sends a record's parked deliveries again, or has it read and planned again",
       .access = Access::operator_,
       .handler = replay,
       .answer = "Said",
       .body = "Replay"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/consents",
                   .operation = "consent.decide",
                   .summary = "Keeps a customer's decision made at a till",
                   .access = Access::operator_,
                   .handler = consent,
                   .answer = "Object",
                   .body = "ConsentDecision"});
  table.push_back(
      {.method = "GET",
       .path = "/api/v1/consents",
       .operation = "consent.read",
       .summary = "What is known about an address",
       .access = Access::steward,
       .handler = consents,
       .answer = "Object",
       .parameters = {
           {"email", "as typed"}, {"phone", "as typed"}, {"country", "of a phone without +"}}});
  table.push_back({.method = "POST",
                   .path = "/api/v1/merge",
                   .operation = "customer.merge",
                   .summary = "Makes one customer of two, for good",
                   .access = Access::steward,
                   .handler = merge,
                   .answer = "Said",
                   .body = "Merge"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/customers/sync",
                   .operation = "customer.sync",
                   .summary = "Reads the platform's customers into the tills' register",
                   .access = Access::steward,
                   .handler = sync_customers,
                   .answer = "Object",
                   .body = "Scope"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/comparisons",
                   .operation = "comparison.run",
                   .summary = "Holds what was delivered against what the platform has",
                   .access = Access::operator_,
                   .handler = compare,
                   .answer = "Object",
                   .body = "Comparison"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/stock/comparisons",
                   .operation = "stock.compare",
                   .summary = "Holds the catalog's levels against Sitoo's",
                   .access = Access::operator_,
                   .handler = compare_stock,
                   .answer = "Object",
                   .body = "StockComparison"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/backfill",
                   .operation = "backfill.begin",
                   .summary = "Sends past orders as history",
                   .access = Access::administrator,
                   .handler = backfill,
                   .answer = "Object",
                   .body = "Backfill"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/backfill",
                   .operation = "backfill.read",
                   .summary = "How far the backfill is",
                   .access = Access::viewer,
                   .handler = backfill_state,
                   .answer = "Object"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/backfill/{act}",
                   .operation = "backfill.act",
                   .summary = "Pauses, resumes or stops the backfill",
                   .access = Access::administrator,
                   .handler = backfill_act,
                   .answer = "Object",
                   .body = "Scope"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/validate",
                   .operation = "setup.validate",
                   .summary = "Tries every platform with a test customer",
                   .access = Access::administrator,
                   .handler = validate,
                   .answer = "Object",
                   .body = "Validation"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/setup/preview",
                   .operation = "setup.preview",
                   .summary = "What a configuration of these answers would be",
                   .access = Access::administrator,
                   .handler = setup_preview,
                   .answer = "Object",
                   .body = "SetupAnswers",
                   .changes = false});
}

}  // namespace tillbridge::api
