// What an operator may have compared.

#include <fmt/format.h>

#include "app/operations.h"

namespace tillbridge::app {

Task<Result<json::Object>> HubOperations::compare(std::string workspace, std::string connection,
                                                  api::ComparisonAsked asked) {
  TB_CO_TRY(WorkspaceRuntime * found, find(workspace));
  if (connection != "klaviyo" || found->klaviyo() == nullptr) {
    co_return fail(Error::Kind::not_found,
                   fmt::format("workspace {} has no connection '{}' to compare with; only klaviyo "
                               "can be read back",
                               found->name(), connection));
  }
  const bool repair = asked.repair;
  const std::string by = asked.by;
  auto result = co_await found->klaviyo()->comparison().compare(std::move(asked));
  if (result && repair) {
    const std::string day = json::text(*result, "day").value_or("");
    const auto repaired = json::integer(*result, "repaired").value_or(0);
    TB_CO_CHECK(co_await store_audit(
        found->name(), fmt::format("{} compared {} with klaviyo and had {} event(s) sent again", by,
                                   day, repaired)));
  }
  co_return result;
}

Task<Result<json::Object>> HubOperations::compare_stock(std::string workspace,
                                                        api::StockComparisonAsked asked) {
  TB_CO_TRY(WorkspaceRuntime * found, find(workspace));
  if (found->stock() == nullptr) {
    co_return fail(
        Error::Kind::not_found,
        fmt::format("workspace {} keeps no stock: add [workspace.stock]", found->name()));
  }
  const bool repair = asked.repair;
  const std::string by = asked.by;
  auto result = co_await found->stock()->compare(std::move(asked));
  if (result && repair) {
    TB_CO_CHECK(co_await store_audit(
        found->name(), fmt::format("{} compared stock and had {} row(s) sent again, {} removed", by,
                                   json::integer(*result, "repaired").value_or(0),
                                   json::integer(*result, "removed").value_or(0))));
  }
  co_return result;
}

}  // namespace tillbridge::app
