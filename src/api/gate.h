#pragma once
// Every request goes through here: who asks, may they, is the body what it should be; then the
// handler; then the audit entry. Core thread.

#include <optional>
#include <string>

#include "api/rooms.h"
#include "api/route.h"
#include "base/secret.h"
#include "http/router.h"

namespace tillbridge::api {

struct GateSettings {
  Secret control_token;    // Authorization: Bearer of the command line; empty: none is taken
  bool over_tls = false;   // names and guards the session's cookie
  bool monitoring = true;  // health, readiness and metrics, open to whoever reaches the listener
};

class Gate {
 public:
  Gate(const Rooms& rooms, GateSettings settings);
  // All routes; rooms and gate outlive the router.
  void bind(http::Router& router);

  // Nothing new is begun (503) until open() is called; what is under way goes on.
  void close() { closed_ = true; }
  void open() { closed_ = false; }
  std::size_t under_way() const { return under_way_; }

 private:
  Task<http::Reply> pass(const Route& route, http::Request request);
  Task<http::Reply> serve(const Route& route, http::Request request);
  Task<Caller> identify(std::string authorization, std::string session_secret);
  std::optional<http::Reply> refuse(const Route& route, const Call& call) const;
  Task<http::Reply> handle(const Route& route, Call call);
  Task<void> leave_trail(const Route& route, Call call, int status);

  const Rooms& rooms_;
  GateSettings settings_;
  bool closed_ = false;
  std::size_t under_way_ = 0;
};

}  // namespace tillbridge::api
