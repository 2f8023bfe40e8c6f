#include "flows/customer_to_klaviyo.h"

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

const Instant changed_at = from_unix_us(1'795'250'000'900'000);

model::Customer vera() {
  model::Customer customer;
  customer.customer_id = "c-90112";
  customer.member_number = "70015";
  customer.email = "vera.lind@kund.se";
  customer.phones = {"+46700000001", "+46700000002"};
  customer.first_name = "Vera";
  customer.last_name = "Lind";
  return customer;
}

// The hub with customers of the register beside the orders.
class RegisterHub : public KlaviyoHub {
 public:
  CustomerPlan write(const model::Customer& after, const model::Customer& before, bool fresh,
                     std::uint32_t version) {
    std::set<std::string> wanted;
    FactsInMemory loaded;
    for (bool more = true; more;) {
      more = false;
      for (const auto& key : facts_wanted_by_customer_to_klaviyo(after, loaded, settings)) {
        if (!wanted.insert(key).second) continue;
        more = true;
        if (const std::string* value = facts.find(key)) loaded.values[key] = *value;
      }
    }
    CustomerPlan planned =
        customer_to_klaviyo(after, before, fresh, version, changed_at, loaded, settings);
    for (const Fact& fact : planned.learned) facts.values[fact.key] = fact.value;
    return planned;
  }
  CustomerPlan add(const model::Customer& customer) { return write(customer, {}, true, 1); }
};

model::Order sale(const std::string& id) {
  model::Order order = klaviyo_sale();
  order.id = id;
  return order;
}

TEST(CustomerToKlaviyo, ANewCustomerWithEverythingDocumented) {
  RegisterHub hub;
  model::Customer customer = vera();
  customer.company = "Lind AB";
  customer.street = "Storgatan 1";
  customer.city = "Uppsala";
  customer.state = "Uppland";
  customer.zip = "753 10";
  customer.country = "SE";
  customer.gender = "f";
  customer.birthday = "1985-04-12";
  customer.home_store = "STO-01";
  const CustomerPlan planned = hub.add(customer);
  ASSERT_TRUE(planned.plan) << planned.reason;
  EXPECT_EQ(planned.reason, "");
  EXPECT_EQ(planned.conflict, "");
  const Plan& plan = *planned.plan;
  EXPECT_EQ(plan.flow, "customer_to_klaviyo");
  EXPECT_EQ(plan.effect, "customer/c-90112/1");
  EXPECT_EQ(plan.lane, "customer/vera.lind@kund.se");
  EXPECT_FALSE(plan.profile_only);
  ASSERT_EQ(plan.parts.size(), 1U);
  EXPECT_THAT(shown_ids(update(plan).who), ElementsAre(Pair("email", "vera.lind@kund.se")));
  EXPECT_THAT(
      shown(update(plan).attributes),
      ElementsAre(Pair("external_id", "\"sitoo:c-90112\""),
                  Pair("phone_number", "\"+46700000001\""), Pair("first_name", "\"Vera\""),
                  Pair("last_name", "\"Lind\""), Pair("organization", "\"Lind AB\""),
                  Pair("location.address1", "\"Storgatan 1\""),
                  Pair("location.city", "\"Uppsala\""), Pair("location.region", "\"Uppland\""),
                  Pair("location.zip", "\"753 10\""), Pair("location.country", "\"SE\"")));
  EXPECT_THAT(shown(update(plan).properties),
              ElementsAre(Pair("Customer Number", "\"c-90112\""),
                          Pair("Member Number", "\"70015\""), Pair("Gender", "\"f\""),
                          Pair("Birthday", "\"1985-04-12\""), Pair("Home Store", "\"STO-01\"")));
  EXPECT_EQ(update(plan).changed_at, from_unix_seconds(1'795'250'000));
}

TEST(CustomerToKlaviyo, ASaleThatSaysTheSameIsNoNews) {
  RegisterHub hub;
  model::Customer customer = vera();
  customer.city = "Uppsala";
  hub.add(customer);
  const Verdict v = hub.plan(sale("1"));
  EXPECT_THAT(effects(v), ElementsAre("sale/1"));
  EXPECT_EQ(v.plans[0].lane, "customer/vera.lind@kund.se");
  // A correction is known to the next sale as well.
  model::Customer married = customer;
  married.last_name = "Berg";
  hub.write(married, customer, false, 2);
  model::Order next = sale("2");
  next.customer.last_name = "Berg";
  EXPECT_THAT(effects(hub.plan(next)), ElementsAre("sale/2"));
  next.id = "3";
  next.customer.last_name = "Lind";
  EXPECT_THAT(effects(hub.plan(next)), ElementsAre("sale/3", "profile/3"));
}

TEST(CustomerToKlaviyo, ACorrectionOfAnUnknownLeavesTheWholeToTheNextSale) {
  RegisterHub hub;
  model::Customer moved = vera();
  moved.city = "Gävle";
  ASSERT_TRUE(hub.write(moved, vera(), false, 2).plan);
  EXPECT_THAT(effects(hub.plan(sale("1"))), ElementsAre("sale/1", "profile/1"));
}

TEST(CustomerToKlaviyo, OnlyWhatChangedIsSent) {
  RegisterHub hub;
  hub.add(vera());
  model::Customer moved = vera();
  moved.city = "Gävle";
  moved.gender = "f";
  const CustomerPlan planned = hub.write(moved, vera(), false, 2);
  ASSERT_TRUE(planned.plan);
  EXPECT_EQ(planned.plan->effect, "customer/c-90112/2");
  EXPECT_THAT(shown_ids(update(*planned.plan).who),
              ElementsAre(Pair("email", "vera.lind@kund.se")));
  EXPECT_THAT(shown(update(*planned.plan).attributes),
              ElementsAre(Pair("location.city", "\"Gävle\"")));
  EXPECT_THAT(shown(update(*planned.plan).properties), ElementsAre(Pair("Gender", "\"f\"")));

  const CustomerPlan cleared = hub.write(vera(), moved, false, 3);
  EXPECT_THAT(shown(update(*cleared.plan).attributes), ElementsAre(Pair("location.city", "\"\"")));
  EXPECT_THAT(shown(update(*cleared.plan).properties), ElementsAre(Pair("Gender", "\"\"")));

  // The second phone is not Klaviyo's; the first is.
  model::Customer phones = vera();
  phones.phones.pop_back();
  const CustomerPlan nothing = hub.write(phones, vera(), false, 4);
  EXPECT_FALSE(nothing.plan);
  EXPECT_THAT(nothing.reason, HasSubstr("changed"));
  EXPECT_THAT(nothing.learned, IsEmpty());
  phones.phones = {"+46700000002", "+46700000001"};
  EXPECT_THAT(shown(update(*hub.write(phones, vera(), false, 5).plan).attributes),
              ElementsAre(Pair("phone_number", "\"+46700000002\"")));
}

TEST(CustomerToKlaviyo, ConsentsAloneWriteNoProfileEvenOfAnUnknown) {
  RegisterHub hub;
  EXPECT_FALSE(hub.write(vera(), vera(), false, 2).plan);
  EXPECT_THAT(hub.facts.values, IsEmpty());
}

TEST(CustomerToKlaviyo, ANewAddressIsWrittenOntoTheOldProfile) {
  model::Customer changed = vera();
  changed.email = "vera@annan.se";
  // Whether earlier plans knew the person or only the register did.
  for (const bool known : {true, false}) {
    RegisterHub hub;
    if (known) hub.add(vera());
    const CustomerPlan planned = hub.write(changed, vera(), false, 2);
    ASSERT_TRUE(planned.plan);
    EXPECT_EQ(planned.plan->lane, known ? "customer/vera.lind@kund.se" : "customer/vera@annan.se");
    EXPECT_THAT(shown_ids(update(*planned.plan).who),
                ElementsAre(Pair("external_id", "sitoo:c-90112")));
    EXPECT_THAT(shown(update(*planned.plan).attributes),
                ElementsAre(Pair("email", "\"vera@annan.se\"")));
    EXPECT_THAT(update(*planned.plan).properties, IsEmpty());
    // The next sale finds the address known.
    model::Order next = sale("1");
    next.customer.email = "vera@annan.se";
    const Verdict v = hub.plan(next);
    EXPECT_EQ(v.plans.at(0).lane, planned.plan->lane);
    EXPECT_EQ(part_types(v.plans[0])[0], "Placed Order");
  }
}

TEST(CustomerToKlaviyo, WithoutAnAddressUnderTheNumber) {
  RegisterHub hub;
  model::Customer unknown = vera();
  unknown.email = "";
  const CustomerPlan planned = hub.add(unknown);
  ASSERT_TRUE(planned.plan) << planned.reason;
  EXPECT_EQ(planned.plan->lane, "customer/sitoo:c-90112");
  EXPECT_THAT(shown_ids(update(*planned.plan).who),
              ElementsAre(Pair("external_id", "sitoo:c-90112")));
  EXPECT_EQ(shown(update(*planned.plan).attributes)[0].first, "phone_number");

  // The first address is put onto that profile, by a sale or by the till.
  FactsInMemory before = hub.facts;
  const Verdict v = hub.plan(sale("1"));
  ASSERT_THAT(effects(v), ElementsAre("sale/1"));
  EXPECT_EQ(v.plans[0].lane, "customer/sitoo:c-90112");
  EXPECT_EQ(part_types(v.plans[0])[0], "customer");
  EXPECT_THAT(shown_ids(update(v.plans[0]).who), ElementsAre(Pair("external_id", "sitoo:c-90112")));
  EXPECT_THAT(shown(update(v.plans[0]).attributes)[0], Pair("email", "\"vera.lind@kund.se\""));
  hub.facts = before;
  const CustomerPlan given = hub.write(vera(), unknown, false, 2);
  ASSERT_TRUE(given.plan);
  EXPECT_EQ(given.plan->lane, "customer/sitoo:c-90112");
  EXPECT_THAT(shown_ids(update(*given.plan).who),
              ElementsAre(Pair("external_id", "sitoo:c-90112")));
  EXPECT_THAT(shown(update(*given.plan).attributes),
              ElementsAre(Pair("email", "\"vera.lind@kund.se\"")));
}

TEST(CustomerToKlaviyo, AddressesOfNobodyCountAsNone) {
  for (const char* email : {"vera@example.org", "kassan@butik.se"}) {
    RegisterHub hub;
    hub.settings.shared_addresses = {"kassan@butik.se"};
    model::Customer customer = vera();
    customer.email = email;
    const CustomerPlan planned = hub.add(customer);
    ASSERT_TRUE(planned.plan) << email;
    EXPECT_EQ(update(*planned.plan).who.ids.front().first, "external_id") << email;
    EXPECT_NE(shown(update(*planned.plan).attributes)[0].first, "email") << email;
  }
}

TEST(CustomerToKlaviyo, NothingThatNamesThemIsNothing) {
  RegisterHub hub;
  hub.settings.external_id_from.reset();
  model::Customer customer = vera();
  customer.email = "";
  const CustomerPlan planned = hub.add(customer);
  EXPECT_FALSE(planned.plan);
  EXPECT_THAT(planned.reason, HasSubstr("neither"));
  EXPECT_THAT(planned.reason, Not(HasSubstr("Vera")));
  EXPECT_THAT(planned.learned, IsEmpty());
  hub.settings = {};
  hub.settings.key_from = model::IdentitySource::crm_member_number;
  hub.settings.external_id_from = model::IdentitySource::crm_member_number;
  customer.member_number = "";
  EXPECT_FALSE(hub.add(customer).plan);
}

TEST(CustomerToKlaviyo, ASecondNumberUnderOneAddressIsAConflictOnce) {
  RegisterHub hub;
  hub.plan(sale("1"));
  model::Customer second = vera();
  second.customer_id = "c-2";
  const CustomerPlan planned = hub.add(second);
  ASSERT_TRUE(planned.plan);
  EXPECT_THAT(planned.conflict, HasSubstr("sitoo:c-2"));
  EXPECT_THAT(planned.conflict, Not(HasSubstr("@")));
  EXPECT_NE(shown(update(*planned.plan).attributes)[0].first, "external_id");
  model::Order theirs = sale("2");
  theirs.customer.crm_customer_id = "c-2";
  EXPECT_EQ(hub.plan(theirs).conflict, "");
}

TEST(CustomerToKlaviyo, WhatWasBoughtStaysKnown) {
  RegisterHub hub;
  hub.plan(sale("1"));
  model::Customer moved = vera();
  moved.city = "Gävle";
  hub.write(moved, vera(), false, 2);
  const Verdict v = hub.plan(sale_of("2", "vera.lind@kund.se", {"NEW"}));
  EXPECT_THAT(shown(event(v.plans.at(0), 0).customer_properties),
              ElementsAre(Pair("Purchased SKUs", "[TEE-WHT-M, CAP-BLK, NEW]")));
}

TEST(CustomerToKlaviyo, ByRulesForTillsAndSales) {
  RegisterHub hub;
  const auto rule = [](model::TextList from, const char* to,
                       std::vector<model::Transform> transforms = {}) {
    return model::MappingRule{std::move(from), to, std::move(transforms), "", " "};
  };
  hub.settings.mapping = {
      rule({"email"}, "attributes.email"),
      rule({"first_name", "last_name"}, "properties.Full Name", {model::Transform::upper}),
      rule({"city"}, "location.city"),
      {{}, "properties.Signup Channel", {}, "pos", " "}};
  model::Customer customer = vera();
  customer.city = "Uppsala";
  const CustomerPlan planned = hub.add(customer);
  ASSERT_TRUE(planned.plan);
  EXPECT_THAT(
      shown(update(*planned.plan).attributes),
      ElementsAre(Pair("external_id", "\"sitoo:c-90112\""), Pair("location.city", "\"Uppsala\"")));
  EXPECT_THAT(shown(update(*planned.plan).properties),
              ElementsAre(Pair("Full Name", "\"VERA LIND\""), Pair("Signup Channel", "\"pos\"")));
  EXPECT_THAT(effects(hub.plan(sale("1"))), ElementsAre("sale/1"));  // nothing new

  RegisterHub sales;
  sales.settings.mapping = hub.settings.mapping;
  const Verdict v = sales.plan(sale("1"));
  ASSERT_THAT(effects(v), ElementsAre("sale/1", "profile/1"));
  EXPECT_THAT(shown(update(v.plans[1]).attributes),
              ElementsAre(Pair("external_id", "\"sitoo:c-90112\"")));
  EXPECT_THAT(shown(update(v.plans[1]).properties),
              ElementsAre(Pair("Full Name", "\"VERA LIND\"")));
}

}  // namespace
}  // namespace tillbridge::flows
