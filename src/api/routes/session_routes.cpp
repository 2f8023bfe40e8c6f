#include "api/accounts/cookies.h"
#include "api/accounts/secret_text.h"
#include "api/reply.h"
#include "api/rooms.h"
#include "api/routes/routes.h"
#include "api/teams.h"

#ifndef TILLBRIDGE_VERSION
#define TILLBRIDGE_VERSION "0"
#endif

namespace tillbridge::api {
namespace {

constexpr int unauthorized = 401;

json::Array list_of(const std::vector<std::string>& texts) {
  json::Array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

json::Object session_view(const Rooms& rooms, const Caller& caller,
                          const std::string& session_secret) {
  const bool signed_in = caller.via != Caller::Via::nobody;
  json::Object out;
  out["signed_in"] = signed_in;
  out["first_run"] = rooms.accounts.is_first_run();
  out["user"] = nullptr;
  out["csrf"] = caller.via == Caller::Via::session ? json::Value(csrf_token_of(session_secret))
                                                   : json::Value(nullptr);
  if (signed_in) {
    json::Object user;
    user["name"] = caller.name;
    user["display"] = caller.display;
    user["role"] = name(caller.role);
    user["teams"] = list_of(caller.teams);
    user["must_change_password"] = caller.must_change_password;
    const auto account = rooms.accounts.user(caller.name);
    user["preferences"] = account ? account->preferences : json::Object{};
    out["user"] = std::move(user);
  }
  out["single_sign_on"] = nullptr;
  if (rooms.single_sign_on != nullptr)
    out["single_sign_on"] = json::Object{{"label", rooms.single_sign_on->label()}};
  json::Array workspaces;
  if (signed_in) {
    for (const WorkspaceFacts& workspace : rooms.operations.workspaces()) {
      workspaces.push_back(json::Object{{"name", workspace.name},
                                        {"zone", workspace.zone.name()},
                                        {"targets", list_of(workspace.targets)}});
    }
  }
  out["workspaces"] = std::move(workspaces);
  out["teams"] = list_of(teams());
  out["version"] = TILLBRIDGE_VERSION;
  out["demo"] = rooms.demo;
  return out;
}

http::Reply refused(const Error& error) {
  http::Reply reply = error_reply(error);
  if (error.kind == Error::Kind::auth) reply.status = unauthorized;
  if (error.kind == Error::Kind::rate_limited) {
    constexpr int too_many = 429;
    reply.status = too_many;
    reply.headers.push_back({"Retry-After", retry_after_text(error)});
  }
  return reply;
}

http::Reply welcome(const Rooms& rooms, const Accounts::SignedIn& in, bool over_tls) {
  http::Reply reply =
      json_reply(session_view(rooms, in.caller, std::string(in.session_secret.reveal())));
  reply.headers.push_back(
      {"Set-Cookie", set_cookie(session_cookie(over_tls), in.session_secret.reveal(), over_tls,
                                rooms.accounts.limits().session_age_max)});
  return reply;
}

Task<http::Reply> read(const Rooms& rooms, Call call) {
  co_return json_reply(session_view(rooms, call.caller, call.session_secret));
}

Task<http::Reply> sign_in(const Rooms& rooms, Call call) {
  const auto in = co_await rooms.accounts.sign_in(call.text("name"), Secret(call.text("password")),
                                                  call.request.peer);
  call.trail->about = call.text("name");
  if (!in) co_return refused(in.error());
  call.trail->after = "signed in: " + in->caller.name;
  co_return welcome(rooms, *in, call.over_tls);
}

Task<http::Reply> sign_out(const Rooms& rooms, Call call) {
  const auto out = co_await rooms.accounts.sign_out(call.caller.session_key);
  if (!out) co_return error_reply(out.error());
  http::Reply reply = done();
  reply.headers.push_back(
      {"Set-Cookie", clear_cookie(session_cookie(call.over_tls), call.over_tls)});
  co_return reply;
}

Task<http::Reply> first_run(const Rooms& rooms, Call call) {
  const auto in =
      co_await rooms.accounts.first_run(call.text("code"), call.text("name"), call.text("display"),
                                        Secret(call.text("password")), call.request.peer);
  call.trail->about = call.text("name");
  if (!in) co_return refused(in.error());
  call.trail->after = "first administrator: " + in->caller.name;
  co_return welcome(rooms, *in, call.over_tls);
}

Task<http::Reply> change_password(const Rooms& rooms, Call call) {
  const auto changed = co_await rooms.accounts.change_password(
      call.caller, Secret(call.text("old")), Secret(call.text("new")));
  // Who is signed in and mistypes the old password stays signed in.
  co_return changed ? done() : error_reply(changed.error());
}

Task<http::Reply> set_preferences(const Rooms& rooms, Call call) {
  const auto set = co_await rooms.accounts.set_preferences(call.caller, call.body);
  co_return set ? done() : error_reply(set.error());
}

http::Reply towards(const std::string& where, const std::string& cookie) {
  constexpr int see_other = 303;
  http::Reply reply;
  reply.status = see_other;
  reply.headers.push_back({"Location", where});
  reply.headers.push_back({"Cache-Control", "no-store"});
  if (!cookie.empty()) reply.headers.push_back({"Set-Cookie", cookie});
  return reply;
}

Error no_single_sign_on() {
  return {Error::Kind::not_found, "single sign-on is not set up: [hub.single_sign_on]"};
}

Task<http::Reply> start_sign_on(const Rooms& rooms, Call call) {
  if (rooms.single_sign_on == nullptr) co_return error_reply(no_single_sign_on());
  const auto start = co_await rooms.single_sign_on->start(call.query("return", "/"));
  if (!start) co_return error_reply(start.error());
  co_return towards(start->url, set_cookie(single_sign_on_cookie(call.over_tls),
                                           start->cookie_value, call.over_tls, SignOnTries::lasts));
}

// The browser comes back from the provider: what goes wrong is told on the sign-in page.
Task<http::Reply> finish_sign_on(const Rooms& rooms, Call call) {
  if (rooms.single_sign_on == nullptr) co_return error_reply(no_single_sign_on());
  const std::string cookie = single_sign_on_cookie(call.over_tls);
  const std::string bound = cookie_in(call.request.header("cookie"), cookie).value_or("");
  SingleSignOn::Answer answer{call.query("code"), call.query("state"), call.query("error"),
                              call.query("iss")};
  auto finish = co_await rooms.single_sign_on->finish(std::move(answer), bound);
  if (!finish) co_return refused(finish.error());
  const std::string return_path = finish->return_path;
  const auto in = co_await rooms.accounts.sign_on(std::move(finish->person));
  if (!in) co_return refused(in.error());
  // A GET of the provider's making: its trail is left here.
  journal::AddAudit entry;
  entry.id = rooms.ids.next<AuditId>();
  entry.at = rooms.clock.now();
  entry.by = in->caller.name;
  entry.act = "session.sign_on";
  entry.about = in->created ? "new account" : "";
  entry.result = "done";
  journal::Step step;
  step.audits.push_back(std::move(entry));
  (void)co_await rooms.journal.commit(std::move(step));
  http::Reply reply = towards(return_path, clear_cookie(cookie, call.over_tls));
  reply.headers.push_back(
      {"Set-Cookie", set_cookie(session_cookie(call.over_tls), in->session_secret.reveal(),
                                call.over_tls, rooms.accounts.limits().session_age_max)});
  co_return reply;
}

}  // namespace

void add_session_routes(RouteTable& table) {
  table.push_back({.method = "GET",
                   .path = "/api/v1/session",
                   .operation = "session.read",
                   .summary = "Who is signed in, and what the sign-in page needs",
                   .access = Access::anyone,
                   .handler = read,
                   .answer = "Session"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/session",
                   .operation = "session.sign_in",
                   .summary = "Signs in with name and password",
                   .access = Access::anyone,
                   .handler = sign_in,
                   .answer = "Session",
                   .body = "SignIn"});
  table.push_back({.method = "DELETE",
                   .path = "/api/v1/session",
                   .operation = "session.sign_out",
                   .summary = "Signs out",
                   .access = Access::signed_in,
                   .handler = sign_out,
                   .answer = "Done"});
  table.push_back({.method = "POST",
                   .path = "/api/v1/first-run",
                   .operation = "session.first_run",
                   .summary = "The first administrator, while there is no account",
                   .access = Access::anyone,
                   .handler = first_run,
                   .answer = "Session",
                   .body = "FirstRun"});
  table.push_back({.method = "PUT",
                   .path = "/api/v1/session/password",
                   .operation = "session.password",
                   .summary = "Changes one's own password; other sessions end",
                   .access = Access::signed_in,
                   .handler = change_password,
                   .answer = "Done",
                   .body = "PasswordChange"});
  table.push_back({.method = "PUT",
                   .path = "/api/v1/session/preferences",
                   .operation = "session.preferences",
                   .summary = "Keeps the console's preferences of this person",
                   .access = Access::signed_in,
                   .handler = set_preferences,
                   .answer = "Done",
                   .body = "Object",
                   .changes = false});
  table.push_back({.method = "GET",
                   .path = "/api/v1/single-sign-on/start",
                   .operation = "session.sign_on_start",
                   .summary = "Sends the browser to the identity provider",
                   .access = Access::anyone,
                   .handler = start_sign_on,
                   .answer = "text/plain",
                   .parameters = {{"return", "Path of the console to come back to"}}});
  table.push_back({.method = "GET",
                   .path = "/api/v1/single-sign-on/callback",
                   .operation = "session.sign_on",
                   .summary = "Where the identity provider sends the browser back to",
                   .access = Access::anyone,
                   .handler = finish_sign_on,
                   .answer = "text/plain",
                   .parameters = {{"code", "From the provider"},
                                  {"state", "From the provider"},
                                  {"error", "From the provider"},
                                  {"iss", "From the provider"}}});
}

}  // namespace tillbridge::api
