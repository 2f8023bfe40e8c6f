#include "sitoo/rest_api.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "sitoo/test_account.h"

namespace sandbox::sitoo {
namespace {

namespace json = tillbridge::json;
using tillbridge::http::Reply;
using tillbridge::http::Request;

class SitooRest : public ::testing::Test {
 protected:
  Request request(const std::string& method, const std::string& path, std::string body = "") {
    Request made;
    made.method = method;
    const auto mark = path.find('?');
    made.path = "/v2/accounts/1500/" + path.substr(0, mark);
    if (mark != std::string::npos) made.query = path.substr(mark + 1);
    made.body = std::move(body);
    made.headers.push_back(
        {"Authorization", "Basic " + tillbridge::base64_encode("1500-142:sandbox-password")});
    return made;
  }
  Reply call(Request made) {
    Reply reply;
    loop_.restart();
    boost::asio::co_spawn(loop_.get_executor(), rest_.handle(std::move(made)),
                          [&reply](std::exception_ptr failure, Reply answer) {
                            ASSERT_FALSE(failure);
                            reply = std::move(answer);
                          });
    loop_.run();
    return reply;
  }
  Reply get(const std::string& path) { return call(request("GET", path)); }
  json::Value get_json(const std::string& path) { return *json::parse(get(path).body); }
  std::vector<std::int64_t> ids(const std::string& query) {
    const json::Value list = get_json("orders.json?fields=orderid&" + query);
    std::vector<std::int64_t> found;
    for (const auto& item : list.at("items").as_array()) {
      found.push_back(item.at("orderid").as_int64());
    }
    return found;
  }

