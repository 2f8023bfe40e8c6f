// K4: the listing of a catalog's items and the search in it.
#include <algorithm>
#include <charconv>
#include <limits>

#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>

#include "bloomreach/catalog_calls.h"
#include "bloomreach/catalog_checks.h"

namespace sandbox::bloomreach {

namespace bj = boost::json;

namespace {

using Row = Catalog::Row;

constexpr std::size_t count_unless_given = 20;

std::optional<std::size_t> number_of(const CatalogContext& context, std::string_view parameter,
                                     std::size_t otherwise) {
  const auto text = context.request.parameter(parameter);
  if (!text || text->empty()) return otherwise;
  std::size_t number = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  constexpr std::size_t sane_max = std::numeric_limits<std::uint32_t>::max();
  if (error != std::errc{} || stop != end || number > sane_max) return std::nullopt;
  return number;
}

struct SortKey {
  std::size_t column = 0;
  bool descending = false;
};

// "price desc,brand asc"; nullopt: not so.
std::optional<std::vector<SortKey>> sort_keys(const Catalog& catalog, const std::string& order) {
  std::vector<SortKey> keys;
  std::vector<std::string> parts;
  boost::algorithm::split(parts, order, [](char letter) { return letter == ','; });
  for (std::string& part : parts) {
    boost::algorithm::trim(part);
    const std::size_t space = part.find(' ');
    const std::string direction = space == std::string::npos ? "asc" : part.substr(space + 1);
    const auto column = catalog.column_index(part.substr(0, space));
    if (!column || (direction != "asc" && direction != "desc")) return std::nullopt;
    keys.push_back({*column, direction == "desc"});
  }
  return keys;
}

// -1, 0, 1. Empty values come first, numbers before texts.
int compared(const bj::value& a, const bj::value& b) {
  const auto rank = [](const bj::value& value) {
    return value.is_null() ? 0 : value.is_number() ? 1 : value.is_bool() ? 2 : 3;
  };
  if (rank(a) != rank(b)) return rank(a) < rank(b) ? -1 : 1;
  if (a.is_null()) return 0;
  if (a.is_number()) {
    const double left = a.to_number<double>(), right = b.to_number<double>();
    return left < right ? -1 : left > right ? 1 : 0;
  }
  const std::string left = tillbridge::json::to_text(a), right = tillbridge::json::to_text(b);
  return left.compare(right);
}

void sort_rows(const Catalog& catalog, const std::vector<SortKey>& keys, std::vector<Row>& rows) {
  std::sort(rows.begin(), rows.end(), [&](Row a, Row b) {
    for (const SortKey& key : keys) {
      const int order = compared(catalog.cell(key.column, a), catalog.cell(key.column, b));
      if (order != 0) return key.descending ? order > 0 : order < 0;
    }
    return catalog.item_id(a) < catalog.item_id(b);
  });
}

bj::array items_of(const Catalog& catalog, const std::vector<Row>& rows, std::size_t skip,
                   std::size_t count) {
  bj::array data;
  for (std::size_t i = skip; i < std::min(rows.size(), skip + count); ++i) {
    bj::object item;
    item["catalog_id"] = catalog.id();
    item["item_id"] = catalog.item_id(rows[i]);
    item["properties"] = catalog.properties(rows[i]);
    data.push_back(std::move(item));
  }
  return data;
}

}  // namespace

Reply query_catalog(const CatalogContext& context, const Catalog& catalog) {
  const auto count = number_of(context, "count", count_unless_given);
  const auto skip = number_of(context, "skip", 0);
  if (!count || !skip)
    return catalog_refusal(
        400, catalog_errors(count ? "skip" : "count", "A whole number from 0 is expected"));
  const auto listing_max = static_cast<std::size_t>(context.settings.catalog_listing_max);
  if (listing_max > 0 && *count + *skip > listing_max)
    return error_global(
        400, "Sum of count and skip should be less than " + std::to_string(listing_max + 1));

  std::optional<std::size_t> column;
  if (const std::string field = context.request.parameter("field").value_or(""); !field.empty()) {
    column = catalog.column_index(field);
    if (!column || !catalog.column(field)->searchable)
      return catalog_refusal(400, catalog_errors("field", "Field is not searchable"));
  }
  const std::string text = context.request.parameter("query").value_or("");
  const std::string order = context.request.parameter("order").value_or("");
  std::vector<Row> chosen;
  const std::vector<Row>* rows = &catalog.listing();
  if (!text.empty()) {
    chosen = catalog.containing(text, column);
    rows = &chosen;
  }
  if (!order.empty()) {
    const auto keys = sort_keys(catalog, order);
    if (!keys) return catalog_refusal(400, catalog_errors("order", "Order is malformed"));
    if (rows != &chosen) chosen = *rows;
    rows = &chosen;
    sort_rows(catalog, *keys, chosen);
  }
  const auto matched_max = static_cast<std::size_t>(context.settings.catalog_matched_max);
  const bool limited = matched_max > 0 && rows->size() > matched_max;
  bj::object body{{"success", true}};
  body["data"] = items_of(catalog, *rows, *skip, *count);
  body["matched"] = limited ? matched_max : rows->size();
  body["matched_limited"] = limited;
  body["limit"] = *count;
  body["skip"] = *skip;
  body["total"] = catalog.size();
  return answer(200, body);
}

}  // namespace sandbox::bloomreach
