#pragma once
// Randomness, injected, so that a simulation with the same seed takes the same way. Not for keys:
// see fill_secure.

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace tillbridge {

class Entropy {
 public:
  explicit Entropy(std::uint64_t seed) : engine_(seed) {}
  static Entropy from_machine();

  std::uint64_t next() { return engine_(); }
  // Uniform in [0, below); below must be > 0.
  std::uint64_t below(std::uint64_t below_this) { return engine_() % below_this; }
  // Uniform in [0, 1).
  double unit() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }
  bool chance(double probability) { return unit() < probability; }

 private:
  std::mt19937_64 engine_;
};

// Bytes fit for tokens and keys, from the operating system.
void fill_secure(std::span<std::byte> bytes);

}  // namespace tillbridge
