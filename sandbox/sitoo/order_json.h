#pragma once
// The strict wire form of an order (contract 2.4, 4.2 to 4.8): money as strings with two decimals,
// decimals with three, null and "" where Sitoo has them. Written straight into a string: lists of a
// hundred orders are asked for all day long. Any thread.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "sitoo/order.h"

namespace sandbox::sitoo {

struct OrderField;  // one top-level member

// Which members to write, in the order of the wire.
using FieldSelection = std::vector<const OrderField*>;

const FieldSelection& all_fields();           // single GET
const FieldSelection& default_list_fields();  // contract 4.1: a reduced set
// "orderid,externalid,...": unknown names are ignored, as are repeated ones.
FieldSelection chosen_fields(std::string_view comma_separated);

void append_order(std::string& out, const Order& order, const FieldSelection& fields);
void append_log_items(std::string& out, const Order& order);
void append_deliveries(std::string& out, const Order& order);

void append_money(std::string& out, std::int64_t minor);    // "123.50" with quotes
void append_decimal(std::string& out, std::int64_t milli);  // "2.000" with quotes
void append_integer(std::string& out, std::int64_t number);

// Writable texts of an order: email, namefirst, ... , delivery_countryid.
const std::vector<std::string_view>& text_fields();

// Takes the writable members of a POST or PUT body into the order. With merge, rows (by
// orderitemid) and map keys that are not named stay; else sent arrays and maps replace the old ones
// (what Sitoo does is not documented: contract 4.10). Computes totals.
tillbridge::Result<void> apply_order_body(Order& order, const tillbridge::json::Object& body,
                                          bool merge);

}  // namespace sandbox::sitoo
