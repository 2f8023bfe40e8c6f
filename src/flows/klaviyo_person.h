#pragma once
// Under which identifier an order is sent to Klaviyo, in whose lane, and what is remembered of that
// person from one order to the next. Pure.
//
// Facts: "lane/<identifier>:<value>" -> lane key; "person/<lane key>" -> PersonState as JSON.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "flows/klaviyo_settings.h"
#include "flows/order_customer.h"
#include "flows/plan.h"
#include "model/tracking.h"

namespace tillbridge::flows::klaviyo {

struct Identity {
  std::string key;                         // normalised; "": a guest
  std::pair<std::string, std::string> id;  // on the wire: {"email", "vera@kund.se"}
  std::string external_id;                 // of the profile, with its prefix; "": not known
  const model::CustomerFacts* facts = nullptr;
  bool inherited = false;
  std::string nobody;  // why nothing is sent under this key, "": it is somebody
};
// invalid_input, without the value, when the key cannot be right.
Result<Identity> identity_of(const model::Order& order, const std::optional<Original>& original,
                             const KlaviyoSettings& settings);

// The same for a customer whose normalised key is known. facts must outlive the identity.
Result<Identity> identity_under(const std::string& key, const model::CustomerFacts& facts,
                                const KlaviyoSettings& settings);
// Under the customer number, for somebody without the configured key; an empty key without one.
Identity identity_by_number(const model::CustomerFacts& facts, const KlaviyoSettings& settings);
// The external id with its prefix, by the settings; "" none.
std::string number_of(const model::CustomerFacts& facts, const KlaviyoSettings& settings);

// An e-mail that Klaviyo can take; "" stays "".
Result<std::string> sound_email(std::string_view text);
// Why nobody stands behind this normalised e-mail: a test domain, a shared address; "" somebody
// does.
std::string nobody_behind(const std::string& email, const KlaviyoSettings& settings);

struct PersonState {
  // Of the profile as last planned; "": never written.
  std::string email;
  std::string phone_number;
  std::string external_id;  // the customer number that keeps the profile
  std::string written;      // digest of the last profile write
  model::TextList skus;     // bought and kept, newest last
  model::TextList rivals;   // other customer numbers that have claimed the profile
  friend bool operator==(const PersonState&, const PersonState&) = default;
};

struct Person {
  std::string lane;    // lane key
  PersonState known;   // as it was before this order
  bool rival = false;  // the profile is another customer number's
  // Planned before, with others after it: nothing in it is news about the person.
  bool superseded = false;
  std::vector<Fact> lanes;  // to be learned
  model::TextList orders;   // planned before this one, newest last
};
Person person_of(const Identity& identity, const std::string& order_id, const Facts& facts);

// What is remembered once this order is planned.
Fact person_fact(const Person& person, const std::string& order_id, const PersonState& after);

// Bought SKUs move to the end, in their order; the oldest go when there are more than max.
model::TextList with_bought(const model::TextList& kept, const model::TextList& bought,
                            std::size_t max);
model::TextList without_returned(const model::TextList& kept, const model::TextList& returned);

}  // namespace tillbridge::flows::klaviyo
