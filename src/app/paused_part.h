#pragma once
// What a person can pause beside whole connections: what goes out for one store, or by one flow.
// Stored as the pause of a connection named "store/STO-01" or "flow/sale_to_bloomreach"
// (journal/step.h SetPause).

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "engine/lanes.h"

namespace tillbridge::app {

struct PausedPart {
  engine::PauseKind kind = engine::PauseKind::store;
  std::string name;
  friend auto operator<=>(const PausedPart&, const PausedPart&) = default;
};

std::string_view name(engine::PauseKind kind);  // "store", "flow"
std::string text_of(const PausedPart& part);    // "store/STO-01"
// nullopt: a connection's name.
std::optional<PausedPart> parse_paused_part(std::string_view text);
// invalid_input: no such kind, or no name.
Result<PausedPart> paused_part_of(const std::string& kind, const std::string& name);

}  // namespace tillbridge::app
