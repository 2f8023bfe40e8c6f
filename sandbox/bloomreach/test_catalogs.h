#pragma once
// A project with the catalog of inventory, writes applied at once unless a test says otherwise.

#include <string>

#include "bloomreach/test_project.h"

namespace sandbox::bloomreach::test {

class CatalogTest : public ProjectTest {
 protected:
  void SetUp() override {
    change(R"({"catalog_delay_ms":0})");
    simulator.tell_stock_to(&stock);
    id = made("store_inventory",
              R"([{"name":"store_id","searchable":true},{"name":"sku","searchable":true},
                  {"name":"quantity","type":"number"},{"name":"updated_at","type":"datetime"},
                  {"name":"active","type":"boolean"},{"name":"tags","type":"list"}])");
  }
  Reply call(const std::string& method, const std::string& call, const std::string& body = "",
             const std::string& query = "") {
    auto made = request(method, path("data", "/catalogs" + call), body);
    made.query = query;
    return send(std::move(made));
  }
  std::string made(const std::string& name, const std::string& fields) {
    const Reply reply = call("POST", "", R"({"name":")" + name + R"(","fields":)" + fields + "}");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return parsed(reply).at("id").as_string().c_str();
  }
  Reply items(const std::string& method, const std::string& rest, const std::string& body = "",
              const std::string& query = "") {
    return call(method, "/" + id + "/items" + rest, body, query);
  }
  Reply partial(const std::string& rows, const std::string& query = "") {
    return items("POST", "/partial-update", rows, query);
  }
  boost::json::value listed(const std::string& query) {
    const Reply reply = items("GET", "", "", query);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return parsed(reply);
  }
  std::string ids_of(const std::string& query) {
    std::string ids;
    const auto answer = listed(query);
    for (const auto& row : answer.at("data").as_array())
      ids += std::string(ids.empty() ? "" : " ") + row.at("item_id").as_string().c_str();
    return ids;
  }
  // "null" when there is none.
  std::string row(const std::string& item_id) {
    const Reply reply = items("GET", "/" + item_id);
    if (reply.status == 404) return "null";
    return tillbridge::json::to_text(parsed(reply).at("data").at("properties"));
  }

  StockLedger stock{StockExpectations{}};
  std::string id;
};

}  // namespace sandbox::bloomreach::test
