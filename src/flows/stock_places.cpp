#include "flows/stock_places.h"

#include <algorithm>

namespace tillbridge::flows {

StockPlaces::StockPlaces(const std::vector<model::Warehouse>& warehouses,
                         const StockPlaceSettings& settings) {
  for (const StockPlaceRule& rule : settings.places) {
    channels_[rule.code] = rule.channels;
    for (const std::string& named : rule.warehouses) {
      const auto found = std::find_if(
          warehouses.begin(), warehouses.end(),
          [&](const model::Warehouse& one) { return one.code == named || one.id == named; });
      if (found == warehouses.end()) {
        unknown_.push_back("place " + rule.code + ": warehouse " + named);
      } else if (place_of_.emplace(found->id, rule.code).second) {
        warehouses_[rule.code].push_back(found->id);
      }
    }
  }
  for (const model::Warehouse& one : warehouses) {
    if (place_of_.contains(one.id) || !one.sellable) continue;
    if (settings.unlisted_by_store && !one.store.empty()) {
      place_of_.emplace(one.id, one.store);
      warehouses_[one.store].push_back(one.id);
    } else {
      unmapped_.push_back(one);
    }
  }
}

const std::string* StockPlaces::place_of(std::string_view warehouse) const {
  const auto found = place_of_.find(warehouse);
  return found == place_of_.end() ? nullptr : &found->second;
}

const std::vector<std::string>& StockPlaces::warehouses_of(std::string_view place) const {
  static const std::vector<std::string> none;
  const auto found = warehouses_.find(place);
  return found == warehouses_.end() ? none : found->second;
}

bool StockPlaces::publishes(std::string_view place, std::string_view channel) const {
  if (!warehouses_.contains(place)) return false;
  const auto found = channels_.find(place);
  return found == channels_.end() || found->second.empty() ||
         found->second.contains(std::string(channel));
}

}  // namespace tillbridge::flows
