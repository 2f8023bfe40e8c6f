#pragma once
// The embedded journal as the source of a copy (journal/copy): opened for reading only, in one
// transaction from open to end, under the lock that keeps every hub out meanwhile.

#include <memory>
#include <string>

#include "journal/copy/ends.h"

namespace tillbridge::journal::sqlite {

class Connection;
class LockFile;
class Transaction;

class CopySource final : public copy::Source {
 public:
  // Refused where there is no journal, where a hub runs on it, and where it has another schema.
  static Result<std::unique_ptr<CopySource>> open(const std::string& file);
  ~CopySource() override;

  std::string name() const override { return file_; }
  Result<std::uint64_t> count(const copy::Table& table) override;
  // corrupt at a row that belongs to nothing: no workspace is known for it.
  Result<void> read(const copy::Table& table, const copy::OnRow& on_row) override;

 private:
  CopySource(std::string file, std::shared_ptr<LockFile> lock);

  const std::string file_;
  std::shared_ptr<LockFile> lock_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Transaction> snapshot_;
};

}  // namespace tillbridge::journal::sqlite
