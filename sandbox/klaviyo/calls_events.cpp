// Events: create, bulk create, read (contract 8).
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "klaviyo/calls.h"
#include "klaviyo/plausibility.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;

struct Calls::Accepted {
  bool profile_shared = false;
  EventInput input;
  std::uint64_t request = 0;
  std::int64_t at_us = 0;
};

namespace {

constexpr std::size_t bulk_events_max = 1000;

// Of the same group: the profile's attributes are written with the first event.
ProfileWrite identifiers_only(const ProfileWrite& write) {
  ProfileWrite ids;
  ids.id = write.id;
  for (const auto& [kind, value] : write.identifiers)
    if (value) ids.identifiers.emplace(kind, value);
  return ids;
}

std::string duplicate_key(const EventInput& input) {
  return fmt::format("{}\n{}\n{}", tillbridge::json::to_text(input.customer_ids),
                     input.write.metric, input.write.unique_id);
}

}  // namespace

Reply Calls::create_event(const Call& call) {
  const bj::object& attributes = data_of(call).at("attributes").as_object();
  const bj::object& profile = attributes.at("profile").at("data").as_object();
  Errors errors;
  check_event_profile(profile, settings_, "/data/attributes/profile/data", errors);
  Accepted event;
  event.input =
      event_input(attributes, profile, settings_, clock_.now(), "/data/attributes", errors);
  if (!errors.empty()) return error_reply(errors);
  event.request = call.number;
  std::vector<Accepted> events;
  events.push_back(std::move(event));
  return accept(std::move(events));
}

Reply Calls::bulk_create_events(const Call& call) {
  const bj::array& groups =
      data_of(call).at("attributes").at("events-bulk-create").at("data").as_array();
  Errors errors;
  std::vector<Accepted> events;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const bj::object& group = groups[i].at("attributes").as_object();
    const std::string place =
        fmt::format("/data/attributes/events-bulk-create/data/{}/attributes", i);
    const bj::object& profile = group.at("profile").at("data").as_object();
    check_event_profile(profile, settings_, place + "/profile/data", errors);
    const bool backfill = tillbridge::json::boolean(group, "backfill").value_or(false);
    const bj::array& members = group.at("events").at("data").as_array();
    for (std::size_t j = 0; j < members.size(); ++j) {
      const bj::object& attributes = members[j].at("attributes").as_object();
      Accepted event;
      event.input = event_input(attributes, profile, settings_, clock_.now(),
                                fmt::format("{}/events/data/{}/attributes", place, j), errors);
      event.request = call.number;
      event.profile_shared = members.size() > 1;
      event.input.write.backfill =
          tillbridge::json::boolean(attributes, "backfill").value_or(backfill);
      if (j > 0) event.input.write.profile = identifiers_only(event.input.write.profile);
      events.push_back(std::move(event));
    }
  }
  if (events.size() > bulk_events_max) {
    errors.push_back(invalid("/data/attributes/events-bulk-create/data",
                             fmt::format("At most {} events.", bulk_events_max)));
  }
  if (settings_.bulk_duplicates == "reject_all") {
    std::set<std::string> keys;
    for (const Accepted& event : events) {
      if (event.input.write.unique_id.empty() || keys.insert(duplicate_key(event.input)).second)
        continue;
      errors.push_back(invalid("/data/attributes/events-bulk-create/data",
                               fmt::format("unique_id '{}' comes twice for a profile and metric.",
                                           event.input.write.unique_id)));
    }
  }
  if (!errors.empty()) return error_reply(errors);
  ++bulk_jobs_;
  return accept(std::move(events));
}

bool Calls::drops(const EventInput& input) {
  const auto email = input.write.profile.identifiers.find("email");
  if (input.for_nobody) {
    ++event_counts_.dropped_for_nobody;
  } else if (email != input.write.profile.identifiers.end() && email->second &&
             is_test_address(*email->second, settings_.test_domains)) {
    ++event_counts_.dropped_test_domain;
  } else if (input.over_limits) {
    ++event_counts_.dropped_over_limits;
  } else if (dice_.chance(settings_.silent_drop_share)) {
    ++event_counts_.dropped_by_chance;
  } else {
    return false;
  }
  return true;
}

Reply Calls::accept(std::vector<Accepted> events) {
  event_counts_.accepted += events.size();
  std::erase_if(events, [this](const Accepted& event) { return drops(event.input); });
  const std::int64_t at_us = tillbridge::to_unix_us(clock_.now());
  for (Accepted& event : events) event.at_us = at_us;
  if (!events.empty()) {
    agenda_.write(after_ms(settings_.event_delay_ms), [this, accepted = std::move(events)] {
      for (const Accepted& event : accepted) store(event);
    });
  }
  return empty_reply(202);
}

