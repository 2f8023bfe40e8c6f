#include "engine/lane_index.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

namespace tillbridge::engine {
namespace {

constexpr std::size_t cells_min = 64;
constexpr std::uint32_t none = LaneSlots::none;

}  // namespace

std::size_t LaneIndex::home_of(std::uint64_t lane) const {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15ULL;
  return static_cast<std::size_t>((lane * golden) >> (64 - std::countr_zero(cells_.size())));
}

const std::uint32_t* LaneIndex::find(std::uint64_t lane, const LaneSlots& slots) const {
  if (size_ == 0) return nullptr;
  for (std::size_t cell = home_of(lane); cells_[cell] != none; cell = after(cell)) {
    if (slots[cells_[cell]].lane == lane) return &cells_[cell];
  }
  return nullptr;
}

void LaneIndex::put(std::uint32_t slot, const LaneSlots& slots) {
  std::size_t cell = home_of(slots[slot].lane);
  while (cells_[cell] != none) cell = after(cell);
  cells_[cell] = slot;
}

void LaneIndex::add(std::uint32_t slot, const LaneSlots& slots) {
  if ((size_ + 1) * 4 > cells_.size() * 3) grow(slots);
  put(slot, slots);
  ++size_;
}

void LaneIndex::grow(const LaneSlots& slots) {
  std::vector<std::uint32_t> before(std::max(cells_min, cells_.size() * 2), none);
  before.swap(cells_);
  for (const std::uint32_t slot : before) {
    if (slot != none) put(slot, slots);
  }
}

// What comes after the gap moves up into it, unless it would come to stand before its home.
void LaneIndex::erase(std::uint64_t lane, const LaneSlots& slots) {
  const std::uint32_t* const found = find(lane, slots);
  TB_ASSERT(found != nullptr);
  auto gap = static_cast<std::size_t>(found - cells_.data());
  for (std::size_t cell = after(gap); cells_[cell] != none; cell = after(cell)) {
    const std::size_t from_home = (cell - home_of(slots[cells_[cell]].lane)) & (cells_.size() - 1);
    const std::size_t from_gap = (cell - gap) & (cells_.size() - 1);
    if (from_home < from_gap) continue;
    cells_[gap] = cells_[cell];
    gap = cell;
  }
  cells_[gap] = none;
  if (--size_ == 0) std::vector<std::uint32_t>().swap(cells_);
}

}  // namespace tillbridge::engine
