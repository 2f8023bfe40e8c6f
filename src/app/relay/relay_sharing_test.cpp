// What a hub that shares the sending with others does with deliveries that they send
// (engine/courier_shared.cpp), on a relay.

#include "app/test_bench.h"
#include "app/workspace.h"
#include "connectors/relay/order_event_examples.h"

namespace tillbridge::app {
namespace {

using connectors::relay::examples::order_event_with;
using journal::DeliveryState;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class RelaySharingTest : public test::JournalBench, public testing::Test {
 public:
  RelaySharingTest()
      : transport([this](const outbound::HttpRequest& request) { return answer(request); }),
        tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }) {
    journal.on_committed([this](const journal::Step& step) {
      if (!step.delivery_updates.empty()) outcomes.push_back(step.shards);
    });
    settings.name = test::workspace_name;
    settings.sitoo = test::sitoo_config();
    settings.feed.on = true;
    settings.feed.token = Secret{"a token of the feed"};
    RelaySettings relay;
    relay.endpoint.name = "warehouse";
    relay.endpoint.url = "https://warehouse.test/orders";
    settings.relays.push_back(std::move(relay));
    const Surroundings around{loop, clock, journal, ids, metrics, transport};
    shop = std::make_unique<WorkspaceRuntime>(around, settings, 1, "/nowhere");
    shop->carry(nothing);
    shop->start(tasks);
  }
  ~RelaySharingTest() override {
    shop->request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
  }

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    if (request.url.starts_with("http://sitoo.test")) return sitoo.answer(request);
    ++sent;
    outbound::HttpAnswer made;
    made.status = status;
    return made;
  }

  void receive(const std::string& id) {
    http::Request request =
        test::delivery_of(order_event_with("9f2c-000001", id), "Bearer a token of the feed");
    EXPECT_EQ(await(shop->order_feed()->receive(std::move(request))).status, 200);
  }
  // As it waits in the journal.
  journal::OpenDelivery post(const std::string& id) {
    receive(id);
    static constexpr DeliveryId last{0x7fff'ffff'ffff'ffff};
    return ask<std::vector<journal::OpenDelivery>>([](journal::Reader& reader) {
             return reader.open_deliveries(DeliveryId{}, last, 1'000);
           })
        .back();
  }
  journal::OpenDelivery told(journal::OpenDelivery delivery, DeliveryState state,
                             std::uint32_t attempts) {
    delivery.state = state;
    delivery.attempts_made = attempts;
    EXPECT_TRUE(shop->changed_elsewhere(delivery));
    return delivery;
  }
  // Everything that can happen has happened.
  void settle() {
    const Tick until = machine_clock.tick() + std::chrono::milliseconds{60};
    EXPECT_TRUE(run_until([&] { return machine_clock.tick() > until; }));
  }
  bool is_through() {
    return run_until([&] { return shop->idle(); });
  }
  TargetConnection& relay() { return *shop->connection("warehouse"); }

  const engine::ShardSet nothing, all = ~engine::ShardSet{};
  Workspace settings;
  test::TillSitoo sitoo;
  outbound::FakeTransport transport;
  TaskGroup tasks;
  int status = 200;
  int sent = 0;
  std::vector<std::vector<std::uint8_t>> outcomes;  // the shards that each commit named
  std::unique_ptr<WorkspaceRuntime> shop;
};

TEST_F(RelaySharingTest, WhatAnotherHubSendsIsOverHereWhenItSaysSo) {
  const auto first = post("e-1");
  const auto second = post("e-2");
  settle();
  EXPECT_EQ(sent, 0);
  EXPECT_FALSE(shop->idle());
  const auto over = told(first, DeliveryState::delivered, 1);
  EXPECT_FALSE(shop->changed_elsewhere(over)) << "told twice: it is not here any more";
  EXPECT_FALSE(shop->idle());
  told(second, DeliveryState::parked, 3);
  EXPECT_TRUE(is_through());
  EXPECT_EQ(sent, 0);
  EXPECT_THAT(outcomes, IsEmpty());
}

TEST_F(RelaySharingTest, AShardThatComesIsSentFromAndItsCommitsNameIt) {
  post("e-1");
  settle();
  EXPECT_EQ(sent, 0);
  shop->carry(all);
  ASSERT_TRUE(is_through());
  EXPECT_EQ(sent, 1);
  ASSERT_THAT(outcomes, SizeIs(1));
  EXPECT_THAT(outcomes[0], SizeIs(1));
  EXPECT_FALSE(shop->under_way_in(all));
}

TEST_F(RelaySharingTest, WhatIsNotKnownYetIsSaidToBe) {
  journal::OpenDelivery unknown = post("e-1");
  unknown.id = DeliveryId{unknown.id.value + 1};
  unknown.state = DeliveryState::delivered;
  EXPECT_FALSE(shop->changed_elsewhere(unknown));
}

TEST_F(RelaySharingTest, SentAgainBeforeItsEndWasToldItGoesOnce) {
  journal::OpenDelivery parked = post("e-1");
  parked.attempts_made = 2;  // parked by another hub, and sent again by a person here
  constexpr bool was_blocked = false;
  relay().send_again(parked, was_blocked);
  told(parked, DeliveryState::parked, 2);  // read before
  EXPECT_FALSE(shop->idle()) << "the person's word is newer";
  shop->carry(all);
  ASSERT_TRUE(is_through());
  EXPECT_EQ(sent, 1);
}

TEST_F(RelaySharingTest, WhatWasSentAgainAndEndedElsewhereIsOver) {
  journal::OpenDelivery parked = post("e-1");
  parked.attempts_made = 2;
  constexpr bool was_blocked = false;
  relay().send_again(parked, was_blocked);
  told(parked, DeliveryState::delivered, 3);
  EXPECT_TRUE(is_through());
  EXPECT_EQ(sent, 0);
}

TEST_F(RelaySharingTest, AnErasedPersonsDeliveryEndsWhoeverWouldHaveSentIt) {
  relay().erased(post("e-1"));
  EXPECT_TRUE(is_through());
  EXPECT_EQ(sent, 0);
}

TEST_F(RelaySharingTest, WhenAnotherHubsBreakerOpensASingleCallTells) {
  shop->heard({test::workspace_name, "warehouse", "", true, "503 there"});
  EXPECT_EQ(json::text(relay().status(), "breaker"), "open");
  shop->heard({test::workspace_name, "elsewhere", "", false, ""});
  EXPECT_EQ(json::text(relay().status(), "breaker"), "open") << "not about this one";
  std::vector<engine::BreakerNews> said;
  shop->tell_breakers([&](const engine::BreakerNews& news) { said.push_back(news); });
  shop->carry(all);
  receive("e-1");
  ASSERT_TRUE(is_through());
  EXPECT_EQ(json::text(relay().status(), "breaker"), "closed");
  ASSERT_THAT(said, SizeIs(1));
  EXPECT_FALSE(said[0].open);
  EXPECT_EQ(said[0].connection, "warehouse");
}

}  // namespace
}  // namespace tillbridge::app
