// The control API about customers: the tills' calls, people who were there before, Bloomreach.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "control/control_api.h"
#include "outbound/fake_transport.h"

namespace sandbox::control {
namespace {

namespace json = tillbridge::json;
using tillbridge::Task;
using tillbridge::http::Reply;
using tillbridge::http::Request;
using tillbridge::outbound::HttpAnswer;
using tillbridge::outbound::HttpRequest;

class TillControl : public ::testing::Test {
 protected:
  static sitoo::SimulatorSettings small() {
    sitoo::SimulatorSettings settings;
    settings.account.masterdata.stores = 3;
    settings.account.masterdata.products = 60;
    return settings;
  }
  ~TillControl() override {
    boost::asio::co_spawn(loop_.get_executor(), till_.stop(), boost::asio::detached);
    loop_.restart();
    loop_.run();
  }
  static Request request_of(const std::string& method, const std::string& path,
                            const std::string& body) {
    Request request;
    request.method = method;
    const std::size_t mark = path.find('?');
    request.path = path.substr(0, mark);
    if (mark != std::string::npos) request.query = path.substr(mark + 1);
    request.body = body;
    return request;
  }
  static Task<void> into(Task<Reply> from, Reply* reply) { *reply = co_await std::move(from); }
  Reply call(const std::string& method, const std::string& path, const std::string& body = "") {
    Reply reply;
    boost::asio::co_spawn(loop_.get_executor(),
                          into(control_.handler()(request_of(method, path, body)), &reply),
                          boost::asio::detached);
    loop_.restart();
    loop_.run();
    return reply;
  }
  json::Object ok(const std::string& method, const std::string& path,
                  const std::string& body = "") {
    const Reply reply = call(method, path, body);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return json::parse(reply.body)->as_object();
  }
  json::Array profiles(const std::string& query) {
    return ok("GET", "/control/bloomreach/profiles?" + query).at("profiles").as_array();
  }

