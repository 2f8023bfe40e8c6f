#include "base/secret.h"

#include <array>

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace tillbridge {

// A short string lives inside the object, so a move leaves the bytes behind: the source is wiped
// too.
Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {
  other.wipe();
}

Secret& Secret::operator=(const Secret& other) {
  if (this == &other) return *this;
  wipe();
  text_ = other.text_;
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  text_ = std::move(other.text_);
  other.wipe();
  return *this;
}

Secret::~Secret() {
  wipe();
}

void Secret::wipe() noexcept {
  text_.resize(text_.capacity());  // never allocates; what a longer text left behind goes as well
  OPENSSL_cleanse(text_.data(), text_.size());
  text_.clear();
}

bool Secret::matches(std::string_view candidate) const {
  // Digests have one length, so the compare does not tell the length of the secret either.
  std::array<unsigned char, SHA256_DIGEST_LENGTH> ours{};
  std::array<unsigned char, SHA256_DIGEST_LENGTH> theirs{};
  SHA256(reinterpret_cast<const unsigned char*>(text_.data()), text_.size(), ours.data());
  SHA256(reinterpret_cast<const unsigned char*>(candidate.data()), candidate.size(), theirs.data());
  return CRYPTO_memcmp(ours.data(), theirs.data(), ours.size()) == 0;
}

}  // namespace tillbridge
