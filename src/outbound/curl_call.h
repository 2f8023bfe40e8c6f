#pragma once
// Inside of the transport: one HTTP call: its options, what comes back, and what its end means.
// Outbound thread only, except check_request().

#include <cstdint>
#include <string>

#include "outbound/call.h"
#include "outbound/header_lines.h"
#include "outbound/transport.h"

namespace tillbridge::outbound {

class KnownPlaces;

// Refuses what must not reach the wire: bad URLs, other schemes, credentials inside the URL,
// methods and headers that would break out of their line. Errors never hold path, query or header
// values.
Result<Target> check_request(const HttpRequest& request, KnownPlaces& places);

class CurlCall final : public Call {
 public:
  CurlCall(HttpRequest request, Target target);

  Result<HttpAnswer> finish(int code, Tick now) override;
  Result<HttpAnswer> cancelled() const override;

 private:
  struct Callbacks;
  friend struct Callbacks;

  void set_up_protocol(void* easy, const CurlSettings& settings) const override;
  void prepare_protocol(const CurlSettings& settings) override;
  bool leave_protocol() override;
  bool may_connect_to(const sockaddr& address) override;
  void prepare_target(const CurlSettings& settings);
  void prepare_method();
  void prepare_headers(const CurlSettings& settings);
  Error error(Error::Kind kind, const std::string& what) const;
  bool public_only() const { return request_.user_supplied_url || request_.public_addresses_only; }

  HttpRequest request_;
  HttpAnswer answer_;
  HeaderLines headers_;
  std::size_t header_bytes_ = 0;
  int attempts_ = 0;  // how often curl was ready to put the request on a connection
  bool egress_refused_ = false;
  bool went_through_ = false;
  bool too_large_ = false;
  bool resend_refused_ = false;
};

}  // namespace tillbridge::outbound