  tillbridge::Loop loop_;
  tillbridge::SystemClock clock_;
  std::string hub_says_ = "[]";
  tillbridge::outbound::FakeTransport hub_{
      [this](const HttpRequest&) -> tillbridge::Result<HttpAnswer> {
        HttpAnswer answer;
        answer.status = 200;
        answer.headers = {{"server-timing", "platform;dur=2"}};
        answer.body = hub_says_;
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

TEST_F(TillControl, TrafficStartsAndIsReported) {
  EXPECT_FALSE(ok("GET", "/control/till").at("running").as_bool());
  // The answer is read before the loop goes on.
  const Reply started = control_.answer(
      request_of("POST", "/control/till",
                 R"({"url":"http://hub.example/crm","user":"pos","password":"p","rate":500,
                     "seconds":0.1,"seed":3,"weights":{"search":1},"search_by":{"unknown":1},
                     "routes":{"search":{"method":"GET","path":"/find"}}})"));
  EXPECT_EQ(started.status, 200) << started.body;
  EXPECT_EQ(control_.answer(request_of("POST", "/control/till", "{}")).status, 409);
  EXPECT_TRUE(json::parse(control_.answer(request_of("GET", "/control/till", "")).body)
                  ->at("running")
                  .as_bool());
  loop_.restart();
  loop_.run();
  const json::Object report = ok("GET", "/control/till");
  EXPECT_FALSE(report.at("running").as_bool());
  EXPECT_GT(*json::integer(report, "asked"), 10);
  for (const char* member : {"errors", "wrong", "from_index"})
    EXPECT_EQ(json::integer(report, member), 0) << member;
  for (const char* member : {"p50_ms", "p99_ms", "max_ms", "overhead_p50_ms", "overhead_p99_ms"})
    EXPECT_TRUE(report.at(member).is_number()) << member;
  EXPECT_EQ(report.at("operations").at("search").at("count"), report.at("asked"));
  EXPECT_TRUE(hub_.requests().front().url.starts_with("http://hub.example/crm/find?key="));

  hub_says_ = R"([{"customer_id":"c-1"}])";
  ok("POST", "/control/till",
     R"({"rate":300,"seconds":0.1,"weights":{"search":1},"search_by":{"unknown":1}})");
  loop_.restart();
  loop_.run();
  const json::Object wrong = ok("GET", "/control/till");
  EXPECT_EQ(wrong.at("wrong"), wrong.at("asked"));
  EXPECT_FALSE(wrong.at("problems").as_array().empty());
}

TEST_F(TillControl, WrongTrafficIsRefused) {
  EXPECT_EQ(call("POST", "/control/till", "{}").status, 400);
  for (const char* wrong :
       {R"("rate":0)", R"("seconds":"1")", R"("weights":{"dance":1})", R"("weights":{"redeem":1})",
        R"("weights":{"search":-1})", R"("weights":{"search":0})", R"("search_by":{"name":1})",
        R"("routes":{"search":{"path":"x"}})", R"("weights":[])"}) {
    EXPECT_EQ(
        call("POST", "/control/till", R"({"url":"http://h",)" + std::string(wrong) + "}").status,
        400)
        << wrong;
  }
  EXPECT_TRUE(hub_.requests().empty());
}

TEST_F(TillControl, OneCallByHand) {
  hub_says_ = R"({"bonus_checks":[]})";
  const json::Object answer =
      ok("POST", "/control/till/call",
         R"({"url":"http://hub.example/crm/","user":"pos","operation":"redeem",
             "parameters":{"customer_id":"c-1","n":7},"body":{"promotion_id":"p"},
             "headers":{"Staff-ID":"Åke"}})");
  EXPECT_EQ(answer.at("status"), 200);
  EXPECT_EQ(answer.at("body"), *json::parse(hub_says_));
  EXPECT_TRUE(answer.at("took_ms").is_number());
  const HttpRequest& sent = hub_.requests().front();
  EXPECT_EQ(sent.method, "POST");
  EXPECT_EQ(sent.url, "http://hub.example/crm/customers/c-1/redeem?n=7");
  EXPECT_EQ(sent.body, R"({"promotion_id":"p"})");
  EXPECT_EQ(sent.headers.front().second, "%C3%85ke");
  hub_says_ = "no json";
  EXPECT_EQ(ok("POST", "/control/till/call", R"({"operation":"consents"})").at("body"), "no json");
  EXPECT_EQ(call("POST", "/control/till/call", R"({"operation":"get"})").status, 400);
  EXPECT_EQ(call("POST", "/control/till/call", R"({"operation":"sing"})").status, 400);
  EXPECT_EQ(call("POST", "/control/till/call", "[").status, 400);
}

TEST_F(TillControl, CustomersWereThereBefore) {
  ok("POST", "/control/expectations", R"({"klaviyo":{}})");
  const json::Object settled = ok("POST", "/control/customers", R"({"share":0.5})");
  EXPECT_EQ(settled.at("customers"), 100);
  EXPECT_EQ(settled.at("bloomreach"), 100);
  EXPECT_EQ(settled.at("klaviyo"), 100);
  EXPECT_EQ(settled.at("refused"), 0);
  EXPECT_EQ(bloomreach_.profiles().size(), 100U);

  const shopping_day::Customer* somebody = nullptr;
  for (const auto& customer : customers_.all()) {
    const bool complete = !customer.shopper.email.empty() && !customer.shopper.phone.empty();
    if (complete && !profiles("registered=" + customer.shopper.customer_id).empty())
      somebody = &customer;
  }
  ASSERT_NE(somebody, nullptr);
  const sitoo::Shopper& shopper = somebody->shopper;
  const json::Object profile = profiles("registered=" + shopper.customer_id)[0].as_object();
  EXPECT_EQ(profile.at("properties").at("phone"), json::Value(shopper.phone));
  EXPECT_EQ(profile.at("properties").at("first_name"), json::Value(shopper.name_first));
  EXPECT_EQ(profile.at("properties").at("member_number"), json::Value(shopper.member_number));
  EXPECT_EQ(profile.at("ids").at("phone_id").as_array()[0], json::Value(shopper.phone));
  EXPECT_EQ(profile.at("events"), 0);
  EXPECT_EQ(profiles("property=phone&value=%2B" + shopper.phone.substr(1)).size(), 1U);
  EXPECT_EQ(profiles("email_id=nobody%40kund.se").size(), 0U);
  EXPECT_EQ(call("GET", "/control/bloomreach/profiles?name=x").status, 400);
  bool at_klaviyo = false;
  for (const KlaviyoProfile& one : klaviyo_.profiles()) {
    if (one.external_id != "sitoo:" + shopper.customer_id) continue;
    at_klaviyo = true;
    EXPECT_EQ(one.phone_number, shopper.phone);
    EXPECT_EQ(one.last_name, shopper.name_last);
    EXPECT_TRUE(one.properties.empty());
  }
  EXPECT_TRUE(at_klaviyo);

  const json::Object summary = ok("GET", "/control/summary");
  for (const char* member : {"missing", "invented", "doubled", "wrong"})
    EXPECT_EQ(json::integer(summary, member), 0) << member << json::to_text(summary.at("findings"));
  EXPECT_EQ(json::integer(ok("GET", "/control/state"), "received"), 0);
  EXPECT_EQ(ok("POST", "/control/customers", R"({"platforms":["klaviyo"]})").at("klaviyo"), 100);
  for (const char* wrong : {R"({"share":2})", R"({"share":"all"})", R"({"platforms":["sitoo"]})",
                            R"({"platforms":"klaviyo"})"})
    EXPECT_EQ(call("POST", "/control/customers", wrong).status, 400) << wrong;
}

TEST_F(TillControl, PeopleDecideInsideBloomreach) {
  ok("POST", "/control/customers", R"({"platforms":["bloomreach"]})");
  const std::string who = R"({"ids":{"registered":"c-90000"},"category":"newsletter",)";
  ok("POST", "/control/bloomreach/consent", who + R"("action":"accept","at":1767225600})");
  ok("POST", "/control/bloomreach/consent", who + R"("action":"reject"})");
  EXPECT_EQ(profiles("registered=c-90000")[0].at("events"), 2);
  EXPECT_EQ(json::integer(ok("GET", "/control/state"), "received"), 0);
  for (const std::string& wrong :
       {who + R"("action":"perhaps"})", who + R"("action":"accept","at":"now"})",
        std::string(R"({"category":"newsletter","action":"accept"})")})
    EXPECT_EQ(call("POST", "/control/bloomreach/consent", wrong).status, 400) << wrong;
  EXPECT_EQ(call("POST", "/control/bloomreach/consent",
                 R"({"ids":{"registered":"x"},"category":"newsletter","action":"accept"})")
                .status,
            404);
}

TEST_F(TillControl, BloomreachAloneHangsOrIsSlow) {
  ok("POST", "/control/faults", R"({"bloomreach":{"faults":{"batch":{"throttle":1}}}})");
  ok("POST", "/control/faults", R"({"preset":"bloomreach-slow"})");
  auto faults = bloomreach_.settings().faults;
  EXPECT_EQ(faults.size(), 4U);
  EXPECT_EQ(faults.at("attributes").latency_ms_min, 300);
  EXPECT_EQ(faults.at("export_events").latency_ms_max, 600);
  ok("POST", "/control/faults", R"({"preset":"bloomreach-hang"})");
  faults = bloomreach_.settings().faults;
  EXPECT_EQ(faults.size(), 8U);
  for (const auto& [route, of_route] : faults) {
    EXPECT_EQ(of_route.hang, 1) << route;
    EXPECT_EQ(of_route.latency_ms_max, 0) << route;
  }
  EXPECT_TRUE(faults.contains("export_one") && faults.contains("batch"));
  EXPECT_EQ(klaviyo_.settings().preset, "none");
  ok("POST", "/control/faults",
     R"({"bloomreach":{"read_latency_ms_min":20,"read_latency_ms_max":60}})");
  ok("POST", "/control/faults", R"({"preset":"none"})");
  EXPECT_TRUE(bloomreach_.settings().faults.empty());
  EXPECT_EQ(bloomreach_.settings().read_latency_ms_max, 60);
}

}  // namespace
}  // namespace sandbox::control
