#include "connectors/sitoo/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/sitoo/contract_examples.h"

namespace tillbridge::connectors::sitoo {
namespace {

using testing::HasSubstr;

Event one(std::string_view body) {
  const std::vector<Event> events = parse_events(body);
  EXPECT_EQ(events.size(), 1U);
  return events.empty() ? Event{} : events.front();
}

TEST(ParseEvents, TheContractsExample) {
  const Event event = one(examples::events_10_2);
  EXPECT_FALSE(event.malformed) << event.problem;
  EXPECT_EQ(event.event_id, "0a4c1f6e2b7d4c0f9a51c3d7e8f90b12");
  EXPECT_EQ(event.event_type, "order");
  EXPECT_EQ(event.happened_at, from_unix_seconds(1'718'200'350));
  EXPECT_EQ(event.account_id, 1500);
  EXPECT_EQ(event.eshop_id, 1);
  EXPECT_EQ(event.subject, "order/20417");
  EXPECT_EQ(event.announces, "closed");
  EXPECT_EQ(event.order_event_type, "add");
  EXPECT_THAT(event.raw, HasSubstr("\"warehouse_id\": 7"));
  EXPECT_EQ(event.problem, "");
  EXPECT_EQ(event.warehouse, "7");
  EXPECT_FALSE(event.stock_hint);
}

TEST(ParseEvents, WarehousesOfOrders) {
  const struct {
    const char* data;
    const char* warehouse;
  } cases[] = {
      {R"({"order_id":5,"warehouse_id":7})", "7"},
      {R"({"order_id":5,"warehouse_id":"7"})", "7"},
      {R"({"order_id":5,"warehouse_id":null})", ""},
      {R"({"order_id":5})", ""},
      {R"({"order_id":5,"warehouse_id":{"a":1}})", ""},
  };
  for (const auto& c : cases) {
    for (const char* type : {"order", "booking", "order-delivery"}) {
      const Event event = one(std::string(R"([{"event_id":"e1","event_type":")") + type +
                              R"(","data":)" + c.data + "}]");
      EXPECT_FALSE(event.malformed) << c.data;
      EXPECT_EQ(event.warehouse, c.warehouse) << c.data;
      EXPECT_FALSE(event.stock_hint);
    }
  }
}

TEST(ParseEvents, AWarehouseTransactionIsAHintWhateverItHolds) {
  const struct {
    const char* data;
    const char* warehouse;
  } cases[] = {
      {R"(,"data":{"eshop_id":1,"warehouse_id":7,"warehouse_transaction_id":55})", "7"},
      {R"(,"data":{"order_id":5})", ""},
      {R"(,"data":{})", ""},
      {R"(,"data":[7])", ""},
      {R"(,"data":"x")", ""},
      {R"(,"data":null)", ""},
      {"", ""},
  };
  for (const auto& c : cases) {
    const Event event = one(
        std::string(R"([{"event_id":"e1","account_id":1500,"event_type":"warehouse-transaction")") +
        c.data + "}]");
    EXPECT_FALSE(event.malformed) << c.data << event.problem;
    EXPECT_TRUE(event.stock_hint) << c.data;
    EXPECT_EQ(event.subject, "") << c.data;
    EXPECT_EQ(event.announces, "") << c.data;
    EXPECT_EQ(event.warehouse, c.warehouse) << c.data;
  }
  const Event nameless = one(R"([{"event_type":"warehouse-transaction","data":{}}])");
  EXPECT_TRUE(nameless.malformed);
  EXPECT_FALSE(nameless.stock_hint);
}

TEST(ParseEvents, TypesThatNameAnOrder) {
  const struct {
    const char* type;
    const char* data;
    const char* subject;
    const char* announces;
    const char* order_event_type;
  } cases[] = {
      {"order", R"({"order_id":5,"order_event_type":"ready-for-pickup"})", "order/5", "",
       "ready-for-pickup"},
      {"order", R"({"order_id":"5","order_event_type":"update","order_state_changed":"cancelled"})",
       "order/5", "cancelled", "update"},
      {"order", R"({"order_id":5,"order_state_changed":"Canceled"})", "order/5", "cancelled", ""},
      {"order", R"({"order_id":5,"order_event_type":"closed"})", "order/5", "closed", "closed"},
      {"order", R"({"order_id":5,"order_state_changed":"melted","x":[]})", "order/5", "", ""},
      {"booking", R"({"order_id":6,"order_state_changed":"open"})", "order/6", "open", ""},
      {"order-delivery", R"({"order_id":7,"order_delivery_id":1,"order_state_changed":"closed"})",
       "order/7", "", ""},
      {"shipment", R"({"shipment_id":3})", "", "", ""},
      {"z-report", R"({})", "", "", ""},
      {"brand-new-type", R"({"order_id":8})", "", "", ""},
  };
  for (const auto& c : cases) {
    const Event event = one(std::string(R"([{"event_id":"e1","event_date":1,"account_id":1500,)") +
                            R"("event_type":")" + c.type + R"(","data":)" + c.data + "}]");
    EXPECT_FALSE(event.malformed) << c.type << event.problem;
    EXPECT_EQ(event.event_type, c.type);
    EXPECT_EQ(event.subject, c.subject) << c.data;
    EXPECT_EQ(event.announces, c.announces) << c.data;
    EXPECT_EQ(event.order_event_type, c.order_event_type) << c.data;
  }
}

TEST(ParseEvents, TheSameUuidIsTheSameEvent) {
  for (const char* id :
       {"0a4c1f6e2b7d4c0f9a51c3d7e8f90b12", "0a4c1f6e-2b7d-4c0f-9a51-c3d7e8f90b12",
        "0A4C1F6E-2B7D-4C0F-9A51-C3D7E8F90B12", "{0A4C1F6E-2B7D-4C0F-9A51-C3D7E8F90B12}"}) {
    EXPECT_EQ(one(std::string(R"([{"event_type":"z-report","data":{},"event_id":")") + id + "\"}]")
                  .event_id,
              "0a4c1f6e2b7d4c0f9a51c3d7e8f90b12");
  }
  EXPECT_EQ(one(R"([{"event_type":"t","data":{},"event_id":"Not-a-UUID"}])").event_id,
            "Not-a-UUID");
  EXPECT_EQ(one(R"([{"event_type":"t","data":{},"event_id":4711}])").event_id, "4711");
}

TEST(ParseEvents, OneBadElementSpoilsNoOther) {
  const std::vector<Event> events = parse_events(
      R"([ 7, null, "x", [], {}, {"event_id":"a","event_type":"order"},
          {"event_type":"order","data":{"order_id":1}}, {"event_id":"b","data":{"order_id":1}},
          {"event_id":"c","event_type":"order","data":[]},
          {"event_id":"d","event_type":"order","data":{}},
          {"event_id":"e","event_type":"order","data":{"order_id":-4}},
          {"event_id":"f","event_type":"order","data":{"order_id":9}} ])");
  ASSERT_EQ(events.size(), 12U);
  for (std::size_t i = 0; i + 1 < events.size(); ++i) {
    EXPECT_TRUE(events[i].malformed) << i;
    EXPECT_NE(events[i].problem, "") << i;
    EXPECT_NE(events[i].raw, "") << i;
    EXPECT_EQ(events[i].subject, "") << i;
  }
  EXPECT_FALSE(events.back().malformed);
  EXPECT_EQ(events.back().subject, "order/9");
  EXPECT_EQ(events.back().happened_at, std::nullopt);
}

TEST(ParseEvents, ElementsAreKeptByteForByte) {
  const std::vector<Event> events = parse_events(
      "[{ \"event_id\":\"a\", \"amount\":1.50, \"b\":\"],[\" } ,\n\t7, {\"event_id\" : \"c\"}]\n");
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[0].raw, R"({ "event_id":"a", "amount":1.50, "b":"],[" })");
  EXPECT_EQ(events[1].raw, "7");
  EXPECT_EQ(events[2].raw, R"({"event_id" : "c"})");
}

