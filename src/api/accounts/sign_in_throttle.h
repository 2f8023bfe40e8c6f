#pragma once
// Slows down guessing, per account name and per peer address, and for all together: after some
// failures a growing wait. Keeps failures in memory only, and not many (a restart forgets them).
// Pure; core thread.
//
// A try counts as a failure when it begins, so that tries in parallel do not slip through;
// succeeded() and undecided() take that back.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tillbridge::api {

struct ThrottleLimits {
  int failures_free = 5;  // the next waits 2 s, then 4, 8, ...
  Duration wait_max = std::chrono::minutes{15};
  Duration forget_after = std::chrono::hours{1};  // without a failure; above wait_max
  int burst = 60;                                 // failures of all together at once,
  double per_second = 1;                          // and then so many
  std::size_t entries_max = 10'000;               // LIMIT: names, and addresses
};

class SignInThrottle {
 public:
  explicit SignInThrottle(ThrottleLimits limits = {});

  // Zero: the try may go ahead. Else it must not, and this long is to be waited. A name that cannot
  // be an account's is "". It does not matter whether the account exists.
  Duration begin(const std::string& name, const std::string& peer, Tick now);
  // The password was right. The name is forgiven, and the peer what it failed with this name:
  // people mistype their own. What it failed with other names stays, also for who has an account.
  void succeeded(const std::string& name, const std::string& peer, Tick now);
  // The hub could not tell (too busy).
  void undecided(const std::string& name, const std::string& peer, Tick now);

  std::size_t entries() const { return names_.size() + peers_.size(); }

 private:
  struct Entry {
    int failures = 0;
    Tick last;
    Tick closed_until;
    std::map<std::string, int, std::less<>> from;  // of a name: failures per address
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  Duration wait_of(const Entries& entries, const std::string& key, Tick now) const;
  Entry& count(Entries& entries, const std::string& key, Tick now);
  static void take_back(Entries& entries, const std::string& key, int failures, Tick now);
  void make_room(Entries& entries, Tick now) const;
  void refill(Tick now);

  const ThrottleLimits limits_;
  Entries names_;
  Entries peers_;
  double allowance_;
  Tick refilled_at_;
  bool refilled_once_ = false;
};

// Addresses that one party can change at will count as one: the first 64 bits of IPv6; IPv4 in IPv6
// is IPv4. Text that is no address stays as it is.
std::string peer_group(std::string_view peer);

}  // namespace tillbridge::api
