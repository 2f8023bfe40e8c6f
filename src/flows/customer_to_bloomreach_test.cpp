#include "flows/customer_to_bloomreach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/bloomreach_identity.h"
#include "flows/bloomreach_test_orders.h"

namespace tillbridge::flows {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using State = Verdict::State;

const Instant changed_at = from_unix_us(1'795'250'000'900'000);

model::Customer vera() {
  model::Customer customer;
  customer.customer_id = "c-90112";
  customer.member_number = "70015";
  customer.email = "vera.lind@kund.se";
  customer.phones = {"+46700000001"};
  customer.first_name = "Vera";
  customer.last_name = "Lind";
  customer.city = "Uppsala";
  customer.home_store = "STO-01";
  return customer;
}

BloomreachSettings with_soft_ids() {
  BloomreachSettings s = settings();
  s.soft_ids = {{"email_id", model::IdentitySource::email},
                {"phone_id", model::IdentitySource::phone}};
  return s;
}

model::MappingRule rule(model::TextList from, std::string to,
                        std::vector<model::Transform> transforms = {}) {
  return {std::move(from), std::move(to), std::move(transforms), "", " "};
}
BloomreachSettings with_rules() {
  BloomreachSettings s = settings();
  s.mapping = {rule({"customer_id"}, "ids.registered"),
               rule({"email"}, "ids.email_id"),
               rule({"email"}, "properties.mail"),
               rule({"first_name", "last_name"}, "properties.full_name", {model::Transform::upper}),
               rule({"city"}, "properties.city"),
               {{}, "properties.signup_channel", {}, "pos", " "}};
  return s;
}

std::optional<Plan> written(const model::Customer& after, const model::Customer& before,
                            const BloomreachSettings& s = settings(),
                            const std::string& handle = "") {
  return customer_to_bloomreach(after, before, false, handle, 3, changed_at, s);
}

TEST(CustomerToBloomreach, ANewCustomerWithEverythingDocumented) {
  const auto plan = customer_to_bloomreach(vera(), {}, true, "", 1, changed_at, with_soft_ids());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->flow, "customer_to_bloomreach");
  EXPECT_EQ(plan->effect, "customer/c-90112/1");
  EXPECT_EQ(plan->lane, "customer/c-90112");
  EXPECT_FALSE(plan->profile_only);
  ASSERT_EQ(plan->parts.size(), 1U);
  EXPECT_THAT(shown_ids(update(*plan).who),
              ElementsAre(Pair("registered", "c-90112"), Pair("email_id", "vera.lind@kund.se"),
                          Pair("phone_id", "+46700000001")));
  EXPECT_THAT(shown(update(*plan).properties),
              ElementsAre(Pair("email", "\"vera.lind@kund.se\""), Pair("phone", "\"+46700000001\""),
                          Pair("first_name", "\"Vera\""), Pair("last_name", "\"Lind\""),
                          Pair("member_number", "\"70015\""), Pair("city", "\"Uppsala\""),
                          Pair("home_store_id", "\"STO-01\"")));
  EXPECT_EQ(update(*plan).changed_at, changed_at);
  EXPECT_THAT(update(*plan).look_up_by, IsEmpty());
}

TEST(CustomerToBloomreach, TheDefaultRulesFollowTheSettings) {
  BloomreachSettings s = with_soft_ids();
  s.hard_id = "mail";
  s.hard_id_from = model::IdentitySource::email;
  s.names = {{"customer.phone", "mobile"}, {"customer.city", ""}};
  const auto plan = customer_to_bloomreach(vera(), {}, true, "", 1, changed_at, s);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->lane, "customer/vera.lind@kund.se");
  EXPECT_EQ(plan->effect, "customer/c-90112/1");
  EXPECT_EQ(shown_ids(update(*plan).who).front(),
            (std::pair<std::string, std::string>("mail", "vera.lind@kund.se")));
  EXPECT_EQ(shown(update(*plan).properties)[1].first, "mobile");
  EXPECT_EQ(shown(update(*plan).properties).size(), 6U);
  s.mapping = {rule({"city"}, "properties.x")};
  EXPECT_EQ(customer_mapping_of(s).size(), 1U);
}

