#include "base/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include <boost/json/serialize.hpp>
#include <boost/json/stream_parser.hpp>

#include "base/json_document.h"

namespace tillbridge::json {

namespace {

// Most documents fit, and need no heap while they are read.
constexpr std::size_t scratch_bytes = 4 * 1024;

Result<Value> parse_into(boost::json::storage_ptr storage, std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = depth_max;
  std::array<unsigned char, scratch_bytes> scratch;
  boost::json::stream_parser parser({}, options, scratch.data(), scratch.size());
  parser.reset(std::move(storage));
  boost::system::error_code error;
  const std::size_t used = parser.write_some(text.data(), text.size(), error);
  if (!error && used < text.size()) {
    if (text.find_first_not_of(" \t\r\n", used) != std::string_view::npos)
      error = boost::json::error::extra_data;
  }
  if (!error) parser.finish(error);
  if (error)
    return fail(Error::Kind::invalid_input,
                "not JSON at byte " + std::to_string(used) + ": " + error.message());
  return parser.release();
}

// By byte: whether it cannot stand in a JSON string as it is.
constexpr std::array<bool, 256> escaped_bytes() {
  std::array<bool, 256> escaped{};
  for (std::size_t control = 0; control < 0x20; ++control) escaped[control] = true;
  escaped['"'] = escaped['\\'] = true;
  return escaped;
}

bool is_escaped(char c) {
  static constexpr auto escaped = escaped_bytes();
  return escaped[static_cast<unsigned char>(c)];
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      constexpr std::string_view hex = "0123456789abcdef";
      out += "\\u00";
      out.push_back(hex[static_cast<unsigned char>(c) >> 4]);
      out.push_back(hex[static_cast<unsigned char>(c) & 15]);
  }
}

}  // namespace

Result<Value> parse(std::string_view text) {
  return parse_into({}, text);
}

Document::Document(std::string_view text)
    : values_(first_block_.data(), first_block_.size()), root_(parse_into(&values_, text)) {}

std::string to_text(const Value& value) {
  return boost::json::serialize(value);
}

std::optional<std::string> text(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string() || value->get_string().empty()) return std::nullopt;
  return std::string(value->get_string().data(), value->get_string().size());
}

std::optional<std::int64_t> integer(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  if (value->is_uint64() && value->get_uint64() <= INT64_MAX)
    return static_cast<std::int64_t>(value->get_uint64());
  if (value->is_double() && std::abs(value->get_double()) < 9e15 &&
      std::trunc(value->get_double()) == value->get_double()) {
    return static_cast<std::int64_t>(value->get_double());
  }
  if (value->is_string()) {
    const auto& digits = value->get_string();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error == std::errc{} && end == digits.data() + digits.size()) return number;
  }
  return std::nullopt;
}

std::optional<bool> boolean(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  if (value == nullptr || !value->is_bool()) return std::nullopt;
  return value->get_bool();
}

const Object* object(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

const Array* array(const Object& object, std::string_view key) {
  const Value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  // Hardly ever is there anything to escape: what is not goes over in one piece.
  for (;;) {
    const auto end = std::find_if(text.begin(), text.end(), is_escaped);
    out.append(text.begin(), end);
    if (end == text.end()) break;
    append_escaped(out, *end);
    text.remove_prefix(static_cast<std::size_t>(end - text.begin()) + 1);
  }
  out.push_back('"');
}

}  // namespace tillbridge::json
