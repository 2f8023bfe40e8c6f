#include "bloomreach/canonical.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "base/hash.h"

namespace sandbox::bloomreach {

void append_canonical(std::string& out, const boost::json::value& value) {
  if (const auto* members = value.if_object()) {
    std::vector<const boost::json::key_value_pair*> sorted;
    sorted.reserve(members->size());
    for (const auto& member : *members) sorted.push_back(&member);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return a->key() < b->key(); });
    out += '{';
    for (const auto* member : sorted) {
      tillbridge::json::append_quoted(out, member->key());
      out += ':';
      append_canonical(out, member->value());
      out += ',';
    }
    out += '}';
  } else if (const auto* list = value.if_array()) {
    out += '[';
    for (const auto& item : *list) {
      append_canonical(out, item);
      out += ',';
    }
    out += ']';
  } else if (value.is_double() && std::abs(value.get_double()) < 9e15 &&
             std::trunc(value.get_double()) == value.get_double()) {
    out += std::to_string(static_cast<std::int64_t>(value.get_double()));
  } else if (value.is_double()) {
    std::array<char, 40> digits{};
    const auto written =
        std::to_chars(digits.data(), digits.data() + digits.size(), value.get_double());
    out.append(digits.data(), written.ptr);
  } else {
    out += tillbridge::json::to_text(value);
  }
}

std::uint64_t content_hash(const boost::json::value& value) {
  std::string text;
  append_canonical(text, value);
  return tillbridge::stable_hash(text);
}

}  // namespace sandbox::bloomreach