TEST(CustomerToBloomreach, OnlyWhatChangedIsSent) {
  model::Customer moved = vera();
  moved.city = "Gävle";
  moved.street = "Storgatan 1";
  const auto plan = written(moved, vera());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->effect, "customer/c-90112/3");
  EXPECT_THAT(shown(update(*plan).properties),
              ElementsAre(Pair("street", "\"Storgatan 1\""), Pair("city", "\"Gävle\"")));
  EXPECT_FALSE(written(vera(), vera()));
  model::Customer unmapped = vera();
  unmapped.company = "Lind AB";
  EXPECT_FALSE(written(unmapped, vera()));
  model::Customer cleared = vera();
  cleared.city = "";
  EXPECT_THAT(shown(update(*written(cleared, vera())).properties),
              ElementsAre(Pair("city", "\"\"")));
}

TEST(CustomerToBloomreach, TheHandleIsTheHardId) {
  model::Customer moved = vera();
  moved.city = "Gävle";
  const auto plan = written(moved, vera(), with_soft_ids(), "crm-7");
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->lane, "customer/crm-7");
  EXPECT_EQ(plan->effect, "customer/c-90112/3");
  EXPECT_EQ(shown_ids(update(*plan).who)[0].second, "crm-7");
  // Without any hard ID there is nobody to write to.
  moved.customer_id = "";
  EXPECT_FALSE(written(moved, vera()));
  moved.customer_id = "null";
  EXPECT_FALSE(written(moved, vera()));
  EXPECT_TRUE(written(moved, vera(), settings(), "crm-7"));
}

TEST(CustomerToBloomreach, SeveralPhonesAreAListWhereThePropertyHeldOne) {
  const struct {
    model::TextList before, after;
    const char* phone;
  } cases[] = {
      {{"+46700000001"}, {"+46700000002"}, "\"+46700000002\""},
      {{"+46700000001"}, {"+46700000002", "+46700000001"}, "\"+46700000002; +46700000001\""},
      {{"+461", "+462"}, {"+463", "+461", "+462"}, "[+463, +461, +462]"},
      {{"+461", "+462"}, {"+462"}, "\"+462\""},
      {{}, {"+461"}, "\"+461\""},
  };
  for (const auto& c : cases) {
    model::Customer before = vera();
    before.phones = c.before;
    model::Customer after = vera();
    after.phones = c.after;
    const auto plan = written(after, before);
    ASSERT_TRUE(plan) << c.phone;
    EXPECT_THAT(shown(update(*plan).properties), ElementsAre(Pair("phone", c.phone)));
  }
}

TEST(CustomerToBloomreach, LooksUpByTheOtherIdentifiersWhenNobodyCouldBeAsked) {
  model::Customer customer = vera();
  customer.phones = {"+461", "+462"};
  const auto plan =
      customer_to_bloomreach(customer, {}, true, "", 1, changed_at, with_soft_ids(), true);
  ASSERT_TRUE(plan);
  EXPECT_THAT(update(*plan).look_up_by, ElementsAre(Pair("email_id", "vera.lind@kund.se")))
      << "a phone is shared: no proof beside an e-mail";
  EXPECT_THAT(shown_ids(update(*plan).who),
              ElementsAre(Pair("registered", "c-90112"), Pair("email_id", "vera.lind@kund.se"),
                          Pair("phone_id", "+461")));
  customer.email.clear();
  const auto by_phone =
      customer_to_bloomreach(customer, {}, true, "", 1, changed_at, with_soft_ids(), true);
  EXPECT_THAT(update(*by_phone).look_up_by,
              ElementsAre(Pair("phone_id", "+461"), Pair("phone_id", "+462")));
  const auto no_other =
      customer_to_bloomreach(customer, {}, true, "", 1, changed_at, settings(), true);
  EXPECT_THAT(update(*no_other).look_up_by, IsEmpty());
}

TEST(CustomerToBloomreach, ByRules) {
  const auto fresh = customer_to_bloomreach(vera(), {}, true, "", 1, changed_at, with_rules());
  ASSERT_TRUE(fresh);
  EXPECT_THAT(shown_ids(update(*fresh).who),
              ElementsAre(Pair("registered", "c-90112"), Pair("email_id", "vera.lind@kund.se")));
  EXPECT_THAT(shown(update(*fresh).properties),
              ElementsAre(Pair("mail", "\"vera.lind@kund.se\""), Pair("full_name", "\"VERA LIND\""),
                          Pair("city", "\"Uppsala\""), Pair("signup_channel", "\"pos\"")));
  model::Customer married = vera();
  married.last_name = "Berg";
  EXPECT_THAT(shown(update(*written(married, vera(), with_rules())).properties),
              ElementsAre(Pair("full_name", "\"VERA BERG\"")));
}

