#include "crm/redemption_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::crm {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const Instant now = from_unix_seconds(1'800'000'000);
constexpr const char* welcome = "c-1/welcome";

model::OrderLine line(const std::string& promotion, const std::string& check = "", int pieces = 1) {
  model::OrderLine made;
  made.quantity = Decimal::of(pieces);
  made.promotion_id = promotion;
  made.bonus_check_id = check;
  return made;
}

model::Order order(std::vector<model::OrderLine> lines) {
  model::Order made;
  made.id = "20417";
  made.receipt_id = "R-1";
  made.state = model::OrderState::closed;
  made.payment_state = model::PaymentState::paid;
  made.ordered_at = now;
  made.customer.crm_customer_id = "c-1";
  made.lines = std::move(lines);
  return made;
}

Redemption at_till() {
  Redemption redemption;
  redemption.at = now - std::chrono::minutes{5};
  redemption.receipt = "R-1";
  redemption.source = "till";
  return redemption;
}

RedemptionFacts redeemed_at_till(CaseId told = {}) {
  OutstandingList list;
  wait_for_sale(list, welcome, *at_till().at, RecordId{7});
  list[welcome].told = told;
  return {{welcome, to_text(at_till())}, {outstanding_key, to_text(list)}};
}

RedemptionFacts with(RedemptionFacts known, const RedemptionFacts& learned) {
  for (const auto& [key, value] : learned) known[key] = value;
  return known;
}

TEST(RedemptionFactsText, IsReadAsItWasWritten) {
  Redemption used = at_till();
  used.order = "20417";
  used.used_at = now;
  used.undone_order = "20001";
  EXPECT_EQ(read_redemption(to_text(used)), used);
  EXPECT_EQ(to_text(Redemption{}), "");
  for (const char* text : {"", "[]", "nonsense"}) EXPECT_EQ(read_redemption(text), Redemption{});
  OutstandingList list;
  wait_for_sale(list, welcome, now, RecordId{7});
  list[welcome].told = CaseId{9};
  list[welcome].settled = "why";
  wait_for_sale(list, "c-2/welcome", now, RecordId{8});
  EXPECT_EQ(read_outstanding(to_text(list)), list);
  EXPECT_EQ(to_text(OutstandingList{}), "");
  EXPECT_THAT(read_outstanding(R"({"c-1/x":3})"), IsEmpty());
}

TEST(RedemptionFactsWanted, AreThoseOfTheItemsOfASalesRows) {
  EXPECT_THAT(redemption_facts_wanted(order({line("welcome"), line("welcome", "check-50")}), {}),
              UnorderedElementsAre("alias/c-1", welcome, "c-1/check-50", outstanding_key));
  EXPECT_THAT(redemption_facts_wanted(order({line("")}), {}), IsEmpty());
  model::Order guest = order({line("welcome")});
  guest.customer.crm_customer_id.clear();
  EXPECT_THAT(redemption_facts_wanted(guest, {}), IsEmpty());
  EXPECT_THAT(redemptions_after({}, guest), IsEmpty());
}

TEST(RedemptionsAfter, ARedeemedItemIsUsedByItsSale) {
  const auto learned = redemptions_after(redeemed_at_till(), order({line("welcome")}));
  ASSERT_THAT(learned, UnorderedElementsAre(Key(welcome), Key(outstanding_key)));
  Redemption used = at_till();
  used.order = "20417";
  used.used_at = now;
  EXPECT_EQ(read_redemption(learned.at(welcome)), used);
  EXPECT_EQ(learned.at(outstanding_key), "") << "nothing is waited for any longer";
}

TEST(RedemptionsAfter, ASaleRedeemsWhatNoTillHasToldOf) {
  const auto learned = redemptions_after({}, order({line("", "check-50")}));
  ASSERT_THAT(learned, ElementsAre(Key("c-1/check-50")));
  const Redemption made = read_redemption(learned.at("c-1/check-50"));
  EXPECT_EQ(made.at, now);
  EXPECT_EQ(made.source, "sale");
  EXPECT_EQ(made.receipt, "R-1");
  EXPECT_EQ(made.order, "20417");
}

