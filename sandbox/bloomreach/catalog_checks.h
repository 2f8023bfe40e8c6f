#pragma once
// What the platform says about columns and items that a catalog call brings (contract 9.2). Any
// thread.

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "bloomreach/catalog.h"

namespace sandbox::bloomreach {

// The member "errors" of an answer or a result: {"<field>":["..."]}.
boost::json::object catalog_errors(std::string_view field, std::string_view text);

// "fields" of a catalog's description; the errors when they cannot be columns.
std::variant<std::vector<ColumnSpec>, boost::json::object> columns_of(
    const boost::json::object& body);

// Empty: nothing is wrong.
boost::json::object faults_of_item_id(const boost::json::value* item_id);
boost::json::object faults_of_properties(const Catalog& catalog,
                                         const boost::json::value* properties);

}  // namespace sandbox::bloomreach
