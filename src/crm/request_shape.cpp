#include "crm/request_shape.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "base/json.h"
#include "base/utf8.h"
#include "crm/route_match.h"

namespace tillbridge::crm {
namespace {

constexpr std::string_view mask = "{…}";
constexpr std::string_view more = "…";
constexpr std::size_t segments_max = 16;
constexpr std::size_t name_length_max = 40;
constexpr std::size_t name_digits_max = 2;  // "address2" is a name, "0700000001" is not
constexpr std::size_t names_max = 40;
constexpr std::size_t shape_bytes_max = 2048;
constexpr std::size_t element_kinds_max = 4;
constexpr std::size_t body_bytes_max = 64 * 1024;

// Of calls that fit no route these tell an operator what was meant. None of them names a person.
constexpr std::array<std::string_view, 26> path_words{
    "address", "addresses", "api",       "bonus-checks", "bonuschecks", "consent",  "consents",
    "crm",     "customer",  "customers", "history",      "lookup",      "members",  "memberships",
    "notes",   "orders",    "profile",   "promotions",   "purchases",   "receipts", "redeem",
    "search",  "sections",  "undo",      "undo-redeem",  "undo_redeem"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
         c == '.';
}

std::string shape_of(const json::Value& value);

std::string object_shape(const json::Object& object) {
  std::string out = "{";
  for (const auto& [name, value] : object) {
    if (out.size() > 1) out += ',';
    if (out.size() > shape_bytes_max) {
      out += more;
      break;
    }
    json::append_quoted(out, masked_name(std::string_view(name.data(), name.size())));
    out += ':' + shape_of(value);
  }
  return out + '}';
}

std::string array_shape(const json::Array& array) {
  std::vector<std::string> kinds;
  for (const json::Value& element : array) {
    std::string kind = shape_of(element);
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) continue;
    if (kinds.size() == element_kinds_max) {
      kinds.emplace_back(more);
      break;
    }
    kinds.push_back(std::move(kind));
  }
  std::string out = "[";
  for (const std::string& kind : kinds) out += (out.size() > 1 ? "," : "") + kind;
  return out + ']';
}

std::string shape_of(const json::Value& value) {
  if (value.is_object()) return object_shape(value.get_object());
  if (value.is_array()) return array_shape(value.get_array());
  if (value.is_string()) return "\"text\"";
  if (value.is_bool()) return "\"boolean\"";
  return value.is_null() ? "\"null\"" : "\"number\"";
}

class NameList {
 public:
  // False when there is no room for more.
  bool add(std::string_view name) {
    if (count_++ == names_max) {
      text_ += ", ";
      text_ += more;
      return false;
    }
    if (!text_.empty()) text_ += ", ";
    text_ += masked_name(name);
    return true;
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

}  // namespace

std::string masked_name(std::string_view name) {
  const bool plain = !name.empty() && name.size() <= name_length_max &&
                     std::all_of(name.begin(), name.end(), is_name_character) &&
                     std::count_if(name.begin(), name.end(), is_digit) <=
                         static_cast<std::ptrdiff_t>(name_digits_max);
  return std::string(plain ? name : mask);
}

std::string masked_path(std::string_view raw_path, const RouteTable& routes) {
  std::set<std::string_view> words(path_words.begin(), path_words.end());
  for (const auto& [operation, route] : routes) {
    for (const std::string_view segment : segments_of(route.path)) {
      if (!segment.starts_with('{')) words.insert(segment);
    }
  }
  std::string out;
  std::size_t count = 0;
  for (const std::string_view segment : segments_of(raw_path)) {
    out += '/';
    if (++count > segments_max) {
      out += more;
      break;
    }
    out += words.contains(segment) ? segment : mask;
  }
  return out.empty() ? "/" : out;
}

std::string body_shape(std::string_view body) {
  if (body.find_first_not_of(" \t\r\n") == std::string_view::npos) return "";
  const std::string size = " (" + std::to_string(body.size()) + " bytes)";
  if (body.size() > body_bytes_max) return "too large" + size;
  const auto parsed = json::parse(body);
  if (!parsed) return "not JSON" + size;
  std::string shape = shape_of(*parsed);
  if (shape.size() > shape_bytes_max) {
    shape.resize(beginning_of(shape, shape_bytes_max).size());
    shape += more;
  }
  return shape;
}

std::string header_names(const http::Request& request) {
  NameList names;
  for (const http::Header& header : request.headers) {
    if (!names.add(header.name)) break;
  }
  return names.take();
}

std::string parameter_names(const http::Request& request) {
  NameList names;
  std::string_view rest = request.query;
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (!names.add(pair.substr(0, pair.find('=')))) break;
  }
  return names.take();
}

}  // namespace tillbridge::crm
