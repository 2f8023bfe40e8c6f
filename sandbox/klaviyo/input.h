#pragma once
// From the bodies of calls to what they write, with the checks that a shape cannot express:
// addresses, phones, times, sizes (contract 5.2, 6.5, 8.1). Any thread.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "klaviyo/account.h"
#include "klaviyo/errors.h"
#include "klaviyo/settings.h"

namespace sandbox::klaviyo {

// resource: {"type": "profile", "id"?, "attributes", "meta"?}; its shape is known to be right.
ProfileWrite profile_write(const boost::json::object& resource, const Settings& settings,
                           const std::string& pointer, Errors& errors);
// No identifier at all, or only one that cannot identify.
void require_identifier(const ProfileWrite& write, const boost::json::object& resource,
                        const Settings& settings, const std::string& pointer, Errors& errors);

struct EventInput {
  EventWrite write;
  boost::json::object customer_ids;        // the identifiers as sent
  boost::json::object profile_attributes;  // as sent
  bool over_limits = false;                // with event_limits = drop: it vanishes
  bool for_nobody = false;                 // only an exchange id that nobody has
};
// attributes: of the event; profile: the resource it belongs to.
EventInput event_input(const boost::json::object& attributes, const boost::json::object& profile,
                       const Settings& settings, tillbridge::Instant now,
                       const std::string& pointer, Errors& errors);
// The profile's part of an event, checked once per group.
void check_event_profile(const boost::json::object& profile, const Settings& settings,
                         const std::string& pointer, Errors& errors);

}  // namespace sandbox::klaviyo