TEST(RedemptionsAfter, TheSameSaleAgainAndAnotherSaleTeachNothing) {
  RedemptionFacts known = redeemed_at_till();
  known = with(known, redemptions_after(known, order({line("welcome")})));
  EXPECT_THAT(redemptions_after(known, order({line("welcome")})), IsEmpty());
  model::Order another = order({line("welcome")});
  another.id = "20999";
  EXPECT_THAT(redemptions_after(known, another), IsEmpty()) << "the first has it";
}

TEST(RedemptionsAfter, WhatIsNoSaleTeachesNothing) {
  EXPECT_THAT(redemptions_after({}, order({line("welcome", "", -1)})), IsEmpty());
  for (const auto state :
       {model::OrderState::open, model::OrderState::cancelled, model::OrderState::abandoned}) {
    model::Order not_yet = order({line("welcome")});
    not_yet.state = state;
    EXPECT_THAT(redemptions_after({}, not_yet), IsEmpty());
  }
  model::Order booking = order({line("welcome")});
  booking.type = model::OrderType::booking;
  EXPECT_THAT(redemptions_after({}, booking), IsEmpty());
  EXPECT_THAT(redemptions_after({}, order({line("welcome"), line("", "", -1)})), SizeIs(1))
      << "an exchange sells something too";
}

TEST(RedemptionsAfter, ASaleWhoseItemWasTakenBackDoesNotRedeemItAgain) {
  RedemptionFacts known = redeemed_at_till();
  known = with(known, redemptions_after(known, order({line("welcome")})));
  const Redemption back = undone(read_redemption(known[welcome]));
  EXPECT_FALSE(back.redeemed());
  known[welcome] = to_text(back);
  EXPECT_THAT(redemptions_after(known, order({line("welcome")})), IsEmpty()) << "a replay";
  model::Order next = order({line("welcome")});
  next.id = "20999";
  EXPECT_THAT(redemptions_after(known, next), SizeIs(1));
  EXPECT_EQ(to_text(undone(at_till())), "") << "never used: nothing to remember";
  EXPECT_EQ(undone(back), back);
}

TEST(RedemptionsAfter, AToldCaseIsSettledNotForgotten) {
  const auto learned = redemptions_after(redeemed_at_till(CaseId{9}), order({line("welcome")}));
  const OutstandingList list = read_outstanding(learned.at(outstanding_key));
  ASSERT_THAT(list, SizeIs(1));
  EXPECT_EQ(list.at(welcome).settled, "order 20417 came with it");
  EXPECT_EQ(list.at(welcome).told, CaseId{9});
}

TEST(OutstandingList, ForgetsTheOldestOfTooMany) {
  OutstandingList list;
  for (std::size_t at = 0; at < outstanding_max + 2; ++at) {
    wait_for_sale(list, std::to_string(at) + "/x", now + std::chrono::seconds{static_cast<int>(at)},
                  RecordId{1});
  }
  EXPECT_THAT(list, SizeIs(outstanding_max));
  EXPECT_FALSE(list.contains("0/x"));
  EXPECT_FALSE(list.contains("1/x"));
  EXPECT_TRUE(list.contains("2/x"));
  EXPECT_FALSE(settle(list, "0/x", "why"));
  EXPECT_TRUE(settle(list, "2/x", "why"));
}

TEST(RedemptionFactsWanted, LeadToTheCustomerWhoStays) {
  const model::Order sale = order({line("welcome")});
  EXPECT_EQ(redemption_alias_key("c-1"), "alias/c-1");
  EXPECT_THAT(redemption_facts_wanted(sale, {{"alias/c-1", "c-2"}, {"alias/c-2", "c-3"}}),
              UnorderedElementsAre("alias/c-1", "alias/c-2", "alias/c-3", welcome, "c-2/welcome",
                                   "c-3/welcome", outstanding_key));
  EXPECT_THAT(
      redemption_facts_wanted(sale, {{"alias/c-1", "c-2"}, {"alias/c-2", "c-1"}}),
      UnorderedElementsAre("alias/c-1", "alias/c-2", welcome, "c-2/welcome", outstanding_key))
      << "not round and round";
}

