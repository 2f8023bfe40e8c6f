#include "app/desk/edited_parts.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"

namespace tillbridge::app {
namespace {

// Of valid JSON. Parsing and writing it anew would change how numbers are written.
std::string without_spaces(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  bool quoted = false;
  bool escaped = false;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!quoted && space) continue;
    out += c;
    if (c == '"' && !escaped) quoted = !quoted;
    escaped = quoted && c == '\\' && !escaped;
  }
  return out;
}

std::vector<std::string> members(const json::Value& value) {
  std::vector<std::string> names;
  if (const json::Object* object = value.if_object()) {
    for (const auto& member : *object) names.emplace_back(std::string_view(member.key()));
  }
  return names;
}

Result<std::string> edited_part(const std::string& before, std::string edited) {
  if (edited.empty()) return fail(Error::Kind::invalid_input, "is empty");
  if (edited.size() > edited_part_bytes_max)
    return fail(Error::Kind::invalid_input, "is over 1 MB");
  const auto was = json::parse(before);
  if (!was) return edited;
  const auto now = json::parse(edited);
  if (!now) return fail(Error::Kind::invalid_input, "is no JSON: " + now.error().what);
  if (was->kind() != now->kind())
    return fail(Error::Kind::invalid_input, "is JSON of another kind than it was");
  const std::vector<std::string> names = members(*was);
  if (members(*now) != names) {
    return fail(Error::Kind::invalid_input,
                fmt::format("must have these members in this order: {}", fmt::join(names, ", ")));
  }
  return without_spaces(edited);
}

}  // namespace

Result<std::vector<std::string>> edited_parts(const std::vector<std::string>& before,
                                              std::vector<std::string> edited) {
  if (before.size() != edited.size()) {
    return fail(Error::Kind::invalid_input,
                fmt::format("the delivery has {} part(s), not {}", before.size(), edited.size()));
  }
  for (std::size_t at = 0; at < edited.size(); ++at) {
    auto part = edited_part(before[at], std::move(edited[at]));
    if (!part)
      return fail(Error::Kind::invalid_input, fmt::format("part {} {}", at + 1, part.error().what));
    edited[at] = std::move(*part);
  }
  return edited;
}

}  // namespace tillbridge::app
