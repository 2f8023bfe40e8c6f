#include "control/stock_at_bloomreach.h"

#include <array>
#include <cmath>
#include <unordered_map>

#include <fmt/format.h>

#include "base/entropy.h"
#include "ledger/stock_item_id.h"

namespace sandbox::control {

namespace json = tillbridge::json;
using bloomreach::Catalog;
using bloomreach::ColumnSpec;
using bloomreach::ColumnType;
using json::Object;
using tillbridge::Error;
using tillbridge::fail;

namespace {

constexpr std::int64_t hour_s = 3600;
constexpr std::int64_t day_s = 24 * hour_s;

constexpr std::array<std::string_view, 6> kind_names = {"foreign",  "foreign_stamp", "lost",
                                                        "outdated", "unmapped",      "unknown_sku"};

json::Value quantity(std::int64_t milli) {
  if (milli % 1000 == 0) return milli / 1000;
  return static_cast<double>(milli) / 1000;
}

std::optional<double> number_in(const Object& properties, std::string_view column) {
  const json::Value* value = properties.if_contains(column);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

// Of "<place>__<sku>". Codes of the simulated stores hold no underscores.
std::pair<std::string_view, std::string_view> parts_of(std::string_view item_id) {
  const std::size_t at = item_id.find("__");
  if (at == std::string_view::npos) return {item_id, item_id};
  return {item_id.substr(0, at), item_id.substr(at + 2)};
}

}  // namespace

std::int64_t StockAtBloomreach::now_s() const {
  return tillbridge::to_unix_seconds(world_.clock.now());
}

Catalog& StockAtBloomreach::made(const std::string& name, bool is_product,
                                 std::vector<ColumnSpec> columns) {
  bloomreach::CatalogStore& catalogs = world_.bloomreach.catalogs();
  Catalog* known = catalogs.named(name);
  return known != nullptr ? *known : catalogs.create(name, is_product, std::move(columns));
}

StockAtBloomreach::Answer StockAtBloomreach::make_catalogs(const Object& body) {
  const bool fills = json::boolean(body, "fill").value_or(false);
  if (fills && world_.ledger == nullptr)
    return fail(Error::Kind::rejected, "there is no stock ledger");
  StockExpectations expected;
  expected.inventory_catalog = json::text(body, "inventory").value_or(expected.inventory_catalog);
  expected.variants_catalog = json::text(body, "variants").value_or(expected.variants_catalog);
  if (expected.inventory_catalog == expected.variants_catalog)
    return fail(Error::Kind::invalid_input, "inventory and variants must be two catalogs");
  expectations_ = expected;
  if (world_.ledger != nullptr) world_.ledger->set_expectations(expected);
  Catalog& inventory = made(expected.inventory_catalog, false,
                            {{"store_id", ColumnType::string, true},
                             {"sku", ColumnType::string, true},
                             {expected.quantity_column, ColumnType::number, false},
                             {"updated_at", ColumnType::datetime, false}});
  Catalog& variants = made(expected.variants_catalog, true,
                           {{"product_id", ColumnType::string, true},
                            {"title", ColumnType::string, true},
                            {"active", ColumnType::boolean, false},
                            {expected.sum_column, ColumnType::number, false}});
  Object out;
  out["inventory_id"] = inventory.id();
  out["variants_id"] = variants.id();
  out["rows"] = fills ? fill_inventory(inventory) : 0;
  out["sums"] = fills ? fill_variants(variants) : 0;
  return out;
}

std::size_t StockAtBloomreach::fill_inventory(Catalog& catalog) {
  const std::int64_t since_s = now_s() - day_s;
  const auto rows = world_.ledger->rows_now_milli();
  for (const auto& [item_id, milli] : rows) {
    const auto [place, sku] = parts_of(item_id);
    Object row;
    row["store_id"] = stock_id_unescaped(place);
    row["sku"] = stock_id_unescaped(sku);
    row[expectations_.quantity_column] = quantity(milli);
    row["updated_at"] = since_s;
    catalog.put_now(item_id, row);
    world_.ledger->stood(catalog.name(), item_id, row);
  }
  return rows.size();
}

std::size_t StockAtBloomreach::fill_variants(Catalog& catalog) {
  std::unordered_map<std::string_view, const sitoo::Product*> products;
  for (const sitoo::Product& product : world_.masterdata.products) products[product.sku] = &product;
  const auto sums = world_.ledger->sums_now_milli();
  for (const auto& [item_id, milli] : sums) {
    const auto product = products.find(stock_id_unescaped(item_id));
    Object row;
    if (product != products.end()) {
      row["product_id"] = std::to_string(product->second->id);
      row["title"] = product->second->title;
    }
    row["active"] = milli > 0;
    row[expectations_.sum_column] = quantity(milli);
    catalog.put_now(item_id, row);
    world_.ledger->stood(catalog.name(), item_id, row);
  }
  return sums.size();
}

StockAtBloomreach::Answer StockAtBloomreach::figures() const {
  if (world_.ledger == nullptr) return fail(Error::Kind::rejected, "there is no stock ledger");
  const StockFigures figures = world_.ledger->figures();
  json::Array findings;
  for (const std::string& finding : figures.findings) findings.push_back(json::Value(finding));
  return Object{{"stock_changes", figures.changes},
                {"stock_calls", figures.calls},
                {"stock_rows", figures.rows},
                {"stock_wrong_at_end", figures.wrong_at_end},
                {"stock_invented", figures.invented},
                {"stock_backwards", figures.backwards},
                {"stock_stale_p50_ms", figures.stale_p50_ms},
                {"stock_stale_p99_ms", figures.stale_p99_ms},
                {"stock_stale_max_ms", figures.stale_max_ms},
                {"findings", std::move(findings)}};
}

void StockAtBloomreach::spoil(Catalog& catalog, Kind kind, const std::string& item_id,
                              std::int64_t other_milli) {
  if (kind == Kind::lost) {
    catalog.remove_now(item_id);
    return;
  }
  Object row = *catalog.properties(item_id);
  row[expectations_.quantity_column] = quantity(other_milli);
  if (kind == Kind::foreign_stamp) row["updated_at"] = now_s() + hour_s;
  if (kind == Kind::outdated) row["updated_at"] = now_s() - 2 * day_s;
  catalog.put_now(item_id, row);
}

std::string StockAtBloomreach::add_ghost(Catalog& catalog, Kind kind, const std::string& item_id) {
  const std::string number = std::to_string(++ghosts_);
  const auto [place, sku] = parts_of(item_id);
  const std::string ghost_place =
      kind == Kind::unmapped ? "GHOST-" + number : stock_id_unescaped(place);
  const std::string ghost_sku =
      kind == Kind::unmapped ? stock_id_unescaped(sku) : "NOSUCH-" + number;
  Object row;
  row["store_id"] = ghost_place;
  row["sku"] = ghost_sku;
  row[expectations_.quantity_column] = 3;
  row["updated_at"] = now_s() - day_s;
  std::string ghost_id = stock_row_item_id(ghost_place, ghost_sku);
  catalog.put_now(ghost_id, row);
  return ghost_id;
}

StockAtBloomreach::Answer StockAtBloomreach::plant(const Object& body) {
  world_.bloomreach.apply_due();
  Catalog* catalog = world_.bloomreach.catalogs().named(expectations_.inventory_catalog);
  if (world_.ledger == nullptr || catalog == nullptr)
    return fail(Error::Kind::rejected, "there is no catalog of inventory, or no ledger");
  const std::int64_t count = json::integer(body, "count").value_or(1000);
  if (count < 0) return fail(Error::Kind::invalid_input, "count is a number from 0");
  tillbridge::Entropy entropy(static_cast<std::uint64_t>(json::integer(body, "seed").value_or(1)));
  std::vector<Catalog::Row> rows = catalog->listing();
  std::array<std::int64_t, kind_names.size()> numbers{};
  std::int64_t done = 0;
  while (done < count && !rows.empty()) {
    const std::size_t drawn = entropy.below(rows.size());
    const std::string item_id(catalog->item_id(rows[drawn]));
    rows[drawn] = rows.back();
    rows.pop_back();
    const auto truth = world_.ledger->row_now_milli(item_id);
    if (!truth || planted_.contains(item_id)) continue;
    const auto index = static_cast<std::size_t>(done) % kind_names.size();
    const Kind kind = static_cast<Kind>(index);
    if (kind == Kind::unmapped || kind == Kind::unknown_sku) {
      planted_[add_ghost(*catalog, kind, item_id)] = kind;
    } else {
      spoil(*catalog, kind, item_id,
            *truth + 1000 * static_cast<std::int64_t>(1 + entropy.below(9)));
      planted_[item_id] = kind;
    }
    ++numbers[index];
    ++done;
  }
  Object out;
  for (std::size_t i = 0; i < kind_names.size(); ++i) out[kind_names[i]] = numbers[i];
  out["planted"] = done;
  return out;
}

bool StockAtBloomreach::stands(const Catalog& catalog, Kind kind,
                               const std::string& item_id) const {
  const auto properties = catalog.properties(item_id);
  if (kind == Kind::unmapped || kind == Kind::unknown_sku) return properties.has_value();
  const auto truth = world_.ledger->row_now_milli(item_id);
  if (!truth || !properties) return truth.has_value() != properties.has_value();
  const auto held = number_in(*properties, expectations_.quantity_column);
  constexpr double half_of_the_last_decimal = 0.0005;
  return !held || std::abs(*held - static_cast<double>(*truth) / 1000) > half_of_the_last_decimal;
}

StockAtBloomreach::Answer StockAtBloomreach::differences() {
  world_.bloomreach.apply_due();
  const Catalog* catalog = world_.bloomreach.catalogs().named(expectations_.inventory_catalog);
  std::array<std::int64_t, kind_names.size()> numbers{};
  std::int64_t left = 0;
  for (const auto& [item_id, kind] : planted_) {
    if (catalog == nullptr || !stands(*catalog, kind, item_id)) continue;
    ++numbers[static_cast<std::size_t>(kind)];
    ++left;
  }
  Object by_kind;
  for (std::size_t i = 0; i < kind_names.size(); ++i) by_kind[kind_names[i]] = numbers[i];
  return Object{{"planted", planted_.size()}, {"left", left}, {"left_by_kind", by_kind}};
}

StockAtBloomreach::Answer StockAtBloomreach::row(const tillbridge::http::Request& request) {
  const auto item_id = request.parameter("item_id");
  if (!item_id) return fail(Error::Kind::invalid_input, "item_id is missing");
  world_.bloomreach.apply_due();
  const Catalog* catalog = world_.bloomreach.catalogs().named(
      request.parameter("catalog").value_or(expectations_.inventory_catalog));
  const auto properties =
      catalog == nullptr ? std::optional<Object>() : catalog->properties(*item_id);
  if (!properties) return fail(Error::Kind::not_found, "there is no such row");
  Object out;
  out["item_id"] = *item_id;
  out["properties"] = *properties;
  return out;
}

}  // namespace sandbox::control
