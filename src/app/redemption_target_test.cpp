#include "app/redemption_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/fact_table.h"
#include "connectors/sitoo/contract_examples.h"
#include "connectors/sitoo/order_mapping.h"
#include "crm/redemption_rules.h"

namespace tillbridge::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(RedemptionTarget, LearnsFromTheContractsSaleAndPlansNothing) {
  const auto document = json::parse(connectors::sitoo::examples::sale_4_4)->as_object();
  const auto order = connectors::sitoo::to_order(document, connectors::sitoo::Config{});
  ASSERT_TRUE(order) << order.error().what;
  const auto target = make_redemption_target();
  EXPECT_EQ(target->connection(), crm::redemption_shelf);
  FactTable facts;
  const std::string key = "c-90112/promo-5";
  EXPECT_THAT(target->facts_wanted(*order, std::nullopt, facts),
              ElementsAre(crm::redemption_alias_key("c-90112"), key, crm::outstanding_key));
  const flows::Verdict verdict = target->plan(*order, std::nullopt, facts, false);
  EXPECT_THAT(verdict.plans, IsEmpty());
  ASSERT_THAT(verdict.learned, SizeIs(1));
  EXPECT_EQ(verdict.learned[0].key, key);
  EXPECT_EQ(crm::read_redemption(verdict.learned[0].value).order, "20417");
  facts.learn(verdict.learned[0]);
  EXPECT_THAT(target->plan(*order, std::nullopt, facts, true).learned, IsEmpty()) << "a replay";
}

TEST(RedemptionTarget, FollowsAMergeToTheCustomerWhoStays) {
  const auto document = json::parse(connectors::sitoo::examples::sale_4_4)->as_object();
  const auto order = connectors::sitoo::to_order(document, connectors::sitoo::Config{});
  ASSERT_TRUE(order) << order.error().what;
  const auto target = make_redemption_target();
  crm::Redemption at_till;
  at_till.at = order->ordered_at;
  at_till.source = "till";
  const std::string theirs = crm::redemption_key("c-2", "promo-5");
  const std::map<std::string, std::string> stored{{crm::redemption_alias_key("c-90112"), "c-1"},
                                                  {crm::redemption_alias_key("c-1"), "c-2"},
                                                  {theirs, crm::to_text(at_till)}};
  FactTable facts;
  for (bool more = true; more;) {  // as planning looks them up
    more = false;
    for (const std::string& key : target->facts_wanted(*order, std::nullopt, facts)) {
      if (facts.looked_up(key)) continue;
      more = true;
      const auto found = stored.find(key);
      facts.loaded(key, found == stored.end() ? std::nullopt : std::optional(found->second));
    }
  }
  const flows::Verdict verdict = target->plan(*order, std::nullopt, facts, false);
  ASSERT_THAT(verdict.learned, SizeIs(1));
  EXPECT_EQ(verdict.learned[0].key, theirs);
  EXPECT_EQ(crm::read_redemption(verdict.learned[0].value).order, "20417");
  EXPECT_EQ(crm::read_redemption(verdict.learned[0].value).source, "till");
}

}  // namespace
}  // namespace tillbridge::app
