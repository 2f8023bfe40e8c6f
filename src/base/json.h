#pragma once
// Boost.JSON behind one header: parsing with limits and typed, path-naming access to foreign
// documents. Any thread. Foreign documents are read leniently (unknown members are ignored, null
// and "" are "absent") and never trusted.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/result.h"

namespace tillbridge::json {

using Value = boost::json::value;
using Object = boost::json::object;
using Array = boost::json::array;

constexpr std::size_t depth_max = 32;  // deeper documents are refused

// invalid_input with the byte offset on bad JSON.
Result<Value> parse(std::string_view text);
std::string to_text(const Value& value);

// Members of an object; nullopt when absent, null or of another type. text() also treats "" as
// absent.
std::optional<std::string> text(const Object& object, std::string_view key);
std::optional<std::int64_t> integer(const Object& object,
                                    std::string_view key);  // also accepts "123" and 123.0
std::optional<bool> boolean(const Object& object, std::string_view key);
const Object* object(const Object& object, std::string_view key);
const Array* array(const Object& object, std::string_view key);

// Appends text as a JSON string, quotes included.
void append_quoted(std::string& out, std::string_view text);

}  // namespace tillbridge::json
