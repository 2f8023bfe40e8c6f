#include "connectors/bloomreach/customer_values.h"

#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace tillbridge::connectors::bloomreach {
namespace {

// nullopt for "" and for what is neither text nor number.
std::optional<std::string> text_of(const json::Value& value) {
  if (const auto* text = value.if_string(); text != nullptr && !text->empty())
    return std::string(text->data(), text->size());
  if (const auto* whole = value.if_int64()) return std::to_string(*whole);
  if (const auto* large = value.if_uint64()) return std::to_string(*large);
  if (const auto* number = value.if_double()) return fmt::format("{}", *number);
  return std::nullopt;
}

std::optional<double> number_of(const json::Value& value) {
  if (const auto* whole = value.if_int64()) return static_cast<double>(*whole);
  if (const auto* number = value.if_double()) return *number;
  if (const auto* text = value.if_string()) {
    double number = 0;
    const char* const last = text->data() + text->size();
    const auto [end, error] = std::from_chars(text->data(), last, number);
    if (error == std::errc{} && end == last) return number;
  }
  return std::nullopt;
}

}  // namespace

std::optional<json::Value> property_value(const json::Value& value) {
  if (value.is_bool() || value.is_number()) return value;
  if (value.is_string()) return value.get_string().empty() ? std::nullopt : std::optional(value);
  const json::Array* list = value.if_array();
  if (list == nullptr) return std::nullopt;
  json::Array texts;
  for (const json::Value& entry : *list) {
    if (const auto text = text_of(entry)) texts.emplace_back(*text);
  }
  if (texts.empty()) return std::nullopt;
  return json::Value(std::move(texts));
}

std::vector<std::string> id_values(const json::Value& value) {
  std::vector<std::string> ids;
  if (auto one = text_of(value)) ids.push_back(std::move(*one));
  if (const json::Array* list = value.if_array()) {
    for (const json::Value& entry : *list) {
      if (auto one = text_of(entry)) ids.push_back(std::move(*one));
    }
  }
  return ids;
}

std::optional<Instant> time_value(const json::Value& value) {
  constexpr double year_10000 = 253'402'300'800;
  const std::optional<double> seconds = number_of(value);
  // The negated form refuses "nan" as well.
  if (!seconds || !(*seconds > 0 && *seconds < year_10000)) return std::nullopt;
  return from_unix_us(std::llround(*seconds * 1e6));
}

}  // namespace tillbridge::connectors::bloomreach
