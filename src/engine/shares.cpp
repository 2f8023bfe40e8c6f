#include "engine/shares.h"

#include <algorithm>
#include <map>

namespace tillbridge::engine {

std::optional<std::uint16_t> leader_of(const SharedShards& shards) {
  const ShardHolder& first = shards.holders[leader_shard];
  return first.running ? first.owner : std::nullopt;
}

ShardMove next_move(const SharedShards& shards, std::uint16_t me) {
  ShardMove move;
  const auto leader = leader_of(shards);
  if (!leader) return move;
  const auto mine_at = std::find(shards.hubs.begin(), shards.hubs.end(), me);
  if (mine_at == shards.hubs.end()) {
    for (std::size_t shard = 1; shard < shard_count; ++shard)
      move.give[shard] = shards.holders[shard].owner == me;
    return move;
  }
  const std::size_t hubs = shards.hubs.size();
  const auto part_of = [&](std::size_t place) {
    return shard_count / hubs + (place < shard_count % hubs ? 1 : 0);
  };
  const std::size_t mine_wanted = part_of(static_cast<std::size_t>(mine_at - shards.hubs.begin()));

  std::map<std::uint16_t, std::size_t> carried;
  ShardSet free, mine;
  for (std::size_t shard = 0; shard < shard_count; ++shard) {
    const ShardHolder& holder = shards.holders[shard];
    if (holder.owner == me) mine.set(shard);
    if (holder.owner && (holder.running || holder.owner == leader || holder.owner == me)) {
      ++carried[*holder.owner];
    } else {
      free.set(shard);
    }
  }
  std::size_t lacking = mine_wanted > mine.count() ? mine_wanted - mine.count() : 0;
  for (std::size_t shard = shard_count; shard-- > 0 && lacking > 0;) {
    if (!free[shard]) continue;
    move.take.set(shard);
    --lacking;
  }

  // No more than the others can take beside what is free.
  std::size_t wanted_elsewhere = 0;
  for (std::size_t place = 0; place < hubs; ++place) {
    if (shards.hubs[place] == me) continue;
    const std::size_t has = carried[shards.hubs[place]];
    if (part_of(place) > has) wanted_elsewhere += part_of(place) - has;
  }
  std::size_t surplus = mine.count() > mine_wanted ? mine.count() - mine_wanted : 0;
  const std::size_t free_count = free.count();
  surplus = std::min(surplus, wanted_elsewhere > free_count ? wanted_elsewhere - free_count : 0);
  for (std::size_t shard = shard_count; shard-- > 1 && surplus > 0;) {
    if (!mine[shard]) continue;
    move.give.set(shard);
    --surplus;
  }
  return move;
}

}  // namespace tillbridge::engine
