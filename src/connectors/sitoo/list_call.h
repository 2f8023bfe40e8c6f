#pragma once
// One page of a list of Sitoo's REST API v2: the call's request and what its answer means (sitoo.md
// 2.5, 2.7, 2.8). Shared by the clients of this room. Pure; any thread.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/outcome.h"
#include "connectors/sitoo/config.h"
#include "outbound/transport.h"

namespace tillbridge::connectors::sitoo {

constexpr std::uint32_t list_num_limit = 1000;  // sitoo.md 2.5: the real one is not known

Config without_slash(Config config);

// path_and_query goes behind base_url (without_slash): "/orders.json?num=1".
outbound::HttpRequest list_request(const Config& config, std::string_view path_and_query);

struct ListPage {
  Outcome outcome;    // delivered: the answer is a list; never ambiguous, as reads are repeated
  json::Array items;  // of a delivered page
  std::int64_t total = 0;  // totalcount
  // Our own rules refused the answer: it was too large, if base_url is sound.
  bool refused_by_us = false;
};

// of_what: what the list holds, for reasons: "orders".
ListPage read_list(const Result<outbound::HttpAnswer>& answer, std::string_view of_what,
                   Instant now);

// Trouble of the whole connection.
Outcome connection_trouble(int status, std::string reason);

}  // namespace tillbridge::connectors::sitoo
