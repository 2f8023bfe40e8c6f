#include "app/demo/demo_till.h"

#include <fmt/format.h>

namespace tillbridge::app {

Result<void> start_demo_till(ControlClient& sandbox, ControlClient& hub, std::uint16_t hub_port,
                             double rate, int seconds, std::uint64_t seed) {
  TB_TRY(const auto people,
         sandbox.call("POST", "/control/customers",
                      json::Object{{"platforms", json::Array{"bloomreach", "klaviyo"}}}));
  TB_TRY(const auto read,
         hub.call("POST", "/api/v1/customers/sync", json::Object{{"workspace", "demo"}}));
  // What a read of one customer takes at a platform, so that the overhead is told apart from it.
  TB_TRY(const auto slow,
         sandbox.call("POST", "/control/faults",
                      json::Object{{"bloomreach", json::Object{{"read_latency_ms_min", 20},
                                                               {"read_latency_ms_max", 60}}}}));
  json::Object till;
  till["url"] = fmt::format("http://127.0.0.1:{}/crm/demo", hub_port);
  till["user"] = demo_till_user;
  till["password"] = demo_till_password;
  till["rate"] = rate;
  till["seconds"] = seconds;
  till["seed"] = seed;
  till["weights"] = json::Object{{"search", 80},  {"get", 6}, {"history", 4}, {"sections", 2},
                                 {"consents", 2}, {"add", 3}, {"update", 3}};
  till["search_by"] = json::Object{{"email", 50}, {"mobile", 40}, {"unknown", 10}};
  TB_TRY(const auto started, sandbox.call("POST", "/control/till", till));
  return {};
}

Result<bool> add_till_figures(ControlClient& sandbox, json::Object& summary) {
  TB_TRY(const json::Value state, sandbox.call("GET", "/control/till"));
  const json::Object& till = state.as_object();
  for (const char* figure :
       {"asked", "answered", "errors", "wrong", "problems", "from_index", "p50_ms", "p99_ms",
        "max_ms", "overhead_p50_ms", "overhead_p99_ms", "operations"}) {
    if (const json::Value* value = till.if_contains(figure))
      summary[std::string("till_") + figure] = *value;
  }
  return !json::boolean(till, "running").value_or(false);
}

}  // namespace tillbridge::app
