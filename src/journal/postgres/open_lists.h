#pragma once
// Which deliveries are not over: the rows of delivery_open (migrations/0006), which stand where
// indexes that depend on the state would make each outcome change every index of its delivery.
// Internal to journal/postgres.
//
// Gathers what becomes of deliveries within one transaction. What was planned and finished in the
// same one comes to nothing.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "journal/step.h"

namespace tillbridge::journal::postgres {

class OpenLists {
 public:
  // The list's number (stored, never renumber) within its workspace.
  using List = std::pair<std::string, std::int16_t>;
  using Ids = std::map<List, std::vector<std::uint64_t>>;  // rising
  struct Changes {
    Ids removed;
    Ids added;
  };

  // No state before: it is new. None after: it is removed.
  void moved(std::string_view workspace, std::uint64_t id, std::optional<DeliveryState> before,
             std::optional<DeliveryState> after);
  Changes changes() const;

 private:
  struct Move {
    std::string workspace;
    std::optional<DeliveryState> before, after;
  };
  std::unordered_map<std::uint64_t, Move> moves_;  // by delivery
};

}  // namespace tillbridge::journal::postgres
