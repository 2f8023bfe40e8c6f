#include "crm/redemption_watch.h"

#include "crm/desk_bench_for_tests.h"

namespace tillbridge::crm {
namespace {

using for_tests::DeskBench;
using for_tests::given;
using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class RedemptionWatchTest : public testing::Test {
 protected:
  RedemptionWatchTest() {
    id = bench.add(given({{"email", "vera@example.org"}}))->customer.customer_id;
  }
  void look() {
    RedemptionWatch watch(bench.loop, bench.turns(), bench.clock, bench.journal, bench.ids,
                          bench.settings);
    const auto looked = bench.await(watch.look());
    EXPECT_TRUE(looked) << looked.error().what;
  }
  void sell() {
    model::OrderLine line;
    line.quantity = Decimal::of(1);
    line.promotion_id = "welcome";
    model::Order order;
    order.id = "20417";
    order.state = model::OrderState::closed;
    order.payment_state = model::PaymentState::paid;
    order.customer.crm_customer_id = id;
    order.lines = {line};
    RedemptionFacts known;
    for (const std::string& key : redemption_facts_wanted(order, {}))
      known[key] = bench.fact(redemption_shelf, key).value_or("");
    std::vector<journal::PutFact> facts;
    for (const auto& [key, value] : redemptions_after(known, order))
      facts.push_back({"shop", redemption_shelf, key, value, bench.clock.now()});
    bench.remember(std::move(facts));
  }
  OutstandingList outstanding() {
    return read_outstanding(bench.fact(redemption_shelf, outstanding_key).value_or(""));
  }

  DeskBench bench;
  std::string id;
};

TEST_F(RedemptionWatchTest, WithoutASaleInTimeItIsACaseUntilTheSaleComes) {
  ASSERT_TRUE(bench.redeem(id, "welcome", "R-1"));
  look();
  bench.clock.advance(hours{24} - minutes{1});
  look();
  EXPECT_THAT(bench.cases(), IsEmpty());
  bench.clock.advance(minutes{1});
  look();
  look();
  const auto cases = bench.cases();
  ASSERT_THAT(cases, SizeIs(1)) << "one, however often it is looked at";
  EXPECT_EQ(cases[0].type, "redeem_mismatch");
  EXPECT_EQ(cases[0].owner, "retail operations");
  EXPECT_EQ(cases[0].due_at - cases[0].opened_at, hours{24});
  EXPECT_EQ(cases[0].record_key, "redemption/" + id + "/welcome");
  EXPECT_THAT(cases[0].reason, HasSubstr(id + " redeemed welcome"));

  sell();
  look();
  EXPECT_THAT(bench.cases(), IsEmpty());
  EXPECT_EQ(bench.cases(false).at(0).note, "order 20417 came with it");
  EXPECT_THAT(outstanding(), IsEmpty());
}

TEST_F(RedemptionWatchTest, ASaleInTimeIsNoCase) {
  ASSERT_TRUE(bench.redeem(id, "welcome", "R-1"));
  sell();
  bench.clock.advance(hours{48});
  const std::size_t steps = bench.steps().size();
  look();
  EXPECT_THAT(bench.cases(false), IsEmpty());
  EXPECT_THAT(bench.steps(), SizeIs(steps)) << "nothing to say, nothing stored";
}

TEST_F(RedemptionWatchTest, TakingItBackClosesTheCase) {
  ASSERT_TRUE(bench.redeem(id, "welcome", "R-1"));
  bench.clock.advance(hours{25});
  look();
  ASSERT_THAT(bench.cases(), SizeIs(1));
  bench.restart();
  ASSERT_TRUE(bench.redeem(id, "welcome", "R-1", true));
  look();
  EXPECT_THAT(bench.cases(), IsEmpty());
  EXPECT_EQ(bench.cases(false).at(0).note, "it was taken back at the till");
}

TEST_F(RedemptionWatchTest, WhatAPersonHasClosedIsNotOpenedAgain) {
  ASSERT_TRUE(bench.redeem(id, "welcome", "R-1"));
  bench.clock.advance(hours{25});
  look();
  journal::Step step;
  step.closed_cases.push_back({bench.cases().at(0).id, bench.clock.now(), "anna", "seen"});
  ASSERT_TRUE(bench.await(bench.journal.commit(std::move(step))));
  bench.clock.advance(hours{24});
  look();
  EXPECT_THAT(bench.cases(), IsEmpty());
  bench.clock.advance(hours{24 * 31});
  look();
  EXPECT_THAT(outstanding(), IsEmpty()) << "no sale is waited for any longer";
}

TEST_F(RedemptionWatchTest, WhatCouldNotBeStoredIsToldAtTheNextLook) {
  ASSERT_TRUE(bench.redeem(id, "welcome", "R-1"));
  bench.clock.advance(hours{25});
  RedemptionWatch watch(bench.loop, bench.turns(), bench.clock, bench.journal, bench.ids,
                        bench.settings);
  bench.tap->refuses = true;
  EXPECT_FALSE(bench.await(watch.look()));
  bench.tap->refuses = false;
  EXPECT_TRUE(bench.await(watch.look()));
  EXPECT_THAT(bench.cases(), SizeIs(1));
}

TEST_F(RedemptionWatchTest, LooksByItselfAndStopsWhenAsked) {
  ASSERT_TRUE(bench.redeem(id, "welcome", "R-1"));
  bench.clock.advance(hours{25});
  RedemptionWatch watch(bench.loop, bench.turns(), bench.clock, bench.journal, bench.ids,
                        bench.settings);
  TaskGroup tasks(bench.loop, [](const std::string& what) { ADD_FAILURE() << what; });
  tasks.start(watch.run());
  EXPECT_TRUE(bench.run_until([&] { return !bench.cases().empty(); }));
  watch.request_stop();
  EXPECT_TRUE(bench.run_until([&] { return tasks.running() == 0; }));
}

}  // namespace
}  // namespace tillbridge::crm
