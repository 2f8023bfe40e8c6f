#include "app/customer_plans.h"

#include "app/consent_test_bench.h"

namespace tillbridge::app {
namespace {

using journal::DeliveryState;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::UnorderedElementsAre;

// Takes deliveries and sends nothing.
class SilentConnection final : public TargetConnection {
 public:
  SilentConnection(test::ConsentBench& bench, engine::LagBoard& lag)
      : TargetConnection("klaviyo", Mode::live) {
    engine::CourierSettings settings;
    settings.workspace = test::workspace_name;
    settings.connection = "klaviyo";
    Carrier carrier;
    carrier.channel = std::make_unique<NoChannel>();
    carrier.courier =
        std::make_unique<engine::Courier>(bench.loop, bench.clock, bench.journal, bench.ids,
                                          bench.metrics, lag, settings, *carrier.channel);
    carriers_.push_back(std::move(carrier));
  }

 private:
  class NoChannel final : public engine::Channel {
   public:
    Task<Answer> send(std::vector<engine::Parcel>, engine::Route) override { co_return Answer{}; }
  };
};

Workspace shop() {
  Workspace made;
  made.name = test::workspace_name;
  made.bloomreach_connected = made.klaviyo_connected = true;
  made.bloomreach_flows.reference_currency = *Currency::parse("SEK");
  made.bloomreach_flows.soft_ids = {{"email_id", model::IdentitySource::email}};
  model::ConsentCategory newsletter;
  newsletter.id = "newsletter";
  newsletter.bloomreach = "news";
  newsletter.klaviyo = model::ConsentChannel::email;
  model::ConsentCategory texts;
  texts.id = "texts";
  texts.klaviyo = model::ConsentChannel::sms;
  model::ConsentCategory membership;
  membership.id = "membership";
  membership.bloomreach = "members";
  made.crm.categories = {newsletter, texts, membership};
  return made;
}

class Bench : public test::ConsentBench {
 public:
  explicit Bench(Workspace workspace = shop(), bool with_desk = true)
      : connection(*this, lag),
        desk(around(), desk_settings(), book, connection),
        plans(around(), {test::workspace_name, 3, workspace.crm.categories}, targets_of(workspace),
              with_desk ? &desk : nullptr,
              [this](const journal::AddDelivery& delivery, const std::string& store) {
                delivered.push_back(delivery);
                stores.push_back(store);
              }) {}

  static ConsentDeskSettings desk_settings() {
    ConsentDeskSettings settings;
    settings.workspace = test::workspace_name;
    return settings;
  }
  crm::CustomerAct act() const {
    crm::CustomerAct made;
    made.entry.customer.customer_id = "c-1";
    made.entry.customer.email = "ada@kund.se";
    made.entry.customer.phones = {"+46700000001"};
    made.entry.customer.first_name = "Ada";
    made.fresh = true;
    made.store = "STO-01";
    made.at = clock.now() - minutes{1};
    return made;
  }
  model::ConsentDecision decision(const std::string& category, bool given) const {
    return {category, given, clock.now() - minutes{1}, "Till, Uppsala Centrum"};
  }
  crm::CustomerWriter::Planned plan(crm::CustomerAct one) {
    auto planned = await(plans.plan(std::move(one)));
    EXPECT_TRUE(planned) << planned.error().what;
    return planned ? std::move(*planned) : crm::CustomerWriter::Planned{};
  }
  static std::vector<std::string> effects(const crm::CustomerWriter::Planned& planned) {
    std::vector<std::string> all;
    for (const auto& one : planned.deliveries) all.push_back(one.connection + " " + one.effect);
    return all;
  }

