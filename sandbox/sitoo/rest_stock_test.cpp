#include <gtest/gtest.h>

#include "base/base64.h"
#include "sitoo/rest_api.h"
#include "sitoo/test_account.h"
#include "sitoo/warehouse_work.h"

namespace sandbox::sitoo {
namespace {

namespace json = tillbridge::json;
using tillbridge::http::Reply;
using tillbridge::http::Request;

class SitooRestStock : public ::testing::Test {
 protected:
  Reply call(const std::string& method, const std::string& path, std::string body = "") {
    Request made;
    made.method = method;
    const auto mark = path.find('?');
    made.path = "/v2/accounts/1500/sites/1/" + path.substr(0, mark);
    if (mark != std::string::npos) made.query = path.substr(mark + 1);
    made.body = std::move(body);
    return rest_.answer(made);
  }
  json::Value get(const std::string& path) {
    const Reply reply = call("GET", path);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return *json::parse(reply.body);
  }
  // Statuses of the entries: "200 400 ".
  std::string entries(const std::string& method, const std::string& path, std::string body) {
    const Reply reply = call(method, path, std::move(body));
    EXPECT_EQ(reply.status, 200) << reply.body;
    std::string statuses;
    results_ = *json::parse(reply.body);
    for (const auto& entry : results_.as_array()) {
      statuses += std::to_string(entry.at("statuscode").as_int64()) + " ";
      EXPECT_EQ(entry.as_object().contains("return"), entry.at("statuscode") == 200);
      EXPECT_EQ(entry.as_object().contains("errortext"), entry.at("statuscode") != 200);
    }
    return statuses;
  }
  std::vector<std::int64_t> ids(const std::string& query) {
    std::vector<std::int64_t> found;
    const json::Value list = get("warehousetransactions.json?" + query);
    for (const auto& item : list.at("items").as_array()) {
      found.push_back(item.at("warehousetransactionid").as_int64());
    }
    return found;
  }
  const std::string& sku(std::size_t index) {
    return sitoo_.account.masterdata().products[index].sku;
  }
  std::int64_t total(int warehouse, std::string_view of) {
    const auto level = sitoo_.account.stock().level(warehouse, of);
    return level ? level->total_milli : -1;
  }

