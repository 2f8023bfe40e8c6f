#include "app/operations.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include <unistd.h>

#include "app/control_client.h"
#include "app/hub.h"
#include "app/test_bench.h"

namespace tillbridge::app {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// One workspace as the hub runs it, between a scripted Sitoo and a scripted Bloomreach.
class WorkspaceBench : public test::JournalBench {
 public:
  WorkspaceBench()
      : transport([this](const outbound::HttpRequest& request) { return answer(request); }),
        tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }),
        operations(machine_clock, journal, ids, workspaces, false) {
    const Surroundings around{loop, clock, journal, ids, metrics, transport};
    workspaces.push_back(std::make_unique<WorkspaceRuntime>(around, settings(), 1, "/nowhere"));
    shop().start(tasks);
  }
  ~WorkspaceBench() { stop(); }

  WorkspaceRuntime& shop() { return *workspaces.front(); }

  static Workspace settings() {
    Workspace made;
    made.name = test::workspace_name;
    made.sitoo = test::sitoo_config();
    made.bloomreach_connected = true;
    made.bloomreach.base_url = "http://bloomreach.test";
    made.bloomreach.project_token = "p";
    made.bloomreach_flows.reference_currency = *Currency::parse("SEK");
    made.settling = Duration{0};
    return made;
  }

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    if (request.url.starts_with("http://sitoo.test")) return sitoo.answer(request);
    const json::Value body = json::parse(request.body).value();
    json::Array results;
    for (const json::Value& command : *json::array(body.as_object(), "commands")) {
      sent.push_back(json::to_text(command));
      json::Object result{{"success", !refusing}};
      result["command_id"] = *json::text(command.as_object(), "command_id");
      if (refusing) result["errors"] = json::Array{"event is too strange"};
      results.emplace_back(std::move(result));
    }
    outbound::HttpAnswer made;
    made.status = 200;
    made.body = json::to_text(json::Object{{"success", true}, {"results", std::move(results)}});
    return made;
  }

  void announce(int order) {
    const std::string id = fmt::format("e-{}", ++events_);
    const std::string body = "[" + test::event(id, order, "closed", "add") + "]";
    EXPECT_EQ(await(shop().receiver().receive(test::delivery_of(body))).status, 200);
  }
  void advance(Duration by) {
    clock.advance(by);
    shop().resolution().resume();
    shop().connection("bloomreach")->resume();
  }
  void settle() {
    ASSERT_TRUE(run_until([&] { return shop().idle(); }));
  }
  Result<void> pause_part(const std::string& kind, const std::string& name, bool paused = true) {
    return await(operations.pause_part("", kind, name, paused, "vera", "stocktaking"));
  }
  // A closed sale of a customer in a store.
  void sell(int order, const std::string& customer, const std::string& store) {
    json::Object& data = sitoo.sale(order)["additionaldata"].as_object();
    data["crm-customerid"] = customer;
    data["store-externalid"] = store;
    announce(order);
  }
  // Of the connection, as the status shows it.
  std::int64_t held() {
    const json::Object status = shop().connection("bloomreach")->status();
    return json::integer(status, "held_by_pause").value_or(-1);
  }
  std::vector<journal::Pause> pauses() {
    return ask<std::vector<journal::Pause>>(
        [](journal::Reader& reader) { return reader.pauses(); });
  }
  void stop() {
    shop().request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
  }
  // As the hub does it at its start: with what the journal has.
  void restart() {
    stop();
    workspaces.clear();
    const Surroundings around{loop, clock, journal, ids, metrics, transport};
    workspaces.push_back(std::make_unique<WorkspaceRuntime>(around, settings(), 1, "/nowhere"));
    for (const auto& open : ask<std::vector<journal::OpenDelivery>>([](journal::Reader& reader) {
           return reader.open_deliveries(DeliveryId{}, DeliveryId{~0ULL >> 1}, 1'000);
         }))
      shop().adopt(open);
    for (const auto& pause : pauses()) EXPECT_TRUE(shop().pause(pause.connection));
    shop().start(tasks);
  }
  Result<std::string> replay(const std::string& key, const std::string& customer = "") {
    return await(operations.replay("", key, customer, "vera"));
  }

  test::TillSitoo sitoo;
  outbound::FakeTransport transport;
  TaskGroup tasks;
  std::vector<std::unique_ptr<WorkspaceRuntime>> workspaces;
  HubOperations operations;
  bool refusing = false;
  std::vector<std::string> sent;  // commands, in order

 private:
  int events_ = 0;
};

