// One order, two platforms: each has its own verdict, and the record shows both.

#include "app/order_planning.h"
#include "app/test_bench.h"
#include "connectors/sitoo/order_mapping.h"

namespace tillbridge::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class TwoTargets : public test::JournalBench, public testing::Test {
 public:
  TwoTargets()
      : transport([this](const outbound::HttpRequest& request) { return sitoo.answer(request); }),
        client(transport, clock, test::sitoo_config()),
        planning(
            loop, clock, journal, ids, metrics, settings(), targets_of(shop()), client,
            [this](const journal::AddDelivery& delivery, const std::string& store) {
              delivered.push_back(delivery);
              stores.push_back(store);
            },
            [](const journal::AddArrival&) {}) {}

  static PlanningSettings settings() {
    PlanningSettings made;
    made.workspace = test::workspace_name;
    made.sitoo = test::sitoo_config();
    return made;
  }
  static Workspace shop() {
    Workspace made;
    made.bloomreach_connected = made.klaviyo_connected = true;
    made.bloomreach_flows.reference_currency = *Currency::parse("SEK");
    made.klaviyo_flows.test_domains = {"dropped.example"};
    return made;
  }

  // As the sequencer hands it over; each order in a batch of its own.
  void plan(const json::Object& document, const std::string& announces = "closed") {
    ReleasedOrder released;
    released.arrival = ids.next<ArrivalId>();
    connectors::sitoo::OrderRead read{"", json::to_text(document),
                                      connectors::sitoo::to_order(document, test::sitoo_config())};
    ASSERT_TRUE(read.order) << read.order.error().what;
    read.id = read.order->id;
    released.subject = "order/" + read.id;
    released.announces = announces;
    released.received_at = released.announced_at = clock.now();
    released.read = std::make_shared<connectors::sitoo::OrderRead>(std::move(read));
    journal::Step step;
    journal::AddArrival arrival;
    arrival.id = released.arrival;
    arrival.workspace = test::workspace_name;
    arrival.connection = "sitoo";
    arrival.subject = released.subject;
    arrival.received_at = arrival.due_at = clock.now();
    step.arrivals.push_back(std::move(arrival));
    commit(std::move(step));
    std::vector<ReleasedOrder> batch;
    batch.push_back(std::move(released));
    EXPECT_TRUE(await(planning.plan(std::move(batch))));
  }
  json::Object& sale(int order, const std::string& email) {
    json::Object& made = sitoo.sale(order);
    made["email"] = email;
    return made;
  }
  std::vector<std::string> effects() const {
    std::vector<std::string> all;
    for (const auto& delivery : delivered)
      all.push_back(delivery.connection + " " + delivery.effect);
    return all;
  }
  const journal::AddDelivery& at(const std::string& connection, const std::string& effect) const {
    for (const auto& delivery : delivered) {
      if (delivery.connection == connection && delivery.effect == effect) return delivery;
    }
    throw std::runtime_error("no delivery " + effect);
  }

  test::TillSitoo sitoo;
  outbound::FakeTransport transport;
  connectors::sitoo::Client client;
  std::vector<journal::AddDelivery> delivered;
  std::vector<std::string> stores;
  OrderPlanning planning;
};

TEST_F(TwoTargets, ASaleGoesToBothEachInItsOwnLane) {
  plan(sale(1, "vera@kund.se"));
  EXPECT_THAT(effects(), ElementsAre("bloomreach sale/1", "klaviyo sale/1", "klaviyo profile/1"));
  EXPECT_EQ(at("klaviyo", "sale/1").lane, "customer/vera@kund.se");
  EXPECT_NE(at("bloomreach", "sale/1").lane, at("klaviyo", "sale/1").lane);
  EXPECT_THAT(at("klaviyo", "sale/1").parts.front(), HasSubstr(R"("name":"Placed Order")"));
  EXPECT_THAT(stores, testing::Each("STO-01"));
  EXPECT_EQ(journey("1")->record.reason, "sale");
}

TEST_F(TwoTargets, WhatAPersonBoughtIsRememberedFromOneBatchToTheNext) {
  plan(sale(1, "vera@kund.se"));
  json::Object& second = sale(2, "vera@kund.se");
  second["orderitems"].as_array().front().as_object()["sku"] = "NEW-SKU";
  plan(second);
  EXPECT_THAT(at("klaviyo", "sale/1").parts.front(), Not(HasSubstr("NEW-SKU")));
  const std::string& bytes = at("klaviyo", "sale/2").parts.front();
  const auto list = bytes.find(R"("Purchased SKUs":[)");
  ASSERT_NE(list, std::string::npos);
  EXPECT_THAT(bytes.substr(list), HasSubstr("NEW-SKU"));
  EXPECT_THAT(effects(), Not(testing::Contains("klaviyo profile/2"))) << "nothing new about her";
}

TEST_F(TwoTargets, WhatOnePlatformCannotTakeDoesNotStopTheOther) {
  plan(sale(1, ""));
  EXPECT_THAT(effects(), ElementsAre("bloomreach sale/1"));
  auto seen = journey("1");
  EXPECT_EQ(seen->record.state, journal::RecordState::planned);
  EXPECT_THAT(seen->record.reason, HasSubstr("bloomreach: sale; klaviyo: "));

  plan(sale(2, "not an address"));
  EXPECT_THAT(effects(), testing::Contains("bloomreach sale/2"));
  seen = journey("2");
  EXPECT_EQ(seen->record.state, journal::RecordState::in_case);
  ASSERT_THAT(seen->cases, SizeIs(1));
  EXPECT_THAT(seen->cases[0].reason, HasSubstr("Nothing was sent to klaviyo"));

  plan(sale(3, "x@dropped.example"));
  EXPECT_THAT(effects(), Not(testing::Contains("klaviyo sale/3")));
  EXPECT_THAT(journey("3")->record.reason, HasSubstr("klaviyo: "));
}

TEST_F(TwoTargets, AnOrderAttributedLaterGoesAsHistory) {
  plan(sale(1, ""));
  delivered.clear();
  plan(sale(1, ""), std::string(announces_as) + "vera@kund.se");
  EXPECT_THAT(effects(), ElementsAre("klaviyo sale/1")) << "Bloomreach has it already";
  EXPECT_THAT(at("klaviyo", "sale/1").parts.front(), HasSubstr(R"("backfill":true)"));
}

TEST_F(TwoTargets, TheSecondRefundOfAnOrderHasAnIdOfItsOwn) {
  plan(sale(20417, "vera@kund.se"));
  plan(sitoo.guest_return(3));
  plan(sitoo.guest_return(4));
  EXPECT_THAT(at("klaviyo", "return/3").parts.front(), HasSubstr(R"("unique_id":"sitoo:20417")"));
  EXPECT_THAT(at("klaviyo", "return/4").parts.front(), HasSubstr(R"("unique_id":"sitoo:4")"));
}

}  // namespace
}  // namespace tillbridge::app
