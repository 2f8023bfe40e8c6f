#pragma once
// The two ends of a copy: the embedded store, which is only read (sqlite/copy_source.h), and
// PostgreSQL (postgres/copy_target.h). Each is for one thread.

#include <cstdint>
#include <string>

#include "journal/copy/row.h"
#include "journal/copy/table.h"

namespace tillbridge::journal::copy {

class RowReader {
 public:
  virtual ~RowReader() = default;
  // Every row, in any order, all tables as of one moment. Memory: one row.
  virtual Result<void> read(const Table& table, const OnRow& on_row) = 0;
};

class Source : public RowReader {
 public:
  virtual std::string name() const = 0;  // for people
  virtual Result<std::uint64_t> count(const Table& table) = 0;
};

class Target : public RowReader {
 public:
  // Refused (invalid_input) where a hub leads, another copy runs, or there is data that is not an
  // incomplete copy; an incomplete copy is emptied when it may be started over. From here on no
  // store opens this journal until finish().
  virtual Result<void> begin(const std::string& source, bool start_over) = 0;
  // Rows of one table after the other; what was added is stored when end_table() returns.
  virtual Result<void> begin_table(const Table& table) = 0;
  virtual Result<void> add(Row row) = 0;
  virtual Result<void> end_table() = 0;
  // What a database that grew by itself would have by now: the index for searching, statistics.
  virtual Result<void> settle() = 0;
  // All that read() gives until end_reading() is of one moment.
  virtual Result<void> begin_reading() = 0;
  virtual Result<void> end_reading() = 0;
  // The copy may be served.
  virtual Result<void> finish() = 0;
  // The text as the target stores it: what it cannot hold is replaced.
  virtual bool is_storable(std::string_view text) const = 0;
  virtual std::string storable(std::string_view text) const = 0;
};

}  // namespace tillbridge::journal::copy
