#pragma once
// The control listener's routes. Health, readiness and metrics are open to whoever reaches the
// listener (loopback by default); everything else needs "Authorization: Bearer <control token>".

#include "api/operations.h"
#include "base/secret.h"
#include "http/router.h"
#include "journal/journal.h"
#include "telemetry/metrics.h"

namespace tillbridge::api {

class ControlApi {
 public:
  ControlApi(Operations& operations, journal::Journal& journal, telemetry::Metrics& metrics,
             Secret token);
  void add_routes(http::Router& router);

 private:
  using Action = Task<http::Reply> (ControlApi::*)(http::Request);
  void add(http::Router& router, const std::string& method, const std::string& path, Action action,
           bool open);

  Task<http::Reply> healthz(http::Request request);
  Task<http::Reply> readyz(http::Request request);
  Task<http::Reply> metrics_text(http::Request request);
  Task<http::Reply> status(http::Request request);
  Task<http::Reply> journeys(http::Request request);
  Task<http::Reply> cases(http::Request request);
  Task<http::Reply> pause(http::Request request);
  Task<http::Reply> resume(http::Request request);
  Task<http::Reply> replay(http::Request request);
  Task<http::Reply> consent(http::Request request);
  Task<http::Reply> consents(http::Request request);
  Task<http::Reply> merge(http::Request request);
  Task<http::Reply> sync_customers(http::Request request);
  Task<http::Reply> backup(http::Request request);
  Task<http::Reply> compare(http::Request request);
  Task<http::Reply> compare_stock(http::Request request);
  Task<http::Reply> backfill(http::Request request);
  Task<http::Reply> backfill_state(http::Request request);
  Task<http::Reply> backfill_act(http::Request request);
  Task<http::Reply> validate(http::Request request);
  Task<http::Reply> setup_preview(http::Request request);
  Task<http::Reply> step_clock(http::Request request);

  Operations& operations_;
  journal::Journal& journal_;
  telemetry::Metrics& metrics_;
  Secret token_;
};

}  // namespace tillbridge::api
