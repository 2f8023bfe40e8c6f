#pragma once
// Item ids of stock rows (docs/flows/stock.md): "<place>__<sku>", sums "<sku>", with % and /
// written as %25 and %2F. Any thread.

#include <string>
#include <string_view>

namespace sandbox {

std::string stock_sum_item_id(std::string_view sku);
std::string stock_row_item_id(std::string_view place, std::string_view sku);
std::string stock_id_unescaped(std::string_view part);

}  // namespace sandbox
