#include "bloomreach/catalog_store.h"

#include <algorithm>

#include <fmt/format.h>

namespace sandbox::bloomreach {

Catalog& CatalogStore::create(std::string name, bool is_product, std::vector<ColumnSpec> columns) {
  // 24 hex digits, increasing, as the platform's ids are.
  std::string id = fmt::format("65bb0000{:016x}", ++last_id_);
  catalogs_.push_back(
      std::make_unique<Catalog>(std::move(id), std::move(name), is_product, std::move(columns)));
  return *catalogs_.back();
}

Catalog* CatalogStore::find(std::string_view id) {
  const auto found = std::find_if(catalogs_.begin(), catalogs_.end(),
                                  [id](const auto& catalog) { return catalog->id() == id; });
  return found == catalogs_.end() ? nullptr : found->get();
}

Catalog* CatalogStore::named(std::string_view name) {
  const auto found = std::find_if(catalogs_.begin(), catalogs_.end(),
                                  [name](const auto& catalog) { return catalog->name() == name; });
  return found == catalogs_.end() ? nullptr : found->get();
}

void CatalogStore::erase(std::string_view id) {
  std::erase_if(catalogs_, [id](const auto& catalog) { return catalog->id() == id; });
}

void CatalogStore::accept(CatalogWrite write, tillbridge::Tick due) {
  waiting_.push_back({due, std::move(write)});
}

void CatalogStore::apply_due(tillbridge::Tick now) {
  while (!waiting_.empty() && waiting_.front().due <= now) {
    const CatalogWrite write = std::move(waiting_.front().write);
    waiting_.pop_front();
    Catalog* catalog = find(write.catalog_id);
    if (catalog == nullptr) continue;  // deleted in the meantime
    for (const CatalogWrite::Item& item : write.items) {
      switch (write.kind) {
        case CatalogWrite::Kind::replace:
          catalog->replace(item.item_id, item.properties);
          break;
        case CatalogWrite::Kind::merge:
          catalog->merge(item.item_id, item.properties, item.upsert);
          break;
        case CatalogWrite::Kind::remove:
          catalog->remove(item.item_id);
          break;
      }
    }
  }
}

}  // namespace sandbox::bloomreach
