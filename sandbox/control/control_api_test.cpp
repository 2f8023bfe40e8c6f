#include "control/control_api.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "control/expectations.h"
#include "outbound/fake_transport.h"

namespace sandbox::control {
namespace {

namespace json = tillbridge::json;
using tillbridge::Task;

class Control : public ::testing::Test {
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
  std::int64_t order(const std::string& script) {
    return ok("POST", "/control/orders", script).at("order_id").as_int64();
  }
  Task<void> until_all_is_sent() {
    const tillbridge::Tick until = clock_.tick() + std::chrono::seconds{20};
    while (clock_.tick() < until) {
      const json::Object state = ok("GET", "/control/state");
      if (state.at("day_finished").as_bool() && json::integer(state, "events_queued") == 0 &&
          json::integer(state, "events_in_flight") == 0) {
        break;
      }
      co_await tillbridge::sleep_for(loop_, std::chrono::milliseconds{5});
    }
    co_await day_.stop();
    co_await sitoo_.stop();
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

TEST_F(Control, ADayRunsAndItsEventsReachTheSubscription) {
  sitoo_.start();
  ok("POST", "/control/day",
     R"({"seconds":0.2,"rate":200,"seed":4,"expectations":{"rates":{"NOK":"0.95","EUR":11.2}},
         "subscription":{"url":"http://hub.example","user":"u","password":"p"}})");
  EXPECT_EQ(call("POST", "/control/day", "{}").status, 409);
  boost::asio::co_spawn(loop_.get_executor(), until_all_is_sent(), boost::asio::detached);
  loop_.run();
  const json::Object state = ok("GET", "/control/state");
  EXPECT_TRUE(state.at("day_finished").as_bool());
  EXPECT_GT(*json::integer(state, "orders_made"), 20);
  EXPECT_EQ(json::integer(state, "acknowledged"), json::integer(state, "events_made"));
  EXPECT_EQ(json::integer(state, "dropped"), 0);
  EXPECT_GT(*json::integer(state, "missing"), 0);  // nobody told Bloomreach
  EXPECT_EQ(hub_.requests().front().url, "http://hub.example/events");
  const json::Object summary = ok("GET", "/control/summary");
  EXPECT_EQ(json::integer(summary, "records"), json::integer(state, "orders_made"));
}

TEST_F(Control, ScriptedOrders) {
  const std::string row = R"("rows":[{"quantity":2,"price":"249.00"}])";
  const std::int64_t sale = order(R"({"customer":"c-90112",)" + row + "}");
  EXPECT_EQ(sitoo_.account().find(sale)->gross_all(), 49'800);
  const std::string original = R"("original":)" + std::to_string(sale);
  const std::int64_t back = order(R"({"kind":"return",)" + original + "}");
  EXPECT_EQ(sitoo_.account().find(back)->gross_all(), -24'900);
  const json::Object exchange =
      ok("POST", "/control/orders", R"({"kind":"exchange",)" + original + "," + row + "}");
  EXPECT_EQ(json::integer(exchange, "sale_id"), *json::integer(exchange, "order_id") + 1);
  EXPECT_EQ(call("POST", "/control/orders", R"({"kind":"return",)" + original + "}").status, 409);
  const std::int64_t pickup = order(R"({"kind":"web_pickup","customer":{"customer_id":"c-1"}})");
  const std::string about = R"(,"order_id":)" + std::to_string(pickup) + "}";
  EXPECT_EQ(order(R"({"kind":"ready")" + about), pickup);
  EXPECT_EQ(order(R"({"kind":"close")" + about), pickup);
  EXPECT_EQ(call("POST", "/control/orders", R"({"kind":"cancel")" + about).status, 409);
  const std::int64_t booking = order(R"({"kind":"booking"})");
  EXPECT_EQ(order(R"({"kind":"sell_from","order_id":)" + std::to_string(booking) + "}"),
            booking + 1);
  EXPECT_EQ(call("POST", "/control/orders", R"({"kind":"dance"})").status, 400);
  EXPECT_EQ(call("POST", "/control/orders", R"({"customer":"c-1"})").status, 404);
  EXPECT_EQ(call("POST", "/control/orders", R"({"rows":[{"sku":"NO"}]})").status, 404);
}

TEST_F(Control, FaultsByPresetAndByMember) {
  ok("POST", "/control/faults", R"({"preset":"storm"})");
  EXPECT_EQ(sitoo_.dice().faults().burst_share, 0.4);
  EXPECT_TRUE(bloomreach_.settings().storm);
  EXPECT_EQ(klaviyo_.settings().preset, "storm");
  ok("POST", "/control/faults",
     R"({"sitoo":{"slow":1,"code_rules":"oldest","calls_per_second":5,"put_merges":true},
         "bloomreach":{"faults":{"*":{"throttle":0.5}}},
         "klaviyo":{"faults":{"create_event":{"throttle":0.5}},"silent_drop_share":0.1}})");
  EXPECT_EQ(klaviyo_.settings().faults.size(), 1U);
  EXPECT_EQ(sitoo_.rest().settings().calls_per_second, 5);
  EXPECT_TRUE(sitoo_.rest().settings().put_merges);
  EXPECT_EQ(bloomreach_.settings().faults.size(), 1U);
  ok("POST", "/control/faults", R"({"preset":"none"})");
  EXPECT_EQ(sitoo_.dice().faults().burst_share, 0);
  EXPECT_FALSE(bloomreach_.settings().storm);
  EXPECT_TRUE(bloomreach_.settings().faults.empty());
  EXPECT_EQ(klaviyo_.settings().preset, "none");
  EXPECT_TRUE(klaviyo_.settings().faults.empty());
  EXPECT_EQ(klaviyo_.settings().silent_drop_share, 0);
  EXPECT_EQ(call("POST", "/control/faults", R"({"preset":"sunshine"})").status, 400);
  EXPECT_EQ(call("POST", "/control/faults", R"({"sitoo":{"slow":-1}})").status, 400);
}

TEST_F(Control, KlaviyoAloneCanBeDown) {
  ok("POST", "/control/faults", R"({"preset":"storm"})");
  ok("POST", "/control/faults", R"({"preset":"klaviyo-down"})");
  EXPECT_EQ(klaviyo_.settings().preset, "down");
  EXPECT_TRUE(bloomreach_.settings().storm);
  EXPECT_EQ(sitoo_.dice().faults().burst_share, 0.4);
}

TEST_F(Control, ExpectationsOfKlaviyo) {
  EXPECT_FALSE(expectations_of({})->klaviyo);
  EXPECT_TRUE(expectations_of({})->bloomreach);
  const auto given = expectations_of(
      json::parse(R"({"bloomreach":false,"klaviyo":{"key_from":"crm_customer_id","id_prefix":"",
        "external_id_from":"","cancelled_metric":"","refund_ids":"refund","value":"net",
        "source_name":"Butik","purchased_skus_property":"","purchased_skus_max":7,
        "test_domains":["x.se"],"shared_addresses":["a@b.se"],"history_before_s":5}})")
          ->as_object());
  ASSERT_TRUE(given && given->klaviyo);
  EXPECT_FALSE(given->bloomreach);
  EXPECT_EQ(given->klaviyo->key_from, "crm_customer_id");
  EXPECT_EQ(given->klaviyo->id_prefix, "");
  EXPECT_EQ(given->klaviyo->external_id_from, "");
  EXPECT_EQ(given->klaviyo->cancelled_metric, "");
  EXPECT_EQ(given->klaviyo->refund_ids, "refund");
  EXPECT_EQ(given->klaviyo->value, "net");
  EXPECT_EQ(given->klaviyo->source_name, "Butik");
  EXPECT_EQ(given->klaviyo->purchased_skus_property, "");
  EXPECT_EQ(given->klaviyo->purchased_skus_max, 7U);
  EXPECT_EQ(given->klaviyo->test_domains, std::vector<std::string>{"x.se"});
  EXPECT_EQ(given->klaviyo->shared_addresses, std::vector<std::string>{"a@b.se"});
  EXPECT_EQ(given->klaviyo->history_before_s, 5);
  for (const char* wrong :
       {R"({"klaviyo":true})", R"({"klaviyo":{"key_from":"name"}})", R"({"klaviyo":{"value":1}})",
        R"({"klaviyo":{"cancelled_metric":"Voided Order"}})",
        R"({"klaviyo":{"refund_ids":"last"}})", R"({"klaviyo":{"purchased_skus_max":0}})",
        R"({"klaviyo":{"test_domains":"x.se"}})", R"({"klaviyo":{"shared_addresses":[1]}})"}) {
    EXPECT_EQ(call("POST", "/control/expectations", wrong).status, 400) << wrong;
  }
}

TEST_F(Control, PlatformsAndPhasesAreToldApart) {
  ok("POST", "/control/expectations", R"({"klaviyo":{}})");
  ok("POST", "/control/phase", R"({"name":"calm"})");
  order(R"({"customer":"c-90112"})");  // with a mail that Klaviyo takes
  const json::Object state = ok("GET", "/control/state");
  EXPECT_EQ(state.at("platforms").at("bloomreach").at("missing"), 3);
  EXPECT_EQ(state.at("platforms").at("klaviyo").at("missing"), 2);
  EXPECT_EQ(state.at("platforms").at("klaviyo").at("received"), 0);
  EXPECT_EQ(json::integer(state, "missing"), 5);
  EXPECT_TRUE(state.at("klaviyo").is_object());
  const json::Object summary = ok("GET", "/control/summary");
  EXPECT_EQ(json::integer(summary, "missing"), 5);
  EXPECT_EQ(summary.at("platforms").at("klaviyo").at("effects_expected"), 2);
  EXPECT_TRUE(summary.at("platforms").at("klaviyo").at("phases").is_object());
}

TEST_F(Control, WhatPeopleDecideAtKlaviyo) {
  const std::string vera = R"("email":"vera@kund.tillbridge.dev")";
  EXPECT_EQ(
      call("POST", "/control/klaviyo/consent", "{" + vera + R"(,"decision":"subscribe"})").status,
      404);
  ASSERT_TRUE(klaviyo_.create_profile({{"email", "vera@kund.tillbridge.dev"}}));
  ok("POST", "/control/klaviyo/consent",
     "{" + vera + R"(,"channel":"email","decision":"unsubscribe","at":1767225600})");
  klaviyo_.apply_due();
  const json::Object shown =
      ok("GET", "/control/klaviyo/profiles?email=vera%40kund.tillbridge.dev");
  ASSERT_EQ(shown.at("profiles").as_array().size(), 1U);
  const std::string text = json::to_text(shown);
  EXPECT_NE(text.find("UNSUBSCRIBED"), std::string::npos) << text;
  EXPECT_NE(text.find("2026-01-01T00:00:00+00:00"), std::string::npos) << text;
  EXPECT_EQ(ok("GET", "/control/klaviyo/profiles?email=nobody%40kund.se")
                .at("profiles")
                .as_array()
                .size(),
            0U);
  for (const std::string& wrong : std::vector<std::string>{
           "{}", "{" + vera + "}", "{" + vera + R"(,"decision":"perhaps"})",
           "{" + vera + R"(,"decision":"subscribe","channel":"letter"})",
           "{" + vera + R"(,"decision":"subscribe","at":"soon"})",
           "{" + vera + R"(,"phone":"+46700000001","decision":"subscribe"})"}) {
    EXPECT_EQ(call("POST", "/control/klaviyo/consent", wrong).status, 400) << wrong;
  }
  EXPECT_EQ(call("GET", "/control/klaviyo/profiles").status, 400);
}

TEST_F(Control, WrongCallsAreRefused) {
  EXPECT_EQ(call("GET", "/control/health").status, 200);
  EXPECT_EQ(call("GET", "/control/nothing").status, 404);
  EXPECT_EQ(call("PUT", "/control/day", "{}").status, 404);
  EXPECT_EQ(call("POST", "/control/day", "[").status, 400);
  EXPECT_EQ(call("POST", "/control/day", R"({"rate":0})").status, 400);
  EXPECT_EQ(call("POST", "/control/subscription", "{}").status, 400);
  EXPECT_EQ(call("POST", "/control/phase", "{}").status, 400);
  EXPECT_EQ(call("POST", "/control/expectations", R"({"returns":"perhaps"})").status, 400);
}

}  // namespace
}  // namespace sandbox::control
