#pragma once
// What a published level was over time, and which of its values the row holds. Plain data; only
// for rows that move.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace sandbox {

class StockHistory {
 public:
  enum class Verdict : std::uint8_t { in_order, backwards, invented };

  // The value that held before anything was measured, if there was one.
  explicit StockHistory(std::optional<std::int64_t> opening_milli) {
    if (opening_milli) truths_.push_back({INT64_MIN, *opening_milli});
  }
  void moved(std::int64_t at_us, std::int64_t milli) { truths_.push_back({at_us, milli}); }

  // A row taken at that time: the oldest value that it can be without going back, so that a doubt
  // never counts against the sender.
  Verdict took(std::int64_t at_us, std::int64_t milli) {
    for (std::size_t i = held_; i < truths_.size() && truths_[i].at_us <= at_us; ++i) {
      if (truths_[i].milli != milli) continue;
      held_ = i;
      return Verdict::in_order;
    }
    for (std::size_t i = 0; i < held_; ++i)
      if (truths_[i].milli == milli) return Verdict::backwards;
    return Verdict::invented;
  }

 private:
  struct Truth {
    std::int64_t at_us;
    std::int64_t milli;
  };
  std::vector<Truth> truths_;
  std::size_t held_ = 0;  // index of the value that the row was last known to hold
};

}  // namespace sandbox
