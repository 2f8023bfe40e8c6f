#pragma once
// Under which identity an order is sent: the one hard ID and the configured soft IDs.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "flows/bloomreach_settings.h"
#include "flows/order_customer.h"
#include "flows/plan.h"
#include "model/order.h"
#include "model/tracking.h"

namespace tillbridge::flows {

struct Identity {
  std::string hard;            // "": a guest
  model::CustomerIds ids;      // hard ID first, then soft IDs
  model::CustomerIds opening;  // the same with the web cookie: for the first events of the order
  bool inherited = false;      // a guest's return under the identity of the sale it takes back
};

// invalid_input, without the value, when the hard ID cannot be right. Soft IDs that cannot be right
// are left out. facts: aliases, at least those that facts_wanted_by_bloomreach() named.
Result<Identity> identity_of(const model::Order& order, const std::optional<Original>& original,
                             const Facts& facts, const BloomreachSettings& settings);

std::string customer_lane(const Identity& identity);

// A customer id that was given away turned out to be somebody who was there already: all that is
// said of `id` goes to `is` from then on. Fact: "alias/<hard ID>" -> the other hard ID.
Fact alias(const std::string& id, const std::string& is);
// Whose hard ID this is by now; followed at most 8 times. A circle leads nowhere: then `id` itself.
std::string hard_id_of(const std::string& id, const Facts& facts);

// What the rules make of the customer's identifiers, in their order: ID type -> values that can be
// right, at least one.
std::vector<std::pair<std::string, model::TextList>> mapped_ids(
    const model::Customer& customer, const model::CustomerMapping& mapping);

}  // namespace tillbridge::flows
