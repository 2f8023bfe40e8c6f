#pragma once
// Keyed hashes, by which one side proves to the other that it wrote a text. Any thread.

#include <string>
#include <string_view>

namespace tillbridge {

// HMAC-SHA-256 (RFC 2104) in lower-case hex.
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

}  // namespace tillbridge
