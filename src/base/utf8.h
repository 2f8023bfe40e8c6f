#pragma once
// Texts in UTF-8 as bytes. Any thread.

#include <cstddef>
#include <string_view>

namespace tillbridge {

// The longest beginning of at most so many bytes that ends with a whole character: PostgreSQL and
// JSON readers refuse a text that ends within one.
std::string_view beginning_of(std::string_view text, std::size_t bytes_max);

}  // namespace tillbridge
