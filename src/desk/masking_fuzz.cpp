// Any bytes as text and as document: no crash, no '@' that still has its local part, and a document
// that was JSON stays JSON. Masking twice is masking once.

#include <cstdint>

#include "base/assert.h"
#include "desk/masking.h"

namespace {

bool is_local(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '+' || c == '-';
}

void check(const std::string& masked) {
  for (std::size_t at = 1; at < masked.size(); ++at)
    TB_ASSERT(masked[at] != '@' || !is_local(masked[at - 1]));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tillbridge;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string text = desk::masked_text(input);
  check(text);
  TB_ASSERT(desk::masked_text(text) == text);
  const std::string document = desk::masked_document(input);
  check(document);
  if (json::parse(input)) TB_ASSERT(json::parse(document).has_value());
  return 0;
}
