#include "journal/postgres/open_lists.h"

#include <algorithm>
#include <array>

#include "journal/counters.h"

namespace tillbridge::journal::postgres {
namespace {

constexpr std::int16_t unfinished = 1;
constexpr std::int16_t blocked = 3;
constexpr std::int16_t parked = 11;
constexpr std::array all_lists{unfinished, blocked, parked};

bool is_in(std::int16_t list, const std::optional<DeliveryState>& state) {
  if (!state) return false;
  switch (list) {
    case unfinished:
      return is_unfinished(*state);
    case blocked:
      return *state == DeliveryState::blocked;
    default:
      return *state == DeliveryState::parked;
  }
}

}  // namespace

void OpenLists::moved(std::string_view workspace, std::uint64_t id,
                      std::optional<DeliveryState> before, std::optional<DeliveryState> after) {
  const auto [at, is_first] = moves_.try_emplace(id);
  if (is_first) {
    at->second.workspace = workspace;
    at->second.before = before;
  }
  at->second.after = after;
}

OpenLists::Changes OpenLists::changes() const {
  Changes changes;
  for (const auto& [id, move] : moves_) {
    for (const auto list : all_lists) {
      const bool was_in = is_in(list, move.before);
      if (was_in == is_in(list, move.after)) continue;
      auto& to = was_in ? changes.removed : changes.added;
      to[{move.workspace, list}].push_back(id);
    }
  }
  for (auto* ids : {&changes.removed, &changes.added}) {
    for (auto& [list, of_list] : *ids) std::sort(of_list.begin(), of_list.end());
  }
  return changes;
}

}  // namespace tillbridge::journal::postgres
