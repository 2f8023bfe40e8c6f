#include "desk/journey_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "desk/masking.h"

namespace tillbridge::desk {
namespace {

struct Line {
  Instant at;
  std::uint64_t order;  // id, for events of the same instant
  std::string text;
};

std::string stamp(Instant at, const Zone& zone) {
  return fmt::format("{}  ({})", utc_text(at), zone.local_text(at));
}

std::string indented(const std::string& text) {
  std::string out = "      ";
  for (const char c : text) {
    out.push_back(c);
    if (c == '\n') out += "      ";
  }
  return out;
}

// Lanes, consent effects and keys are named after a person: the address in them is shown only
// together with the bodies.
std::string shown(const std::string& name, bool with_bodies) {
  return with_bodies ? name : masked_text(name);
}

std::string arrival_line(const journal::ArrivalRow& arrival, bool with_bodies) {
  std::string line = fmt::format("arrival {}: {} from {}", arrival.id.value, words(arrival.source),
                                 arrival.connection);
  if (!arrival.external_id.empty())
    line += fmt::format(", event {}", shown(arrival.external_id, with_bodies));
  if (!arrival.announces.empty() && arrival.announces != "any")
    line += fmt::format(", announces {}", arrival.announces);
  line += fmt::format(" -> {}", words(arrival.state));
  if (arrival.tries > 0) line += fmt::format(" after {} more tries", arrival.tries);
  if (!arrival.reason.empty()) line += fmt::format(" ({})", arrival.reason);
  return line;
}

void add_delivery(std::vector<Line>& lines, const journal::DeliveryRow& delivery, const Zone& zone,
                  bool with_bodies) {
  std::string planned = fmt::format(
      "planned for {}: {} ({}), lane {}, {} part{}", delivery.connection,
      shown(delivery.effect, with_bodies), delivery.flow, shown(delivery.lane, with_bodies),
      std::max<std::size_t>(1, delivery.parts.size()), delivery.parts.size() == 1 ? "" : "s");
  if (with_bodies) {
    for (const std::string& part : delivery.parts) planned += "\n" + part;
  }
  lines.push_back({instant_of(delivery.id.value), delivery.id.value, std::move(planned)});
  for (const journal::AttemptRow& attempt : delivery.tries) {
    std::string line = fmt::format("attempt {} at {} ({}): {}", attempt.number, delivery.connection,
                                   words(attempt.trigger), attempt.outcome);
    if (attempt.http_status != 0) line += fmt::format(", HTTP {}", attempt.http_status);
    line += fmt::format(
        ", {} ms", std::chrono::duration_cast<std::chrono::milliseconds>(attempt.took).count());
    if (!attempt.reason.empty()) line += fmt::format(" ({})", attempt.reason);
    lines.push_back({attempt.at, delivery.id.value + attempt.number, std::move(line)});
  }
  std::string now = fmt::format("{}: {} is {}", delivery.connection,
                                shown(delivery.effect, with_bodies), words(delivery.state));
  if (!delivery.reason.empty() && delivery.state != journal::DeliveryState::delivered)
    now += fmt::format(" ({})", delivery.reason);
  const bool waits = delivery.state == journal::DeliveryState::waiting ||
                     delivery.state == journal::DeliveryState::held;
  if (waits) now += fmt::format(", due {}", stamp(delivery.due_at, zone));
  lines.push_back({Instant::max(), delivery.id.value, std::move(now)});
}

std::vector<Line> timeline(const journal::Journey& journey, const Zone& zone, bool with_bodies) {
  std::vector<Line> lines;
  for (const auto& arrival : journey.arrivals) {
    std::string line = arrival_line(arrival, with_bodies);
    if (with_bodies && !arrival.payload.empty()) line += "\n" + arrival.payload;
    lines.push_back({arrival.received_at, arrival.id.value, std::move(line)});
  }
  for (const auto& delivery : journey.deliveries) add_delivery(lines, delivery, zone, with_bodies);
  for (const auto& note : journey.notes)
    lines.push_back({note.at, note.subject, fmt::format("note: {}", note.text)});
  for (const auto& one : journey.cases) {
    lines.push_back(
        {one.opened_at, one.id.value,
         fmt::format("case {} ({}) for {}: {}", one.id.value, one.type, one.owner, one.reason)});
    if (one.closed_at)
      lines.push_back({*one.closed_at, one.id.value + 1,
                       fmt::format("case {} closed: {}", one.id.value, one.note)});
  }
  std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
    return std::tie(a.at, a.order) < std::tie(b.at, b.order);
  });
  return lines;
}

}  // namespace

