#pragma once
// Rows as one parameter: an array of a composite type (migrations/0005), in PostgreSQL's binary
// format. Internal to journal/postgres.
//
// An array per column costs the server a function call, a stored and a read tuple per value; an
// array of rows costs that per row. For the statements of every batch; rare ones take columns
// (ArrayRows).

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/clock.h"
#include "base/ids.h"
#include "journal/postgres/params.h"

namespace tillbridge::journal::postgres {

class RowArray {
 public:
  // The type's number in this database. Its attributes are bigint, text and bytea only, as the
  // fields are given.
  explicit RowArray(std::uint32_t type);

  template <typename... Fields>
  void add(const Fields&... fields) {
    const std::size_t began = begin_row(sizeof...(Fields));
    (put(fields), ...);
    end_row(began);
  }
  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }
  Params params();  // once

 private:
  std::size_t begin_row(std::size_t fields);
  void end_row(std::size_t began);

  template <typename T>
    requires std::integral<T> || std::is_enum_v<T>
  void put(T value) {
    put_integer(static_cast<std::int64_t>(value));
  }
  template <typename Tag>
  void put(Id<Tag> id) {
    put_integer(static_cast<std::int64_t>(id.value));
  }
  void put(Instant value) { put_integer(to_unix_us(value)); }
  void put(Duration value) { put_integer(value.count()); }
  void put(std::string_view text);
  void put(const std::string& text) { put(std::string_view(text)); }
  void put(Bytes value) { put_bytes(Column::Kind::bytes, value.bytes); }
  template <typename T>
  void put(const std::optional<T>& value) {
    value ? put(*value) : put_null(Column::kind_of<T>());
  }
  void put_integer(std::int64_t value);
  void put_bytes(Column::Kind kind, std::string_view bytes);
  void put_null(Column::Kind kind);

  std::string encoded_;
  std::uint32_t count_ = 0;
};

}  // namespace tillbridge::journal::postgres
