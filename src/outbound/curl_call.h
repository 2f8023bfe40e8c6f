#pragma once
// Inside of the transport: one call on one curl handle: its options, what comes back, and what its
// end means. Outbound thread only, except check_request().

#include <cstdint>
#include <string>

#include "outbound/curl_transport.h"
#include "outbound/transport.h"

struct curl_slist;

namespace tillbridge::outbound {

struct Target {
  std::string key;    // scheme, host, port and whose URL it is: what waits in one queue
  std::string label;  // of metrics and errors: the host, or "user_supplied"
};

// Refuses what must not reach the wire: bad URLs, other schemes, credentials inside the URL,
// methods and headers that would break out of their line. Errors never hold path, query or header
// values.
Result<Target> check_request(const HttpRequest& request);

class CurlCall {
 public:
  CurlCall(HttpRequest request, Target target);
  ~CurlCall();
  CurlCall(const CurlCall&) = delete;
  CurlCall& operator=(const CurlCall&) = delete;

  const Target& target() const { return target_; }
  const HttpRequest& request() const { return request_; }
  Tick started() const { return started_; }

  // Sets all options of a handle that is fresh or reset. The handle points to this call until it is
  // reset again.
  void prepare(void* easy, const CurlSettings& settings, Tick now);
  // The result after curl has ended the call with this CURLcode.
  Result<HttpAnswer> finish(int code, Tick now);
  // The result when the transport goes away while the call is under way.
  Result<HttpAnswer> cancelled() const;

 private:
  struct Callbacks;
  friend struct Callbacks;

  void prepare_target(const CurlSettings& settings);
  void prepare_method();
  void prepare_headers();
  Error error(Error::Kind kind, const std::string& why) const;

  HttpRequest request_;
  Target target_;
  HttpAnswer answer_;
  Tick started_{};
  void* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  char error_text_[256] = {};
  std::size_t header_bytes_ = 0;
  int attempts_ = 0;  // how often curl was ready to put the request on a connection
  bool egress_refused_ = false;
  bool too_large_ = false;
  bool resend_refused_ = false;
};

}  // namespace tillbridge::outbound
