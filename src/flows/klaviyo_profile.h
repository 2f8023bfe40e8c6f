#pragma once
// The one maker of profile writes, for what a sale says about its customer and for what tills'
// staff changed (docs/flows/klaviyo.md "Profile write", till.md "Mapping"). Pure.

#include <string>

#include "flows/klaviyo_person.h"
#include "flows/klaviyo_settings.h"
#include "model/customer.h"
#include "model/customer_mapping.h"
#include "model/tracking.h"

namespace tillbridge::flows::klaviyo {

// What is known of a customer in Klaviyo's names, by rules and in their order. E-mail and external
// id are apart: they say whose profile it is, and go with every whole write whatever the rules say.
struct ProfileFacts {
  std::string email;  // sound and somebody's, else ""
  std::string phone_number;
  model::PropertyList attributes;  // "phone_number", "first_name", "location.city"; texts
  model::PropertyList properties;
};
ProfileFacts profile_facts(const model::Customer& customer, const model::CustomerMapping& mapping,
                           const KlaviyoSettings& settings);

// A write of the customer's profile, and what is remembered of it.
struct ProfileWrite {
  model::CustomerUpdate update;
  std::string digest;  // of the whole set of attributes
  std::string email, phone_number, external_id;
  bool leads = false;  // must arrive before the person's next events
};
// Everything that is known. earlier_email: under which the customer was known before this, where
// that is known better than by earlier plans; "": by those.
ProfileWrite whole_write(const Identity& identity, const Person& person, const ProfileFacts& facts,
                         Instant at, const std::string& earlier_email = "");

// What is remembered once the write is planned.
void remember(const ProfileWrite& write, PersonState& state);

// Said once per customer number, because the steward has it then: what the case says, "" when there
// is nothing new.
std::string note_rival(const Identity& identity, const Person& person, PersonState& state);

// The rules for what a sale says: the workspace's, or the documented ones.
model::CustomerMapping sale_mapping_of(const KlaviyoSettings& settings);

}  // namespace tillbridge::flows::klaviyo
