#include "klaviyo/account.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "klaviyo/consent.h"
#include "klaviyo/plausibility.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;

namespace {

// Strongest first (contract 6.4). The id comes before all.
constexpr std::array<std::string_view, 4> ranks = {"external_id", "email", "phone_number",
                                                   "anonymous_id"};
constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void put_all(bj::object& into, const bj::object& from) {
  for (const auto& [key, value] : from) {
    if (value.is_null()) {
      into.erase(key);
    } else {
      into[key] = value;
    }
  }
}

void put_nested(bj::object& into, const bj::object& from) {
  for (const auto& [key, value] : from) {
    bj::value* known = into.if_contains(key);
    if (value.is_object() && known != nullptr && known->is_object()) {
      put_nested(known->get_object(), value.get_object());
    } else {
      into[key] = value;
    }
  }
}

std::vector<bj::value> as_list(const bj::value& value) {
  if (const auto* list = value.if_array()) return {list->begin(), list->end()};
  return {value};
}

}  // namespace

bool ProfileWrite::has_identifier() const {
  return !id.empty() || std::any_of(identifiers.begin(), identifiers.end(), [](const auto& one) {
    return one.second.has_value() && !one.second->empty();
  });
}

Account::Account(const tillbridge::Clock& clock, tillbridge::Entropy entropy,
                 const Settings& settings, OnEvent on_event)
    : clock_(clock), entropy_(entropy), settings_(settings), on_event_(std::move(on_event)) {
  for (const BuiltInMetric& one : built_in_metrics()) metric(one.name, "klaviyo");
}

std::string Account::random_id(std::size_t length, std::string_view alphabet) {
  std::string id;
  while (id.size() < length) id += alphabet[entropy_.below(alphabet.size())];
  return id;
}

std::string Account::sortable_id() {
  auto left = static_cast<std::uint64_t>(tillbridge::to_unix_us(clock_.now()) / 1000);
  std::string time(10, '0');
  for (auto digit = time.rbegin(); digit != time.rend(); ++digit, left /= 32)
    *digit = crockford[left % 32];
  return time + random_id(16, crockford);
}

std::string Account::uuid() {
  return fmt::format("{:08x}-{:04x}-11f1-8{:03x}-{:012x}", entropy_.next() >> 32,
                     entropy_.next() >> 48, entropy_.next() >> 52, entropy_.next() >> 16);
}

std::string Account::tidy(std::string_view kind, const std::string& value) const {
  return kind == "email" ? tidy_email(value, settings_.emails_fold_case) : value;
}

Profile* Account::find(std::string_view id) {
  const auto found = profiles_.find(std::string(id));
  return found == profiles_.end() ? nullptr : found->second.get();
}

Profile* Account::find_by(std::string_view kind, const std::string& value) {
  const auto found = owners_.find(fmt::format("{}:{}", kind, tidy(kind, value)));
  return found == owners_.end() ? nullptr : found->second;
}

// Known by nothing as strong as the kind that decides, and not in the way of another address.
bool Account::is_swallowed(const Profile& weaker, const Profile& stronger,
                           std::string_view decisive) const {
  if (decisive == "external_id" && !settings_.external_id_merges) return false;
  for (const std::string_view kind : ranks) {
    if (weaker.identifiers.contains(kind)) return false;
    if (kind == decisive) break;
  }
  const std::string ours = stronger.identifier("email");
  const std::string theirs = weaker.identifier("email");
  return ours.empty() || theirs.empty() || ours == theirs;
}

Account::Found Account::resolve(const ProfileWrite& write) {
  Found found;
  std::string_view decisive = "id";
  if (!write.id.empty()) found.strongest = find(write.id);
  for (const std::string_view kind : ranks) {
    const auto given = write.identifiers.find(kind);
    if (given == write.identifiers.end() || !given->second || given->second->empty()) continue;
    Profile* const owner = find_by(kind, *given->second);
    if (owner == nullptr || owner == found.strongest) continue;
    if (found.strongest == nullptr) {
      found.strongest = owner;
      decisive = kind;
      continue;
    }
    // Who is named by Klaviyo's own id is nobody else: there is no swallowing then.
    const bool swallowed = decisive != "id" && is_swallowed(*owner, *found.strongest, decisive);
    auto& into = swallowed ? found.mergeable : found.conflicting;
    if (std::find(into.begin(), into.end(), owner) == into.end()) into.push_back(owner);
  }
  return found;
}

Upserted Account::upsert(const ProfileWrite& write, bool may_conflict) {
  const Found found = resolve(write);
  if (found.strongest == nullptr) {
    Profile& profile = new_profile();
    apply(profile, write);
    return {Written::created, &profile, {}};
  }
  if (!found.conflicting.empty() && may_conflict && settings_.conflicting_identifiers == "reject")
    return {Written::refused, nullptr, found.conflicting.front()->id};
  for (Profile* weaker : found.mergeable) merge(*found.strongest, *weaker);
  apply(*found.strongest, write);
  return {Written::updated, found.strongest, {}};
}

Upserted Account::create(const ProfileWrite& write) {
  for (const auto& [kind, value] : write.identifiers) {
    if (!value || value->empty()) continue;
    if (const Profile* owner = find_by(kind, *value)) return {Written::refused, nullptr, owner->id};
  }
  Profile& profile = new_profile();
  apply(profile, write);
  return {Written::created, &profile, {}};
}

