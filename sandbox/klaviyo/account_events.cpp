// The account's events, metrics and lists.
#include <algorithm>

#include <fmt/format.h>

#include "base/hash.h"
#include "bloomreach/canonical.h"
#include "klaviyo/account.h"
#include "klaviyo/plausibility.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;

namespace {

constexpr std::string_view mixed_case =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t short_id = 6;
constexpr std::size_t event_id = 11;

std::uint64_t content_of(const EventWrite& event) {
  bj::object content;
  content["metric"] = event.metric;
  content["time"] = event.time_s;
  content["properties"] = event.properties;
  if (event.value) content["value"] = *event.value;
  content["value_currency"] = event.value_currency;
  content["unique_id"] = event.unique_id;
  return bloomreach::content_hash(content);
}

}  // namespace

const std::vector<BuiltInMetric>& built_in_metrics() {
  static const std::vector<BuiltInMetric> all = {
      {"Subscribed to Email Marketing", "subscribed_to_email_marketing"},
      {"Unsubscribed from Email Marketing", "unsubscribed_from_email_marketing"},
      {"Subscribed to SMS Marketing", "subscribed_to_sms_marketing"},
      {"Unsubscribed from SMS Marketing", "unsubscribed_from_sms_marketing"},
      {"Manually Suppressed from Email Marketing", "manually_suppressed_from_email_marketing"},
      {"Manually Unsuppressed from Email Marketing", "manually_unsuppressed_from_email_marketing"},
      {"Updated Email Preferences", "updated_email_preferences"},
      {"Marked Email as Spam", "marked_email_as_spam"},
      {"Bounced Email", "bounced_email"},
      {"Subscribed to List", "subscribed_to_list"},
      {"Merged Profile", "merged_profile"}};
  return all;
}

Metric& Account::metric(std::string_view name, std::string_view service) {
  const std::string folded =
      settings_.metric_names_fold_case ? tidy_email(name, true) : std::string(name);
  auto [known, is_new] = metric_ids_.try_emplace({folded, std::string(service)}, std::string());
  if (is_new) {
    do {
      known->second = random_id(short_id, mixed_case);
    } while (metrics_.contains(known->second));
    Metric made;
    made.id = known->second;
    made.name = name;
    made.service = service;
    made.created = clock_.now();
    metrics_[made.id] = std::move(made);
  }
  return metrics_.at(known->second);
}

Stored Account::store(const EventWrite& event, Profile& profile) {
  Metric& of_metric = metric(event.metric, event.service);
  // Without a unique_id the second is the key (contract 8.4).
  const std::string key = event.unique_id.empty() ? fmt::format("{}@{}", of_metric.id, event.time_s)
                                                  : of_metric.id + "#" + event.unique_id;
  const std::uint64_t content = content_of(event);
  const auto [known, is_new] =
      profile.event_keys.try_emplace(tillbridge::stable_hash(key), content);
  if (!is_new) return known->second == content ? Stored::copy : Stored::conflicting;

  StoredEvent stored;
  do {
    stored.id = random_id(event_id, mixed_case);
  } while (events_.contains(stored.id));
  stored.uuid = uuid();
  stored.metric_id = of_metric.id;
  stored.profile_id = profile.id;
  stored.time_s = event.time_s;
  stored.properties = event.properties;
  // A metric that once had values has them always.
  if (event.value) {
    of_metric.has_values = true;
    stored.properties["$value"] = *event.value;
  } else if (of_metric.has_values) {
    stored.properties["$value"] = 0.0;
  }
  if (!event.value_currency.empty()) stored.properties["$value_currency"] = event.value_currency;
  stored.properties["$event_id"] =
      event.unique_id.empty() ? std::to_string(event.time_s) : event.unique_id;
  ++of_metric.events;
  if (!event.backfill) ++of_metric.flow_triggers;
  const auto at = tillbridge::from_unix_seconds(event.time_s);
  profile.last_event = std::max(profile.last_event.value_or(at), at);
  profile.events.push_back(stored.id);
  const StoredEvent& kept = events_[stored.id] = std::move(stored);
  on_event_(kept, of_metric, !event.backfill);
  trim(profile);
  return Stored::fresh;
}

void Account::note(std::string_view metric_name, Profile& profile, bj::object properties,
                   tillbridge::Instant at, bool triggers) {
  EventWrite event;
  event.metric = metric_name;
  event.service = "klaviyo";
  event.time_s = tillbridge::to_unix_seconds(at);
  event.properties = std::move(properties);
  event.unique_id = uuid();
  event.backfill = !triggers;
  store(event, profile);
}

void Account::trim(Profile& profile) {
  const auto kept = static_cast<std::size_t>(settings_.events_kept_per_profile);
  if (kept == 0 || profile.events.size() <= kept) return;
  const auto end = profile.events.end() - static_cast<std::ptrdiff_t>(kept);
  std::for_each(profile.events.begin(), end, [this](const std::string& id) { events_.erase(id); });
  profile.events.erase(profile.events.begin(), end);
}

const StoredEvent* Account::event(const std::string& id) const {
  const auto found = events_.find(id);
  return found == events_.end() ? nullptr : &found->second;
}

ListRecord& Account::add_list(std::string name, std::string opt_in_process) {
  ListRecord made;
  do {
    made.id = random_id(short_id, mixed_case);
  } while (lists_.contains(made.id));
  made.name = std::move(name);
  made.opt_in_process = std::move(opt_in_process);
  made.created = made.updated = clock_.now();
  return lists_[made.id] = std::move(made);
}

const ListRecord* Account::list(const std::string& id) const {
  const auto found = lists_.find(id);
  return found == lists_.end() ? nullptr : &found->second;
}

void Account::join(Profile& profile, const std::string& list_id, bool triggers) {
  const ListRecord* joined = list(list_id);
  if (joined == nullptr || !profile.lists.try_emplace(list_id, clock_.now()).second) return;
  profile.updated = clock_.now();
  note("Subscribed to List", profile, {{"List", joined->name}}, clock_.now(), triggers);
}

}  // namespace sandbox::klaviyo