TEST(ParseEvents, BodiesThatAreNoArrayAreKeptWhole) {
  for (const std::string& body : {std::string(""), std::string("not json"), std::string("[1"),
                                  std::string("{}"), std::string("\"x\""), std::string("[] []"),
                                  std::string("\xff\xfe"), std::string(200, '[')}) {
    const Event event = one(body);
    EXPECT_TRUE(event.malformed) << body;
    EXPECT_EQ(event.raw, body);
  }
  const std::string single = R"( {"event_id":"a","event_type":"order","data":{"order_id":3}} )";
  const Event event = one(single);
  EXPECT_FALSE(event.malformed);
  EXPECT_EQ(event.subject, "order/3");
  EXPECT_EQ(event.raw, single);
  EXPECT_TRUE(parse_events("[]").empty());
}

TEST(ParseEvents, ImpossibleDatesAreUnknown) {
  for (const char* date : {"0", "-1", "\"soon\"", "null", "1718200350000", "9223372036854775807"}) {
    const Event event = one(
        std::string(R"([{"event_id":"a","event_type":"t","data":{},"event_date":)") + date + "}]");
    EXPECT_EQ(event.happened_at, std::nullopt) << date;
    EXPECT_FALSE(event.malformed);
  }
}

TEST(ParseEvents, SizeIsBounded) {
  std::string many = "[";
  for (std::size_t i = 0; i < events_per_body_max + 3; ++i)
    many += R"({"event_id":"a","event_type":"t","data":{}},)";
  many.back() = ']';
  const std::vector<Event> events = parse_events(many);
  ASSERT_EQ(events.size(), events_per_body_max + 1);
  EXPECT_FALSE(events[events_per_body_max - 1].malformed);
  EXPECT_TRUE(events.back().malformed);
  EXPECT_EQ(parse_events(events.back().raw).size(), 3U);

  const std::string large = "[\"" + std::string(6 * 1024 * 1024, 'x') + "\"]";
  const Event event = one(large);
  EXPECT_TRUE(event.malformed);
  EXPECT_EQ(event.raw.size(), large.size());
}

}  // namespace
}  // namespace tillbridge::connectors::sitoo
