// K6 to K11: checks, the commit (the ledger is told) and the queue.
#include "bloomreach/catalog_calls.h"
#include "bloomreach/catalog_checks.h"

namespace sandbox::bloomreach {

namespace bj = boost::json;

namespace {

using Kind = CatalogWrite::Kind;
using Item = CatalogWrite::Item;

constexpr std::size_t bulk_items_max = 5'000;
constexpr std::size_t bulk_bytes_max = 10'000'000;

Kind kind_of(Route route) {
  if (route == Route::catalog_item_replace || route == Route::catalog_bulk_replace)
    return Kind::replace;
  if (route == Route::catalog_item_partial || route == Route::catalog_bulk_partial)
    return Kind::merge;
  return Kind::remove;
}

bool is_bulk(Route route) {
  return route == Route::catalog_bulk_replace || route == Route::catalog_bulk_partial ||
         route == Route::catalog_bulk_delete;
}

bool says_upsert(const bj::object& body) {
  const bj::value* upsert = body.if_contains("upsert");
  return upsert != nullptr && upsert->is_bool() && upsert->get_bool();
}

// One call's accepted rows, in order.
class Acceptance {
 public:
  Acceptance(const CatalogContext& context, Catalog& catalog)
      : context_(context), catalog_(catalog) {
    write_.kind = kind_of(context.target.route);
    write_.catalog_id = catalog.id();
  }

  void take(Item item) {
    tell(item);
    write_.items.push_back(std::move(item));
  }
  void queue() {
    if (context_.stock_ledger != nullptr) context_.stock_ledger->took_call(write_.items.size());
    const std::chrono::milliseconds delay{context_.settings.catalog_delay_ms};
    context_.catalogs.accept(std::move(write_), context_.now + delay);
  }

 private:
  // Rows that will not come to be are not told: an update of an item that does not exist.
  void tell(const Item& item) {
    StockLedger* ledger = context_.stock_ledger;
    if (write_.kind == Kind::remove) {
      catalog_.will_be_there(item.item_id, false);
      if (ledger != nullptr) ledger->removed(catalog_.name(), item.item_id);
      return;
    }
    if (write_.kind == Kind::merge && !item.upsert && !catalog_.will_contain(item.item_id)) return;
    catalog_.will_be_there(item.item_id, true);
    if (ledger == nullptr) return;
    if (write_.kind == Kind::merge) {
      ledger->published(catalog_.name(), item.item_id, item.properties, context_.now_us);
      return;
    }
    bj::object whole = item.properties;
    for (const ColumnSpec& column : catalog_.columns()) whole.emplace(column.name, nullptr);
    ledger->published(catalog_.name(), item.item_id, whole, context_.now_us);
  }

  const CatalogContext& context_;
  Catalog& catalog_;
  CatalogWrite write_;
};

bool upsert_asked(const CatalogContext& context, const bj::object& item) {
  const std::string& where = context.settings.catalog_upsert;
  if (where != "request" && says_upsert(item)) return true;
  return where != "item" && context.request.parameter("upsert") == "true";
}

// The item that a row of a bulk call is, or its errors.
std::variant<Item, bj::object> item_of(const CatalogContext& context, const Catalog& catalog,
                                       bj::value& row) {
  const Kind kind = kind_of(context.target.route);
  const bj::value* item_id = kind == Kind::remove ? &row : nullptr;
  if (kind != Kind::remove && row.is_object()) item_id = row.get_object().if_contains("item_id");
  if (bj::object faults = faults_of_item_id(item_id); !faults.empty()) return faults;
  if (context.refuses_row && context.refuses_row())
    return catalog_errors("_global", "The item could not be processed.");
  Item item{std::string(item_id->get_string())};
  if (kind == Kind::remove) return item;
  bj::value* properties = row.get_object().if_contains("properties");
  if (bj::object faults = faults_of_properties(catalog, properties); !faults.empty()) return faults;
  item.properties = std::move(properties->get_object());
  item.upsert = kind == Kind::merge && upsert_asked(context, row.get_object());
  return item;
}

bj::value flag(const CatalogContext& context, bool value) {
  if (!context.settings.catalog_results_as_text) return value;
  return bj::string(value ? "True" : "False");
}

Reply write_many(const CatalogContext& context, Catalog& catalog) {
  const int too_large = context.settings.catalog_too_large == "413" ? 413 : 400;
  if (context.request.body.size() > bulk_bytes_max)
    return error_global(too_large, "The request is too large");
  auto parsed = tillbridge::json::parse(context.request.body);
  if (!parsed || !parsed->is_array()) return error_global(400, "Invalid JSON");
  bj::array& rows = parsed->get_array();
  if (rows.size() > bulk_items_max) return error_global(too_large, "Too many items");
  Acceptance acceptance(context, catalog);
  bj::array results;
  results.reserve(rows.size());
  for (bj::value& row : rows) {
    auto item = item_of(context, catalog, row);
    bj::object* errors = std::get_if<bj::object>(&item);
    bj::object result{{"success", flag(context, errors == nullptr)},
                      {"queued", flag(context, errors == nullptr)}};
    if (errors == nullptr) {
      acceptance.take(std::move(std::get<Item>(item)));
    } else {
      result["errors"] = std::move(*errors);
    }
    results.push_back(std::move(result));
  }
  acceptance.queue();
  return answer(200, results);
}

Reply write_one(const CatalogContext& context, Catalog& catalog) {
  Item item{context.target.item_id};
  const Kind kind = kind_of(context.target.route);
  if (kind != Kind::remove) {
    auto parsed = tillbridge::json::parse(context.request.body);
    if (!parsed || !parsed->is_object()) return error_global(400, "Invalid JSON");
    bj::object& body = parsed->get_object();
    bj::value* properties = body.if_contains("properties");
    if (bj::object faults = faults_of_properties(catalog, properties); !faults.empty())
      return catalog_refusal(400, std::move(faults));
    item.upsert = kind == Kind::merge && says_upsert(body);
    item.properties = std::move(properties->get_object());
  }
  Acceptance acceptance(context, catalog);
  acceptance.take(std::move(item));
  acceptance.queue();
  return answer(200, bj::object{{"success", true}, {"queued", true}});
}

}  // namespace

Reply write_to_catalog(const CatalogContext& context, Catalog& catalog) {
  return is_bulk(context.target.route) ? write_many(context, catalog) : write_one(context, catalog);
}

}  // namespace sandbox::bloomreach
