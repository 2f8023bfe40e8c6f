#include "app/index_target.h"

#include "app/learning_target.h"
#include "crm/customer_index.h"
#include "crm/index_learning.h"

namespace tillbridge::app {
namespace {

class IndexTarget final : public LearningTarget {
 public:
  explicit IndexTarget(std::string workspace) : workspace_(std::move(workspace)) {}

  std::string connection() const override { return crm::index_shelf; }
  std::vector<std::string> facts_wanted(const model::Order& order,
                                        const std::optional<flows::Original>&,
                                        const flows::Facts& facts) const override {
    const auto after = crm::with_order(std::nullopt, order.customer, order.ordered_at);
    if (!after) return {};
    std::vector<std::string> wanted{crm::entry_key(after->customer.customer_id)};
    const auto known = entry_of(*after, facts);
    const auto learned = crm::with_order(known, order.customer, order.ordered_at);
    if (learned == known) return wanted;
    for (std::string& link : crm::links_of(*learned)) wanted.push_back(std::move(link));
    return wanted;
  }
  flows::Verdict plan(const model::Order& order, const std::optional<flows::Original>&,
                      const flows::Facts& facts, bool /*history*/) const override {
    flows::Verdict verdict;
    const auto names = crm::with_order(std::nullopt, order.customer, order.ordered_at);
    if (!names) return verdict;
    const auto before = entry_of(*names, facts);
    const auto after = crm::with_order(before, order.customer, order.ordered_at);
    if (after == before) return verdict;
    std::map<std::string, std::string> links;
    for (const std::string& link : crm::links_of(*after)) {
      if (const std::string* value = facts.find(link)) links[link] = *value;
    }
    for (journal::PutFact& fact :
         crm::facts_of_change(workspace_, order.ordered_at, before, *after, links))
      verdict.learned.push_back({std::move(fact.key), std::move(fact.value)});
    return verdict;
  }

 private:
  static std::optional<crm::IndexEntry> entry_of(const crm::IndexEntry& named,
                                                 const flows::Facts& facts) {
    const std::string* text = facts.find(crm::entry_key(named.customer.customer_id));
    return text == nullptr ? std::nullopt : crm::read_entry(*text);
  }

  std::string workspace_;
};

}  // namespace

std::unique_ptr<Target> make_index_target(std::string workspace) {
  return std::make_unique<IndexTarget>(std::move(workspace));
}

}  // namespace tillbridge::app
