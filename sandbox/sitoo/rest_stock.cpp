#include "sitoo/rest_stock.h"

#include <charconv>

#include "base/decimal.h"

namespace sandbox::sitoo {

namespace json = tillbridge::json;
using json::Object;
using tillbridge::Decimal;
using tillbridge::fail;
using tillbridge::Result;
using tillbridge::http::Reply;
using Kind = tillbridge::Error::Kind;

const Warehouse* warehouse_of(const Account& account, std::int64_t id) {
  return id < 1 || id > INT32_MAX ? nullptr
                                  : account.masterdata().find_warehouse(static_cast<int>(id));
}

const Warehouse* warehouse_of(const RestCall& call, std::size_t place) {
  const std::string& text = call.ids.at(place);
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return nullptr;
  return warehouse_of(call.account, id);
}

Result<std::optional<std::int64_t>> units_of(const Object& body, std::string_view key, int digits) {
  const auto* value = body.if_contains(key);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const auto parsed = value->is_string() ? Decimal::parse(std::string_view(value->get_string()))
                                         : Result<Decimal>(fail(Kind::invalid_input, ""));
  const auto units = parsed ? parsed->to_units(digits) : fail(Kind::invalid_input, "");
  if (!units || Decimal::of_scaled(*units, digits) != *parsed) {
    return fail(Kind::invalid_input, std::string(key) + " is not a decimal with at most " +
                                         std::to_string(digits) + " digits, as text");
  }
  return std::optional(*units);
}

Result<std::string> needed_text(const Object& body, std::string_view key) {
  const auto* value = body.if_contains(key);
  if (value == nullptr || !value->is_string() || value->get_string().empty()) {
    return fail(Kind::invalid_input, std::string(key) + " is missing");
  }
  return std::string(value->get_string());
}

Result<std::int64_t> needed_units(const Object& body, std::string_view key, int digits) {
  TB_TRY(const auto units, units_of(body, key, digits));
  if (!units) return fail(Kind::invalid_input, std::string(key) + " is missing");
  return *units;
}

json::Array results_of(const json::Array& entries, const EntryWork& work) {
  json::Array results;
  results.reserve(entries.size());
  for (const json::Value& entry : entries) {
    const auto done =
        entry.is_object() ? work(entry.get_object()) : fail(Kind::invalid_input, "not an object");
    results.push_back(done ? Object{{"statuscode", 200}, {"return", *done}}
                           : Object{{"statuscode", 400}, {"errortext", done.error().what}});
  }
  return results;
}

Reply each_entry(const RestCall& call, const EntryWork& work) {
  const auto body = json::parse(call.request.body);
  if (!body || !body->is_array()) return error_reply(400, "The body must be an array");
  return json_reply(json::to_text(results_of(body->get_array(), work)));
}

}  // namespace sandbox::sitoo
