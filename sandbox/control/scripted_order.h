#pragma once
// One POS action described in JSON (POST /control/orders; the README lists the members). For tests,
// demonstrations and the documentation's screenshots. Core thread.

#include "base/json.h"
#include "base/result.h"
#include "shopping_day/customers.h"
#include "sitoo/simulator.h"

namespace sandbox::control {

// {"order_id": ...}, for an exchange {"order_id", "sale_id"}. Errors say in words what is wrong.
tillbridge::Result<tillbridge::json::Object> perform(sitoo::SitooSimulator& sitoo,
                                                     const shopping_day::Customers& customers,
                                                     const tillbridge::json::Object& script);

}  // namespace sandbox::control
