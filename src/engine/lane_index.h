#pragma once
// Finds a lane's last slot, whose `next` is the lane's head: a hash table of slot numbers, 8 MB for
// a million lanes. The lane's key is in the slot.

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/lane_slots.h"

namespace tillbridge::engine {

class LaneIndex {
 public:
  // The cell that holds the slot; nullptr: there is no such lane. Good until the next add or erase.
  const std::uint32_t* find(std::uint64_t lane, const LaneSlots& slots) const;
  std::uint32_t* find(std::uint64_t lane, const LaneSlots& slots) {
    return const_cast<std::uint32_t*>(std::as_const(*this).find(lane, slots));
  }
  // Of a lane that is not in it.
  void add(std::uint32_t slot, const LaneSlots& slots);
  // Of a lane that is in it, while its slot still shows the lane.
  void erase(std::uint64_t lane, const LaneSlots& slots);

  std::size_t size() const { return size_; }

 private:
  std::size_t home_of(std::uint64_t lane) const;
  std::size_t after(std::size_t cell) const { return (cell + 1) & (cells_.size() - 1); }
  void put(std::uint32_t slot, const LaneSlots& slots);
  void grow(const LaneSlots& slots);

  std::vector<std::uint32_t> cells_;  // a power of two; searched from home_of() to the next none
  std::size_t size_ = 0;
};

}  // namespace tillbridge::engine
