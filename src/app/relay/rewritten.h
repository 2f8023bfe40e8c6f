#pragma once
// That a person wrote the bytes of a delivery to a relay: a fact of the connection, stored in the
// step that stores the bytes, and forgotten once they are delivered. Whoever sends it, in any hub,
// gives the call another key than the bytes had that it was planned with. Any thread.

#include <string>

#include "journal/step.h"

namespace tillbridge::app {

std::string rewritten_fact(DeliveryId delivery);

}  // namespace tillbridge::app
