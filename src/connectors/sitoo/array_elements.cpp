#include "connectors/sitoo/array_elements.h"

#include <algorithm>

namespace tillbridge::connectors::sitoo {
namespace {

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// From the opening quote to behind the closing one.
std::size_t behind_string(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at + 1;
}

// Where the element that begins the text ends: at a comma that is not inside of it.
std::size_t end_of_element(std::string_view text) {
  int depth = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = behind_string(text, at);
      continue;
    }
    if (depth == 0 && c == ',') return at;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
  }
  return text.size();
}

}  // namespace

ArrayElements::ArrayElements(std::string_view array, std::size_t count)
    : rest_(without_blanks(array)), left_(count) {
  if (rest_.size() < 2) return;
  rest_.remove_prefix(1);
  rest_.remove_suffix(1);
}

std::string_view ArrayElements::next() {
  if (left_ == 0) return {};
  --left_;
  // The last one is all that is left: most arrays that come in have but one.
  const std::size_t end = left_ == 0 ? rest_.size() : end_of_element(rest_);
  const std::string_view element = without_blanks(rest_.substr(0, end));
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return element;
}

}  // namespace tillbridge::connectors::sitoo
