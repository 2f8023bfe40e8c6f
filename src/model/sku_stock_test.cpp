// Which observation is newer, rule by rule; the record's payload.
#include "model/sku_stock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::model {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t noon_s = 1'767'268'800;

Instant at(std::int64_t second) {
  return from_unix_seconds(noon_s + second);
}
Decimal decimal(std::string_view text) {
  return Decimal::parse(text).value();
}

StockLevel level(std::string_view total, std::string_view reserved = "0",
                 std::optional<Instant> moved_at = std::nullopt) {
  const Decimal all = decimal(total);
  const Decimal held = decimal(reserved);
  return {"7", "A-1", all, held, add(all, -held).value(), moved_at};
}
StockMovement movement(std::int64_t id, std::string_view total_after, std::int64_t second) {
  StockMovement one;
  one.id = id;
  one.warehouse = "7";
  one.sku = "A-1";
  one.total_after = decimal(total_after);
  one.at = at(second);
  return one;
}

// Read at second 100 as mark 10, when all movements below 50 were known.
SkuStock read_once(std::string_view total = "8", std::string_view reserved = "0") {
  SkuStock stock;
  stock.sku = "A-1";
  EXPECT_EQ(stock.observe(level(total, reserved, at(40)), {10, 50, at(100), 0}), Observed::changed);
  return stock;
}
const WarehouseStock& in_7(const SkuStock& stock) {
  return stock.warehouses.at("7");
}

TEST(SkuStockMovement, NothingIsKnownOfItsWarehouse) {
  SkuStock stock = read_once();
  StockMovement elsewhere = movement(60, "3", 200);
  elsewhere.warehouse = "8";
  EXPECT_EQ(stock.observe(elsewhere), Observed::read_again);
  EXPECT_EQ(stock.find("8"), nullptr);
  EXPECT_EQ(stock.find("70"), nullptr);
  EXPECT_NE(stock.find("7"), nullptr);
}

TEST(SkuStockMovement, ItIsTakenInAfterTheRead) {
  SkuStock stock = read_once();
  EXPECT_EQ(stock.observe(movement(50, "-2.125", 101)), Observed::changed);
  EXPECT_EQ(in_7(stock).total, decimal("-2.125"));
  EXPECT_EQ(in_7(stock).available, decimal("-2.125"));
  EXPECT_TRUE(in_7(stock).reserved.is_zero());
  EXPECT_EQ(in_7(stock).movement, 50);
  EXPECT_EQ(in_7(stock).changed_at, at(101));
  EXPECT_EQ(in_7(stock).read_mark, 10U);
  EXPECT_EQ(in_7(stock).read_cursor, 50);
  EXPECT_EQ(in_7(stock).read_at, at(100));
}

TEST(SkuStockMovement, TheSameLevelIsNoChange) {
  SkuStock stock = read_once("8");
  EXPECT_EQ(stock.observe(movement(51, "8", 130)), Observed::same);
  EXPECT_EQ(in_7(stock).movement, 51) << "and is remembered";
  EXPECT_EQ(in_7(stock).changed_at, at(40));
}

TEST(SkuStockMovement, WhichIsNewer) {
  const struct {
    const char* says;
    std::int64_t id, second;
    const char* reserved;
    Observed expected;
  } cases[] = {
      {"below the cursor, made before the answer", 49, 100, "0", Observed::older},
      {"below the cursor, made after the answer", 49, 101, "0", Observed::read_again},
      {"from the cursor, in the second of the answer", 50, 100, "0", Observed::read_again},
      {"from the cursor, before the answer", 50, 60, "0", Observed::read_again},
      {"from the cursor, after the answer", 50, 101, "0", Observed::changed},
      {"something is reserved", 50, 101, "1", Observed::read_again},
      {"something is given back that was not there", 50, 101, "-1", Observed::read_again},
      {"a part of a piece is reserved", 50, 101, "0.001", Observed::read_again},
      {"older than the read, with a reservation", 49, 100, "1", Observed::older},
  };
  for (const auto& one : cases) {
    SkuStock stock = read_once("8", one.reserved);
    const std::string before = stock.document();
    EXPECT_EQ(stock.observe(movement(one.id, "5", one.second)), one.expected) << one.says;
    if (one.expected == Observed::changed)
      EXPECT_EQ(in_7(stock).total, decimal("5")) << one.says;
    else
      EXPECT_EQ(stock.document(), before) << one.says;
  }
}

