// [workspace.stock]: every key, every mistake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config.h"
#include "app/config_for_tests.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const std::string workspace_head = for_tests::sitoo_workspace + R"([workspace.bloomreach]
project_token = "token"
key_id = "id"
key_secret = { env = "KEY" }
reference_currency = "SEK"
)";

ConfigResult read(const std::string& text) {
  return read_config(text, "t.toml", [](const secrets::Reference& reference) {
    return Result<Secret>(Secret{reference.where});
  });
}
ConfigResult stock(const std::string& more) {
  return read(workspace_head + "[workspace.stock]\n" + more + "\n");
}
std::string all(const ConfigResult& result) {
  std::string text;
  for (const auto& problem : result.problems) text += to_text(problem) + "\n";
  return text;
}
// Exactly one problem, about this key.
void expect_problem(const std::string& more, const std::string& key, const std::string& says) {
  const ConfigResult result = stock(more);
  ASSERT_EQ(result.problems.size(), 1U) << more << "\n" << all(result) << "expected: " << says;
  EXPECT_EQ(result.problems[0].key, "workspace.stock." + key) << more << "\n" << all(result);
  EXPECT_THAT(to_text(result.problems[0]), HasSubstr(says)) << more;
  EXPECT_GE(result.problems[0].line, 16) << all(result);
  EXPECT_FALSE(result.problems[0].fix.empty());
  EXPECT_FALSE(result.problems[0].warning);
}

TEST(ConfigStock, WithoutTheTableNothingIsKept) {
  const auto result = read(workspace_head);
  ASSERT_THAT(result.problems, IsEmpty()) << all(result);
  EXPECT_FALSE(result.config.workspaces[0].stock.on);
  EXPECT_THAT(effective_document(result.config.workspaces[0]), testing::Not(HasSubstr("stock")));
}

TEST(ConfigStock, TheDefaults) {
  const auto result = stock("");
  ASSERT_THAT(result.problems, IsEmpty()) << all(result);
  const StockSettings& s = result.config.workspaces[0].stock;
  EXPECT_TRUE(s.on);
  EXPECT_TRUE(s.places.unlisted_by_store);
  EXPECT_THAT(s.places.places, IsEmpty());
  EXPECT_THAT(s.buffers.rules, IsEmpty());
  EXPECT_THAT(s.buffers.tags_of, IsEmpty());
  EXPECT_EQ(s.reads_per_second, 5);
  EXPECT_EQ(s.reads_in_flight_max, 2U);
  EXPECT_EQ(s.changes_every, milliseconds{500});
  EXPECT_EQ(s.poll_every, seconds{30});
  EXPECT_EQ(s.virtual_every, seconds{60});
  EXPECT_EQ(s.compare_at, Duration{hours{3}});
  EXPECT_TRUE(s.repair);
  EXPECT_EQ(s.visible_after, seconds{120});
  EXPECT_TRUE(s.compare_after_load);
  EXPECT_EQ(s.bloomreach.inventory_catalog, "store_inventory");
  EXPECT_EQ(s.bloomreach.variants_catalog, "variants");
  EXPECT_FALSE(s.bloomreach.active_from_stock);
  EXPECT_TRUE(s.create_catalog);
  EXPECT_EQ(s.call_every, seconds{1});
  EXPECT_EQ(s.confirm_after, seconds{60});
}

const std::string everything = R"(unlisted = "case"
places = [
  { code = "STO-01", warehouses = ["WH-2", "17"], channels = ["bloomreach", "bigcommerce"] },
  { code = "STO-02", warehouses = ["WH-3"] },
]
buffers = [
{units = 2, channels = ["bloomreach"], skus = ["A-1", "B-2"], tags = ["shoes"], sells_per_day_at_least = 1.5},
  { units = 0 },
]
reads_per_second = 2.5
reads_in_flight_max = 3
changes_every_ms = 250
poll_every_s = 31
virtual_every_s = 61
compare_at = "23:45"
repair = false
visible_after_s = 121
compare_after_load = false
[workspace.stock.tags]
shoes = ["A-1", "C/3"]
"new in" = ["A-1"]
[workspace.stock.bloomreach]
inventory_catalog = "inventory"
variants_catalog = ""
store_column = "c1"
sku_column = "c2"
quantity_column = "c3"
updated_column = "c4"
sum_column = "c5"
active_column = "c6"
active_from_stock = true
create_catalog = false
call_every_ms = 1500
rows_per_call = 4999
calls_per_second = 0.5
confirm_after_s = 59
)";

