#pragma once
// A text and hash of JSON that depend on the content only: members sorted, 499 and 499.0 alike. Any
// thread.

#include <cstdint>
#include <string>

#include "base/json.h"

namespace sandbox::bloomreach {

void append_canonical(std::string& out, const boost::json::value& value);
std::uint64_t content_hash(const boost::json::value& value);

}  // namespace sandbox::bloomreach
