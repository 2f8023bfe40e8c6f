#pragma once
// All profiles, and what an applied write does to them: identity (contract 6.2), merging, property
// times, event deduplication, anonymising. Core thread.

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "base/entropy.h"
#include "bloomreach/command.h"
#include "bloomreach/profile.h"
#include "bloomreach/settings.h"

namespace sandbox::bloomreach {

constexpr std::size_t soft_ids_per_type_max = 64;

class ProfileStore {
 public:
  struct Counters {
    std::uint64_t processed_events = 0;  // exact copies included: they count for the contract
    std::uint64_t deduplicated_events = 0;
    std::uint64_t dropped_conflicts = 0;  // 6.2 rows 9 and 10 under accept_and_drop
    std::uint64_t merges = 0;
    std::uint64_t stale_properties = 0;  // older than what is stored
  };

  explicit ProfileStore(tillbridge::Entropy entropy) : entropy_(entropy) {}

  void apply(const Command& command, const Settings& settings, double now_s);

  // The profile that any of these ids names; null when none does.
  const Profile* find(const ExternalIds& ids) const;
  const Profile* find_internal(std::string_view internal_id) const;
  // 6.2 rows 9 and 10: these ids cannot be on one profile.
  bool conflicts(const ExternalIds& ids, const Settings& settings) const;

  std::vector<const Profile*> all() const;  // oldest first
  std::size_t size() const { return profiles_.size(); }
  const Counters& counters() const { return counters_; }

 private:
  Profile* owner_of(const std::string& type, const std::string& value) const;
  Profile* resolve(const ExternalIds& ids, const Settings& settings, double now_s);
  Profile* resolve_hard(const ExternalIds& hard, const Settings& settings, double now_s);
  Profile* overwrite_hard(const ExternalIds& hard);
  Profile* create();
  Profile* merge(Profile* one, Profile* other, const Settings& settings, double now_s);
  void set_hard(Profile& profile, const std::string& type, const std::string& value);
  void drop_hard(Profile& profile, const std::string& type);
  void use_soft(Profile& profile, const std::string& type, const std::string& value);
  void drop_soft(Profile& profile, const std::string& type, const std::string& value);
  void add_event(Profile& profile, ProfileEvent event, const Settings& settings);
  void anonymise(Profile& profile, const Settings& settings, double now_s);

  tillbridge::Entropy entropy_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Profile>> profiles_;  // by serial
  std::unordered_map<std::string, Profile*> index_;                       // "type\nvalue"
  boost::unordered_flat_set<std::uint64_t> event_hashes_;  // with the profile's serial
  std::uint64_t last_serial_ = 0;
  Counters counters_;
};

}  // namespace sandbox::bloomreach
