#pragma once
// A stable 64-bit hash (FNV-1a with a final mix) for lanes and shards: the same on every node,
// build and day. Not for security.

#include <cstdint>
#include <string_view>

namespace tillbridge {

constexpr std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  hash ^= hash >> 32;
  hash *= 0xd6e8feb86659fd93ULL;
  hash ^= hash >> 32;
  return hash;
}

}  // namespace tillbridge
