#include "bloomreach/profile_store.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "bloomreach/canonical.h"

namespace sandbox::bloomreach {
namespace {

namespace bj = boost::json;

constexpr std::uint64_t first_internal_id = 0x57e99c7b00000000ULL;

std::string index_key(const std::string& type, const std::string& value) {
  return type + "\n" + value;
}

std::uint64_t hash_on(const Profile& profile, std::uint64_t event_hash) {
  return event_hash ^ (profile.serial * 0x9e3779b97f4a7c15ULL);
}

std::uint64_t event_hash(const std::string& type, double timestamp, const bj::object& properties) {
  bj::array content;
  content.push_back(bj::string(type));
  content.push_back(timestamp);
  content.push_back(properties);
  return content_hash(content);
}

ProfileEvent made_event(const std::string& type, double timestamp, const bj::object& properties) {
  return {type, timestamp, tillbridge::json::to_text(properties),
          event_hash(type, timestamp, properties)};
}

void take_property(Profile& profile, const std::string& name, const Property& property,
                   bool equal_wins, std::uint64_t& stale) {
  const auto [at, added] = profile.properties.try_emplace(name, property);
  if (added) return;
  const bool newer = property.changed_s > at->second.changed_s ||
                     (equal_wins && property.changed_s == at->second.changed_s);
  if (newer) {
    at->second = property;
  } else {
    ++stale;
  }
}

}  // namespace

std::string Profile::internal_id() const {
  return fmt::format("{:024x}", first_internal_id + serial);
}

void ProfileStore::apply(const Command& command, const Settings& settings, double now_s) {
  if (command.kind == Command::Kind::anonymize) {
    if (const Profile* found = find(command.ids))
      anonymise(*profiles_.at(found->serial), settings, now_s);
    return;
  }
  Profile* profile = resolve(command.ids, settings, now_s);
  if (command.kind == Command::Kind::event) ++counters_.processed_events;
  if (profile == nullptr) {
    ++counters_.dropped_conflicts;
    return;
  }
  if (command.kind == Command::Kind::customer) {
    for (const auto& [name, value] : command.properties) {
      take_property(*profile, std::string(name), {value, command.timestamp},
                    settings.apply_equal_timestamps, counters_.stale_properties);
    }
    return;
  }
  add_event(*profile, made_event(command.event_type, command.timestamp, command.properties),
            settings);
}

void ProfileStore::add_event(Profile& profile, ProfileEvent event, const Settings& settings) {
  const bool first = event_hashes_.insert(hash_on(profile, event.hash)).second;
  if (!first && settings.deduplicate_events) {
    ++counters_.deduplicated_events;
    return;
  }
  profile.events.push_back(std::move(event));
  const auto kept = static_cast<std::size_t>(settings.events_kept_per_profile);
  if (kept != 0 && profile.events.size() > kept) profile.events.pop_front();
}

const Profile* ProfileStore::find(const ExternalIds& ids) const {
  for (const auto& [type, value] : ids)
    if (const Profile* owner = owner_of(type, value)) return owner;
  return nullptr;
}

const Profile* ProfileStore::find_internal(std::string_view internal_id) const {
  std::uint64_t number = 0;
  const auto [end, error] =
      std::from_chars(internal_id.data(), internal_id.data() + internal_id.size(), number, 16);
  if (error != std::errc{} || end != internal_id.data() + internal_id.size()) return nullptr;
  const auto found = profiles_.find(number - first_internal_id);
  return found == profiles_.end() ? nullptr : found->second.get();
}

std::vector<const Profile*> ProfileStore::all() const {
  std::vector<const Profile*> sorted;
  sorted.reserve(profiles_.size());
  for (const auto& [serial, profile] : profiles_) sorted.push_back(profile.get());
  std::sort(sorted.begin(), sorted.end(),
            [](const Profile* a, const Profile* b) { return a->serial < b->serial; });
  return sorted;
}

Profile* ProfileStore::owner_of(const std::string& type, const std::string& value) const {
  const auto found = index_.find(index_key(type, value));
  return found == index_.end() ? nullptr : found->second;
}

Profile* ProfileStore::create() {
  auto made = std::make_unique<Profile>();
  made->serial = ++last_serial_;
  Profile* profile = made.get();
  profiles_.emplace(profile->serial, std::move(made));
  return profile;
}

void ProfileStore::set_hard(Profile& profile, const std::string& type, const std::string& value) {
  profile.hard[type] = value;
  index_[index_key(type, value)] = &profile;
}

void ProfileStore::drop_hard(Profile& profile, const std::string& type) {
  const auto found = profile.hard.find(type);
  if (found == profile.hard.end()) return;
  index_.erase(index_key(type, found->second));
  profile.hard.erase(found);
}

void ProfileStore::use_soft(Profile& profile, const std::string& type, const std::string& value) {
  auto& values = profile.soft[type];
  std::erase(values, value);
  values.push_back(value);
  index_[index_key(type, value)] = &profile;
  if (values.size() > soft_ids_per_type_max) {
    index_.erase(index_key(type, values.front()));
    values.erase(values.begin());
  }
}

void ProfileStore::drop_soft(Profile& profile, const std::string& type, const std::string& value) {
  std::erase(profile.soft[type], value);
  if (profile.soft[type].empty()) profile.soft.erase(type);
  index_.erase(index_key(type, value));
}

// Everything of the younger profile goes to the older one; the caller has made sure that no hard
// ids differ.
Profile* ProfileStore::merge(Profile* one, Profile* other, const Settings& settings, double now_s) {
  Profile* older = one->serial < other->serial ? one : other;
  Profile* younger = older == one ? other : one;
  for (const auto& [type, value] : younger->hard) set_hard(*older, type, value);
  for (const auto& [type, values] : younger->soft)
    for (const std::string& value : values) use_soft(*older, type, value);
  for (const auto& [name, property] : younger->properties)
    take_property(*older, name, property, settings.apply_equal_timestamps,
                  counters_.stale_properties);
  for (ProfileEvent& event : younger->events) {
    event_hashes_.insert(hash_on(*older, event.hash));
    older->events.push_back(std::move(event));
  }
  add_event(*older, made_event("merge", now_s, {{"source_internal_id", younger->internal_id()}}),
            settings);
  ++counters_.merges;
  profiles_.erase(younger->serial);
  return older;
}

void ProfileStore::anonymise(Profile& profile, const Settings& settings, double now_s) {
  for (const auto& [type, value] : profile.hard) index_.erase(index_key(type, value));
  for (const auto& [type, values] : profile.soft)
    for (const std::string& value : values) index_.erase(index_key(type, value));
  profile.hard.clear();
  profile.soft.clear();
  for (const std::string& name : settings.pii_properties) profile.properties.erase(name);
  use_soft(profile, settings.cookie_id, fmt::format("{:016x}", entropy_.next()));
  add_event(profile, made_event("anonymization", now_s, {}), settings);
}

}  // namespace sandbox::bloomreach
