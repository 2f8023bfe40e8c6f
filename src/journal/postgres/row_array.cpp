#include "journal/postgres/row_array.h"

#include <bit>
#include <cstring>

namespace tillbridge::journal::postgres {
namespace {

// One dimension: dimensions, has nulls, type, size, lowest index; then each row with its length
// before it: the number of fields, then each field as type, length (-1: null) and value.
constexpr std::size_t size_at = 12;

template <typename Number>
Number big_endian(Number value) {
  if constexpr (std::endian::native == std::endian::big) return value;
  Number swapped = 0;
  for (std::size_t n = 0; n < sizeof(Number); ++n) {
    swapped = static_cast<Number>(swapped << 8U) | static_cast<Number>(value & 0xffU);
    value = static_cast<Number>(value >> 8U);
  }
  return swapped;
}

void append(std::string& to, std::uint32_t value) {
  value = big_endian(value);
  // SAFETY: the bytes of a number.
  to.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void put_at(std::string& to, std::size_t at, std::uint32_t value) {
  value = big_endian(value);
  std::memcpy(to.data() + at, &value, sizeof(value));
}

}  // namespace

RowArray::RowArray(std::uint32_t type) {
  append(encoded_, 1);
  append(encoded_, 0);
  append(encoded_, type);
  append(encoded_, 0);
  append(encoded_, 1);
}

std::size_t RowArray::begin_row(std::size_t fields) {
  const std::size_t began = encoded_.size();
  append(encoded_, 0);
  append(encoded_, static_cast<std::uint32_t>(fields));
  return began;
}

void RowArray::end_row(std::size_t began) {
  const std::size_t length = encoded_.size() - began - sizeof(std::uint32_t);
  put_at(encoded_, began, static_cast<std::uint32_t>(length));
  ++count_;
}

void RowArray::put(std::string_view text) {
  if (is_storable(text)) {
    put_bytes(Column::Kind::text, text);
  } else {
    put_bytes(Column::Kind::text, storable(text));
  }
}

void RowArray::put_integer(std::int64_t value) {
  struct {
    std::uint32_t type = big_endian(static_cast<std::uint32_t>(Column::Kind::integer));
    std::uint32_t length = big_endian(std::uint32_t{sizeof(std::int64_t)});
    std::uint64_t value = 0;
  } field;
  static_assert(sizeof(field) == 16);
  field.value = big_endian(std::bit_cast<std::uint64_t>(value));
  // SAFETY: the bytes of numbers, with nothing between them (above).
  encoded_.append(reinterpret_cast<const char*>(&field), sizeof(field));
}

void RowArray::put_bytes(Column::Kind kind, std::string_view bytes) {
  append(encoded_, static_cast<std::uint32_t>(kind));
  append(encoded_, static_cast<std::uint32_t>(bytes.size()));
  encoded_ += bytes;
}

void RowArray::put_null(Column::Kind kind) {
  append(encoded_, static_cast<std::uint32_t>(kind));
  append(encoded_, ~std::uint32_t{0});
}

Params RowArray::params() {
  put_at(encoded_, size_at, count_);
  Params all;
  all.add_encoded(std::move(encoded_));
  return all;
}

}  // namespace tillbridge::journal::postgres
