#include "journal/postgres/postgres_writer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <poll.h>

#include "journal/postgres/batch.h"
#include "journal/postgres/leases.h"
#include "journal/postgres/sql.gen.h"
#include "telemetry/log.h"

namespace tillbridge::journal::postgres {
namespace {

constexpr Duration pause_min = std::chrono::milliseconds{50};
constexpr Duration pause_max = std::chrono::seconds{2};
constexpr Duration maintain_every = std::chrono::minutes{1};
// A batch that is made twice each time would cost more than the guesses save.
constexpr Duration no_guesses_after_wrong_one = std::chrono::minutes{1};

Tick now() {
  return SystemClock().tick();
}

// Between two attempts to reach a server: there is nothing to be told by meanwhile.
void wait_for(Duration time) {
  ::poll(nullptr, 0, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(time).count()));
}

[[noreturn]] void stop_process(const std::string& why) {
  telemetry::log(telemetry::Level::error, "journal_state_unknown", {{"reason", why}});
  std::fprintf(stderr, "journal: %s, stopping\n", why.c_str());
  std::abort();
}

// The workspaces of changes that do not name theirs, by id.
using Found = std::unordered_map<std::uint64_t, std::string_view>;

template <typename Change>
std::uint64_t target_of(const Change& change) {
  if constexpr (requires { change.delivery; }) {
    return change.delivery.value;
  } else {
    return change.id.value;
  }
}

template <typename Change>
void ask_for(const Parts<Change>& parts, const Found& found, std::vector<std::uint64_t>& ids) {
  for (const auto& part : parts) {
    const auto id = target_of(*part.change);
    if (part.workspace.empty() && !found.contains(id)) ids.push_back(id);
  }
}

template <typename Change>
void fill_in(Parts<Change>& parts, const Found& found) {
  for (auto& part : parts) {
    if (!part.workspace.empty()) continue;
    const auto at = found.find(target_of(*part.change));
    if (at != found.end()) part.workspace = at->second;
  }
}

}  // namespace

PostgresWriter::PostgresWriter(ConnectionSettings connection_settings, PostgresSettings settings)
    : connection_settings_(std::move(connection_settings)),
      settings_(std::move(settings)),
      id_(connection_settings_.application_name) {}

PostgresWriter::~PostgresWriter() = default;

void PostgresWriter::connect() {
  if (connection_) return;
  if (now() < connect_again_at_) {
    throw Failure(Error::Kind::unavailable, "journal: PostgreSQL is away; tried again shortly");
  }
  try {
    connection_ = std::make_unique<Connection>(connection_settings_);
    // A machine that is gone must not keep its locks for hours.
    connection_->run(
        "SET idle_in_transaction_session_timeout = '5s'; SET tcp_keepalives_idle = 5;"
        "SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 2");
    const auto schema = connection_->query(sql::schema_name);
    channel_ = "tillbridge_" + std::string(schema[0].bytes(0));
    const auto types = connection_->query(sql::row_types);
    types[0].read(types_.event, types_.arrival, types_.arrival_update, types_.record,
                  types_.delivery, types_.delivery_update, types_.attempt, types_.payload);
    // Also finds out whether this is the server that has what was acknowledged.
    if (const auto last = last_committed(); last < acknowledged_) {
      stop_process(
          "PostgreSQL has lost commits that were acknowledged (a fail-over to a standby "
          "that was behind?)");
    }
    pause_ = Duration{0};
    connected_at_ = SystemClock().now();
  } catch (const Failure& failure) {
    drop_connection(failure.what());
    throw;
  }
}

void PostgresWriter::drop_connection(const std::string& why) {
  if (pause_ == Duration{0}) {
    telemetry::log(telemetry::Level::warning, "journal_connection_lost", {{"reason", why}});
  }
  connection_.reset();
  workspaces_.clear();  // after a fail-over they may be others
  pause_ = std::clamp(pause_ * 2, pause_min, pause_max);
  connect_again_at_ = now() + pause_;
}

std::uint64_t PostgresWriter::last_committed() {
  connection_->query(sql::end_old_sessions, Params(id_));
  const auto rows = connection_->query(sql::last_batch, Params(id_));
  return static_cast<std::uint64_t>(rows[0].integer(0));
}

bool PostgresWriter::is_committed(std::uint64_t number) {
  const Tick give_up_at = now() + settings_.settle_time_max;
  for (;;) {
    std::string why;
    try {
      connect_again_at_ = now();
      connect();
      return last_committed() == number;
    } catch (const Failure& failure) {
      why = failure.what();
      connection_.reset();
    }
    if (now() >= give_up_at) stop_process("whether a commit happened cannot be found out: " + why);
    wait_for(std::max(pause_, pause_min));
  }
}

