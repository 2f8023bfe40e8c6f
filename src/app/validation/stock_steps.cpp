#include "app/validation/stock_steps.h"

#include <fmt/format.h>

#include "app/stock/catalog_rows.h"
#include "connectors/sitoo/stock_client.h"

namespace tillbridge::app {
namespace {

using Kind = Outcome::Kind;

constexpr const char* sitoo = "sitoo";
constexpr const char* bloomreach = "bloomreach";
constexpr const char* check_place = "tillbridge-check";

// A place that counts and can be read, where there is one.
Task<void> check_warehouses(ValidationRun& run) {
  connectors::sitoo::StockClient client(run.transport, run.clock, run.workspace.sitoo);
  const auto answer = co_await client.warehouses();
  if (answer.outcome.kind != Kind::delivered) {
    run.steps.failed(sitoo, "warehouses", answer.outcome.reason,
                     "the API user must be allowed to read warehouses and stores");
    run.steps.skipped(sitoo, "stock levels", "the warehouses are not known");
    co_return;
  }
  const flows::StockPlaces places(answer.warehouses, run.workspace.stock.places);
  const std::size_t unmapped = places.unmapped().size();
  if (!places.unknown().empty()) {
    run.steps.failed(
        sitoo, "warehouses", fmt::format("Sitoo does not have {}", listed(places.unknown())),
        "correct the names in [[workspace.stock.places]]: Sitoo's external id or number");
  } else if (places.places().empty()) {
    run.steps.failed(sitoo, "warehouses",
                     fmt::format("none of {} counts for a place", answer.warehouses.size()),
                     "set external ids on the stores at Sitoo, or name warehouses in "
                     "[[workspace.stock.places]]");
  } else if (unmapped > 0) {
    run.steps.failed(sitoo, "warehouses",
                     fmt::format("{} sellable warehouse(s) belong to no place, the first is {}",
                                 unmapped, places.unmapped().front().name),
                     "name them in [[workspace.stock.places]], or make them not sellable at Sitoo");
  } else {
    run.steps.ok(
        sitoo, "warehouses",
        fmt::format("{} warehouses, {} places", answer.warehouses.size(), places.places().size()));
  }
  if (places.places().empty()) {
    run.steps.skipped(sitoo, "stock levels", "no warehouse counts");
    co_return;
  }
  connectors::sitoo::LevelQuery query;
  query.warehouse = places.places().begin()->second.front();
  query.num = 1;
  const auto levels = co_await client.levels(std::move(query));
  const auto newest = co_await client.newest_movement();
  if (levels.outcome.kind != Kind::delivered || newest.outcome.kind != Kind::delivered) {
    const Outcome& trouble =
        levels.outcome.kind != Kind::delivered ? levels.outcome : newest.outcome;
    run.steps.failed(sitoo, "stock levels", trouble.reason,
                     "the API user must be allowed to read warehouse items and transactions");
  } else {
    run.steps.ok(sitoo, "stock levels",
                 fmt::format("{} in the first warehouse; the newest transaction is {}",
                             levels.total, newest.newest));
  }
}

Task<bool> seen(ValidationRun& run, connectors::bloomreach::CatalogClient& client,
                std::string catalog, std::string row, std::string& waited) {
  Waiting waiting(run);
  for (;;) {
    const auto read = co_await client.read_row(catalog, row);
    waited = waiting.in_words();
    if (read.outcome.kind == Kind::delivered && read.row) co_return true;
    if (!co_await waiting.pause()) co_return false;
  }
}

Task<Result<void>> check_inventory(ValidationRun& run, StockCatalogs catalogs) {
  constexpr const char* step = "stock catalog";
  connectors::bloomreach::CatalogClient& client = *catalogs.client;
  const auto found = co_await catalogs.inventory->find(client, true);
  if (found.outcome.kind != Kind::delivered) {
    run.steps.failed(bloomreach, step, found.outcome.reason,
                     "the API key needs the rights to get and create catalogs");
    co_return Result<void>{};
  }
  const std::string sku = run.person.customer_id;
  const flows::PublishedLevel level{check_place, sku, Decimal::of(1), run.clock.now()};
  const std::string row = row_id(check_place, sku);
  TB_CO_CHECK(co_await run.audit("writes the row " + row + " to the catalog " +
                                 catalogs.inventory->name() + " at Bloomreach"));
  std::vector<std::string> parts{row_bytes(level, run.workspace.stock.bloomreach)};
  const auto written = co_await client.update_rows(found.id, std::move(parts));
  const Outcome outcome = written.rows.empty() ? written.call : written.rows.front();
  if (outcome.kind != Kind::delivered) {
    run.steps.failed(bloomreach, step, outcome.reason,
                     "the API key needs the right to partially update catalog items, and the "
                     "catalog the columns of [workspace.stock.bloomreach]");
  } else {
    std::string waited;
    if (co_await seen(run, client, found.id, row, waited))
      run.steps.ok(bloomreach, step, "a row was written and is there after " + waited);
    else
      run.steps.failed(bloomreach, step, "a row was taken and is not there after " + waited,
                       "try again with --visible-within; else the key lacks the right to get "
                       "catalog items, or the flag that makes missing rows stands elsewhere");
  }
  std::vector<std::string> rows{row};
  const auto removed = co_await client.remove_rows(found.id, std::move(rows));
  if (removed.call.kind == Kind::delivered)
    run.steps.ok(bloomreach, "stock clean-up", "the row was removed");
  else
    run.steps.failed(
        bloomreach, "stock clean-up", removed.call.reason,
        fmt::format("remove the row {} from {} by hand; the comparison needs the right "
                    "to delete catalog items",
                    row, catalogs.inventory->name()));
  co_return Result<void>{};
}

}  // namespace

Task<Result<void>> check_stock(ValidationRun& run, StockCatalogs catalogs) {
  co_await check_warehouses(run);
  if (catalogs.client == nullptr) co_return Result<void>{};
  TB_CO_CHECK(co_await check_inventory(run, catalogs));
  if (catalogs.variants == nullptr) co_return Result<void>{};
  const auto variants = co_await catalogs.variants->find(*catalogs.client, false);
  if (variants.outcome.kind == Kind::delivered)
    run.steps.ok(bloomreach, "variants catalog", "it is there");
  else
    run.steps.failed(bloomreach, "variants catalog", variants.outcome.reason,
                     "name the product feed's catalog in [workspace.stock.bloomreach], or set "
                     "variants_catalog = \"\" for no sums");
  co_return Result<void>{};
}

}  // namespace tillbridge::app