TEST(Operations, ReplayBringsInAnOrderThatWasNotFound) {
  WorkspaceBench bench;
  bench.announce(20417);
  ASSERT_TRUE(bench.run_until([&] { return bench.arrivals("order/20417").at(0).tries == 1; }));
  bench.advance(minutes{16});
  ASSERT_TRUE(bench.run_until([&] { return bench.open_cases().size() == 1; }));
  EXPECT_EQ(bench.open_cases()[0].type, "order_not_found");

  bench.sitoo.sale(20417);
  ASSERT_TRUE(bench.replay("20417"));
  bench.settle();
  EXPECT_THAT(bench.sent, SizeIs(4));
  EXPECT_THAT(bench.open_cases(), IsEmpty());
  EXPECT_EQ(bench.state("20417"), journal::RecordState::planned);

  ASSERT_TRUE(bench.replay("20417"));
  bench.settle();
  EXPECT_THAT(bench.sent, SizeIs(4)) << "effects that exist are not repeated";
}

TEST(Operations, ReplayOfAnIncompleteOrderReadsItAgain) {
  WorkspaceBench bench;
  bench.sitoo.sale(20417)["paymentstateid"] = 0;
  bench.announce(20417);
  ASSERT_TRUE(bench.run_until([&] { return bench.state("20417") == journal::RecordState::open; }));
  bench.advance(minutes{16});
  ASSERT_TRUE(bench.run_until([&] { return bench.open_cases().size() == 1; }));
  bench.sitoo.orders[20417]["paymentstateid"] = 20;
  ASSERT_TRUE(bench.replay("order/20417"));
  bench.settle();
  EXPECT_THAT(bench.sent, SizeIs(4));
  EXPECT_THAT(bench.open_cases(), IsEmpty());
}

TEST(Operations, ReplayOfAParkedDeliverySendsTheSameBytes) {
  WorkspaceBench bench;
  bench.sitoo.sale(20417);
  bench.refusing = true;
  bench.announce(20417);
  ASSERT_TRUE(bench.run_until([&] { return bench.counts().deliveries_parked == 1; }));
  ASSERT_THAT(bench.open_cases(), SizeIs(1));
  EXPECT_EQ(bench.open_cases()[0].type, "rejected_delivery");
  const auto first = std::exchange(bench.sent, {});
  ASSERT_THAT(first, SizeIs(4));

  // What has changed in Sitoo since must not change what is sent.
  bench.sitoo.orders[20417]["moneytotal_gross_all"] = "1.00";
  bench.refusing = false;
  const auto said = bench.replay("20417");
  ASSERT_TRUE(said) << said.error().what;
  EXPECT_THAT(*said, HasSubstr("same bytes"));
  bench.settle();
  EXPECT_EQ(bench.sent, first);
  EXPECT_THAT(bench.open_cases(), IsEmpty());
  const auto journey = bench.journey("20417");
  ASSERT_THAT(journey->deliveries, SizeIs(1));
  EXPECT_EQ(journey->deliveries[0].state, journal::DeliveryState::delivered);
  ASSERT_THAT(journey->deliveries[0].tries, SizeIs(2));
  EXPECT_EQ(journey->deliveries[0].tries[1].trigger, journal::Trigger::operator_);
  EXPECT_THAT(journey->notes,
              testing::Contains(testing::Field(&journal::NoteRow::text, HasSubstr("vera"))));
}