void PostgresWriter::roll_back() {
  try {
    connection_->forget_handlers();
    try {
      connection_->sync();
    } catch (const Failure&) {
      // It failed already.
    }
    if (connection_->in_transaction()) connection_->run("ROLLBACK");
  } catch (const Failure& failure) {
    drop_connection(failure.what());
  }
}

Result<std::vector<Receipt>> PostgresWriter::apply(std::span<const Step> steps) {
  return guarded([&] {
    connect();
    try {
      return apply_connected(steps);
    } catch (const Failure& failure) {
      if (connection_ && (failure.lost() || connection_->lost())) drop_connection(failure.what());
      if (connection_) roll_back();
      throw;
    } catch (...) {
      // What is queued points into this call.
      drop_connection("an unexpected error within a batch");
      throw;
    }
  });
}

std::vector<Receipt> PostgresWriter::apply_connected(std::span<const Step> steps) {
  const bool guesses = now() >= guess_again_at_;
  try {
    return apply_once(steps, guesses);
  } catch (const Failure& failure) {
    if (!guesses || !failure.constraint()) throw;
  }
  // Nothing of it is stored: what failed is no guess the second time.
  guess_again_at_ = now() + no_guesses_after_wrong_one;
  roll_back();
  connect();
  return apply_once(steps, false);
}

std::vector<Receipt> PostgresWriter::apply_once(std::span<const Step> steps, bool guesses) {
  Batch batch;
  batch.guesses = guesses;
  batch.highest_record = std::max(highest_record_, lowest_id_at(connected_at_));
  batch.receipts.resize(steps.size());
  auto waves = in_waves(steps);
  look_up_workspaces(waves);
  send_begin(waves, batch);
  send_fence(steps);
  for (auto& wave : waves) {
    send(wave, steps, batch);
    finish(wave, batch);
  }
  check_elsewhere(batch);
  commit(batch);
  return std::move(batch.receipts);
}

void PostgresWriter::look_up_workspaces(std::deque<Wave>& waves) {
  Found arrivals, records, deliveries, cases, groups;
  std::vector<std::uint64_t> of_arrivals, of_records, of_deliveries, of_cases, of_groups;
  for (const auto& wave : waves) {
    for (const auto& a : wave.arrivals) arrivals[a.change->id.value] = a.workspace;
    for (const auto& r : wave.records) records[r.change->id.value] = r.workspace;
    for (const auto& d : wave.deliveries) deliveries[d.change->id.value] = d.workspace;
    for (const auto& c : wave.cases) cases[c.change->id.value] = c.workspace;
    for (const auto& c : wave.cases) groups[c.change->id.value] = c.workspace;
  }
  for (const auto& wave : waves) {
    ask_for(wave.arrival_updates, arrivals, of_arrivals);
    ask_for(wave.erased, records, of_records);
    ask_for(wave.delivery_parts, deliveries, of_deliveries);
    ask_for(wave.delivery_updates, deliveries, of_deliveries);
    ask_for(wave.attempts, deliveries, of_deliveries);
    ask_for(wave.closed_cases, cases, of_cases);
    ask_for(wave.case_groups, groups, of_groups);
  }
  // Most steps name the workspaces of all that they change: no round trip then.
  bool is_asked = false;
  const auto look = [&](std::string_view sql, const std::vector<std::uint64_t>& ids, Found& found) {
    if (ids.empty()) return;
    is_asked = true;
    connection_->send(sql, Params(ids), [this, &found](const Rows& rows) {
      for (int at = 0; at < rows.size(); ++at) {
        const auto name = workspaces_.emplace(rows[at].bytes(1)).first;
        found.emplace(static_cast<std::uint64_t>(rows[at].integer(0)), *name);
      }
    });
  };
  look(sql::arrivals_anywhere, of_arrivals, arrivals);
  look(sql::records_anywhere, of_records, records);
  look(sql::deliveries_anywhere, of_deliveries, deliveries);
  look(sql::cases_anywhere, of_cases, cases);
  look(sql::case_groups_anywhere, of_groups, groups);
  if (is_asked) connection_->sync();
  for (auto& wave : waves) {
    fill_in(wave.arrival_updates, arrivals);
    fill_in(wave.erased, records);
    fill_in(wave.delivery_parts, deliveries);
    fill_in(wave.delivery_updates, deliveries);
    fill_in(wave.attempts, deliveries);
    fill_in(wave.closed_cases, cases);
    fill_in(wave.case_groups, groups);
  }
}

