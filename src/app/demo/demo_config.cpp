#include "app/demo/demo_config.h"

#include <array>

#include <fmt/format.h>

#include "app/demo/demo_till.h"

namespace tillbridge::app {

namespace {

// Rates into the reference currency, given to the hub and to the ledger.
constexpr const char* eur_rate = "11.42";
constexpr const char* nok_rate = "0.98";

// The sandbox's stores, in turn in three countries.
std::string store_countries() {
  constexpr std::array countries = {"SE", "NO", "FI"};
  constexpr std::size_t stores = 60;
  std::string lines;
  for (std::size_t index = 0; index < stores; ++index)
    lines += fmt::format("STO-{:02} = \"{}\"\n", index + 1, countries[index % countries.size()]);
  return lines;
}

}  // namespace

std::string demo_config_text(const std::string& data_dir, const DemoPorts& ports,
                             const DemoSettings& settings) {
  const auto base_url = [&](const std::string& platform, std::uint16_t port) {
    const auto other = settings.base_urls.find(platform);
    return other == settings.base_urls.end() ? fmt::format("http://127.0.0.1:{}", port)
                                             : other->second;
  };
  return fmt::format(
      R"toml(# Written by tillbridge demo: a hub against simulated platforms on this machine.
[hub]
data_dir = "{data_dir}"
allow_literal_secrets = true       # a trial: the simulators' credentials are no secrets

[hub.listen]
address = "127.0.0.1"
port = {hub_public}

[hub.control]
address = "127.0.0.1"
port = {hub_control}

[hub.console]
address = "127.0.0.1"
port = {hub_console}

[[workspace]]
name = "demo"
zone = "Europe/Stockholm"

[workspace.sitoo]
base_url = "{sitoo}/v2/accounts/1500"
account_id = 1500
api_id = "1500-142"
api_password = "sandbox-password"
events_user = "{events_user}"
events_password = "{events_password}"
cookie_from = "web-cookie"
requests_per_second = 20
total_time_max_s = 2               # the storm's hangs are meant to be short

[workspace.sitoo.store_countries]
{store_countries}
[workspace.bloomreach]
base_url = "{bloomreach}"
project_token = "{project}"
key_id = "sandbox-key"
key_secret = "sandbox-secret"
soft_ids = [{{ id = "email_id", from = "email" }}, {{ id = "phone_id", from = "phone" }}]
cookie_id = "cookie"
reference_currency = "SEK"
total_time_max_s = 2

[workspace.bloomreach.rates]
EUR = "{eur_rate}"
NOK = "{nok_rate}"

[workspace.klaviyo]
base_url = "{klaviyo}"
api_key = "{klaviyo_key}"
webhook_secret = "{webhook_secret}"
quota_factor = {quota_factor}
total_time_max_s = 5
consent_poll_every_s = 5

[workspace.crm]
user = "{till_user}"
password = "{till_password}"
source = "bloomreach"
reads_per_second = 200             # the simulator's own limit is far above it
[[workspace.crm.consents]]
id = "newsletter"
label = "Newsletter by e-mail"
channel = "email"
bloomreach = "newsletter"
klaviyo = "email"

[[workspace.crm.consents]]
id = "texts"
label = "Offers by SMS"
channel = "sms"
klaviyo = "sms"

[[workspace.crm.promotions]]
id = "welcome-10"
name = "Welcome 10 %"
value = 10

{stock}
[workspace.timing]
settling_ms = {settling_ms}

[workspace.poll]
every_s = 10
open_orders_every_s = 30

[workspace.breaker]
open_min_s = 1
open_max_s = 5

[workspace.retry]
max_s = 30
)toml",
      fmt::arg("data_dir", data_dir), fmt::arg("hub_public", ports.hub_public),
      fmt::arg("hub_control", ports.hub_control), fmt::arg("hub_console", ports.hub_console),
      fmt::arg("sitoo", base_url("sitoo", ports.sitoo)),
      fmt::arg("bloomreach", base_url("bloomreach", ports.bloomreach)),
      fmt::arg("klaviyo", base_url("klaviyo", ports.klaviyo)),
      fmt::arg("store_countries", store_countries()), fmt::arg("till_user", demo_till_user),
      fmt::arg("till_password", demo_till_password), fmt::arg("klaviyo_key", demo_klaviyo_key),
      fmt::arg("webhook_secret", demo_webhook_secret),
      fmt::arg("quota_factor", settings.klaviyo_quota_factor),
      fmt::arg("events_user", demo_events_user), fmt::arg("events_password", demo_events_password),
      fmt::arg("project", demo_project), fmt::arg("eur_rate", eur_rate),
      fmt::arg("nok_rate", nok_rate), fmt::arg("stock", settings.stock),
      fmt::arg("settling_ms", settings.settling_ms));
}

json::Object demo_expectations(std::int64_t settling_ms) {
  json::Object expectations;
  expectations["hard_id"] = "registered";
  expectations["hard_id_from"] = "crm_customer_id";
  expectations["soft_ids"] = json::Object{{"email_id", "email"}, {"phone_id", "phone"}};
  expectations["cookie_id"] = "cookie";
  expectations["returns"] = "event";
  expectations["cancelled"] = "status";
  expectations["reference_currency"] = "SEK";
  expectations["rates"] = json::Object{{"EUR", eur_rate}, {"NOK", nok_rate}};
  expectations["settling_ms"] = settling_ms;
  expectations["klaviyo"] = json::Object{};
  return expectations;
}

}  // namespace tillbridge::app
