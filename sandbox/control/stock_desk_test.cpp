#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "control/control_api.h"
#include "outbound/fake_transport.h"

namespace sandbox::control {
namespace {

namespace json = tillbridge::json;
using tillbridge::Task;

class StockDesk : public ::testing::Test {
 protected:
  static sitoo::SimulatorSettings small() {
    sitoo::SimulatorSettings settings;
    settings.account.masterdata.stores = 3;
    settings.account.masterdata.products = 60;
    return settings;
  }
  tillbridge::http::Reply call(const std::string& method, const std::string& path,
                               const std::string& body = "") {
    tillbridge::http::Request request;
    request.method = method;
    const std::size_t mark = path.find('?');
    request.path = path.substr(0, mark);
    if (mark != std::string::npos) request.query = path.substr(mark + 1);
    request.body = body;
    return control_.answer(request);
  }
  json::Object ok(const std::string& method, const std::string& path,
                  const std::string& body = "") {
    const auto reply = call(method, path, body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return json::parse(reply.body)->as_object();
  }
  json::Object stock() { return ok("GET", "/control/state").at("stock").as_object(); }
  Task<void> until_all_is_sent() {
    const tillbridge::Tick until = clock_.tick() + std::chrono::seconds{20};
    while (clock_.tick() < until) {
      const json::Object now = stock();
      if (!now.at("running").as_bool() && now.at("events") == now.at("events_acknowledged")) break;
      co_await tillbridge::sleep_for(loop_, std::chrono::milliseconds{5});
    }
    co_await sitoo_.stop();
  }
  void run_until_all_is_sent() {
    sitoo_.start();
    ok("POST", "/control/subscription", R"({"url":"http://hub.example"})");
    boost::asio::co_spawn(loop_.get_executor(), until_all_is_sent(), boost::asio::detached);
    loop_.run();
  }

  tillbridge::Loop loop_;
  tillbridge::SystemClock clock_;
  tillbridge::outbound::FakeTransport hub_{
      [](const tillbridge::outbound::HttpRequest&)
          -> tillbridge::Result<tillbridge::outbound::HttpAnswer> {
        tillbridge::outbound::HttpAnswer answer;
        answer.status = 200;
        return answer;
      }};
  Ledger ledger_{Expectations{}};
  sitoo::SitooSimulator sitoo_{loop_, clock_, hub_, ledger_, small()};
  bloomreach::BloomreachSimulator bloomreach_{loop_, clock_, tillbridge::Entropy(1), ledger_,
                                              bloomreach::Settings{}};
  klaviyo::Simulator klaviyo_{loop_,
                              clock_,
                              hub_,
                              tillbridge::Entropy(2),
                              [this](const ReceivedEvent& event) { ledger_.received(event); },
                              klaviyo::Settings{}};
  shopping_day::Customers customers_{200, 1};
  shopping_day::ShoppingDay day_{loop_, clock_, sitoo_.account(), sitoo_.tills(), customers_};
  till::TillTraffic till_{loop_, clock_, hub_, sitoo_.account().masterdata(), customers_, ledger_};
  ControlApi control_{{clock_, sitoo_, day_, customers_, ledger_, bloomreach_, klaviyo_, till_}};
};

TEST_F(StockDesk, AStockDayMovesLevelsAndStopsByItself) {
  ok("POST", "/control/stock/day", R"({"seconds":0.2,"per_second":500,"seed":4})");
  EXPECT_TRUE(stock().at("running").as_bool());
  EXPECT_EQ(call("POST", "/control/stock/day", "{}").status, 409);
  EXPECT_EQ(call("POST", "/control/stock/day", R"({"per_second":0})").status, 409);
  run_until_all_is_sent();
  const json::Object after = stock();
  EXPECT_FALSE(after.at("running").as_bool());
  EXPECT_EQ(after.at("moves"), 100);
  EXPECT_GT(*json::integer(after, "levels_changed"), 100);
  EXPECT_GT(*json::integer(after, "events"), 80);
  EXPECT_EQ(after.at("events"), after.at("events_acknowledged"));
  EXPECT_EQ(after.at("events"), after.at("transactions"));
  // They are no orders: the ledger does not count them.
  EXPECT_EQ(ok("GET", "/control/state").at("acknowledged"), 0);
  EXPECT_EQ(call("POST", "/control/stock/day", R"({"per_second":0})").status, 400);
}

TEST_F(StockDesk, EventsCarryIdsNothingOrDoNotCome) {
  const std::string move =
      R"({"warehouse":"WH-STO-02","sku":"TEE-WHT-M","kind":"receipt","quantity":3})";
  ok("POST", "/control/stock/move", move);
  ok("POST", "/control/faults", R"({"sitoo":{"stock_events":"empty","duplicate_events":0}})");
  ok("POST", "/control/stock/move", move);
  ok("POST", "/control/stock/settings", R"({"stock_events":"off"})");
  ok("POST", "/control/stock/move", move);
  run_until_all_is_sent();
  ASSERT_EQ(hub_.requests().size(), 1U);
  const auto sent = *json::parse(hub_.requests().front().body);
  ASSERT_EQ(sent.as_array().size(), 2U);
  const json::Object first = sent.as_array()[0].as_object();
  EXPECT_EQ(first.at("event_type"), "warehouse-transaction");
  EXPECT_EQ(first.at("account_id"), 1500);
  EXPECT_EQ(json::to_text(first.at("data")),
            R"({"eshop_id":1,"warehouse_id":3,"warehouse_transaction_id":1})");
  EXPECT_EQ(json::to_text(sent.as_array()[1].at("data")), "{}");
}

TEST_F(StockDesk, SettingsAreTakenWholeOrNotAtAll) {
  ok("POST", "/control/stock/settings",
     R"({"stock_events_for_sales":true,"reservations_touch_levels":true,"one_open_batch":false})");
  const sitoo::StockSettings& settings = sitoo_.account().stock_settings();
  EXPECT_TRUE(settings.events_for_sales);
  EXPECT_TRUE(settings.reservations_touch_levels);
  EXPECT_FALSE(settings.one_open_batch);
  for (const char* wrong :
       {R"({"one_open_batch":true,"stock_events":"all"})", R"({"one_open_batch":true,"other":1})",
        R"({"one_open_batch":true,"stock_events_for_sales":1})"}) {
    EXPECT_EQ(call("POST", "/control/stock/settings", wrong).status, 400) << wrong;
  }
  EXPECT_FALSE(settings.one_open_batch);
  ok("POST", "/control/orders", R"({"kind":"sale"})");
  EXPECT_EQ(stock().at("events"), 1);
  EXPECT_EQ(call("POST", "/control/faults", R"({"sitoo":{"stock_events":7}})").status, 400);
}

TEST_F(StockDesk, ScriptedMovements) {
  const auto moved = [this](const std::string& members) {
    return json::to_text(
        ok("POST", "/control/stock/move", R"({"sku":"TEE-WHT-M",)" + members + "}"));
  };
  EXPECT_EQ(moved(R"("warehouse":3,"kind":"receipt","quantity":"2.5")"),
            R"({"total":5.025E2,"reserved":0,"available":5.025E2,"transactions":[1]})");
  moved(R"("warehouse":"WH-STO-02","kind":"out","quantity":0.5)");
  EXPECT_EQ(moved(R"("warehouse":3,"kind":"count","quantity":9)"),
            R"({"total":9,"reserved":0,"available":9,"transactions":[3]})");
  moved(R"("warehouse":3,"kind":"transfer","quantity":4,"to":"WH-STO-03")");
  moved(R"("warehouse":"WV-STO-01","kind":"virtual","quantity":6)");
  const auto level = [this](const std::string& query) {
    return json::to_text(ok("GET", "/control/stock/level?" + query));
  };
  EXPECT_EQ(level("warehouse=3&sku=TEE-WHT-M"), R"({"total":5,"reserved":0,"available":5})");
  EXPECT_EQ(level("warehouse=WH-STO-03&sku=TEE-WHT-M"),
            R"({"total":504,"reserved":0,"available":504})");
  EXPECT_EQ(level("warehouse=2&sku=TEE-WHT-M"), R"({"total":6,"reserved":0,"available":6})");
  ok("POST", "/control/orders",
     R"({"kind":"booking","store":1,"rows":[{"sku":"TEE-WHT-M","quantity":2}]})");
  EXPECT_EQ(level("warehouse=3&sku=TEE-WHT-M"), R"({"total":5,"reserved":2,"available":3})");
  EXPECT_EQ(call("GET", "/control/stock/level?warehouse=4&sku=TEE-WHT-M").status, 404);
  EXPECT_EQ(call("GET", "/control/stock/level?warehouse=nowhere&sku=TEE-WHT-M").status, 404);
  EXPECT_EQ(call("GET", "/control/stock/level?sku=TEE-WHT-M").status, 400);
  const auto status = [this](const std::string& body) {
    return call("POST", "/control/stock/move", body).status;
  };
  EXPECT_EQ(status(R"({"warehouse":2,"sku":"X","kind":"receipt","quantity":1})"), 409);
  EXPECT_EQ(status(R"({"warehouse":1,"sku":"X","kind":"virtual","quantity":1})"), 409);
  EXPECT_EQ(status(R"({"warehouse":1,"sku":"X","kind":"stolen","quantity":1})"), 400);
  EXPECT_EQ(status(R"({"warehouse":1,"sku":"X","kind":"out"})"), 400);
  EXPECT_EQ(status(R"({"warehouse":1,"kind":"out","quantity":1})"), 400);
}

TEST_F(StockDesk, Stocktaking) {
  const json::Object done = ok("POST", "/control/stock/stocktaking", R"({"levels":120,"seed":3})");
  EXPECT_EQ(done.at("levels_changed"), 120);
  EXPECT_EQ(done.at("transactions"), 3);
  EXPECT_EQ(stock().at("levels_changed"), 120);
  EXPECT_EQ(call("POST", "/control/stock/stocktaking", R"({"levels":100000})").status, 400);
  EXPECT_EQ(call("POST", "/control/stock/stocktaking", "{}").status, 400);
}

}  // namespace
}  // namespace sandbox::control
