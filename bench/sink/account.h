// What arrived at the sink: each order once, in the order of its lane, and how long after it was
// to be sent.
//
// An order is known by "bench_id":"<12 digits>" in the body, its sending by "bench_at":"<16
// digits>" (microseconds of CLOCK_MONOTONIC). A body may hold several.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "net/histogram.h"
#include "net/id_set.h"

namespace tillbridge::bench {

inline constexpr std::string_view id_key = "\"bench_id\":\"";
inline constexpr std::string_view at_key = "\"bench_at\":\"";
inline std::uint64_t digits_after(std::string_view text, std::size_t at) {
  std::uint64_t value = UINT64_MAX;
  std::from_chars(text.data() + at, text.data() + text.size(), value);
  return value;
}

// A new order's arrival, as GET /arrivals gives it: when it was to be sent is arrived_us -
// latency_us.
struct Arrived {
  std::uint64_t id, arrived_us, latency_us;
};

class Account {
 public:
  explicit Account(std::uint64_t lanes) : last_of_lane_(static_cast<std::size_t>(lanes)) {}

  void take(std::string_view body, std::uint64_t now_us) {
    bool found = false;
    for (std::size_t at = body.find(id_key); at != std::string_view::npos;
         at = body.find(id_key, at + id_key.size())) {
      found = true;
      const std::uint64_t id = digits_after(body, at + id_key.size());
      const std::size_t stamp = body.find(at_key, at);
      take_order(id,
                 stamp == std::string_view::npos ? 0 : digits_after(body, stamp + at_key.size()),
                 now_us);
    }
    if (!found) ++strange_;
  }

  void refuse() { ++refused_; }

  std::string report(double cpu_s) const {
    const auto ms = [this](double percent) {
      return static_cast<double>(latencies_.percentile(percent)) / 1e3;
    };
    return fmt::format(
        "{{\"received\":{},\"distinct\":{},\"doubles\":{},\"order_violations\":{},\"strange\":{},"
        "\"refused\":{},"
        "\"first_us\":{},\"last_new_us\":{},\"p50_ms\":{:.3f},\"p99_ms\":{:.3f},\"max_ms\":{:.3f},"
        "\"cpu_s\":{:.3f}}}",
        received_, seen_.count(), doubles_, order_violations_, strange_, refused_, first_us_,
        last_new_us_, ms(50), ms(99), static_cast<double>(latencies_.max()) / 1e3, cpu_s);
  }
  std::string_view seen() const { return seen_.bytes(); }
  std::string_view arrivals() const {
    return {reinterpret_cast<const char*>(arrived_.data()), arrived_.size() * sizeof(Arrived)};
  }

 private:
  void take_order(std::uint64_t id, std::uint64_t scheduled_us, std::uint64_t now_us) {
    if (id > id_max) {
      ++strange_;
      return;
    }
    if (received_++ == 0) first_us_ = now_us;
    if (!seen_.add(id)) {
      ++doubles_;
      return;
    }
    last_new_us_ = now_us;
    const bool timed = scheduled_us != 0 && scheduled_us <= now_us;
    if (timed) latencies_.record(now_us - scheduled_us);
    arrived_.push_back({id, now_us, timed ? now_us - scheduled_us : 0});
    // The number after the last one of the lane, so that 0 means none yet.
    std::uint64_t& last = last_of_lane_[static_cast<std::size_t>(id % last_of_lane_.size())];
    if (id + 1 < last)
      ++order_violations_;
    else
      last = id + 1;
  }

  IdSet seen_;
  std::vector<std::uint64_t> last_of_lane_;
  std::vector<Arrived> arrived_;
  Histogram latencies_;  // microseconds
  std::uint64_t received_ = 0, doubles_ = 0, order_violations_ = 0, strange_ = 0, refused_ = 0;
  std::uint64_t first_us_ = 0, last_new_us_ = 0;
};

}  // namespace tillbridge::bench