TEST(ConfigStock, EveryKeyIsRead) {
  const auto result = stock(everything);
  ASSERT_THAT(result.problems, IsEmpty()) << all(result);
  const StockSettings& s = result.config.workspaces[0].stock;
  EXPECT_FALSE(s.places.unlisted_by_store);
  ASSERT_THAT(s.places.places, SizeIs(2));
  EXPECT_EQ(s.places.places[0].code, "STO-01");
  EXPECT_THAT(s.places.places[0].warehouses, ElementsAre("WH-2", "17"));
  EXPECT_THAT(s.places.places[0].channels, ElementsAre("bigcommerce", "bloomreach"));
  EXPECT_THAT(s.places.places[1].channels, IsEmpty());
  ASSERT_THAT(s.buffers.rules, SizeIs(2));
  EXPECT_EQ(s.buffers.rules[0].units, Decimal::of(2));
  EXPECT_THAT(s.buffers.rules[0].channels, ElementsAre("bloomreach"));
  EXPECT_THAT(s.buffers.rules[0].skus, ElementsAre("A-1", "B-2"));
  EXPECT_THAT(s.buffers.rules[0].tags, ElementsAre("shoes"));
  EXPECT_EQ(s.buffers.rules[0].sells_per_day_at_least, 1.5);
  EXPECT_TRUE(s.buffers.rules[1].units.is_zero());
  EXPECT_EQ(s.buffers.rules[1].sells_per_day_at_least, std::nullopt);
  EXPECT_THAT(s.buffers.tags_of.at("A-1"), ElementsAre("new in", "shoes"));
  EXPECT_THAT(s.buffers.tags_of.at("C/3"), ElementsAre("shoes"));
  EXPECT_EQ(s.reads_per_second, 2.5);
  EXPECT_EQ(s.reads_in_flight_max, 3U);
  EXPECT_EQ(s.changes_every, milliseconds{250});
  EXPECT_EQ(s.poll_every, seconds{31});
  EXPECT_EQ(s.virtual_every, seconds{61});
  EXPECT_EQ(s.compare_at, Duration{hours{23} + minutes{45}});
  EXPECT_FALSE(s.repair);
  EXPECT_EQ(s.visible_after, seconds{121});
  EXPECT_FALSE(s.compare_after_load);
  const flows::StockToBloomreachSettings& b = s.bloomreach;
  EXPECT_EQ(b.inventory_catalog, "inventory");
  EXPECT_EQ(b.variants_catalog, "");
  EXPECT_EQ(b.store_column + b.sku_column + b.quantity_column, "c1c2c3");
  EXPECT_EQ(b.updated_column + b.sum_column + b.active_column, "c4c5c6");
  EXPECT_TRUE(b.active_from_stock);
  EXPECT_FALSE(s.create_catalog);
  EXPECT_EQ(s.call_every, milliseconds{1'500});
  EXPECT_EQ(s.rows_per_call, 4'999U);
  EXPECT_EQ(s.calls_per_second, 0.5);
  EXPECT_EQ(s.confirm_after, seconds{59});
}

TEST(ConfigStock, TheTimeOfTheComparison) {
  const auto at = [](const std::string& text) {
    const auto result = stock("compare_at = \"" + text + "\"");
    EXPECT_THAT(result.problems, IsEmpty()) << all(result);
    return result.config.workspaces.at(0).stock.compare_at;
  };
  EXPECT_EQ(at(""), std::nullopt) << "never by itself";
  EXPECT_EQ(at("00:00"), Duration{0});
  EXPECT_EQ(at("23:59"), Duration{hours{23} + minutes{59}});
  for (const char* text : {"24:00", "03:60", "3:00", "0300", "03:00:00", "03.00", "noon", "-1:00",
                           "::::::", "0::00", "1::00", "03:0:", "03::0", " 3:00"})
    expect_problem("compare_at = \"" + std::string(text) + "\"", "compare_at", "no time of day");
}

TEST(ConfigStock, MistakesOfOneKey) {
  const struct {
    const char* more;
    const char* key;
    const char* says;
  } cases[] = {
      {"unlisted = \"none\"", "unlisted", "store, case"},
      {"reads_per_second = 0", "reads_per_second", "out of range"},
      {"reads_in_flight_max = 65", "reads_in_flight_max", "between 1 and 64"},
      {"changes_every_ms = 9", "changes_every_ms", "out of range"},
      {"poll_every_s = 0", "poll_every_s", "out of range"},
      {"virtual_every_s = 86401", "virtual_every_s", "out of range"},
      {"compare_at = 3", "compare_at", "must be"},
      {"repair = \"yes\"", "repair", "must be"},
      {"visible_after_s = -1", "visible_after_s", "out of range"},
      {"compare_after_load = 1", "compare_after_load", "must be"},
      {"pol_every_s = 5", "pol_every_s", "did you mean 'poll_every_s'"},
      {"tags = { shoes = \"A-1\" }", "tags.shoes", "must be"},
      {"bloomreach = { inventory_catalog = \"\" }", "bloomreach.inventory_catalog", "is empty"},
      {"bloomreach = { call_every_ms = -1 }", "bloomreach.call_every_ms", "out of range"},
      {"bloomreach = { rows_per_call = 5001 }", "bloomreach.rows_per_call", "between 1 and 5000"},
      {"bloomreach = { calls_per_second = 0 }", "bloomreach.calls_per_second", "out of range"},
      {"bloomreach = { confirm_after_s = 0 }", "bloomreach.confirm_after_s", "out of range"},
      {"bloomreach = { active_from_stock = 1 }", "bloomreach.active_from_stock", "must be"},
      {"bloomreach = { quantity_colum = \"q\" }", "bloomreach.quantity_colum", "did you mean"},
  };
  for (const auto& one : cases) expect_problem(one.more, one.key, one.says);
}

TEST(ConfigStock, MistakesOfPlacesAndBuffers) {
  const struct {
    const char* more;
    const char* key;
    const char* says;
  } cases[] = {
      {R"(places = "STO-01")", "places", "must be a list of tables"},
      {R"(places = [{ warehouses = ["1"] }])", "places.code", "is missing"},
      {R"(places = [{ code = "", warehouses = ["1"] }])", "places.code", "is empty"},
      {R"(places = [{ code = "A" }])", "places.warehouses", "is missing"},
      {R"(places = [{ code = "A", warehouses = [] }])", "places.warehouses", "name at least one"},
      {R"(places = [{ code = "A", warehouses = ["1"], channel = ["b"] }])", "places.channel",
       "did you mean 'channels'"},
      {R"(places = [{ code = "A", warehouses = ["1"] }, { code = "B", warehouses = ["1"] }])",
       "places.warehouses", "1 belongs to another place already"},
      {R"(buffers = { units = 1 })", "buffers", "must be a list of tables"},
      {R"(buffers = [{ channels = ["bloomreach"] }])", "buffers.units", "is missing"},
      {R"(buffers = [{ units = -1 }])", "buffers.units", "out of range"},
      {R"(buffers = [{ units = 1.5 }])", "buffers.units", "must be"},
      {R"(buffers = [{ units = 1, sells_per_day_at_least = -1 }])",
       "buffers.sells_per_day_at_least", "out of range"},
      {R"(buffers = [{ units = 1, sku = ["A"] }])", "buffers.sku", "did you mean 'skus'"},
      {R"(buffers = [{ units = 1, skus = [""] }])", "buffers.skus", "not a text with content"},
  };
  for (const auto& one : cases) expect_problem(one.more, one.key, one.says);
  for (const char* list : {"places = [\"A\"]", "buffers = [1]", "tags = [\"A\"]"})
    EXPECT_FALSE(stock(list).ok()) << list;
}

TEST(ConfigStock, TheEffectiveDocumentChangesWithEverySetting) {
  const auto document = [](const ConfigResult& result) {
    EXPECT_THAT(result.problems, IsEmpty()) << all(result);
    return effective_document(result.config.workspaces.at(0));
  };
  const std::string base = document(stock(""));
  for (const std::string more :
       {"unlisted = \"case\"", "places = [{ code = \"A\", warehouses = [\"1\"] }]",
        "buffers = [{ units = 1 }]", "reads_per_second = 6", "reads_in_flight_max = 3",
        "changes_every_ms = 501", "poll_every_s = 31", "virtual_every_s = 61",
        "compare_at = \"03:01\"", "compare_at = \"\"", "repair = false", "visible_after_s = 121",
        "compare_after_load = false", "tags = { shoes = [\"A-1\"] }"})
    EXPECT_NE(document(stock(more)), base) << more;
  for (const char* name : {"inventory_catalog", "variants_catalog", "store_column", "sku_column",
                           "quantity_column", "updated_column", "sum_column", "active_column"})
    EXPECT_NE(document(stock("bloomreach = { " + std::string(name) + " = \"x\" }")), base) << name;
  for (const char* more :
       {"active_from_stock = true", "create_catalog = false", "call_every_ms = 1001",
        "rows_per_call = 1999", "calls_per_second = 6", "confirm_after_s = 61"})
    EXPECT_NE(document(stock("bloomreach = { " + std::string(more) + " }")), base) << more;
  EXPECT_NE(document(read(workspace_head)), base) << "not kept";
}

TEST(ConfigStock, TheEffectiveDocumentIsComplete) {
  for (const std::string& more : {std::string(), everything, std::string("compare_at = \"\"")}) {
    const auto first = stock(more);
    ASSERT_THAT(first.problems, IsEmpty()) << all(first);
    const std::string document = effective_document(first.config.workspaces[0]);
    const auto second = read(document);
    for (const auto& problem : second.problems)  // secrets are left out
      EXPECT_EQ(problem.what, "is missing") << to_text(problem) << document;
    EXPECT_EQ(effective_document(second.config.workspaces.at(0)), document);
  }
}

}  // namespace
}  // namespace tillbridge::app
