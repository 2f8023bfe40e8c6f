#pragma once
// The state of a consent category from a profile's `consent` events (contract section 8). Any
// thread.

#include <string>

#include "base/json.h"
#include "bloomreach/profile.h"

namespace sandbox::bloomreach {

struct ConsentState {
  bool valid = false;
  boost::json::value timestamp;  // null: no consent event of the category
  boost::json::value until;
  boost::json::value source;
  boost::json::value message;
};

// The newest event decides, of equal times the later applied. Malformed counts as revoked;
// valid_until may have passed.
ConsentState consent_of(const Profile& profile, const std::string& category, double now_s);

}  // namespace sandbox::bloomreach
