#pragma once
// Where Lanes keeps what waits: 72 bytes each, a million of them in 72 MB. In blocks that never
// move, so that growing copies nothing; all but the first go back when nothing is left.

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/item.h"

namespace tillbridge::engine {

// elsewhere: another hub sends what is in this lane.
enum class LaneState : std::uint8_t { ready, due, held, busy, blocked, elsewhere };

// An Item, packed, and its place in the lane.
struct Slot {
  DeliveryId id;
  RecordId record;
  std::uint64_t lane = 0;
  Instant happened_at;
  Instant late_from;
  Tick due;
  // The one behind it; of a lane's last, the lane's head. Of a free slot, another free one.
  std::uint32_t next = 0;
  // Of a head: where it stands in its heap (slot_heap.h); of a held one, how many wait in the lane.
  std::uint32_t place = 0;
  std::uint32_t attempts : 24;
  std::uint32_t parts : 8;
  std::uint32_t attempts_made : 24;
  journal::Priority priority : 2;
  journal::OnReject on_reject : 1;
  journal::Settle settle : 1;
  journal::Trigger next_trigger : 3;
  bool alone : 1;
  std::uint32_t store : 24;
  LaneState state : 3;  // of the lane, in its head
  bool echo : 1;
  bool begun : 1;  // some parts are done: LaneSlots knows which
  std::uint16_t lag_series = 0;
  std::uint16_t flow = 0;
};

static_assert(sizeof(Slot) == 72, "a million of them may wait");

class LaneSlots {
 public:
  static constexpr std::uint32_t none = 0xffffffff;

  // A slot with this in it, good until it is given back.
  std::uint32_t take(const Item& item, Tick due);
  void give_back(std::uint32_t slot);

  Slot& operator[](std::uint32_t slot) { return blocks_[slot / block_size][slot % block_size]; }
  const Slot& operator[](std::uint32_t slot) const {
    return blocks_[slot / block_size][slot % block_size];
  }
  Item item(std::uint32_t slot) const;
  // Another item in the same place.
  void put(std::uint32_t slot, const Item& item);
  std::uint32_t parts_left(std::uint32_t slot) const;

  std::size_t size() const { return size_; }
  // All slots in use are below; free ones among them still show what was in them last.
  std::uint32_t end() const { return end_; }

 private:
  static constexpr std::uint32_t block_size = 4'096;

  std::vector<std::unique_ptr<Slot[]>> blocks_;
  std::uint32_t end_ = 0;
  std::uint32_t free_ = none;  // the first of a list
  std::size_t size_ = 0;
  std::unordered_map<std::uint32_t, std::uint64_t> parts_done_;  // where not 0: few have begun
};

}  // namespace tillbridge::engine
