#include "base/hmac.h"

#include <array>
#include <iterator>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.h"

namespace tillbridge {

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  // SAFETY: HMAC takes bytes; it reads both texts only.
  const auto* made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &size);
  TB_ASSERT(made != nullptr);
  std::string hex;
  for (unsigned int at = 0; at < size; ++at)
    fmt::format_to(std::back_inserter(hex), "{:02x}", digest[at]);
  return hex;
}

}  // namespace tillbridge
