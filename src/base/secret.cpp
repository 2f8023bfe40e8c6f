#include "base/secret.h"

#include <openssl/crypto.h>

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

// All of the candidate is walked whatever it holds, and it alone: the time tells neither where it
// differs nor how long the secret is.
bool Secret::matches(std::string_view candidate) const {
  if (text_.empty()) return candidate.empty();
  volatile unsigned char difference = candidate.size() == text_.size() ? 0 : 1;
  std::size_t at = 0;
  for (const char c : candidate) {
    difference = difference | static_cast<unsigned char>(c ^ text_[at]);
    at = (at + 1) * static_cast<std::size_t>(at + 1 < text_.size());
  }
  return difference == 0;
}

}  // namespace tillbridge