TEST(Operations, ReplayCanSayWhoseOrderItIs) {
  WorkspaceBench bench;
  bench.sitoo.sale(20417)["additionaldata"] = json::Object{};
  bench.announce(20417);
  bench.settle();
  EXPECT_EQ(bench.state("20417"), journal::RecordState::unidentified);
  EXPECT_THAT(bench.sent, IsEmpty());
  ASSERT_TRUE(bench.replay("20417", "c-1"));
  bench.settle();
  ASSERT_THAT(bench.sent, SizeIs(4));
  EXPECT_THAT(bench.sent[0], HasSubstr(R"("registered":"c-1")"));
}

TEST(Operations, WhatDoesNotExistIsSaid) {
  WorkspaceBench bench;
  EXPECT_EQ(bench.replay("4711").error().kind, Error::Kind::not_found);
  const auto unknown = bench.await(bench.operations.pause("", "moon", "vera", ""));
  EXPECT_EQ(unknown.error().kind, Error::Kind::not_found);
  EXPECT_THAT(unknown.error().what, HasSubstr("bloomreach"));
  const auto nowhere = bench.await(bench.operations.pause("mars", "sitoo", "vera", ""));
  EXPECT_THAT(nowhere.error().what, HasSubstr(test::workspace_name));
  EXPECT_FALSE(bench.operations.step_clock(seconds{1})) << "not started for drills";
}

TEST(Operations, PausedItPlansAndWaits) {
  WorkspaceBench bench;
  ASSERT_TRUE(bench.await(bench.operations.pause("", "bloomreach", "vera", "campaign")));
  bench.sitoo.sale(20417);
  bench.announce(20417);
  ASSERT_TRUE(bench.run_until([&] { return bench.counts().deliveries_waiting == 1; }));
  EXPECT_THAT(bench.sent, IsEmpty());
  ASSERT_TRUE(bench.await(bench.operations.resume("", "bloomreach", "vera")));
  bench.settle();
  EXPECT_THAT(bench.sent, SizeIs(4));
}

TEST(Operations, WhatAPausedStoreSellsWaitsWithWhatIsBehindItAndOthersGoOn) {
  WorkspaceBench bench;
  ASSERT_TRUE(bench.pause_part("store", "STO-01"));
  bench.sell(1, "c-1", "STO-01");
  ASSERT_TRUE(bench.run_until([&] { return bench.counts().deliveries_waiting == 1; }));
  bench.sell(2, "c-1", "STO-02");
  ASSERT_TRUE(bench.run_until([&] { return bench.counts().deliveries_waiting == 2; }));
  bench.sell(3, "c-3", "STO-02");
  ASSERT_TRUE(bench.run_until([&] { return bench.state("3") && bench.sent.size() == 4; }));
  EXPECT_THAT(bench.sent, testing::Each(HasSubstr("c-3")));
  EXPECT_EQ(bench.held(), 2) << "the second one is behind the first in its lane";
  const json::Object status = bench.shop().status();
  EXPECT_EQ(json::to_text(status.at("paused_parts")), R"([{"kind":"store","name":"STO-01"}])");

  ASSERT_TRUE(bench.pause_part("store", "STO-01", false));
  bench.settle();
  ASSERT_THAT(bench.sent, SizeIs(12));
  for (int at = 4; at < 12; ++at)
    EXPECT_THAT(bench.sent[static_cast<std::size_t>(at)], HasSubstr(at < 8 ? "STO-01" : "STO-02"));
  EXPECT_EQ(bench.held(), 0);
  const json::Object after = bench.shop().connection("bloomreach")->status();
  EXPECT_EQ(json::to_text(after.at("attempts")),
            R"({"delivered":3,"transient":0,"rejected":0,"throttled":0,"ambiguous":0})");
  EXPECT_EQ(json::to_text(bench.shop().status().at("paused_parts")), "[]");
}

