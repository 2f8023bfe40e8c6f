#pragma once
// Which of many things people take: the first far more often than the last (Zipf-Mandelbrot). Any
// thread.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "base/assert.h"
#include "base/entropy.h"

namespace sandbox::sitoo {

class Popularity {
 public:
  explicit Popularity(std::size_t count) {
    TB_ASSERT(count > 0);
    constexpr double exponent = 0.9;
    // The shift keeps the very first from being bought by every tenth customer of a small shop.
    constexpr double shift = 10;
    double total = 0;
    cumulative_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      total += 1.0 / std::pow(static_cast<double>(i) + 1 + shift, exponent);
      cumulative_.push_back(total);
    }
  }

  // An index below the count.
  std::size_t draw(tillbridge::Entropy& entropy) const {
    const double drawn = entropy.unit() * cumulative_.back();
    const auto at = std::upper_bound(cumulative_.begin(), cumulative_.end(), drawn);
    return std::min(static_cast<std::size_t>(at - cumulative_.begin()), cumulative_.size() - 1);
  }

 private:
  std::vector<double> cumulative_;
};

}  // namespace sandbox::sitoo
