#include "crm/redemptions.h"

#include "crm/desk_bench_for_tests.h"

namespace tillbridge::crm {
namespace {

using for_tests::DeskBench;
using for_tests::given;
using testing::ElementsAre;
using testing::SizeIs;

class RedemptionsTest : public testing::Test {
 protected:
  RedemptionsTest() {
    id = bench.add(given({{"email", "vera@example.org"}}))->customer.customer_id;
  }
  std::vector<std::string> redeemed() {
    std::vector<std::string> items;
    const auto promotions = bench.await(bench.redemptions().of(id)).value();
    for (const Promotion& one : promotions) {
      if (one.redeemed) items.push_back(one.id);
    }
    return items;
  }
  OutstandingList outstanding() {
    return read_outstanding(bench.fact(redemption_shelf, outstanding_key).value_or(""));
  }
  std::string refusal(const Result<Promotion>& result) {
    return result ? "taken" : std::string(name(result.error().kind)) + " " + result.error().what;
  }

  DeskBench bench;
  std::string id;
};

TEST_F(RedemptionsTest, IsRedeemedOnceAndTheSameReceiptIsTheSameAct) {
  const auto first = bench.redeem(id, "welcome", "R-1");
  ASSERT_TRUE(first) << first.error().what;
  EXPECT_TRUE(first->redeemed);
  EXPECT_EQ(first->name, "Welcome");
  EXPECT_FALSE(first->bonus_check);
  const std::size_t steps = bench.steps().size();
  ASSERT_TRUE(bench.redeem(id, "welcome", "R-1"));
  bench.restart();
  ASSERT_TRUE(bench.redeem(id, "welcome", "R-1"));
  EXPECT_THAT(bench.steps(), SizeIs(steps));
  EXPECT_EQ(bench.redeem(id, "welcome", "R-2").error().kind, Error::Kind::rejected);
  EXPECT_THAT(redeemed(), ElementsAre("welcome"));
  EXPECT_TRUE(bench.redeem(id, "check-50", "R-1")->bonus_check);
  EXPECT_THAT(redeemed(), ElementsAre("welcome", "check-50"));
}

TEST_F(RedemptionsTest, WithoutAReceiptItIsTheSameActOnlyForAWhile) {
  ASSERT_TRUE(bench.redeem(id, "welcome", ""));
  const std::size_t steps = bench.steps().size();
  bench.clock.advance(bench.settings.double_press_within - std::chrono::seconds{1});
  EXPECT_EQ(refusal(bench.redeem(id, "welcome", "")), "taken") << "pressed twice";
  EXPECT_THAT(bench.steps(), SizeIs(steps));
  EXPECT_EQ(refusal(bench.redeem(id, "welcome", "R-1")),
            "rejected This offer has been used already.");
  bench.clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(refusal(bench.redeem(id, "welcome", "")), "rejected This offer has been used already.")
      << "counted from the first press, not from the last";
  EXPECT_EQ(refusal(bench.redeem(id, "welcome", "", true)), "taken");
  EXPECT_EQ(refusal(bench.redeem(id, "welcome", "")), "taken") << "to be had again";

  ASSERT_TRUE(bench.redeem(id, "check-50", "R-1"));
  EXPECT_EQ(refusal(bench.redeem(id, "check-50", "")),
            "rejected This offer has been used already.");
  bench.clock.advance(bench.settings.double_press_within * 10);
  EXPECT_EQ(refusal(bench.redeem(id, "check-50", "R-1")), "taken") << "a receipt says it for good";
}

TEST_F(RedemptionsTest, OfManyAtTheSameTimeOneHasIt) {
  int taken = 0;
  int refused = 0;
  for (int till = 0; till < 6; ++till) {
    bench.begin<Answered<Promotion>>(
        bench.desk().redeem({id, "welcome", "R-" + std::to_string(till), false}, {}),
        [&](Answered<Promotion> answered) { ++(answered.result ? taken : refused); });
  }
  ASSERT_TRUE(bench.run_until([&] { return taken + refused == 6; }));
  EXPECT_EQ(taken, 1);
}

TEST_F(RedemptionsTest, IsDurableWithItsJourneyBeforeTheTillIsAnswered) {
  bench.tap->refuses = true;
  EXPECT_EQ(bench.redeem(id, "welcome", "R-1").error().kind, Error::Kind::unavailable);
  bench.tap->refuses = false;
  EXPECT_THAT(redeemed(), testing::IsEmpty());
  ASSERT_TRUE(bench.redeem(id, "welcome", "R-1"));
  const auto journey = bench.journey("redemption/" + id + "/welcome");
  ASSERT_TRUE(journey);
  EXPECT_EQ(journey->record.store, "STO-01");
  ASSERT_THAT(journey->notes, SizeIs(1));
  EXPECT_EQ(journey->notes[0].text, "redeemed: store STO-01, staff E17, register R1, receipt R-1");
  const OutstandingList list = outstanding();
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list.begin()->first, redemption_key(id, "welcome"));
  EXPECT_EQ(list.begin()->second.record, journey->record.id);
}

TEST_F(RedemptionsTest, UndoIsSafe) {
  const auto undone = [&](const std::string& receipt) {
    return refusal(bench.redeem(id, "welcome", receipt, true));
  };
  EXPECT_EQ(undone("R-1"), "taken") << "never redeemed";
  EXPECT_THAT(bench.steps(), SizeIs(1)) << "and nothing to store";
  ASSERT_TRUE(bench.redeem(id, "welcome", "R-1"));
  EXPECT_EQ(undone("R-2"), "rejected This offer was used on another receipt.");
  EXPECT_THAT(redeemed(), ElementsAre("welcome"));
  EXPECT_EQ(undone("R-1"), "taken");
  EXPECT_EQ(undone("R-1"), "taken") << "twice";
  EXPECT_THAT(redeemed(), testing::IsEmpty());
  EXPECT_THAT(outstanding(), testing::IsEmpty());
  ASSERT_TRUE(bench.redeem(id, "welcome", "R-3")) << "to be had again";
  EXPECT_EQ(undone(""), "taken") << "without a receipt it is whichever it was";
  EXPECT_EQ(bench.journey("redemption/" + id + "/welcome")->record.version, 4U);
}

TEST_F(RedemptionsTest, WhatIsNotOfferedOrWhoIsNotKnownIsNotFound) {
  EXPECT_EQ(bench.redeem(id, "gold", "R-1").error().kind, Error::Kind::not_found);
  EXPECT_EQ(bench.redeem("c-9", "welcome", "R-1").error().kind, Error::Kind::not_found);
}

}  // namespace
}  // namespace tillbridge::crm
