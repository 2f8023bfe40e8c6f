#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "api/reading.h"
#include "api/reply.h"
#include "api/rooms.h"
#include "api/routes/routes.h"
#include "desk/masking.h"

namespace tillbridge::api {
namespace {

// A filter that is not understood must not mean everything.
Result<void> check_filter(const json::Object& filter) {
  constexpr std::array<std::string_view, 9> known{
      "text", "kind", "store", "state", "from", "until", "case", "connection", "delivery_state"};
  bool narrows = false;
  for (const auto& [member, value] : filter) {
    if (std::find(known.begin(), known.end(), std::string_view(member)) == known.end())
      return fail(Error::Kind::invalid_input,
                  fmt::format("filter has no member '{}'", std::string_view(member)));
    if (value.is_null()) continue;
    if (!value.is_string())
      return fail(Error::Kind::invalid_input,
                  fmt::format("filter.{} is a text", std::string_view(member)));
    narrows = narrows || (!value.get_string().empty() && member != "connection");
  }
  if (!narrows) return fail(Error::Kind::invalid_input, "the filter does not narrow anything");
  const auto of_case = json::text(filter, "case");
  if (of_case && id_of(*of_case) == 0)
    return fail(Error::Kind::invalid_input, "filter.case is no id of a case");
  return {};
}

// Cases are closed by their own team only.
Task<Result<void>> may_resolve(const Rooms* rooms, Caller caller, CaseGroupId id) {
  if (may(caller, Role::administrator)) co_return Result<void>{};
  if (!id)
    co_return fail(Error::Kind::auth,
                   "cases of many teams are closed by an administrator only; "
                   "open a case and close what belongs to it");
  std::function<Result<std::optional<journal::CaseGroupRow>>(journal::Reader&)> query =
      [id](journal::Reader& reader) { return reader.case_group(id); };
  const auto group =
      co_await rooms->journal.read<std::optional<journal::CaseGroupRow>>(std::move(query));
  if (!group) co_return fail(group.error());
  if (*group && may_act_for(caller, (*group)->owner)) co_return Result<void>{};
  co_return fail(Error::Kind::auth, fmt::format("this case belongs to {}; ask them to hand it over",
                                                *group ? (*group)->owner : "nobody"));
}

Result<BulkAsked> asked_of(const Rooms& rooms, const Call& call) {
  BulkAsked asked;
  asked.workspace = workspace_of(rooms, call);
  asked.act = call.text("act");
  if (asked.act != "send_again" && asked.act != "rebuild" && asked.act != "skip" &&
      asked.act != "resolve")
    return fail(Error::Kind::invalid_input, "act is one of send_again, rebuild, skip, resolve");
  const json::Object* const filter = json::object(call.body, "filter");
  if (filter == nullptr)
    return fail(Error::Kind::invalid_input, "filter says which records; it is missing");
  TB_CHECK(check_filter(*filter));
  asked.as_asked = *filter;
  asked.of_case = CaseGroupId{id_of(json::text(*filter, "case").value_or(""))};
  asked.connection = json::text(*filter, "connection").value_or("");
  const std::string state = json::text(*filter, "delivery_state").value_or("");
  if (state == "parked") asked.delivery_state = journal::DeliveryState::parked;
  if (state == "blocked") asked.delivery_state = journal::DeliveryState::blocked;
  if (!state.empty() && !asked.delivery_state)
    return fail(Error::Kind::invalid_input, "delivery_state is parked or blocked");
  TB_TRY(asked.filter, record_filter(*filter));
  asked.name = call.text("name");
  asked.note = call.text("note");
  asked.count = static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, json::integer(call.body, "count").value_or(0)));
  asked.by = call.by();
  return asked;
}

http::Reply seen_by(const Call& call, const Result<json::Object>& result) {
  if (!result) return error_reply(result.error());
  return may(call.caller, Role::steward) ? json_reply(json::Value(*result))
                                         : json_reply(desk::masked_value(json::Value(*result)));
}

