#include "outbound/fake_transport.h"

namespace tillbridge::outbound {

Task<Result<HttpAnswer>> FakeTransport::send(HttpRequest request) {
  requests_.push_back(request);
  co_return script_(requests_.back());
}

}  // namespace tillbridge::outbound
