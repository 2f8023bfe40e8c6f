// Which warehouse counts where.
#include "flows/stock_places.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::flows {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

model::Warehouse warehouse(const std::string& id, const std::string& code, const std::string& store,
                           bool sellable = true) {
  return {id, code, "Warehouse " + id, store, sellable, true};
}
std::string place(const StockPlaces& places, std::string_view warehouse) {
  const std::string* found = places.place_of(warehouse);
  return found == nullptr ? "nowhere" : *found;
}
std::vector<std::string> unmapped(const StockPlaces& places) {
  std::vector<std::string> ids;
  for (const model::Warehouse& one : places.unmapped()) ids.push_back(one.id);
  return ids;
}

TEST(StockPlaces, NothingIsAnywhere) {
  const StockPlaces none;
  EXPECT_EQ(place(none, "1"), "nowhere");
  EXPECT_THAT(none.warehouses_of("STO-01"), IsEmpty());
  EXPECT_FALSE(none.publishes("STO-01", "bloomreach"));
  EXPECT_THAT(none.places(), IsEmpty());
}

TEST(StockPlaces, OnesThatAreNotListedCountForTheirStore) {
  const StockPlaces places(
      {warehouse("1", "WH-1", "STO-01"), warehouse("2", "", "STO-01"),
       warehouse("3", "WH-3", "STO-02"), warehouse("4", "WH-4", "STO-02", false),
       warehouse("5", "WH-5", ""), warehouse("6", "", "", false)},
      {});
  EXPECT_THAT(places.places(),
              ElementsAre(Pair("STO-01", ElementsAre("1", "2")), Pair("STO-02", ElementsAre("3"))));
  EXPECT_EQ(place(places, "2"), "STO-01");
  EXPECT_EQ(place(places, "4"), "nowhere") << "not sellable: Sitoo's own word, no case";
  EXPECT_EQ(place(places, "5"), "nowhere");
  EXPECT_THAT(unmapped(places), ElementsAre("5"));
  EXPECT_THAT(places.unknown(), IsEmpty());
  EXPECT_THAT(places.warehouses_of("STO-02"), ElementsAre("3"));
  EXPECT_THAT(places.warehouses_of("WH-1"), IsEmpty()) << "a warehouse is no place";
}

TEST(StockPlaces, OnesThatAreNotListedAreACaseInstead) {
  StockPlaceSettings settings;
  settings.unlisted_by_store = false;
  settings.places = {{"STO-01", {"WH-1"}, {}}};
  const StockPlaces places(
      {warehouse("1", "WH-1", "STO-01"), warehouse("2", "WH-2", "STO-01"),
       warehouse("3", "WH-3", "STO-03"), warehouse("4", "WH-4", "STO-04", false)},
      settings);
  EXPECT_THAT(places.places(), ElementsAre(Pair("STO-01", ElementsAre("1"))));
  EXPECT_THAT(unmapped(places), ElementsAre("2", "3"));
}

TEST(StockPlaces, AListedOneCountsWhereItIsListed) {
  StockPlaceSettings settings;
  settings.places = {{"CENTRAL", {"WH-2", "3"}, {}}, {"STO-09", {"WH-4"}, {}}};
  const StockPlaces places(
      {warehouse("1", "WH-1", "STO-01"), warehouse("2", "WH-2", "STO-01"), warehouse("3", "", ""),
       warehouse("4", "WH-4", "", false), warehouse("5", "WH-5", "STO-09")},
      settings);
  EXPECT_EQ(place(places, "1"), "STO-01");
  EXPECT_EQ(place(places, "2"), "CENTRAL") << "not its store's";
  EXPECT_EQ(place(places, "3"), "CENTRAL") << "by number";
  EXPECT_EQ(place(places, "4"), "STO-09") << "listed, though not sellable";
  EXPECT_THAT(places.warehouses_of("STO-09"), ElementsAre("4", "5"))
      << "a place of the settings and a store of the same code are one";
  EXPECT_THAT(places.unmapped(), IsEmpty());
}

TEST(StockPlaces, AWarehouseCountsOnce) {
  StockPlaceSettings settings;
  settings.places = {{"A", {"WH-1", "1"}, {}}, {"B", {"1", "WH-2"}, {}}};
  const StockPlaces places({warehouse("1", "WH-1", "C"), warehouse("2", "WH-2", "C")}, settings);
  EXPECT_THAT(places.places(),
              ElementsAre(Pair("A", ElementsAre("1")), Pair("B", ElementsAre("2"))));
}

TEST(StockPlaces, WhatTheSourceDoesNotHave) {
  StockPlaceSettings settings;
  settings.places = {{"STO-09", {"WH-77", "WH-1"}, {}}, {"STO-10", {"wh-1"}, {}}};
  const StockPlaces places({warehouse("1", "WH-1", "")}, settings);
  EXPECT_THAT(places.unknown(),
              ElementsAre("place STO-09: warehouse WH-77", "place STO-10: warehouse wh-1"));
  EXPECT_EQ(place(places, "1"), "STO-09");
  EXPECT_THAT(places.warehouses_of("STO-10"), IsEmpty());
  EXPECT_FALSE(places.publishes("STO-10", "bloomreach")) << "it has nothing to publish";
}

TEST(StockPlaces, WhereAPlaceIsPublished) {
  StockPlaceSettings settings;
  settings.places = {{"ALL", {"1"}, {}}, {"SHOP", {"2"}, {"bigcommerce", "bloomreach"}}};
  const StockPlaces places(
      {warehouse("1", "", ""), warehouse("2", "", ""), warehouse("3", "", "STO-01")}, settings);
  const struct {
    const char* place;
    const char* channel;
    bool expected;
  } cases[] = {
      {"ALL", "bloomreach", true},    {"ALL", "anything", true},       {"SHOP", "bloomreach", true},
      {"SHOP", "bigcommerce", true},  {"SHOP", "klaviyo", false},      {"SHOP", "", false},
      {"STO-01", "bloomreach", true}, {"STO-02", "bloomreach", false},
  };
  for (const auto& one : cases)
    EXPECT_EQ(places.publishes(one.place, one.channel), one.expected)
        << one.place << " to " << one.channel;
}

}  // namespace
}  // namespace tillbridge::flows
