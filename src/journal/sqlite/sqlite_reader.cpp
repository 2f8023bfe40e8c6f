#include "journal/sqlite/sqlite_reader.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "journal/counters.h"
#include "journal/journey_limit.h"
#include "journal/search_keys.h"
#include "journal/sqlite/reader_statements.h"
#include "journal/sqlite/rows.h"

namespace tillbridge::journal::sqlite {
namespace {

// LIMIT: arrivals without a record are searched among the newest of them only.
constexpr int loose_arrivals_looked_at = 20'000;

std::uint64_t size_of(const std::string& file) {
  std::error_code failed;
  const auto size = std::filesystem::file_size(file, failed);
  return failed ? 0 : size;
}

}  // namespace

SqliteReader::SqliteReader(std::unique_ptr<Connection> connection, std::string file)
    : connection_(std::move(connection)),
      file_(std::move(file)),
      sql_(std::make_unique<Statements>(*connection_)) {}

SqliteReader::~SqliteReader() = default;

Result<void> SqliteReader::open_arrivals(
    const std::function<void(const OpenArrival&)>& on_arrival) {
  return guarded([&] {
    auto arrivals = sql_->open_arrivals.rows();
    while (arrivals.next()) {
      OpenArrival a;
      arrivals.read(a.id, a.workspace, a.connection, a.subject, a.announces, a.source,
                    a.received_at, a.happened_at, a.due_at, a.tries);
      on_arrival(a);
    }
  });
}

Result<std::vector<OpenDelivery>> SqliteReader::open_deliveries(DeliveryId after, DeliveryId until,
                                                                std::size_t limit) {
  return guarded([&] {
    std::vector<OpenDelivery> found;
    auto deliveries = sql_->open_deliveries.rows(after, until, limit);
    while (deliveries.next()) {
      OpenDelivery& d = found.emplace_back();
      deliveries.read(d.id, d.record, d.workspace, d.connection, d.flow, d.store, d.lane,
                      d.priority, d.on_reject, d.settle, d.state, d.due_at, d.happened_at,
                      d.attempts, d.attempts_made, d.parts_done, d.parts);
    }
    return found;
  });
}

Result<std::uint64_t> SqliteReader::highest_id() {
  return guarded([&] {
    auto rows = sql_->highest_id.rows();
    return rows.next() ? static_cast<std::uint64_t>(rows.integer(0)) : 0;
  });
}

Result<std::vector<Pause>> SqliteReader::pauses() {
  return guarded([&] {
    std::vector<Pause> found;
    auto rows = sql_->pauses.rows();
    while (rows.next()) {
      Pause p;
      rows.read(p.workspace, p.connection, p.at, p.by, p.reason);
      found.push_back(std::move(p));
    }
    return found;
  });
}

std::string SqliteReader::payload_of(std::uint64_t id) {
  auto rows = sql_->payload.rows(id);
  if (!rows.next()) return {};
  StoredPayload stored;
  rows.read(stored.codec, stored.checksum);
  stored.bytes = rows.bytes(2);
  auto body = opener_.open(stored);
  if (!body) {
    throw Failure(Error::Kind::corrupt,
                  "journal: payload " + std::to_string(id) + ": " + body.error().what);
  }
  return std::move(*body);
}

Result<std::vector<DeliveryBody>> SqliteReader::delivery_bodies(std::span<const DeliveryId> ids) {
  return guarded([&] {
    std::vector<DeliveryBody> bodies;
    bodies.reserve(ids.size());
    for (const auto id : ids) {
      const std::string body = payload_of(id.value);
      auto parts = split_parts(body);
      if (!parts || parts->empty()) {
        throw Failure(Error::Kind::corrupt,
                      "journal: delivery " + std::to_string(id.value) + ": " +
                          (parts ? "its body is gone or never was" : parts.error().what));
      }
      bodies.push_back({id, std::move(*parts)});
    }
    return bodies;
  });
}

Result<std::vector<std::optional<RecordRow>>> SqliteReader::records_by_key(
    const std::string& workspace, std::span<const std::string> keys, bool with_payload) {
  return guarded([&] {
    std::vector<std::optional<RecordRow>> found(keys.size());
    Transaction snapshot(*connection_, Transaction::Kind::read);
    for (std::size_t at = 0; at < keys.size(); ++at) {
      auto rows = sql_->record_by_key.rows(workspace, keys[at]);
      if (!rows.next()) continue;
      found[at] = record_of(rows);
      if (with_payload) found[at]->payload = payload_of(found[at]->id.value);
    }
    return found;
  });
}

Result<std::vector<bool>> SqliteReader::known_subjects(const std::string& workspace,
                                                       std::span<const std::string> subjects) {
  return guarded([&] {
    std::vector<bool> known(subjects.size(), false);
    Transaction snapshot(*connection_, Transaction::Kind::read);
    for (std::size_t at = 0; at < subjects.size(); ++at) {
      auto rows = sql_->known_subject.rows(workspace, subjects[at]);
      known[at] = rows.next() && rows.integer(0) != 0;
    }
    return known;
  });
}

Result<std::vector<RecordRow>> SqliteReader::open_records(const std::string& workspace,
                                                          RecordId after, std::size_t limit) {
  return guarded([&] {
    std::vector<RecordRow> found;
    append(found, sql_->open_records.rows(workspace, after, limit), record_of);
    return found;
  });
}

Result<std::optional<std::string>> SqliteReader::cursor(const std::string& workspace,
                                                        const std::string& name) {
  return guarded([&] {
    auto rows = sql_->cursor.rows(workspace, name);
    return rows.next() ? std::optional<std::string>(rows.bytes(0)) : std::nullopt;
  });
}

Result<std::vector<std::optional<std::string>>> SqliteReader::facts(
    const std::string& workspace, const std::string& connection,
    std::span<const std::string> keys) {
  return guarded([&] {
    std::vector<std::optional<std::string>> found(keys.size());
    for (std::size_t at = 0; at < keys.size(); ++at) {
      auto rows = sql_->fact.rows(workspace, connection, keys[at]);
      if (rows.next()) rows.read(found[at].emplace());
    }
    return found;
  });
}

Result<std::vector<DeliveryRow>> SqliteReader::deliveries_planned(const std::string& workspace,
                                                                  const std::string& connection,
                                                                  DeliveryId after,
                                                                  DeliveryId until,
                                                                  std::size_t limit) {
  return guarded([&] {
    std::vector<DeliveryRow> found;
    auto rows = sql_->deliveries_planned.rows(workspace, connection, after, until, limit);
    while (rows.next()) found.push_back(delivery_of(rows));
    return found;
  });
}

Result<std::optional<SettingsVersion>> SqliteReader::latest_settings(const std::string& workspace) {
  return guarded([&]() -> std::optional<SettingsVersion> {
    auto rows = sql_->latest_settings.rows(workspace);
    if (!rows.next()) return std::nullopt;
    SettingsVersion settings;
    rows.read(settings.version, settings.at, settings.by, settings.document);
    return settings;
  });
}

Result<std::optional<Journey>> SqliteReader::journey(RecordId record) {
  return guarded([&]() -> std::optional<Journey> {
    Transaction snapshot(*connection_, Transaction::Kind::read);
    Journey journey;
    {
      auto rows = sql_->record_by_id.rows(record);
      if (!rows.next()) return std::nullopt;
      journey.record = record_of(rows);
    }
    journey.record.payload = payload_of(record.value);
    add_arrivals(journey);
    add_deliveries(journey);
    add_cases_and_notes(journey);
    return journey;
  });
}

Result<std::optional<ArrivalRow>> SqliteReader::arrival(ArrivalId id) {
  return guarded([&]() -> std::optional<ArrivalRow> {
    Transaction snapshot(*connection_, Transaction::Kind::read);
    auto rows = sql_->arrival_by_id.rows(id);
    if (!rows.next()) return std::nullopt;
    ArrivalRow row = arrival_of(rows);
    row.payload = payload_of(id.value);
    return row;
  });
}

void SqliteReader::add_arrivals(Journey& journey) {
  auto& arrivals = journey.arrivals;
  append(arrivals, sql_->arrivals_of_record.rows(journey.record.id), arrival_of);
  const std::size_t originals = arrivals.size();
  for (std::size_t at = 0; at < originals; ++at) {
    if (arrivals[at].external_id.empty()) continue;
    const auto original = arrivals[at];
    append(arrivals,
           sql_->duplicates_of_event.rows(original.workspace, original.connection,
                                          original.external_id),
           arrival_of);
  }
  std::sort(arrivals.begin(), arrivals.end(),
            [](const ArrivalRow& a, const ArrivalRow& b) { return a.id < b.id; });
  // A duplicate that was itself tied to the record is found both ways.
  arrivals.erase(std::unique(arrivals.begin(), arrivals.end(),
                             [](const ArrivalRow& a, const ArrivalRow& b) { return a.id == b.id; }),
                 arrivals.end());
  for (auto& arrival : arrivals) arrival.payload = payload_of(arrival.id.value);
}

void SqliteReader::add_deliveries(Journey& journey) {
  auto rows = sql_->deliveries_of_record.rows(journey.record.id, journey_deliveries_max);
  while (rows.next()) {
    DeliveryRow d = delivery_of(rows);
    auto parts = split_parts(payload_of(d.id.value));
    if (!parts) {
      throw Failure(Error::Kind::corrupt,
                    "journal: delivery " + std::to_string(d.id.value) + ": " + parts.error().what);
    }
    d.parts = std::move(*parts);
    auto tries = sql_->attempts_of_delivery.rows(d.id);
    while (tries.next()) {
      AttemptRow a;
      tries.read(a.number, a.trigger, a.at, a.took, a.outcome, a.http_status, a.reason,
                 a.parts_sent);
      d.tries.push_back(std::move(a));
    }
    journey.deliveries.push_back(std::move(d));
  }
}

void SqliteReader::add_cases_and_notes(Journey& journey) {
  std::vector<std::pair<std::uint64_t, NoteRow>> notes;
  const auto add_notes = [&](std::uint64_t subject) {
    auto rows = sql_->notes_of_subject.rows(subject);
    while (rows.next()) {
      std::uint64_t id = 0;
      NoteRow n;
      rows.read(id, n.at, n.subject, n.kind, n.text);
      notes.emplace_back(id, std::move(n));
    }
  };
  append(journey.cases, sql_->cases_of_record.rows(journey.record.id), case_of);
  add_notes(journey.record.id.value);
  for (const auto& delivery : journey.deliveries) {
    append(journey.cases, sql_->cases_of_delivery.rows(delivery.id), case_of);
    add_notes(delivery.id.value);
  }
  for (const auto& arrival : journey.arrivals) {
    append(journey.cases, sql_->cases_of_arrival.rows(arrival.id), case_of);
    add_notes(arrival.id.value);
  }
  std::sort(journey.cases.begin(), journey.cases.end(),
            [](const CaseRow& a, const CaseRow& b) { return a.id < b.id; });
  std::sort(notes.begin(), notes.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& note : notes) journey.notes.push_back(std::move(note.second));
}

Result<std::vector<ArrivalRow>> SqliteReader::search_arrivals(const std::string& workspace,
                                                              const std::string& text,
                                                              std::size_t limit) {
  return guarded([&] {
    std::vector<ArrivalRow> found;
    const std::string wanted = folded(text);
    append(found, sql_->resolved_arrival_of_event.rows(workspace, text, limit), arrival_of);
    limit -= std::min(limit, found.size());
    if (workspace.empty()) {
      append(found, sql_->loose_arrivals.rows(loose_arrivals_looked_at, wanted, limit), arrival_of);
    } else {
      append(found,
             sql_->loose_arrivals_of_workspace.rows(workspace, loose_arrivals_looked_at, wanted,
                                                    limit),
             arrival_of);
    }
    for (auto& arrival : found) arrival.payload = payload_of(arrival.id.value);
    return found;
  });
}

Result<std::vector<CaseRow>> SqliteReader::cases(const std::string& workspace, bool open_only,
                                                 std::size_t limit) {
  return guarded([&] {
    std::vector<CaseRow> found;
    if (workspace.empty()) {
      auto& statement = open_only ? sql_->open_cases : sql_->cases;
      append(found, statement.rows(limit), case_of);
    } else {
      auto& statement = open_only ? sql_->open_cases_of_workspace : sql_->cases_of_workspace;
      append(found, statement.rows(workspace, limit), case_of);
    }
    return found;
  });
}

Result<Counts> SqliteReader::counts() {
  return guarded([&] {
    CounterChanges::Values values{};
    auto rows = sql_->counters.rows();
    while (rows.next()) {
      const auto name = static_cast<std::size_t>(rows.integer(0));
      if (name < values.size()) values[name] = rows.integer(1);
    }
    auto counts = to_counts(values);
    counts.bytes_on_disk = size_of(file_) + size_of(file_ + "-wal");
    return counts;
  });
}

}  // namespace tillbridge::journal::sqlite