TEST(Operations, AFlowIsPausedByItsNameAndOneThatThereIsNotIsSaid) {
  WorkspaceBench bench;
  ASSERT_TRUE(bench.pause_part("flow", "sale_to_bloomreach"));
  bench.sell(1, "c-1", "STO-01");
  ASSERT_TRUE(bench.run_until([&] { return bench.held() == 1; }));
  EXPECT_THAT(bench.sent, IsEmpty());
  ASSERT_TRUE(bench.pause_part("flow", "sale_to_bloomreach", false));
  bench.settle();
  EXPECT_THAT(bench.sent, SizeIs(4));

  const auto unknown = bench.pause_part("flow", "sale_to_moon");
  EXPECT_EQ(unknown.error().kind, Error::Kind::not_found);
  EXPECT_THAT(unknown.error().what, HasSubstr("return_to_bloomreach"));
  EXPECT_EQ(bench.pause_part("shelf", "7").error().kind, Error::Kind::invalid_input);
  EXPECT_EQ(bench.pause_part("store", "").error().kind, Error::Kind::invalid_input);
  EXPECT_THAT(bench.pauses(), IsEmpty());
  EXPECT_TRUE(bench.pause_part("store", "not opened yet"));
  ASSERT_THAT(bench.pauses(), SizeIs(1));
  EXPECT_EQ(bench.pauses()[0].connection, "store/not opened yet");
  EXPECT_EQ(bench.pauses()[0].by, "vera");
  EXPECT_EQ(bench.pauses()[0].reason, "stocktaking");
  const auto workspaces = bench.operations.workspaces();
  ASSERT_THAT(workspaces, SizeIs(1));
  EXPECT_EQ(workspaces[0].name, test::workspace_name);
  EXPECT_THAT(workspaces[0].targets, testing::ElementsAre("bloomreach"));
}

TEST(Operations, WhatIsPausedByPartStaysSoAfterARestart) {
  WorkspaceBench bench;
  ASSERT_TRUE(bench.pause_part("store", "STO-01"));
  ASSERT_TRUE(bench.pause_part("flow", "return_to_bloomreach"));
  bench.sell(1, "c-1", "STO-01");
  ASSERT_TRUE(bench.run_until([&] { return bench.held() == 1; }));
  bench.restart();
  EXPECT_EQ(bench.held(), 1);
  EXPECT_THAT(bench.shop().paused_parts(), SizeIs(2));
  bench.sell(2, "c-2", "STO-02");
  ASSERT_TRUE(bench.run_until([&] { return bench.sent.size() == 4; }));
  EXPECT_THAT(bench.sent, testing::Each(HasSubstr("c-2")));
  ASSERT_TRUE(bench.pause_part("store", "STO-01", false));
  bench.settle();
  EXPECT_THAT(bench.sent, SizeIs(8));
  ASSERT_THAT(bench.pauses(), SizeIs(1));
  EXPECT_EQ(bench.pauses()[0].connection, "flow/return_to_bloomreach");
}

// The record of stock belongs to no store: which one a level is for has to be known after a restart
// as well.
TEST(Operations, LevelsOfAPausedStoreAreHeldWhenTheyAreTakenUp) {
  test::JournalBench bench;
  outbound::FakeTransport transport(
      [](const outbound::HttpRequest&) { return test::TillSitoo::refusal(500); });
  Workspace settings = WorkspaceBench::settings();
  settings.stock.on = true;
  WorkspaceRuntime shop(
      {bench.loop, bench.clock, bench.journal, bench.ids, bench.metrics, transport}, settings, 1,
      "/nowhere");
  for (const char* place : {"STO-01", "STO-02", "*"}) {
    journal::OpenDelivery open;
    open.id = bench.ids.next<DeliveryId>();
    open.connection = "bloomreach";
    open.flow = *place == '*' ? "stock_sum_to_bloomreach" : "stock_level_to_bloomreach";
    open.lane = fmt::format("stock/{}/CAP/BLK", place);
    shop.adopt(open);
  }
  const auto held = [&] {
    const json::Object status = shop.connection("bloomreach")->status();
    return json::integer(status, "held_by_pause").value_or(-1);
  };
  EXPECT_TRUE(shop.pause("store/STO-01"));
  EXPECT_EQ(held(), 1);
  EXPECT_TRUE(shop.bloomreach()->sends());
  EXPECT_TRUE(shop.pause("flow/stock_level_to_bloomreach"));
  EXPECT_EQ(held(), 2);
  EXPECT_FALSE(shop.bloomreach()->sends()) << "a comparison must not write either";
  EXPECT_TRUE(shop.resume("store/STO-01"));
  EXPECT_EQ(held(), 2);
  EXPECT_TRUE(shop.resume("flow/stock_level_to_bloomreach"));
  EXPECT_EQ(held(), 0);
}

