#pragma once
// What Sitoo's answers about stock mean (sitoo.md 2.5, 2.7, 5). Pure; any thread.

#include "connectors/sitoo/list_call.h"
#include "connectors/sitoo/stock_client.h"

namespace tillbridge::connectors::sitoo {

// num: that of the call.
LevelPage read_levels(const Result<outbound::HttpAnswer>& answer, const std::string& warehouse,
                      std::size_t num, Instant now);
// from: the lowest id that was asked for.
MovementPage read_movements(const Result<outbound::HttpAnswer>& answer, std::int64_t from,
                            std::size_t num, Instant now);

}  // namespace tillbridge::connectors::sitoo
