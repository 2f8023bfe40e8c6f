#pragma once
// Base64 (RFC 4648) for HTTP Basic. Any thread.

#include <string>
#include <string_view>

#include "base/result.h"

namespace tillbridge {

std::string base64_encode(std::string_view bytes);
Result<std::string> base64_decode(std::string_view text);

}  // namespace tillbridge
