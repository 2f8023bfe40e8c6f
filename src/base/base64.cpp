#include "base/base64.h"

#include <algorithm>

#include <openssl/evp.h>

namespace tillbridge {
namespace {

bool is_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

Result<std::string> base64_decode(std::string_view text) {
  // OpenSSL skips blanks around the text and takes '=' anywhere, so the form is checked here.
  std::string_view digits = text;
  while (digits.ends_with('=') && text.size() - digits.size() < 2) digits.remove_suffix(1);
  const bool well_formed =
      text.size() % 4 == 0 && std::all_of(digits.begin(), digits.end(), is_digit);
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  const int length = !well_formed
                         ? -1
                         : EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                           reinterpret_cast<const unsigned char*>(text.data()),
                                           static_cast<int>(text.size()));
  if (length < 0) return fail(Error::Kind::invalid_input, "the text is not base64");
  bytes.resize(static_cast<std::size_t>(length) - (text.size() - digits.size()));
  return bytes;
}

}  // namespace tillbridge
