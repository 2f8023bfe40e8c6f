#pragma once
// Rows in the binary format of COPY (PostgreSQL manual, "COPY", "Binary Format"). Internal to
// journal/postgres; failures are thrown.

#include <string>
#include <string_view>
#include <vector>

#include "journal/copy/row.h"
#include "journal/copy/table.h"

namespace tillbridge::journal::postgres {

void append_copy_header(std::string& to);
void append_copy_row(std::string& to, const copy::Table& table, copy::Row row);
void append_copy_end(std::string& to);

// Takes the pieces of a COPY to standard output as they come: each has whole rows, the first begins
// with the header.
class CopyRows {
 public:
  explicit CopyRows(const copy::Table& table) : table_(table), row_(table.columns.size()) {}
  // false when on_row failed: result() says why.
  bool take(std::string_view data, const copy::OnRow& on_row);
  const Result<void>& result() const { return result_; }

 private:
  void take_header(std::string_view& data);
  void take_row(std::string_view& data);

  const copy::Table& table_;
  std::vector<copy::Value> row_;
  bool begun_ = false;
  Result<void> result_;
};

}  // namespace tillbridge::journal::postgres
