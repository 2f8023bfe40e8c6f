#include "connectors/klaviyo/raw_json.h"

#include <algorithm>

#include "base/assert.h"

namespace tillbridge::connectors::klaviyo {
namespace {

constexpr std::string_view blanks = " \t\r\n";

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(blanks, at), text.size());
}

// Behind the closing quote of the string that begins at `at`.
std::size_t string_end(std::string_view text, std::size_t at) {
  TB_ASSERT(text[at] == '"');
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  TB_ASSERT(at < text.size());
  return at + 1;
}

std::size_t value_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = string_end(text, at);
      if (depth == 0) return at;
      continue;
    }
    const bool closes = c == '}' || c == ']';
    if (depth == 0 && (closes || c == ',' || blanks.find(c) != std::string_view::npos)) return at;
    if (c == '{' || c == '[') ++depth;
    if (closes && --depth == 0) return at + 1;
    ++at;
  }
  return at;
}

}  // namespace

std::vector<RawMember> raw_members(std::string_view object_text) {
  std::vector<RawMember> members;
  std::size_t at = skip_blanks(object_text, 0);
  TB_ASSERT(at < object_text.size() && object_text[at] == '{');
  at = skip_blanks(object_text, at + 1);
  while (at < object_text.size() && object_text[at] == '"') {
    RawMember member;
    const std::size_t name_end = string_end(object_text, at);
    member.name = object_text.substr(at + 1, name_end - at - 2);
    at = skip_blanks(object_text, name_end);
    TB_ASSERT(at < object_text.size() && object_text[at] == ':');
    at = skip_blanks(object_text, at + 1);
    const std::size_t end = value_end(object_text, at);
    member.value = object_text.substr(at, end - at);
    members.push_back(member);
    at = skip_blanks(object_text, end);
    if (at < object_text.size() && object_text[at] == ',') at = skip_blanks(object_text, at + 1);
  }
  return members;
}

std::string_view raw_member(std::string_view object_text, std::string_view name) {
  std::string_view value;
  for (const RawMember& member : raw_members(object_text)) {
    if (member.name == name) value = member.value;
  }
  return value;
}

std::vector<std::string_view> raw_items(std::string_view array_text) {
  std::vector<std::string_view> items;
  std::size_t at = skip_blanks(array_text, 0);
  TB_ASSERT(at < array_text.size() && array_text[at] == '[');
  at = skip_blanks(array_text, at + 1);
  while (at < array_text.size() && array_text[at] != ']') {
    const std::size_t end = value_end(array_text, at);
    items.push_back(array_text.substr(at, end - at));
    at = skip_blanks(array_text, end);
    if (at < array_text.size() && array_text[at] == ',') at = skip_blanks(array_text, at + 1);
  }
  return items;
}

}  // namespace tillbridge::connectors::klaviyo
