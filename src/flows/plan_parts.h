#pragma once
// From the parts of a delivery to plans of a size that one delivery may have. Pure.

#include <cstddef>
#include <string>
#include <vector>

#include "flows/plan.h"

namespace tillbridge::flows {

struct PartLimits {
  std::size_t whole_max = 48;  // so many parts stay one plan
  std::size_t split = 48;      // parts per plan of a longer order
};

// One plan of all parts when they fit, else plans "effect", "effect/2", ... in order.
std::vector<Plan> divide_into_plans(const std::string& flow, const std::string& effect,
                                    const std::string& lane,
                                    std::vector<model::TrackedEffect> parts,
                                    const PartLimits& limits);

void append(std::vector<Plan>& plans, std::vector<Plan> more);

}  // namespace tillbridge::flows
