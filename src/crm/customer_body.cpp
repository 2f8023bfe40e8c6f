#include "crm/customer_body.h"

#include <algorithm>
#include <array>
#include <locale>

#include <boost/algorithm/string/case_conv.hpp>

#include "crm/request_shape.h"
#include "crm/till_key.h"
#include "model/identity.h"

namespace tillbridge::crm {
namespace {

using model::Customer;
using Categories = std::vector<model::ConsentCategory>;

constexpr std::size_t text_bytes_max = 500;
constexpr std::size_t unknown_max = 50;

enum class Form { text, lower, country, identifier, birthday };
struct Member {
  std::string_view name;  // at the till
  std::string_view field;
  std::string Customer::* text;
  Form form = Form::text;
  std::string_view label;  // for staff
};
constexpr std::array person_members{
    Member{"customer_id", "customer_id", &Customer::customer_id, Form::identifier, "customer id"},
    Member{"member_number", "member_number", &Customer::member_number, Form::identifier,
           "member number"},
    Member{"personal_id", "personal_id", &Customer::personal_id, Form::identifier, "personal id"},
    Member{"name_first", "first_name", &Customer::first_name, Form::text, "first name"},
    Member{"name_last", "last_name", &Customer::last_name, Form::text, "last name"},
    Member{"gender", "gender", &Customer::gender, Form::lower, "gender"},
    Member{"birthday", "birthday", &Customer::birthday, Form::birthday, "birthday"},
    Member{"company", "company", &Customer::company, Form::text, "company"},
    Member{"store_id_home", "home_store", &Customer::home_store, Form::text, "home store"},
};
constexpr std::array address_members{
    Member{"address", "street", &Customer::street, Form::text, "address"},
    Member{"address2", "street2", &Customer::street2, Form::text, "second address line"},
    Member{"zip", "zip", &Customer::zip, Form::text, "postcode"},
    Member{"city", "city", &Customer::city, Form::text, "city"},
    Member{"state", "state", &Customer::state, Form::text, "state"},
    Member{"country_id", "country", &Customer::country, Form::country, "country"},
};
// Ours: a till that sends back what it was shown says nothing new with them.
constexpr std::array<std::string_view, 5> shown_only{"status", "promotions", "bonus_checks",
                                                     "sections", "voucher_passwords"};

struct Switch {
  std::string_view name, channel;
};
constexpr std::array switches{Switch{"accepts_email", "email"}, Switch{"accepts_sms", "sms"},
                              Switch{"accepts_mail", "mail"}};

tl::unexpected<Error> refuse(std::string what) {
  return fail(Error::Kind::invalid_input, std::move(what));
}

std::string_view view(boost::json::string_view text) {
  return {text.data(), text.size()};
}

std::string sentence(std::string_view label, std::string_view verdict) {
  return "The " + std::string(label) + " " + std::string(verdict) + ".";
}

// nullopt: absent or null. member: with its place, "invoice_address.zip".
Result<std::optional<std::string>> text_member(const json::Object& object, std::string_view name,
                                               std::string_view place = "") {
  const json::Value* value = object.if_contains(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const std::string member = std::string(place) + std::string(name);
  if (!value->is_string()) return refuse("The field " + member + " has to be text.");
  if (value->get_string().size() > text_bytes_max)
    return refuse("The field " + member + " is too long.");
  return plain_text(view(value->get_string()));
}

Result<std::string> in_form(const Member& member, std::string text) {
  if (text.empty()) return text;
  switch (member.form) {
    case Form::text:
      return text;
    case Form::lower:
      return boost::algorithm::to_lower_copy(text, std::locale::classic());
    case Form::country: {
      boost::algorithm::to_upper(text, std::locale::classic());
      const bool code = text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) {
                          return c >= 'A' && c <= 'Z';
                        });
      if (!code) return refuse("The country is not a code of two letters (SE).");
      return text;
    }
    case Form::birthday:
      return normal_birthday(text);
    case Form::identifier: {
      auto id = model::normal_id(text);
      if (!id) return refuse(sentence(member.label, "cannot be right"));
      return id;
    }
  }
  return text;
}

template <std::size_t size>
Result<void> read_texts(const json::Object& object, const std::array<Member, size>& members,
                        std::string_view place, model::CustomerChange& change) {
  for (const Member& member : members) {
    TB_TRY(auto said, text_member(object, member.name, place));
    if (!said || (said->empty() && member.form == Form::identifier)) continue;
    TB_TRY(change.values.*member.text, in_form(member, std::move(*said)));
    change.given.emplace(member.field);
  }
  return {};
}

Result<void> read_contact(const json::Object& body, std::string_view country,
                          model::CustomerChange& change) {
  TB_TRY(const auto email, text_member(body, "email"));
  if (email && !email->empty()) {
    auto normal = model::normal_email(*email);
    if (!normal) return refuse("The e-mail address is not complete.");
    change.values.email = std::move(*normal);
    change.given.emplace("email");
  }
  for (const std::string_view name : {"mobile", "phone"}) {
    TB_TRY(const auto said, text_member(body, name));
    if (!said || said->empty()) continue;
    const auto phone = model::phone_e164(*said, country);
    if (!phone || phone->empty())
      return refuse(
          sentence(name == "mobile" ? "mobile number" : "phone number", "is not complete"));
    model::TextList& phones = change.values.phones;
    if (std::find(phones.begin(), phones.end(), *phone) == phones.end()) phones.push_back(*phone);
    change.given.emplace(model::phone_field);
  }
  return {};
}

// nullopt: absent or null.
Result<std::optional<std::vector<std::string>>> text_list(const json::Object& body,
                                                          std::string_view name) {
  const json::Value* value = body.if_contains(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const auto wrong = [&] {
    return refuse("The field " + std::string(name) + " has to be a list of texts.");
  };
  if (!value->is_array()) return wrong();
  std::vector<std::string> texts;
  for (const json::Value& element : value->get_array()) {
    if (!element.is_string()) return wrong();
    texts.emplace_back(view(element.get_string()));
  }
  return texts;
}

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

Result<void> read_consents(const json::Object& body, const Categories& categories,
                           std::map<std::string, bool>& decided) {
  TB_TRY(const auto given, text_list(body, "consents"));
  TB_TRY(const auto accepted, text_list(body, "accepts_communication"));
  for (const auto& category : categories) {
    if (given) decided[category.id] = contains(*given, category.id);
    if (accepted && category.channel) decided[category.id] = contains(*accepted, *category.channel);
  }
  for (const Switch& one : switches) {
    const json::Value* value = body.if_contains(one.name);
    if (value == nullptr || value->is_null()) continue;
    if (!value->is_bool())
      return refuse("The field " + std::string(one.name) + " has to be yes or no.");
    for (const auto& category : categories) {
      if (category.channel == one.channel) decided[category.id] = value->get_bool();
    }
  }
  return {};
}

template <typename Known>
void name_unknown(const json::Object& object, const std::string& place, const Known& known,
                  std::vector<std::string>& unknown) {
  for (const auto& member : object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (!known(name) && unknown.size() < unknown_max) unknown.push_back(place + masked_name(name));
  }
}

template <std::size_t size>
bool is_member(const std::array<Member, size>& members, std::string_view name) {
  return std::any_of(members.begin(), members.end(),
                     [&](const Member& one) { return one.name == name; });
}

bool is_known(std::string_view name) {
  constexpr std::array<std::string_view, 6> others{
      "email", "mobile", "phone", "invoice_address", "consents", "accepts_communication"};
  return is_member(person_members, name) ||
         std::find(others.begin(), others.end(), name) != others.end() ||
         std::find(shown_only.begin(), shown_only.end(), name) != shown_only.end() ||
         std::any_of(switches.begin(), switches.end(),
                     [&](const Switch& one) { return one.name == name; });
}

// Texts and whole numbers: nobody knows yet what a till sends here.
std::string id_in(const json::Object& object, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const json::Value* value = object.if_contains(name);
    if (value == nullptr) continue;
    if (value->is_int64()) return std::to_string(value->get_int64());
    if (!value->is_string() || value->get_string().size() > text_bytes_max) continue;
    if (std::string text = plain_text(view(value->get_string())); !text.empty()) return text;
  }
  return "";
}

std::string item_in(const json::Object& object) {
  return id_in(object, {"promotion_id", "bonus_check_id", "bonuscheck_id", "item_id", "id"});
}

void items_in(const json::Object& body, std::vector<std::string>& items) {
  for (const std::string_view list : {"promotions", "bonus_checks", "items"}) {
    const json::Array* array = json::array(body, list);
    if (array == nullptr) continue;
    for (const json::Value& element : *array) {
      std::string item;
      if (element.is_object()) item = item_in(element.get_object());
      if (element.is_string() && element.get_string().size() <= text_bytes_max)
        item = plain_text(view(element.get_string()));
      if (!item.empty()) items.push_back(std::move(item));
    }
  }
}

}  // namespace

