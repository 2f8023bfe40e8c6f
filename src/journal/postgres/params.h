#pragma once
// Parameters of a statement in PostgreSQL's binary format: single values and arrays. Internal to
// journal/postgres. Every number travels as a bigint: statements cast ($1::bigint). Texts that
// PostgreSQL would refuse (a zero byte, bytes that are not UTF-8) are stored with U+FFFD instead of
// those bytes: one odd arrival must not keep a batch out.

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace tillbridge::journal::postgres {

struct Bytes {
  std::string_view bytes;
};

bool is_storable(std::string_view text);
std::string storable(std::string_view text);

// One array, built value by value.
class Column {
 public:
  enum class Kind : std::uint32_t { integer = 20, text = 25, bytes = 17 };  // type numbers
  explicit Column(Kind kind);

  template <typename T>
    requires std::integral<T> || std::is_enum_v<T>
  void add(T value) {
    add_integer(static_cast<std::int64_t>(value));
  }
  template <typename Tag>
  void add(Id<Tag> id) {
    add_integer(static_cast<std::int64_t>(id.value));
  }
  void add(Instant value) { add_integer(to_unix_us(value)); }
  void add(Duration value) { add_integer(value.count()); }
  void add(std::string_view text);
  void add(const std::string& text) { add(std::string_view(text)); }
  void add(Bytes value) { add_bytes(value.bytes); }
  template <typename T>
  void add(const std::optional<T>& value) {
    value ? add(*value) : add_null();
  }
  // The whole array as it is sent.
  std::string take();

  template <typename T>
  static constexpr Kind kind_of() {
    if constexpr (std::is_same_v<T, Bytes>) {
      return Kind::bytes;
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      return Kind::text;
    } else {
      return Kind::integer;
    }
  }

 private:
  void add_integer(std::int64_t value);
  void add_bytes(std::string_view bytes);
  void add_null();

  std::string encoded_;
  std::uint32_t count_ = 0;
};

class Params {
 public:
  Params() = default;
  template <typename... Values>
  explicit Params(const Values&... values) {
    (add(values), ...);
  }

  template <typename T>
    requires std::integral<T> || std::is_enum_v<T>
  void add(T value) {
    add_integer(static_cast<std::int64_t>(value));
  }
  template <typename Tag>
  void add(Id<Tag> id) {
    add_integer(static_cast<std::int64_t>(id.value));
  }
  void add(Instant value) { add_integer(to_unix_us(value)); }
  void add(Duration value) { add_integer(value.count()); }
  void add(std::string_view text) { values_.emplace_back(storable(text)); }
  void add(const std::string& text) { add(std::string_view(text)); }
  template <typename T>
  void add(const std::optional<T>& value) {
    if (value) {
      add(*value);
    } else {
      values_.emplace_back(std::nullopt);
    }
  }
  void add(Column column) { add_encoded(column.take()); }
  template <typename T>
  void add(const std::vector<T>& values) {
    Column column(Column::kind_of<T>());
    for (const auto& value : values) column.add(value);
    add(std::move(column));
  }

  void add_encoded(std::string value) { values_.emplace_back(std::move(value)); }

  const std::vector<std::optional<std::string>>& values() const { return values_; }

 private:
  void add_integer(std::int64_t value);

  std::vector<std::optional<std::string>> values_;
};

// The rows of a statement that takes its columns as arrays: one add() per row.
class ArrayRows {
 public:
  template <typename... Fields>
  void add(const Fields&... fields) {
    if (columns_.empty()) (columns_.emplace_back(Column::kind_of<Fields>()), ...);
    std::size_t at = 0;
    (columns_[at++].add(fields), ...);
    ++count_;
  }
  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }
  Params params() {
    Params all;
    for (auto& column : columns_) all.add(std::move(column));
    return all;
  }

 private:
  std::vector<Column> columns_;
  std::size_t count_ = 0;
};

}  // namespace tillbridge::journal::postgres
