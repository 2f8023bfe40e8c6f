#include "api/gate.h"

#include <boost/algorithm/string/predicate.hpp>
#include <fmt/format.h>

#include "api/accounts/cookies.h"
#include "api/accounts/secret_text.h"
#include "api/reply.h"
#include "telemetry/log.h"

namespace tillbridge::api {
namespace {

constexpr int bad_request = 400;
constexpr int unauthorized = 401;
constexpr int forbidden = 403;
constexpr int unsupported_type = 415;
constexpr int failed = 500;
constexpr std::string_view bearer = "Bearer ";

bool reads_only(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

bool allowed(const Caller& caller, Access access) {
  switch (access) {
    case Access::anyone:
      return true;
    case Access::signed_in:
      return caller.via == Caller::Via::session;
    case Access::viewer:
      return may(caller, Role::viewer);
    case Access::operator_:
      return may(caller, Role::operator_);
    case Access::steward:
      return may(caller, Role::steward);
    case Access::administrator:
      return may(caller, Role::administrator);
  }
  return false;
}

std::string_view word(Access access) {
  switch (access) {
    case Access::anyone:
      return "anyone";
    case Access::signed_in:
      return "person signed in";
    case Access::viewer:
      return "viewer";
    case Access::operator_:
      return "operator";
    case Access::steward:
      return "steward";
    case Access::administrator:
      return "administrator";
  }
  return "";
}

class UnderWay {
 public:
  explicit UnderWay(std::size_t& count) : count_(count) { ++count_; }
  ~UnderWay() { --count_; }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;

 private:
  std::size_t& count_;
};

}  // namespace

std::string Call::workspace() const {
  if (const auto named = request.parameter("workspace")) return *named;
  if (const auto captured = request.capture("workspace"); !captured.empty())
    return std::string(captured);
  return text("workspace");
}

std::string workspace_of(const Rooms& rooms, const Call& call) {
  std::string name = call.workspace();
  const auto all = rooms.operations.workspaces();
  if (name.empty() && !all.empty()) name = all.front().name;
  return name;
}

std::string Call::by() const {
  if (caller.via == Caller::Via::control) return text("by", "operator");
  return caller.name;
}

Gate::Gate(const Rooms& rooms, GateSettings settings)
    : rooms_(rooms), settings_(std::move(settings)) {}

void Gate::bind(http::Router& router) {
  for (const Route& route : routes()) {
    const bool monitoring = !std::string_view(route.path).starts_with("/api/");
    if (monitoring && !settings_.monitoring) continue;
    router.add(route.method, route.path,
               [this, &route](http::Request request) { return pass(route, std::move(request)); });
  }
}

Task<Caller> Gate::identify(std::string authorization, std::string session_secret) {
  if (authorization.starts_with(bearer)) {
    const std::string token = authorization.substr(bearer.size());
    if (!settings_.control_token.empty() && settings_.control_token.matches(token))
      co_return control_caller();
    co_return (co_await rooms_.accounts.token(token)).value_or(Caller{});
  }
  if (session_secret.empty()) co_return Caller{};
  co_return (co_await rooms_.accounts.session(std::move(session_secret))).value_or(Caller{});
}

std::optional<http::Reply> Gate::refuse(const Route& route, const Call& call) const {
  if (!allowed(call.caller, route.access)) {
    if (call.caller.must_change_password)
      return refusal(forbidden, "change_password", "choose a password of your own first");
    if (call.caller.via == Caller::Via::nobody)
      return refusal(unauthorized, "not_signed_in",
                     "sign in first, or send a token as Authorization: Bearer (the control token "
                     "is in control.token of the data folder)");
    return refusal(forbidden, "not_allowed",
                   fmt::format("this needs the role {}; you are {}", word(route.access),
                               name(call.caller.role)));
  }
  if (reads_only(route.method)) return std::nullopt;
  const bool from_session = call.caller.via == Caller::Via::session;
  if (from_session && !csrf_token_matches(call.session_secret, call.request.header("x-csrf-token")))
    return refusal(forbidden, "stale_page", "this page is out of date; load it again");
  if (call.request.body.empty()) return std::nullopt;
  // What a form of a foreign page could send is refused: it cannot set this type.
  const std::string_view type = call.request.header("content-type");
  const bool by_browser = call.caller.via != Caller::Via::control;
  if (by_browser && !boost::istarts_with(type, "application/json"))
    return refusal(unsupported_type, "not_json", "send the body as application/json");
  return std::nullopt;
}

Task<http::Reply> Gate::pass(const Route& route, http::Request request) {
  constexpr int unavailable = 503;
  if (closed_)
    co_return refusal(unavailable, "unavailable",
                      "new settings are being taken up; try again in a moment");
  const UnderWay counted(under_way_);
  co_return co_await serve(route, std::move(request));
}

Task<http::Reply> Gate::serve(const Route& route, http::Request request) {
  Call call;
  call.over_tls = settings_.over_tls;
  call.session_secret =
      cookie_in(request.header("cookie"), session_cookie(settings_.over_tls)).value_or("");
  call.caller =
      co_await identify(std::string(request.header("authorization")), call.session_secret);
  call.trail = std::make_shared<Trail>();
  call.request = std::move(request);
  if (auto refused = refuse(route, call)) co_return std::move(*refused);
  if (!reads_only(route.method) && !call.request.body.empty()) {
    auto parsed = json::parse(call.request.body);
    if (!parsed || !parsed->is_object())
      co_return refusal(bad_request, "invalid_input", "the body is not a JSON object");
    call.body = std::move(parsed->get_object());
  }
  const auto trail = call.trail;
  Call kept = call;
  kept.request.body.clear();
  http::Reply reply = co_await handle(route, std::move(call));
  if (!reads_only(route.method) && route.changes && !trail->silent)
    co_await leave_trail(route, std::move(kept), reply.status);
  co_return reply;
}

Task<http::Reply> Gate::handle(const Route& route, Call call) {
  http::Reply reply;
  try {
    reply = co_await route.handler(rooms_, std::move(call));
  } catch (const std::exception& error) {
    telemetry::log(telemetry::Level::error, "api_handler_failed",
                   {{"operation", route.operation}, {"what", error.what()}});
    reply = refusal(failed, "internal", "this went wrong in the hub; its log says why");
  }
  co_return reply;
}

journal::AddAudit audit_entry(const Rooms& rooms, const Call& call, const char* operation,
                              std::string result) {
  journal::AddAudit entry;
  entry.id = rooms.ids.next<AuditId>();
  entry.workspace = call.trail->workspace.empty() ? call.workspace() : call.trail->workspace;
  entry.at = rooms.clock.now();
  entry.by = call.by().empty() ? call.trail->about : call.by();
  entry.act = operation;
  entry.subject = call.trail->subject;
  entry.about = call.trail->about;
  if (entry.about.empty()) {
    for (const auto& [name, value] : call.request.captures)
      entry.about += (entry.about.empty() ? "" : " ") + value;
  }
  entry.before = call.trail->before;
  entry.after = call.trail->after;
  entry.result = std::move(result);
  return entry;
}

Task<void> Gate::leave_trail(const Route& route, Call call, int status) {
  // Whoever is not signed in leaves a trail by what they achieved only (first run, sign-in).
  if (call.caller.via == Caller::Via::nobody && status >= bad_request) co_return;
  journal::Step step;
  step.audits.push_back(
      audit_entry(rooms_, call, route.operation,
                  status < bad_request ? "done" : fmt::format("refused ({})", status)));
  const auto stored = co_await rooms_.journal.commit(std::move(step));
  if (!stored) {
    telemetry::log(telemetry::Level::error, "audit_not_stored",
                   {{"operation", route.operation}, {"what", stored.error().what}});
  }
}

}  // namespace tillbridge::api
