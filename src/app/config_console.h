#pragma once
// Inside of the configuration: how people sign in to the console.

#include <optional>

#include "app/config_reader.h"

namespace tillbridge::app {

// nullopt: there is no [hub.single_sign_on].
std::optional<api::SingleSignOnSettings> read_single_sign_on(TableReader& hub);

}  // namespace tillbridge::app
