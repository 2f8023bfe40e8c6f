#pragma once
// What the API offers: one table of routes, from which requests are dispatched (bind.h), rights are
// checked, acts are audited and the OpenAPI document is made (openapi.h). Core thread.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/accounts/roles.h"
#include "base/async.h"
#include "base/json.h"
#include "http/message.h"
#include "journal/step.h"

namespace tillbridge::api {

struct Rooms;

// Who may use a route; each has all the rights of those before it.
// signed_in: a person with a session, also one who has to choose a password first.
enum class Access { anyone, signed_in, viewer, operator_, steward, administrator };

// What a request that changes something leaves behind, beside who, when and what (the route's
// operation): filled in by its handler.
struct Trail {
  std::string workspace;
  std::string about;          // for people: "case 17: rejected_delivery", "klaviyo"
  std::uint64_t subject = 0;  // id value, 0 none
  std::string before, after;  // no secrets
  bool silent = false;        // changed nothing, or is audited by what it did
};

struct Call {
  http::Request request;
  Caller caller;
  json::Object body;           // of a request that has one
  std::string session_secret;  // of its cookie; "" none
  bool over_tls = false;       // the listener it came by
  std::shared_ptr<Trail> trail;

  std::string text(std::string_view member, std::string fallback = "") const {
    return json::text(body, member).value_or(std::move(fallback));
  }
  std::string query(std::string_view name, std::string fallback = "") const {
    return request.parameter(name).value_or(std::move(fallback));
  }
  std::string capture(std::string_view name) const { return std::string(request.capture(name)); }
  // The query's workspace or the body's; "": the only one.
  std::string workspace() const;
  // In whose name it is done: the person's, or what the command line said ("by").
  std::string by() const;
};

using Handler = Task<http::Reply> (*)(const Rooms& rooms, Call call);

struct Parameter {
  const char* name;
  const char* what;
};

struct Route {
  const char* method;
  const char* path;       // "/api/v1/records/{id}"
  const char* operation;  // "records.read": name of the act in the audit, id in the document
  const char* summary;
  Access access = Access::viewer;
  Handler handler = nullptr;
  const char* answer = "Object";           // schema of the 200 answer (schemas.json)
  const char* body = nullptr;              // schema of the request's body
  std::vector<Parameter> parameters = {};  // of the query; `workspace` is everywhere
  bool changes = true;                     // for methods other than GET: leaves an audit entry
};

// The workspace that a request is about: the named one, else the first.
std::string workspace_of(const Rooms& rooms, const Call& call);

using RouteTable = std::vector<Route>;

// A route without parameters of its query.
inline Route route(const char* method, const char* path, const char* operation, const char* summary,
                   Access access, Handler handler, const char* answer = "Object",
                   const char* body = nullptr) {
  Route made;
  made.method = method;
  made.path = path;
  made.operation = operation;
  made.summary = summary;
  made.access = access;
  made.handler = handler;
  made.answer = answer;
  made.body = body;
  return made;
}

// The audit entry of an act, for handlers that store it in the step of the act itself (their trail
// is silent then).
journal::AddAudit audit_entry(const Rooms& rooms, const Call& call, const char* operation,
                              std::string result);

// Every route of the API.
const RouteTable& routes();

}  // namespace tillbridge::api
