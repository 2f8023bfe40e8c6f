#pragma once
// Sitoo's JSON about stock as the model's values (sitoo.md 3, 5.1 to 5.3, 8). Pure; any thread.
// Errors name SKU and field, never the value.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "model/stock.h"

namespace tillbridge::connectors::sitoo {

constexpr std::size_t unreadable_max = 20;

// The `fields` that the functions below need.
std::string_view warehouse_fields();
std::string_view store_fields();
std::string_view level_fields();
std::string_view movement_fields();

// Sitoo's number of a store -> our code for it; stores without code are left out.
using StoreCodes = std::map<std::string, std::string>;
void add_store(StoreCodes& codes, const json::Value& item);
// nullopt: nothing with a number. What does not say that it is sellable is not.
std::optional<model::Warehouse> to_warehouse(const json::Value& item, const StoreCodes& codes);

Result<model::StockLevel> to_level(const json::Value& item, const std::string& warehouse);

// Adds what a transaction moved, row by row in its order; rows and transactions that cannot be
// understood are noted in `unreadable`, up to unreadable_max.
void add_movements(std::vector<model::StockMovement>& movements,
                   std::vector<std::string>& unreadable, const json::Value& transaction);
// 0: none.
std::int64_t transaction_id(const json::Value& transaction);

void note(std::vector<std::string>& unreadable, std::string what);

}  // namespace tillbridge::connectors::sitoo
