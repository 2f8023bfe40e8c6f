#include "api/record_view.h"

#include <algorithm>

#include <boost/algorithm/string/replace.hpp>
#include <fmt/format.h>

#include "api/reply.h"
#include "base/zone.h"
#include "desk/journey_view.h"
#include "desk/masking.h"

namespace tillbridge::api {
namespace {

using journal::DeliveryState;

// What a platform's lane shows for all its deliveries: what most needs a person.
int weight(DeliveryState state) {
  switch (state) {
    case DeliveryState::blocked:
      return 5;
    case DeliveryState::parked:
      return 4;
    case DeliveryState::held:
      return 3;
    case DeliveryState::waiting:
      return 2;
    case DeliveryState::delivered:
      return 1;
    case DeliveryState::skipped:
      return 0;
  }
  return 0;
}

json::Array attempts_of(const journal::DeliveryRow& delivery, Personal personal) {
  json::Array out;
  for (const journal::AttemptRow& attempt : delivery.tries) {
    json::Object row;
    row["number"] = attempt.number;
    row["trigger"] = desk::words(attempt.trigger);
    row["at"] = utc_text(attempt.at);
    row["took_ms"] = std::chrono::duration_cast<std::chrono::milliseconds>(attempt.took).count();
    row["outcome"] = attempt.outcome;
    row["http_status"] = attempt.http_status == 0 ? json::Value(nullptr) : attempt.http_status;
    row["reason"] = shown(attempt.reason, personal);
    row["parts_sent"] = __builtin_popcountll(attempt.parts_sent);
    out.push_back(std::move(row));
  }
  return out;
}

json::Object delivery_view(const journal::DeliveryRow& delivery, Personal personal) {
  json::Object out;
  out["id"] = id_text(delivery.id.value);
  out["flow"] = delivery.flow;
  out["flow_title"] = flow_title(delivery.flow);
  out["effect"] = shown(delivery.effect, personal);
  out["lane"] = shown(delivery.lane, personal);
  out["state"] = desk::words(delivery.state);
  out["reason"] = shown(delivery.reason, personal);
  out["due_at"] = utc_text(delivery.due_at);
  out["planned_at"] = utc_text(instant_of(delivery.id.value));
  out["parts"] = std::max<std::size_t>(1, delivery.parts.size());
  out["settings_version"] = delivery.settings_version;
  out["attempts"] = attempts_of(delivery, personal);
  return out;
}

json::Array platforms_of(const journal::Journey& journey, const JourneyContext& context) {
  std::vector<std::string> connections = context.targets;
  for (const auto& delivery : journey.deliveries) {
    if (std::find(connections.begin(), connections.end(), delivery.connection) == connections.end())
      connections.push_back(delivery.connection);
  }
  json::Array out;
  for (const std::string& connection : connections) {
    json::Array deliveries;
    std::optional<DeliveryState> worst;
    for (const auto& delivery : journey.deliveries) {
      if (delivery.connection != connection) continue;
      if (!worst || weight(delivery.state) > weight(*worst)) worst = delivery.state;
      deliveries.push_back(delivery_view(delivery, context.personal));
    }
    json::Object one;
    one["connection"] = connection;
    one["title"] = platform_title(connection);
    one["state"] = worst ? desk::words(*worst) : std::string_view("none");
    one["deliveries"] = std::move(deliveries);
    out.push_back(std::move(one));
  }
  return out;
}

json::Array cases_of(const journal::Journey& journey, const JourneyContext& context) {
  json::Array out;
  for (const journal::CaseRow& row : journey.cases) {
    json::Object one = case_record_view(row, context.personal);
    one["id"] = id_text(row.id.value);
    one["type"] = row.type;
    one["title"] = context.handbook != nullptr ? context.handbook->guide(row.type).title : row.type;
    one["owner"] = row.owner;
    const auto group = context.groups.find({row.type, row.group});
    one["group_id"] = id_text(group == context.groups.end() ? 0 : group->second.value);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace

Personal personal_for(const Caller& caller) {
  return may(caller, Role::steward) ? Personal::shown : Personal::masked;
}

std::string shown(const std::string& text, Personal personal) {
  return personal == Personal::shown ? text : desk::masked_text(text);
}

json::Value time_or_null(const std::optional<Instant>& at) {
  return at ? json::Value(utc_text(*at)) : json::Value(nullptr);
}

std::string platform_title(const std::string& connection) {
  static const std::map<std::string, std::string> names{{"sitoo", "Sitoo"},
                                                        {"bloomreach", "Bloomreach"},
                                                        {"klaviyo", "Klaviyo"},
                                                        {"bigcommerce", "BigCommerce"},
                                                        {"commercetools", "commercetools"},
                                                        {"master", "Master data"}};
  const auto found = names.find(connection);
  return found == names.end() ? connection : found->second;
}

std::string flow_title(const std::string& flow) {
  constexpr std::string_view towards = "_to_";
  const auto at = flow.rfind(towards);
  std::string what = flow.substr(0, at);
  boost::replace_all(what, "_", " ");
  if (!what.empty() && what[0] >= 'a' && what[0] <= 'z')
    what[0] = static_cast<char>(what[0] - 'a' + 'A');
  if (at == std::string::npos) return what;
  return what + " to " + platform_title(flow.substr(at + towards.size()));
}

json::Object record_view(const journal::RecordRow& record, Personal personal) {
  json::Object out;
  out["id"] = id_text(record.id.value);
  out["workspace"] = record.workspace;
  out["key"] = shown(record.key, personal);
  out["kind"] = record.kind;
  out["state"] = desk::words(record.state);
  out["reason"] = shown(record.reason, personal);
  out["store"] = record.store;
  out["customer"] = shown(record.customer, personal);
  out["happened_at"] = utc_text(record.happened_at);
  out["changed_at"] = utc_text(record.changed_at);
  return out;
}

json::Object arrival_view(const journal::ArrivalRow& arrival, Personal personal) {
  json::Object out;
  out["id"] = id_text(arrival.id.value);
  out["connection"] = arrival.connection;
  out["source"] = desk::words(arrival.source);
  out["event_id"] = shown(arrival.external_id, personal);
  out["subject"] = shown(arrival.subject, personal);
  out["state"] = desk::words(arrival.state);
  out["reason"] = shown(arrival.reason, personal);
  out["received_at"] = utc_text(arrival.received_at);
  out["tries"] = arrival.tries;
  return out;
}

json::Object journey_view(const journal::Journey& journey,
                          const std::vector<desk::ConsentLine>& consents,
                          const JourneyContext& context) {
  json::Object record = record_view(journey.record, context.personal);
  record["version"] = journey.record.version;
  record["settings_version"] = journey.record.settings_version;
  record["personal_data"] = context.personal == Personal::shown ? "shown" : "masked";
  json::Array arrivals;
  for (const auto& arrival : journey.arrivals)
    arrivals.push_back(arrival_view(arrival, context.personal));
  json::Array notes;
  for (const auto& note : journey.notes) {
    json::Object row;
    row["at"] = utc_text(note.at);
    row["kind"] = note.kind;
    row["text"] = shown(note.text, context.personal);
    notes.push_back(std::move(row));
  }
  json::Array known;
  for (const desk::ConsentLine& line : consents) {
    json::Object row;
    row["channel"] = line.channel;
    row["address"] = shown(line.address, context.personal);
    row["state"] = line.state;
    row["decided_at"] = utc_text(line.decided_at);
    row["source"] = line.source;
    known.push_back(std::move(row));
  }
  json::Object out;
  out["record"] = std::move(record);
  out["arrivals"] = std::move(arrivals);
  out["platforms"] = platforms_of(journey, context);
  out["cases"] = cases_of(journey, context);
  out["notes"] = std::move(notes);
  out["consents"] = std::move(known);
  return out;
}

json::Object case_view(const journal::CaseGroupRow& group, const desk::Handbook& handbook,
                       Instant now, Personal personal) {
  const desk::CaseGuide guide = handbook.guide(group.type);
  const bool open =
      group.state == journal::GroupState::open || group.state == journal::GroupState::acknowledged;
  json::Object out;
  out["id"] = id_text(group.id.value);
  out["workspace"] = group.workspace;
  out["type"] = group.type;
  out["title"] = guide.title;
  out["summary"] = guide.summary;
  out["impact"] = guide.impact;
  out["state"] = group.state == journal::GroupState::open           ? "open"
                 : group.state == journal::GroupState::acknowledged ? "acknowledged"
                 : group.state == journal::GroupState::resolved     ? "resolved"
                                                                    : "ignored";
  out["team"] = group.owner;
  out["assignee"] = group.assignee.empty() ? json::Value(nullptr) : json::Value(group.assignee);
  out["opened_at"] = utc_text(group.opened_at);
  out["due_at"] = utc_text(group.due_at);
  out["overdue"] = open && group.due_at < now;
  out["last_at"] = utc_text(group.last_at);
  out["closed_at"] = time_or_null(group.closed_at);
  out["closed_by"] = group.closed_by;
  out["records_open"] = group.open;
  out["records_total"] = group.total;
  out["reopened"] = group.reopened;
  out["escalation"] = group.escalation;
  out["reason"] = shown(group.reason, personal);
  out["record_key"] = shown(group.record_key, personal);
  return out;
}

json::Object case_record_view(const journal::CaseRow& row, Personal personal) {
  json::Object out;
  out["case_id"] = id_text(row.id.value);
  out["record_id"] = id_text(row.record ? row.record->value : 0);
  out["record_key"] = shown(row.record_key, personal);
  out["delivery_id"] = id_text(row.delivery ? row.delivery->value : 0);
  out["arrival_id"] = id_text(row.arrival ? row.arrival->value : 0);
  out["opened_at"] = utc_text(row.opened_at);
  out["closed_at"] = time_or_null(row.closed_at);
  out["reason"] = shown(row.reason, personal);
  out["note"] = shown(row.note, personal);
  return out;
}

}  // namespace tillbridge::api
