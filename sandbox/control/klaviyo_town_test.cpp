// From a sale at the till over Klaviyo's own API to the verdict, with the calls written by hand.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "control/control_api.h"
#include "outbound/fake_transport.h"

namespace sandbox::control {
namespace {

namespace json = tillbridge::json;
using tillbridge::Task;

class KlaviyoTown : public ::testing::Test {
 protected:
  static sitoo::SimulatorSettings small() {
    sitoo::SimulatorSettings settings;
    settings.account.masterdata.stores = 3;
    settings.account.masterdata.products = 60;
    return settings;
  }
  static klaviyo::Settings prompt() {
    klaviyo::Settings settings;
    settings.event_delay_ms = 0;
    return settings;
  }
  json::Object control(const std::string& method, const std::string& path,
                       const std::string& body = "") {
    tillbridge::http::Request request;
    request.method = method;
    request.path = path;
    request.body = body;
    const auto reply = control_.answer(request);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return json::parse(reply.body)->as_object();
  }
  Task<void> call(tillbridge::http::Request request) {
    answered_ = co_await klaviyo_.handler()(std::move(request));
  }
  int post(const std::string& path, const std::string& body) {
    tillbridge::http::Request request;
    request.method = "POST";
    request.path = request.raw_path = path;
    request.body = body;
    request.headers = {{"Authorization", "Klaviyo-API-Key pk_sandbox"},
                       {"revision", "2026-07-15"},
                       {"Accept", "application/vnd.api+json"},
                       {"Content-Type", "application/vnd.api+json"}};
    boost::asio::co_spawn(loop_.get_executor(), call(std::move(request)), boost::asio::detached);
    loop_.restart();
    loop_.run();
    return answered_.status;
  }
  int send(const std::string& metric, const std::string& unique_id, int second,
           const std::string& properties, const std::string& profile_properties) {
    const std::string body = fmt::format(
        R"({{"data":{{"type":"event","attributes":{{
          "metric":{{"data":{{"type":"metric","attributes":{{"name":"{}"}}}}}},
          "profile":{{"data":{{"type":"profile","attributes":{{"email":"vera@kund.se"{}}}}}}},
          "properties":{},"time":"2026-01-01T12:00:0{}+00:00","value":249.0,
          "value_currency":"SEK","unique_id":"{}"}}}}}})",
        metric, profile_properties, properties, second, unique_id);
    const int status = post("/api/events", body);
    EXPECT_EQ(status, 202) << answered_.body;
    return status;
  }
  std::int64_t counted(const std::string& member) {
    const json::Object summary = control("GET", "/control/summary");
    EXPECT_EQ(json::integer(summary, member),
              json::integer(summary.at("platforms").at("klaviyo").as_object(), member));
    last_findings_ = json::to_text(summary.at("findings"));
    return *json::integer(summary, member);
  }

  tillbridge::Loop loop_;
  tillbridge::SystemClock clock_;
  tillbridge::outbound::FakeTransport nowhere_{
      [](const tillbridge::outbound::HttpRequest&)
          -> tillbridge::Result<tillbridge::outbound::HttpAnswer> {
        return tillbridge::outbound::HttpAnswer{};
      }};
  Ledger ledger_{Expectations{}};
  sitoo::SitooSimulator sitoo_{loop_, clock_, nowhere_, ledger_, small()};
  bloomreach::BloomreachSimulator bloomreach_{loop_, clock_, tillbridge::Entropy(1), ledger_,
                                              bloomreach::Settings{}};
  klaviyo::Simulator klaviyo_{loop_,
                              clock_,
                              nowhere_,
                              tillbridge::Entropy(2),
                              [this](const ReceivedEvent& event) { ledger_.received(event); },
                              prompt()};
  shopping_day::Customers customers_{10, 1};
  shopping_day::ShoppingDay day_{loop_, clock_, sitoo_.account(), sitoo_.tills(), customers_};
  till::TillTraffic till_{loop_,      clock_, nowhere_, sitoo_.account().masterdata(),
                          customers_, ledger_};
  ControlApi control_{{clock_, sitoo_, day_, customers_, ledger_, bloomreach_, klaviyo_, till_}};
  tillbridge::http::Reply answered_;
  std::string last_findings_;
};

TEST_F(KlaviyoTown, ASaleSentByHandIsAllRight) {
  control("POST", "/control/expectations", R"({"bloomreach":false,"klaviyo":{}})");
  control("POST", "/control/phase", R"({"name":"calm"})");
  const json::Object made = control("POST", "/control/orders",
                                    R"({"customer":{"customer_id":"c-1","email":"Vera@Kund.se",
        "name_first":"Vera","phone":"+46701740601"},"rows":[{"price":"249.00"}],
        "order_date":1767268800})");  // 2026-01-01T12:00:00Z
  const std::int64_t id = *json::integer(made, "order_id");
  const TillOrder order = till_order_of(*sitoo_.account().find(id));
  const TillRow& row = order.rows.front();
  EXPECT_EQ(counted("missing"), 2);

  ASSERT_EQ(post("/api/profile-import",
                 R"({"data":{"type":"profile","attributes":{"email":"vera@kund.se",
        "external_id":"sitoo:c-1","phone_number":"+46701740601","first_name":"Vera",
        "properties":{"Customer Number":"c-1"}}}})"),
            201)
      << answered_.body;
  const std::string placed = fmt::format(
      R"({{"OrderId":"{0}","ReceiptId":"{1}","Source Name":"POS","StoreName":"{2}",
        "StoreId":"{3}","ItemNames":["{4}"],"SKUs":["{5}"],"Item Count":1,"Is Discounted":false,
        "DiscountValue":"0","Items":[{{"ProductID":"{5}","SKU":"{5}","ProductName":"{4}",
        "Quantity":1,"ItemPrice":249.0,"RowTotal":249.0}}]}})",
      id, order.receipt_id, order.store_name, order.store_code, row.title, row.sku);
  const std::string product = fmt::format(
      R"({{"OrderId":"{0}","LineId":"0","ProductID":"{1}","SKU":"{1}","ProductName":"{2}",
        "Quantity":1,"ItemPrice":249.0,"Source Name":"POS","StoreName":"{3}","StoreId":"{4}"}})",
      id, row.sku, row.title, order.store_name, order.store_code);
  const std::string profile = fmt::format(
      R"(,"properties":{{"Purchased SKUs":["{}"],"Last Store":"{}"}})", row.sku, order.store_name);
  send("Placed Order", fmt::format("sitoo:{}", id), 0, placed, profile);
  send("Ordered Product", fmt::format("sitoo:{}:0", id), 1, product, "");
  for (const char* member : {"missing", "invented", "doubled", "wrong", "out_of_order"})
    EXPECT_EQ(counted(member), 0) << member << last_findings_;
  EXPECT_EQ(counted("effects_seen"), 2);
  const json::Object summary = control("GET", "/control/summary");
  EXPECT_EQ(summary.at("platforms").at("klaviyo").at("phases").at("calm").at("effects"), 1);

  send("Ordered Product", fmt::format("sitoo:{}:0", id), 1, product, "");
  EXPECT_EQ(counted("absorbed"), 1);
  send("Placed Order", fmt::format("sitoo:{}", id), 3, placed, profile);  // same key, other time
  EXPECT_EQ(counted("doubled"), 1);
  send("Placed Order", "sitoo:99", 3, R"({"OrderId":"99"})", "");
  EXPECT_EQ(counted("invented"), 1);
  EXPECT_EQ(control("GET", "/control/state").at("platforms").at("klaviyo").at("received"), 5);
}

}  // namespace
}  // namespace sandbox::control
