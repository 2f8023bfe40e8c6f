#include "connectors/bloomreach/data_request.h"

namespace tillbridge::connectors::bloomreach {

Config without_slash(Config config) {
  while (config.base_url.ends_with('/')) config.base_url.pop_back();
  return config;
}

outbound::HttpRequest data_request(const Config& config, std::string method,
                                   std::string_view path) {
  outbound::HttpRequest made;
  made.method = std::move(method);
  made.url = config.base_url + "/data/v2/projects/" + config.project_token + std::string(path);
  made.headers.emplace_back("Accept", "application/json");
  made.basic_user = config.key_id;
  made.basic_password = config.key_secret;
  made.connect_time_max = config.connect_time_max;
  made.total_time_max = config.total_time_max;
  return made;
}

}  // namespace tillbridge::connectors::bloomreach
