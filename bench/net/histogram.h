// Latencies with a relative error below 1 %: 128 equal steps between each power of two and the
// next (the idea of HdrHistogram). Fixed size, no allocation when recording. One thread.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace tillbridge::bench {

class Histogram {
 public:
  void record(std::uint64_t value) {
    ++counts_[bucket_of(value)];
    ++count_;
    max_ = std::max(max_, value);
  }

  std::uint64_t count() const { return count_; }
  std::uint64_t max() const { return max_; }

  // The value that `percent` of all values do not exceed, never too low; 0 when there are none.
  std::uint64_t percentile(double percent) const {
    const auto wanted = std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::ceil(static_cast<double>(count_) * percent / 100)));
    std::uint64_t passed = 0;
    for (std::size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      passed += counts_[bucket];
      if (passed >= wanted) return std::min(highest_of(bucket), max_);
    }
    return max_;
  }

 private:
  static constexpr unsigned step_bits = 7;
  static constexpr std::size_t steps = std::size_t{1} << step_bits;

  // Values below `steps` have a bucket each; above, the leading 1 and the 7 bits after it decide.
  static std::size_t bucket_of(std::uint64_t value) {
    if (value < steps) return static_cast<std::size_t>(value);
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - step_bits - 1;
    return (shift + 1) * steps + static_cast<std::size_t>(value >> shift) - steps;
  }
  static std::uint64_t highest_of(std::size_t bucket) {
    if (bucket < steps) return bucket;
    const std::size_t shift = bucket / steps - 1;
    return ((static_cast<std::uint64_t>(bucket % steps + steps) + 1) << shift) - 1;
  }

  std::array<std::uint64_t, (64 - step_bits + 1) * steps> counts_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace tillbridge::bench
