#pragma once
// The data API's reads (contract 7, 8: C1 to C4, G1). They see applied state only. Any thread.

#include "base/json.h"
#include "bloomreach/envelopes.h"
#include "bloomreach/profile_store.h"
#include "bloomreach/route.h"
#include "bloomreach/settings.h"

namespace sandbox::bloomreach {

struct ReadContext {
  const Settings& settings;
  const Permissions& permissions;
  const ProfileStore& profiles;
  double now_s = 0;
};

// {"ids","properties"} as exports show them.
boost::json::object profile_json(const Profile& profile, const Settings& settings);

Reply read_attributes(const ReadContext& context, const boost::json::object& body);  // C1
Reply export_one(const ReadContext& context, const boost::json::object& body);       // C2
Reply export_all(const ReadContext& context, const boost::json::object& body);       // C3
Reply export_events(const ReadContext& context, const boost::json::object& body);    // C4
Reply consent_categories(const Settings& settings);                                  // G1

}  // namespace sandbox::bloomreach
