#pragma once
// The tables that a copy of a journal consists of, with every column of them: the one list from
// which the reading, the writing and the proof of a copy are made. A migration that adds a table or
// a column belongs here too (tests/postgres/journal_copy_test.cpp holds this list against the
// schemas of both stores).
//
// Names are PostgreSQL's. What the embedded store keeps otherwise says so in `source` and `from`.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tillbridge::journal::copy {

// As PostgreSQL stores it. A text is stored by both sides as UTF-8.
enum class Kind : std::uint8_t { int16, int32, int64, text, bytes };

struct Column {
  std::string_view name;
  Kind kind = Kind::int64;
  std::string_view source = {};  // expression over the row of the embedded store; "": the same name
};

struct Table {
  std::string_view name;
  std::size_t key_columns = 0;  // the first columns are the primary key
  std::span<const Column> columns;
  std::string_view from = {};  // what the embedded store selects from; "": the same name
  // Its last three columns are a stored body (payload.h): codec, checksum, bytes.
  bool holds_bodies = false;
};

// In the order in which they are copied.
std::span<const Table> tables();

// What the embedded store has besides: its search index, which PostgreSQL keeps by itself. The
// tables of that index begin with its name and '_'.
constexpr std::string_view search_index = "search";

// What PostgreSQL has besides: about nodes and their writing, not about the retailer's data.
std::span<const std::string_view> own_tables_of_postgres();

}  // namespace tillbridge::journal::copy
