#pragma once
// The teams that own cases: those of the types of cases (engine/case_types.h). Any thread.

#include <string>
#include <string_view>
#include <vector>

namespace tillbridge::api {

std::vector<std::string> teams();  // by name
bool is_team(std::string_view name);

}  // namespace tillbridge::api
