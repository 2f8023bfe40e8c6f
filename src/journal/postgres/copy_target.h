#pragma once
// A PostgreSQL journal as the target of a copy (journal/copy/ends.h). Rows go in with COPY, some
// ten thousand of them per transaction, and stay out of every hub's sight by the row in the table
// `copied` (schema.h), which is there before the first of them.

#include <map>
#include <memory>
#include <string>

#include "journal/copy/ends.h"

namespace tillbridge::journal::postgres {

class Connection;

class CopyTarget final : public copy::Target {
 public:
  // The tables are made or brought up to date, unless it is only read.
  static Result<std::unique_ptr<CopyTarget>> open(const std::string& url, bool read_only);
  ~CopyTarget() override;

  Result<void> begin(const std::string& source, bool start_over) override;
  Result<void> begin_table(const copy::Table& table) override;
  Result<void> add(copy::Row row) override;
  Result<void> end_table() override;
  Result<void> settle() override;
  Result<void> begin_reading() override;
  Result<void> read(const copy::Table& table, const copy::OnRow& on_row) override;
  Result<void> end_reading() override;
  Result<void> finish() override;
  bool is_storable(std::string_view text) const override;
  std::string storable(std::string_view text) const override;

 private:
  explicit CopyTarget(std::unique_ptr<Connection> connection);

  void lock();
  void refuse_leader();
  void make_room(bool start_over);
  void begin_batch();
  void end_batch();

  std::unique_ptr<Connection> connection_;
  const copy::Table* table_ = nullptr;  // the one that rows are added to
  std::string unsent_;
  std::size_t batch_bytes_ = 0;
  bool batch_open_ = false;
  std::map<std::string_view, std::uint64_t> added_;  // rows per table
};

}  // namespace tillbridge::journal::postgres
