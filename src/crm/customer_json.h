#pragma once
// What tills are shown (sitoo.md 9.3, 9.4): members without a value are left out, arrays are always
// there. Shapes of history, redeemed items, consents and sections are ours until a real till has
// shown its own (9.2). Pure; any thread.

#include <vector>

#include "base/json.h"
#include "crm/settings.h"
#include "crm/till_desk.h"

namespace tillbridge::crm {

// A channel is accepted when one of its categories is given.
json::Object customer_json(const ShownCustomer& shown, const CrmSettings& settings);

json::Object promotion_json(const Promotion& promotion);  // or bonus check
json::Array history_json(const std::vector<Purchase>& purchases);
json::Array sections_json(const std::vector<Section>& sections);
json::Array consents_json(const std::vector<model::ConsentCategory>& categories);

}  // namespace tillbridge::crm