void PostgresWriter::send_begin(const std::deque<Wave>& waves, Batch& batch) {
  const auto know = [&](const auto& parts) {
    for (const auto& part : parts) {
      if (workspaces_.contains(part.change->workspace)) continue;
      const auto& name = part.change->workspace;
      if (std::find(batch.new_workspaces.begin(), batch.new_workspaces.end(), name) ==
          batch.new_workspaces.end()) {
        batch.new_workspaces.push_back(name);
      }
    }
  };
  for (const auto& wave : waves) {
    know(wave.arrivals);
    know(wave.records);
    know(wave.deliveries);
    know(wave.cases);
    know(wave.notes);
    know(wave.settings);
    know(wave.audits);
  }
  connection_->send(sql::begin);
  connection_->send(sql::mark_batch, Params(id_, ++number_));
  if (!batch.new_workspaces.empty()) {
    connection_->send(sql::add_workspaces, Params(batch.new_workspaces));
  }
}

// First of all, so that who takes a lease waits for this transaction, or this one sees that it is
// gone.
void PostgresWriter::send_fence(std::span<const Step> steps) {
  if (!settings_.fence) return;
  auto needed = settings_.fence->needed(steps);
  if (!needed) throw Failure(needed.error().kind, needed.error().what);
  if (needed->empty()) return;
  std::vector<std::uint8_t> shards;
  for (const auto& lease : *needed) shards.push_back(lease.shard);
  const auto check = [this, leases = std::move(*needed)](const Rows& rows) {
    for (int at = 0; at < rows.size(); ++at) {
      Lease lease;
      std::optional<std::uint16_t> owner;
      rows[at].read(lease.shard, lease.epoch, owner);
      if (owner == settings_.node && lease == leases[static_cast<std::size_t>(at)]) continue;
      throw Failure(
          Error::Kind::unavailable,
          "journal: the lease of shard " + std::to_string(lease.shard) + " is another node's");
    }
  };
  connection_->send(sql::hold_leases, Params(shards), check);
}

// Events go first, and those that are not taken for new ones are answered before the rest: arrivals
// and bodies then go in as they stay, without a look at other tables. Bodies are packed while the
// server works on what was sent.
void PostgresWriter::send(Wave& wave, std::span<const Step> steps, Batch& batch) {
  batch.new_records.clear();
  std::optional<RowArray> bodies;
  if (send_events(wave.arrivals, batch)) {
    connection_->start();
    bodies = bodies_of(wave, batch);
    connection_->sync();
  }
  if (!wave.arrivals.empty()) send_arrivals(wave.arrivals, batch);
  if (batch.has_duplicates) {
    // Steps that are for fresh arrivals only end with their arrivals when one of those is known: in
    // this wave and in the next ones. What was made meanwhile is made again.
    leave_out(wave, [&](std::size_t step) {
      return steps[step].only_if_fresh && !batch.receipts[step].duplicate_arrivals.empty();
    });
    bodies.reset();
  }
  if (!wave.arrival_updates.empty()) send_updates(wave.arrival_updates, batch);
  connection_->start();
  if (!wave.records.empty()) send_records(wave.records, batch);
  if (!wave.deliveries.empty()) send_deliveries(wave.deliveries, batch);
  connection_->start();
  if (!bodies) bodies = bodies_of(wave, batch);
  if (!bodies->empty()) connection_->send(sql::add_payloads, bodies->params());
  connection_->start();
  if (!wave.delivery_parts.empty()) send_parts(wave.delivery_parts);
  if (!wave.delivery_updates.empty()) send_updates(wave.delivery_updates, batch);
  if (!wave.attempts.empty()) send_attempts(wave, batch);
  send_desk(wave, batch);
  send_small(wave, batch);
}

void PostgresWriter::finish(const Wave& wave, Batch& batch) {
  connection_->sync();
  for (const auto& part : wave.records) {
    batch.highest_record = std::max(batch.highest_record, part.change->id.value);
  }
  send_follow_up(batch);
  for (const auto& erased : wave.erased) {
    // One whose record was not found has nothing to erase.
    if (!erased.workspace.empty()) erase(*erased.change, erased.workspace, batch);
  }
}

void PostgresWriter::check_elsewhere(Batch& batch) {
  if (batch.doubtful.empty()) return;
  std::vector<std::uint64_t> ids;
  for (const auto& [id, workspace] : batch.doubtful) ids.push_back(id);
  const auto rows = connection_->query(sql::records_anywhere, Params(ids));
  for (int at = 0; at < rows.size(); ++at) {
    const auto id = static_cast<std::uint64_t>(rows[at].integer(0));
    for (const auto& [doubtful, workspace] : batch.doubtful) {
      if (doubtful == id && rows[at].bytes(1) != workspace) {
        corrupt("record " + text_of(id) + " is another workspace's");
      }
    }
  }
}

