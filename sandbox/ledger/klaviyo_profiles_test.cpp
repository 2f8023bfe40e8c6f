// Profiles as they stand against what the tills' orders make of them.
#include <gtest/gtest.h>

#include "ledger/ledger.h"
#include "ledger/test_klaviyo.h"

namespace sandbox {
namespace {

namespace bj = boost::json;
using test::klaviyo_arrivals;
using test::kund_return_of;
using test::kund_sale;
using test::row;
using test::vera;

class KlaviyoProfilesTest : public ::testing::Test {
 protected:
  KlaviyoProfilesTest() {
    wanted.bloomreach = false;
    wanted.klaviyo.emplace();
    ledger.set_expectations(wanted);
  }
  void happen(const TillOrder& order, const std::optional<std::string>& original = std::nullopt) {
    ledger.put(order);
    for (const ReceivedEvent& event :
         klaviyo_arrivals(order, *wanted.klaviyo, order.final_sequence, true, original))
      ledger.received(event);
  }
  // Vera's after one plain sale.
  static KlaviyoProfile profile_of_vera() {
    return {"01JX",
            vera,
            "sitoo:c-1",
            "+46700000001",
            "Vera",
            "Lind",
            bj::object{{"Customer Number", "c-1"},
                       {"Member Number", "70015"},
                       {"Purchased SKUs", {"TEE-WHT-M", "CAP-BLK"}},
                       {"Last Store", "Example Street"}}};
  }
  Summary judged(const std::vector<KlaviyoProfile>& profiles) const {
    return ledger.summarise(profiles);
  }
  void expect_clean(const std::vector<KlaviyoProfile>& profiles) const {
    const Summary summary = judged(profiles);
    EXPECT_EQ(summary.missing + summary.invented + summary.wrong + summary.doubled, 0U);
    EXPECT_TRUE(summary.findings.empty()) << summary.findings.front();
  }
  std::string finding(const std::vector<KlaviyoProfile>& profiles) const {
    const Summary summary = judged(profiles);
    return summary.findings.empty() ? "nothing" : summary.findings.front();
  }

