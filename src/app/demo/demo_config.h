#pragma once
// The configuration that the demo writes for its hub: the same file an operator would write.

#include <cstdint>
#include <map>
#include <string>

#include "base/json.h"

namespace tillbridge::app {

struct DemoPorts {
  std::uint16_t sitoo = 0;
  std::uint16_t bloomreach = 0;
  std::uint16_t klaviyo = 0;
  std::uint16_t hub_public = 0;
  std::uint16_t hub_control = 0;
  std::uint16_t hub_console = 0;
};

constexpr const char* demo_project = "3f1c0a52-0000-4000-8000-9d5b7c0e1a11";
constexpr const char* demo_events_user = "sitoo-events";
constexpr const char* demo_events_password = "demo-events-password";

constexpr const char* demo_klaviyo_key = "pk_sandbox";
constexpr const char* demo_webhook_secret = "sandbox-webhook-secret";

struct DemoSettings {
  std::int64_t settling_ms = 1000;
  double klaviyo_quota_factor = 1;
  std::string stock;                             // tables to add
  std::map<std::string, std::string> base_urls;  // platform -> instead of the simulator's own
};

std::string demo_config_text(const std::string& data_dir, const DemoPorts& ports,
                             const DemoSettings& settings);
// The same settings as the sandbox's ledger has to know them.
json::Object demo_expectations(std::int64_t settling_ms);

}  // namespace tillbridge::app
