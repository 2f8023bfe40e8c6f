#include "app/desk/privacy_facts.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "app/consent_book.h"
#include "app/desk/bulk_actions_state.h"
#include "app/desk/privacy_proof.h"
#include "crm/index_entry.h"
#include "crm/redemption_rules.h"

namespace tillbridge::app {
namespace {

using Kind = IdentifierKind;

constexpr const char* gone = "(erased)";

std::string_view behind(std::string_view text, char mark) {
  const auto at = text.find(mark);
  return at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
}

// "lane/external_id:sitoo:c-90112": a number may have a prefix.
bool ends_with_number(const Identity& identity, std::string_view text) {
  for (; !text.empty(); text = behind(text, ':')) {
    if (identity.is_number(text)) return true;
  }
  return false;
}

bool names_by_address(const Identity& identity, std::string_view key) {
  for (std::string_view left = key; !left.empty();) {
    const std::string_view part = left.substr(0, left.find('/'));
    if (identity.is_address(part) || identity.is_address(behind(part, ':'))) return true;
    left = behind(left, '/');
  }
  return false;
}

// Where a number stands in keys, per shelf.
bool names_by_number(const Identity& identity, const std::string& shelf, std::string_view key) {
  const std::string_view first = key.substr(0, key.find('/'));
  const std::string_view rest = behind(key, '/');
  if (shelf == crm::redemption_shelf)
    return identity.is_number(first) || (first == "alias" && identity.is_number(rest));
  if (shelf == crm::index_shelf) {
    return (first == "profile" && identity.has(Kind::profile, rest)) ||
           (first == "customer" && identity.has(Kind::customer, rest)) ||
           (first == "member" && identity.has(Kind::member, rest)) ||
           (first == "personal" && identity.has(Kind::personal, rest));
  }
  const bool of_person =
      first == "person" || first == "lane" || first == "profile" || first == "alias";
  return of_person && ends_with_number(identity, rest);
}

// Members whose text is a customer's number.
bool holds_number(std::string_view member) {
  constexpr std::array names{"customer_id", "customer",    "member_number", "external_id",
                             "merged_into", "personal_id", "rivals"};
  return std::find(names.begin(), names.end(), member) != names.end();
}

// "text=vera@kund.se&kind=sale": an address within a longer text.
bool contains_address(const Identity& identity, const std::string& text) {
  const auto word = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '_' || c == '.' || c == '-';
  };
  std::string folded = text;
  std::transform(folded.begin(), folded.end(), folded.begin(),
                 [](unsigned char c) { return static_cast<char>(c < 128 ? std::tolower(c) : c); });
  for (const Identifier& one : identity.all()) {
    if (one.kind != Kind::email && one.kind != Kind::phone) continue;
    for (auto at = folded.find(one.value); at != std::string::npos;
         at = folded.find(one.value, at + 1)) {
      const auto end = at + one.value.size();
      const bool begins = at == 0 || !word(folded[at - 1]);
      if (begins && (end == folded.size() || !word(folded[end]))) return true;
    }
  }
  return false;
}

// Takes what is theirs out; whether there was anything.
bool take_out(const Identity& identity, json::Value& value, std::string_view member) {
  bool found = false;
  if (value.is_string()) {
    const std::string text(std::string_view(value.get_string()));
    const bool number = holds_number(member) && ends_with_number(identity, text);
    if (!number && !contains_address(identity, text)) return false;
    value = gone;
    return true;
  }
  if (value.is_array()) {
    json::Array& array = value.get_array();
    for (json::Value& one : array) found = take_out(identity, one, member) || found;
    const auto erased = [](const json::Value& one) { return one == json::Value(gone); };
    array.erase(std::remove_if(array.begin(), array.end(), erased), array.end());
    return found;
  }
  if (!value.is_object()) return false;
  std::vector<std::string> theirs;
  for (auto& one : value.get_object()) {
    if (names_by_address(identity, one.key())) {
      theirs.emplace_back(one.key());
    } else {
      found = take_out(identity, one.value(), one.key()) || found;
    }
  }
  for (const std::string& key : theirs) value.get_object().erase(key);
  return found || !theirs.empty();
}

// Other customers may be found by the same phone.
std::string link_without(const Identity& identity, const std::string& value) {
  std::string left = value;
  for (const std::string& id : crm::customers_in(value)) {
    if (identity.has(Kind::customer, id)) left = crm::without_customer(left, id);
  }
  return left;
}

// Redemptions that wait for their sale, by "<customer>/<item>".
std::optional<std::string> outstanding_without(const Identity& identity, const std::string& value) {
  auto list = crm::read_outstanding(value);
  const std::size_t before = list.size();
  std::erase_if(list, [&](const auto& one) {
    return identity.is_number(std::string_view(one.first).substr(0, one.first.find('/')));
  });
  if (list.size() == before) return std::nullopt;
  return crm::to_text(list);
}

bool is_link(const std::string& shelf, std::string_view key) {
  return shelf == crm::index_shelf && !key.starts_with("customer/");
}

}  // namespace

