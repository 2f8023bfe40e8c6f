#include "app/desk/privacy.h"

#include "app/consent_book.h"
#include "app/test_bench.h"
#include "crm/customer_index.h"
#include "crm/redemption_rules.h"
#include "engine/courier.h"

namespace tillbridge::app {
namespace {

using test::JournalBench;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* shop = test::workspace_name;
constexpr const char* vera = "vera@kund.se";
constexpr const char* otto = "otto@kund.se";

class PrivacyTest : public ::testing::Test {
 protected:
  PrivacyTest() { start(); }
  ~PrivacyTest() override { stop(); }

  // As after a restart.
  void start() {
    PrivacyParts parts{bench.loop,
                       bench.machine_clock,
                       bench.journal,
                       bench.ids,
                       [this](const std::string&) { return std::vector{platform()}; },
                       [this](const std::string&, const journal::OpenDelivery& delivery) {
                         dropped.push_back(delivery.id);
                         if (courier) courier->erased(delivery);
                       }};
    PrivacySettings settings;
    settings.workspaces = {{shop, "SE", &turns}};
    settings.ask_again = std::chrono::milliseconds{20};
    desk = std::make_unique<HubPrivacyDesk>(std::move(parts), std::move(settings));
    tasks = std::make_unique<TaskGroup>(bench.loop,
                                        [](const std::string& what) { ADD_FAILURE() << what; });
    tasks->start(desk->run());
  }
  void stop() {
    desk->request_stop();
    EXPECT_TRUE(bench.run_until([&] { return tasks->running() == 0; }));
  }

  PrivacyPlatform platform() {
    PrivacyPlatform made;
    made.connection = "klaviyo";
    made.identifiers = [](const Identity& identity) {
      std::vector<std::pair<std::string, std::string>> all;
      for (const std::string& email : identity.of(IdentifierKind::email))
        all.emplace_back("email", email);
      return all;
    };
    made.ask = [this](std::string, std::string value) -> Task<Outcome> {
      asked.push_back(std::move(value));
      return answered(answer);
    };
    return made;
  }
  static Task<Outcome> answered(Outcome outcome) { co_return outcome; }

  RecordId sale(int order, std::vector<std::string> keys,
                journal::DeliveryState state = journal::DeliveryState::delivered) {
    journal::Step step;
    journal::PutRecord record;
    record.id = bench.ids.next<RecordId>();
    record.workspace = shop;
    record.kind = "sale";
    record.key = fmt::format("order/{}", order);
    record.state = journal::RecordState::planned;
    record.happened_at = record.changed_at = bench.clock.now();
    record.store = "1001";
    record.customer = vera;
    record.search_keys = std::move(keys);
    record.search_keys.push_back(fmt::format("order:{}", order));
    record.payload = fmt::format(R"({{"order":{},"email":"vera@kund.se"}})", order);
    journal::AddDelivery delivery;
    delivery.id = bench.ids.next<DeliveryId>();
    delivery.workspace = shop;
    delivery.record = record.id;
    delivery.connection = "klaviyo";
    delivery.flow = "sale_to_klaviyo";
    delivery.effect = fmt::format("sale/{}", order);
    delivery.lane = lane_of(order);
    delivery.state = state;
    delivery.due_at = delivery.happened_at = bench.clock.now();
    delivery.parts = {R"({"event":{"email":"vera@kund.se"}})"};
    journal::AddArrival arrival;
    arrival.id = bench.ids.next<ArrivalId>();
    arrival.workspace = shop;
    arrival.connection = "sitoo";
    arrival.external_id = fmt::format("event-{}", order);
    arrival.subject = record.key;
    arrival.received_at = arrival.due_at = bench.clock.now();
    arrival.payload = "vera@kund.se";
    journal::UpdateArrival resolved;
    resolved.id = arrival.id;
    resolved.state = journal::ArrivalState::resolved;
    resolved.record = record.id;
    resolved.due_at = bench.clock.now();
    const RecordId id = record.id;
    last_delivery = delivery.id;
    step.arrivals.push_back(std::move(arrival));
    step.arrival_updates.push_back(std::move(resolved));
    step.records.push_back(std::move(record));
    step.deliveries.push_back(std::move(delivery));
    bench.commit(std::move(step));
    return id;
  }
  static std::string lane_of(int order) { return fmt::format("customer/{}", order); }

