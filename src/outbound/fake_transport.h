#pragma once
// A Transport for tests: answers from a script, keeps what was asked. Core thread.

#include <functional>
#include <vector>

#include "outbound/transport.h"

namespace tillbridge::outbound {

class FakeTransport final : public Transport {
 public:
  using Script = std::function<Result<HttpAnswer>(const HttpRequest&)>;
  explicit FakeTransport(Script script) : script_(std::move(script)) {}
  Task<Result<HttpAnswer>> send(HttpRequest request) override;
  const std::vector<HttpRequest>& requests() const { return requests_; }

 private:
  Script script_;
  std::vector<HttpRequest> requests_;
};

}  // namespace tillbridge::outbound
