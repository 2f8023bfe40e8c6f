#pragma once
// The Writer on PostgreSQL. Internal to journal/postgres.

#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "journal/counters.h"
#include "journal/erasure.h"
#include "journal/payload.h"
#include "journal/postgres/connection.h"
#include "journal/postgres/open_lists.h"
#include "journal/postgres/postgres_store.h"
#include "journal/postgres/row_array.h"
#include "journal/postgres/waves.h"
#include "journal/store.h"
#include "journal/tallies.h"

namespace tillbridge::journal::postgres {

class PostgresWriter final : public Writer {
 public:
  // The connection's application_name must be this writer's alone: its old sessions are ended by
  // it.
  PostgresWriter(ConnectionSettings connection_settings, PostgresSettings settings);
  ~PostgresWriter() override;

  Result<std::vector<Receipt>> apply(std::span<const Step> steps) override;
  void maintain() override;
  Result<std::uint64_t> retire(const Retention& retention, Instant now,
                               std::uint64_t rows_max) override;
  Result<void> backup(const std::string& target_file,
                      std::function<void(double done)> progress) override;

  void connect();  // throws Failure; does nothing when connected

 private:
  struct Batch;
  // The numbers of the types in migrations/0005 and 0006, in this database.
  struct RowTypes {
    std::uint32_t event = 0, arrival = 0, arrival_update = 0, record = 0, delivery = 0,
                  delivery_update = 0, attempt = 0, payload = 0;
  };

  std::vector<Receipt> apply_connected(std::span<const Step> steps);
  std::vector<Receipt> apply_once(std::span<const Step> steps, bool guesses);
  void look_up_workspaces(std::deque<Wave>& waves);
  void send_begin(const std::deque<Wave>& waves, Batch& batch);
  void send_fence(std::span<const Step> steps);
  void send(Wave& wave, std::span<const Step> steps, Batch& batch);
  void finish(const Wave& wave, Batch& batch);
  void commit(Batch& batch);
  std::string notice_of(const Batch& batch) const;
  void check_elsewhere(Batch& batch);
  void roll_back();
  void drop_connection(const std::string& why);
  bool is_committed(std::uint64_t number);  // after the answer was lost; waits until it is known
  std::uint64_t last_committed();           // of this writer, by the database

  bool send_events(const Parts<AddArrival>& parts, Batch& batch);
  void send_arrivals(const Parts<AddArrival>& parts, Batch& batch);
  void send_updates(const Parts<UpdateArrival>& parts, Batch& batch);
  void send_records(const Parts<PutRecord>& parts, Batch& batch);
  static void take_new_record(const PutRecord& r, Batch& batch);
  void take_record(const PutRecord& r, const Row& row, Batch& batch);
  static void take_new_delivery(const AddDelivery& d, Batch& batch);
  void send_deliveries(const Parts<AddDelivery>& parts, Batch& batch);
  // Of its new arrivals and deliveries.
  RowArray bodies_of(const Wave& wave, const Batch& batch);
  void send_parts(const Parts<ReplaceDeliveryParts>& parts);
  void send_updates(const Parts<UpdateDelivery>& parts, Batch& batch);
  void send_attempts(const Wave& wave, Batch& batch);
  void send_follow_up(Batch& batch);
  void send_desk(const Wave& wave, Batch& batch);
  void send_small(const Wave& wave, Batch& batch);
  void send_facts(const Parts<PutFact>& parts);
  void erase(const EraseRecord& erased, std::string_view workspace, Batch& batch);
  void erase_arrivals(RecordId record, std::string_view workspace, const ErasedPerson& person);
  void erase_deliveries(RecordId record, std::string_view workspace, const ErasedPerson& person,
                        Batch& batch);
  void send_open(const OpenLists::Changes& changes);
  void send_counters(const CounterChanges& counters);
  void send_tallies(const TallyChanges& tallies);

  std::uint64_t retire_class(std::string_view sql, const std::string& workspace,
                             std::uint64_t below, std::uint64_t rows);
  std::uint64_t retire_arrivals(const std::string& workspace, std::uint64_t below,
                                std::uint64_t rows, CounterChanges& counters);
  std::uint64_t retire_deliveries(const std::string& workspace, std::uint64_t below,
                                  std::uint64_t rows, CounterChanges& counters);
  std::uint64_t retire_records(const std::string& workspace, std::uint64_t below,
                               std::uint64_t rows, CounterChanges& counters);

  const ConnectionSettings connection_settings_;
  const PostgresSettings settings_;
  const std::string id_;  // unique: the application_name
  std::unique_ptr<Connection> connection_;
  std::string channel_;
  RowTypes types_;
  PayloadPacker packer_;
  std::set<std::string, std::less<>> workspaces_;  // known to be in the table
  std::uint64_t number_ = 0;                       // of the batch that was tried last
  std::uint64_t acknowledged_ = 0;                 // of the batch that was committed last
  std::uint64_t highest_record_ = 0;               // that was put
  Instant connected_at_;
  Tick guess_again_at_;
  Tick connect_again_at_;
  Duration pause_{0};
  Tick maintained_at_;
};

}  // namespace tillbridge::journal::postgres
