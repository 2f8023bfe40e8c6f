// What the ids of a request do to profiles: contract 6.2, by its row numbers.
#include <algorithm>

#include "bloomreach/profile_store.h"

namespace sandbox::bloomreach {
namespace {

bool compatible(const std::map<std::string, std::string>& one,
                const std::map<std::string, std::string>& other) {
  return std::none_of(one.begin(), one.end(), [&other](const auto& id) {
    const auto found = other.find(id.first);
    return found != other.end() && found->second != id.second;
  });
}

ExternalIds of_types(const ExternalIds& ids, const std::set<std::string>& types) {
  ExternalIds chosen;
  for (const auto& id : ids)
    if (types.contains(id.first)) chosen.push_back(id);
  return chosen;
}

std::map<std::string, std::string> as_map(const ExternalIds& ids) {
  return {ids.begin(), ids.end()};
}

}  // namespace

bool ProfileStore::conflicts(const ExternalIds& ids, const Settings& settings) const {
  const ExternalIds hard = of_types(ids, settings.hard_ids);
  std::map<std::string, std::string> together = as_map(hard);
  for (const auto& [type, value] : hard) {
    const Profile* owner = owner_of(type, value);
    if (owner == nullptr) continue;
    if (!compatible(together, owner->hard)) return true;
    together.insert(owner->hard.begin(), owner->hard.end());
  }
  return false;
}

Profile* ProfileStore::resolve(const ExternalIds& ids, const Settings& settings, double now_s) {
  const ExternalIds hard = of_types(ids, settings.hard_ids);
  const ExternalIds soft = of_types(ids, settings.soft_ids);
  Profile* target = nullptr;
  if (conflicts(ids, settings)) {
    if (settings.conflicting_ids != "overwrite") return nullptr;
    target = overwrite_hard(hard);
  } else {
    target = resolve_hard(hard, settings, now_s);
  }
  const auto given = as_map(hard);
  for (const auto& [type, value] : soft) {
    if (target != nullptr) break;
    Profile* owner = owner_of(type, value);
    if (owner != nullptr && compatible(given, owner->hard)) target = owner;  // row 2, or A is new
  }
  if (target == nullptr) target = create();                               // rows 1 and 6
  for (const auto& [type, value] : hard) set_hard(*target, type, value);  // row 7

  for (const auto& [type, value] : soft) {
    Profile* owner = owner_of(type, value);
    if (owner != nullptr && owner != target) {
      if (compatible(target->hard, owner->hard)) {
        target = merge(target, owner, settings, now_s);  // row 3
      } else {
        drop_soft(*owner, type, value);  // row 5: theft
      }
    }
    use_soft(*target, type, value);  // row 4
  }
  return target;
}

// Rows 2 and 8: the profile that was created first takes in the others.
Profile* ProfileStore::resolve_hard(const ExternalIds& hard, const Settings& settings,
                                    double now_s) {
  Profile* target = nullptr;
  for (const auto& [type, value] : hard) {
    Profile* owner = owner_of(type, value);
    if (owner == nullptr || owner == target) continue;
    target = target == nullptr ? owner : merge(target, owner, settings, now_s);
  }
  return target;
}

// Rows 9 and 10 when the project lets the newcomer win: the first known id's profile gets all of
// them.
Profile* ProfileStore::overwrite_hard(const ExternalIds& hard) {
  Profile* target = nullptr;
  for (const auto& [type, value] : hard) {
    if (target == nullptr) target = owner_of(type, value);
  }
  for (const auto& [type, value] : hard) {
    Profile* owner = owner_of(type, value);
    if (owner == target) continue;
    if (owner != nullptr) drop_hard(*owner, type);
    drop_hard(*target, type);
    set_hard(*target, type, value);
  }
  return target;
}

}  // namespace sandbox::bloomreach
