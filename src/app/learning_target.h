#pragma once
// A target that plans nothing and remembers: what all of those have in common. Pure; core thread.

#include "app/target.h"

namespace tillbridge::app {

class LearningTarget : public Target {
 public:
  bool needs_original(const model::Order&) const final { return false; }
  std::vector<std::string> customer_facts_wanted(const crm::CustomerAct&,
                                                 const flows::Facts&) const final {
    return {};
  }
  flows::Verdict plan_customer(const crm::CustomerAct&, const flows::Facts&) const final {
    return {};
  }
  std::string part_bytes(const model::TrackedEffect&) const final { return {}; }
  model::IdentitySource key_source() const final { return model::IdentitySource::crm_customer_id; }
};

}  // namespace tillbridge::app