  TestAccount sitoo_;
  tillbridge::Loop loop_;
  FaultDice dice_{sitoo_.clock, 7};
  RestApi rest_{loop_, sitoo_.clock, sitoo_.account, dice_, RestSettings{}};
};

TEST_F(SitooRest, ListsHaveTheEnvelopeAndTenByDefaultNewestFirst) {
  for (int i = 0; i < 25; ++i) sitoo_.tills.sell(sitoo_.basket());
  const json::Value list = get_json("orders.json");
  EXPECT_EQ(list.at("totalcount").as_int64(), 25);
  ASSERT_EQ(list.at("items").as_array().size(), 10U);
  EXPECT_EQ(list.at("items").as_array()[0].at("orderid").as_int64(), 20'025);
  EXPECT_EQ(ids("start=20&num=100").size(), 5U);
  EXPECT_EQ(ids("start=30").size(), 0U);
  EXPECT_EQ(ids("sort=orderid&num=2&start=1"), (std::vector<std::int64_t>{20'002, 20'003}));
}

TEST_F(SitooRest, TheDefaultFieldsAreTheReducedSet) {
  const std::int64_t id = sitoo_.tills.sell(sitoo_.basket());
  const json::Object item = get_json("orders.json").at("items").as_array()[0].as_object();
  for (const std::string_view key : {"externalid", "creditorderid", "phone", "userid_staff",
                                     "reservedpayments", "orderlogitems", "delivery_address"}) {
    EXPECT_FALSE(item.contains(key)) << key;
  }
  for (const std::string_view key :
       {"orderid", "email", "company", "moneyfinal_net", "datereserved", "checkouttypename",
        "orderitems", "payments"}) {
    EXPECT_TRUE(item.contains(key)) << key;
  }
  const json::Object whole = get_json("sites/1/orders/" + std::to_string(id) + ".json").as_object();
  EXPECT_TRUE(whole.contains("orderlogitems"));
  EXPECT_TRUE(whole.contains("phone"));
  const json::Object chosen = get_json("orders.json?fields=externalid,orderid,nothing")
                                  .at("items")
                                  .as_array()[0]
                                  .as_object();
  EXPECT_EQ(chosen.size(), 2U);
}

TEST_F(SitooRest, Filters) {
  for (int i = 0; i < 5; ++i) sitoo_.tills.sell(sitoo_.basket());  // 20001 to 20005
  sitoo_.tills.book(sitoo_.basket());                              // 20006
  Refund refund;
  refund.original = 20'002;
  refund.units = {{0, 1}};
  const std::int64_t credit = *sitoo_.tills.refund(refund);  // 20007
  using Ids = std::vector<std::int64_t>;
  EXPECT_EQ(ids("orderidfrom=20002&orderidto=20004&sort=orderid"), (Ids{20'002, 20'003}));
  EXPECT_EQ(ids("orderid=20001,20005,99&sort=orderid"), (Ids{20'001, 20'005}));
  EXPECT_EQ(ids("ordertype=100"), (Ids{20'006}));
  EXPECT_EQ(ids("orderstate=0,20"), (Ids{20'006}));
  EXPECT_EQ(ids("creditorderid=20002&orderid=20001"), (Ids{credit}));
  const std::string receipt(sitoo_.account.find(20'003)->additional.get("pos-receiptid"));
  EXPECT_EQ(ids("receiptid=" + receipt + "&orderid=20001"), (Ids{20'003}));
  EXPECT_EQ(ids("email=nobody%40example.org").size(), 0U);
  EXPECT_EQ(ids("email=vera.lind%40example.org&num=100").size(), 6U);
  EXPECT_EQ(ids("orderdateto=1").size(), 0U);
  EXPECT_EQ(ids("eshopid=2").size(), 0U);
  EXPECT_EQ(get("orders.json?orderidfrom=abc").status, 400);
  EXPECT_EQ(get("orders.json?sort=orderdate").status, 400);
}

TEST_F(SitooRest, WrongCredentialsGet401WithSitoosBody) {
  Request made = request("GET", "orders.json");
  made.headers[0].value = "Basic " + tillbridge::base64_encode("1500-142:wrong");
  const Reply reply = call(made);
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(json::parse(reply.body)->at("statuscode").as_int64(), 401);
  EXPECT_TRUE(json::parse(reply.body)->at("errortext").is_string());
  made.headers.clear();
  EXPECT_EQ(call(made).status, 401);
}

TEST_F(SitooRest, TheSuffixIsRequiredExceptOnZReports) {
  const std::string id = std::to_string(sitoo_.tills.sell(sitoo_.basket()));
  EXPECT_EQ(get("orders").status, 404);
  EXPECT_EQ(get("sites/1/orders/" + id).status, 404);
  EXPECT_EQ(get("sites/1/orders/" + id + ".json").status, 200);
  EXPECT_EQ(get("sites/2/orders/" + id + ".json").status, 404);
  EXPECT_EQ(get("sites/1/orders/99.json").status, 404);
  EXPECT_EQ(get("pos-z-reports.json").status, 404);
  sitoo_.account.add_z_report(0);
  EXPECT_EQ(get_json("pos-z-reports").as_array().size(), 1U);
}

TEST_F(SitooRest, TheBudgetIsPerUserAnd429ComesInThreeStyles) {
  rest_.settings().calls_per_second = 2;
  const auto refused = [this](ThrottleStyle style) {
    dice_.faults().throttle_style = style;
    Reply reply;
    for (int i = 0; i < 3; ++i) reply = get("sites.json");
    EXPECT_EQ(reply.status, 429);
    std::string names;
    for (const auto& header : reply.headers) names += header.name + "=" + header.value + ";";
    sitoo_.clock.advance(std::chrono::seconds{2});
    return names;
  };
  EXPECT_EQ(refused(ThrottleStyle::neither), "");
  EXPECT_EQ(refused(ThrottleStyle::retry_after), "Retry-After=1;");
  EXPECT_EQ(refused(ThrottleStyle::reset_header),
            "X-Rate-Limit-Reset=" + std::to_string(sitoo_.account.now_s() - 2 + 1) + ";");
  EXPECT_EQ(get("sites.json").status, 200);
}

TEST_F(SitooRest, AJustAnnouncedOrderIsNotSeenForAWhile) {
  dice_.faults().unseen_share = 1;
  sitoo_.account.set_invisibility([this] { return dice_.unseen_for(); });
  const std::string path =
      "sites/1/orders/" + std::to_string(sitoo_.tills.sell(sitoo_.basket())) + ".json";
  EXPECT_EQ(get(path).status, 404);
  EXPECT_EQ(get_json("orders.json").at("totalcount").as_int64(), 0);
  sitoo_.clock.advance(std::chrono::milliseconds{1501});
  EXPECT_EQ(get(path).status, 200);
  EXPECT_EQ(get_json("orders.json").at("totalcount").as_int64(), 1);
}

TEST_F(SitooRest, FaultsBreakCalls) {
  dice_.faults().calm_share = 1;
  dice_.faults().server_error = 1;
  Reply reply = get("sites.json");
  EXPECT_TRUE(reply.status == 500 || reply.status == 502);
  EXPECT_EQ(reply.content_type, "text/html");
  dice_.faults().server_error = 0;
  dice_.faults().reset_after = 1;
  const std::int64_t next = sitoo_.account.next_order_id();
  reply = call(request("POST", "sites/1/orders.json",
                       R"({"ordertypeid":10,"orderitems":[{"productname":"Tee","quantity":1}]})"));
  EXPECT_EQ(reply.break_off, Reply::Break::reset_inside_answer);
  EXPECT_EQ(sitoo_.account.next_order_id(), next + 1);
}

constexpr const char* web_order =
    R"({ "ordertypeid": 10, "externalid": "WEB-100042", "orderstateid": 0,
  "paymentstateid": 20, "currencycode": "SEK", "warehouseid": 3, "namefirst": "Vera",
  "additionaldata": { "hub-flow": "bopis", "crm-customerid": "c-90112" },
  "orderitems": [ { "productname": "Tee white M", "sku": "TEE-WHT-M", "quantity": 2,
                    "moneyrowprice": "498.00", "vatvalue": 25, "additionaldata": { "hub-lineid": "L1" } } ],
  "payments": [ { "name": "Web card", "moneyamount": "498.00", "externalid": "psp-778" } ] })";

TEST_F(SitooRest, OrdersAreMadeAndTheExternalIdIsUnique) {
  const Reply made = call(request("POST", "sites/1/orders.json", web_order));
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(made.body, "20001");
  EXPECT_EQ(sitoo_.served(20'001).at("moneytotal_gross_all"), "498.00");
  EXPECT_EQ(call(request("POST", "sites/1/orders.json", web_order)).status, 400);
  EXPECT_EQ(ids("externalid=WEB-100042,other").size(), 1U);
  std::string bad = web_order;
  bad.replace(bad.find("WEB-100042"), 10, "#100042");
  EXPECT_EQ(call(request("POST", "sites/1/orders.json", bad)).status, 400);
  EXPECT_EQ(call(request("POST", "sites/1/orders.json", "{}")).status, 400);
  EXPECT_EQ(call(request("POST", "sites/1/orders.json", "[1")).status, 400);
  EXPECT_EQ(call(request("DELETE", "sites/1/orders/20001.json")).status, 400);
}

TEST_F(SitooRest, PutReplacesOrMergesMapsBySwitch) {
  call(request("POST", "sites/1/orders.json", web_order));
  const std::string path = "sites/1/orders/20001.json";
  const std::string change = R"({"additionaldata":{"hub-state":"picked"},"phone":"+46700000009"})";
  rest_.settings().put_merges = true;
  EXPECT_EQ(call(request("PUT", path, change)).body, "true");
  EXPECT_EQ(sitoo_.served(20'001).at("additionaldata").as_object().size(), 3U);
  EXPECT_EQ(sitoo_.served(20'001).at("namefirst"), "Vera");
  rest_.settings().put_merges = false;
  EXPECT_EQ(call(request("PUT", path, change)).body, "true");
  EXPECT_EQ(sitoo_.served(20'001).at("additionaldata").as_object().size(), 1U);
  EXPECT_EQ(sitoo_.events.back().order_event_type, "update");
  EXPECT_EQ(sitoo_.events.back().state_changed, "");
  EXPECT_EQ(call(request("PUT", path, R"({"orderstateid":20})")).body, "true");
  EXPECT_EQ(sitoo_.events.back().state_changed, "cancelled");
  EXPECT_EQ(call(request("PUT", path, R"({"orderstateid":10})")).status, 400);
}

TEST_F(SitooRest, DeliveriesMoveStockAndLogItemsAnnouncePickup) {
  call(request("POST", "sites/1/orders.json", web_order));
  const std::string path = "sites/1/orders/20001/";
  const std::string delivery =
      R"({"warehouseid":3,"orderdeliveryref":"T1","orderdeliveryitems":[{"orderitemid":0,"quantity":2}]})";
  const std::int64_t before = sitoo_.account.stock().level(3, "TEE-WHT-M")->total_milli;
  EXPECT_EQ(call(request("POST", path + "orderdeliveries.json", delivery)).status, 200);
  EXPECT_EQ(sitoo_.account.stock().level(3, "TEE-WHT-M")->total_milli, before - 2'000);
  call(request("POST", path + "orderdeliveries.json?ignorestock=true", delivery));
  EXPECT_EQ(sitoo_.account.stock().level(3, "TEE-WHT-M")->total_milli, before - 2'000);
  EXPECT_EQ(get_json(path + "orderdeliveries.json").at("totalcount").as_int64(), 2);
  EXPECT_EQ(call(request("POST", path + "orderlogitems.json", R"({"orderlogtypeid":900})")).body,
            "true");
  EXPECT_EQ(sitoo_.events.back().order_event_type, "ready-for-pickup");
  EXPECT_EQ(call(request("POST", path + "orderlogitems.json", R"({"orderlogtypeid":1})")).status,
            400);
}

TEST_F(SitooRest, MasterdataAndStock) {
  sitoo_.tills.sell(sitoo_.basket(2));
  EXPECT_EQ(get_json("sites.json").at("totalcount").as_int64(), 1);
  EXPECT_EQ(get_json("sites/1/stores.json").at("totalcount").as_int64(), 3);
  EXPECT_EQ(get_json("sites/1/warehouses.json?num=100").at("items").as_array().size(), 6U);
  EXPECT_GE(get_json("reasoncodes.json").at("totalcount").as_int64(), 4);
  EXPECT_EQ(get_json("sites/1/productgroups.json").at("totalcount").as_int64(), 3);
  const json::Value registers = get_json("sites/1/cashregisters.json");
  const std::string id(registers.at("items").as_array()[0].at("registerid").as_string());
  EXPECT_EQ(id.front(), '{');
  EXPECT_EQ(get("sites/1/cashregisters/" + id + ".json").status, 200);
  const std::string& sku = sitoo_.account.masterdata().products[0].sku;
  const json::Value level =
      get_json("sites/1/warehouses/1/warehouseitems.json?sku=" + sku).at("items").as_array()[0];
  EXPECT_EQ(level.at("decimaltotal"), "498.000");
  EXPECT_EQ(level.at("decimalavailable"), "498.000");
  const json::Value moves = get_json("sites/1/warehousetransactions.json?transactiontype=30");
  EXPECT_EQ(moves.at("items").as_array()[0].at("items").as_array()[0].at("decimalquantity"),
            "-2.000");
}

TEST_F(SitooRest, BatchesAnswerPerEntry) {
  const Reply reply = call(request("PUT", "sites/1/warehouses/1/warehouseitems.json",
                                   R"([{"sku":"TEE-WHT-M","binlocation":"A1"},{"binlocation":"A2"},
                       {"sku":"TEE-WHT-M","decimaltotal":"3.000"}])"));
  ASSERT_EQ(reply.status, 200);
  const json::Array results = json::parse(reply.body)->as_array();
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0].at("statuscode").as_int64(), 200);
  EXPECT_TRUE(results[0].at("return").as_bool());
  EXPECT_EQ(results[1].at("statuscode").as_int64(), 400);
  EXPECT_EQ(results[2].at("statuscode").as_int64(), 400);  // FIFO: the level is Sitoo's
}

TEST_F(SitooRest, AHundredOrdersAreServedInAFewMilliseconds) {
  for (int i = 0; i < 2'000; ++i) sitoo_.tills.sell(sitoo_.basket());
  const tillbridge::SystemClock clock;
  const tillbridge::Tick began = clock.tick();
  for (int i = 0; i < 20; ++i) {
    rest_.answer(request("GET", "orders.json?orderidfrom=20100&sort=orderid&num=100"));
  }
  // A generous bound: debug builds and busy machines; a release build takes well under 1 ms each.
  EXPECT_LT(clock.tick() - began, std::chrono::seconds{2});
}

}  // namespace
}  // namespace sandbox::sitoo
