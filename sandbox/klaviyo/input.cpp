#include "klaviyo/input.h"

#include <algorithm>

#include <fmt/format.h>

#include "klaviyo/plausibility.h"
#include "klaviyo/times.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;
namespace json = tillbridge::json;

namespace {

constexpr std::size_t kilobyte = 1024;
constexpr std::size_t profile_bytes_max = 100 * kilobyte;
constexpr std::size_t event_profile_bytes_max = 95 * kilobyte;
constexpr std::size_t text_bytes_max = 100 * kilobyte;
constexpr std::size_t array_items_max = 4000;
constexpr int nesting_max = 10;
constexpr std::size_t metric_name_max = 127;
constexpr std::size_t unique_id_max = 255;

void take_texts(const bj::object& texts, std::string_view key, std::vector<std::string>& into) {
  const bj::value* value = texts.if_contains(key);
  if (value == nullptr) return;
  if (value->is_string()) into.emplace_back(value->get_string());
  if (const auto* list = value->if_array()) {
    for (const bj::value& item : *list)
      if (item.is_string()) into.emplace_back(item.get_string());
  }
}

void take_meta(const bj::object& meta, ProfileWrite& write) {
  if (const auto* properties = json::object(meta, "patch_properties")) {
    if (const auto* append = json::object(*properties, "append")) write.append = *append;
    if (const auto* unappend = json::object(*properties, "unappend")) write.unappend = *unappend;
    take_texts(*properties, "unset", write.unset);
  }
  if (const auto* identifiers = json::object(meta, "patch_identifiers")) {
    if (const auto* append = json::object(*identifiers, "append"))
      take_texts(*append, "email", write.secondary_append);
    if (const auto* unappend = json::object(*identifiers, "unappend"))
      take_texts(*unappend, "email", write.secondary_unappend);
  }
}

void take_identifier(const bj::object& attributes, std::string_view kind, const Settings& settings,
                     const std::string& pointer, ProfileWrite& write, Errors& errors) {
  const bj::value* value = attributes.if_contains(kind);
  if (value == nullptr) return;
  auto& into = write.identifiers[std::string(kind)];
  if (value->is_null() || value->get_string().empty()) {
    into.reset();
    return;
  }
  into = std::string(value->get_string());
  if (kind == "email") {
    into = tidy_email(*into, settings.emails_fold_case);
    if (!is_plausible_email(*into))
      errors.push_back(invalid(pointer + "/email", "Invalid email address."));
  } else if (kind == "phone_number" && !is_plausible_phone(*into)) {
    errors.push_back(invalid(pointer + "/phone_number",
                             "Invalid phone number format (Example of a valid format: "
                             "+12345678901)."));
  }
}

// Depth of objects, sizes of texts and lists, whole numbers of at most 64 bits.
std::string limit_broken(const bj::value& value, int depth) {
  if (const auto* text = value.if_string())
    return text->size() > text_bytes_max ? "A text is longer than 100 KB." : "";
  if (value.is_uint64()) return "A whole number needs more than 64 bits.";
  if (const auto* list = value.if_array()) {
    if (list->size() > array_items_max) return "A list has more than 4000 items.";
    for (const bj::value& item : *list)
      if (auto broken = limit_broken(item, depth); !broken.empty()) return broken;
  }
  if (const auto* object = value.if_object()) {
    if (depth >= nesting_max) return "Objects are nested more than 10 levels deep.";
    for (const auto& [key, member] : *object)
      if (auto broken = limit_broken(member, depth + 1); !broken.empty()) return broken;
  }
  return "";
}

bool vanishes(const bj::value& value) {
  if (value.is_null()) return true;
  if (value.is_string()) return value.get_string().empty();
  return value.is_number() && value.to_number<double>() == 0;
}

void take_time(const bj::object& attributes, const Settings& settings, tillbridge::Instant now,
               const std::string& pointer, EventWrite& event, Errors& errors) {
  const auto text = json::text(attributes, "time");
  const auto at = text ? time_of(*text) : std::optional(now);
  if (!at) return;  // the shape has said so
  event.time_s = tillbridge::to_unix_seconds(*at);
  const auto year = static_cast<int>(
      std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(*at)}.year());
  if (year < settings.event_year_min || *at > now + std::chrono::hours{24 * 366})
    errors.push_back(invalid(pointer + "/time", "'time' is too far in the past or in the future."));
}

void take_value(const bj::object& attributes, const std::string& pointer, EventWrite& event,
                Errors& errors) {
  if (const auto* value = attributes.if_contains("value"); value != nullptr && value->is_number())
    event.value = value->to_number<double>();
  event.value_currency = json::text(attributes, "value_currency").value_or("");
  const std::string& currency = event.value_currency;
  const bool plausible =
      currency.empty() ||
      (currency.size() == 3 &&
       std::all_of(currency.begin(), currency.end(), [](char c) { return c >= 'A' && c <= 'Z'; }));
  if (!plausible)
    errors.push_back(invalid(pointer + "/value_currency", "Not an ISO 4217 currency."));
}

