#include "api/accounts/secret_text.h"

#include <array>
#include <span>
#include <stdexcept>
#include <vector>

#include <sodium.h>

#include "base/entropy.h"

namespace tillbridge::api {
namespace {

constexpr std::string_view code_characters = "0123456789abcdefghjkmnpqrstvwxyz";
static_assert(code_characters.size() == 32);  // so that five random bits choose without bias

constexpr std::size_t digest_bytes = 32;
using Digest = std::array<unsigned char, digest_bytes>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Digest digest(std::string_view text, const unsigned char* key, std::size_t key_bytes) {
  start_sodium();
  Digest made{};
  crypto_generichash(made.data(), made.size(), bytes_of(text), text.size(), key, key_bytes);
  return made;
}

std::string base64url(const unsigned char* bytes, std::size_t size) {
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(size, variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, variant);
  text.pop_back();  // the terminator that it writes
  return text;
}

}  // namespace

void start_sodium() {
  static const int started = sodium_init();
  if (started < 0) throw std::runtime_error("libsodium does not start on this machine");
}

std::string random_text(std::size_t bytes) {
  start_sodium();
  std::vector<std::byte> random(bytes);
  fill_secure(random);
  std::string text = base64url(reinterpret_cast<const unsigned char*>(random.data()), bytes);
  sodium_memzero(random.data(), random.size());
  return text;
}

Secret readable_code(int groups, int group_length) {
  std::vector<std::byte> random(static_cast<std::size_t>(groups * group_length));
  fill_secure(random);
  std::string code;
  code.reserve(random.size() + static_cast<std::size_t>(groups));
  int in_group = 0;
  for (const std::byte byte : random) {
    if (in_group == group_length) {
      code.push_back('-');
      in_group = 0;
    }
    code.push_back(code_characters[std::to_integer<std::size_t>(byte & std::byte{31})]);
    ++in_group;
  }
  return Secret{std::move(code)};
}

std::string normal_code(std::string_view typed) {
  std::string code;
  for (char c : typed) {
    if (c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == 'o') c = '0';
    if (c == 'i' || c == 'l') c = '1';
    code.push_back(c);
  }
  return code;
}

std::string digest_of(std::string_view secret) {
  const Digest made = digest(secret, nullptr, 0);
  std::string hex(2 * made.size() + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), made.data(), made.size());
  hex.pop_back();
  return hex;
}

std::string csrf_token_of(std::string_view session_secret) {
  // A key has at most 64 bytes; the digest of any secret fits.
  Digest key = digest(session_secret, nullptr, 0);
  const Digest made = digest("tillbridge csrf 1", key.data(), key.size());
  sodium_memzero(key.data(), key.size());
  return base64url(made.data(), made.size());
}

bool csrf_token_matches(std::string_view session_secret, std::string_view candidate) {
  return !session_secret.empty() && Secret{csrf_token_of(session_secret)}.matches(candidate);
}

std::string base64url_encode(std::string_view bytes) {
  start_sodium();
  return base64url(bytes_of(bytes), bytes.size());
}

Result<std::string> base64url_decode(std::string_view text) {
  start_sodium();
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  const bool right = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                       text.data(), text.size(), nullptr, &size, &end,
                                       sodium_base64_VARIANT_URLSAFE_NO_PADDING) == 0 &&
                     end == text.data() + text.size();
  if (!right) return fail(Error::Kind::invalid_input, "the text is not base64url");
  bytes.resize(size);
  return bytes;
}

std::string sha256_base64url(std::string_view text) {
  start_sodium();
  std::array<unsigned char, crypto_hash_sha256_BYTES> made{};
  crypto_hash_sha256(made.data(), bytes_of(text), text.size());
  return base64url(made.data(), made.size());
}

}  // namespace tillbridge::api
