#include "app/validation/validation.h"

#include "app/validation/run.h"
#include "app/validation/sitoo_steps.h"
#include "app/validation/validation_bench_for_tests.h"

namespace tillbridge::app {
namespace {

using test::ValidationBench;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(Validation, EverythingWorksAndNothingStays) {
  ValidationBench bench(true);
  bench.sitoo.sale(20417);
  bench.an_event_came();
  bench.validate();
  EXPECT_TRUE(bench.ok()) << json::to_text(bench.result);
  EXPECT_TRUE(bench.is_ok("sitoo", "site"));
  EXPECT_THAT(bench.detail("sitoo", "events"), HasSubstr("/sitoo/shop, user tillbridge"));
  for (const char* step : {"reachable", "project token", "key id", "secret",
                           "consent category newsletter", "customer creation", "customer lookup",
                           "hard ID", "ID type email_id", "reading rights", "clean-up"})
    EXPECT_TRUE(bench.is_ok("bloomreach", step)) << step;
  EXPECT_THAT(bench.detail("bloomreach", "order tracking"),
              HasSubstr("purchase, purchase_item, return, return_item and consent"));
  for (const char* step : {"key", "scopes", "profile creation", "profile lookup", "order tracking",
                           "webhook", "clean-up"})
    EXPECT_TRUE(bench.is_ok("klaviyo", step)) << step;
  EXPECT_TRUE(bench.is_ok("till", "customer search"));

  ASSERT_EQ(bench.bloomreach.people.size(), 1U);
  EXPECT_THAT(bench.bloomreach.people[0].ids, IsEmpty());
  EXPECT_EQ(bench.bloomreach.people[0].properties.at("first_name"), "Tillbridge");
  EXPECT_EQ(bench.bloomreach.people[0].properties.at("last_store_id"), "check");
  EXPECT_THAT(bench.klaviyo.table.profiles, IsEmpty());
  ASSERT_EQ(bench.klaviyo.table.events.size(), 1U);
  EXPECT_EQ(bench.klaviyo.table.events[0].metric, "Placed Order");
  EXPECT_EQ(bench.klaviyo.table.events[0].source_name, "Tillbridge check");
  EXPECT_THAT(bench.klaviyo.table.bodies.back(),
              AllOf(HasSubstr(R"("backfill":true)"), HasSubstr(R"("value":0)")));
}

Task<Result<void>> noted(Result<void> result) {
  co_return result;
}

TEST(Validation, EveryWriteIsNotedFirst) {
  struct Note {
    std::string text;
    std::size_t people, events, profiles;  // at the platforms by then
  };
  ValidationBench bench(true);
  std::vector<Note> notes;
  bench.make_workspace();
  ValidationAsked asked;
  asked.token = "0123456789";
  asked.visible_within = std::chrono::seconds{1};
  asked.go_on = [] { return true; };
  asked.audit = [&](const std::string& text) {
    const auto& people = bench.bloomreach.people;
    const bool known = !people.empty() && !people[0].ids.empty();
    notes.push_back({text, known ? 1U : 0U, bench.bloomreach.events.size(),
                     bench.klaviyo.table.profiles.size()});
    return noted({});
  };
  ASSERT_TRUE(bench.await(validate(*bench.workspaces.front(), asked)));
  ASSERT_EQ(notes.size(), 6U);
  EXPECT_THAT(notes[0].text, HasSubstr("writes the test customer tillbridge-check-0123456789"));
  EXPECT_EQ(notes[0].people, 0U);
  EXPECT_THAT(notes[1].text, HasSubstr("tracks events"));
  EXPECT_EQ(notes[1].events, 0U);
  EXPECT_THAT(notes[2].text, HasSubstr("writes the test profile"));
  EXPECT_EQ(notes[2].profiles, 0U);
  EXPECT_THAT(notes[3].text, HasSubstr("'Placed Order'"));
  EXPECT_THAT(notes[4].text, HasSubstr("anonymises"));
  EXPECT_EQ(notes[4].people, 1U);
  EXPECT_THAT(notes[5].text, HasSubstr("deleted"));
  EXPECT_EQ(notes[5].profiles, 1U);
  EXPECT_EQ(bench.counts().deliveries, 0U) << "nothing goes through the lanes";

  ValidationBench full(true);
  full.make_workspace();
  asked.audit = [](const std::string&) {
    return noted(fail(Error::Kind::unavailable, "the disk is full"));
  };
  const auto refused = full.await(validate(*full.workspaces.front(), asked));
  ASSERT_FALSE(refused);
  EXPECT_THAT(full.bloomreach.people, IsEmpty()) << "what cannot be noted is not written";
}

// What is written at Klaviyo cannot be noted, after Bloomreach has the test customer.
TEST(Validation, WhateverFailsBetweenTheTestCustomerIsTakenAway) {
  for (const bool by_exception : {false, true}) {
    ValidationBench bench(true);
    bench.make_workspace();
    ValidationAsked asked;
    asked.token = "0123456789";
    asked.visible_within = std::chrono::seconds{1};
    asked.go_on = [] { return true; };
    asked.audit = [&](const std::string& text) {
      if (text.find("writes the test profile") == std::string::npos) return noted({});
      if (by_exception) throw std::runtime_error("a defect");
      return noted(fail(Error::Kind::unavailable, "the disk is full"));
    };
    bool ended = false;
    std::exception_ptr broken;
    std::optional<Error> error;
    boost::asio::co_spawn(bench.loop, validate(*bench.workspaces.front(), asked),
                          [&](const std::exception_ptr& failure, const auto& result) {
                            broken = failure;
                            if (!failure && !result) error = result.error();
                            ended = true;
                          });
    ASSERT_TRUE(bench.run_until([&] { return ended; }));
    EXPECT_EQ(static_cast<bool>(broken), by_exception);
    EXPECT_EQ(error ? error->what : "", by_exception ? "" : "the disk is full");
    ASSERT_EQ(bench.bloomreach.people.size(), 1U);
    EXPECT_THAT(bench.bloomreach.people[0].ids, IsEmpty()) << "anonymised";
  }
}

TEST(Validation, OneThatBreaksIsNotUnderWayForEver) {
  ValidationBench bench;
  bench.an_event_came();
  bench.make_workspace();
  bench.breaks = true;
  bool ended = false;
  std::exception_ptr broken;
  boost::asio::co_spawn(bench.loop, bench.operations.validate("", api::ValidationAsked{}),
                        [&](const std::exception_ptr& failure, const Result<json::Object>&) {
                          broken = failure;
                          ended = true;
                        });
  ASSERT_TRUE(bench.run_until([&] { return ended; }));
  EXPECT_TRUE(broken);
  bench.breaks = false;
  bench.validate();
  EXPECT_TRUE(bench.ok()) << json::to_text(bench.result);
}

TEST(Validation, ItEndsWhenTheHubStops) {
  ValidationBench bench;
  bench.bloomreach.shows = false;
  bench.operations.set_ready(false);
  bench.validate(3'600);
  EXPECT_THAT(bench.failed(), Contains("bloomreach/customer lookup"));
}

TEST(Validation, SitooThatNeverSentAnEventIsToldWhereTo) {
  ValidationBench bench;
  bench.validate();
  EXPECT_FALSE(bench.ok());
  EXPECT_THAT(bench.failed(), ElementsAre("sitoo/events"));
  EXPECT_THAT(bench.advice("sitoo", "events"),
              AllOf(HasSubstr("/sitoo/shop, user tillbridge"), HasSubstr("events_password"),
                    Not(HasSubstr("letmein"))));
}

TEST(Validation, AnEventThatCameIsRememberedByTheReceiver) {
  ValidationBench bench;
  bench.validate();
  EXPECT_THAT(bench.failed(), ElementsAre("sitoo/events"));
  const std::string body = "[" + test::event("e-1", 20417, "closed") + "]";
  auto& receiver = bench.workspaces.front()->receiver();
  EXPECT_EQ(bench.await(receiver.receive(test::delivery_of(body))).status, 200);
  bench.validate();
  EXPECT_THAT(bench.failed(), IsEmpty());
}

TEST(Validation, SitooCredentialsAccountAndSite) {
  ValidationBench bench;
  bench.an_event_came();
  bench.sitoo.instead.push_back(test::TillSitoo::refusal(401));
  bench.validate();
  EXPECT_THAT(bench.failed(), ElementsAre("sitoo/orders"));
  EXPECT_THAT(bench.advice("sitoo", "orders"), HasSubstr("api_password"));
  bench.sitoo.instead.push_back(test::TillSitoo::refusal(404));
  bench.validate();
  EXPECT_THAT(bench.advice("sitoo", "orders"), HasSubstr("/v2/accounts/"));

  ValidationBench other;
  other.settings.sitoo.account_id = 1501;
  other.validate();
  EXPECT_THAT(other.detail("sitoo", "site"),
              AllOf(HasSubstr("account 1500"), HasSubstr("account_id is 1501")));
}

TEST(Validation, ProjectKeyAndSecretAreToldApart) {
  struct Wrong {
    std::string test::TableBloomreach::* what;
    const char* step;
    const char* setting;
  };
  for (const Wrong& wrong :
       {Wrong{&test::TableBloomreach::project, "project token", "project_token"},
        Wrong{&test::TableBloomreach::key, "key id", "key_id"},
        Wrong{&test::TableBloomreach::secret, "secret", "key_secret"}}) {
    ValidationBench bench;
    bench.an_event_came();
    bench.bloomreach.*wrong.what = "another";
    bench.validate();
    EXPECT_THAT(bench.failed(), ElementsAre(std::string("bloomreach/") + wrong.step));
    EXPECT_THAT(bench.advice("bloomreach", wrong.step), HasSubstr(wrong.setting));
    EXPECT_TRUE(bench.is_skipped("bloomreach", "customer creation"));
    EXPECT_TRUE(bench.is_skipped("bloomreach", "clean-up"));
    EXPECT_THAT(bench.bloomreach.people, IsEmpty());
  }
}

TEST(Validation, TheRefusedPropertiesAreNamed) {
  ValidationBench bench;
  bench.an_event_came();
  bench.bloomreach.no_set = {"phone", "gender"};
  bench.validate();
  EXPECT_THAT(bench.failed(), ElementsAre("bloomreach/customer creation"));
  EXPECT_THAT(bench.detail("bloomreach", "customer creation"), HasSubstr("phone and gender"));
  EXPECT_THAT(bench.advice("bloomreach", "customer creation"), HasSubstr("Customer properties"));
  EXPECT_TRUE(bench.is_ok("bloomreach", "customer lookup"));
  EXPECT_TRUE(bench.is_ok("bloomreach", "clean-up"));
}

TEST(Validation, AKeyThatMaySetNoPropertyAtAll) {
  ValidationBench bench;
  bench.an_event_came();
  for (const char* one :
       {"email", "phone", "first_name", "last_name", "member_number", "street", "zip", "city",
        "country", "gender", "birthday", "home_store_id", "last_store_id"})
    bench.bloomreach.no_set.insert(one);
  bench.validate();
  EXPECT_THAT(bench.failed(), ElementsAre("bloomreach/customer creation"));
  EXPECT_THAT(bench.detail("bloomreach", "customer creation"), HasSubstr("last_store_id"));
  EXPECT_TRUE(bench.is_skipped("bloomreach", "order tracking"));
  EXPECT_TRUE(bench.is_skipped("bloomreach", "clean-up"));
}

TEST(Validation, AnUnknownHardIdIsFoundOut) {
  for (const bool fails : {false, true}) {
    for (const bool alone : {false, true}) {
      ValidationBench bench;
      bench.an_event_came();
      bench.settings.bloomreach_flows.hard_id = "registerd";
      if (alone) bench.settings.bloomreach_flows.soft_ids.clear();
      bench.bloomreach.unknown_ids_fail = fails;
      bench.validate();
      EXPECT_THAT(bench.failed(), Contains("bloomreach/hard ID"));
      EXPECT_THAT(bench.detail("bloomreach", "hard ID"),
                  HasSubstr("hard_id 'registerd' is not an ID type of this project"));
      EXPECT_THAT(bench.advice("bloomreach", "hard ID"), HasSubstr("hard_id"));
      for (const auto& person : bench.bloomreach.people) EXPECT_THAT(person.ids, IsEmpty());
    }
  }
}

TEST(Validation, AnUnknownSoftIdIsFoundOut) {
  for (const bool fails : {false, true}) {
    ValidationBench bench;
    bench.an_event_came();
    bench.settings.bloomreach_flows.soft_ids.emplace_back("phone_idd",
                                                          model::IdentitySource::phone);
    bench.bloomreach.unknown_ids_fail = fails;
    bench.validate();
    EXPECT_THAT(bench.failed(), ElementsAre("bloomreach/ID type phone_idd"));
    EXPECT_THAT(bench.detail("bloomreach", "ID type phone_idd"),
                HasSubstr("'phone_idd' is not an ID type of this project"));
    EXPECT_TRUE(bench.is_ok("bloomreach", "ID type email_id"));
    EXPECT_TRUE(bench.is_ok("bloomreach", "clean-up"));
  }
}

TEST(Validation, ACustomerThatDoesNotAppearIsNoMistakeOfTheIds) {
  ValidationBench bench;
  bench.an_event_came();
  bench.bloomreach.shows = false;
  bench.validate();
  EXPECT_THAT(bench.failed(), ElementsAre("bloomreach/customer lookup"));
  EXPECT_THAT(bench.advice("bloomreach", "customer lookup"), HasSubstr("--visible-within"));
  EXPECT_THAT(bench.detail("bloomreach", "clean-up"), HasSubstr("registered tillbridge-check-"));
}

TEST(Validation, RightsOfReadingAreNamed) {
  ValidationBench bench;
  bench.an_event_came();
  bench.bloomreach.no_get = {"phone", "consent"};
  bench.validate();
  EXPECT_THAT(bench.failed(), ElementsAre("bloomreach/reading rights"));
  EXPECT_THAT(bench.detail("bloomreach", "reading rights"),
              HasSubstr("property phone and consent newsletter"));
  EXPECT_THAT(bench.advice("bloomreach", "reading rights"), HasSubstr("(Get)"));

  ValidationBench unread;
  unread.an_event_came();
  unread.settings.crm_served = false;
  unread.bloomreach.no_get = {"phone"};
  unread.validate();
  EXPECT_THAT(unread.failed(), IsEmpty());
  EXPECT_TRUE(unread.is_skipped("bloomreach", "reading rights"));
}

TEST(Validation, ConsentCategoriesMustExistAndBeOpen) {
  ValidationBench bench;
  bench.an_event_came();
  bench.settings.crm.categories[0].bloomreach = "newsleter";
  bench.validate();
  EXPECT_THAT(bench.failed(), ElementsAre("bloomreach/consent category newsleter"));
  EXPECT_THAT(bench.advice("bloomreach", "consent category newsleter"),
              HasSubstr("it has newsletter"));

  ValidationBench closed;
  closed.an_event_came();
  closed.bloomreach.closed_categories = {"newsletter"};
  closed.validate();
  EXPECT_THAT(closed.failed(), ElementsAre("bloomreach/consent category newsletter"));
  EXPECT_THAT(closed.advice("bloomreach", "consent category newsletter"), HasSubstr("private API"));
}

TEST(Validation, TheRefusedEventTypesAreNamed) {
  ValidationBench bench;
  bench.an_event_came();
  bench.bloomreach.no_events = {"return", "return_item"};
  bench.bloomreach.may_read_events = false;
  bench.validate();
  EXPECT_THAT(bench.failed(), ElementsAre("bloomreach/order tracking"));
  EXPECT_THAT(bench.detail("bloomreach", "order tracking"),
              HasSubstr("return and return_item refused"));
  EXPECT_THAT(bench.advice("bloomreach", "order tracking"), HasSubstr("Events"));
}

TEST(Validation, OnlyTypesThatTheFlowsSendAreTracked) {
  ValidationBench bench;
  auto& flows = bench.settings.bloomreach_flows;
  flows.returns = flows::BloomreachSettings::Returns::status;
  flows.cancelled = flows::BloomreachSettings::Cancelled::event;
  flows.names = {{"purchase", "pos_purchase"}, {"purchase_item", ""}};
  bench.settings.crm_served = false;
  bench.validate();
  std::vector<std::string> types;
  for (const json::Object& event : bench.bloomreach.events)
    types.push_back(*json::text(event, "event_type"));
  EXPECT_THAT(types, ElementsAre("pos_purchase", "cancel_order"));
}

TEST(Validation, WithoutTheRightToAnonymizeTheCustomerStaysAndIsNamed) {
  ValidationBench bench;
  bench.an_event_came();
  bench.bloomreach.may_anonymize = false;
  bench.validate();
  EXPECT_THAT(bench.failed(), ElementsAre("bloomreach/clean-up"));
  EXPECT_THAT(bench.detail("bloomreach", "clean-up"),
              HasSubstr("The test customer stays: registered " +
                        *json::text(bench.result, "test_customer")));
  EXPECT_THAT(bench.advice("bloomreach", "clean-up"), HasSubstr("GDPR, Anonymize customer"));
}

TEST(Validation, KlaviyoKeyAndScopes) {
  ValidationBench bench(true);
  bench.an_event_came();
  bench.klaviyo.key_is_good = false;
  bench.validate();
  EXPECT_THAT(bench.failed(), ElementsAre("klaviyo/key"));
  EXPECT_THAT(bench.advice("klaviyo", "key"), HasSubstr("private key"));

  struct Refused {
    const char* call;
    const char* step;
    const char* scope;
  };
  for (const Refused& refused :
       {Refused{"POST /api/profile-import", "klaviyo/profile creation", "profiles:write"},
        Refused{"POST /api/events", "klaviyo/order tracking", "events:write"},
        Refused{"POST /api/data-privacy-deletion-jobs", "klaviyo/clean-up", "data-privacy:write"},
        Refused{"GET /api/metrics", "klaviyo/scopes", "docs/setup.md"}}) {
    ValidationBench one(true);
    one.an_event_came();
    one.klaviyo.refused = {refused.call};
    one.validate();
    EXPECT_THAT(one.failed(), ElementsAre(refused.step)) << refused.call;
    EXPECT_THAT(one.advice("klaviyo", std::string(refused.step).substr(8)),
                HasSubstr(refused.scope));
  }
}

TEST(Validation, TheTillIsAskedWithItsOwnCredentials) {
  ValidationBench bench;
  bench.an_event_came();
  bench.till_status = 503;
  bench.till_body = R"({"error_data":{"message":"Please try again."}})";
  bench.validate();
  EXPECT_THAT(bench.failed(), ElementsAre("till/customer search"));
  EXPECT_THAT(bench.detail("till", "customer search"), HasSubstr("Please try again."));
  ASSERT_FALSE(bench.asked_as_till.empty());
  const outbound::HttpRequest& asked = bench.asked_as_till.front();
  EXPECT_EQ(asked.url,
            "http://hub.test/crm/shop/customers?key=" + *json::text(bench.result, "test_customer") +
                "@tillbridge.dev&key_type=email");
  EXPECT_EQ(asked.basic_user, "till");
  EXPECT_EQ(asked.basic_password.reveal(), "hush");
}

TEST(Validation, ATestDomainIsRefusedBeforeAnythingIsWritten) {
  ValidationBench bench(true);
  for (const char* domain : {"shop.test", "example.com", "nonsense", "a b.se", "UPPER.se"}) {
    bench.make_workspace();
    api::ValidationAsked asked;
    asked.email_domain = domain;
    const auto answered = bench.await(bench.operations.validate("", std::move(asked)));
    ASSERT_FALSE(answered) << domain;
    EXPECT_EQ(answered.error().kind, Error::Kind::invalid_input);
  }
  EXPECT_THAT(bench.transport.requests(), IsEmpty());
}

TEST(Validation, TheTestPersonHasEveryFieldAndAFictionalPhone) {
  const model::Customer person = test_person("0123456789", "tillbridge.dev", "SE");
  for (const model::CustomerField& field : model::customer_fields())
    EXPECT_FALSE((person.*field.text).empty()) << field.name;
  EXPECT_EQ(person.first_name + " " + person.last_name, "Tillbridge Check");
  for (const char* token : {"0000000000", "9999999999", "0000000094", "0000000095"}) {
    const std::string phone = test_person(token, "tillbridge.dev", "SE").phones.front();
    EXPECT_GE(phone, "+46701740605") << token;
    EXPECT_LE(phone, "+46701740699") << token;
  }
}

}  // namespace
}  // namespace tillbridge::app
