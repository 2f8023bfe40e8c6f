#pragma once
// The Writer on SQLite. Internal to journal/sqlite.

#include <memory>
#include <string>

#include "journal/counters.h"
#include "journal/erasure.h"
#include "journal/payload.h"
#include "journal/sqlite/connection.h"
#include "journal/sqlite/durability.h"
#include "journal/sqlite/log_gathering.h"
#include "journal/store.h"
#include "journal/tallies.h"

namespace tillbridge::journal::sqlite {

class SearchIndex;
struct SqliteSettings;

class SqliteWriter final : public Writer {
 public:
  // The connection is the only one in the system that writes; the lock goes with the last owner.
  SqliteWriter(std::shared_ptr<LogGathering> gathering, std::unique_ptr<Connection> connection,
               const SqliteSettings& settings, std::shared_ptr<LockFile> lock);
  ~SqliteWriter() override;

  Result<std::vector<Receipt>> apply(std::span<const Step> steps) override;
  void maintain() override;
  Result<std::uint64_t> retire(const Retention& retention, Instant now,
                               std::uint64_t rows_max) override;
  Result<void> backup(const std::string& target_file,
                      std::function<void(double done)> progress) override;

 private:
  struct Statements;
  struct RetireStatements;

  void apply_one(const Step& step, Receipt& receipt, CounterChanges& counters,
                 TallyChanges& tallies);
  std::string workspace_of(const AddAttempt& a, const Step& step, std::size_t at);
  void add(const AddArrival& arrival, Receipt& receipt, CounterChanges& counters);
  void update(const UpdateArrival& change, CounterChanges& counters);
  void put(const PutRecord& record, CounterChanges& counters, TallyChanges& tallies);
  void add(const AddDelivery& delivery, Receipt& receipt, CounterChanges& counters,
           TallyChanges& tallies);
  void replace(const ReplaceDeliveryParts& change);
  void update(const UpdateDelivery& change, CounterChanges& counters, TallyChanges& tallies);
  void open(const OpenCase& opened, CounterChanges& counters);
  void close(const CloseCase& closed, CounterChanges& counters);
  void update(const UpdateCaseGroup& change, CounterChanges& counters);
  void add(const AddAudit& audit);
  void erase(const EraseRecord& erased, CounterChanges& counters);
  void erase_arrivals(RecordId record, const ErasedPerson& person);
  void erase_deliveries(RecordId record, const std::string& workspace, const ErasedPerson& person,
                        CounterChanges& counters);
  void flush(const CounterChanges& counters);
  void flush(const TallyChanges& tallies);
  void checkpoint();

  std::uint64_t retire_arrivals(std::uint64_t below, std::uint64_t rows, CounterChanges& counters);
  std::uint64_t retire_deliveries(std::uint64_t below, std::uint64_t rows,
                                  CounterChanges& counters);
  std::uint64_t retire_records(std::uint64_t below, std::uint64_t rows, CounterChanges& counters);

  std::shared_ptr<LockFile> lock_;
  std::string file_;
  std::string vfs_;
  std::shared_ptr<LogGathering> gathering_;  // of the connection
  std::unique_ptr<Connection> connection_;
  PayloadPacker packer_;
  std::unique_ptr<SearchIndex> search_;
  std::unique_ptr<Statements> sql_;
  std::unique_ptr<RetireStatements> retire_sql_;
  int wal_pages_ = 0;  // in the write-ahead log after the last commit
};

}  // namespace tillbridge::journal::sqlite
