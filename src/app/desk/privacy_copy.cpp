#include "app/desk/privacy_copy.h"

#include "base/zone.h"

namespace tillbridge::app {
namespace {

// JSON as JSON, everything else as text.
json::Value readable(const std::string& bytes) {
  if (bytes.empty()) return {};
  auto document = json::parse(bytes);
  if (document && (document->is_object() || document->is_array())) return std::move(*document);
  return json::Value(bytes);
}

json::Object arrival_of(const journal::ArrivalRow& row) {
  return {{"id", std::to_string(row.id.value)},
          {"connection", row.connection},
          {"event_id", row.external_id},
          {"subject", row.subject},
          {"received_at", utc_text(row.received_at)},
          {"content", readable(row.payload)}};
}

json::Object delivery_of(const journal::DeliveryRow& row) {
  json::Array parts;
  for (const std::string& part : row.parts) parts.push_back(readable(part));
  json::Array attempts;
  for (const journal::AttemptRow& attempt : row.tries) {
    attempts.emplace_back(json::Object{{"at", utc_text(attempt.at)},
                                       {"outcome", attempt.outcome},
                                       {"http_status", attempt.http_status},
                                       {"reason", attempt.reason}});
  }
  return {{"to", row.connection},     {"flow", row.flow},
          {"effect", row.effect},     {"planned_at", utc_text(instant_of(row.id.value))},
          {"sent", std::move(parts)}, {"attempts", std::move(attempts)}};
}

json::Object record_of(const journal::Journey& journey) {
  const journal::RecordRow& row = journey.record;
  json::Object out{{"id", std::to_string(row.id.value)},
                   {"key", row.key},
                   {"kind", row.kind},
                   {"store", row.store},
                   {"customer", row.customer},
                   {"happened_at", utc_text(row.happened_at)},
                   {"document", readable(row.payload)}};
  out["found_by"] = json::Array(row.search_keys.begin(), row.search_keys.end());
  json::Array arrivals;
  for (const auto& arrival : journey.arrivals) arrivals.emplace_back(arrival_of(arrival));
  json::Array deliveries;
  for (const auto& delivery : journey.deliveries) deliveries.emplace_back(delivery_of(delivery));
  json::Array notes;
  for (const auto& note : journey.notes)
    notes.emplace_back(json::Object{{"at", utc_text(note.at)}, {"text", note.text}});
  json::Array cases;
  for (const auto& one : journey.cases) {
    cases.emplace_back(json::Object{
        {"type", one.type}, {"opened_at", utc_text(one.opened_at)}, {"reason", one.reason}});
  }
  out["arrivals"] = std::move(arrivals);
  out["deliveries"] = std::move(deliveries);
  out["notes"] = std::move(notes);
  out["cases"] = std::move(cases);
  return out;
}

}  // namespace

Task<Result<json::Object>> copy_of(PrivacyPlace place, Held held) {
  json::Array records;
  for (const journal::RecordRow& row : held.records) {
    using Found = std::optional<journal::Journey>;
    std::function<Result<Found>(journal::Reader&)> query = [id = row.id](journal::Reader& reader) {
      return reader.journey(id);
    };
    const auto journey = co_await place.journal.read<Found>(std::move(query));
    if (!journey) co_return fail(journey.error());
    if (*journey) records.emplace_back(record_of(**journey));
  }
  json::Array facts;
  for (const FactFound& fact : held.facts) {
    json::Object one{{"where", fact.shelf}, {"key", fact.key}};
    one["value"] = fact.left.empty() ? readable(fact.value)
                                     : json::Value("(others stand in it as well: not shown)");
    facts.emplace_back(std::move(one));
  }
  json::Array arrivals;
  for (const journal::ArrivalRow& row : held.arrivals) arrivals.emplace_back(arrival_of(row));
  json::Object out;
  out["records"] = std::move(records);
  out["facts"] = std::move(facts);
  out["arrivals"] = std::move(arrivals);
  co_return out;
}

}  // namespace tillbridge::app
