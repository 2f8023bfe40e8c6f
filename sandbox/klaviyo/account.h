#pragma once
// The account's data: identity of profiles (contract 6), events with their duplicates (8), metrics
// and lists. Knows nothing of HTTP. Core thread.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/clock.h"
#include "base/entropy.h"
#include "klaviyo/profile.h"
#include "klaviyo/settings.h"

namespace sandbox::klaviyo {

// What a call says about a person. null clears, absent stays (contract 3.1).
struct ProfileWrite {
  std::string id;
  std::map<std::string, std::optional<std::string>, std::less<>> identifiers;
  boost::json::object names, location, properties;
  bool clears_location = false, clears_properties = false;
  boost::json::object append, unappend;
  std::vector<std::string> unset;
  std::vector<std::string> secondary_append, secondary_unappend;

  bool has_identifier() const;
};

struct EventWrite {
  std::string metric, service;
  ProfileWrite profile;
  std::int64_t time_s = 0;
  boost::json::object properties;  // zeros and blanks already dropped
  std::optional<double> value;
  std::string value_currency, unique_id;
  bool backfill = false;
};

enum class Written { created, updated, refused };
struct Upserted {
  Written what = Written::refused;
  Profile* profile = nullptr;
  std::string conflict;  // id of the profile that owns an identifier
};

enum class Stored { fresh, copy, conflicting };

class Account {
 public:
  // A new event of any metric, also of those that Klaviyo makes itself. triggers: flows react.
  using OnEvent = std::function<void(const StoredEvent&, const Metric&, bool triggers)>;

  Account(const tillbridge::Clock& clock, tillbridge::Entropy entropy, const Settings& settings,
          OnEvent on_event);

  // Profiles.
  Profile* find(std::string_view id);
  Profile* find_by(std::string_view kind, const std::string& value);
  // The strongest identifier's profile; merges those known by weaker ones only.
  Upserted upsert(const ProfileWrite& write, bool may_conflict);
  Upserted create(const ProfileWrite& write);
  Upserted update(Profile& profile, const ProfileWrite& write);
  void merge(Profile& destination, Profile& source);
  void remove(Profile& profile);
  const std::map<std::string, std::unique_ptr<Profile>>& profiles() const { return profiles_; }

  // Events.
  Stored store(const EventWrite& event, Profile& profile);
  // An event that Klaviyo makes itself.
  void note(std::string_view metric, Profile& profile, boost::json::object properties,
            tillbridge::Instant at, bool triggers);
  const StoredEvent* event(const std::string& id) const;
  const std::map<std::string, StoredEvent>& events() const { return events_; }

  const std::map<std::string, Metric>& metrics() const { return metrics_; }
  Metric& metric(std::string_view name, std::string_view service);

  ListRecord& add_list(std::string name, std::string opt_in_process);
  const std::map<std::string, ListRecord>& lists() const { return lists_; }
  const ListRecord* list(const std::string& id) const;
  void join(Profile& profile, const std::string& list_id, bool triggers);

  std::uint64_t merges() const { return merges_; }
  std::string random_id(std::size_t length, std::string_view alphabet);
  // Time first, so that ids rise.
  std::string sortable_id();
  std::string uuid();
  const Settings& settings() const { return settings_; }
  tillbridge::Instant now() const { return clock_.now(); }

 private:
  struct Found {
    Profile* strongest = nullptr;
    std::vector<Profile*> mergeable, conflicting;
  };
  Found resolve(const ProfileWrite& write);
  bool is_swallowed(const Profile& weaker, const Profile& stronger,
                    std::string_view decisive) const;
  void apply(Profile& profile, const ProfileWrite& write);
  void patch(Profile& profile, const ProfileWrite& write);
  void set_identifier(Profile& profile, std::string_view kind, const std::string& value);
  std::string tidy(std::string_view kind, const std::string& value) const;
  Profile& new_profile();
  void trim(Profile& profile);

  const tillbridge::Clock& clock_;
  tillbridge::Entropy entropy_;
  const Settings& settings_;
  OnEvent on_event_;
  std::map<std::string, std::unique_ptr<Profile>> profiles_;
  // kind + ':' + value -> profile
  boost::unordered_flat_map<std::string, Profile*> owners_;
  std::map<std::string, StoredEvent> events_;
  std::map<std::string, Metric> metrics_;
  std::map<std::pair<std::string, std::string>, std::string> metric_ids_;  // (name, service)
  std::map<std::string, ListRecord> lists_;
  std::uint64_t merges_ = 0;
};

// The metrics that an account has from the beginning, as (name, webhook topic).
struct BuiltInMetric {
  std::string_view name, topic;
};
const std::vector<BuiltInMetric>& built_in_metrics();

}  // namespace sandbox::klaviyo