void Calls::store(const Accepted& event) {
  const EventWrite& write = event.input.write;
  const ProfileWrite ids = identifiers_only(write.profile);
  if (ids.identifiers.empty() && account_.find(ids.id) == nullptr) {
    ++event_counts_.dropped_for_nobody;
    return;
  }
  Profile& profile = *account_.upsert(ids, false).profile;
  const Stored stored = account_.store(write, profile);
  if (stored == Stored::fresh || settings_.duplicates_write_profile) {
    ProfileWrite rest = write.profile;
    rest.id = profile.id;
    account_.upsert(rest, false);
  }
  if (stored == Stored::fresh) ++event_counts_.stored;
  if (stored == Stored::copy) ++event_counts_.copies;
  if (stored == Stored::conflicting) ++event_counts_.conflicting;

  ReceivedEvent report;
  report.platform = "klaviyo";
  report.request = event.request;
  report.at_us = event.at_us;
  report.customer_ids = event.input.customer_ids;
  report.type = write.metric;
  report.timestamp = static_cast<double>(write.time_s);
  report.properties = write.properties;
  report.exact_copy = stored == Stored::copy;
  report.unique_id = write.unique_id;
  report.value = write.value;
  report.value_currency = write.value_currency;
  report.backfill = write.backfill;
  report.profile = event.input.profile_attributes;
  report.profile_shared = event.profile_shared;
  stored_(report);
}

bj::array Calls::included(const Query& query, const std::vector<const StoredEvent*>& events) {
  bj::array out;
  std::set<std::string> seen;
  for (const StoredEvent* event : events) {
    if (query.include.contains("metric") && seen.insert(event->metric_id).second)
      out.push_back(metric_resource(account_.metrics().at(event->metric_id), settings_, query));
    const Profile* profile = account_.find(event->profile_id);
    if (query.include.contains("profile") && profile != nullptr && seen.insert(profile->id).second)
      out.push_back(profile_resource(*profile, settings_, query));
  }
  return out;
}

Reply Calls::get_events(const Call& call) {
  const Query& query = call.query;
  std::vector<Entry> candidates;
  const auto consider = [&](const StoredEvent& event) {
    const std::string time = sortable(tillbridge::from_unix_seconds(event.time_s));
    if (meets(query, "metric_id", event.metric_id) && meets(query, "datetime", time) &&
        meets(query, "timestamp", time))
      candidates.push_back({time, event.id});
  };
  if (const Condition* owner = query.condition("profile_id", "equals")) {
    const Profile* profile = account_.find(owner->values.front());
    if (profile != nullptr)
      for (const std::string& id : profile->events) consider(*account_.event(id));
  } else {
    for (const auto& [id, event] : account_.events()) consider(event);
  }
  auto found = page_of(std::move(candidates), query);
  if (auto* errors = std::get_if<Errors>(&found)) return error_reply(*errors);
  const Page& page = std::get<Page>(found);
  bj::array data;
  std::vector<const StoredEvent*> shown;
  for (const Entry& entry : page.entries) {
    shown.push_back(account_.event(entry.id));
    data.push_back(event_resource(*shown.back(), settings_, query));
  }
  bj::object body = collection(std::move(data), page, query, settings_, call.path);
  if (!query.include.empty()) body["included"] = included(query, shown);
  return json_reply(200, body);
}

Reply Calls::get_event(const Call& call) {
  const StoredEvent* event = account_.event(call.id);
  if (event == nullptr) return error_reply(not_found("event", call.id));
  bj::object body = document(event_resource(*event, settings_, call.query), settings_, call.path);
  if (!call.query.include.empty()) body["included"] = included(call.query, {event});
  return json_reply(200, body);
}

std::string topic_of(const Metric& metric) {
  return fmt::format("event:{}.{}", metric.service, topic_part(metric.name));
}

bj::object webhook_entry(const StoredEvent& event, const Metric& metric, const Settings& settings) {
  bj::object payload;
  payload["data"] = event_resource(event, settings, Query{});
  bj::object entry;
  entry["topic"] = topic_of(metric);
  entry["external_id"] = event.id;
  entry["payload"] = std::move(payload);
  return entry;
}

}  // namespace sandbox::klaviyo
