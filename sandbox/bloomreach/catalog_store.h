#pragma once
// The project's catalogs and the accepted writes on their way to them: applied in the order of
// acceptance, each when its delay is over. Core thread; nothing runs by itself.

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "bloomreach/catalog.h"

namespace sandbox::bloomreach {

struct CatalogWrite {
  enum class Kind : std::uint8_t { replace, merge, remove };
  struct Item {
    std::string item_id;
    boost::json::object properties = {};
    bool upsert = false;
  };
  Kind kind = Kind::merge;
  std::string catalog_id;
  std::vector<Item> items;
};

class CatalogStore {
 public:
  // Names may repeat; whether the platform lets them is the calls' business.
  Catalog& create(std::string name, bool is_product, std::vector<ColumnSpec> columns);
  Catalog* find(std::string_view id);     // nullptr: none
  Catalog* named(std::string_view name);  // the first of that name
  void erase(std::string_view id);
  const std::vector<std::unique_ptr<Catalog>>& all() const { return catalogs_; }

  void accept(CatalogWrite write, tillbridge::Tick due);
  void apply_due(tillbridge::Tick now);
  std::size_t waiting() const { return waiting_.size(); }  // calls

 private:
  struct Waiting {
    tillbridge::Tick due;
    CatalogWrite write;
  };
  std::vector<std::unique_ptr<Catalog>> catalogs_;
  std::deque<Waiting> waiting_;
  std::uint64_t last_id_ = 0;
};

}  // namespace sandbox::bloomreach
