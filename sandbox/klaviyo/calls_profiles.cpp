// Profiles: read, write, merge, delete (contract 6, 13).
#include <algorithm>

#include <fmt/format.h>

#include "klaviyo/calls.h"
#include "klaviyo/plausibility.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;

namespace {

constexpr std::string_view suppression_field = "subscriptions.email.marketing.suppression.";
constexpr std::string_view list_suppression_field =
    "subscriptions.email.marketing.list_suppressions.";

bool asks_for(const Query& query, std::string_view prefix) {
  return query.sort.starts_with(prefix) ||
         std::any_of(query.conditions.begin(), query.conditions.end(),
                     [prefix](const Condition& one) { return one.field.starts_with(prefix); });
}

// All conditions hold for one and the same suppression. Both sets of reasons are understood.
const Suppression* suppression_asked_for(const Profile& profile, const Query& query,
                                         std::string_view prefix, bool on_list) {
  const auto field = [prefix](std::string_view part) { return fmt::format("{}{}", prefix, part); };
  for (const Suppression& one : profile.suppressions) {
    if (one.list_id.empty() == on_list) continue;
    const bool reason = meets(query, field("reason"), one.reason) ||
                        meets(query, field("reason"), older_suppression_name(one.reason));
    if (reason && meets(query, field("timestamp"), sortable(one.at)) &&
        meets(query, field("list_id"), one.list_id))
      return &one;
  }
  return nullptr;
}

std::string sort_key(const Profile& profile, const Query& query) {
  if (query.sort == "created") return sortable(profile.created);
  if (query.sort == "updated") return sortable(profile.updated);
  if (query.sort == "email") return profile.identifier("email");
  for (const auto& [prefix, on_list] :
       {std::pair{suppression_field, false}, std::pair{list_suppression_field, true}}) {
    if (!query.sort.starts_with(prefix)) continue;
    const Suppression* one = suppression_asked_for(profile, query, prefix, on_list);
    if (one != nullptr) return sortable(one->at);
  }
  return profile.id;
}

bool meets_all(const Profile& profile, const Query& query) {
  const auto identifier = [&](std::string_view kind) {
    return meets(query, kind, profile.identifier(kind));
  };
  if (!meets(query, "id", profile.id) || !identifier("email") || !identifier("phone_number") ||
      !identifier("external_id") || !meets(query, "_kx", "") ||
      !meets(query, "created", sortable(profile.created)) ||
      !meets(query, "updated", sortable(profile.updated)))
    return false;
  if (asks_for(query, suppression_field) &&
      suppression_asked_for(profile, query, suppression_field, false) == nullptr)
    return false;
  return !asks_for(query, list_suppression_field) ||
         suppression_asked_for(profile, query, list_suppression_field, true) != nullptr;
}

// Addresses in the form that profiles have them.
Query folded(Query query, const Settings& settings) {
  for (Condition& one : query.conditions)
    if (one.field == "email")
      for (std::string& value : one.values) value = tidy_email(value, settings.emails_fold_case);
  return query;
}

}  // namespace

Reply Calls::profile_page(const Call& call, std::string_view list_id) {
  const Query query = folded(call.query, settings_);
  std::vector<Entry> candidates;
  const auto consider = [&](const Profile& profile) {
    if (!meets_all(profile, query)) return;
    std::string key = sort_key(profile, query);
    if (!list_id.empty()) {
      const auto membership = profile.lists.find(std::string(list_id));
      if (membership == profile.lists.end()) return;
      key = sortable(membership->second);
      if (!meets(query, "joined_group_at", key)) return;
    }
    candidates.push_back({std::move(key), profile.id});
  };
  // Whoever is named by an identifier is found by it; else everybody is looked at.
  const Condition* named = nullptr;
  for (const Condition& one : query.conditions)
    for (const std::string_view kind : {"id", "email", "phone_number", "external_id"})
      if (one.field == kind) named = &one;
  if (named == nullptr) {
    for (const auto& [id, profile] : account_.profiles()) consider(*profile);
  } else {
    std::set<const Profile*> found;
    for (const std::string& value : named->values) {
      const Profile* profile =
          named->field == "id" ? account_.find(value) : account_.find_by(named->field, value);
      if (profile != nullptr && found.insert(profile).second) consider(*profile);
    }
  }
  auto paged = page_of(std::move(candidates), call.query);
  if (auto* errors = std::get_if<Errors>(&paged)) return error_reply(*errors);
  const Page& page = std::get<Page>(paged);
  bj::array data;
  for (const Entry& entry : page.entries) {
    const Profile& profile = *account_.find(entry.id);
    if (call.operation->act == Act::get_list_profile_ids) {
      data.push_back(identifier_of("profile", profile.id));
      continue;
    }
    data.push_back(profile_resource(profile, settings_, call.query));
  }
  return json_reply(200, collection(std::move(data), page, call.query, settings_, call.path));
}

