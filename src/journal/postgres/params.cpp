#include "journal/postgres/params.h"

#include <bit>
#include <cstring>

namespace tillbridge::journal::postgres {
namespace {

// An array of one dimension: dimensions, has nulls, type, size, lowest index; then each value with
// its length before it (-1: null).
constexpr std::size_t nulls_at = 4;
constexpr std::size_t size_at = 12;

template <typename Number>
void append_number(std::string& to, Number value) {
  for (int shift = static_cast<int>(sizeof(Number)) * 8 - 8; shift >= 0; shift -= 8) {
    to.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

void put_number(std::string& to, std::size_t at, std::uint32_t value) {
  for (std::size_t n = 0; n < 4; ++n) {
    to[at + n] = static_cast<char>((value >> (24 - 8 * n)) & 0xffU);
  }
}

// The length of the UTF-8 character that the text begins with; 0 when there is none.
std::size_t character_size(std::string_view text) {
  const auto byte = [&text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first == 0 ? 0 : 1;
  const std::size_t size = first >= 0xc2 && first < 0xe0   ? 2
                           : first >= 0xe0 && first < 0xf0 ? 3
                           : first >= 0xf0 && first < 0xf5 ? 4
                                                           : 0;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t at = 1; at < size; ++at) {
    if ((byte(at) & 0xc0U) != 0x80U) return 0;
  }
  const unsigned char second = byte(1);
  const bool odd = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                   (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return odd ? 0 : size;
}

// Eight bytes of ASCII, none of them zero: nearly all of what is stored.
bool is_plain(const char* eight) {
  constexpr std::uint64_t ones = 0x0101010101010101ULL;
  constexpr std::uint64_t highest_bits = 0x80 * ones;
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, eight, sizeof(bytes));
  // A zero byte lends from the next, and so gets its highest bit.
  return ((bytes | (bytes - ones)) & highest_bits) == 0;
}

}  // namespace

bool is_storable(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (at + sizeof(std::uint64_t) <= text.size() && is_plain(text.data() + at)) {
      at += sizeof(std::uint64_t);
      continue;
    }
    const std::size_t size = character_size(text.substr(at));
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::string storable(std::string_view text) {
  if (is_storable(text)) return std::string(text);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = character_size(text.substr(at));
    if (size == 0) {
      out += "\xef\xbf\xbd";
    } else {
      out += text.substr(at, size);
    }
    at += size == 0 ? 1 : size;
  }
  return out;
}

Column::Column(Kind kind) {
  append_number(encoded_, std::uint32_t{1});
  append_number(encoded_, std::uint32_t{0});
  append_number(encoded_, static_cast<std::uint32_t>(kind));
  append_number(encoded_, std::uint32_t{0});
  append_number(encoded_, std::uint32_t{1});
}

void Column::add(std::string_view text) {
  if (is_storable(text)) {
    add_bytes(text);
  } else {
    add_bytes(storable(text));
  }
}

void Column::add_integer(std::int64_t value) {
  append_number(encoded_, std::uint32_t{8});
  append_number(encoded_, std::bit_cast<std::uint64_t>(value));
  ++count_;
}

void Column::add_bytes(std::string_view bytes) {
  append_number(encoded_, static_cast<std::uint32_t>(bytes.size()));
  encoded_ += bytes;
  ++count_;
}

void Column::add_null() {
  append_number(encoded_, ~std::uint32_t{0});
  put_number(encoded_, nulls_at, 1);
  ++count_;
}

std::string Column::take() {
  if (count_ == 0) {
    put_number(encoded_, 0, 0);  // no dimension
    encoded_.resize(size_at);
  } else {
    put_number(encoded_, size_at, count_);
  }
  return std::move(encoded_);
}

void Params::add_integer(std::int64_t value) {
  std::string encoded;
  append_number(encoded, std::bit_cast<std::uint64_t>(value));
  values_.emplace_back(std::move(encoded));
}

}  // namespace tillbridge::journal::postgres