TEST(SkuStockMovement, TheyAreOrderedByTheirIdNotByTheirTime) {
  SkuStock stock = read_once();
  ASSERT_EQ(stock.observe(movement(60, "5", 200)), Observed::changed);
  const std::string before = stock.document();
  EXPECT_EQ(stock.observe(movement(60, "4", 300)), Observed::older) << "the same once more";
  EXPECT_EQ(stock.observe(movement(59, "4", 300)), Observed::older);
  EXPECT_EQ(stock.document(), before);
  EXPECT_EQ(stock.observe(movement(61, "4", 200)), Observed::changed) << "in the same second";
  EXPECT_EQ(stock.observe(movement(70, "3", 199)), Observed::changed) << "a clock that went back";
  EXPECT_EQ(in_7(stock).total, decimal("3"));
}

TEST(SkuStockRead, TheFirstOneIsAChangeWhateverItSays) {
  SkuStock stock;
  EXPECT_EQ(stock.observe(level("0"), {1, 0, at(9), 0}), Observed::changed);
  EXPECT_EQ(in_7(stock).changed_at, at(9)) << "no movement is known: the answer's time";
  EXPECT_EQ(in_7(read_once()).changed_at, at(40)) << "the last movement's";
  SkuStock reserved = read_once("8.5", "10");
  EXPECT_EQ(in_7(reserved).total, decimal("8.5"));
  EXPECT_EQ(in_7(reserved).reserved, decimal("10"));
  EXPECT_EQ(in_7(reserved).available, decimal("-1.5"));
}

TEST(SkuStockRead, AnotherWarehouseIsAnotherLevel) {
  SkuStock stock = read_once();
  StockLevel elsewhere = level("3");
  elsewhere.warehouse = "8";
  EXPECT_EQ(stock.observe(elsewhere, {1, 1, at(5), 0}), Observed::changed) << "its own first read";
  EXPECT_EQ(in_7(stock).total, decimal("8"));
  EXPECT_EQ(stock.find("8")->total, decimal("3"));
}

TEST(SkuStockRead, TheOneAskedLaterIsNewer) {
  SkuStock stock = read_once();
  const std::string before = stock.document();
  EXPECT_EQ(stock.observe(level("5"), {9, 60, at(300), 0}), Observed::older);
  EXPECT_EQ(stock.document(), before);
  EXPECT_EQ(stock.observe(level("5"), {11, 50, at(100), 0}), Observed::changed);
  EXPECT_EQ(in_7(stock).total, decimal("5"));
  EXPECT_EQ(in_7(stock).read_mark, 11U);
}

TEST(SkuStockRead, TwoThatWereOnTheirWayAtOnce) {
  // The first one known was asked as mark 10, and its answer was here at mark 20.
  const auto known = [] {
    SkuStock stock;
    stock.observe(level("8", "1"), {10, 50, at(100), 20});
    return stock;
  };
  const struct {
    const char* says;
    std::uint64_t mark;
    const char* total;
    const char* reserved;
    Observed expected;
  } cases[] = {
      {"asked before", 9, "5", "1", Observed::older},
      {"asked meanwhile: the source may have looked before", 11, "5", "1", Observed::read_again},
      {"asked meanwhile, another reservation", 19, "8", "0", Observed::read_again},
      {"asked meanwhile, nothing new", 19, "8", "1", Observed::older},
      {"asked when the answer was here", 21, "5", "1", Observed::changed},
  };
  for (const auto& one : cases) {
    SkuStock stock = known();
    const ReadMoment moment{one.mark, 60, at(200), one.mark + 5};
    EXPECT_EQ(stock.observe(level(one.total, one.reserved), moment), one.expected) << one.says;
    EXPECT_EQ(stock.document() != known().document(), one.expected == Observed::changed)
        << one.says;
  }
}

TEST(SkuStockRead, MovementsThatWereTakenInWhileItWasOnItsWay) {
  const struct {
    const char* says;
    std::int64_t cursor, answered;
    Observed expected;
  } cases[] = {
      {"known when it was asked", 61, 150, Observed::changed},
      {"made after the answer", 60, 199, Observed::older},
      {"made in the second of the answer", 60, 200, Observed::read_again},
      {"made before the answer", 55, 300, Observed::read_again},
  };
  for (const auto& one : cases) {
    SkuStock stock = read_once();
    ASSERT_EQ(stock.observe(movement(60, "5", 200)), Observed::changed);
    const std::string before = stock.document();
    EXPECT_EQ(stock.observe(level("4"), {11, one.cursor, at(one.answered), 0}), one.expected)
        << one.says;
    EXPECT_EQ(stock.document() != before, one.expected == Observed::changed) << one.says;
  }
}

