#include "outbound/curl_transport.h"

#include "outbound/curl_call.h"
#include "outbound/curl_engine.h"
#include "outbound/known_places.h"

namespace tillbridge::outbound {

CurlTransport::CurlTransport(Loop& loop, telemetry::Metrics& metrics, CurlSettings settings)
    : places_(std::make_unique<KnownPlaces>()),
      engine_(std::make_unique<CurlEngine>(
          loop, metrics, std::move(settings),
          metrics.gauge("tillbridge_outbound_in_flight", "Calls to other systems under way."))) {}

CurlTransport::~CurlTransport() = default;

Task<Result<HttpAnswer>> CurlTransport::send(HttpRequest request) {
  TB_CO_TRY(Target target, check_request(request, *places_));
  auto call = std::make_unique<CurlCall>(std::move(request), std::move(target));
  co_return co_await engine_->ask(std::move(call));
}

}  // namespace tillbridge::outbound
