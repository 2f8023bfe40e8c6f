#pragma once
// Notes what planning looks for, so that the caller can read it first. Pure.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "flows/plan.h"

namespace tillbridge::flows {

class AskedFacts final : public Facts {
 public:
  explicit AskedFacts(const Facts& facts) : facts_(facts) {}
  const std::string* find(const std::string& key) const override {
    if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.push_back(key);
    return facts_.find(key);
  }
  std::vector<std::string> take() && { return std::move(asked_); }

 private:
  const Facts& facts_;
  mutable std::vector<std::string> asked_;
};

}  // namespace tillbridge::flows
