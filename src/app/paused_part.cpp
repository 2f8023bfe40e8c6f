#include "app/paused_part.h"

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

std::optional<engine::PauseKind> kind_of(std::string_view text) {
  for (const auto kind : {engine::PauseKind::store, engine::PauseKind::flow}) {
    if (name(kind) == text) return kind;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(engine::PauseKind kind) {
  return kind == engine::PauseKind::store ? "store" : "flow";
}

std::string text_of(const PausedPart& part) {
  return fmt::format("{}/{}", name(part.kind), part.name);
}

std::optional<PausedPart> parse_paused_part(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto kind = kind_of(text.substr(0, slash));
  if (!kind) return std::nullopt;
  return PausedPart{*kind, std::string(text.substr(slash + 1))};
}

Result<PausedPart> paused_part_of(const std::string& kind, const std::string& name) {
  const auto known = kind_of(kind);
  if (!known)
    return fail(Error::Kind::invalid_input,
                fmt::format("'{}' cannot be paused by name; a store or a flow can", kind));
  if (name.empty()) return fail(Error::Kind::invalid_input, "name the " + kind + " to pause");
  return PausedPart{*known, name};
}

}  // namespace tillbridge::app
