#pragma once
// All calls to the outside go through a Transport: one awaitable, deadlines on everything, errors
// as values that say whether the request can have reached the other side. CurlTransport is the real
// one, FakeTransport the simulated.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/async.h"
#include "base/result.h"
#include "base/secret.h"

namespace tillbridge::outbound {

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // http or https
  std::vector<std::pair<std::string, std::string>> headers;
  // HTTP Basic, kept apart so that it is never copied into a log or an error.
  std::string basic_user;
  Secret basic_password;
  Secret bearer;  // "Authorization: <text>" as it is, when set
  std::string body;
  Duration connect_time_max = std::chrono::seconds{5};
  Duration total_time_max = std::chrono::seconds{20};
  std::size_t answer_bytes_max = 16 * 1024 * 1024;
  // The URL comes from a user (alert webhooks): private, loopback, link-local and metadata
  // addresses are refused after name resolution, on the address really connected to. Platform base
  // URLs set by the administrator are not limited.
  bool user_supplied_url = false;
  // The same addresses are refused, for a URL from the configuration that no setting lets lead into
  // private networks. Connections are kept and used again, each after a look at where it leads; no
  // proxy.
  bool public_addresses_only = false;
};

struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>>
      headers;       // names in lower case, in order of arrival
  std::string body;  // decompressed
  Duration took{0};
  std::string_view header(std::string_view lower_case_name) const;  // first of this name, or empty
};

class Transport {
 public:
  virtual ~Transport() = default;
  // Errors: retry            surely not processed (name resolution, refused connection, TLS, proxy)
  //         unknown_outcome  the request may have arrived (time-out or reset after sending began)
  //         rejected         refused by our own rules (egress block, bad URL, answer too large)
  // Never follows redirects. Does not throw. Call from the core thread; resumes there.
  virtual Task<Result<HttpAnswer>> send(HttpRequest request) = 0;
};

}  // namespace tillbridge::outbound
