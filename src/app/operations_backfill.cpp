// What an operator may have sent of the past.

#include <fmt/format.h>

#include "app/operations.h"

namespace tillbridge::app {

Task<Result<json::Object>> HubOperations::backfill(std::string workspace,
                                                   api::BackfillAsked asked) {
  TB_CO_TRY(WorkspaceRuntime * found, find(workspace));
  co_return co_await found->backfill().start(std::move(asked));
}

Task<Result<json::Object>> HubOperations::backfill_state(std::string workspace) {
  TB_CO_TRY(WorkspaceRuntime * found, find(workspace));
  co_return found->backfill().state();
}

Task<Result<json::Object>> HubOperations::backfill_act(std::string workspace, std::string act,
                                                       std::string by) {
  TB_CO_TRY(WorkspaceRuntime * found, find(workspace));
  co_return co_await found->backfill().act(std::move(act), std::move(by));
}

}  // namespace tillbridge::app