  Expectations wanted;
  Ledger ledger{wanted};
};

TEST_F(KlaviyoProfilesTest, OneSaleMakesOneProfile) {
  happen(kund_sale(1, 1));
  expect_clean({profile_of_vera()});
  EXPECT_EQ(judged({}).missing, 1U);
  EXPECT_EQ(ledger.summarise().missing, 0U);  // not handed in: not judged
  EXPECT_EQ(judged({profile_of_vera(), profile_of_vera()}).invented, 1U);
  EXPECT_EQ(judged({profile_of_vera()}).platforms.at("klaviyo").effects_expected, 3U);
}

TEST_F(KlaviyoProfilesTest, EachDifferenceIsFound) {
  happen(kund_sale(1, 1));
  const auto wrong = [this](const auto& spoil) {
    KlaviyoProfile profile = profile_of_vera();
    spoil(profile);
    const Summary summary = judged({profile});
    EXPECT_EQ(summary.missing + summary.invented, 0U);
    return summary.wrong;
  };
  EXPECT_EQ(wrong([](auto&) {}), 0U);
  EXPECT_EQ(wrong([](auto& p) { p.email = "Vera.Lind@kund.tillbridge.dev"; }), 0U);
  EXPECT_EQ(wrong([](auto& p) { p.external_id = "sitoo:c-2"; }), 1U);
  EXPECT_EQ(wrong([](auto& p) { p.external_id = ""; }), 1U);
  EXPECT_EQ(wrong([](auto& p) { p.phone_number = ""; }), 1U);
  EXPECT_EQ(wrong([](auto& p) { p.first_name = "vera"; }), 1U);
  EXPECT_EQ(wrong([](auto& p) { p.last_name = ""; }), 1U);
  EXPECT_EQ(wrong([](auto& p) { p.properties.erase("Customer Number"); }), 1U);
  EXPECT_EQ(wrong([](auto& p) { p.properties["Member Number"] = 70015; }), 1U);
  EXPECT_EQ(wrong([](auto& p) { p.properties["Last Store"] = "Elsewhere"; }), 1U);
  EXPECT_EQ(wrong([](auto& p) { p.properties["Purchased SKUs"] = {"CAP-BLK", "TEE-WHT-M"}; }), 1U);
  EXPECT_EQ(wrong([](auto& p) { p.properties.erase("Purchased SKUs"); }), 1U);
  EXPECT_EQ(wrong([](auto& p) { p.properties["Favourite"] = "Tea"; }), 1U);
  EXPECT_EQ(wrong([](auto& p) { p.properties["$source"] = "Tea"; }), 0U);
}

TEST_F(KlaviyoProfilesTest, ThePurchasedListFollowsSalesAndReturns) {
  const TillOrder first = kund_sale(1, 1);  // TEE, CAP
  TillOrder second = kund_sale(2, 2);       // SOCK, TEE
  second.rows = {row(0, "SOCK", 1, 800, 200), row(1, "TEE-WHT-M", 1, 19'920, 4'980)};
  second.store_name = "Other Street";
  TillOrder back = kund_return_of(first, 3, 3);  // by nobody: of the original's person
  back.email = back.customer_id = back.member_number = "";
  happen(first);
  happen(second);
  KlaviyoProfile profile = profile_of_vera();
  profile.properties["Last Store"] = "Other Street";
  profile.properties["Purchased SKUs"] = {"CAP-BLK", "SOCK", "TEE-WHT-M"};
  expect_clean({profile});
  happen(back, vera);
  profile.properties["Purchased SKUs"] = {"CAP-BLK", "SOCK"};
  expect_clean({profile});
  TillOrder cancelled = kund_sale(4, 4);
  cancelled.state = TillState::cancelled;
  happen(cancelled);
  expect_clean({profile});

  TillOrder rest = kund_return_of(first, 5, 5);
  rest.rows = {row(0, "CAP-BLK", -1, -24'000, -6'000), row(1, "SOCK", -1, -800, -200)};
  happen(rest);
  profile.properties["Purchased SKUs"] = bj::array{};
  // Refunds after the first carry their own id; only the profile matters here.
  EXPECT_EQ(judged({profile}).findings.size(), 1U);
  profile.properties["Purchased SKUs"] = bj::array{"SOCK"};
  EXPECT_EQ(judged({profile}).findings.size(), 2U);
}

TEST_F(KlaviyoProfilesTest, TheListIsBoundedAndTakesTheTillsOrder) {
  wanted.klaviyo->purchased_skus_max = 3;
  ledger.set_expectations(wanted);
  std::vector<TillOrder> sales;
  for (std::uint64_t i = 1; i <= 80; ++i) {  // more than are kept one by one
    TillOrder order = kund_sale(static_cast<std::int64_t>(i), i);
    order.rows = {row(0, "SKU-" + std::to_string(i), 1, 800, 200)};
    order.store_name = "Street " + std::to_string(i);
    sales.push_back(order);
  }
  std::swap(sales[78], sales[79]);  // the ledger hears of the last one first
  for (const TillOrder& order : sales) ledger.put(order);
  for (const TillOrder& order : sales)
    for (const auto& event : klaviyo_arrivals(order, *wanted.klaviyo, 1)) ledger.received(event);
  KlaviyoProfile profile = profile_of_vera();
  profile.properties["Last Store"] = "Street 80";
  profile.properties["Purchased SKUs"] = {"SKU-78", "SKU-79", "SKU-80"};
  expect_clean({profile});
  ledger.put(sales[0]);  // said again after it was summed up
  expect_clean({profile});
  profile.properties["Purchased SKUs"] = {"SKU-78", "SKU-80", "SKU-79"};
  EXPECT_EQ(judged({profile}).wrong, 1U);
}

TEST_F(KlaviyoProfilesTest, WhoIsNoMemberGetsNoProfileWrite) {
  TillOrder order = kund_sale(1, 1);
  order.customer_id = order.member_number = "";
  happen(order);
  KlaviyoProfile profile{"01JX", vera, "", "", "", "", {}};
  profile.properties = {{"Purchased SKUs", {"TEE-WHT-M", "CAP-BLK"}},
                        {"Last Store", "Example Street"}};
  expect_clean({profile});
  profile.first_name = "Vera";
  EXPECT_EQ(judged({profile}).wrong, 1U);
  EXPECT_EQ(judged({profile_of_vera()}).wrong, 1U);
}

TEST_F(KlaviyoProfilesTest, WhatAnOrderLacksStays) {
  happen(kund_sale(1, 1));
  TillOrder later = kund_sale(2, 2);
  later.customer_id = "null";  // cannot be right: left out
  later.phone.clear();
  later.name_first = "Vera Maria";
  later.store_name.clear();
  happen(later);
  KlaviyoProfile profile = profile_of_vera();
  profile.first_name = "Vera Maria";
  expect_clean({profile});
  profile.properties["Customer Number"] = "null";
  EXPECT_EQ(judged({profile}).wrong, 1U);
}

TEST_F(KlaviyoProfilesTest, AChangedEmailKeepsTheProfile) {
  happen(kund_sale(1, 1));
  TillOrder moved = kund_sale(2, 2);
  moved.email = "vera@new.tillbridge.dev";
  moved.rows = {row(0, "SOCK", 1, 800, 200)};
  happen(moved);
  KlaviyoProfile profile = profile_of_vera();
  profile.email = "vera@new.tillbridge.dev";
  profile.properties["Purchased SKUs"] = {"TEE-WHT-M", "CAP-BLK", "SOCK"};
  expect_clean({profile});
  const Summary left_behind = judged({profile, profile_of_vera()});
  EXPECT_EQ(left_behind.invented, 1U);
  EXPECT_EQ(judged({profile_of_vera()}).missing, 1U);
}

TEST_F(KlaviyoProfilesTest, ASecondNumberUnderOneEmailIsACase) {
  happen(kund_sale(1, 1));
  TillOrder second = kund_sale(2, 2);
  second.customer_id = "c-2";
  happen(second);
  TillOrder again = kund_sale(3, 3);
  again.customer_id = "c-2";
  happen(again);
  EXPECT_EQ(judged({profile_of_vera()}).cases, 1U);
  expect_clean({profile_of_vera()});
  KlaviyoProfile taken_over = profile_of_vera();
  taken_over.external_id = "sitoo:c-2";
  EXPECT_EQ(judged({taken_over}).wrong, 1U);
}

TEST_F(KlaviyoProfilesTest, ProfilesThatNothingCallsFor) {
  TillOrder test_mail = kund_sale(1, 1);
  test_mail.email = "vera@example.org";
  ledger.put(test_mail);
  KlaviyoProfile written = profile_of_vera();
  written.email = "vera@example.org";
  EXPECT_EQ(judged({written}).invented, 1U);
  const KlaviyoProfile klaviyos_own{"01JY", "web@kund.tillbridge.dev", "shop:1", "", "Web", "", {}};
  expect_clean({klaviyos_own});
}

TEST_F(KlaviyoProfilesTest, PeopleWhoStillWaitAreNotJudged) {
  ledger.put(kund_sale(1, 1));
  EXPECT_EQ(judged({}).missing, 3U);
  KlaviyoProfile half = profile_of_vera();
  half.first_name.clear();
  EXPECT_EQ(judged({half}).wrong, 0U);
}

TEST_F(KlaviyoProfilesTest, AnotherKeyFindsTheProfileByIt) {
  wanted.klaviyo->key_from = "crm_customer_id";
  ledger.set_expectations(wanted);
  happen(kund_sale(1, 1));
  expect_clean({profile_of_vera()});
  KlaviyoProfile profile = profile_of_vera();
  profile.email = "";
  EXPECT_EQ(finding({profile}),
            "klaviyo: profile of sitoo:c-1: email is \"\", expected \"" + std::string(vera) + "\"");
  profile.external_id = "sitoo:c-9";
  EXPECT_EQ(judged({profile}).missing, 1U);
}

KlaviyoProfile before_of_vera() {
  return {"01JX", vera, "sitoo:c-1", "+46700000001", "Vera", "Lind", {}};
}

TEST_F(KlaviyoProfilesTest, WhoWasThereBeforeIsNotInvented) {
  const KlaviyoProfile ada{"01JA", "ada@kund.se", "sitoo:c-7", "", "Ada", "Ek", {}};
  EXPECT_EQ(judged({ada}).invented, 1U);
  ledger.stood_before({before_of_vera(), ada});
  expect_clean({before_of_vera(), ada});
  happen(kund_sale(1, 1));
  expect_clean({profile_of_vera(), ada});
  EXPECT_EQ(judged({before_of_vera(), ada}).wrong, 1U);  // the sale left no mark
  EXPECT_EQ(judged({ada}).missing, 1U);
  KlaviyoProfile touched = ada;
  touched.properties["Last Store"] = "Elsewhere";
  EXPECT_EQ(judged({profile_of_vera(), touched}).invented, 1U);
}

TEST_F(KlaviyoProfilesTest, NoSaleTakesAwayWhatWasThere) {
  ledger.stood_before({before_of_vera()});
  TillOrder order = kund_sale(1, 1);
  order.phone.clear();
  order.name_first.clear();
  order.customer_id = "null";
  happen(order);
  KlaviyoProfile profile = profile_of_vera();
  profile.properties.erase("Customer Number");
  expect_clean({profile});
  profile.phone_number.clear();
  EXPECT_EQ(judged({profile}).wrong, 1U);
  profile = profile_of_vera();
  profile.properties.erase("Customer Number");
  profile.external_id.clear();
  EXPECT_EQ(judged({profile}).wrong, 1U);
}

TEST_F(KlaviyoProfilesTest, WhatStaffWroteIsTheirs) {
  happen(kund_sale(1, 1));
  KlaviyoProfile renamed = profile_of_vera();
  renamed.first_name = "Vera Maria";
  const KlaviyoProfile added{"01JN", "ny@kund.se", "sitoo:n-1", "", "Ny", "Kund", {}};
  EXPECT_EQ(judged({renamed, added}).wrong, 1U);
  EXPECT_EQ(judged({renamed, added}).invented, 1U);
  ledger.written_at_till({"c-1", "", ""});
  ledger.written_at_till({"", "Ny@kund.se", "+46730000001"});
  expect_clean({renamed, added});
  renamed.properties["Last Store"] = "Elsewhere";  // still the sales' business
  EXPECT_EQ(judged({renamed, added}).wrong, 1U);
}

}  // namespace
}  // namespace sandbox
