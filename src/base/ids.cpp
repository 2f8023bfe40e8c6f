#include "base/ids.h"

#include <algorithm>

namespace tillbridge {
namespace {

constexpr std::int64_t epoch_ms = 1'704'067'200'000;  // 2024-01-01T00:00:00Z
constexpr int node_bits = 10;
constexpr int counter_bits = 12;

std::uint64_t stamp(Instant at) {
  const auto ms = std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, ms - epoch_ms));
}

}  // namespace

std::uint64_t IdSource::next_value() {
  constexpr std::uint64_t counter_mask = (1ULL << counter_bits) - 1;
  const std::uint64_t fresh = lowest_id_at(clock_.now()) | (node_ << counter_bits);
  if (fresh > last_) {
    last_ = fresh;
  } else if ((last_ & counter_mask) != counter_mask) {
    ++last_;  // same millisecond, or the clock stepped back
  } else {
    const std::uint64_t next_ms = (last_ >> (node_bits + counter_bits)) + 1;
    last_ = (next_ms << (node_bits + counter_bits)) | (node_ << counter_bits);
  }
  return last_;
}

Instant instant_of(std::uint64_t id) {
  const auto ms = static_cast<std::int64_t>(id >> (node_bits + counter_bits));
  return Instant{std::chrono::milliseconds{ms + epoch_ms}};
}

std::uint64_t lowest_id_at(Instant at) {
  return stamp(at) << (node_bits + counter_bits);
}

}  // namespace tillbridge
