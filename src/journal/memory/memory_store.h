#pragma once
// A Store without durability, for simulation and tests of what stands on the journal.

#include <memory>

#include "journal/store.h"

namespace tillbridge::journal::memory {

std::unique_ptr<Store> open();

}  // namespace tillbridge::journal::memory
