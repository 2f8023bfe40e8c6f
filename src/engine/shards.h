#pragma once
// The 256 shards of the work (DESIGN 4): every lane is in one. Several hubs on one journal divide
// them among themselves; a hub sends what is in its own. Pure.

#include <bitset>
#include <cstdint>

namespace tillbridge::engine {

constexpr std::size_t shard_count = 256;

using ShardSet = std::bitset<shard_count>;

// By hash of workspace and lane (base/hash.h): the same in every hub.
constexpr std::uint8_t shard_of(std::uint64_t workspace, std::uint64_t lane) {
  constexpr std::uint64_t golden = 0x9e3779b97f4a7c15ULL;
  constexpr int top_byte = 56;
  return static_cast<std::uint8_t>(((workspace ^ lane) * golden) >> top_byte);
}

}  // namespace tillbridge::engine
