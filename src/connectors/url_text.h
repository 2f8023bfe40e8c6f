#pragma once
// Text inside URLs, percent-encoded whole ('+', ',' and brackets too). Any thread.

#include <string>
#include <string_view>

namespace tillbridge::connectors {

std::string url_encoded(std::string_view text);

}  // namespace tillbridge::connectors
