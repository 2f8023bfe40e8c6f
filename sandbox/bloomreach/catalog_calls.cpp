#include "bloomreach/catalog_calls.h"

#include <string>

#include "bloomreach/catalog_checks.h"

namespace sandbox::bloomreach {

namespace bj = boost::json;

namespace {

std::string_view right_for(Route route) {
  switch (route) {
    case Route::catalog_create:
      return "create_catalog";
    case Route::catalog_put:
      return "update_catalog";
    case Route::catalog_delete:
      return "delete_catalog";
    case Route::catalog_query:
      return "get_catalog_items";
    case Route::catalog_item_get:
      return "get_catalog_item";
    case Route::catalog_item_replace:
    case Route::catalog_bulk_replace:
      return "create_or_update_catalog_item";
    case Route::catalog_item_partial:
    case Route::catalog_bulk_partial:
      return "partial_update_catalog_item";
    case Route::catalog_item_delete:
    case Route::catalog_bulk_delete:
      return "delete_catalog_item";
    default:
      return "get_catalog";
  }
}

bj::object described(const Catalog& catalog) {
  bj::object out;
  out["id"] = catalog.id();
  out["name"] = catalog.name();
  return out;
}

Reply with_data(bj::value data) {
  bj::object body{{"success", true}};
  body["data"] = std::move(data);
  return answer(200, body);
}

Reply list_catalogs(const CatalogContext& context) {
  bj::array data;
  for (const auto& catalog : context.catalogs.all()) data.push_back(described(*catalog));
  return with_data(std::move(data));
}

Reply create_catalog(const CatalogContext& context) {
  const auto parsed = tillbridge::json::parse(context.request.body);
  if (!parsed || !parsed->is_object()) return error_global(400, "Invalid JSON");
  const bj::object& body = parsed->get_object();
  const auto name = tillbridge::json::text(body, "name");
  if (!name) return catalog_refusal(400, catalog_errors("name", "Name should not be empty"));
  if (context.settings.catalog_names_unique && context.catalogs.named(*name) != nullptr)
    return catalog_refusal(400, catalog_errors("name", "Catalog with this name already exists"));
  auto columns = columns_of(body);
  if (auto* errors = std::get_if<bj::object>(&columns))
    return catalog_refusal(400, std::move(*errors));
  const Catalog& made = context.catalogs.create(
      *name, tillbridge::json::boolean(body, "is_product_catalog").value_or(false),
      std::get<std::vector<ColumnSpec>>(std::move(columns)));
  bj::object out{{"success", true}};
  out["id"] = made.id();
  return answer(200, out);
}

// Columns are frozen at creation (contract 9.1).
Reply put_catalog(const CatalogContext& context, Catalog& catalog) {
  const auto parsed = tillbridge::json::parse(context.request.body);
  if (!parsed || !parsed->is_object()) return error_global(400, "Invalid JSON");
  const bj::object& body = parsed->get_object();
  auto columns = columns_of(body);
  if (auto* errors = std::get_if<bj::object>(&columns))
    return catalog_refusal(400, std::move(*errors));
  if (body.contains("fields") && context.settings.catalog_known_columns == "refuse" &&
      std::get<std::vector<ColumnSpec>>(columns) != catalog.columns())
    return catalog_refusal(400, catalog_errors("fields", "Fields cannot be changed"));
  if (const auto name = tillbridge::json::text(body, "name")) catalog.rename(*name);
  return answer(200, bj::object{{"success", true}});
}

Reply get_item(const CatalogContext& context, const Catalog& catalog) {
  auto properties = catalog.properties(context.target.item_id);
  if (!properties) {
    return error_global(context.settings.catalog_missing_item == "404" ? 404 : 200,
                        "Catalog item does not exist");
  }
  bj::object data;
  data["item_id"] = context.target.item_id;
  data["properties"] = std::move(*properties);
  return with_data(std::move(data));
}

}  // namespace

Reply catalog_refusal(int status, bj::object errors) {
  bj::object body{{"success", false}};
  body["errors"] = std::move(errors);
  return answer(status, body);
}

Reply answer_catalog_call(const CatalogContext& context) {
  const Route route = context.target.route;
  if (const std::string right(right_for(route)); !context.permissions.catalogs.allows(right)) {
    std::string words = right;
    for (char& letter : words)
      if (letter == '_') letter = ' ';
    return error_text(403, "No permission to " + words);
  }
  if (route == Route::catalog_list) return list_catalogs(context);
  if (route == Route::catalog_create) return create_catalog(context);
  Catalog* catalog = context.catalogs.find(context.target.catalog_id);
  if (catalog == nullptr) return error_global(404, "Catalog does not exist");
  switch (route) {
    case Route::catalog_get:
      return with_data(described(*catalog));
    case Route::catalog_put:
      return put_catalog(context, *catalog);
    case Route::catalog_delete:
      context.catalogs.erase(context.target.catalog_id);
      return answer(200, bj::object{{"success", true}});
    case Route::catalog_query:
      return query_catalog(context, *catalog);
    case Route::catalog_item_get:
      return get_item(context, *catalog);
    default:
      return write_to_catalog(context, *catalog);
  }
}

}  // namespace sandbox::bloomreach