void PostgresWriter::commit(Batch& batch) {
  send_open(batch.open.changes());
  send_counters(batch.counters);
  send_tallies(batch.tallies);
  if (!batch.arrivals.empty()) batch.kinds |= change_arrivals;
  if (!batch.deliveries.empty()) batch.kinds |= change_deliveries;
  if (batch.kinds != 0) {
    connection_->send(sql::add_change,
                      Params(settings_.node, batch.kinds, batch.arrivals, batch.deliveries));
  }
  const std::string notice = notice_of(batch);
  bool committed = false;
  connection_->send(sql::commit, {}, [&committed](const Rows&) { committed = true; });
  const auto look_whether_committed = [&](const std::string& why) {
    drop_connection(why);
    committed = committed || is_committed(number_);
    if (!committed) throw Failure(Error::Kind::unavailable, "the commit did not happen: " + why);
  };
  try {
    connection_->start_answering();
    if (!notice.empty()) connection_->send(sql::notify, Params(channel_, notice));
    connection_->sync_later();
    connection_->hear();
  } catch (const Failure& failure) {
    const bool lost = failure.lost() || connection_->lost();
    if (!committed && !lost) throw;  // a statement before COMMIT was refused
    if (lost) look_whether_committed(failure.what());
  }
  if (!committed) look_whether_committed("it was not answered");
  acknowledged_ = number_;
  highest_record_ = batch.highest_record;
  for (const auto& name : batch.new_workspaces) workspaces_.insert(name);
}

// After COMMIT, not in the transaction: PostgreSQL lets one transaction at a time commit with a
// notification, and nodes would wait for each other's syncs. Nobody waits for it here: what is not
// heard is found by the listeners' own looks.
std::string PostgresWriter::notice_of(const Batch& batch) const {
  if (batch.kinds == 0) return "";
  std::string text = text_of(settings_.node);
  if ((batch.kinds & change_arrivals) != 0) text += " arrivals";
  if ((batch.kinds & change_deliveries) != 0) text += " deliveries";
  if ((batch.kinds & change_pauses) != 0) text += " pauses";
  if ((batch.kinds & change_settings) != 0) text += " settings";
  return text;
}

void PostgresWriter::send_open(const OpenLists::Changes& changes) {
  // With one list for all rows, PostgreSQL would read all of the list instead of looking each up.
  ArrayRows removed;
  for (const auto& [list, ids] : changes.removed) {
    for (const std::uint64_t id : ids) removed.add(list.first, list.second, id);
  }
  if (!removed.empty()) connection_->send(sql::open_deliveries_removed, removed.params());
  for (const auto& [list, ids] : changes.added) {
    connection_->send(sql::open_deliveries_added, Params(list.first, list.second, ids));
  }
}

// Rows per name, so that nodes do not wait for each other; in the order of their keys.
void PostgresWriter::send_counters(const CounterChanges& counters) {
  ArrayRows rows;
  for (const auto& [workspace, values] : counters.by_workspace()) {
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (values[at] != 0) rows.add(workspace, at, settings_.node, values[at]);
    }
  }
  if (!rows.empty()) connection_->send(sql::add_to_counters, rows.params());
}

void PostgresWriter::send_tallies(const TallyChanges& tallies) {
  ArrayRows rows;
  for (const auto& [key, value] : tallies.values()) {
    if (value != 0) rows.add(key.workspace, key.hour, key.name, settings_.node, value);
  }
  if (!rows.empty()) connection_->send(sql::add_to_tallies, rows.params());
}

void PostgresWriter::maintain() {
  if (!connection_ || now() < maintained_at_ + maintain_every) return;
  maintained_at_ = now();
  try {
    connection_->query(sql::remove_old_changes);
    connection_->query(sql::remove_old_writers);
  } catch (const Failure& failure) {
    telemetry::log(telemetry::Level::warning, "journal_maintenance_failed",
                   {{"reason", failure.what()}});
    if (failure.lost() || connection_->lost()) {
      drop_connection(failure.what());
    } else {
      roll_back();
    }
  }
}

Result<void> PostgresWriter::backup(const std::string& /*target_file*/,
                                    std::function<void(double done)> /*progress*/) {
  return fail(Error::Kind::invalid_input,
              "this journal is a PostgreSQL database and is backed up with PostgreSQL's own tools, "
              "while the hub runs: pg_dump --format=custom for a copy of this moment, or "
              "pg_basebackup with an archive of the log (pgBackRest, WAL-G) to go back to any "
              "moment");
}

}  // namespace tillbridge::journal::postgres
