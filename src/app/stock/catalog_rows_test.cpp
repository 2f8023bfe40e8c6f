// The bytes of a catalog's row, and what a row that was read is about.
#include "app/stock/catalog_rows.h"

#include <gtest/gtest.h>

namespace tillbridge::app {
namespace {

using connectors::bloomreach::CatalogRow;
using flows::StockToBloomreachSettings;

const Instant noon = from_unix_seconds(1'767'268'800);

flows::PublishedLevel level(const std::string& place, const std::string& sku,
                            std::string_view quantity) {
  return {place, sku, Decimal::parse(quantity).value(), noon};
}
json::Object object(std::string_view text) {
  return json::parse(text).value().as_object();
}
std::string shown(const std::optional<RowOf>& row) {
  return row ? row->place + "|" + row->sku : "none of ours";
}
std::string about(const std::string& item_id, std::string_view properties = "{}") {
  return shown(inventory_row_of(CatalogRow{item_id, object(properties)}, {}));
}

TEST(CatalogRows, AStoresRow) {
  EXPECT_EQ(row_bytes(level("STO-01", "A-1", "5"), {}),
            R"({"item_id":"STO-01__A-1","properties":{"store_id":"STO-01","sku":"A-1",)"
            R"("quantity":5,"updated_at":1767268800},"upsert":true})");
  StockToBloomreachSettings names;
  names.store_column = "s";
  names.sku_column = "k";
  names.quantity_column = "q";
  names.updated_column = "u";
  EXPECT_EQ(row_bytes(level("STO-01", "A\"1", "0.5"), names),
            R"({"item_id":"STO-01__A\"1","properties":{"s":"STO-01","k":"A\"1","q":0.5,)"
            R"("u":1767268800},"upsert":true})");
}

TEST(CatalogRows, ASumsRow) {
  StockToBloomreachSettings names;
  EXPECT_EQ(row_bytes(level("", "A-1", "5"), names),
            R"({"item_id":"A-1","properties":{"stock_level":5}})")
      << "no upsert: an unknown SKU stays unknown";
  names.active_from_stock = true;
  names.sum_column = "n";
  names.active_column = "on";
  EXPECT_EQ(row_bytes(level("", "A-1", "0.25"), names),
            R"({"item_id":"A-1","properties":{"n":0.25,"on":true}})");
  EXPECT_EQ(row_bytes(level("", "A-1", "0"), names),
            R"({"item_id":"A-1","properties":{"n":0,"on":false}})");
}

TEST(CatalogRows, QuantitiesAreNumbersWithUpToThreeDecimals) {
  const std::pair<const char*, const char*> cases[] = {
      {"0", "0"},
      {"5", "5"},
      {"5.000", "5"},
      {"0.5", "0.5"},
      {"0.001", "0.001"},
      {"2.6254", "2.625"},
      {"2.6255", "2.626"},
      {"0.0004", "0"},
      {"99.999", "99.999"},
      {"1000000", "1000000"},
      {"123456.789", "123456.789"},
  };
  for (const auto& [quantity, written] : cases) {
    EXPECT_EQ(row_bytes(level("", "A", quantity), {}),
              R"({"item_id":"A","properties":{"stock_level":)" + std::string(written) + "}}");
  }
}

TEST(CatalogRows, Ids) {
  EXPECT_EQ(row_id("STO-01", "A-1"), "STO-01__A-1");
  EXPECT_EQ(row_id("", "A-1"), "A-1");
  EXPECT_EQ(row_id("S/1", "50%/2"), "S%2F1__50%25%2F2");
  EXPECT_EQ(row_id("", "%2F"), "%252F");
}

TEST(CatalogRows, WhatIsWrittenIsReadBack) {
  const char* texts[] = {"A-1", "a/b",  "50%", "%2F", "%25", "%",  "/",   "a b",
                         "ö",   "a__b", "__",  "_",   "7",   "%2", "%2f", "\"\\"};
  for (const std::string place : {"STO-01", "S/1", "S%", "", "A__B"}) {
    for (const std::string sku : texts) {
      const std::string bytes = row_bytes(level(place, sku, "1.5"), {});
      EXPECT_EQ(shown(row_of_part(bytes, {})), place + "|" + sku) << bytes;
      if (place.empty()) continue;
      const json::Object row = object(bytes);
      const auto id = json::text(row, "item_id");
      ASSERT_TRUE(id) << bytes;
      const json::Object& properties = *json::object(row, "properties");
      EXPECT_EQ(shown(inventory_row_of({*id, properties}, {})), place + "|" + sku) << bytes;
      const auto shows = shown_by(properties, "quantity", "updated_at");
      EXPECT_EQ(shows.quantity, Decimal::of_scaled(15, 1));
      EXPECT_EQ(shows.updated_at, noon);
    }
  }
}

TEST(CatalogRows, ARowsIdSaysWhatItsColumnsDoNot) {
  EXPECT_EQ(about("STO-01__A%2F1"), "STO-01|A/1");
  EXPECT_EQ(about("STO-01__%252F"), "STO-01|%2F");
  EXPECT_EQ(about("STO-01__a__b"), "STO-01|a__b") << "the first one is between";
  EXPECT_EQ(about("A__B__c", R"({"store_id":"A__B","sku":"c"})"), "A__B|c")
      << "columns know better";
  EXPECT_EQ(about("STO-01__A", R"({"store_id":"STO-02","sku":"A"})"), "STO-01|A")
      << "columns that somebody else wrote";
  EXPECT_EQ(about("STO-01__5", R"({"store_id":"STO-01","sku":5})"), "STO-01|5");
  StockToBloomreachSettings names;
  names.store_column = "place";
  EXPECT_EQ(shown(inventory_row_of(
                {"A__B__c", object(R"({"place":"A__B","store_id":"A","sku":"c"})")}, names)),
            "A__B|c");
}

TEST(CatalogRows, RowsThatAreNoneOfOurs) {
  for (const char* id : {"", "A-1", "_", "__", "__A-1", "STO-01__", "STO-01_A-1"})
    EXPECT_EQ(about(id), "none of ours") << id;
}

TEST(CatalogRows, PartsThatCannotBeRead) {
  for (const char* part :
       {"", "{", "7", "[]", "{}", R"({"item_id":"A"})", R"({"item_id":"A","properties":[]})",
        R"({"properties":{}})", R"({"item_id":7,"properties":{"store_id":"STO-01"}})"})
    EXPECT_EQ(shown(row_of_part(part, {})), "none of ours") << part;
  EXPECT_EQ(shown(row_of_part(R"({"item_id":"50%25","properties":{}})", {})), "|50%");
}

TEST(CatalogRows, WhatARowShows) {
  const struct {
    const char* properties;
    const char* quantity;     // "" none
    std::int64_t updated_at;  // 0 none
  } cases[] = {
      {R"({"quantity":5,"updated_at":1767268800})", "5", 1'767'268'800},
      {R"({"quantity":-5,"updated_at":1767268800.0})", "-5", 1'767'268'800},
      {R"({"quantity":0.1,"updated_at":"1767268800"})", "0.1", 1'767'268'800},
      {R"({"quantity":2.625})", "2.625", 0},
      {R"({"quantity":7.0})", "7", 0},
      {R"({"quantity":"12.5","updated_at":"yesterday"})", "12.5", 0},
      {R"({"quantity":"many","updated_at":1.5})", "", 0},
      {R"({"quantity":"","updated_at":null})", "", 0},
      {R"({"quantity":null})", "", 0},
      {R"({"quantity":true})", "", 0},
      {R"({"quantity":[5]})", "", 0},
      {R"({"quantity":1e300})", "", 0},
      {R"({"amount":5,"changed":1767268800})", "", 0},
      {"{}", "", 0},
  };
  for (const auto& one : cases) {
    const auto shows = shown_by(object(one.properties), "quantity", "updated_at");
    EXPECT_EQ(shows.quantity ? shows.quantity->to_text() : "", one.quantity) << one.properties;
    EXPECT_EQ(shows.updated_at ? to_unix_seconds(*shows.updated_at) : 0, one.updated_at)
        << one.properties;
  }
  const auto other = shown_by(object(R"({"amount":5,"changed":9})"), "amount", "changed");
  EXPECT_EQ(other.quantity, Decimal::of(5));
  EXPECT_EQ(other.updated_at, from_unix_seconds(9));
}

}  // namespace
}  // namespace tillbridge::app
