#pragma once
// Short synchronous HTTP calls for the command line and the demo: to a hub's control API, to the
// sandbox. Not for the hub.

#include <memory>
#include <string>

#include "base/async.h"
#include "base/json.h"
#include "base/secret.h"
#include "outbound/curl_transport.h"

namespace tillbridge::app {

class ControlClient {
 public:
  ControlClient(std::string base_url, Secret token);
  ~ControlClient();
  // The JSON answer of a 2xx; otherwise the error with the other side's own message.
  Result<json::Value> call(const std::string& method, const std::string& path,
                           const json::Value& body = nullptr);
  Result<std::string> text(const std::string& path);

 private:
  Result<outbound::HttpAnswer> send(outbound::HttpRequest request);
  outbound::HttpRequest request(const std::string& method, const std::string& path) const;

  Loop loop_;
  telemetry::Metrics metrics_;
  std::unique_ptr<outbound::CurlTransport> transport_;
  std::string base_url_;
  Secret token_;
};

}  // namespace tillbridge::app
