#pragma once
// The sandbox's own HTTP API: starts shopping days, makes single orders, sets faults and tells how
// things stand. No credentials: it listens on loopback only. README.md lists the calls. Core
// thread.

#include "base/json.h"
#include "base/result.h"
#include "control/stock_at_bloomreach.h"
#include "control/town.h"
#include "http/server.h"

namespace sandbox::control {

class ControlApi {
 public:
  explicit ControlApi(Town town)
      : town_(town),
        stock_({town.clock, town.bloomreach, town.sitoo.account().masterdata(), town.stock}) {}

  tillbridge::http::Handler handler();
  // Everything but POST /control/till/call, which waits for the hub.
  tillbridge::http::Reply answer(const tillbridge::http::Request& request);

 private:
  tillbridge::Task<tillbridge::http::Reply> till_call(tillbridge::http::Request request);
  using Answer = tillbridge::Result<tillbridge::json::Object>;
  Answer get(const tillbridge::http::Request& request);
  Answer post(const std::string& path, const tillbridge::json::Object& body);
  Answer state() const;
  Answer move_clock(const tillbridge::json::Object& body);
  Answer start_day(const tillbridge::json::Object& body);
  Answer subscribe(const tillbridge::json::Object& body);
  Answer expect(const tillbridge::json::Object& body);
  Answer mark_phase(const tillbridge::json::Object& body);

  Town town_;
  StockAtBloomreach stock_;
};

}  // namespace sandbox::control
