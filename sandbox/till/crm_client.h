#pragma once
// One call of a till to the CRM SPI (contract sitoo.md 9.1): Basic auth, kept-alive connections,
// and Store-ID, Staff-ID and Register-ID as URL-encoded UTF-8 when the till knows them. Core
// thread.

#include <string>
#include <utility>
#include <vector>

#include "base/async.h"
#include "base/json.h"
#include "outbound/transport.h"
#include "till/route_table.h"

namespace sandbox::till {

// How long a till waits for an answer (stated for v1; contract 9.1).
constexpr tillbridge::Duration patience = std::chrono::seconds{10};

struct CrmServer {
  std::string url;  // base: the routes' paths are below it
  std::string user, password;
};

struct CrmCall {
  Operation operation = Operation::search;
  Parameters parameters;
  std::string body;                                          // JSON; "" for none
  std::vector<std::pair<std::string, std::string>> headers;  // values in plain UTF-8
};

struct CrmAnswer {
  int status = 0;
  std::string body;
  // `Server-Timing: platform;dur=<ms>`: how much of its time the hub waited for the platform.
  tillbridge::Duration platform{0};
};

class CrmClient {
 public:
  explicit CrmClient(tillbridge::outbound::Transport& transport) : transport_(transport) {}

  // For all calls from now on.
  void call_at(CrmServer server);
  const CrmServer& server() const { return server_; }
  RouteTable& routes() { return routes_; }

  // Errors: invalid_input (no server, a parameter of the path is missing) and the transport's.
  tillbridge::Task<tillbridge::Result<CrmAnswer>> call(CrmCall call);

 private:
  tillbridge::Result<tillbridge::outbound::HttpRequest> request_of(const CrmCall& call) const;

  tillbridge::outbound::Transport& transport_;
  CrmServer server_;
  RouteTable routes_;
};

// The `dur` of the metric `platform` in a Server-Timing header; 0 when there is none.
tillbridge::Duration platform_time(std::string_view server_timing);

}  // namespace sandbox::till
