#include "journal/postgres/copy_target.h"

#include "journal/postgres/binary_rows.h"
#include "journal/postgres/connection.h"
#include "journal/postgres/params.h"
#include "journal/postgres/schema.h"
#include "journal/postgres/sql.gen.h"

namespace tillbridge::journal::postgres {
namespace {

// LIMIT: of one statement. An index over a very large journal takes a while; a server that is gone
// is noticed by the keepalives long before.
constexpr Duration answer_time_max = std::chrono::hours{12};
constexpr std::size_t sent_at_once = 256U << 10U;    // bytes
constexpr std::size_t batch_bytes_max = 32U << 20U;  // of one transaction
// As autovacuum does: below it the statistics that the migrations began with are the better ones.
constexpr std::uint64_t analyzed_from_rows = 50;

// The other side is read in between, for as long as that takes.
constexpr const char* session =
    "SET idle_in_transaction_session_timeout = 0; SET statement_timeout = 0;"
    "SET lock_timeout = '3s'; SET maintenance_work_mem = '256MB'";

std::string quoted(std::string_view name) {
  return '"' + std::string(name) + '"';
}

std::string table_and_columns(const copy::Table& table) {
  std::string columns;
  for (const auto& column : table.columns) {
    columns += (columns.empty() ? "" : ", ") + quoted(column.name);
  }
  return quoted(table.name) + " (" + columns + ")";
}

// Made once: what is prepared must stay where it is.
const std::string& tables_with_rows() {
  static const std::string sql = [] {
    std::string made;
    for (const auto& table : copy::tables()) {
      made += (made.empty() ? "SELECT '" : " UNION ALL SELECT '") + std::string(table.name) +
              "' WHERE EXISTS (SELECT 1 FROM " + quoted(table.name) + ")";
    }
    return made;
  }();
  return sql;
}

std::string empty_all_tables() {
  std::string names;
  for (const auto& table : copy::tables()) {
    names += (names.empty() ? "" : ", ") + quoted(table.name);
  }
  return "TRUNCATE " + names;
}

[[noreturn]] void refuse(const std::string& why) {
  throw Failure(Error::Kind::invalid_input, "journal: " + why);
}

}  // namespace

CopyTarget::CopyTarget(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}

CopyTarget::~CopyTarget() = default;

Result<std::unique_ptr<CopyTarget>> CopyTarget::open(const std::string& url, bool read_only) {
  return guarded([&] {
    ConnectionSettings settings{url, "tillbridge journal copy"};
    settings.answer_time_max = answer_time_max;
    {
      // On its own: the lock under which tables are made lasts as long as its session.
      Connection preparing(settings);
      check_durable(preparing);
      if (!read_only) migrate(preparing);
      check_schema(preparing);
    }
    auto connection = std::make_unique<Connection>(settings);
    connection->run(session);
    return std::unique_ptr<CopyTarget>(new CopyTarget(std::move(connection)));
  });
}

// Waits a moment: the session of a copy that was killed may not be gone yet.
void CopyTarget::lock() {
  try {
    connection_->query(sql::lock_copying);
  } catch (const Failure& failure) {
    if (failure.lost()) throw;
    refuse("another copy into this database is under way");
  }
}

void CopyTarget::refuse_leader() {
  const auto running = connection_->query(sql::hold_all_leases);
  if (running.empty()) {
    connection_->query(sql::end_all_leases);
    return;
  }
  const std::string machine(running[0].bytes(1));
  refuse("the hub with number " + std::to_string(running[0].integer(0)) +
         (machine.empty() ? "" : " on " + machine) + " leads on the target: stop it first");
}

void CopyTarget::make_room(bool start_over) {
  const auto found = connection_->query(tables_with_rows());
  const auto copied = connection_->query(sql::copied);
  const bool is_incomplete = !copied.empty() && copied[0].integer(2) != 0;
  if (is_incomplete && start_over) {
    connection_->run(empty_all_tables());
    return;
  }
  if (is_incomplete) {
    refuse("the target holds an incomplete copy of " + std::string(copied[0].bytes(0)) +
           ", begun " + std::string(copied[0].bytes(1)) +
           " UTC: --start-over removes it and begins again");
  }
  if (found.empty()) return;
  std::string names;
  for (int at = 0; at < found.size(); ++at) {
    names += (at == 0 ? "" : ", ") + std::string(found[at].bytes(0));
  }
  refuse("the target has data of its own (" + names +
         "): a copy goes into an empty database or schema only");
}

Result<void> CopyTarget::begin(const std::string& source, bool start_over) {
  return guarded([&] {
    lock();
    connection_->query(sql::begin);
    refuse_leader();
    make_room(start_over);
    connection_->query(sql::drop_search_index);
    connection_->query(sql::put_copied, Params(source));
    connection_->query(sql::commit);
  });
}

void CopyTarget::begin_batch() {
  connection_->begin_copy_in("COPY " + table_and_columns(*table_) + " FROM STDIN (FORMAT binary)");
  append_copy_header(unsent_);
  batch_bytes_ = 0;
  batch_open_ = true;
}

void CopyTarget::end_batch() {
  append_copy_end(unsent_);
  connection_->put_copy(unsent_);
  unsent_.clear();
  connection_->end_copy_in();
  batch_open_ = false;
}

Result<void> CopyTarget::begin_table(const copy::Table& table) {
  table_ = &table;
  added_[table.name] = 0;
  return {};
}

Result<void> CopyTarget::add(copy::Row row) {
  return guarded([&] {
    if (!batch_open_) begin_batch();
    append_copy_row(unsent_, *table_, row);
    ++added_[table_->name];
    if (unsent_.size() < sent_at_once) return;
    batch_bytes_ += unsent_.size();
    if (batch_bytes_ >= batch_bytes_max) {
      end_batch();
    } else {
      connection_->put_copy(unsent_);
      unsent_.clear();
    }
  });
}

Result<void> CopyTarget::end_table() {
  return guarded([&] {
    if (batch_open_) end_batch();
  });
}

Result<void> CopyTarget::settle() {
  return guarded([&] {
    connection_->query(sql::make_search_index);
    for (const auto& [table, rows] : added_) {
      if (rows >= analyzed_from_rows) connection_->run("VACUUM (ANALYZE) " + quoted(table));
    }
  });
}

Result<void> CopyTarget::begin_reading() {
  return guarded([&] { connection_->query(sql::begin_read); });
}

Result<void> CopyTarget::read(const copy::Table& table, const copy::OnRow& on_row) {
  CopyRows rows(table);
  TB_CHECK(guarded([&] {
    connection_->copy_out("COPY " + table_and_columns(table) + " TO STDOUT (FORMAT binary)",
                          [&](std::string_view data) { return rows.take(data, on_row); });
  }));
  return rows.result();
}

Result<void> CopyTarget::end_reading() {
  return guarded([&] { connection_->query(sql::end_read); });
}

Result<void> CopyTarget::finish() {
  return guarded([&] { connection_->query(sql::finish_copied); });
}

bool CopyTarget::is_storable(std::string_view text) const {
  return postgres::is_storable(text);
}

std::string CopyTarget::storable(std::string_view text) const {
  return postgres::storable(text);
}

}  // namespace tillbridge::journal::postgres