Reply Calls::get_profiles(const Call& call) {
  return profile_page(call, "");
}

Reply Calls::get_profile(const Call& call) {
  const Profile* profile = account_.find(call.id);
  if (profile == nullptr) return error_reply(not_found("profile", call.id));
  bj::object body =
      document(profile_resource(*profile, settings_, call.query), settings_, call.path);
  if (call.query.include.contains("lists")) {
    bj::array lists;
    for (const auto& [id, joined] : profile->lists)
      lists.push_back(list_resource(*account_.list(id), settings_, call.query));
    body["included"] = std::move(lists);
  }
  return json_reply(200, body);
}

Reply Calls::written(int status, const Call& call, const Upserted& upserted) {
  if (upserted.what == Written::refused) return error_reply(duplicate_profile(upserted.conflict));
  const std::string path = "/api/profiles/" + upserted.profile->id;
  return json_reply(status, document(profile_resource(*upserted.profile, settings_, call.query),
                                     settings_, path));
}

Reply Calls::create_profile(const Call& call) {
  Errors errors;
  const ProfileWrite write = profile_write(data_of(call), settings_, "/data", errors);
  require_identifier(write, data_of(call), settings_, "/data", errors);
  if (!errors.empty()) return error_reply(errors);
  return written(201, call, account_.create(write));
}

Reply Calls::update_profile(const Call& call) {
  Errors errors;
  const ProfileWrite write = profile_write(data_of(call), settings_, "/data", errors);
  if (write.id != call.id)
    errors.push_back(invalid("/data/id", "The id has to repeat the one of the path."));
  if (!errors.empty()) return error_reply(errors);
  Profile* profile = account_.find(call.id);
  if (profile == nullptr) return error_reply(not_found("profile", call.id));
  return written(200, call, account_.update(*profile, write));
}

Reply Calls::import_profile(const Call& call) {
  Errors errors;
  const ProfileWrite write = profile_write(data_of(call), settings_, "/data", errors);
  require_identifier(write, data_of(call), settings_, "/data", errors);
  if (!errors.empty()) return error_reply(errors);
  if (!write.id.empty() && account_.find(write.id) == nullptr)
    return error_reply(not_found("profile", write.id));
  const Upserted upserted = account_.upsert(write, true);
  return written(upserted.what == Written::created ? 201 : 200, call, upserted);
}

Reply Calls::merge_profiles(const Call& call) {
  const bj::object& data = data_of(call);
  const std::string destination(data.at("id").as_string());
  const std::string source(
      data.at("relationships").at("profiles").at("data").as_array().front().at("id").as_string());
  for (const std::string& id : {destination, source})
    if (account_.find(id) == nullptr) return error_reply(not_found("profile", id));
  if (destination == source) {
    return error_reply(
        invalid("/data/relationships/profiles/data", "A profile cannot be merged into itself."));
  }
  agenda_.at(after_ms(settings_.merge_delay_ms), [this, destination, source] {
    Profile* to = account_.find(destination);
    Profile* from = account_.find(source);
    if (to != nullptr && from != nullptr) account_.merge(*to, *from);
  });
  bj::object out = identifier_of("profile", destination);
  out["links"] = self_link(settings_, "/api/profiles/" + destination);
  return json_reply(201, document(std::move(out), settings_, call.path));
}

Reply Calls::delete_person(const Call& call) {
  const std::string place = "/data/attributes/profile/data";
  const bj::object& profile = data_of(call).at("attributes").at("profile").at("data").as_object();
  Errors errors;
  const ProfileWrite write = profile_write(profile, settings_, place, errors);
  std::size_t given = write.id.empty() ? 0 : 1;
  for (const auto& [kind, value] : write.identifiers) given += value ? 1 : 0;
  if (given != 1)
    errors.push_back(invalid(place, "Exactly one of id, email and phone_number is needed."));
  if (!errors.empty()) return error_reply(errors);
  agenda_.at(after_ms(settings_.deletion_delay_ms), [this, write] {
    Profile* profile = write.id.empty() ? nullptr : account_.find(write.id);
    for (const auto& [kind, value] : write.identifiers)
      if (value) profile = account_.find_by(kind, *value);
    if (profile != nullptr) account_.remove(*profile);
  });
  return empty_reply(202);
}

}  // namespace sandbox::klaviyo
