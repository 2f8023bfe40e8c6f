#pragma once
// One Klaviyo account as a connection. Field comments are the user documentation.

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/secret.h"

namespace tillbridge::connectors::klaviyo {

struct OAuth {  // klaviyo.md 2.3; used instead of a private key when client_id is set
  std::string client_id;
  Secret client_secret;
  Secret refresh_token;
};

struct Config {
  std::string base_url = "https://a.klaviyo.com";
  std::string revision = "2026-07-15";  // klaviyo.md 2.4: pinned, moved up on purpose
  Secret api_key;                       // private key, "pk_..."
  OAuth oauth;
  std::string list_id;  // "" : consent without a list
  // The account's quotas relative to the documented ones (klaviyo.md 5.1).
  double quota_factor = 1.0;
  std::uint32_t requests_in_flight_max = 16;
  std::size_t events_per_job_max = 1'000;  // klaviyo.md 5.2
  std::size_t job_bytes_max = 4'500'000;   // klaviyo.md 5.2: 5 MB, with room to spare
  Duration connect_time_max = std::chrono::seconds{5};
  Duration total_time_max = std::chrono::seconds{20};
  Secret webhook_secret;  // empty: webhooks are refused
};

}  // namespace tillbridge::connectors::klaviyo
