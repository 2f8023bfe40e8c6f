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
              ElementsAre(key, crm::outstanding_key));
  const flows::Verdict verdict = target->plan(*order, std::nullopt, facts, false);
  EXPECT_THAT(verdict.plans, IsEmpty());
  ASSERT_THAT(verdict.learned, SizeIs(1));
  EXPECT_EQ(verdict.learned[0].key, key);
  EXPECT_EQ(crm::read_redemption(verdict.learned[0].value).order, "20417");
  facts.learn(verdict.learned[0]);
  EXPECT_THAT(target->plan(*order, std::nullopt, facts, true).learned, IsEmpty()) << "a replay";
}

}  // namespace
}  // namespace tillbridge::app
