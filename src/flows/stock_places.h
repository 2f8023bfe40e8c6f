#pragma once
// Which warehouse's stock counts for which place, and where a place is published
// (docs/flows/stock.md "Which warehouse counts where"). Pure; any thread.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/stock.h"

namespace tillbridge::flows {

struct StockPlaceRule {
  std::string code;                     // ours: "STO-01"
  std::vector<std::string> warehouses;  // the source's code or number
  std::set<std::string> channels;       // connections that get its stock; empty: all
};

struct StockPlaceSettings {
  std::vector<StockPlaceRule> places;
  bool unlisted_by_store = true;  // a sellable warehouse that no place lists counts for its store
};

class StockPlaces {
 public:
  StockPlaces() = default;
  StockPlaces(const std::vector<model::Warehouse>& warehouses, const StockPlaceSettings& settings);

  // nullptr: it counts nowhere.
  const std::string* place_of(std::string_view warehouse) const;
  // The warehouses of a place, by number; empty: no such place.
  const std::vector<std::string>& warehouses_of(std::string_view place) const;
  bool publishes(std::string_view place, std::string_view channel) const;
  // Every place with its warehouses.
  const std::map<std::string, std::vector<std::string>, std::less<>>& places() const {
    return warehouses_;
  }
  // Warehouses whose stock would be lost: neither listed nor, by the settings, anybody's.
  const std::vector<model::Warehouse>& unmapped() const { return unmapped_; }
  // What the settings name and the source does not have: "place STO-09: warehouse WH-77".
  const std::vector<std::string>& unknown() const { return unknown_; }

 private:
  std::map<std::string, std::string, std::less<>> place_of_;  // by warehouse number
  std::map<std::string, std::vector<std::string>, std::less<>> warehouses_;
  std::map<std::string, std::set<std::string>, std::less<>> channels_;
  std::vector<model::Warehouse> unmapped_;
  std::vector<std::string> unknown_;
};

}  // namespace tillbridge::flows
