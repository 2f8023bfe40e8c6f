#include "connectors/sitoo/stock_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::connectors::sitoo {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

json::Value value(std::string_view text) {
  return json::parse(text).value();
}

TEST(StockMapping, WarehousesAndTheirStores) {
  StoreCodes codes;
  for (const char* store :
       {R"({"storeid":4,"externalid":"STO-01"})", R"({"storeid":5,"externalid":null})",
        R"({"storeid":6,"externalid":1206})", R"({"externalid":"X"})", "7", "null"})
    add_store(codes, value(store));
  EXPECT_THAT(codes, ElementsAre(Pair("4", "STO-01"), Pair("6", "1206")));

  const struct {
    const char* wire;
    const char* id;
    const char* code;
    const char* store;
    bool sellable;
    bool has_movements;
  } cases[] = {
      {R"({"warehouseid":7,"warehousetype":10,"storeid":4,"sellable":true,"externalid":"W"})", "7",
       "W", "STO-01", true, true},
      {R"({"warehouseid":8,"warehousetype":20,"storeid":5,"sellable":true})", "8", "", "", true,
       false},
      {R"({"warehouseid":"9","warehousetype":"20","storeid":"4"})", "9", "", "STO-01", false,
       false},
      {R"({"warehouseid":10,"warehousetype":null,"storeid":0,"sellable":false})", "10", "", "",
       false, true},
  };
  for (const auto& c : cases) {
    const auto warehouse = to_warehouse(value(c.wire), codes);
    ASSERT_TRUE(warehouse) << c.wire;
    EXPECT_EQ(warehouse->id, c.id) << c.wire;
    EXPECT_EQ(warehouse->code, c.code) << c.wire;
    EXPECT_EQ(warehouse->store, c.store) << c.wire;
    EXPECT_EQ(warehouse->sellable, c.sellable) << c.wire;
    EXPECT_EQ(warehouse->has_movements, c.has_movements) << c.wire;
  }
  for (const char* nothing : {"{}", "7", "[]", R"({"warehouseid":null})"})
    EXPECT_FALSE(to_warehouse(value(nothing), codes)) << nothing;
}

