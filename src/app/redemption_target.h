#pragma once
// What sales tell of redeemed promotions and bonus checks, as planning sees it: a target that plans
// nothing and remembers (docs/flows/till.md "Redeem"). Pure; core thread.

#include "app/target.h"

namespace tillbridge::app {

std::unique_ptr<Target> make_redemption_target();

}  // namespace tillbridge::app
