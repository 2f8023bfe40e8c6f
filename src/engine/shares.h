#pragma once
// Which shards a hub takes and gives away, so that all that share the work carry about as much:
// decided by each for itself from the same rows, again and again, until nothing has to move. The
// hub that has shard 0 leads (it plans) and never gives that one away. Pure.
//
// Shards of a leader that stands still are left alone until another one leads: the leader's commits
// name shard 0 only, and are refused from then on.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/shards.h"

namespace tillbridge::engine {

constexpr std::uint8_t leader_shard = 0;

struct ShardHolder {
  std::optional<std::uint16_t> owner;
  bool running = false;  // its lease
};

struct SharedShards {
  std::array<ShardHolder, shard_count> holders;
  std::vector<std::uint16_t> hubs;  // that are ready to send; rising. Others give all away
};

struct ShardMove {
  ShardSet take;  // free, or of a hub that is gone
  ShardSet give;
  friend bool operator==(const ShardMove&, const ShardMove&) = default;
};

// The hub that leads, if one does.
std::optional<std::uint16_t> leader_of(const SharedShards& shards);
ShardMove next_move(const SharedShards& shards, std::uint16_t me);

}  // namespace tillbridge::engine
