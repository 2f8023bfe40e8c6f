#include "base/entropy.h"

#include <stdexcept>

#include <openssl/rand.h>

namespace tillbridge {

Entropy Entropy::from_machine() {
  std::uint64_t seed = 0;
  fill_secure(std::as_writable_bytes(std::span{&seed, 1}));
  return Entropy{seed};
}

void fill_secure(std::span<std::byte> bytes) {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) !=
      1) {
    throw std::runtime_error("the operating system gave no randomness");
  }
}

}  // namespace tillbridge
