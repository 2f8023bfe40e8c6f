#pragma once
// How many seeds a simulation tries. Under a sanitizer each takes ten times as long or more: the
// many are the release build's, which ./tb test runs as well.

namespace tillbridge {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr int seed_share = 20;
#else
constexpr int seed_share = 1;
#endif
#else
constexpr int seed_share = 1;
#endif

constexpr unsigned seeds(unsigned many) {
  return many / static_cast<unsigned>(seed_share);
}

}  // namespace tillbridge
