#include "api/accounts/sign_in_throttle.h"

#include <algorithm>

#include <boost/asio/ip/address.hpp>

#include "base/assert.h"

namespace tillbridge::api {

SignInThrottle::SignInThrottle(ThrottleLimits limits)
    : limits_(limits), allowance_(static_cast<double>(limits.burst)) {
  TB_ASSERT(limits.forget_after > limits.wait_max && limits.entries_max > 0);
}

void SignInThrottle::refill(Tick now) {
  if (refilled_once_) {
    const double seconds = std::chrono::duration<double>(now - refilled_at_).count();
    allowance_ =
        std::min(static_cast<double>(limits_.burst), allowance_ + seconds * limits_.per_second);
  }
  refilled_once_ = true;
  refilled_at_ = now;
}

Duration SignInThrottle::wait_of(const Entries& entries, const std::string& key, Tick now) const {
  const auto found = entries.find(key);
  if (found == entries.end()) return Duration{0};
  return std::max(Duration{0}, found->second.closed_until - now);
}

void SignInThrottle::make_room(Entries& entries, Tick now) const {
  if (entries.size() < limits_.entries_max) return;
  std::erase_if(entries,
                [&](const auto& one) { return now - one.second.last > limits_.forget_after; });
  if (entries.size() < limits_.entries_max) return;
  entries.erase(std::min_element(entries.begin(), entries.end(), [](const auto& a, const auto& b) {
    return a.second.last < b.second.last;
  }));
}

SignInThrottle::Entry& SignInThrottle::count(Entries& entries, const std::string& key, Tick now) {
  auto found = entries.find(key);
  if (found == entries.end()) {
    make_room(entries, now);
    found = entries.emplace(key, Entry{}).first;
  } else if (now - found->second.last > limits_.forget_after) {
    found->second = Entry{};
  }
  Entry& entry = found->second;
  ++entry.failures;
  entry.last = now;
  const int beyond = entry.failures - limits_.failures_free;
  if (beyond < 0) return entry;
  constexpr int doublings_max = 20;  // above every wait_max; the shift must not overflow
  const Duration wait = std::chrono::seconds{2LL << std::min(beyond, doublings_max)};
  entry.closed_until = now + std::min(wait, limits_.wait_max);
  return entry;
}

void SignInThrottle::take_back(Entries& entries, const std::string& key, int failures, Tick now) {
  const auto found = entries.find(key);
  if (found == entries.end()) return;
  found->second.failures -= failures;
  if (found->second.failures <= 0) {
    entries.erase(found);
  } else {
    found->second.closed_until = now;
  }
}

Duration SignInThrottle::begin(const std::string& name, const std::string& peer, Tick now) {
  const std::string group = peer_group(peer);
  const Duration wait = std::max(name.empty() ? Duration{0} : wait_of(names_, name, now),
                                 wait_of(peers_, group, now));
  if (wait > Duration{0}) return wait;
  refill(now);
  if (allowance_ < 1) {
    const double seconds = (1 - allowance_) / limits_.per_second;
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)) +
           Duration{1};
  }
  allowance_ -= 1;
  constexpr std::size_t addresses_max = 50;  // of one name; an attacker's may be many
  if (!name.empty()) {
    Entry& entry = count(names_, name, now);
    if (entry.from.size() < addresses_max || entry.from.contains(group)) ++entry.from[group];
  }
  count(peers_, group, now);
  return Duration{0};
}

void SignInThrottle::succeeded(const std::string& name, const std::string& peer, Tick now) {
  const std::string group = peer_group(peer);
  int failures = 1;  // this try
  if (const auto found = names_.find(name); found != names_.end()) {
    const auto from = found->second.from.find(group);
    if (from != found->second.from.end()) failures = from->second;
    names_.erase(found);
  }
  take_back(peers_, group, failures, now);
  allowance_ = std::min(static_cast<double>(limits_.burst), allowance_ + 1);
}

void SignInThrottle::undecided(const std::string& name, const std::string& peer, Tick now) {
  const std::string group = peer_group(peer);
  if (const auto found = names_.find(name); found != names_.end()) {
    const auto from = found->second.from.find(group);
    if (from != found->second.from.end() && --from->second == 0) found->second.from.erase(from);
  }
  take_back(names_, name, 1, now);
  take_back(peers_, group, 1, now);
  allowance_ = std::min(static_cast<double>(limits_.burst), allowance_ + 1);
}

std::string peer_group(std::string_view peer) {
  namespace ip = boost::asio::ip;
  boost::system::error_code error;
  const auto address = ip::make_address(std::string(peer), error);
  if (error || address.is_v4()) return std::string(peer);
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
  return ip::address_v6(bytes).to_string() + "/64";
}

}  // namespace tillbridge::api