Upserted Account::update(Profile& profile, const ProfileWrite& write) {
  for (const auto& [kind, value] : write.identifiers) {
    if (!value || value->empty()) continue;
    const Profile* owner = find_by(kind, *value);
    if (owner != nullptr && owner != &profile) return {Written::refused, nullptr, owner->id};
  }
  apply(profile, write);
  return {Written::updated, &profile, {}};
}

Profile& Account::new_profile() {
  auto profile = std::make_unique<Profile>();
  profile->id = sortable_id();
  profile->created = profile->updated = clock_.now();
  Profile& made = *profile;
  profiles_[made.id] = std::move(profile);
  return made;
}

void Account::set_identifier(Profile& profile, std::string_view kind, const std::string& value) {
  const auto known = profile.identifiers.find(kind);
  if (known != profile.identifiers.end()) {
    if (known->second == value) return;
    owners_.erase(fmt::format("{}:{}", kind, known->second));
    profile.identifiers.erase(known);
  }
  if (value.empty()) return;
  // An identifier of somebody else stays there: the stronger one has decided whose write this is.
  const auto [owner, is_free] = owners_.try_emplace(fmt::format("{}:{}", kind, value), &profile);
  if (is_free) profile.identifiers.emplace(kind, value);
}

void Account::apply(Profile& profile, const ProfileWrite& write) {
  for (const auto& [kind, value] : write.identifiers) {
    const std::string wanted = value ? tidy(kind, *value) : std::string();
    const Profile* owner = wanted.empty() ? nullptr : find_by(kind, wanted);
    if (owner != nullptr && owner != &profile) continue;
    if (profile.secondary_emails.contains(wanted)) continue;
    set_identifier(profile, kind, wanted);
  }
  put_all(profile.names, write.names);
  if (write.clears_location) profile.location.clear();
  put_all(profile.location, write.location);
  if (write.clears_properties) profile.properties.clear();
  if (settings_.nested_properties_merge) {
    put_nested(profile.properties, write.properties);
  } else {
    for (const auto& [key, value] : write.properties) profile.properties[key] = value;
  }
  patch(profile, write);
  profile.updated = clock_.now();
}

void Account::patch(Profile& profile, const ProfileWrite& write) {
  for (const auto& [key, value] : write.append) {
    bj::value& place = profile.properties[key];
    if (!place.is_array()) place = place.is_null() ? bj::array{} : bj::array{place};
    for (bj::value& item : as_list(value)) {
      bj::array& list = place.get_array();
      if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(std::move(item));
    }
  }
  for (const auto& [key, value] : write.unappend) {
    bj::value* place = profile.properties.if_contains(key);
    if (place == nullptr || !place->is_array()) continue;
    for (const bj::value& item : as_list(value)) {
      bj::array& list = place->get_array();
      const auto at = std::find(list.begin(), list.end(), item);
      if (at != list.end()) list.erase(at);
    }
  }
  for (const std::string& key : write.unset) profile.properties.erase(key);
  for (const std::string& email : write.secondary_append) {
    const std::string wanted = tidy("email", email);
    if (owners_.try_emplace("email:" + wanted, &profile).second)
      profile.secondary_emails.insert(wanted);
  }
  for (const std::string& email : write.secondary_unappend) {
    const std::string wanted = tidy("email", email);
    if (profile.secondary_emails.erase(wanted) > 0) owners_.erase("email:" + wanted);
  }
}

void Account::merge(Profile& destination, Profile& source) {
  if (&destination == &source) return;
  for (const auto& [kind, value] : source.identifiers) owners_.erase(kind + ":" + value);
  for (const std::string& email : source.secondary_emails) {
    owners_["email:" + email] = &destination;
    destination.secondary_emails.insert(email);
  }
  for (const auto& [kind, value] : source.identifiers)
    if (!destination.identifiers.contains(kind)) set_identifier(destination, kind, value);
  for (const auto& [key, value] : source.names)
    if (!destination.names.contains(key)) destination.names[key] = value;
  for (const auto& [key, value] : source.properties)
    if (!destination.properties.contains(key)) destination.properties[key] = value;
  const bj::value* zone = source.location.if_contains("timezone");
  const bj::value kept_zone = zone == nullptr ? bj::value() : *zone;
  if (source.location.size() > destination.location.size()) destination.location = source.location;
  if (!kept_zone.is_null()) destination.location["timezone"] = kept_zone;
  merge_consent(destination, source);
  for (const auto& [list_id, joined] : source.lists) destination.lists.emplace(list_id, joined);
  for (const std::string& id : source.events) {
    const auto moved = events_.find(id);
    if (moved != events_.end()) moved->second.profile_id = destination.id;
  }
  destination.events.insert(destination.events.end(), source.events.begin(), source.events.end());
  destination.event_keys.insert(source.event_keys.begin(), source.event_keys.end());
  destination.created = std::min(destination.created, source.created);
  destination.updated = clock_.now();
  if (source.last_event)
    destination.last_event =
        std::max(destination.last_event.value_or(*source.last_event), *source.last_event);
  ++merges_;
  const std::string gone = source.id;
  profiles_.erase(gone);
  note("Merged Profile", destination, {{"source_profile_id", gone}}, clock_.now(), true);
}

void Account::remove(Profile& profile) {
  for (const auto& [kind, value] : profile.identifiers) owners_.erase(kind + ":" + value);
  for (const std::string& email : profile.secondary_emails) owners_.erase("email:" + email);
  for (const std::string& id : profile.events) events_.erase(id);
  profiles_.erase(std::string(profile.id));
}

}  // namespace sandbox::klaviyo