TEST(StockMapping, Levels) {
  const struct {
    const char* wire;
    const char* total;
    const char* reserved;
    const char* available;
  } cases[] = {
      {R"({"sku":"A","decimaltotal":"9.000","decimalreserved":"2.000","decimalavailable":"7.000"})",
       "9", "2", "7"},
      {R"({"sku":"A","decimaltotal":"9.000","decimalreserved":"2.500"})", "9", "2.5", "6.5"},
      {R"({"sku":"A","decimaltotal":"-1.000","decimalreserved":null,"decimalavailable":""})", "-1",
       "0", "-1"},
      // Sitoo's own word counts, whatever the difference says.
      {R"({"sku":"A","decimaltotal":"9","decimalreserved":"2","decimalavailable":"5"})", "9", "2",
       "5"},
      {R"({"sku":"A","decimaltotal":9,"decimalreserved":0.1,"decimalavailable":8.9})", "9", "0.1",
       "8.9"},
      {R"({"sku":"A","decimaltotal":"0.001"})", "0.001", "0", "0.001"},
  };
  for (const auto& c : cases) {
    const auto level = to_level(value(c.wire), "7");
    ASSERT_TRUE(level) << c.wire << level.error().what;
    EXPECT_EQ(level->warehouse, "7");
    EXPECT_EQ(level->sku, "A");
    EXPECT_EQ(level->total.to_text(), c.total) << c.wire;
    EXPECT_EQ(level->reserved.to_text(), c.reserved) << c.wire;
    EXPECT_EQ(level->available.to_text(), c.available) << c.wire;
    EXPECT_EQ(level->moved_at, std::nullopt);
  }
  const auto numbered =
      to_level(value(R"({"sku":4711,"decimaltotal":"1","datelastmodified":1718200350})"), "7");
  ASSERT_TRUE(numbered);
  EXPECT_EQ(numbered->sku, "4711");
  EXPECT_EQ(numbered->moved_at, from_unix_seconds(1'718'200'350));
}

TEST(StockMapping, LevelsThatCannotBeUnderstoodSayWhy) {
  const struct {
    const char* wire;
    const char* why;
  } cases[] = {
      {"7", "an item without sku"},
      {R"({"decimaltotal":"1"})", "an item without sku"},
      {R"({"sku":"","decimaltotal":"1"})", "an item without sku"},
      {R"({"sku":"X"})", "SKU X: decimaltotal is missing"},
      {R"({"sku":"X","decimaltotal":"many"})", "SKU X: decimaltotal is not a number"},
      {R"({"sku":"X","decimaltotal":[1]})", "SKU X: decimaltotal is not a number"},
      {R"({"sku":"X","decimaltotal":1e300})", "SKU X: decimaltotal is out of range"},
      {R"({"sku":"X","decimaltotal":"1","decimalreserved":"x"})",
       "SKU X: decimalreserved is not a number"},
      {R"({"sku":"X","decimaltotal":"1","decimalavailable":true})",
       "SKU X: decimalavailable is not a number"},
      {R"({"sku":"X","decimaltotal":"9223372036854775807","decimalreserved":"-1"})",
       "SKU X: decimaltotal is out of range"},
  };
  for (const auto& c : cases) {
    const auto level = to_level(value(c.wire), "7");
    ASSERT_FALSE(level) << c.wire;
    EXPECT_EQ(level.error().what, c.why);
  }
  const auto overlong = to_level(value(R"({"sku":")" + std::string(101, 'x') + R"("})"), "7");
  EXPECT_EQ(overlong.error().what, "a SKU of 101 bytes: decimaltotal is missing");
}

std::vector<model::StockMovement> movements_of(std::string_view wire,
                                               std::vector<std::string>& unreadable) {
  std::vector<model::StockMovement> movements;
  add_movements(movements, unreadable, value(wire));
  return movements;
}

TEST(StockMapping, MovementsOfATransactionInItsOrder) {
  std::vector<std::string> unreadable;
  const auto movements = movements_of(
      R"({"warehousetransactionid":81,"warehouseid":3,"datecreated":1718200350,
          "transactiontype":30,"items":[
          {"sku":"B","decimalquantity":"-5.000","decimaltotal":"4.000"},
          {"sku":"A","decimalquantity":"0.250","decimaltotal":"-0.250"},
          {"sku":"B","decimalquantity":1,"decimaltotal":5}]})",
      unreadable);
  EXPECT_THAT(unreadable, IsEmpty());
  ASSERT_THAT(movements, SizeIs(3));
  EXPECT_EQ(movements[0].id, 81);
  EXPECT_EQ(movements[0].warehouse, "3");
  EXPECT_EQ(movements[0].sku, "B");
  EXPECT_EQ(movements[0].kind, model::MovementKind::sale);
  EXPECT_EQ(movements[0].quantity, Decimal::of(-5));
  EXPECT_EQ(movements[0].total_after, Decimal::of(4));
  EXPECT_EQ(movements[0].at, from_unix_seconds(1'718'200'350));
  EXPECT_EQ(movements[1].sku, "A");
  EXPECT_EQ(movements[1].total_after.to_text(), "-0.25");
  EXPECT_EQ(movements[2].sku, "B");
  EXPECT_EQ(movements[2].total_after, Decimal::of(5));
}

TEST(StockMapping, TransactionTypes) {
  using Kind = model::MovementKind;
  const std::pair<const char*, Kind> cases[] = {
      {"10", Kind::inbound}, {"20", Kind::outbound}, {"30", Kind::sale},   {"40", Kind::refund},
      {"50", Kind::count},   {"60", Kind::other},    {"null", Kind::other}};
  for (const auto& [type, kind] : cases) {
    std::vector<std::string> unreadable;
    const auto movements = movements_of(
        std::string(R"({"warehousetransactionid":1,"warehouseid":3,"datecreated":1,)") +
            R"("items":[{"sku":"B","decimalquantity":"1","decimaltotal":"1"}],"transactiontype":)" +
            type + "}",
        unreadable);
    ASSERT_THAT(movements, SizeIs(1)) << type;
    EXPECT_EQ(movements[0].kind, kind) << type;
  }
}

TEST(StockMapping, MovementsThatCannotBeUnderstoodSpoilNoOther) {
  std::vector<std::string> unreadable;
  for (const char* wire :
       {"7", R"({"warehousetransactionid":-4})", R"({"warehousetransactionid":5})",
        R"({"warehousetransactionid":5,"warehouseid":3})",
        R"({"warehousetransactionid":5,"warehouseid":3,"datecreated":1})"})
    EXPECT_THAT(movements_of(wire, unreadable), IsEmpty());
  const auto movements = movements_of(
      R"({"warehousetransactionid":6,"warehouseid":3,"datecreated":1,"items":[
          null, {"sku":"X","decimaltotal":"1"}, {"sku":"X","decimalquantity":"1"},
          {"sku":"Y","decimalquantity":"1","decimaltotal":"2"}]})",
      unreadable);
  ASSERT_THAT(movements, SizeIs(1));
  EXPECT_EQ(movements[0].sku, "Y");
  EXPECT_THAT(unreadable,
              ElementsAre("a transaction without warehousetransactionid",
                          "a transaction without warehousetransactionid",
                          "transaction 5: warehouseid is missing",
                          "transaction 5: datecreated is not a time in Unix seconds",
                          "transaction 5: items is missing", "transaction 6, a row without sku",
                          "transaction 6, SKU X: decimalquantity is missing",
                          "transaction 6, SKU X: decimaltotal is missing"));
  for (int i = 0; i < 40; ++i) (void)movements_of("7", unreadable);
  EXPECT_EQ(unreadable.size(), unreadable_max);
}

}  // namespace
}  // namespace tillbridge::connectors::sitoo
