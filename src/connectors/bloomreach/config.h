#pragma once
// One Bloomreach Engagement project as a connection. Field comments are the user documentation.

#include <cstdint>
#include <string>

#include "base/clock.h"
#include "base/secret.h"

namespace tillbridge::connectors::bloomreach {

struct Config {
  std::string base_url = "https://api.exponea.com";  // per instance (bloomreach.md 2)
  std::string project_token;
  std::string key_id;
  Secret key_secret;
  double requests_per_second =
      50;  // tracking; documented limit 100/s per source IP (bloomreach.md 4, U8)
  std::uint32_t requests_in_flight_max = 8;
  std::uint32_t commands_per_batch_max = 50;  // bloomreach.md 4
  std::size_t batch_bytes_max = 900'000;      // bloomreach.md 4, U9
  Duration connect_time_max = std::chrono::seconds{5};
  Duration total_time_max = std::chrono::seconds{20};
  // Answers to reads of one customer, and of consent categories.
  std::size_t read_bytes_max = 4'000'000;
  // Exports (bloomreach.md 7.2, 7.4): a whole history or a whole segment in one answer.
  std::size_t export_bytes_max = 16'000'000;
  Duration export_time_max = std::chrono::minutes{2};
  // Calls to catalogs: thousands of rows each. Their answers may be as large as exports.
  Duration catalog_time_max = std::chrono::seconds{60};
};

}  // namespace tillbridge::connectors::bloomreach
