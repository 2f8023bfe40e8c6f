#include "bloomreach/catalog_checks.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace sandbox::bloomreach {

namespace bj = boost::json;

namespace {

constexpr double unix_seconds_max = 253'402'300'799;  // the end of year 9999: not milliseconds

bool is_bad_key(std::string_view key) {
  return key.empty() || key.find('\0') != std::string_view::npos ||
         key.find_first_of(".$") != std::string_view::npos;
}

bool is_date(ColumnType type) {
  return type == ColumnType::date || type == ColumnType::datetime;
}

bool is_unix_seconds(const bj::value& value) {
  if (!value.is_number()) return false;
  const double seconds = value.to_number<double>();
  return seconds >= -unix_seconds_max && seconds <= unix_seconds_max;
}

}  // namespace

bj::object catalog_errors(std::string_view field, std::string_view text) {
  bj::object errors;
  errors[field] = bj::array{bj::string(text)};
  return errors;
}

std::variant<std::vector<ColumnSpec>, bj::object> columns_of(const bj::object& body) {
  std::vector<ColumnSpec> columns;
  const bj::value* fields = body.if_contains("fields");
  if (fields == nullptr) return columns;
  if (!fields->is_array()) return catalog_errors("fields", "Fields should be a list");
  for (const bj::value& field : fields->get_array()) {
    const bj::object* object = field.if_object();
    const auto name = object == nullptr ? std::nullopt : tillbridge::json::text(*object, "name");
    if (!name || is_bad_key(*name)) return catalog_errors("fields", "Malformed field name");
    const auto type = column_type_named(tillbridge::json::text(*object, "type").value_or("string"));
    if (!type) return catalog_errors("fields", fmt::format("Unknown type of field {}", *name));
    const bool repeated =
        std::any_of(columns.begin(), columns.end(),
                    [&name](const ColumnSpec& known) { return known.name == *name; });
    if (repeated) return catalog_errors("fields", fmt::format("Field {} is repeated", *name));
    columns.push_back(
        {*name, *type, tillbridge::json::boolean(*object, "searchable").value_or(false)});
  }
  return columns;
}

bj::object faults_of_item_id(const bj::value* item_id) {
  if (item_id == nullptr || !item_id->is_string())
    return catalog_errors("_global", "Malformed item id. Item id should be a string");
  const std::string_view text = item_id->get_string();
  if (text.empty())
    return catalog_errors("_global", "Malformed item id. Item id should not be empty");
  if (text.find('/') != std::string_view::npos)
    return catalog_errors("_global", "Malformed item id. Item id should not contain /");
  return {};
}

bj::object faults_of_properties(const Catalog& catalog, const bj::value* properties) {
  if (properties == nullptr || !properties->is_object())
    return catalog_errors("properties", "Properties should be an object");
  std::vector<std::string> undeclared;
  for (const auto& [key, value] : properties->get_object()) {
    if (is_bad_key(key))
      return catalog_errors("properties",
                            "Malformed property name. It should not be empty or "
                            "contain NUL, . or $");
    const ColumnSpec* column = catalog.column(key);
    if (column == nullptr) {
      undeclared.emplace_back(key);
    } else if (is_date(column->type) && !value.is_null() && !is_unix_seconds(value)) {
      return catalog_errors(
          "properties", fmt::format("Field {} should be a UNIX timestamp.", std::string_view(key)));
    }
  }
  if (undeclared.empty()) return {};
  return catalog_errors("properties", fmt::format("Fields [{}] are not properly defined.",
                                                  fmt::join(undeclared, ", ")));
}

}  // namespace sandbox::bloomreach