std::string_view words(journal::ArrivalSource source) {
  switch (source) {
    case journal::ArrivalSource::event:
      return "event";
    case journal::ArrivalSource::poll:
      return "poll finding";
    case journal::ArrivalSource::sweep:
      return "read again";
    case journal::ArrivalSource::replay:
      return "replay by an operator";
    case journal::ArrivalSource::backfill:
      return "backfill of history";
  }
  return "unknown";
}

std::string_view words(journal::ArrivalState state) {
  switch (state) {
    case journal::ArrivalState::received:
      return "waiting to be read";
    case journal::ArrivalState::resolved:
      return "resolved";
    case journal::ArrivalState::duplicate:
      return "known already";
    case journal::ArrivalState::in_case:
      return "a case";
    case journal::ArrivalState::ignored:
      return "not used";
  }
  return "unknown";
}

std::string_view words(journal::RecordState state) {
  switch (state) {
    case journal::RecordState::open:
      return "open";
    case journal::RecordState::planned:
      return "planned";
    case journal::RecordState::unidentified:
      return "unidentified";
    case journal::RecordState::skipped:
      return "skipped";
    case journal::RecordState::in_case:
      return "in a case";
  }
  return "unknown";
}

std::string_view words(journal::DeliveryState state) {
  switch (state) {
    case journal::DeliveryState::waiting:
      return "waiting";
    case journal::DeliveryState::held:
      return "held";
    case journal::DeliveryState::delivered:
      return "delivered";
    case journal::DeliveryState::parked:
      return "parked";
    case journal::DeliveryState::skipped:
      return "skipped";
    case journal::DeliveryState::blocked:
      return "blocked";
  }
  return "unknown";
}

std::string_view words(journal::Trigger trigger) {
  switch (trigger) {
    case journal::Trigger::first:
      return "first";
    case journal::Trigger::retry:
      return "retry";
    case journal::Trigger::operator_:
      return "operator";
    case journal::Trigger::replay:
      return "replay";
  }
  return "unknown";
}

std::string journey_text(const journal::Journey& journey, const Zone& zone, bool with_bodies,
                         const std::vector<ConsentLine>& consents) {
  const auto& record = journey.record;
  std::string out =
      fmt::format("{}  {}  {}", shown(record.key, with_bodies), record.kind, words(record.state));
  if (!record.reason.empty()) out += fmt::format(" ({})", record.reason);
  out += fmt::format(
      "\n  workspace {}, store {}, at the till {}\n  record {}, version {}, planned with settings "
      "{}\n",
      record.workspace, record.store.empty() ? "unknown" : record.store,
      stamp(record.happened_at, zone), record.id.value, record.version, record.settings_version);
  for (const ConsentLine& line : consents) {
    out += fmt::format("  consent by {}{}: {} since {} ({})\n", line.channel,
                       with_bodies ? " to " + line.address : "", line.state,
                       stamp(line.decided_at, zone), line.source);
  }
  for (const Line& line : timeline(journey, zone, with_bodies)) {
    const std::string when = line.at == Instant::max() ? std::string("now") : stamp(line.at, zone);
    const auto body = line.text.find('\n');
    out += fmt::format("  {:<52}  {}\n", when, line.text.substr(0, body));
    if (body != std::string::npos) out += indented(line.text.substr(body + 1)) + "\n";
  }
  if (with_bodies && !record.payload.empty())
    out += "  document as read:\n" + indented(record.payload) + "\n";
  return out;
}

json::Object arrival_json(const journal::ArrivalRow& arrival, bool with_bodies) {
  json::Object out;
  out["id"] = arrival.id.value;
  out["workspace"] = arrival.workspace;
  out["connection"] = arrival.connection;
  out["source"] = words(arrival.source);
  out["event_id"] = shown(arrival.external_id, with_bodies);
  out["subject"] = shown(arrival.subject, with_bodies);
  out["announces"] = arrival.announces;
  out["state"] = words(arrival.state);
  out["reason"] = arrival.reason;
  out["received_at"] = utc_text(arrival.received_at);
  out["tries"] = arrival.tries;
  if (with_bodies) out["payload"] = arrival.payload;
  return out;
}

