#pragma once
// One Sitoo account as a connection. Field comments are the user documentation
// (packaging/tillbridge.sample.toml).

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"

namespace tillbridge::connectors::sitoo {

struct Config {
  std::string base_url;  // as shown in Sitoo's back office, with /v2/accounts/{id}; differs by
                         // hosting location
  std::int64_t account_id = 0;
  std::int64_t site_id = 1;  // eshopid; orders of other sites are ignored
  std::string api_id;        // "1500-142"
  Secret api_password;
  std::string events_user;  // Basic credentials that Sitoo sends with its events
  Secret events_password;
  std::string country = "SE";                          // for phones and stores that name no country
  std::map<std::string, std::string> store_countries;  // store code -> country
  // Only orders of these stores are this workspace's; empty: of all.
  std::vector<std::string> stores;
  std::string cookie_key;  // additionaldata key that holds a web cookie, "" none

  std::uint32_t orders_per_list_max = 100;   // sitoo.md 2.5: 100 to 1000
  double requests_per_second = 10;           // sitoo.md 2.8: limits unknown, so a setting
  std::uint32_t requests_in_flight_max = 2;  // sitoo.md 2.8
  Duration connect_time_max = std::chrono::seconds{5};
  Duration total_time_max = std::chrono::seconds{20};
};

}  // namespace tillbridge::connectors::sitoo
