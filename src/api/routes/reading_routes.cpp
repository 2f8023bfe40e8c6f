#include <fmt/format.h>

#include "api/reading.h"
#include "api/reply.h"
#include "api/rooms.h"
#include "api/routes/routes.h"

namespace tillbridge::api {
namespace {

Task<http::Reply> handbook(const Rooms& rooms, Call) {
  json::Array items;
  for (const desk::HandbookPage& one : rooms.handbook.pages()) {
    items.push_back(
        json::Object{{"page", one.page}, {"title", one.title}, {"summary", one.summary}});
  }
  co_return json_reply(page(std::move(items), ""));
}

Task<http::Reply> handbook_page(const Rooms* rooms, std::string name) {
  const desk::HandbookPage* const found = rooms->handbook.find(name);
  if (found == nullptr)
    co_return error_reply(
        Error{Error::Kind::not_found, fmt::format("the handbook has no page {}", name)});
  co_return json_reply(
      json::Object{{"page", found->page}, {"title", found->title}, {"markdown", found->markdown}});
}

Task<http::Reply> one_page(const Rooms& rooms, Call call) {
  return handbook_page(&rooms, call.capture("page"));
}
Task<http::Reply> case_page(const Rooms& rooms, Call call) {
  return handbook_page(&rooms, "cases/" + call.capture("type"));
}

Result<journal::AuditFilter> audit_filter(const Call& call) {
  journal::AuditFilter filter;
  filter.by = call.query("by");
  filter.act = call.query("act");
  filter.subject = id_of(call.query("subject"));
  TB_TRY(filter.from, time_of(call.query("from"), "from"));
  TB_TRY(filter.until, time_of(call.query("until"), "until"));
  return filter;
}

Task<http::Reply> audit(const Rooms& rooms, Call call) {
  const auto filter = audit_filter(call);
  if (!filter) co_return error_reply(filter.error());
  const AuditId before{id_of(call.query("after"))};
  const std::size_t limit = limit_of(call.request);
  std::function<Result<std::vector<journal::AuditRow>>(journal::Reader&)> query =
      [filter = *filter, before, limit](journal::Reader& reader) {
        return reader.audits(filter, before, limit);
      };
  const auto rows = co_await rooms.journal.read<std::vector<journal::AuditRow>>(std::move(query));
  if (!rows) co_return error_reply(rows.error());
  json::Array items;
  for (const journal::AuditRow& row : *rows) {
    json::Object one;
    one["id"] = id_text(row.id.value);
    one["workspace"] = row.workspace;
    one["at"] = utc_text(row.at);
    one["by"] = row.by;
    one["act"] = row.act;
    one["subject"] = id_text(row.subject);
    one["about"] = row.about;
    one["before"] = row.before;
    one["after"] = row.after;
    one["result"] = row.result;
    items.push_back(std::move(one));
  }
  co_return json_reply(
      page(std::move(items), rows->size() < limit ? "" : fmt::format("{}", rows->back().id.value)));
}

Task<http::Reply> live(const Rooms& rooms, Call call) {
  Accounts& accounts = rooms.accounts;
  const bool by_account = call.caller.via != Caller::Via::control;
  co_return rooms.live.subscribe([&accounts, by_account, caller = call.caller] {
    return !by_account || accounts.still_stands(caller);
  });
}

}  // namespace

void add_reading_routes(RouteTable& table) {
  table.push_back({.method = "GET",
                   .path = "/api/v1/handbook",
                   .operation = "handbook.list",
                   .summary = "Pages of the handbook",
                   .handler = handbook,
                   .answer = "Page"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/handbook/{page}",
                   .operation = "handbook.read",
                   .summary = "A page of the handbook",
                   .handler = one_page,
                   .answer = "HandbookPage"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/handbook/cases/{type}",
                   .operation = "handbook.case",
                   .summary = "The page of a type of case",
                   .handler = case_page,
                   .answer = "HandbookPage"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/audit",
                   .operation = "audit.list",
                   .summary = "Who did what, newest first",
                   .access = Access::steward,
                   .handler = audit,
                   .answer = "Page",
                   .parameters = {{"by", "A user's name"},
                                  {"act", "case, or case.assign"},
                                  {"subject", "Id of what it was done to"},
                                  {"from", "Since this time"},
                                  {"until", "Before this time"},
                                  {"after", "Where the page before ended"},
                                  {"limit", "At most 200"}}});
  table.push_back({.method = "GET",
                   .path = "/api/v1/live",
                   .operation = "live.changes",
                   .summary = "Server-sent events: what has changed",
                   .handler = live,
                   .answer = "text/event-stream"});
}

}  // namespace tillbridge::api