  void put(const std::string& shelf, const std::string& key, const std::string& value) {
    journal::Step step;
    step.facts.push_back({shop, shelf, key, value, bench.clock.now()});
    bench.commit(std::move(step));
  }
  std::string value(const std::string& shelf, const std::string& key) {
    using Values = std::vector<std::optional<std::string>>;
    return bench
        .ask<Values>([shelf, key](journal::Reader& reader) {
          const std::vector<std::string> keys{key};
          return reader.facts(shop, shelf, keys);
        })
        .front()
        .value_or("");
  }
  static api::Person by_email(const std::string& email) { return {email, "", ""}; }
  json::Object find(api::Person person) {
    auto found = bench.await(desk->find(shop, std::move(person)));
    EXPECT_TRUE(found) << found.error().what;
    return found.value_or(json::Object{});
  }
  json::Object erase(api::Person person) {
    auto erased = bench.await(desk->erase(shop, std::move(person), "anna"));
    EXPECT_TRUE(erased) << erased.error().what;
    return erased.value_or(json::Object{});
  }
  std::size_t found_by(const std::string& text) {
    return bench
        .ask<std::vector<journal::RecordRow>>(
            [text](journal::Reader& reader) { return reader.search(shop, text, 10); })
        .size();
  }
  std::string everything(const json::Value& value) { return json::to_text(value); }