TEST(SkuStockRead, AReservationChangesWhatIsAvailableAndNotWhen) {
  SkuStock stock = read_once("8");
  EXPECT_EQ(stock.observe(level("8", "2", at(40)), {11, 50, at(120), 0}), Observed::changed);
  EXPECT_EQ(in_7(stock).available, decimal("6"));
  EXPECT_EQ(in_7(stock).changed_at, at(40));
  EXPECT_EQ(stock.observe(level("9", "3", at(130)), {12, 60, at(140), 0}), Observed::same);
  EXPECT_EQ(in_7(stock).reserved, decimal("3")) << "taken in";
  EXPECT_EQ(in_7(stock).read_at, at(140));
  EXPECT_EQ(in_7(stock).changed_at, at(40));
  EXPECT_EQ(stock.observe(level("9", "0"), {13, 60, at(150), 0}), Observed::changed);
  EXPECT_EQ(in_7(stock).changed_at, at(150)) << "a level without a movement's time";
  EXPECT_EQ(stock.observe(level("7", "0", at(130)), {14, 60, at(160), 0}), Observed::changed);
  EXPECT_EQ(in_7(stock).changed_at, at(150)) << "it never goes back";
}

TEST(SkuStockDocument, ItKeepsEverything) {
  SkuStock stock = read_once("8.5", "2.25");
  StockLevel elsewhere = level("-3");
  elsewhere.warehouse = "8";
  stock.observe(elsewhere, {11, 60, at(110), 12});
  stock.observe([] {
    StockMovement one = movement(99, "1000000", 300);
    one.warehouse = "8";
    return one;
  }());
  stock.speed.sold(decimal("3"), at(200));
  const auto back = SkuStock::parse(stock.document());
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(back->document(), stock.document());
  EXPECT_EQ(back->sku, "A-1");
  ASSERT_EQ(back->warehouses.size(), 2U);
  for (const auto& [id, expected] : stock.warehouses) {
    const WarehouseStock& got = *back->find(id);
    EXPECT_EQ(got.total, expected.total);
    EXPECT_EQ(got.reserved, expected.reserved);
    EXPECT_EQ(got.available, expected.available);
    EXPECT_EQ(got.changed_at, expected.changed_at);
    EXPECT_EQ(got.movement, expected.movement);
    EXPECT_EQ(got.read_mark, expected.read_mark);
    EXPECT_EQ(got.read_done, expected.read_done);
    EXPECT_EQ(got.read_cursor, expected.read_cursor);
    EXPECT_EQ(got.read_at, expected.read_at);
  }
  EXPECT_EQ(back->speed.last_sold_at(), at(200));
  EXPECT_NEAR(back->speed.units_per_day(at(200)), stock.speed.units_per_day(at(200)), 1e-4);
}

TEST(SkuStockDocument, TheSameContentIsTheSameText) {
  const auto make = [](const std::vector<std::string>& order) {
    SkuStock stock;
    stock.sku = "A-1";
    for (const std::string& warehouse : order) {
      StockLevel one = level("2.50");
      one.warehouse = warehouse;
      stock.observe(one, {3, 4, at(5), 0});
    }
    return stock.document();
  };
  EXPECT_EQ(make({"7", "8", "10"}), make({"10", "7", "8"}));
  EXPECT_EQ(make({"7"}), R"({"sku":"A-1","warehouses":{"7":{"total":"2.5","available":"2.5",)"
                         R"("changed_at":1767268805,"movement":0,"read_mark":3,"read_cursor":4,)"
                         R"("read_at":1767268805}}})");
  EXPECT_THAT(make({}), Not(HasSubstr("units_per_day"))) << "never sold";
}

TEST(SkuStockDocument, WhatCannotBeRead) {
  for (const char* text :
       {"", "{", "[]", "7", "{}", R"({"sku":"A"})", R"({"warehouses":{}})",
        R"({"sku":"","warehouses":{}})", R"({"sku":7,"warehouses":{}})",
        R"({"sku":"A","warehouses":[]})", R"({"sku":"A","warehouses":{"7":null}})",
        R"({"sku":"A","warehouses":{"7":[1]}})", R"({"sku":"A","warehouses":{"7":{"total":"x"}}})",
        R"({"sku":"A","warehouses":{"7":{"total":"1","reserved":"1,5"}}})",
        R"({"sku":"A","warehouses":{"7":{"total":"1","available":"1e3"}}})"})
    EXPECT_FALSE(SkuStock::parse(text)) << text;
  EXPECT_TRUE(SkuStock::parse(R"({"sku":"A","warehouses":{}})"));
}

}  // namespace
}  // namespace tillbridge::model