Result<ReadChange> read_change(const json::Object& body, std::string_view country,
                               const Categories& categories) {
  ReadChange read;
  TB_CHECK(read_texts(body, person_members, "", read.change));
  TB_CHECK(read_contact(body, country, read.change));
  if (const json::Value* address = body.if_contains("invoice_address");
      address != nullptr && !address->is_null()) {
    if (!address->is_object()) return refuse("The field invoice_address has to be an address.");
    const std::string place = "invoice_address.";
    TB_CHECK(read_texts(address->get_object(), address_members, place, read.change));
    name_unknown(
        address->get_object(), place,
        [](std::string_view name) { return is_member(address_members, name); }, read.unknown);
  }
  TB_CHECK(read_consents(body, categories, read.change.consents));
  name_unknown(body, "", is_known, read.unknown);
  return read;
}

Result<RedeemAct> read_redeem(const json::Object& body,
                              const std::map<std::string, std::string, std::less<>>& captures) {
  const auto captured = [&](std::string_view name) {
    const auto found = captures.find(name);
    return found == captures.end() ? std::string{} : plain_text(found->second);
  };
  RedeemAct act;
  act.customer_id = captured("customer_id");
  if (act.customer_id.empty()) act.customer_id = id_in(body, {"customer_id"});
  act.item = captured("item_id");
  if (act.item.empty()) act.item = item_in(body);
  if (act.item.empty()) {
    std::vector<std::string> items;
    items_in(body, items);
    if (items.size() > 1) return refuse("Please redeem one offer at a time.");
    if (!items.empty()) act.item = std::move(items.front());
  }
  act.receipt = id_in(body, {"receipt_id", "receipt", "transaction_id", "order_id"});
  return act;
}

}  // namespace tillbridge::crm