  TestAccount sitoo_;
  WarehouseWork work_{sitoo_.account};
  tillbridge::Loop loop_;
  FaultDice dice_{sitoo_.clock, 7};
  RestApi rest_{loop_, sitoo_.clock, sitoo_.account, dice_, RestSettings{}};
  json::Value results_;
};

TEST_F(SitooRestStock, WarehousesSayWhatIsSellableAndWhoseTheyAre) {
  const json::Value list = get("warehouses.json?num=100");
  const auto& items = list.at("items").as_array();
  EXPECT_TRUE(items[0].at("sellable").as_bool());
  EXPECT_TRUE(items[1].at("sellable").as_bool());
  EXPECT_FALSE(items[3].at("sellable").as_bool());
  EXPECT_EQ(items[3].at("storeid"), 2);
  AccountSettings settings = TestAccount::settings();
  settings.masterdata.unmapped_warehouse = "";
  Account account(sitoo_.clock, settings);
  RestApi rest(loop_, sitoo_.clock, account, dice_, RestSettings{});
  Request made;
  made.method = "GET";
  made.path = "/v2/accounts/1500/sites/1/warehouses/7.json";
  const json::Value central = *json::parse(rest.answer(made).body);
  EXPECT_TRUE(central.at("storeid").is_null());
  EXPECT_EQ(central.at("externalid"), "");
  EXPECT_TRUE(central.at("sellable").as_bool());
}

TEST_F(SitooRestStock, LevelsByPageSkuAndTime) {
  ASSERT_TRUE(work_.count(3, {{sku(0), 9'500}}));
  const json::Value page = get("warehouses/3/warehouseitems.json?start=5&num=10");
  EXPECT_EQ(page.at("totalcount"), 60);
  ASSERT_EQ(page.at("items").as_array().size(), 10U);
  EXPECT_TRUE(page.at("items").as_array()[0].at("datelastmodified").is_null());
  EXPECT_EQ(get("warehouses/3/warehouseitems.json").at("items").as_array().size(), 10U);
  EXPECT_EQ(get("warehouses/3/warehouseitems.json?start=60").at("items").as_array().size(), 0U);
  EXPECT_EQ(get("warehouses/4/warehouseitems.json").at("totalcount"), 0);
  const json::Value one = get("warehouses/3/warehouseitems.json?sku=" + sku(0) + ",nothing");
  EXPECT_EQ(one.at("totalcount"), 1);
  const json::Object item = one.at("items").as_array()[0].as_object();
  EXPECT_EQ(item.at("decimaltotal"), "9.500");
  EXPECT_EQ(item.at("decimalreserved"), "0.000");
  EXPECT_EQ(item.at("decimalavailable"), "9.500");
  EXPECT_EQ(item.at("moneytotal"), "0.00");
  EXPECT_EQ(item.at("datelastmodified"), sitoo_.account.now_s());
  EXPECT_EQ(item.at("datelaststocktaking"), sitoo_.account.now_s());
  EXPECT_EQ(item.size(), 11U);
  const std::string now = std::to_string(sitoo_.account.now_s());
  EXPECT_EQ(get("warehouses/3/warehouseitems.json?datelastmodifiedfrom=" + now).at("totalcount"),
            1);
  const json::Value cut = get("warehouses/3/warehouseitems.json?num=1&fields=sku,decimaltotal");
  EXPECT_EQ(cut.at("items").as_array()[0].as_object().size(), 2U);
  EXPECT_EQ(call("GET", "warehouses/3/warehouseitems.json?num=x").status, 400);
  EXPECT_EQ(call("GET", "warehouses/99/warehouseitems.json").status, 404);
  EXPECT_EQ(call("GET", "warehouses/3x/warehouseitems.json").status, 404);
}

TEST_F(SitooRestStock, TransactionsByCursorAndFilters) {
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(work_.receive(i % 2 == 0 ? 1 : 3, {{sku(0), 1'000}}));
    sitoo_.clock.advance(std::chrono::seconds{10});
  }
  ASSERT_TRUE(work_.take_out(3, {{sku(0), 500}}));
  using Ids = std::vector<std::int64_t>;
  EXPECT_EQ(ids("num=3"), (Ids{7, 6, 5}));
  EXPECT_EQ(ids("warehousetransactionidfrom=3&num=3&sort=warehousetransactionid"), (Ids{3, 4, 5}));
  EXPECT_EQ(get("warehousetransactions.json?warehousetransactionidfrom=3&num=1").at("totalcount"),
            5);
  EXPECT_EQ(ids("warehousetransactionidfrom=3&warehousetransactionidto=5"), (Ids{4, 3}));
  EXPECT_EQ(ids("warehousetransactionidfrom=8"), Ids{});
  EXPECT_EQ(ids("warehousetransactionid=2,6&sort=warehousetransactionid"), (Ids{2, 6}));
  EXPECT_EQ(ids("warehouseid=3&sort=warehousetransactionid&start=1"), (Ids{4, 6, 7}));
  EXPECT_EQ(ids("transactiontype=20"), (Ids{7}));
  const std::int64_t start = sitoo_.account.now_s() - 60;
  EXPECT_EQ(ids("datecreatedfrom=" + std::to_string(start + 50)), (Ids{7, 6}));
  EXPECT_EQ(ids("datecreatedto=" + std::to_string(start + 10)), (Ids{2, 1}));
  EXPECT_EQ(get("warehouses/3/warehousetransactions.json").at("totalcount"), 4);
  EXPECT_EQ(call("GET", "warehousetransactions.json?sort=datecreated").status, 400);
  const json::Object last =
      get("warehousetransactions.json?num=1").at("items").as_array()[0].as_object();
  EXPECT_TRUE(last.at("orderdeliveryid").is_null());
  EXPECT_EQ(last.at("items").as_array()[0].at("decimalquantity"), "-0.500");
  EXPECT_EQ(last.at("items").as_array()[0].at("decimaltotal"), "502.500");
  const json::Value cut = get("warehousetransactions.json?num=1&fields=warehousetransactionid");
  EXPECT_EQ(cut.at("items").as_array()[0].as_object().size(), 1U);
}

TEST_F(SitooRestStock, TransactionsArePostedPerEntryAndStrictly) {
  const std::string path = "warehousetransactions.json";
  const auto entry = [](const std::string& head, const std::string& item) {
    return "{" + head + R"(,"items":[)" + item + "]}";
  };
  const std::string in = R"("warehouseid":5,"transactiontype":10,"externalid":"T-77-IN")";
  const std::string out = R"("warehouseid":3,"transactiontype":20,"description":"Transfer T-77")";
  const std::string plus =
      R"({"sku":"CAP-WHT-M","decimalquantity":"5.000","moneypricein":"61.00"})";
  const std::string minus = R"({"sku":"CAP-WHT-M","decimalquantity":"-5.000"})";
  const std::int64_t before = total(3, "CAP-WHT-M");
  EXPECT_EQ(entries("POST", path, "[" + entry(out, minus) + "," + entry(in, plus) + "]"),
            "200 200 ");
  EXPECT_EQ(results_.as_array()[1].at("return"), 2);
  EXPECT_EQ(total(5, "CAP-WHT-M") - total(3, "CAP-WHT-M"), 10'000);
  const json::Object posted = get(path + "?num=1").at("items").as_array()[0].as_object();
  EXPECT_EQ(posted.at("externalid"), "T-77-IN");
  EXPECT_EQ(posted.at("items").as_array()[0].at("moneypricein"), "61.00");
  EXPECT_EQ(call("POST", path, entry(in, plus)).body, "3");  // one object: the plain id

  const std::string wrong = "[" + entry(out, plus) + "," + entry(in, minus) + "," +
                            entry(R"("warehouseid":4,"transactiontype":10)", plus) + "," +
                            entry(R"("warehouseid":99,"transactiontype":10)", plus) + "," +
                            entry(R"("warehouseid":3,"transactiontype":30)", minus) + "," +
                            entry(R"("warehouseid":3,"transactiontype":50)", plus) + "," +
                            entry(R"("warehouseid":3)", plus) + "," + entry(in, "") + "," +
                            entry(in, R"({"decimalquantity":"5.000"})") + "," +
                            entry(in, R"({"sku":"CAP-WHT-M","decimalquantity":5})") + "," +
                            entry(in, R"({"sku":"CAP-WHT-M","decimalquantity":"5.0001"})") + "," +
                            entry(in, plus + R"(,{"sku":"CAP-WHT-M","decimalquantity":"0.000"})") +
                            ",7," + entry(out, minus) + "]";
  EXPECT_EQ(entries("POST", path, wrong),
            "400 400 400 400 400 400 400 400 400 400 400 400 400 200 ");
  EXPECT_EQ(total(3, "CAP-WHT-M"), before - 10'000);
  EXPECT_EQ(total(5, "CAP-WHT-M"), 510'000);  // an entry is booked whole or not at all
  EXPECT_EQ(call("POST", path, entry(out, plus)).status, 400);
  EXPECT_EQ(call("POST", path, "7").status, 400);
  EXPECT_EQ(call("POST", path, "[").status, 400);
  std::string many = plus;
  for (int i = 1; i < 1000; ++i) many += "," + plus;
  EXPECT_EQ(entries("POST", path, "[" + entry(in, many) + "]"), "200 ");
  EXPECT_EQ(call("POST", path, "[" + entry(in, many) + "," + entry(in, plus) + "]").status, 400);
}

TEST_F(SitooRestStock, ACountIsStagedInABatchAndCommittedByClosingIt) {
  const std::string path = "warehouses/3/warehousebatches";
  const Reply made =
      call("POST", path + ".json",
           R"({"transactiontype":50,"comment":"Count 12 June","externalid":"C-12"})");
  ASSERT_EQ(made.body, "1");
  EXPECT_EQ(call("POST", path + ".json", R"({"transactiontype":50})").status, 400);  // one is open
  EXPECT_EQ(call("POST", path + ".json", R"({"transactiontype":20})").body, "2");
  EXPECT_EQ(call("POST", path + ".json", R"({"transactiontype":30})").status, 400);
  EXPECT_EQ(call("POST", "warehouses/2/warehousebatches.json", R"({"transactiontype":50})").status,
            400);  // Virtual
  const std::string items = path + "/1/warehousebatchitems.json";
  EXPECT_EQ(entries("PUT", items,
                    R"([{"sku":"CAP-WHT-M","decimalquantity":"8.000"},
                        {"sku":"CAP-WHT-M","decimalquantity":"9.000"},
                        {"sku":"TEE-WHT-M","decimalquantity":"500.000"},
                        {"sku":"TEE-WHT-L","decimalquantity":"1.000"},
                        {"sku":"TEE-WHT-S","decimalquantity":"-1.000"},{"sku":"X"}])"),
            "200 200 200 200 400 400 ");
  EXPECT_EQ(entries("DELETE", items, R"([{"sku":"TEE-WHT-L"},{"sku":"TEE-WHT-L"}])"), "200 400 ");
  EXPECT_EQ(get(items).at("totalcount"), 2);
  EXPECT_EQ(get(items).at("items").as_array()[0].at("decimalquantity"), "9.000");
  EXPECT_EQ(total(3, "CAP-WHT-M"), 500'000);  // nothing has happened yet
  EXPECT_EQ(get(path + ".json").at("totalcount"), 2);
  EXPECT_EQ(call("PUT", path + "/1.json", R"({"warehousebatchstate":15})").status, 400);
  EXPECT_EQ(call("PUT", path + "/1.json", R"({"warehousebatchstate":20})").body, "true");
  EXPECT_EQ(total(3, "CAP-WHT-M"), 9'000);
  const json::Object booked =
      get("warehousetransactions.json").at("items").as_array()[0].as_object();
  EXPECT_EQ(booked.at("transactiontype"), 50);
  EXPECT_EQ(booked.at("externalid"), "C-12");
  EXPECT_EQ(booked.at("items").as_array()[0].at("decimalquantity"), "-491.000");
  EXPECT_EQ(booked.at("items").as_array()[0].at("decimaltotal"), "9.000");
  EXPECT_EQ(get(path + "/1.json").at("warehousetransactionid"), 1);
  EXPECT_EQ(get(path + "/1.json").at("warehousebatchstate"), 20);
  EXPECT_EQ(get(path + ".json").at("totalcount"), 1);  // open ones by default
  EXPECT_EQ(get(path + ".json?warehousebatchstate=10,20").at("totalcount"), 2);
  EXPECT_EQ(call("PUT", path + "/1.json", R"({"comment":"late"})").status, 400);
  EXPECT_EQ(call("PUT", items, "[]").status, 400);
  EXPECT_EQ(call("GET", "warehouses/5/warehousebatches/1.json").status, 404);
  EXPECT_EQ(call("GET", path + "/9.json").status, 404);
  sitoo_.account.stock_settings().one_open_batch = false;
  EXPECT_EQ(call("POST", path + ".json", R"({"transactiontype":20})").body, "3");
}

TEST_F(SitooRestStock, AnExternalSystemSetsVirtualLevels) {
  const std::string path = "warehouses/2/warehouseitems.json";
  EXPECT_EQ(entries("PUT", path,
                    R"([{"sku":"NEW-1","decimaltotal":"7.500","moneytotal":"80.00"},
                        {"sku":"NEW-1","decimaltotal":7},{"sku":"NEW-1","decimaltotal":"much"},
                        {"sku":"NEW-1","binlocation":"B7","decimalthreshold":"2.000"}])"),
            "200 400 400 200 ");
  const json::Object item = get(path + "?sku=NEW-1").at("items").as_array()[0].as_object();
  EXPECT_EQ(item.at("decimaltotal"), "7.500");
  EXPECT_EQ(item.at("moneytotal"), "80.00");
  EXPECT_EQ(item.at("binlocation"), "B7");
  EXPECT_EQ(item.at("decimalthreshold"), "2.000");
  EXPECT_EQ(entries("PUT", "warehouses/1/warehouseitems.json",
                    R"([{"sku":"TEE-WHT-M","moneytotal":"80.00"}])"),
            "400 ");
  EXPECT_EQ(get("warehousetransactions.json").at("totalcount"), 0);
}

TEST_F(SitooRestStock, APageOfABigAccountCostsWhatItHolds) {
  AccountSettings settings;
  settings.masterdata = {4, 20'000, 1, 1500};
  const tillbridge::SystemClock clock;
  Account account(clock, settings);
  RestApi rest(loop_, clock, account, dice_, RestSettings{});
  WarehouseWork work(account);
  const auto& products = account.masterdata().products;
  for (std::size_t i = 0; i < 20'000; ++i) {
    ASSERT_TRUE(work.receive(3, {{products[i].sku, 1'000}}));
  }
  const auto ask = [&](const std::string& path, const std::string& query) {
    Request made;
    made.method = "GET";
    made.path = "/v2/accounts/1500/sites/1/" + path;
    made.query = query;
    const Reply reply = rest.answer(made);
    EXPECT_EQ(reply.status, 200);
    return reply.body.size();
  };
  const tillbridge::Tick began = clock.tick();
  for (int i = 0; i < 1'000; ++i) {
    ask("warehouses/3/warehouseitems.json", "start=15000&num=10");
    ask("warehouses/3/warehouseitems.json", "sku=" + products[77].sku + "," + products[1].sku);
    ask("warehousetransactions.json",
        "warehousetransactionidfrom=19000&num=10&sort=warehousetransactionid");
  }
  // Serialising all of it each time would take minutes; a release build takes some 20 ms.
  EXPECT_LT(clock.tick() - began, std::chrono::seconds{3});
  EXPECT_LT(ask("warehouses/3/warehouseitems.json", "num=100000"), 1'000U * 400);
}

}  // namespace
}  // namespace sandbox::sitoo
