#pragma once
// Klaviyo's profiles as they stand against what the tills' orders make of them. Pure; any thread.

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "ledger/klaviyo_people.h"
#include "ledger/ledger.h"

namespace sandbox {

struct ProfileVerdict {
  std::uint64_t missing = 0;
  std::uint64_t invented = 0;  // further ones of one person, and such that nothing calls for
  std::uint64_t wrong = 0;
  std::vector<std::string> findings;
};

// waiting: people of whom something is still to arrive; their profiles are not judged.
ProfileVerdict judge_profiles(const KlaviyoPeople& people,
                              const std::vector<KlaviyoProfile>& profiles,
                              const std::unordered_set<const Lane*>& waiting,
                              const KlaviyoExpectations& expectations);

}  // namespace sandbox
