#include "ledger/stock_item_id.h"

#include <boost/algorithm/string/replace.hpp>

namespace sandbox {

using boost::algorithm::replace_all;

std::string stock_sum_item_id(std::string_view sku) {
  std::string id(sku);
  replace_all(id, "%", "%25");
  replace_all(id, "/", "%2F");
  return id;
}

std::string stock_row_item_id(std::string_view place, std::string_view sku) {
  return stock_sum_item_id(place) + "__" + stock_sum_item_id(sku);
}

std::string stock_id_unescaped(std::string_view part) {
  std::string text(part);
  replace_all(text, "%2F", "/");
  replace_all(text, "%25", "%");
  return text;
}

}  // namespace sandbox
