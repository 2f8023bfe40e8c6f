#include "journal/postgres/postgres_reader.h"

#include <algorithm>

#include "journal/counters.h"
#include "journal/journey_limit.h"
#include "journal/postgres/rows.h"
#include "journal/postgres/sql.gen.h"
#include "telemetry/log.h"

namespace tillbridge::journal::postgres {
namespace {

// LIMIT: arrivals without a record are searched among the newest of them only.
constexpr int loose_arrivals_looked_at = 20'000;

template <typename Things>
std::vector<std::uint64_t> ids_of(const Things& things) {
  std::vector<std::uint64_t> ids;
  for (const auto& thing : things) ids.push_back(thing.id.value);
  return ids;
}

}  // namespace

PostgresReader::PostgresReader(ConnectionSettings settings) : settings_(std::move(settings)) {}

PostgresReader::~PostgresReader() = default;

void PostgresReader::connect() {
  if (connection_ && connection_->lost()) connection_.reset();
  if (!connection_) connection_ = std::make_unique<Connection>(settings_);
  // A failure before may have left statements without an answer.
  connection_->forget_handlers();
}

Result<void> PostgresReader::open_arrivals(
    const std::function<void(const OpenArrival&)>& on_arrival) {
  bool told = false;  // then it must not begin again
  return asked([&] {
    if (told) throw Failure(Error::Kind::unavailable, "journal: the connection was lost");
    const Snapshot snapshot(*connection_, true);
    connection_->send(sql::declare_open_arrivals);
    for (bool more = true; more;) {
      const auto rows = connection_->query(sql::fetch_open_arrivals);
      for (int at = 0; at < rows.size(); ++at) on_arrival(open_arrival_of(rows[at]));
      more = !rows.empty();
      told = told || more;
    }
  });
}

Result<std::vector<OpenDelivery>> PostgresReader::open_deliveries(DeliveryId after,
                                                                  DeliveryId until,
                                                                  std::size_t limit) {
  return asked([&] {
    constexpr int listed_column = 17;
    std::vector<OpenDelivery> found;
    std::size_t missing = 0;
    DeliveryId last = after;
    for (bool more = true; more;) {
      const std::size_t wanted = limit - found.size();
      const auto rows = connection_->query(sql::open_deliveries, Params(last, until, wanted));
      found.reserve(found.size() + static_cast<std::size_t>(rows.size()));
      for (int at = 0; at < rows.size(); ++at) {
        last = DeliveryId{static_cast<std::uint64_t>(rows[at].integer(listed_column))};
        if (rows[at].is_null(0)) {
          ++missing;
        } else {
          found.push_back(open_delivery_of(rows[at]));
        }
      }
      more = static_cast<std::size_t>(rows.size()) == wanted && found.size() < limit;
    }
    if (missing > 0) {
      telemetry::log(telemetry::Level::error, "open_deliveries_missing",
                     {{"deliveries", missing},
                      {"after", after.value},
                      {"until", last.value},
                      {"do", "they are left out; run tillbridge journal verify"}});
    }
    return found;
  });
}

Result<std::uint64_t> PostgresReader::highest_id() {
  return asked([&] {
    const auto rows = connection_->query(sql::highest_id);
    return static_cast<std::uint64_t>(rows[0].integer(0));
  });
}

Result<std::vector<Pause>> PostgresReader::pauses() {
  return asked([&] {
    std::vector<Pause> found;
    const auto rows = connection_->query(sql::pauses);
    for (int at = 0; at < rows.size(); ++at) {
      auto& p = found.emplace_back();
      rows[at].read(p.workspace, p.connection, p.at, p.by, p.reason);
    }
    return found;
  });
}

PostgresReader::Bodies PostgresReader::bodies_of(const Rows& rows) {
  Bodies bodies;
  for (int at = 0; at < rows.size(); ++at) {
    std::uint64_t id = 0;
    StoredPayload stored;
    rows[at].read(id, stored.codec, stored.checksum);
    stored.bytes = rows[at].bytes(3);
    auto body = opener_.open(stored);
    if (!body) corrupt("payload " + std::to_string(id) + ": " + body.error().what);
    bodies.emplace(id, std::move(*body));
  }
  return bodies;
}

PostgresReader::Bodies PostgresReader::bodies_of(const std::string& workspace,
                                                 const std::vector<std::uint64_t>& ids) {
  if (ids.empty()) return {};
  return bodies_of(connection_->query(sql::payloads, Params(workspace, ids)));
}

Result<std::vector<DeliveryBody>> PostgresReader::delivery_bodies(std::span<const DeliveryId> ids) {
  return asked([&] {
    const std::vector<DeliveryId> wanted(ids.begin(), ids.end());
    const auto stored = bodies_of(connection_->query(sql::payloads_anywhere, Params(wanted)));
    std::vector<DeliveryBody> bodies;
    bodies.reserve(ids.size());
    for (const auto id : ids) {
      const auto body = stored.find(id.value);
      auto parts = split_parts(body == stored.end() ? std::string_view() : body->second);
      if (!parts || parts->empty()) {
        corrupt("delivery " + std::to_string(id.value) + ": " +
                (parts ? "its body is gone or never was" : parts.error().what));
      }
      bodies.push_back({id, std::move(*parts)});
    }
    return bodies;
  });
}

Result<std::vector<std::optional<RecordRow>>> PostgresReader::records_by_key(
    const std::string& workspace, std::span<const std::string> keys, bool with_payload) {
  return asked([&] {
    const std::vector<std::string> wanted(keys.begin(), keys.end());
    std::optional<Snapshot> snapshot;
    if (with_payload) snapshot.emplace(*connection_);
    const auto rows = connection_->query(sql::records_by_key, Params(workspace, wanted));
    std::unordered_map<std::string, RecordRow> by_key;
    std::vector<std::uint64_t> ids;
    for (int at = 0; at < rows.size(); ++at) {
      auto row = record_of(rows[at]);
      ids.push_back(row.id.value);
      by_key.insert_or_assign(row.key, std::move(row));
    }
    Bodies bodies;
    if (with_payload) bodies = bodies_of(workspace, ids);
    std::vector<std::optional<RecordRow>> found(keys.size());
    for (std::size_t at = 0; at < keys.size(); ++at) {
      const auto row = by_key.find(storable(keys[at]));
      if (row == by_key.end()) continue;
      found[at] = row->second;
      const auto body = bodies.find(row->second.id.value);
      if (body != bodies.end()) found[at]->payload = body->second;
    }
    return found;
  });
}

Result<std::vector<bool>> PostgresReader::known_subjects(const std::string& workspace,
                                                         std::span<const std::string> subjects) {
  return asked([&] {
    const std::vector<std::string> wanted(subjects.begin(), subjects.end());
    std::vector<bool> known(subjects.size(), false);
    const auto rows = connection_->query(sql::known_subjects, Params(workspace, wanted));
    for (int at = 0; at < rows.size(); ++at) {
      known[static_cast<std::size_t>(at)] = rows[at].integer(0) != 0;
    }
    return known;
  });
}

Result<std::vector<RecordRow>> PostgresReader::open_records(const std::string& workspace,
                                                            RecordId after, std::size_t limit) {
  return asked([&] {
    return all_of(connection_->query(sql::open_records, Params(workspace, after, limit)),
                  record_of);
  });
}

Result<std::optional<std::string>> PostgresReader::cursor(const std::string& workspace,
                                                          const std::string& name) {
  return asked([&] {
    const auto rows = connection_->query(sql::cursor_value, Params(workspace, name));
    return rows.empty() ? std::nullopt : std::optional<std::string>(rows[0].bytes(0));
  });
}

Result<std::vector<std::optional<std::string>>> PostgresReader::facts(
    const std::string& workspace, const std::string& connection,
    std::span<const std::string> keys) {
  return asked([&] {
    const std::vector<std::string> wanted(keys.begin(), keys.end());
    const auto rows = connection_->query(sql::facts, Params(workspace, connection, wanted));
    std::unordered_map<std::string, std::string> by_key;
    for (int at = 0; at < rows.size(); ++at) {
      by_key.insert_or_assign(std::string(rows[at].bytes(0)), rows[at].bytes(1));
    }
    std::vector<std::optional<std::string>> found(keys.size());
    for (std::size_t at = 0; at < keys.size(); ++at) {
      const auto value = by_key.find(storable(keys[at]));
      if (value != by_key.end()) found[at] = value->second;
    }
    return found;
  });
}

Result<std::vector<DeliveryRow>> PostgresReader::deliveries_planned(const std::string& workspace,
                                                                    const std::string& connection,
                                                                    DeliveryId after,
                                                                    DeliveryId until,
                                                                    std::size_t limit) {
  return asked([&] {
    return all_of(connection_->query(sql::deliveries_planned,
                                     Params(workspace, connection, after, until, limit)),
                  delivery_of);
  });
}

Result<std::optional<SettingsVersion>> PostgresReader::latest_settings(
    const std::string& workspace) {
  return asked([&]() -> std::optional<SettingsVersion> {
    const auto rows = connection_->query(sql::latest_settings, Params(workspace));
    if (rows.empty()) return std::nullopt;
    SettingsVersion settings;
    rows[0].read(settings.version, settings.at, settings.by, settings.document);
    return settings;
  });
}

Result<std::optional<Journey>> PostgresReader::journey(RecordId record) {
  return asked([&]() -> std::optional<Journey> {
    const Snapshot snapshot(*connection_);
    Journey journey;
    const auto rows = connection_->query(sql::record_by_id, Params(record));
    if (rows.empty()) return std::nullopt;
    journey.record = record_of(rows[0]);
    auto bodies = bodies_of(journey.record.workspace, {record.value});
    if (!bodies.empty()) journey.record.payload = std::move(bodies.begin()->second);
    add_arrivals(journey);
    add_deliveries(journey);
    add_cases_and_notes(journey);
    return journey;
  });
}

Result<std::optional<ArrivalRow>> PostgresReader::arrival(ArrivalId id) {
  return asked([&]() -> std::optional<ArrivalRow> {
    const Snapshot snapshot(*connection_);
    auto found = all_of(connection_->query(sql::arrival_by_id, Params(id)), arrival_of);
    if (found.empty()) return std::nullopt;
    add_payloads(found);
    return std::move(found.front());
  });
}

void PostgresReader::add_payloads(std::vector<ArrivalRow>& arrivals) {
  if (arrivals.empty()) return;
  const auto bodies =
      bodies_of(connection_->query(sql::payloads_anywhere, Params(ids_of(arrivals))));
  for (auto& arrival : arrivals) {
    const auto body = bodies.find(arrival.id.value);
    if (body != bodies.end()) arrival.payload = body->second;
  }
}

void PostgresReader::add_arrivals(Journey& journey) {
  journey.arrivals = all_of(connection_->query(sql::arrivals_of_record,
                                               Params(journey.record.workspace, journey.record.id)),
                            arrival_of);
  auto bodies = bodies_of(journey.record.workspace, ids_of(journey.arrivals));
  for (auto& arrival : journey.arrivals) arrival.payload = std::move(bodies[arrival.id.value]);
}

void PostgresReader::add_deliveries(Journey& journey) {
  const auto& workspace = journey.record.workspace;
  auto& deliveries = journey.deliveries;
  deliveries =
      all_of(connection_->query(sql::deliveries_of_record,
                                Params(workspace, journey.record.id, journey_deliveries_max)),
             delivery_of);
  std::reverse(deliveries.begin(), deliveries.end());
  const auto ids = ids_of(deliveries);
  const auto bodies = bodies_of(workspace, ids);
  std::unordered_map<std::uint64_t, DeliveryRow*> by_id;
  for (auto& d : deliveries) {
    by_id.emplace(d.id.value, &d);
    const auto body = bodies.find(d.id.value);
    if (body == bodies.end()) continue;
    auto parts = split_parts(body->second);
    if (!parts) corrupt("delivery " + std::to_string(d.id.value) + ": " + parts.error().what);
    d.parts = std::move(*parts);
  }
  const auto tries = connection_->query(sql::attempts_of_deliveries, Params(workspace, ids));
  for (int at = 0; at < tries.size(); ++at) {
    std::uint64_t delivery = 0;
    AttemptRow a;
    tries[at].read(delivery, a.number, a.trigger, a.at, a.took, a.outcome, a.http_status, a.reason,
                   a.parts_sent);
    by_id.at(delivery)->tries.push_back(std::move(a));
  }
}

void PostgresReader::add_cases_and_notes(Journey& journey) {
  const auto& workspace = journey.record.workspace;
  const auto arrivals = ids_of(journey.arrivals);
  auto subjects = ids_of(journey.deliveries);
  journey.cases =
      all_of(connection_->query(sql::cases_of_journey,
                                Params(workspace, journey.record.id, subjects, arrivals)),
             case_of);
  subjects.insert(subjects.end(), arrivals.begin(), arrivals.end());
  subjects.push_back(journey.record.id.value);
  const auto notes = connection_->query(sql::notes_of_subjects, Params(workspace, subjects));
  for (int at = 0; at < notes.size(); ++at) {
    auto& n = journey.notes.emplace_back();
    notes[at].read(n.at, n.subject, n.kind, n.text);
  }
}

Result<std::vector<ArrivalRow>> PostgresReader::search_arrivals(const std::string& workspace,
                                                                const std::string& text,
                                                                std::size_t limit) {
  return asked([&] {
    auto found =
        all_of(connection_->query(sql::resolved_arrivals_of_event, Params(workspace, text, limit)),
               arrival_of);
    limit -= std::min(limit, found.size());
    auto loose =
        all_of(connection_->query(sql::loose_arrivals,
                                  Params(workspace, loose_arrivals_looked_at, folded(text), limit)),
               arrival_of);
    std::move(loose.begin(), loose.end(), std::back_inserter(found));
    add_payloads(found);
    return found;
  });
}

Result<std::vector<CaseRow>> PostgresReader::cases(const std::string& workspace, bool open_only,
                                                   std::size_t limit) {
  return asked([&] {
    return all_of(
        connection_->query(open_only ? sql::open_cases : sql::cases, Params(workspace, limit)),
        case_of);
  });
}

Result<Counts> PostgresReader::counts() {
  return asked([&] {
    CounterChanges::Values values{};
    const auto rows = connection_->query(sql::counters);
    for (int at = 0; at < rows.size(); ++at) {
      const auto name = static_cast<std::size_t>(rows[at].integer(0));
      if (name < values.size()) values[name] = rows[at].integer(1);
    }
    auto counts = to_counts(values);
    counts.bytes_on_disk =
        static_cast<std::uint64_t>(connection_->query(sql::database_bytes)[0].integer(0));
    return counts;
  });
}

}  // namespace tillbridge::journal::postgres