// A whole hub on a loop of its own, with free ports and nobody at the other ends.
class RunningHub {
 public:
  explicit RunningHub(const std::string& dir) {
    Config config;
    config.hub.data_dir = dir;
    config.hub.listen.port = config.hub.control.port = config.hub.console.port = 0;
    config.workspaces.push_back(WorkspaceBench::settings());
    config.workspaces.back().sitoo.base_url = "http://127.0.0.1:1/v2/accounts/1500";
    config.workspaces.back().bloomreach.base_url = "http://127.0.0.1:1";
    HubOptions options;
    options.allow_volatile = true;
    hub_ = std::make_unique<Hub>(loop_, clock_, std::move(config), options);
    boost::asio::co_spawn(loop_, hub_->start(),
                          [this](const std::exception_ptr&, Result<void> started) {
                            EXPECT_TRUE(started) << started.error().what;
                            started_ = true;
                          });
    while (!started_ && loop_.run_one_for(std::chrono::seconds{20}) > 0) {
    }
    control_port = hub_->control_port();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~RunningHub() {
    boost::asio::co_spawn(loop_, hub_->stop(),
                          [](const std::exception_ptr& failure) { EXPECT_FALSE(failure); });
    thread_.join();
  }
  std::uint16_t control_port = 0;

 private:
  SystemClock clock_;
  Loop loop_{1};
  std::unique_ptr<Hub> hub_;
  bool started_ = false;
  std::thread thread_;
};

TEST(Hub, PausesSurviveARestart) {
  const auto dir = std::filesystem::temp_directory_path() / fmt::format("tb-hub-{}", ::getpid());
  std::filesystem::create_directories(dir);
  const auto call = [&](const RunningHub& hub, const std::string& method, const std::string& path) {
    std::ifstream file(dir / "control.token");
    std::string token;
    std::getline(file, token);
    ControlClient control(fmt::format("http://127.0.0.1:{}", hub.control_port), Secret(token));
    const auto answer = control.call(method, path, json::Object{{"by", "vera"}});
    EXPECT_TRUE(answer) << answer.error().what;
    return answer ? answer->as_object() : json::Object{};
  };
  const auto paused = [&](const RunningHub& hub) {
    const json::Object status = call(hub, "GET", "/api/v1/status");
    std::vector<std::string> names;
    for (const json::Value& workspace : *json::array(status, "workspaces")) {
      for (const json::Value& one : *json::array(workspace.as_object(), "connections")) {
        if (*json::boolean(one.as_object(), "paused"))
          names.push_back(*json::text(one.as_object(), "connection"));
      }
    }
    return names;
  };
  const std::string path = "/api/v1/workspaces/shop/connections/";
  {
    const RunningHub hub(dir);
    EXPECT_THAT(paused(hub), IsEmpty());
    call(hub, "POST", path + "bloomreach/pause");
    call(hub, "POST", path + "sitoo/pause");
    call(hub, "POST", path + "sitoo/resume");
    EXPECT_THAT(paused(hub), testing::ElementsAre("bloomreach"));
  }
  {
    const RunningHub hub(dir);
    EXPECT_THAT(paused(hub), testing::ElementsAre("bloomreach"));
    call(hub, "POST", path + "bloomreach/resume");
  }
  {
    const RunningHub hub(dir);
    EXPECT_THAT(paused(hub), IsEmpty());
  }
  std::filesystem::remove_all(dir);
}

}  // namespace
}  // namespace tillbridge::app
