#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/klaviyo_test_orders.h"

namespace tillbridge::flows {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using State = Verdict::State;

// The n-th sale of the contract's customer.
model::Order sale(const std::string& id) {
  model::Order order = klaviyo_sale();
  order.id = id;
  return order;
}

TEST(CustomerUpdateToKlaviyo, AMembersSaleWritesTheProfile) {
  KlaviyoHub hub;
  const Verdict v = hub.plan(sale("1"));
  ASSERT_THAT(effects(v), ElementsAre("sale/1", "profile/1"));
  const Plan& p = v.plans[1];
  EXPECT_EQ(p.flow, "customer_update_to_klaviyo");
  EXPECT_EQ(p.lane, "profile/vera.lind@kund.se");
  EXPECT_TRUE(p.profile_only);
  ASSERT_EQ(p.parts.size(), 1U);
  EXPECT_THAT(shown_ids(update(p).who), ElementsAre(Pair("email", "vera.lind@kund.se")));
  EXPECT_THAT(shown(update(p).attributes),
              ElementsAre(Pair("external_id", "\"sitoo:c-90112\""),
                          Pair("phone_number", "\"+46700000001\""), Pair("first_name", "\"Vera\""),
                          Pair("last_name", "\"Lind\"")));
  EXPECT_THAT(shown(update(p).properties), ElementsAre(Pair("Customer Number", "\"c-90112\""),
                                                       Pair("Member Number", "\"70015\"")));
  EXPECT_EQ(update(p).changed_at, from_unix_seconds(sold_at));
}

TEST(CustomerUpdateToKlaviyo, OnlyMembersAndOnlySoundValues) {
  const struct {
    const char* number;
    const char* member;
    const char* phone;
    const char* first;
    const char* attributes;  // "" : no write
    const char* properties;
  } cases[] = {
      {"", "", "0701740601", "Vera", "", ""},
      {"null", " ", "0701740601", "Vera", "", ""},
      {"c-1", "", "", "", "external_id=sitoo:c-1 ", "Customer Number=c-1 "},
      {"", "m-1", "12", " Vera ", "first_name=Vera ", "Member Number=m-1 "},
      {"undefined", "m-1", "0701740601; 08", "", "phone_number=+46701740601 ",
       "Member Number=m-1 "},
  };
  for (const auto& c : cases) {
    KlaviyoHub hub;
    model::Order order = sale_of("1", "a@kund.se", {"A"});
    order.customer.country = "SE";
    order.customer.crm_customer_id = c.number;
    order.customer.crm_member_number = c.member;
    order.customer.phone = c.phone;
    order.customer.first_name = c.first;
    const Verdict v = hub.plan(order);
    ASSERT_EQ(v.state, State::planned) << c.number;
    if (*c.properties == '\0') {
      EXPECT_THAT(effects(v), ElementsAre("sale/1"));
      continue;
    }
    ASSERT_THAT(effects(v), ElementsAre("sale/1", "profile/1"));
    const auto text = [](const model::PropertyList& list) {
      std::string all;
      for (const auto& p : list) all += p.name + "=" + std::get<std::string>(p.value) + " ";
      return all;
    };
    EXPECT_EQ(text(update(v.plans[1]).attributes), c.attributes);
    EXPECT_EQ(text(update(v.plans[1]).properties), c.properties);
  }
}

TEST(CustomerUpdateToKlaviyo, OnlyWhatIsNewIsWritten) {
  KlaviyoHub hub;
  EXPECT_THAT(effects(hub.plan(sale("1"))), ElementsAre("sale/1", "profile/1"));
  EXPECT_THAT(effects(hub.plan(sale("2"))), ElementsAre("sale/2"));
  EXPECT_THAT(effects(hub.plan(klaviyo_return())), ElementsAre("return/20533"));
  model::Order moved = sale("3");
  moved.customer.last_name = "Lindgren";
  EXPECT_THAT(effects(hub.plan(moved)), ElementsAre("sale/3", "profile/3"));
  moved.id = "4";
  moved.customer.phone = "070-000 00 02";
  EXPECT_THAT(effects(hub.plan(moved)), ElementsAre("sale/4", "profile/4"));
  moved.id = "5";
  EXPECT_THAT(effects(hub.plan(moved)), ElementsAre("sale/5"));
  moved.id = "6";
  moved.customer.phone = "12";  // left out: that is another set
  EXPECT_THAT(effects(hub.plan(moved)), ElementsAre("sale/6", "profile/6"));
}

TEST(CustomerUpdateToKlaviyo, ExternalIdBySetting) {
  KlaviyoHub hub;
  hub.settings.external_id_from = model::IdentitySource::crm_member_number;
  hub.settings.id_prefix = "till:";
  EXPECT_THAT(shown(update(hub.plan(sale("1")).plans.at(1)).attributes)[0],
              Pair("external_id", "\"till:70015\""));
  KlaviyoHub none;
  none.settings.external_id_from.reset();
  const Verdict v = none.plan(sale("1"));
  EXPECT_EQ(shown(update(v.plans.at(1)).attributes)[0].first, "phone_number");
  EXPECT_FALSE(none.facts.values.contains("lane/external_id:sitoo:c-90112"));
}

TEST(CustomerUpdateToKlaviyo, ANewAddressIsWrittenBeforeItIsUsed) {
  KlaviyoHub hub;
  hub.plan(sale("1"));
  model::Order changed = sale("2");
  changed.customer.email = "vera@annan.se";
  const Verdict v = hub.plan(changed);
  ASSERT_THAT(effects(v), ElementsAre("sale/2"));
  EXPECT_EQ(v.customer, "vera@annan.se");
  EXPECT_EQ(v.plans[0].lane, "customer/vera.lind@kund.se");  // the lane is kept
  ASSERT_THAT(part_types(v.plans[0]),
              ElementsAre("customer", "Placed Order", "Ordered Product", "Ordered Product"));
  EXPECT_THAT(shown_ids(update(v.plans[0]).who), ElementsAre(Pair("external_id", "sitoo:c-90112")));
  EXPECT_THAT(shown(update(v.plans[0]).attributes)[0], Pair("email", "\"vera@annan.se\""));
  EXPECT_EQ(shown(update(v.plans[0]).attributes)[1].first, "phone_number");
  EXPECT_THAT(shown_ids(event(v.plans[0], 1).who), ElementsAre(Pair("email", "vera@annan.se")));
  EXPECT_EQ(everything(hub.plan(changed)), everything(v));  // the same again

  // Also who has only the new address by now keeps the lane.
  const Verdict guest = hub.plan(sale_of("3", "vera@annan.se", {"NEW"}));
  EXPECT_EQ(guest.plans.at(0).lane, "customer/vera.lind@kund.se");
  EXPECT_THAT(shown(event(guest.plans[0], 0).customer_properties),
              ElementsAre(Pair("Purchased SKUs", "[TEE-WHT-M, CAP-BLK, NEW]")));
}

TEST(CustomerUpdateToKlaviyo, ANumberThatKlaviyoWasNotToldFindsNobody) {
  KlaviyoHub hub;
  model::Order member_only = sale("1");
  member_only.customer.crm_customer_id.clear();
  hub.plan(member_only);
  hub.plan(klaviyo_return());  // teaches the lane of the number; a return writes nothing
  model::Order changed = sale("2");
  changed.customer.email = "vera@annan.se";
  const Verdict v = hub.plan(changed);
  ASSERT_THAT(effects(v), ElementsAre("sale/2", "profile/2"));
  EXPECT_THAT(shown_ids(update(v.plans[1]).who), ElementsAre(Pair("email", "vera@annan.se")));
}

TEST(CustomerUpdateToKlaviyo, ASecondNumberUnderOneAddressIsAConflict) {
  KlaviyoHub hub;
  hub.plan(sale("1"));
  model::Order second = sale("2");
  second.customer.crm_customer_id = "c-2";
  const Verdict v = hub.plan(second);
  ASSERT_THAT(effects(v), ElementsAre("sale/2", "profile/2"));
  EXPECT_EQ(v.plans[0].lane, "customer/vera.lind@kund.se");
  EXPECT_THAT(v.conflict, HasSubstr("sitoo:c-2"));
  EXPECT_THAT(v.conflict, HasSubstr("sitoo:c-90112"));
  EXPECT_THAT(v.conflict, Not(HasSubstr("@")));
  EXPECT_EQ(shown(update(v.plans[1]).attributes)[0].first, "phone_number");
  EXPECT_THAT(shown(update(v.plans[1]).properties)[0], Pair("Customer Number", "\"c-2\""));
  EXPECT_EQ(everything(hub.plan(second)), everything(v));  // the same again

  // Said once; the first keeps the profile.
  second.id = "3";
  EXPECT_EQ(hub.plan(second).conflict, "");
  const Verdict first = hub.plan(sale("4"));
  EXPECT_EQ(first.conflict, "");
  EXPECT_THAT(shown(update(first.plans.at(1)).attributes)[0],
              Pair("external_id", "\"sitoo:c-90112\""));
  model::Order third = sale("5");
  third.customer.crm_customer_id = "c-3";
  EXPECT_THAT(hub.plan(third).conflict, HasSubstr("sitoo:c-3"));

  // The second has no part in the first one's lane once it has its own address.
  second.id = "6";
  second.customer.email = "hugo@kund.se";
  const Verdict own = hub.plan(second);
  EXPECT_EQ(own.plans.at(0).lane, "customer/hugo@kund.se");
  EXPECT_THAT(shown(update(own.plans.at(1)).attributes)[0], Pair("external_id", "\"sitoo:c-2\""));
}

TEST(CustomerUpdateToKlaviyo, AnAddressThatWasLeftBelongsToWhoComesNext) {
  KlaviyoHub hub;
  hub.plan(sale("1"));
  model::Order left = sale("2");
  left.customer.email = "vera@annan.se";
  hub.plan(left);
  model::Order next = sale("3");
  next.customer.crm_customer_id = "c-2";
  next.lines.resize(1);
  const Verdict v = hub.plan(next);
  EXPECT_EQ(v.conflict, "");
  ASSERT_THAT(effects(v), ElementsAre("sale/3", "profile/3"));
  EXPECT_EQ(v.plans[0].lane, "customer/sitoo:c-2");  // the one of the address is taken
  EXPECT_THAT(shown(event(v.plans[0], 0).customer_properties),
              ElementsAre(Pair("Purchased SKUs", "[TEE-WHT-M]"), testing::_));
  EXPECT_THAT(shown(update(v.plans[1]).attributes)[0], Pair("external_id", "\"sitoo:c-2\""));
  left.id = "4";
  EXPECT_EQ(hub.plan(left).plans.at(0).lane, "customer/vera.lind@kund.se");
  next.id = "5";
  EXPECT_EQ(hub.plan(next).plans.at(0).lane, "customer/sitoo:c-2");
}

TEST(CustomerUpdateToKlaviyo, WhatAGuestBoughtUnderTheAddressIsTheirs) {
  KlaviyoHub hub;
  hub.plan(sale("1"));
  hub.plan(sale_of("2", "vera@annan.se", {"G"}));
  model::Order changed = sale("3");
  changed.customer.email = "vera@annan.se";
  changed.lines.resize(1);
  const Verdict v = hub.plan(changed);
  EXPECT_EQ(v.plans.at(0).lane, "customer/vera.lind@kund.se");
  EXPECT_THAT(shown(event(v.plans[0], 1).customer_properties),
              ElementsAre(Pair("Purchased SKUs", "[G, CAP-BLK, TEE-WHT-M]"), testing::_));
  EXPECT_EQ(everything(hub.plan(changed)), everything(v));
  EXPECT_EQ(hub.plan(sale_of("4", "vera@annan.se", {"H"})).plans.at(0).lane,
            "customer/vera.lind@kund.se");
}

TEST(CustomerUpdateToKlaviyo, KeysThatAreNumbersOrPhones) {
  KlaviyoHub hub;
  hub.settings.key_from = model::IdentitySource::crm_member_number;
  const Verdict by_number = hub.plan(sale("1"));
  EXPECT_EQ(by_number.customer, "70015");
  EXPECT_EQ(by_number.plans.at(0).lane, "customer/70015");
  EXPECT_THAT(shown_ids(event(by_number.plans[0], 0).who),
              ElementsAre(Pair("external_id", "sitoo:70015")));
  EXPECT_THAT(shown_ids(update(by_number.plans.at(1)).who),
              ElementsAre(Pair("external_id", "sitoo:70015")));
  EXPECT_THAT(shown(update(by_number.plans[1]).attributes)[0],
              Pair("email", "\"vera.lind@kund.se\""));
  model::Order changed = sale("2");
  changed.customer.email = "vera@annan.se";
  const Verdict v = hub.plan(changed);
  ASSERT_THAT(effects(v), ElementsAre("sale/2"));
  EXPECT_EQ(part_types(v.plans[0])[0], "customer");
  EXPECT_THAT(shown_ids(update(v.plans[0]).who), ElementsAre(Pair("external_id", "sitoo:70015")));

  KlaviyoHub phones;
  phones.settings.key_from = model::IdentitySource::phone;
  const Verdict by_phone = phones.plan(sale("1"));
  EXPECT_EQ(by_phone.plans.at(0).lane, "customer/+46700000001");
  EXPECT_THAT(shown_ids(event(by_phone.plans[0], 0).who),
              ElementsAre(Pair("phone_number", "+46700000001")));
  model::Order new_phone = sale("2");
  new_phone.customer.phone = "070-000 00 02";
  const Verdict w = phones.plan(new_phone);
  ASSERT_THAT(effects(w), ElementsAre("sale/2"));
  EXPECT_EQ(w.plans[0].lane, "customer/+46700000001");
  EXPECT_THAT(shown_ids(update(w.plans[0]).who), ElementsAre(Pair("external_id", "sitoo:c-90112")));
}

TEST(CustomerUpdateToKlaviyo, AddressesOfNobodyAreNoAttribute) {
  KlaviyoHub hub;
  hub.settings.key_from = model::IdentitySource::crm_customer_id;
  hub.settings.shared_addresses = {"kassan@butik.se"};
  for (const auto* email : {"vera@example.org", "Kassan@butik.se", "vera-at-kund.se"}) {
    model::Order order = sale(email);
    order.customer.email = email;
    const Verdict v = hub.look(order);
    ASSERT_EQ(v.plans.size(), 2U) << email;
    EXPECT_EQ(shown(update(v.plans[1]).attributes)[0].first, "phone_number") << email;
  }
}

TEST(CustomerUpdateToKlaviyo, AnOldOrderPlannedAgainIsNoNews) {
  KlaviyoHub hub;
  hub.plan(sale("1"));
  model::Order moved = sale("2");
  moved.customer.last_name = "Lindgren";
  hub.plan(moved);
  hub.plan(return_of("3", "vera.lind@kund.se", {"TEE-WHT-M"}));
  const auto before = hub.facts.values;
  const Verdict again = hub.plan(sale("1"));
  EXPECT_THAT(effects(again), ElementsAre("sale/1"));
  EXPECT_THAT(shown(event(again.plans[0], 0).customer_properties),
              ElementsAre(Pair("Purchased SKUs", "[CAP-BLK]"), testing::_));
  EXPECT_THAT(again.learned, IsEmpty());
  EXPECT_EQ(hub.facts.values, before);
}

}  // namespace
}  // namespace tillbridge::flows
