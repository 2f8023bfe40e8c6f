#include "journal/postgres/binary_rows.h"

#include <limits>

#include "journal/postgres/connection.h"

namespace tillbridge::journal::postgres {
namespace {

using copy::Kind;
using copy::Value;

constexpr std::string_view signature{"PGCOPY\n\377\r\n\0", 11};
constexpr std::size_t flags_size = 4;
constexpr std::int32_t null_size = -1;
constexpr std::int16_t end_of_rows = -1;

template <typename Number>
void append_number(std::string& to, Number value) {
  for (int shift = static_cast<int>(sizeof(Number)) * 8 - 8; shift >= 0; shift -= 8) {
    to.push_back(static_cast<char>((value >> shift) & 0xff));
  }
}

template <typename Number>
void append_integer(std::string& to, const copy::Table& table, std::int64_t value) {
  if (value < std::numeric_limits<Number>::min() || value > std::numeric_limits<Number>::max()) {
    corrupt(std::string(table.name) +
            " has a number that PostgreSQL has no room for: " + std::to_string(value));
  }
  append_number(to, static_cast<std::int32_t>(sizeof(Number)));
  append_number(to, static_cast<Number>(value));
}

void append_value(std::string& to, const copy::Table& table, Kind kind, const Value& value) {
  if (value.type == Value::Type::null) return append_number(to, null_size);
  switch (kind) {
    case Kind::int16:
      return append_integer<std::int16_t>(to, table, value.integer);
    case Kind::int32:
      return append_integer<std::int32_t>(to, table, value.integer);
    case Kind::int64:
      return append_integer<std::int64_t>(to, table, value.integer);
    case Kind::text:
    case Kind::bytes:
      append_number(to, static_cast<std::int32_t>(value.bytes.size()));
      to += value.bytes;
  }
}

std::string_view cut(std::string_view& data, std::size_t size) {
  if (data.size() < size) corrupt("PostgreSQL sent half a row");
  const auto front = data.substr(0, size);
  data.remove_prefix(size);
  return front;
}

// Big endian; the first byte has the sign.
std::int64_t integer_of(std::string_view bytes) {
  if (bytes.empty()) corrupt("PostgreSQL sent a number without digits");
  auto value =
      static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<signed char>(bytes[0])));
  for (const char c : bytes.substr(1)) value = value << 8U | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

}  // namespace

void append_copy_header(std::string& to) {
  to += signature;
  append_number(to, std::int32_t{0});  // flags
  append_number(to, std::int32_t{0});  // of the extension
}

void append_copy_row(std::string& to, const copy::Table& table, copy::Row row) {
  append_number(to, static_cast<std::int16_t>(row.size()));
  for (std::size_t at = 0; at < row.size(); ++at) {
    append_value(to, table, table.columns[at].kind, row[at]);
  }
}

void append_copy_end(std::string& to) {
  append_number(to, end_of_rows);
}

void CopyRows::take_header(std::string_view& data) {
  if (cut(data, signature.size()) != signature) corrupt("PostgreSQL sent rows in another format");
  cut(data, flags_size);
  cut(data, static_cast<std::size_t>(integer_of(cut(data, sizeof(std::int32_t)))));
}

void CopyRows::take_row(std::string_view& data) {
  for (std::size_t at = 0; at < row_.size(); ++at) {
    const auto size = integer_of(cut(data, sizeof(std::int32_t)));
    auto& value = row_[at];
    value = {};
    if (size == null_size) continue;
    const auto bytes = cut(data, static_cast<std::size_t>(size));
    const auto kind = table_.columns[at].kind;
    if (kind == Kind::text || kind == Kind::bytes) {
      value.type = Value::Type::bytes;
      value.bytes = bytes;
    } else {
      value.type = Value::Type::integer;
      value.integer = integer_of(bytes);
    }
  }
}

bool CopyRows::take(std::string_view data, const copy::OnRow& on_row) {
  if (!begun_) {
    take_header(data);
    begun_ = true;
  }
  while (!data.empty()) {
    const auto columns = integer_of(cut(data, sizeof(std::int16_t)));
    if (columns == end_of_rows) return true;
    if (static_cast<std::size_t>(columns) != row_.size()) {
      corrupt("PostgreSQL sent a row with other columns");
    }
    take_row(data);
    result_ = on_row(row_);
    if (!result_) return false;
  }
  return true;
}

}  // namespace tillbridge::journal::postgres
