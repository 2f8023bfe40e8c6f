#pragma once
// Klaviyo's profiles as they stand against what the tills' orders make of them. Pure; any thread.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ledger/klaviyo_people.h"
#include "ledger/ledger.h"
#include "ledger/register_writes.h"

namespace sandbox {

struct ProfileVerdict {
  std::uint64_t missing = 0;
  std::uint64_t invented = 0;  // further ones of one person, and such that nothing calls for
  std::uint64_t wrong = 0;
  std::vector<std::string> findings;
};

// By profile id: as it stood before the day.
using ProfilesBefore = std::unordered_map<std::string, KlaviyoProfile>;

struct ProfileContext {
  const KlaviyoPeople& people;
  // People of whom something is still to arrive; their profiles are not judged.
  const std::unordered_set<const Lane*>& waiting;
  const ProfilesBefore& before;
  const RegisterWrites& register_writes;
  const KlaviyoExpectations& expectations;
};

ProfileVerdict judge_profiles(const ProfileContext& context,
                              const std::vector<KlaviyoProfile>& profiles);

}  // namespace sandbox
