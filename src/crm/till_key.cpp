#include "crm/till_key.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <locale>

#include <boost/algorithm/string/trim.hpp>

#include "base/json.h"
#include "model/identity.h"

namespace tillbridge::crm {
namespace {

bool is_utf8(std::string_view text) {
  std::string quoted;
  json::append_quoted(quoted, text);
  return json::parse(quoted).has_value();
}

// The number as the till meant it: no country code begins with 0, so " 46700000001" was "+46...".
std::string with_plus(std::string text) {
  if (text.size() > 1 && text[0] == ' ' && text[1] >= '1' && text[1] <= '9') text[0] = '+';
  return text;
}

// No address has a space inside, so it was a '+'.
std::string with_inner_plus(std::string text) {
  boost::algorithm::trim(text, std::locale::classic());
  std::replace(text.begin(), text.end(), ' ', '+');
  return text;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size() && value >= 0;
  return whole ? std::optional(value) : std::nullopt;
}

tl::unexpected<Error> no_such_day() {
  return fail(Error::Kind::invalid_input, "The birthday is not a date (2026-12-31).");
}

}  // namespace

std::optional<KeyType> key_type_named(std::string_view name) {
  if (name == "member_number") return KeyType::member_number;
  if (name == "mobile") return KeyType::phone;
  if (name == "email") return KeyType::email;
  if (name == "personal_id") return KeyType::personal_id;
  if (name == "customer_id") return KeyType::customer_id;
  return std::nullopt;
}

std::string plain_text(std::string_view text) {
  if (!is_utf8(text)) return "";
  std::string plain(text);
  std::replace_if(
      plain.begin(), plain.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  boost::algorithm::trim(plain, std::locale::classic());
  return plain;
}

Result<Key> normal_key(KeyType type, std::string text, std::string_view country) {
  const auto nobody = [] {
    return fail(Error::Kind::invalid_input, "Nobody can have such a key.");
  };
  if (type == KeyType::phone) text = with_plus(std::move(text));
  if (type == KeyType::email) text = with_inner_plus(std::move(text));
  text = plain_text(text);
  if (text.empty()) return nobody();
  Result<std::string> value = type == KeyType::phone   ? model::phone_e164(text, country)
                              : type == KeyType::email ? model::normal_email(text)
                                                       : model::normal_id(text);
  if (!value || value->empty()) return nobody();
  Key key;
  key.type = type;
  key.value = std::move(*value);
  return key;
}

Result<std::string> normal_birthday(std::string_view text) {
  constexpr std::size_t date_length = 10;
  const std::string_view day = text.substr(0, date_length);
  if (day.size() < date_length || day[4] != '-' || day[7] != '-') return no_such_day();
  if (text.size() > date_length && text[date_length] != 'T' && text[date_length] != ' ')
    return no_such_day();
  const auto y = number(day.substr(0, 4));
  const auto m = number(day.substr(5, 2));
  const auto d = number(day.substr(8, 2));
  if (!y || !m || !d) return no_such_day();
  const std::chrono::year_month_day date{std::chrono::year{*y},
                                         std::chrono::month{static_cast<unsigned>(*m)},
                                         std::chrono::day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return no_such_day();
  return std::string(day);
}

}  // namespace tillbridge::crm
