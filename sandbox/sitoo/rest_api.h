#pragma once
// The REST API v2 of the simulated account (contract 2, 4, 5, 8) as one HTTP handler: Basic auth
// per API user, rate budget per API user, the account's faults, and the endpoints. Core thread.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/async.h"
#include "http/message.h"
#include "sitoo/account.h"
#include "sitoo/faults.h"

namespace sandbox::sitoo {

struct RestSettings {
  std::map<std::string, std::string> api_users = {{"1500-142", "sandbox-password"}};
  double calls_per_second = 0;             // per API user; 0: no limit
  bool put_merges = false;                 // arrays and maps in a PUT merge instead of replacing
  std::vector<std::string> allowed_peers;  // the back office's IP list; empty: everyone
};

struct RestCounts {
  std::uint64_t calls = 0;
  std::uint64_t throttled = 0;  // 429
  std::uint64_t mishaps = 0;    // other injected faults
  std::uint64_t refused = 0;    // 401, 403
};

class RestApi {
 public:
  RestApi(tillbridge::Loop& loop, const tillbridge::Clock& clock, Account& account, FaultDice& dice,
          RestSettings settings);

  // With faults, waits and all.
  tillbridge::Task<tillbridge::http::Reply> handle(tillbridge::http::Request request);
  // The plain answer, after authentication, without faults and budgets.
  tillbridge::http::Reply answer(const tillbridge::http::Request& request);

  RestSettings& settings() { return settings_; }
  const RestCounts& counts() const { return counts_; }

 private:
  struct Bucket {
    double tokens = 0;
    tillbridge::Tick filled{};
  };

  bool within_budget(const std::string& user);
  tillbridge::http::Reply throttled();
  tillbridge::http::Reply broken_page();

  tillbridge::Loop& loop_;
  const tillbridge::Clock& clock_;
  Account& account_;
  FaultDice& dice_;
  RestSettings settings_;
  RestCounts counts_;
  std::map<std::string, Bucket> buckets_;
};

}  // namespace sandbox::sitoo
