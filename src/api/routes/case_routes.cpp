#include <fmt/format.h>

#include "api/record_view.h"
#include "api/reply.h"
#include "api/rooms.h"
#include "api/routes/routes.h"
#include "api/teams.h"

namespace tillbridge::api {
namespace {

constexpr std::size_t text_max = 2'000;
constexpr std::size_t history_shown = 200;

// "1781260800000000:1234": where a page of open cases ended.
std::string place_text(const journal::CaseGroupRow& last) {
  return fmt::format("{}:{}", last.due_at.time_since_epoch().count(), last.id.value);
}
std::optional<journal::CaseGroupPlace> place_of(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  const std::uint64_t due = id_of(text.substr(0, colon));
  const std::uint64_t id = id_of(text.substr(colon + 1));
  if (id == 0) return std::nullopt;
  return journal::CaseGroupPlace{Instant{Duration{static_cast<std::int64_t>(due)}},
                                 CaseGroupId{id}};
}

Task<http::Reply> list(const Rooms& rooms, Call call) {
  journal::CaseGroupFilter filter;
  filter.open = call.query("state", "open") != "closed";
  filter.owner = call.query("team");
  filter.assignee = call.query("assignee");
  if (filter.assignee == "me") filter.assignee = call.caller.name;
  filter.type = call.query("type");
  filter.unowned = call.query("unowned") == "true";
  if (call.query("overdue") == "true") filter.due_before = rooms.clock.now();
  const auto after = place_of(call.query("after"));
  const std::size_t limit = limit_of(call.request);
  std::function<Result<std::vector<journal::CaseGroupRow>>(journal::Reader&)> query =
      [workspace = workspace_of(rooms, call), filter, after, limit](journal::Reader& reader) {
        return reader.case_groups(workspace, filter, after, limit);
      };
  const auto rows =
      co_await rooms.journal.read<std::vector<journal::CaseGroupRow>>(std::move(query));
  if (!rows) co_return error_reply(rows.error());
  json::Array items;
  for (const auto& row : *rows)
    items.push_back(case_view(row, rooms.handbook, rooms.clock.now(), personal_for(call.caller)));
  co_return json_reply(
      page(std::move(items), rows->size() < limit ? "" : place_text(rows->back())));
}

struct Told {
  journal::CaseGroupRow group;
  std::vector<journal::AuditRow> history;
};

Task<Result<Told>> case_of(const Rooms* rooms, std::string workspace, CaseGroupId id) {
  std::function<Result<Told>(journal::Reader&)> query =
      [workspace, id](journal::Reader& reader) -> Result<Told> {
    TB_TRY(auto group, reader.case_group(id));
    if (!group || (!workspace.empty() && group->workspace != workspace))
      return fail(Error::Kind::not_found, fmt::format("there is no case {}", id.value));
    Told told;
    told.group = std::move(*group);
    journal::AuditFilter filter;
    filter.subject = id.value;
    TB_TRY(told.history, reader.audits(filter, AuditId{}, history_shown));
    return told;
  };
  co_return co_await rooms->journal.read<Told>(std::move(query));
}

json::Object told_view(const Rooms& rooms, const Call& call, const Told& told) {
  json::Object out =
      case_view(told.group, rooms.handbook, rooms.clock.now(), personal_for(call.caller));
  const desk::CaseGuide guide = rooms.handbook.guide(told.group.type);
  json::Array history;
  for (const journal::AuditRow& row : told.history) {
    history.push_back(json::Object{{"at", utc_text(row.at)},
                                   {"by", row.by},
                                   {"act", row.act},
                                   {"text", shown(row.after, personal_for(call.caller))},
                                   {"result", row.result}});
  }
  out["history"] = std::move(history);
  out["handbook"] = guide.page;
  json::Array actions;
  for (const std::string& action : guide.actions) actions.emplace_back(action);
  out["actions"] = std::move(actions);
  out["mine"] = may_act_for(call.caller, told.group.owner);
  return out;
}

Task<http::Reply> read(const Rooms& rooms, Call call) {
  const auto told =
      co_await case_of(&rooms, call.workspace(), CaseGroupId{id_of(call.capture("id"))});
  if (!told) co_return error_reply(told.error());
  co_return json_reply(told_view(rooms, call, *told));
}

Task<http::Reply> records(const Rooms& rooms, Call call) {
  const CaseGroupId id{id_of(call.capture("id"))};
  const bool open_only = call.query("state") == "open";
  const CaseId before{id_of(call.query("after"))};
  const std::size_t limit = limit_of(call.request);
  const auto told = co_await case_of(&rooms, call.workspace(), id);
  if (!told) co_return error_reply(told.error());
  std::function<Result<std::vector<journal::CaseRow>>(journal::Reader&)> query =
      [id, open_only, before, limit](journal::Reader& reader) {
        return reader.cases_of(id, open_only, before, limit);
      };
  const auto rows = co_await rooms.journal.read<std::vector<journal::CaseRow>>(std::move(query));
  if (!rows) co_return error_reply(rows.error());
  json::Array items;
  for (const auto& row : *rows) items.push_back(case_record_view(row, personal_for(call.caller)));
  co_return json_reply(
      page(std::move(items), rows->size() < limit ? "" : fmt::format("{}", rows->back().id.value)));
}

// What an act changes, and what the history says of it.
struct Change {
  journal::UpdateCaseGroup update;
  std::string words;
  bool stays = false;  // a note: nothing but the history changes
};
using Decide = Result<Change> (*)(const Rooms& rooms, const Call& call,
                                  const journal::CaseGroupRow& group);

journal::UpdateCaseGroup unchanged(const journal::CaseGroupRow& group) {
  journal::UpdateCaseGroup update;
  update.id = group.id;
  update.workspace = group.workspace;
  update.state = group.state;
  update.owner = group.owner;
  update.assignee = group.assignee;
  update.due_at = group.due_at;
  update.escalation = group.escalation;
  return update;
}

Result<std::string> needed(const Call& call, const char* member) {
  const std::string text = call.text(member);
  if (text.empty())
    return fail(Error::Kind::invalid_input, fmt::format("{} is missing: others read it", member));
  if (text.size() > text_max)
    return fail(Error::Kind::invalid_input,
                fmt::format("{} has more than {} characters", member, text_max));
  return text;
}

Result<void> is_open(const journal::CaseGroupRow& group) {
  if (group.state == journal::GroupState::open || group.state == journal::GroupState::acknowledged)
    return {};
  return fail(Error::Kind::rejected, "this case is closed; it opens again when it happens again");
}

Result<void> known_person(const Rooms& rooms, const std::string& name) {
  if (name.empty() || rooms.accounts.user(name)) return {};
  return fail(Error::Kind::invalid_input, fmt::format("there is no user '{}'", name));
}

Result<Change> handed_over(const Rooms& rooms, const Call& call,
                           const journal::CaseGroupRow& group);

// The act on the case as it is now; nothing comes between reading and storing on the core thread
// but other acts, which take turns.
Task<http::Reply> act(const Rooms* rooms, Call call, const char* operation, Decide decide) {
  const CaseGroupId id{id_of(call.capture("id"))};
  const auto turn = co_await rooms->turns.take(fmt::format("case/{}", id.value));
  auto told = co_await case_of(rooms, call.workspace(), id);
  if (!told) co_return error_reply(told.error());
  const journal::CaseGroupRow group = told->group;
  call.trail->workspace = group.workspace;
  call.trail->subject = id.value;
  call.trail->about = "case: " + rooms->handbook.guide(group.type).title;
  // Another team's case may be taken over, nothing else.
  const bool takes_over = decide == handed_over && may_act_for(call.caller, call.text("team"));
  if (!may_act_for(call.caller, group.owner) && !takes_over) {
    constexpr int forbidden = 403;
    co_return refusal(
        forbidden, "not_allowed",
        fmt::format("this case belongs to {}; ask them to hand it over", group.owner));
  }
  auto change = decide(*rooms, call, group);
  if (!change) co_return error_reply(change.error());
  call.trail->before = group.assignee.empty() ? group.owner : group.owner + ", " + group.assignee;
  call.trail->after = change->words;
  change->update.at = rooms->clock.now();
  change->update.by = call.by();
  journal::Step step;
  if (!change->stays) step.case_groups.push_back(change->update);
  step.audits.push_back(audit_entry(*rooms, call, operation, "done"));
  const auto stored = co_await rooms->journal.commit(std::move(step));
  if (!stored) co_return error_reply(stored.error());
  call.trail->silent = true;
  told = co_await case_of(rooms, call.workspace(), id);
  if (!told) co_return error_reply(told.error());
  co_return json_reply(told_view(*rooms, call, *told));
}

Result<Change> acknowledged(const Rooms&, const Call& call, const journal::CaseGroupRow& group) {
  TB_CHECK(is_open(group));
  Change change{unchanged(group), "acknowledged", false};
  change.update.state = journal::GroupState::acknowledged;
  if (group.assignee.empty() && call.caller.via == Caller::Via::session)
    change.update.assignee = call.caller.name;
  return change;
}

Result<Change> assigned(const Rooms& rooms, const Call& call, const journal::CaseGroupRow& group) {
  TB_CHECK(is_open(group));
  const std::string to = call.text("to");
  TB_CHECK(known_person(rooms, to));
  Change change{unchanged(group), to.empty() ? std::string("nobody has it") : "assigned to " + to};
  change.update.assignee = to;
  return change;
}

Result<Change> handed_over(const Rooms& rooms, const Call& call,
                           const journal::CaseGroupRow& group) {
  TB_CHECK(is_open(group));
  TB_TRY(const std::string note, needed(call, "note"));
  TB_TRY(const std::string team, needed(call, "team"));
  const std::string to = call.text("to");
  TB_CHECK(known_person(rooms, to));
  if (!is_team(team))
    return fail(Error::Kind::invalid_input, fmt::format("there is no team '{}'", team));
  Change change{unchanged(group),
                fmt::format("handed over to {}{}: {}", team, to.empty() ? "" : ", " + to, note)};
  change.update.owner = team;
  change.update.assignee = to;
  change.update.state = journal::GroupState::open;
  return change;
}

Result<Change> noted(const Rooms&, const Call& call, const journal::CaseGroupRow& group) {
  TB_TRY(const std::string text, needed(call, "text"));
  return Change{unchanged(group), text, true};
}

Result<Change> resolved(const Rooms&, const Call& call, const journal::CaseGroupRow& group) {
  TB_CHECK(is_open(group));
  TB_TRY(const std::string note, needed(call, "note"));
  Change change{unchanged(group), "resolved: " + note};
  change.update.state = journal::GroupState::resolved;
  change.update.note = note;
  return change;
}

Result<Change> ignored(const Rooms&, const Call& call, const journal::CaseGroupRow& group) {
  TB_CHECK(is_open(group));
  TB_TRY(const std::string note, needed(call, "note"));
  Change change{unchanged(group), "ignored: " + note};
  change.update.state = journal::GroupState::ignored;
  change.update.note = note;
  return change;
}

Task<http::Reply> acknowledge(const Rooms& rooms, Call call) {
  return act(&rooms, std::move(call), "case.acknowledge", acknowledged);
}
Task<http::Reply> assign(const Rooms& rooms, Call call) {
  return act(&rooms, std::move(call), "case.assign", assigned);
}
Task<http::Reply> hand_over(const Rooms& rooms, Call call) {
  return act(&rooms, std::move(call), "case.hand_over", handed_over);
}
Task<http::Reply> note(const Rooms& rooms, Call call) {
  return act(&rooms, std::move(call), "case.note", noted);
}
Task<http::Reply> resolve(const Rooms& rooms, Call call) {
  return act(&rooms, std::move(call), "case.resolve", resolved);
}
Task<http::Reply> ignore(const Rooms& rooms, Call call) {
  return act(&rooms, std::move(call), "case.ignore", ignored);
}

Route changing(const char* path, const char* operation, const char* summary, Handler handler,
               const char* body) {
  return route("POST", path, operation, summary, Access::operator_, handler, "Case", body);
}

}  // namespace

void add_case_routes(RouteTable& table) {
  table.push_back({.method = "GET",
                   .path = "/api/v1/cases",
                   .operation = "case.list",
                   .summary = "Cases: open ones, soonest due first; or closed ones, newest first",
                   .handler = list,
                   .answer = "CasePage",
                   .parameters = {{"state", "open or closed"},
                                  {"team", "Owner team"},
                                  {"assignee", "A user's name, or me"},
                                  {"unowned", "true: nobody has taken it"},
                                  {"overdue", "true: past its due time"},
                                  {"type", "Type of case"},
                                  {"after", "Where the page before ended"},
                                  {"limit", "At most 200"}}});
  table.push_back({.method = "GET",
                   .path = "/api/v1/cases/{id}",
                   .operation = "case.read",
                   .summary = "A case with its history",
                   .handler = read,
                   .answer = "Case"});
  table.push_back({.method = "GET",
                   .path = "/api/v1/cases/{id}/records",
                   .operation = "case.records",
                   .summary = "The records of a case, newest first",
                   .handler = records,
                   .answer = "Page",
                   .parameters = {{"state", "open: only those still open"},
                                  {"after", "Where the page before ended"},
                                  {"limit", "At most 200"}}});
  table.push_back(changing("/api/v1/cases/{id}/acknowledge", "case.acknowledge",
                           "Says that somebody looks after it", acknowledge, "Scope"));
  table.push_back(changing("/api/v1/cases/{id}/assign", "case.assign",
                           "Gives it to a person, or to nobody", assign, "Assignment"));
  table.push_back(changing("/api/v1/cases/{id}/hand-over", "case.hand_over",
                           "Gives it to another team", hand_over, "HandOver"));
  table.push_back(changing("/api/v1/cases/{id}/note", "case.note", "Adds a note to its history",
                           note, "CaseNote"));
  table.push_back(
      changing("/api/v1/cases/{id}/resolve", "case.resolve", "Closes it: done", resolve, "Note"));
  table.push_back(changing("/api/v1/cases/{id}/ignore", "case.ignore",
                           "Closes it until it happens again", ignore, "Note"));
}

}  // namespace tillbridge::api