TEST(CustomerToBloomreach, AChangedIdentifierGoesWithOneProperty) {
  BloomreachSettings s = with_rules();
  std::erase_if(s.mapping, [](const auto& r) { return r.to == "properties.mail"; });
  model::Customer changed = vera();
  changed.email = "vera@annan.se";
  const auto plan = written(changed, vera(), s);
  ASSERT_TRUE(plan);
  EXPECT_THAT(shown_ids(update(*plan).who),
              ElementsAre(Pair("registered", "c-90112"), Pair("email_id", "vera@annan.se")));
  EXPECT_THAT(shown(update(*plan).properties), ElementsAre(Pair("full_name", "\"VERA LIND\"")));
}

TEST(ConsentToBloomreach, AcceptAndReject) {
  const model::ConsentCategory category{"news", "Newsletter", "email", false, "newsletter", {}};
  model::ConsentDecision decision{"news", true, changed_at, "Till, Uppsala Centrum"};
  const auto accepted =
      consent_to_bloomreach(vera(), "", decision, category, "STO-01", with_soft_ids());
  ASSERT_TRUE(accepted);
  EXPECT_EQ(accepted->flow, "consent_to_bloomreach");
  EXPECT_EQ(accepted->effect, "consent/news/c-90112/1795250000/accept");
  EXPECT_EQ(accepted->lane, "customer/c-90112");
  ASSERT_THAT(part_types(*accepted), ElementsAre("consent"));
  const auto& accept = event(*accepted, 0);
  EXPECT_EQ(accept.at, from_unix_seconds(1'795'250'000));
  EXPECT_EQ(shown_ids(accept.who).front().second, "c-90112");
  EXPECT_THAT(
      shown(accept.properties),
      ElementsAre(Pair("action", "\"accept\""), Pair("category", "\"newsletter\""),
                  Pair("valid_until", "\"unlimited\""), Pair("source", "\"pos\""),
                  Pair("message", "\"Till, Uppsala Centrum\""), Pair("store_id", "\"STO-01\"")));
  decision.given = false;
  const auto left = consent_to_bloomreach(vera(), "crm-7", decision, category, "", settings());
  ASSERT_TRUE(left);
  EXPECT_EQ(left->lane, "customer/crm-7");
  EXPECT_EQ(left->effect, "consent/news/c-90112/1795250000/reject");
  EXPECT_THAT(shown(event(*left, 0).properties),
              ElementsAre(Pair("action", "\"reject\""), Pair("category", "\"newsletter\""),
                          Pair("source", "\"pos\""), Pair("message", "\"Till, Uppsala Centrum\"")));
}

TEST(ConsentToBloomreach, WhatIsNotCompleteIsNeverSent) {
  const model::ConsentCategory known{"news", "Newsletter", {}, false, "newsletter", {}};
  const model::ConsentDecision good{"news", true, changed_at, ""};
  model::ConsentCategory unknown_there = known;
  unknown_there.bloomreach = "";
  model::ConsentDecision other = good;
  other.category = "sms";
  model::ConsentDecision timeless = good;
  timeless.at = {};
  model::Customer nobody = vera();
  nobody.customer_id = "";
  const auto s = settings();
  EXPECT_TRUE(consent_to_bloomreach(vera(), "", good, known, "", s));
  for (const auto& refused : {consent_to_bloomreach(vera(), "", good, unknown_there, "", s),
                              consent_to_bloomreach(vera(), "", other, known, "", s),
                              consent_to_bloomreach(vera(), "", timeless, known, "", s),
                              consent_to_bloomreach(nobody, "", good, known, "", s)}) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Error::Kind::invalid_input);
  }
}