std::string arrival_text(const journal::ArrivalRow& arrival, const Zone& zone, bool with_bodies) {
  std::string out =
      fmt::format("{}  {}\n", stamp(arrival.received_at, zone), arrival_line(arrival, with_bodies));
  if (with_bodies && !arrival.payload.empty()) out += indented(arrival.payload) + "\n";
  return out;
}

json::Object journey_json(const journal::Journey& journey, bool with_bodies,
                          const std::vector<ConsentLine>& consents) {
  const auto& record = journey.record;
  json::Object out;
  out["key"] = shown(record.key, with_bodies);
  out["kind"] = record.kind;
  out["workspace"] = record.workspace;
  out["state"] = words(record.state);
  out["reason"] = record.reason;
  out["store"] = record.store;
  out["version"] = record.version;
  out["settings_version"] = record.settings_version;
  out["happened_at"] = utc_text(record.happened_at);
  out["changed_at"] = utc_text(record.changed_at);
  if (with_bodies) out["document"] = record.payload;
  json::Array arrivals;
  for (const auto& arrival : journey.arrivals)
    arrivals.push_back(arrival_json(arrival, with_bodies));
  out["arrivals"] = std::move(arrivals);
  json::Array deliveries;
  for (const auto& delivery : journey.deliveries) {
    json::Object one;
    one["id"] = delivery.id.value;
    one["connection"] = delivery.connection;
    one["flow"] = delivery.flow;
    one["effect"] = shown(delivery.effect, with_bodies);
    one["lane"] = shown(delivery.lane, with_bodies);
    one["state"] = words(delivery.state);
    one["reason"] = delivery.reason;
    one["due_at"] = utc_text(delivery.due_at);
    json::Array attempts;
    for (const auto& attempt : delivery.tries) {
      json::Object row;
      row["number"] = attempt.number;
      row["trigger"] = words(attempt.trigger);
      row["at"] = utc_text(attempt.at);
      row["took_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(attempt.took).count();
      row["outcome"] = attempt.outcome;
      row["http_status"] = attempt.http_status;
      row["reason"] = attempt.reason;
      attempts.push_back(std::move(row));
    }
    one["attempts"] = std::move(attempts);
    if (with_bodies) {
      json::Array parts;
      for (const auto& part : delivery.parts) parts.emplace_back(part);
      one["parts"] = std::move(parts);
    }
    deliveries.push_back(std::move(one));
  }
  out["deliveries"] = std::move(deliveries);
  out["cases"] = cases_json(journey.cases);
  json::Array notes;
  for (const auto& note : journey.notes) {
    json::Object row;
    row["at"] = utc_text(note.at);
    row["kind"] = note.kind;
    row["text"] = note.text;
    notes.push_back(std::move(row));
  }
  out["notes"] = std::move(notes);
  json::Array known;
  for (const ConsentLine& line : consents) {
    json::Object row;
    row["channel"] = line.channel;
    if (with_bodies) row["address"] = line.address;
    row["state"] = line.state;
    row["decided_at"] = utc_text(line.decided_at);
    row["source"] = line.source;
    known.push_back(std::move(row));
  }
  out["consents"] = std::move(known);
  return out;
}

std::string cases_text(const std::vector<journal::CaseRow>& cases) {
  if (cases.empty()) return "no cases\n";
  std::string out;
  for (const auto& one : cases) {
    out += fmt::format("{}  {:<20}  {:<18}  due {}  {}\n    {}\n", one.id.value, one.type,
                       one.owner, utc_text(one.due_at),
                       one.record_key.empty() ? "-" : shown(one.record_key, false), one.reason);
  }
  return out;
}

json::Array cases_json(const std::vector<journal::CaseRow>& cases) {
  json::Array out;
  for (const auto& one : cases) {
    json::Object row;
    row["id"] = one.id.value;
    row["workspace"] = one.workspace;
    row["type"] = one.type;
    row["group"] = one.group;
    row["owner"] = one.owner;
    row["record"] = shown(one.record_key, false);
    row["opened_at"] = utc_text(one.opened_at);
    row["due_at"] = utc_text(one.due_at);
    row["closed_at"] = one.closed_at ? json::Value(utc_text(*one.closed_at)) : json::Value(nullptr);
    row["reason"] = one.reason;
    row["note"] = one.note;
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace tillbridge::desk