  JournalBench bench;
  Turns turns{bench.loop};
  Outcome answer{Outcome::Kind::delivered, ""};
  std::vector<std::string> asked;
  std::vector<DeliveryId> dropped;
  DeliveryId last_delivery;
  std::unique_ptr<engine::Courier> courier;
  std::unique_ptr<HubPrivacyDesk> desk;
  std::unique_ptr<TaskGroup> tasks;
};

TEST_F(PrivacyTest, APersonIsFoundUnderAllTheirIdentifiers) {
  sale(1, {"email:Vera@Kund.se", "customer:c-90112"});
  sale(2, {"customer:c-90112", "phone:070-123 45 67"});
  sale(3, {"phone:+46701234567"});
  sale(4, {"email:avera@kund.se"});
  const auto found = find(by_email(vera));
  EXPECT_EQ(found.at("records"), 3);
  EXPECT_THAT(everything(found.at("identifiers")), HasSubstr("c-90112"));
  EXPECT_THAT(everything(found.at("addresses")), HasSubstr("+46701234567"));
  EXPECT_EQ(find({"", "0701234567", ""}).at("records"), 3);
  EXPECT_EQ(find({"", "", "c-90112"}).at("records"), 3);
}

TEST_F(PrivacyTest, ASharedIdentifierIsToldAndNotTakenUp) {
  sale(1, {std::string("email:") + vera, "phone:+46701234567"});
  sale(2, {std::string("email:") + otto, "phone:+46701234567"});
  sale(3, {"phone:+46701234567"});
  const auto found = find(by_email(vera));
  EXPECT_EQ(found.at("records"), 1);
  EXPECT_THAT(everything(found.at("notes")), HasSubstr("another e-mail stands beside it"));
  EXPECT_THAT(everything(found.at("identifiers")), Not(HasSubstr("+4670")));
  // Asked for by the phone itself, all of it is meant, but nobody's e-mail is taken up.
  const auto by_phone = find({"", "+46701234567", ""});
  EXPECT_EQ(by_phone.at("records"), 3);
  EXPECT_THAT(everything(by_phone.at("identifiers")), Not(HasSubstr("@")));
}

TEST_F(PrivacyTest, TwoPeopleBehindOnePhoneAreNotTakenForOne) {
  sale(1, {"phone:+46701234567", "customer:c-1"});
  sale(2, {"phone:+46701234567", "customer:c-2"});
  sale(3, {std::string("email:") + vera, "customer:c-1"});
  sale(4, {std::string("email:") + otto, "customer:c-2"});
  const auto found = find({"", "+46701234567", ""});
  EXPECT_EQ(found.at("records"), 2);
  EXPECT_EQ(found.at("identifiers").as_array().size(), 1U);
  EXPECT_EQ(found.at("notes").as_array().size(), 2U);
}

TEST_F(PrivacyTest, ThePersonHasToBeOneThing) {
  EXPECT_FALSE(bench.await(desk->find(shop, {})));
  EXPECT_FALSE(bench.await(desk->find(shop, {vera, "", "c-1"})));
  EXPECT_FALSE(bench.await(desk->find(shop, by_email("nonsense"))));
}

TEST_F(PrivacyTest, TheCopyHoldsDocumentsBytesAndFacts) {
  sale(1, {std::string("email:") + vera});
  put(consent_shelf, std::string("email/") + vera, R"({"state":"subscribed"})");
  const auto copy = bench.await(desk->copy(shop, by_email(vera)));
  ASSERT_TRUE(copy);
  const auto& record = copy->at("records").as_array().front();
  EXPECT_EQ(record.at("document").at("order"), 1);
  EXPECT_EQ(record.at("deliveries").at(0).at("sent").at(0).at("event").at("email"), vera);
  EXPECT_EQ(record.at("arrivals").at(0).at("content"), vera);
  EXPECT_EQ(copy->at("facts").at(0).at("value").at("state"), "subscribed");
}

TEST_F(PrivacyTest, NothingIsFoundAfterwards) {
  const RecordId record = sale(1, {std::string("email:") + vera, "phone:+46701234567", "sku:tee"});
  sale(2, {std::string("email:") + otto});
  const auto erased = erase(by_email(vera));
  EXPECT_EQ(erased.at("state"), "asked");
  EXPECT_THAT(asked, ::testing::ElementsAre(vera));
  EXPECT_EQ(found_by(vera), 0U);
  EXPECT_EQ(found_by("+46701234567"), 0U);
  EXPECT_EQ(found_by("tee"), 1U);
  EXPECT_EQ(found_by(otto), 1U);
  const auto journey = bench.ask<std::optional<journal::Journey>>(
      [record](journal::Reader& reader) { return reader.journey(record); });
  EXPECT_EQ(journey->record.payload, "");
  EXPECT_EQ(journey->record.customer, "");
  EXPECT_TRUE(journey->deliveries.front().parts.empty());
  EXPECT_EQ(journey->arrivals.front().payload, "");
  const auto wrong = bench.ask<std::vector<std::string>>(
      [](journal::Reader& reader) { return reader.verify([](double) {}); });
  EXPECT_TRUE(wrong.empty()) << wrong.front();
  const auto again = find(by_email(vera));
  EXPECT_EQ(again.at("records"), 0);
  EXPECT_EQ(again.at("facts"), 0);
  EXPECT_EQ(again.at("erased_before").at(0), erased.at("id"));
}

TEST_F(PrivacyTest, FactsGoAndThoseOfOthersStay) {
  sale(1, {std::string("email:") + vera, "customer:c-1"});
  const std::string entry =
      R"({"customer_id":"c-1","email":"vera@kund.se","phone":["+46701234567"],)"
      R"("handles":{"klaviyo":"01H"}})";
  put(crm::index_shelf, "customer/c-1", entry);
  put(crm::index_shelf, std::string("email/") + vera, R"(["c-1"])");
  put(crm::index_shelf, "phone/+46701234567", R"(["c-2","c-1"])");
  put(crm::index_shelf, "profile/klaviyo/01H", R"(["c-1"])");
  put(crm::index_shelf, "customer/c-2", R"({"customer_id":"c-2","email":"otto@kund.se"})");
  put(consent_shelf, std::string("telling/subscribed/email/") + vera, "1");
  put(consent_shelf, std::string("email/") + otto, "{}");
  put(crm::redemption_shelf, "c-1/summer", "{}");
  put(crm::redemption_shelf, crm::outstanding_key,
      R"({"c-1/summer":{"at":1,"record":1},"c-2/summer":{"at":1,"record":2}})");
  put("klaviyo", "lane/external_id:sitoo:c-1", vera);
  put("klaviyo", std::string("person/") + vera, R"({"email":"vera@kund.se"})");
  put("klaviyo", std::string("person/") + otto, R"({"email":"otto@kund.se","rivals":["c-1"]})");
  put("klaviyo", "refund/1", "2");
  put("console", "views/anna", R"({"query":"text=vera@kund.se&kind=sale","name":"mine"})");
  erase(by_email(vera));
  for (const char* key : {"customer/c-1", "email/vera@kund.se", "profile/klaviyo/01H"})
    EXPECT_EQ(value(crm::index_shelf, key), "") << key;
  EXPECT_EQ(value(crm::index_shelf, "phone/+46701234567"), R"(["c-2"])");
  EXPECT_NE(value(crm::index_shelf, "customer/c-2"), "");
  EXPECT_EQ(value(consent_shelf, std::string("telling/subscribed/email/") + vera), "");
  EXPECT_NE(value(consent_shelf, std::string("email/") + otto), "");
  EXPECT_EQ(value(crm::redemption_shelf, "c-1/summer"), "");
  EXPECT_THAT(value(crm::redemption_shelf, crm::outstanding_key), Not(HasSubstr("c-1")));
  EXPECT_THAT(value(crm::redemption_shelf, crm::outstanding_key), HasSubstr("c-2"));
  EXPECT_EQ(value("klaviyo", "lane/external_id:sitoo:c-1"), "");
  EXPECT_EQ(value("klaviyo", std::string("person/") + vera), "");
  EXPECT_EQ(value("klaviyo", std::string("person/") + otto),
            R"({"email":"otto@kund.se","rivals":[]})");
  EXPECT_EQ(value("klaviyo", "refund/1"), "2");
  EXPECT_EQ(value("console", "views/anna"), "{\"query\":\"(erased)\",\"name\":\"mine\"}");
}

TEST_F(PrivacyTest, TheProofNamesNobody) {
  sale(1, {std::string("email:") + vera, "customer:c-90112"});
  const auto erased = erase(by_email(vera));
  const std::string id(erased.at("id").as_string());
  const auto kept = bench.await(desk->erasure(shop, id)).value();
  EXPECT_THAT(everything(kept), Not(HasSubstr("vera")));
  EXPECT_THAT(everything(kept), Not(HasSubstr("c-90112")));
  EXPECT_THAT(value("console", "erasure/" + id), Not(HasSubstr("vera")));
  EXPECT_EQ(value("console", "erasing/" + id), "");
  EXPECT_EQ(kept.at("proof").at(0).at("count"), 1);
  const auto page = bench.await(desk->erasures(shop, "", 10)).value();
  EXPECT_EQ(page.at("items").as_array().size(), 1U);
}

TEST_F(PrivacyTest, APlatformThatCannotAnswerIsAskedAgainAfterARestart) {
  sale(1, {std::string("email:") + vera});
  answer = Outcome{Outcome::Kind::transient, "no answer"};
  const auto erased = erase(by_email(vera));
  EXPECT_EQ(erased.at("state"), "waiting");
  EXPECT_EQ(found_by(vera), 0U);
  stop();
  answer = Outcome{Outcome::Kind::delivered, ""};
  start();
  const std::string id(erased.at("id").as_string());
  ASSERT_TRUE(bench.run_until(
      [&] { return bench.await(desk->erasure(shop, id)).value().at("state") == "asked"; }));
  EXPECT_EQ(value("console", "erasing/" + id), "");
}

TEST_F(PrivacyTest, ARefusalIsToldAndNotRepeated) {
  sale(1, {std::string("email:") + vera});
  answer = Outcome{Outcome::Kind::rejected, "the key lacks data-privacy:write"};
  const auto erased = erase(by_email(vera));
  EXPECT_EQ(erased.at("state"), "refused");
  EXPECT_THAT(everything(erased.at("proof")), HasSubstr("data-privacy:write"));
}

TEST_F(PrivacyTest, ArrivalsThatNeverBecameARecordGoAsWell) {
  journal::Step step;
  journal::AddArrival arrival;
  arrival.id = bench.ids.next<ArrivalId>();
  arrival.workspace = shop;
  arrival.connection = "klaviyo";
  arrival.subject = "consent/email/vera@kund.se";
  arrival.state = journal::ArrivalState::ignored;
  arrival.received_at = arrival.due_at = bench.clock.now();
  arrival.payload = "vera@kund.se";
  const ArrivalId id = arrival.id;
  step.arrivals.push_back(std::move(arrival));
  bench.commit(std::move(step));
  EXPECT_EQ(find(by_email(vera)).at("arrivals"), 1);
  erase(by_email(vera));
  EXPECT_EQ(find(by_email(vera)).at("arrivals"), 0);
  const auto row = bench.ask<std::optional<journal::ArrivalRow>>(
      [id](journal::Reader& reader) { return reader.arrival(id); });
  EXPECT_THAT(row->subject, testing::Not(HasSubstr("vera@kund.se")));
}

TEST(PrivacyPerson, ASubjectNamesAWholeIdentifier) {
  const Identifier anna{IdentifierKind::email, "anna@kund.se"};
  EXPECT_TRUE(is_named_in("order_event/email/Anna@kund.se/customer/7", anna));
  EXPECT_TRUE(is_named_in("consent/anna@kund.se", anna));
  for (const char* other :
       {"order_event/email/johanna@kund.se", "order_event/email/anna@kund.se.no",
        "order_event/email/jo.anna@kund.se", "order_event/customer/anna", ""})
    EXPECT_FALSE(is_named_in(other, anna)) << other;
  const Identifier phone{IdentifierKind::phone, "+4670123456"};
  EXPECT_TRUE(is_named_in("order_event/phone/+4670123456", phone));
  EXPECT_FALSE(is_named_in("order_event/phone/+46701234567", phone));
  const Identifier number{IdentifierKind::customer, "12"};
  EXPECT_TRUE(is_named_in("order_event/customer/12", number));
  EXPECT_FALSE(is_named_in("order_event/customer/123", number));
  EXPECT_FALSE(is_named_in("order_event/member/12", number));
  const Identifier split{IdentifierKind::customer, "12/3"};
  EXPECT_FALSE(is_named_in("order_event/" + subject_part(split), number));
  EXPECT_TRUE(is_named_in("order_event/" + subject_part(split), split));
}

// Takes what it gets, and keeps it.
class KeepingChannel final : public engine::Channel {
 public:
  Task<Answer> send(std::vector<engine::Parcel> parcels, engine::Route) override {
    Answer made;
    made.call.kind = Outcome::Kind::delivered;
    for (const engine::Parcel& parcel : parcels) {
      sent.push_back(parcel.item.id);
      engine::PartResults results;
      results.parts_sent = 1;
      results.outcomes.push_back(made.call);
      made.results.push_back(std::move(results));
    }
    co_return made;
  }
  std::vector<DeliveryId> sent;
};

TEST_F(PrivacyTest, WhatWaitsIsNotSentAndHoldsNobodyUp) {
  KeepingChannel channel;
  engine::LagBoard lag{engine::LagSettings{}};
  engine::CourierSettings settings;
  settings.workspace = shop;
  settings.connection = "klaviyo";
  settings.dispatch.budget = {1000, 1000, 0.0};
  courier = std::make_unique<engine::Courier>(bench.loop, bench.machine_clock, bench.journal,
                                              bench.ids, bench.metrics, lag, settings, channel);
  courier->pause();
  tasks->start(courier->run());
  const auto adopt = [&](RecordId record) {
    const auto journey = bench.ask<std::optional<journal::Journey>>(
        [record](journal::Reader& reader) { return reader.journey(record); });
    auto open = journal::reopened(journey->deliveries.front(), "1001");
    open.workspace = shop;
    open.state = journey->deliveries.front().state;
    courier->adopt(open);
    return open.id;
  };
  using State = journal::DeliveryState;
  const DeliveryId veras = adopt(sale(1, {std::string("email:") + vera}, State::waiting));
  const DeliveryId blocked = adopt(sale(2, {std::string("email:") + vera}, State::blocked));
  const DeliveryId ottos = adopt(sale(3, {std::string("email:") + otto}, State::waiting));
  erase(by_email(vera));
  EXPECT_THAT(dropped, ::testing::UnorderedElementsAre(veras, blocked));
  courier->resume();
  ASSERT_TRUE(bench.run_until([&] { return courier->idle(); }));
  EXPECT_THAT(channel.sent, ::testing::ElementsAre(ottos));
  EXPECT_EQ(bench.counts().deliveries_waiting, 0U);
  courier->request_stop();
  stop();
}

}  // namespace
}  // namespace tillbridge::app