TEST(SalesByRules, SayWhatTheyKnowAndNoMore) {
  BloomreachSettings s = with_rules();
  s.soft_ids = {{"phone_id", model::IdentitySource::phone}};  // replaced by the rules
  model::Order order = contract_sale();
  const Verdict v = plan(order, s);
  ASSERT_EQ(v.state, State::planned);
  EXPECT_THAT(
      shown_ids(update(v.plans[0]).who),
      ElementsAre(Pair("registered", "c-90112"), Pair("email_id", "vera.lind@example.org")));
  EXPECT_THAT(shown_ids(event(v.plans[0], 1).who), shown_ids(update(v.plans[0]).who));
  // No constant: that is for new customers. Where they bought goes without a rule.
  EXPECT_THAT(shown(update(v.plans[0]).properties),
              ElementsAre(Pair("mail", "\"vera.lind@example.org\""),
                          Pair("full_name", "\"VERA LIND\""), Pair("last_store_id", "\"STO-01\"")));
  // Half a name would overwrite the whole one.
  order.customer.last_name = " ";
  EXPECT_THAT(shown(update(plan(order, s).plans[0]).properties),
              ElementsAre(Pair("mail", testing::_), Pair("last_store_id", testing::_)));
  // A rule may have the place.
  s.mapping.push_back(rule({"home_store"}, "properties.last_store_id"));
  EXPECT_THAT(shown(update(plan(order, s).plans[0]).properties),
              ElementsAre(Pair("mail", testing::_)));
}

TEST(Alias, LeadsAllLaterSalesToThePersonWhoWasThere) {
  FactsInMemory facts;
  const Fact learned = alias("c-90112", "crm-7");
  EXPECT_EQ(learned.key, "alias/c-90112");
  EXPECT_EQ(learned.value, "crm-7");
  facts.values[learned.key] = learned.value;
  const Verdict v = plan(contract_sale(), settings(), std::nullopt, facts);
  ASSERT_EQ(v.state, State::planned);
  EXPECT_EQ(v.customer, "crm-7");
  EXPECT_EQ(v.plans[0].lane, "customer/crm-7");
  EXPECT_THAT(shown_ids(event(v.plans[0], 1).who), ElementsAre(Pair("registered", "crm-7")));
  BloomreachSettings window = settings();
  window.profile_window = true;
  EXPECT_EQ(plan(contract_sale(), window, std::nullopt, facts).plans[1].lane, "profile/crm-7");
}

TEST(Alias, IsFollowedButNotForEver) {
  FactsInMemory facts;
  EXPECT_EQ(hard_id_of("a", facts), "a");
  for (int i = 0; i < 10; ++i) facts.values["alias/" + std::to_string(i)] = std::to_string(i + 1);
  EXPECT_EQ(hard_id_of("8", facts), "10");
  EXPECT_EQ(hard_id_of("2", facts), "10");
  EXPECT_EQ(hard_id_of("0", facts), "8");
  facts.values = {{"alias/a", "b"},    {"alias/b", "x"}, {"alias/x", "a"},
                  {"alias/into", "a"}, {"alias/c", ""},  {"alias/d", "d"}};
  for (const char* in_a_circle : {"a", "b", "x", "into"})
    EXPECT_EQ(hard_id_of(in_a_circle, facts), in_a_circle);
  EXPECT_EQ(hard_id_of("c", facts), "c");
  EXPECT_EQ(hard_id_of("d", facts), "d");
}

TEST(Alias, IsAskedForUntilNothingNewComes) {
  FactsInMemory stored;
  stored.values = {{"alias/c-90112", "b"}, {"alias/b", "c"}};
  FactsInMemory loaded;
  std::set<std::string> asked;
  int rounds = 0;
  for (bool more = true; more; ++rounds) {
    more = false;
    for (const auto& key :
         facts_wanted_by_bloomreach(contract_sale(), std::nullopt, loaded, settings())) {
      if (!asked.insert(key).second) continue;
      more = true;
      if (const auto* value = stored.find(key)) loaded.values[key] = *value;
    }
  }
  EXPECT_THAT(asked, ElementsAre("alias/b", "alias/c", "alias/c-90112"));
  EXPECT_EQ(rounds, 4);
  model::Order guest = contract_sale();
  guest.customer = {};
  EXPECT_THAT(facts_wanted_by_bloomreach(guest, std::nullopt, loaded, settings()), IsEmpty());
  model::Order parked = contract_sale();
  parked.type = model::OrderType::parked;
  EXPECT_THAT(facts_wanted_by_bloomreach(parked, std::nullopt, loaded, settings()), IsEmpty());
}

}  // namespace
}  // namespace tillbridge::flows
