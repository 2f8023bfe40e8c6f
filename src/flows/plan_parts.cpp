#include "flows/plan_parts.h"

#include <algorithm>
#include <iterator>

namespace tillbridge::flows {

std::vector<Plan> divide_into_plans(const std::string& flow, const std::string& effect,
                                    const std::string& lane,
                                    std::vector<model::TrackedEffect> parts,
                                    const PartLimits& limits) {
  const std::size_t per_plan = parts.size() <= limits.whole_max ? limits.whole_max : limits.split;
  std::vector<Plan> plans;
  for (std::size_t from = 0; from < parts.size(); from += per_plan) {
    const std::size_t to = std::min(parts.size(), from + per_plan);
    Plan plan;
    plan.flow = flow;
    plan.effect = plans.empty() ? effect : effect + "/" + std::to_string(plans.size() + 1);
    plan.lane = lane;
    plan.parts.assign(std::make_move_iterator(parts.begin() + static_cast<std::ptrdiff_t>(from)),
                      std::make_move_iterator(parts.begin() + static_cast<std::ptrdiff_t>(to)));
    plans.push_back(std::move(plan));
  }
  return plans;
}

void append(std::vector<Plan>& plans, std::vector<Plan> more) {
  plans.insert(plans.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

}  // namespace tillbridge::flows
