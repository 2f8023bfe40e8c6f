#include "app/redemption_target.h"

#include "app/learning_target.h"
#include "crm/redemption_rules.h"

namespace tillbridge::app {
namespace {

// What the order wants, as far as it has been looked up: some facts name others.
crm::RedemptionFacts known_of(const model::Order& order, const flows::Facts& facts) {
  crm::RedemptionFacts known;
  for (bool more = true; more;) {
    more = false;
    for (const std::string& key : crm::redemption_facts_wanted(order, known)) {
      const std::string* const value = facts.find(key);
      if (value != nullptr) more |= known.emplace(key, *value).second;
    }
  }
  return known;
}

class RedemptionTarget final : public LearningTarget {
 public:
  std::string connection() const override { return crm::redemption_shelf; }
  std::vector<std::string> facts_wanted(const model::Order& order,
                                        const std::optional<flows::Original>&,
                                        const flows::Facts& facts) const override {
    return crm::redemption_facts_wanted(order, known_of(order, facts));
  }
  flows::Verdict plan(const model::Order& order, const std::optional<flows::Original>&,
                      const flows::Facts& facts, bool /*history*/) const override {
    flows::Verdict verdict;
    for (auto& [key, value] : crm::redemptions_after(known_of(order, facts), order))
      verdict.learned.push_back({key, value});
    return verdict;
  }
};

}  // namespace

std::unique_ptr<Target> make_redemption_target() {
  return std::make_unique<RedemptionTarget>();
}

}  // namespace tillbridge::app
