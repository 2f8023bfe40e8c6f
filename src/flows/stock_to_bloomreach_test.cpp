// A SKU's stock -> rows of Bloomreach's catalogs: what is planned, with which quantity, how soon.
#include "flows/stock_to_bloomreach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::flows {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

const Instant noon = from_unix_seconds(1'767'268'800);

Decimal decimal(std::string_view text) {
  return Decimal::parse(text).value();
}

// STO-01 has warehouses 1 and 2, STO-02 has 3, WEB (not shown at Bloomreach) has 4; 5 is nobody's.
StockPlaces places() {
  StockPlaceSettings settings;
  settings.places = {{"STO-01", {"1", "2"}, {}},
                     {"STO-02", {"3"}, {"bloomreach"}},
                     {"WEB", {"4"}, {"bigcommerce"}}};
  std::vector<model::Warehouse> warehouses;
  for (const char* id : {"1", "2", "3", "4", "5"})
    warehouses.push_back({id, "", "", "", false, true});
  return {warehouses, settings};
}

using Levels = std::map<std::string, std::string>;  // warehouse -> available

// Changed at noon + as many seconds as the warehouse's number.
model::SkuStock stock_of(const Levels& levels, const std::string& sku = "A-1") {
  model::SkuStock stock;
  stock.sku = sku;
  for (const auto& [warehouse, available] : levels) {
    model::WarehouseStock& one = stock.warehouses[warehouse];
    one.total = one.available = decimal(available);
    one.changed_at = noon + seconds{std::stoi(warehouse)};
  }
  return stock;
}
std::string shown(const std::optional<PublishedLevel>& level) {
  return level ? level->quantity.to_text() : "none";
}
// "STO-01=5", "*=7"
std::vector<std::string> shown(const std::vector<StockPlan>& plans) {
  std::vector<std::string> all;
  for (const StockPlan& plan : plans) {
    all.push_back((plan.level.place.empty() ? "*" : plan.level.place) + "=" +
                  plan.level.quantity.to_text());
  }
  return all;
}

struct Asked {
  std::optional<Levels> before;
  Levels after;
  std::vector<std::string> send_again = {};
  bool sums = true;
};
std::vector<StockPlan> plan(const Asked& asked, const BufferRules& buffers = {},
                            const StockToBloomreachSettings& settings = {}) {
  const auto before = asked.before ? std::optional(stock_of(*asked.before)) : std::nullopt;
  const model::SkuStock after = stock_of(asked.after);
  StockChange change;
  change.before = before ? &*before : nullptr;
  change.after = &after;
  change.version = 3;
  change.sums = asked.sums;
  change.send_again = asked.send_again;
  change.now = noon;
  return plan_stock_for_bloomreach(change, places(), buffers, settings);
}
BufferRules buffer_of(std::string_view units) {
  BufferRule rule;
  rule.channels = {"bloomreach"};
  rule.units = decimal(units);
  BufferRules rules;
  rules.rules = {rule};
  return rules;
}

TEST(StockPublished, APlaceIsTheSumOfItsWarehouses) {
  const struct {
    Levels levels;
    const char* expected;  // of STO-01
  } cases[] = {
      {{{"1", "2"}, {"2", "3"}}, "5"},
      {{{"2", "3"}}, "3"},
      {{{"1", "0"}}, "0"},
      {{{"3", "9"}}, "none"},
      {{}, "none"},
      {{{"1", "-2"}, {"2", "3"}}, "1"},
      {{{"1", "-4"}, {"2", "3"}}, "0"},
      {{{"1", "-4"}}, "0"},
      {{{"1", "0.125"}, {"2", "2.5"}}, "2.625"},
      {{{"1", "1"}, {"3", "5"}, {"5", "7"}}, "1"},
  };
  for (const auto& one : cases) {
    const auto level = published_at(stock_of(one.levels), "STO-01", places(), {}, "bloomreach");
    EXPECT_EQ(shown(level), one.expected) << testing::PrintToString(one.levels);
  }
  const auto level =
      published_at(stock_of({{"1", "1"}, {"2", "1"}}), "STO-01", places(), {}, "bloomreach");
  EXPECT_EQ(level->changed_at, noon + seconds{2}) << "the warehouse that changed last";
  EXPECT_EQ(level->place, "STO-01");
  EXPECT_EQ(level->sku, "A-1");
}

TEST(StockPublished, OnlyWhereThePlaceIsPublished) {
  const auto stock = stock_of({{"1", "1"}, {"3", "2"}, {"4", "4"}, {"5", "8"}});
  const auto at = [&](const char* place, const char* channel) {
    return shown(published_at(stock, place, places(), {}, channel));
  };
  EXPECT_EQ(at("STO-02", "bloomreach"), "2");
  EXPECT_EQ(at("STO-02", "bigcommerce"), "none");
  EXPECT_EQ(at("WEB", "bloomreach"), "none");
  EXPECT_EQ(at("WEB", "bigcommerce"), "4");
  EXPECT_EQ(at("STO-03", "bloomreach"), "none");
  EXPECT_EQ(shown(published_sum(stock, places(), {}, "bloomreach")), "3");
  EXPECT_EQ(shown(published_sum(stock, places(), {}, "bigcommerce")), "5");
  EXPECT_EQ(shown(published_sum(stock_of({{"4", "4"}, {"5", "8"}}), places(), {}, "bloomreach")),
            "none");
}

TEST(StockPublished, TheSumAddsWhatThePlacesShow) {
  const auto stock = stock_of({{"1", "-3"}, {"2", "1"}, {"3", "2.5"}});
  const auto sum = published_sum(stock, places(), {}, "bloomreach");
  EXPECT_EQ(shown(sum), "2.5") << "a place below nothing takes nothing from another";
  EXPECT_EQ(sum->place, "");
  EXPECT_EQ(sum->changed_at, noon + seconds{3});
  const auto level = stock_of({{"1", "2"}, {"2", "2"}, {"3", "2"}});
  EXPECT_EQ(shown(published_at(level, "STO-01", places(), buffer_of("1"), "bloomreach")), "3")
      << "a buffer is of the place, not of each warehouse";
  EXPECT_EQ(shown(published_sum(level, places(), buffer_of("1"), "bloomreach")), "4");
  EXPECT_EQ(shown(published_sum(level, places(), buffer_of("3"), "bloomreach")), "1");
}

TEST(StockPublished, ABufferBySpeedLooksAtTheSpeedThen) {
  auto stock = stock_of({{"3", "9"}});
  BufferRules rules = buffer_of("4");
  rules.rules[0].sells_per_day_at_least = 1;
  const auto level = [&] {
    return shown(published_at(stock, "STO-02", places(), rules, "bloomreach"));
  };
  EXPECT_EQ(level(), "9");
  stock.speed = model::SalesSpeed(1.5, noon);
  EXPECT_EQ(level(), "5");
  stock.warehouses.at("3").changed_at = noon + hours{7 * 24};
  EXPECT_EQ(level(), "9") << "half as fast a week later";
}

TEST(StockToBloomreach, WhatIsPlanned) {
  const struct {
    const char* says;
    Asked asked;
    std::vector<std::string> expected;
  } cases[] = {
      {"nothing was known", {{}, {{"1", "2"}, {"3", "4"}}}, {"STO-01=2", "STO-02=4", "*=6"}},
      {"nothing was known and nothing is there", {{}, {{"3", "0"}}}, {"STO-02=0", "*=0"}},
      {"nothing happened", {Levels{{"1", "2"}}, {{"1", "2"}}}, {}},
      {"one place",
       {Levels{{"1", "2"}, {"3", "4"}}, {{"1", "2"}, {"3", "5"}}},
       {"STO-02=5", "*=7"}},
      {"two places",
       {Levels{{"1", "2"}, {"3", "4"}}, {{"1", "1"}, {"3", "5"}}},
       {"STO-01=1", "STO-02=5"}},
      {"within a place", {Levels{{"1", "2"}, {"2", "4"}}, {{"1", "1"}, {"2", "5"}}}, {}},
      {"another warehouse of the place",
       {Levels{{"1", "2"}}, {{"1", "2"}, {"2", "1"}}},
       {"STO-01=3", "*=3"}},
      {"another one that is empty", {Levels{{"1", "2"}}, {{"1", "2"}, {"2", "0"}}}, {}},
      {"another place that is empty", {Levels{{"1", "2"}}, {{"1", "2"}, {"3", "0"}}}, {"STO-02=0"}},
      {"below nothing", {Levels{{"1", "0"}}, {{"1", "-1"}}}, {}},
      {"back to nothing", {Levels{{"1", "-2"}}, {{"1", "0"}}}, {}},
      {"above nothing", {Levels{{"1", "-2"}}, {{"1", "0.5"}}}, {"STO-01=0.5", "*=0.5"}},
      {"elsewhere", {Levels{{"1", "2"}, {"4", "1"}}, {{"1", "2"}, {"4", "9"}}}, {}},
      {"nobody's", {Levels{{"1", "2"}}, {{"1", "2"}, {"5", "9"}}}, {}},
      {"sums are not known", {{}, {{"1", "2"}}, {}, false}, {"STO-01=2"}},
      {"a row again",
       {Levels{{"1", "2"}, {"3", "4"}}, {{"1", "2"}, {"3", "4"}}, {"STO-02"}},
       {"STO-02=4"}},
      {"a sum again", {Levels{{"1", "2"}}, {{"1", "2"}}, {""}}, {"*=2"}},
      {"both again, once",
       {Levels{{"1", "2"}}, {{"1", "1"}}, {"STO-01", "", "STO-01"}},
       {"STO-01=1", "*=1"}},
      {"a sum again that is not known", {Levels{{"1", "2"}}, {{"1", "2"}}, {""}, false}, {}},
      {"a row again that is not ours", {Levels{{"4", "2"}}, {{"4", "2"}}, {"WEB", "STO-01"}}, {}},
  };
  for (const auto& one : cases) EXPECT_EQ(shown(plan(one.asked)), one.expected) << one.says;
}

TEST(StockToBloomreach, ABufferHidesWhatItHolds) {
  EXPECT_THAT(shown(plan({Levels{{"1", "9"}}, {{"1", "8"}}}, buffer_of("2"))),
              ElementsAre("STO-01=6", "*=6"));
  EXPECT_THAT(plan({Levels{{"1", "2"}}, {{"1", "1"}}}, buffer_of("2")), IsEmpty());
  EXPECT_THAT(shown(plan({Levels{{"1", "2"}}, {{"1", "3"}}}, buffer_of("2"))),
              ElementsAre("STO-01=1", "*=1"));
}

TEST(StockToBloomreach, WithoutAVariantsCatalogThereAreNoSums) {
  StockToBloomreachSettings settings;
  settings.variants_catalog = "";
  EXPECT_THAT(shown(plan({{}, {{"1", "2"}}, {""}}, {}, settings)), ElementsAre("STO-01=2"));
}

TEST(StockToBloomreach, LanesAndEffects) {
  const auto plans = plan({{}, {{"1", "2"}}});
  ASSERT_EQ(plans.size(), 2U);
  EXPECT_EQ(plans[0].flow, "stock_level_to_bloomreach");
  EXPECT_EQ(plans[0].lane, "stock/STO-01/A-1");
  EXPECT_EQ(plans[0].effect, "stock/STO-01/A-1/3");
  EXPECT_EQ(plans[0].level, (PublishedLevel{"STO-01", "A-1", decimal("2"), noon + seconds{1}}));
  EXPECT_EQ(plans[1].flow, "stock_sum_to_bloomreach");
  EXPECT_EQ(plans[1].lane, "stock/*/A-1");
  EXPECT_EQ(plans[1].effect, "stock/*/A-1/3");
  EXPECT_EQ(plans[1].level, (PublishedLevel{"", "A-1", decimal("2"), noon + seconds{1}}));
}

TEST(StockToBloomreach, HowSoonItIsWanted) {
  const auto never = Duration{-1};
  const struct {
    const char* says;
    const char* before;
    const char* after;
    Duration since_sold;
    StockUrgency expected;
  } cases[] = {
      {"runs out", "1", "0", never, StockUrgency::at_once},
      {"becomes available", "0", "0.5", hours{1'000}, StockUrgency::at_once},
      {"never sold", "5", "4", never, StockUrgency::when_quiet},
      {"just sold", "5", "4", seconds{0}, StockUrgency::at_once},
      {"sold within the hour", "5", "4", hours{1}, StockUrgency::at_once},
      {"sold before that", "5", "4", hours{1} + seconds{1}, StockUrgency::soon},
      {"sold within the week", "5", "6", hours{7 * 24}, StockUrgency::soon},
      {"sold before that too", "5", "6", hours{7 * 24} + seconds{1}, StockUrgency::when_quiet},
      {"nothing before and after", "0", "0", never, StockUrgency::when_quiet},
  };
  for (const auto& one : cases) {
    model::SkuStock stock = stock_of({});
    if (one.since_sold >= Duration{0}) stock.speed = model::SalesSpeed(1, noon - one.since_sold);
    const PublishedLevel before{"STO-01", "A-1", decimal(one.before), noon};
    const PublishedLevel after{"STO-01", "A-1", decimal(one.after), noon};
    EXPECT_EQ(urgency_of(stock, before, after, false, noon), one.expected) << one.says;
  }
  EXPECT_EQ(plan({{}, {{"1", "2"}}})[0].urgency, StockUrgency::at_once) << "from nothing known";
  EXPECT_EQ(plan({{}, {{"1", "0"}}})[0].urgency, StockUrgency::when_quiet);
  const auto mixed = plan({Levels{{"1", "1"}, {"3", "4"}}, {{"1", "0"}, {"3", "4"}}});
  EXPECT_EQ(mixed[0].urgency, StockUrgency::at_once) << "the place runs out";
  EXPECT_EQ(mixed[1].urgency, StockUrgency::when_quiet) << "the sum does not";
}

}  // namespace
}  // namespace tillbridge::flows
