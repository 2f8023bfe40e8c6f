#pragma once
// What the answers of the catalog calls mean (bloomreach.md 3, 9; K1, K2, K4, K5, K10, K11). Pure;
// any thread. How outcomes are chosen is told in catalog_client.h. `catalog` is the id, for
// reasons.

#include <string>

#include "connectors/bloomreach/catalog_client.h"

namespace tillbridge::connectors::bloomreach {

CatalogsAnswer catalogs_answer(const Result<outbound::HttpAnswer>& answer);
CreatedCatalog created_answer(const Result<outbound::HttpAnswer>& answer);
enum class RowCall : std::uint8_t { update, remove };
RowsAnswer rows_answer(const Result<outbound::HttpAnswer>& answer, RowCall what,
                       const std::string& catalog, std::size_t rows_sent);
RowPage row_page_answer(const Result<outbound::HttpAnswer>& answer, const std::string& catalog);
RowAnswer row_answer(const Result<outbound::HttpAnswer>& answer, const std::string& catalog);

}  // namespace tillbridge::connectors::bloomreach