void take_properties(const bj::object& properties, const Settings& settings,
                     const std::string& pointer, EventInput& input, Errors& errors) {
  Errors limits;
  if (properties.size() > static_cast<std::size_t>(settings.event_properties_max)) {
    limits.push_back(invalid(pointer + "/properties", fmt::format("More than {} properties.",
                                                                  settings.event_properties_max)));
  }
  for (const auto& [key, value] : properties) {
    if (auto broken = limit_broken(value, 0); !broken.empty())
      limits.push_back(invalid(fmt::format("{}/properties/{}", pointer, std::string_view(key)),
                               std::move(broken)));
    if (!vanishes(value)) input.write.properties[key] = value;
  }
  input.over_limits = !limits.empty();
  if (settings.event_limits == "reject") errors.insert(errors.end(), limits.begin(), limits.end());
}

}  // namespace

ProfileWrite profile_write(const bj::object& resource, const Settings& settings,
                           const std::string& pointer, Errors& errors) {
  ProfileWrite write;
  write.id = json::text(resource, "id").value_or("");
  const bj::object& attributes = resource.at("attributes").as_object();
  const std::string place = pointer + "/attributes";
  for (const std::string_view kind : {"external_id", "email", "phone_number", "anonymous_id"})
    take_identifier(attributes, kind, settings, place, write, errors);
  for (const std::string_view name :
       {"first_name", "last_name", "organization", "locale", "title", "image"})
    if (const bj::value* value = attributes.if_contains(name)) write.names[name] = *value;
  if (const bj::value* location = attributes.if_contains("location")) {
    write.clears_location = location->is_null();
    if (location->is_object()) write.location = location->get_object();
  }
  if (const bj::value* properties = attributes.if_contains("properties")) {
    write.clears_properties = properties->is_null();
    if (properties->is_object()) write.properties = properties->get_object();
  }
  for (const bj::object* holder : {&resource, &attributes})
    if (const auto* meta = json::object(*holder, "meta")) take_meta(*meta, write);
  if (json::to_text(resource).size() > profile_bytes_max)
    errors.push_back(invalid(pointer, "The profile is larger than 100 KB."));
  return write;
}

void require_identifier(const ProfileWrite& write, const bj::object& resource,
                        const Settings& settings, const std::string& pointer, Errors& errors) {
  const auto given = [&write](std::string_view kind) {
    const auto found = write.identifiers.find(kind);
    return found != write.identifiers.end() && found->second.has_value();
  };
  const bool has_exchange_id = json::text(resource.at("attributes").as_object(), "_kx").has_value();
  if (!write.id.empty() || given("email") || given("external_id") || given("anonymous_id") ||
      has_exchange_id)
    return;
  if (!given("phone_number")) {
    errors.push_back(invalid(pointer + "/attributes",
                             "At least one identifier is needed: id, email, phone_number, "
                             "external_id."));
  } else if (!settings.sms_set_up) {
    errors.push_back(
        invalid(pointer + "/attributes/phone_number",
                "A phone number cannot identify a profile in an account without SMS."));
  }
}

void check_event_profile(const bj::object& profile, const Settings& settings,
                         const std::string& pointer, Errors& errors) {
  const ProfileWrite write = profile_write(profile, settings, pointer, errors);
  require_identifier(write, profile, settings, pointer, errors);
  if (json::to_text(profile).size() > event_profile_bytes_max)
    errors.push_back(invalid(pointer, "The profile of an event is larger than 95 KB."));
}

EventInput event_input(const bj::object& attributes, const bj::object& profile,
                       const Settings& settings, tillbridge::Instant now,
                       const std::string& pointer, Errors& errors) {
  EventInput input;
  EventWrite& event = input.write;
  const bj::object& metric = attributes.at("metric").at("data").at("attributes").as_object();
  event.metric = json::text(metric, "name").value_or("");
  event.service = json::text(metric, "service").value_or("api");
  if (event.metric.empty() || event.metric.size() > metric_name_max)
    errors.push_back(invalid(pointer + "/metric/data/attributes/name",
                             "The name of a metric has 1 to 127 characters."));
  take_time(attributes, settings, now, pointer, event, errors);
  take_value(attributes, pointer, event, errors);
  if (const bj::value* id = attributes.if_contains("unique_id"); id != nullptr && id->is_string()) {
    event.unique_id = id->get_string().c_str();
    if (event.unique_id.empty() || event.unique_id.size() > unique_id_max)
      errors.push_back(invalid(pointer + "/unique_id", "'unique_id' has 1 to 255 characters."));
  }
  event.backfill = json::boolean(attributes, "backfill").value_or(false);
  take_properties(attributes.at("properties").as_object(), settings, pointer, input, errors);

  Errors said_by_the_profile;  // see check_event_profile
  event.profile = profile_write(profile, settings, "", said_by_the_profile);
  input.profile_attributes = profile.at("attributes").as_object();
  for (const std::string_view kind :
       {"email", "external_id", "phone_number", "anonymous_id", "_kx"}) {
    if (auto value = json::text(input.profile_attributes, kind)) input.customer_ids[kind] = *value;
  }
  if (auto id = json::text(profile, "id")) input.customer_ids["id"] = *id;
  input.for_nobody = !event.profile.has_identifier();
  return input;
}

}  // namespace sandbox::klaviyo
