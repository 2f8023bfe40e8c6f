// A growing bitmap of order numbers, written and sent as raw bytes (bit n % 8 of byte n / 8), so
// that what was acknowledged and what arrived can be compared one by one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tillbridge::bench {

class IdSet {
 public:
  // False when the number was there before.
  bool add(std::uint64_t number) {
    const auto byte = static_cast<std::size_t>(number / 8);
    if (byte >= bytes_.size()) bytes_.resize(std::max(byte + 1, bytes_.size() * 2));
    const auto bit = static_cast<unsigned char>(1U << (number % 8));
    if ((bytes_[byte] & bit) != 0) return false;
    bytes_[byte] = static_cast<unsigned char>(bytes_[byte] | bit);
    ++count_;
    return true;
  }
  std::uint64_t count() const { return count_; }
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  std::vector<unsigned char> bytes_;
  std::uint64_t count_ = 0;
};

// Numbers above this are a mistake in somebody's transform, not an order of this run.
constexpr std::uint64_t id_max = 500'000'000;

}  // namespace tillbridge::bench
