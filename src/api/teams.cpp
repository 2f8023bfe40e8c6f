#include "api/teams.h"

#include <algorithm>
#include <set>

#include "engine/case_types.h"

namespace tillbridge::api {

std::vector<std::string> teams() {
  std::set<std::string> names;
  for (int type = 0; type <= static_cast<int>(engine::last_case_type); ++type)
    names.emplace(engine::case_rule(static_cast<engine::CaseType>(type)).owner);
  return {names.begin(), names.end()};
}

bool is_team(std::string_view name) {
  const auto all = teams();
  return std::find(all.begin(), all.end(), name) != all.end();
}

}  // namespace tillbridge::api
