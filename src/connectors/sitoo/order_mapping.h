#pragma once
// Sitoo's order JSON (sitoo.md 4.2 to 4.6, 4.11) -> model::Order. Pure; any thread.

#include "base/json.h"
#include "connectors/sitoo/config.h"
#include "model/order.h"

namespace tillbridge::connectors::sitoo {

// The fields parameter of every order read: the default list lacks half of what we need
// (sitoo.md 4.1).
std::string_view order_fields();

// invalid_input names the field and order number. Money comes from strings, never from binary
// numbers.
Result<model::Order> to_order(const json::Object& wire, const Config& config);

}  // namespace tillbridge::connectors::sitoo