TEST(RedemptionsAfter, ASaleOfAMergedCustomerIsThatOfTheOneWhoStays) {
  RedemptionFacts known = redeemed_at_till();
  known = with(known, redemptions_merged(known, "c-2", "c-1", {"welcome"}));
  known["alias/c-1"] = "c-2";
  const auto learned = redemptions_after(known, order({line("welcome")}));
  ASSERT_THAT(learned, UnorderedElementsAre(Key("c-2/welcome"), Key(outstanding_key)));
  const Redemption used = read_redemption(learned.at("c-2/welcome"));
  EXPECT_EQ(used.order, "20417");
  EXPECT_EQ(used.source, "till") << "settled, not redeemed anew";
  EXPECT_EQ(learned.at(outstanding_key), "");
  EXPECT_THAT(redemptions_after(with(known, learned), order({line("welcome")})), IsEmpty())
      << "a replay";

  const auto new_to_us = redemptions_after({{"alias/c-1", "c-2"}}, order({line("welcome")}));
  ASSERT_THAT(new_to_us, ElementsAre(Key("c-2/welcome")));
  EXPECT_EQ(read_redemption(new_to_us.at("c-2/welcome")).source, "sale");
}

TEST(RedemptionsAfter, MergesOfMergesAreFollowedEightSteps) {
  RedemptionFacts known;
  for (int at = 1; at <= 9; ++at)
    known[redemption_alias_key("c-" + std::to_string(at))] = "c-" + std::to_string(at + 1);
  EXPECT_THAT(redemptions_after(known, order({line("welcome")})), ElementsAre(Key("c-9/welcome")));
  known.erase("alias/c-6");
  EXPECT_THAT(redemptions_after(known, order({line("welcome")})), ElementsAre(Key("c-6/welcome")));
}

TEST(RedemptionsAfter, ASaleFromBeforeTheMergeCountsOnce) {
  RedemptionFacts known = redeemed_at_till();
  known = with(known, redemptions_after(known, order({line("welcome")})));
  known[welcome] = to_text(undone(read_redemption(known[welcome])));
  known = with(known, redemptions_merged(known, "c-2", "c-1", {"welcome"}));
  known["alias/c-1"] = "c-2";
  EXPECT_THAT(redemptions_after(known, order({line("welcome")})), IsEmpty())
      << "it was taken back; the replay redeems nothing for the one who stays";
  model::Order next = order({line("welcome")});
  next.id = "20999";
  EXPECT_THAT(redemptions_after(known, next), ElementsAre(Key("c-2/welcome")));
}

TEST(RedemptionsAfter, WhatBothHadRedeemedWaitsForNoSecondSale) {
  RedemptionFacts known = redeemed_at_till();
  OutstandingList list = read_outstanding(known[outstanding_key]);
  wait_for_sale(list, "c-2/welcome", *at_till().at, RecordId{8});
  known["c-2/welcome"] = to_text(at_till());
  known[outstanding_key] = to_text(list);
  known["alias/c-1"] = "c-2";
  const auto learned = redemptions_after(known, order({line("welcome")}));
  EXPECT_THAT(learned, UnorderedElementsAre(Key("c-2/welcome"), Key(outstanding_key)));
  EXPECT_EQ(learned.at(outstanding_key), "");
}

TEST(RedemptionsMerged, WhatOneHasRedeemedTheOtherHas) {
  const auto learned =
      redemptions_merged(redeemed_at_till(), "c-2", "c-1", {"welcome", "check-50"});
  ASSERT_THAT(learned, UnorderedElementsAre(Key("c-2/welcome"), Key(outstanding_key)));
  EXPECT_EQ(read_redemption(learned.at("c-2/welcome")), at_till());
  EXPECT_THAT(read_outstanding(learned.at(outstanding_key)), ElementsAre(Key("c-2/welcome")));
  EXPECT_THAT(redemptions_merged(with(redeemed_at_till(), {{"c-2/welcome", to_text(at_till())}}),
                                 "c-2", "c-1", {"welcome"}),
              IsEmpty())
      << "both have";
}

}  // namespace
}  // namespace tillbridge::crm
