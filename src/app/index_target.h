#pragma once
// What the index of customers learns from orders, as planning sees it: a target that plans nothing
// and remembers (docs/flows/till.md "Index"). Pure; core thread.

#include "app/target.h"

namespace tillbridge::app {

std::unique_ptr<Target> make_index_target(std::string workspace);

}  // namespace tillbridge::app