Task<http::Reply> estimate(const Rooms& rooms, Call call) {
  auto asked = asked_of(rooms, call);
  if (!asked) co_return error_reply(asked.error());
  const auto estimated = co_await rooms.bulk.estimate(std::move(*asked));
  co_return seen_by(call, estimated);
}

Task<http::Reply> begin(const Rooms& rooms, Call call) {
  auto asked = asked_of(rooms, call);
  if (!asked) co_return error_reply(asked.error());
  if (asked->name.empty() || asked->name.size() > 200)
    co_return error_reply(Error{Error::Kind::invalid_input,
                                "give it a name of 1 to 200 characters: others will see it"});
  if (asked->act == "resolve") {
    const auto allowed = co_await may_resolve(&rooms, call.caller, asked->of_case);
    if (!allowed) co_return error_reply(allowed.error());
  }
  call.trail->about = "bulk action: " + asked->name;
  call.trail->after = json::to_text(json::Object{{"act", asked->act},
                                                 {"filter", desk::masked_value(asked->as_asked)},
                                                 {"count", asked->count}});
  const auto begun = co_await rooms.bulk.begin(std::move(*asked));
  if (!begun && begun.error().kind == Error::Kind::rejected) {
    constexpr int conflict = 409;
    co_return refusal(conflict, "rejected", begun.error().what);
  }
  co_return reply_of(begun);
}

Task<http::Reply> list(const Rooms& rooms, Call call) {
  co_return seen_by(call, co_await rooms.bulk.list(workspace_of(rooms, call), call.query("after"),
                                                   limit_of(call.request)));
}

Task<http::Reply> read(const Rooms& rooms, Call call) {
  co_return seen_by(call, co_await rooms.bulk.read(workspace_of(rooms, call), call.capture("id")));
}

Task<http::Reply> items(const Rooms& rooms, Call call) {
  co_return seen_by(call, co_await rooms.bulk.items(workspace_of(rooms, call), call.capture("id"),
                                                    call.query("only") == "failed",
                                                    call.query("after"), limit_of(call.request)));
}

Task<http::Reply> cancel(const Rooms& rooms, Call call) {
  call.trail->about = "bulk action " + call.capture("id");
  co_return reply_of(
      co_await rooms.bulk.cancel(workspace_of(rooms, call), call.capture("id"), call.by()));
}

}  // namespace

void add_bulk_routes(RouteTable& table) {
  table.push_back({.method = "POST",
                   .path = "/api/v1/bulk/estimate",
                   .operation = "bulk.estimate",
                   .summary = "How many records an act would touch, and how long it would take",
                   .access = Access::operator_,
                   .handler = estimate,
                   .answer = "BulkEstimate",
                   .body = "BulkAsked",
                   .changes = false});
  table.push_back({.method = "POST",
                   .path = "/api/v1/bulk",
                   .operation = "bulk.begin",
                   .summary = "Begins an act on many records",
                   .access = Access::operator_,
                   .handler = begin,
                   .answer = "BulkAction",
                   .body = "BulkAsked"});
  table.push_back(
      {.method = "GET",
       .path = "/api/v1/bulk",
       .operation = "bulk.list",
       .summary = "Bulk actions, newest first",
       .handler = list,
       .answer = "Page",
       .parameters = {{"after", "Where the page before ended"}, {"limit", "At most 200"}}});
  table.push_back({.method = "GET",
                   .path = "/api/v1/bulk/{id}",
                   .operation = "bulk.read",
                   .summary = "How far a bulk action is",
                   .handler = read,
                   .answer = "BulkAction"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/bulk/{id}/items",
                   .operation = "bulk.items",
                   .summary = "What became of each record",
                   .handler = items,
                   .answer = "Page",
                   .parameters = {{"only", "failed"},
                                  {"after", "Where the page before ended"},
                                  {"limit", "At most 200"}}});
  table.push_back({.method = "POST",
                   .path = "/api/v1/bulk/{id}/cancel",
                   .operation = "bulk.cancel",
                   .summary = "Stops before the next record",
                   .access = Access::operator_,
                   .handler = cancel,
                   .answer = "BulkAction",
                   .body = "Scope"});
}

}  // namespace tillbridge::api