  engine::LagBoard lag{engine::LagSettings{}};
  SilentConnection connection;
  ConsentDesk desk;
  std::vector<journal::AddDelivery> delivered;
  std::vector<std::string> stores;
  CustomerPlans plans;
};

TEST(CustomerPlans, EveryPlatformGetsADelivery) {
  Bench bench;
  const auto planned = bench.plan(bench.act());
  EXPECT_THAT(Bench::effects(planned),
              ElementsAre("bloomreach customer/c-1/1", "klaviyo customer/c-1/1"));
  const journal::AddDelivery& first = planned.deliveries.at(0);
  EXPECT_EQ(first.workspace, test::workspace_name);
  EXPECT_EQ(first.flow, "customer_to_bloomreach");
  EXPECT_EQ(first.lane, "customer/c-1");
  EXPECT_EQ(first.state, DeliveryState::waiting);
  EXPECT_EQ(first.settings_version, 3U);
  EXPECT_EQ(first.happened_at, bench.act().at);
  EXPECT_EQ(first.due_at, bench.clock.now());
  const std::string ids = R"("customer_ids":{"registered":"c-1","email_id":"ada@kund.se"})";
  EXPECT_THAT(first.parts, ElementsAre(HasSubstr(ids)));
  EXPECT_THAT(first.parts[0], testing::StartsWith(R"({"name":"customers",)"));
  EXPECT_THAT(first.parts[0],
              HasSubstr(R"("properties":{"email":"ada@kund.se","phone":"+46700000001",)"
                        R"("first_name":"Ada"})"));
  const journal::AddDelivery& second = planned.deliveries.at(1);
  EXPECT_EQ(second.flow, "customer_to_klaviyo");
  EXPECT_EQ(second.lane, "customer/ada@kund.se");
  EXPECT_NE(first.id, second.id);
  EXPECT_EQ(planned.handles.at("bloomreach"), "c-1");
  EXPECT_FALSE(planned.handles.contains("klaviyo")) << "known once it has answered";
  EXPECT_THAT(planned.conflicts, IsEmpty());
}

TEST(CustomerPlans, NobodyCouldBeAskedSoTheDeliveryLooksFirst) {
  Bench bench;
  crm::CustomerAct act = bench.act();
  act.look_up_first = true;
  const auto planned = bench.plan(act);
  EXPECT_THAT(planned.deliveries.at(0).parts.at(0),
              testing::StartsWith(R"({"look_up_by":[["email_id","ada@kund.se"]],)"));
}

TEST(CustomerPlans, OfAKnownCustomerOnlyWhatChangedGoesToTheirHandle) {
  Bench bench;
  crm::CustomerAct act = bench.act();
  act.fresh = false;
  act.version = 4;
  act.before = act.entry.customer;
  act.entry.customer.first_name = "Adele";
  act.entry.handles["bloomreach"] = "h-7";
  const auto planned = bench.plan(act);
  ASSERT_THAT(Bench::effects(planned),
              ElementsAre("bloomreach customer/c-1/4", "klaviyo customer/c-1/4"));
  EXPECT_EQ(planned.deliveries[0].lane, "customer/h-7");
  EXPECT_THAT(planned.deliveries[0].parts[0], HasSubstr(R"("properties":{"first_name":"Adele"})"));
  EXPECT_EQ(planned.handles.at("bloomreach"), "h-7");
  // Bloomreach did not know them yet: all of them.
  act.entry.handles.clear();
  EXPECT_THAT(bench.plan(act).deliveries.at(0).parts.at(0), HasSubstr("ada@kund.se"));
}

TEST(CustomerPlans, NothingThatIsMappedChangedIsNoDelivery) {
  Bench bench;
  crm::CustomerAct act = bench.act();
  act.fresh = false;
  act.version = 2;
  act.entry.handles["bloomreach"] = "c-1";
  act.before = act.entry.customer;
  act.entry.customer.personal_id = "850412-1234";
  const auto planned = bench.plan(act);
  EXPECT_THAT(planned.deliveries, IsEmpty());
  EXPECT_THAT(planned.conflicts, IsEmpty());
}

TEST(CustomerPlans, InShadowModeItIsPlannedAndNotSent) {
  Workspace workspace = shop();
  workspace.klaviyo_mode = Mode::shadow;
  Bench bench(workspace);
  const auto planned = bench.plan(bench.act());
  ASSERT_THAT(planned.deliveries, SizeIs(2));
  EXPECT_EQ(planned.deliveries[1].state, DeliveryState::skipped);
  EXPECT_THAT(planned.deliveries[1].reason, HasSubstr("shadow"));
  EXPECT_THAT(planned.deliveries[1].parts, SizeIs(1));
  bench.clock.advance(minutes{1});
  bench.plans.stored(planned.deliveries, "STO-01");
  ASSERT_THAT(bench.delivered, SizeIs(1));
  EXPECT_EQ(bench.delivered[0].connection, "bloomreach");
  EXPECT_EQ(bench.delivered[0].due_at, bench.clock.now());
  EXPECT_THAT(bench.stores, ElementsAre("STO-01"));
}

TEST(CustomerPlans, WhatIsLearnedIsKnownToTheNextOne) {
  Bench bench;
  const auto first = bench.plan(bench.act());
  ASSERT_THAT(first.facts, Not(IsEmpty()));
  for (const journal::PutFact& fact : first.facts) {
    EXPECT_EQ(fact.workspace, test::workspace_name);
    EXPECT_EQ(fact.connection, "klaviyo");
    EXPECT_EQ(fact.changed_at, bench.clock.now());
  }
  journal::Step step;
  step.facts = first.facts;
  bench.commit(std::move(step));
  crm::CustomerAct second = bench.act();  // the same address under another number
  second.entry.customer.customer_id = "c-2";
  const auto planned = bench.plan(second);
  ASSERT_THAT(planned.conflicts, SizeIs(1));
  EXPECT_THAT(planned.conflicts[0], testing::StartsWith("klaviyo: "));
  EXPECT_THAT(planned.conflicts[0], Not(HasSubstr("@")));
  EXPECT_THAT(Bench::effects(planned),
              ElementsAre("bloomreach customer/c-2/1", "klaviyo customer/c-2/1"));
}

TEST(CustomerPlans, ConsentsGoToEachPlatformsOwnCategories) {
  Bench bench;
  crm::CustomerAct act = bench.act();
  act.consents = {bench.decision("newsletter", true), bench.decision("membership", false)};
  const auto planned = bench.plan(act);
  const std::string at = std::to_string(to_unix_seconds(act.at));
  EXPECT_THAT(
      Bench::effects(planned),
      ElementsAre("bloomreach customer/c-1/1",
                  "bloomreach consent/newsletter/c-1/" + at + "/accept",
                  "bloomreach consent/membership/c-1/" + at + "/reject", "klaviyo customer/c-1/1"));
  const journal::AddDelivery& yes = planned.deliveries[1];
  EXPECT_EQ(yes.flow, "consent_to_bloomreach");
  EXPECT_EQ(yes.lane, "customer/c-1") << "behind the customer";
  EXPECT_THAT(yes.parts.at(0),
              HasSubstr(R"("event_type":"consent","timestamp":)" + at +
                        R"(,"properties":{"action":"accept","category":"news",)"
                        R"("valid_until":"unlimited","source":"pos",)"
                        R"("message":"Till, Uppsala Centrum","store_id":"STO-01"}})"));
  EXPECT_THAT(planned.deliveries[2].parts.at(0),
              HasSubstr(R"("properties":{"action":"reject","category":"members","source":"pos",)"));
}

TEST(CustomerPlans, TheConsentDeskIsToldWithAddressAndTime) {
  Bench bench;
  crm::CustomerAct act = bench.act();
  act.consents = {bench.decision("newsletter", true), bench.decision("texts", false),
                  bench.decision("membership", true)};
  bench.plan(act);
  const auto by_email = bench.known("ada@kund.se");
  ASSERT_TRUE(by_email);
  EXPECT_EQ(by_email->state, test::ConsentState::subscribed);
  EXPECT_EQ(by_email->decided_at, act.at);
  EXPECT_EQ(by_email->source, "Till, Uppsala Centrum");
  const auto by_sms = bench.known("+46700000001", test::ConsentChannel::sms);
  ASSERT_TRUE(by_sms);
  EXPECT_EQ(by_sms->state, test::ConsentState::unsubscribed);
  EXPECT_EQ(bench.counts().records, 2U);

  bench.plan(act);
  EXPECT_EQ(bench.counts().records, 2U) << "told twice it is one decision";
}

TEST(CustomerPlans, WithoutTheAddressThereIsNothingToTell) {
  Bench bench;
  crm::CustomerAct act = bench.act();
  act.entry.customer.phones.clear();
  act.consents = {bench.decision("texts", true)};
  EXPECT_THAT(bench.plan(act).deliveries, SizeIs(2));
  EXPECT_EQ(bench.counts().records, 0U);
  act.entry.customer.email.clear();
  act.consents = {bench.decision("newsletter", true)};
  bench.plan(act);
  EXPECT_EQ(bench.counts().records, 0U);
}

TEST(CustomerPlans, AnAddressThatCannotBeRightRefusesNobody) {
  Bench bench;
  crm::CustomerAct act = bench.act();
  act.entry.customer.email = "not an address";
  act.consents = {bench.decision("newsletter", true)};
  EXPECT_THAT(Bench::effects(bench.plan(act)), testing::Contains("bloomreach customer/c-1/1"));
  EXPECT_EQ(bench.counts().records, 0U);
}

TEST(CustomerPlans, WithoutAHardIdBloomreachGetsNothingAndACaseSaysWhichConsent) {
  Workspace workspace = shop();
  workspace.bloomreach_flows.hard_id_from = model::IdentitySource::crm_member_number;
  Bench bench(workspace);
  crm::CustomerAct act = bench.act();
  act.consents = {bench.decision("membership", true)};
  const auto planned = bench.plan(act);
  EXPECT_THAT(Bench::effects(planned), ElementsAre("klaviyo customer/c-1/1"));
  EXPECT_THAT(planned.conflicts, ElementsAre(HasSubstr("bloomreach: the consent membership")));
  EXPECT_FALSE(planned.handles.contains("bloomreach"));
}

TEST(CustomerPlans, WithoutKlaviyoNobodyIsToldThere) {
  Workspace workspace = shop();
  workspace.klaviyo_connected = false;
  Bench bench(workspace, false);
  crm::CustomerAct act = bench.act();
  act.consents = {bench.decision("newsletter", true)};
  EXPECT_THAT(bench.plan(act).deliveries, SizeIs(2));
  EXPECT_FALSE(bench.known("ada@kund.se"));
}

}  // namespace
}  // namespace tillbridge::app
