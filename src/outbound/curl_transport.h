#pragma once
// The real Transport: libcurl's multi interface on a thread of its own (STACK: never
// multi_socket on the loop), pooled keep-alive connections per host, HTTP/1.1, TLS verified, gzip
// answers, proxy from settings only.

#include <memory>
#include <string>

#include "outbound/transport.h"
#include "telemetry/metrics.h"

namespace tillbridge::outbound {

struct CurlSettings {
  std::string proxy;    // "http://proxy:3128"; empty: direct. The environment's proxy is ignored.
  std::string ca_file;  // extra CA bundle; empty: the system's
  std::size_t connections_per_host_max = 32;
  std::size_t in_flight_max = 512;  // further calls wait their turn
  std::string user_agent = "Tillbridge";
};

class CurlEngine;
class KnownPlaces;

class CurlTransport final : public Transport {
 public:
  CurlTransport(Loop& loop, telemetry::Metrics& metrics, CurlSettings settings);
  ~CurlTransport() override;  // cancels what is in flight (unknown_outcome), joins the thread
  Task<Result<HttpAnswer>> send(HttpRequest request) override;

 private:
  std::unique_ptr<KnownPlaces> places_;  // core thread
  std::unique_ptr<CurlEngine> engine_;
};

}  // namespace tillbridge::outbound
