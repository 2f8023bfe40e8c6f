#include "app/desk/privacy_person.h"

#include <algorithm>
#include <cctype>

#include "journal/search_keys.h"
#include "model/identity.h"

namespace tillbridge::app {
namespace {

using Kind = IdentifierKind;

constexpr Kind kinds[] = {Kind::email,  Kind::phone,    Kind::customer,
                          Kind::member, Kind::personal, Kind::profile};

// As it is stored where it could not be understood.
std::string as_is(std::string_view text) {
  return journal::folded(text);
}

std::string normal(Kind kind, std::string_view value, const std::string& country) {
  if (kind == Kind::email) return model::normal_email(value).value_or(as_is(value));
  if (kind == Kind::phone) return model::phone_e164(value, country).value_or(as_is(value));
  return std::string(value);
}

bool is_of_address(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0 ||
         std::string_view("._%+-@'").find(c) != std::string_view::npos;
}

bool is_number(Kind kind) {
  return kind == Kind::customer || kind == Kind::member || kind == Kind::personal;
}

}  // namespace

std::string_view name(IdentifierKind kind) {
  switch (kind) {
    case Kind::email:
      return "email";
    case Kind::phone:
      return "phone";
    case Kind::customer:
      return "customer";
    case Kind::member:
      return "member";
    case Kind::personal:
      return "personal";
    case Kind::profile:
      return "profile";
  }
  return "unknown";
}

Result<Identifier> identifier_of(const api::Person& person, const std::string& country) {
  const int given = (person.email.empty() ? 0 : 1) + (person.phone.empty() ? 0 : 1) +
                    (person.customer.empty() ? 0 : 1);
  if (given != 1) return fail(Error::Kind::invalid_input, "say one of email, phone and customer");
  if (!person.email.empty()) {
    TB_TRY(std::string email, model::normal_email(person.email));
    return Identifier{Kind::email, std::move(email)};
  }
  if (!person.phone.empty()) {
    TB_TRY(std::string phone, model::phone_e164(person.phone, country));
    return Identifier{Kind::phone, std::move(phone)};
  }
  TB_TRY(std::string customer, model::normal_id(person.customer));
  return Identifier{Kind::customer, std::move(customer)};
}

std::optional<Identifier> identifier_of_key(std::string_view search_key,
                                            const std::string& country) {
  const auto colon = search_key.find(':');
  if (colon == std::string_view::npos || colon + 1 == search_key.size()) return std::nullopt;
  for (const Kind kind : {Kind::email, Kind::phone, Kind::customer, Kind::member}) {
    if (search_key.substr(0, colon) == name(kind))
      return Identifier{kind, normal(kind, search_key.substr(colon + 1), country)};
  }
  return std::nullopt;
}

std::string subject_part(const Identifier& identifier) {
  std::string part = std::string(name(identifier.kind)) + "/";
  for (const char c : identifier.value) {
    if (c == '/' && is_number(identifier.kind)) {
      part += "%2f";
    } else {
      part += c;
    }
  }
  return part;
}

bool is_named_in(std::string_view subject, const Identifier& identifier) {
  const std::string text = "/" + as_is(subject) + "/";
  if (identifier.kind != Kind::email && identifier.kind != Kind::phone)
    return text.find("/" + as_is(subject_part(identifier)) + "/") != std::string::npos;
  const std::string value = as_is(identifier.value);
  for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + 1)) {
    if (!is_of_address(text[at - 1]) && !is_of_address(text[at + value.size()])) return true;
  }
  return false;
}

std::vector<std::string> search_texts(const Identifier& identifier) {
  const std::string& value = identifier.value;
  constexpr std::size_t tail = 4;
  if (identifier.kind != Kind::phone || value.size() < tail) return {value};
  // Orders keep a phone as it was typed: "070-123 45 67".
  const std::string last = value.substr(value.size() - tail);
  return {last, last.substr(0, 2) + " " + last.substr(2), last.substr(0, 2) + "-" + last.substr(2)};
}

bool Identity::has(IdentifierKind kind, std::string_view value) const {
  return all_.contains(Identifier{kind, std::string(value)});
}

std::vector<std::string> Identity::of(IdentifierKind kind) const {
  std::vector<std::string> values;
  for (const Identifier& one : all_) {
    if (one.kind == kind) values.push_back(one.value);
  }
  return values;
}

bool Identity::is_address(std::string_view text) const {
  return has(Kind::email, as_is(text)) || has(Kind::phone, text);
}

bool Identity::is_number(std::string_view text) const {
  return has(Kind::customer, text) || has(Kind::member, text) || has(Kind::personal, text);
}

json::Array to_json(const Identity& identity) {
  json::Array out;
  for (const Identifier& one : identity.all())
    out.emplace_back(json::Object{{"kind", name(one.kind)}, {"value", one.value}});
  return out;
}

Identity identity_from(const json::Array& array) {
  Identity identity;
  for (const json::Value& one : array) {
    if (!one.is_object()) continue;
    const std::string kind = json::text(one.get_object(), "kind").value_or("");
    for (const Kind known : kinds) {
      if (kind == name(known))
        identity.add({known, json::text(one.get_object(), "value").value_or("")});
    }
  }
  return identity;
}

}  // namespace tillbridge::app