const std::vector<std::string>& personal_shelves() {
  static const std::vector<std::string> shelves{crm::index_shelf,      consent_shelf,
                                                crm::redemption_shelf, "klaviyo",
                                                "bloomreach",          console_shelf};
  return shelves;
}

std::optional<FactFound> look_into(const Identity& identity, const std::string& shelf,
                                   const std::string& key, const std::string& value) {
  FactFound found{shelf, key, value, {}};
  if (shelf == console_shelf && is_erasure_key(key)) return std::nullopt;
  if (shelf == crm::redemption_shelf && key == crm::outstanding_key) {
    auto left = outstanding_without(identity, value);
    if (!left) return std::nullopt;
    found.left = std::move(*left);
    return found;
  }
  const bool named = names_by_address(identity, key) || names_by_number(identity, shelf, key);
  if (is_link(shelf, key)) {
    found.left = link_without(identity, value);
    return named || found.left != value ? std::optional(std::move(found)) : std::nullopt;
  }
  if (named) return found;
  // "lane/<identifier>" -> the lane, "alias/<number>" -> the other number: the value is a name.
  const bool value_names = shelf != console_shelf &&
                           (key.starts_with("lane/") || key.starts_with("alias/")) &&
                           (identity.is_address(value) || ends_with_number(identity, value));
  if (value_names) return found;
  auto document = json::parse(value);
  if (!document) {
    if (!contains_address(identity, value)) return std::nullopt;
    return found;
  }
  // A person's fact under a name that we do not know them by, with their address in it.
  const auto* object = document->if_object();
  const bool theirs =
      shelf != console_shelf && object != nullptr &&
      (identity.is_address(json::text(*object, "email").value_or("")) ||
       (shelf == crm::index_shelf &&
        identity.has(Kind::customer, json::text(*object, "customer_id").value_or(""))));
  if (theirs) return found;
  if (!take_out(identity, *document, "")) return std::nullopt;
  found.left = json::to_text(*document);
  return found;
}

std::vector<Identifier> identifiers_in_entry(const std::string& value) {
  std::vector<Identifier> identifiers;
  const auto entry = crm::read_entry(value);
  if (!entry) return identifiers;
  const auto add = [&](Kind kind, const std::string& text) {
    if (!text.empty()) identifiers.push_back({kind, text});
  };
  const model::Customer& customer = entry->customer;
  add(Kind::customer, customer.customer_id);
  add(Kind::customer, entry->merged_into);
  add(Kind::member, customer.member_number);
  add(Kind::email, customer.email);
  add(Kind::personal, customer.personal_id);
  for (const std::string& phone : customer.phones) add(Kind::phone, phone);
  for (const auto& [connection, handle] : entry->handles)
    add(Kind::profile, connection + "/" + handle);
  return identifiers;
}

}  // namespace tillbridge::app
