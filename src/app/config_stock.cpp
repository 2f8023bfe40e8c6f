// [workspace.stock]: which warehouses count where, how stock is read, published and compared.
#include <algorithm>
#include <array>

#include "app/config_reader.h"

namespace tillbridge::app {
namespace {

using Need = TableReader::Need;

constexpr Duration millisecond = std::chrono::milliseconds{1};
constexpr Duration second = std::chrono::seconds{1};

std::set<std::string> set_of(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// Calls `read` for each table of a list such as places = [{ code = "..." }].
template <typename Read>
void each_table(TableReader& stock, std::string_view key, Read read) {
  const Node* list = stock.take(key);
  if (list == nullptr) return;
  if (list->type != Node::Type::list) {
    stock.problem(key, fmt::format("is {}", name(list->type)), "must be a list of tables");
    return;
  }
  for (const Node& item : list->items) {
    TableReader reader(stock.context(), stock.path_of(key),
                       item.type == Node::Type::table ? &item : nullptr, stock.line_of(key));
    read(reader);
    reader.finish();
  }
}

void check_channels(TableReader& reader, const std::vector<std::string>& channels) {
  constexpr std::array known = {"bloomreach", "bigcommerce", "commercetools"};
  for (const std::string& channel : channels) {
    if (std::find(known.begin(), known.end(), channel) == known.end())
      reader.problem("channels", fmt::format("'{}' gets no stock", channel),
                     "use bloomreach, bigcommerce or commercetools");
  }
}

void read_places(TableReader& stock, flows::StockPlaceSettings& into) {
  stock.choice("unlisted", into.unlisted_by_store, {{"store", true}, {"case", false}});
  std::set<std::string> listed;
  each_table(stock, "places", [&](TableReader& reader) {
    flows::StockPlaceRule rule;
    reader.text("code", rule.code, Need::required);
    reader.texts("warehouses", rule.warehouses);
    if (rule.warehouses.empty())
      reader.missing("warehouses", "name at least one, as Sitoo's external id or number");
    std::vector<std::string> channels;
    reader.texts("channels", channels);
    rule.channels = set_of(channels);
    check_channels(reader, channels);
    for (const flows::StockPlaceRule& other : into.places) {
      if (other.code == rule.code)
        reader.problem("code", fmt::format("'{}' is used twice", rule.code),
                       "name all warehouses of a place in one entry");
    }
    for (const std::string& warehouse : rule.warehouses) {
      if (!listed.insert(warehouse).second)
        reader.problem("warehouses", fmt::format("{} belongs to another place already", warehouse),
                       "a warehouse counts for one place: name it once");
    }
    into.places.push_back(std::move(rule));
  });
}

void read_buffers(TableReader& stock, flows::BufferRules& into) {
  each_table(stock, "buffers", [&](TableReader& reader) {
    flows::BufferRule rule;
    std::int64_t units = 0;
    reader.whole("units", units, 0, 1'000'000, Need::required);
    rule.units = Decimal::of(units);
    std::vector<std::string> channels, skus, tags;
    reader.texts("channels", channels);
    reader.texts("skus", skus);
    reader.texts("tags", tags);
    rule.channels = set_of(channels);
    check_channels(reader, channels);
    rule.skus = set_of(skus);
    rule.tags = set_of(tags);
    double speed = 0;
    reader.number("sells_per_day_at_least", speed, 0, 1e9);
    if (speed > 0) rule.sells_per_day_at_least = speed;
    into.rules.push_back(std::move(rule));
  });
  const auto tags = stock.below("tags");
  for (const Node& member : tags->table().members) {
    const std::string& tag = member.key;
    std::vector<std::string> skus;
    tags->texts(tag, skus);
    for (const std::string& sku : skus) into.tags_of[sku].insert(tag);
  }
  tags->finish();
}

void read_time_of_day(TableReader& reader, std::string_view key, std::optional<Duration>& into) {
  std::string text;
  if (into) text = fmt::format("{:02}:00", into->count() / Duration{std::chrono::hours{1}}.count());
  reader.text(key, text);
  into.reset();
  if (text.empty()) return;
  const bool shaped = text.size() == 5 && text.find(':') == 2 && text.rfind(':') == 2 &&
                      std::all_of(text.begin(), text.end(),
                                  [](char c) { return c == ':' || (c >= '0' && c <= '9'); });
  const int hour = shaped ? (text[0] - '0') * 10 + (text[1] - '0') : 24;
  const int minute = shaped ? (text[3] - '0') * 10 + (text[4] - '0') : 60;
  if (hour > 23 || minute > 59) {
    reader.problem(key, fmt::format("'{}' is no time of day", text),
                   "write it as \"03:00\", or \"\" for never");
    return;
  }
  into = std::chrono::hours{hour} + std::chrono::minutes{minute};
}

void read_catalogs(TableReader& reader, StockSettings& into) {
  flows::StockToBloomreachSettings& names = into.bloomreach;
  reader.text("inventory_catalog", names.inventory_catalog);
  reader.text("variants_catalog", names.variants_catalog);
  reader.text("store_column", names.store_column);
  reader.text("sku_column", names.sku_column);
  reader.text("quantity_column", names.quantity_column);
  reader.text("updated_column", names.updated_column);
  reader.text("sum_column", names.sum_column);
  reader.text("active_column", names.active_column);
  reader.flag("active_from_stock", names.active_from_stock);
  reader.flag("create_catalog", into.create_catalog);
  reader.time("call_every_ms", into.call_every, millisecond, 0, 3'600'000);
  reader.whole("rows_per_call", into.rows_per_call, 1, 5'000);
  reader.number("calls_per_second", into.calls_per_second, 0.1, 1'000);
  reader.time("confirm_after_s", into.confirm_after, second, 1, 86'400);
  for (const auto& [key, column] :
       {std::pair{"store_column", &names.store_column}, std::pair{"sku_column", &names.sku_column},
        std::pair{"quantity_column", &names.quantity_column},
        std::pair{"updated_column", &names.updated_column},
        std::pair{"sum_column", &names.sum_column},
        std::pair{"active_column", &names.active_column}}) {
    if (column->empty()) reader.problem(key, "is empty", "name a column of the catalog");
  }
  if (names.inventory_catalog.empty())
    reader.problem("inventory_catalog", "is empty", "name the catalog of the stores' levels");
  reader.finish();
}

}  // namespace

void read_stock(TableReader& reader, StockSettings& into) {
  into.on = reader.present();
  if (!into.on) return;
  read_places(reader, into.places);
  read_buffers(reader, into.buffers);
  reader.number("reads_per_second", into.reads_per_second, 0.1, 10'000);
  reader.whole("reads_in_flight_max", into.reads_in_flight_max, 1, 64);
  reader.time("changes_every_ms", into.changes_every, millisecond, 10, 3'600'000);
  reader.time("poll_every_s", into.poll_every, second, 1, 86'400);
  reader.time("virtual_every_s", into.virtual_every, second, 1, 86'400);
  reader.time("levels_every_s", into.levels_every, second, 1, 86'400);
  read_time_of_day(reader, "compare_at", into.compare_at);
  reader.flag("repair", into.repair);
  reader.time("visible_after_s", into.visible_after, second, 0, 86'400);
  reader.flag("compare_after_load", into.compare_after_load);
  read_catalogs(*reader.below("bloomreach"), into);
  reader.finish();
}

}  // namespace tillbridge::app
