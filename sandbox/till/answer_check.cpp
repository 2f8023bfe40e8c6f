#include "till/answer_check.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace sandbox::till {

namespace json = tillbridge::json;
using json::Array;
using json::Object;
using json::Value;

namespace {

constexpr std::array text_members = {"customer_id", "member_number", "email",        "mobile",
                                     "name_first",  "name_last",     "store_id_home"};
constexpr std::array list_members = {"accepts_communication", "consents", "voucher_passwords"};
constexpr std::array object_list_members = {"additional_options", "promotions", "bonus_checks",
                                            "sections"};
constexpr std::string_view index_mark = "Tillbridge's own records";

std::string folded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

Flaw list_flaw(const Object& customer, std::string_view key, bool of_objects) {
  const Value* value = customer.if_contains(key);
  if (value == nullptr) return std::nullopt;
  const auto is_sound = [of_objects](const Value& item) {
    return of_objects ? item.is_object() : item.is_string();
  };
  const Array* list = value->if_array();
  if (list != nullptr && std::all_of(list->begin(), list->end(), is_sound)) return std::nullopt;
  return fmt::format("{} is no list of {}", key, of_objects ? "objects" : "texts");
}

// {title, values[{title, text, type}]}
Flaw section_flaw(const Value& section) {
  const Object* object = section.if_object();
  if (object == nullptr) return "a section is no object";
  const Array* values = json::array(*object, "values");
  if (!json::text(*object, "title") || values == nullptr)
    return "a section lacks its title or values";
  for (const Value& value : *values) {
    const Object* one = value.if_object();
    const auto is_text = [one](std::string_view key) {
      const Value* member = one->if_contains(key);
      return member != nullptr && member->is_string();
    };
    if (one == nullptr || !is_text("title") || !is_text("text") || !is_text("type"))
      return "a value of a section lacks title, text or type";
  }
  return std::nullopt;
}

Flaw sections_flaw(const Array& sections) {
  for (const Value& section : sections)
    if (auto flaw = section_flaw(section)) return flaw;
  return std::nullopt;
}

bool marks_index(const Array& sections) {
  for (const Value& section : sections) {
    const Object* object = section.if_object();
    const Array* values = object == nullptr ? nullptr : json::array(*object, "values");
    if (values == nullptr) continue;
    for (const Value& value : *values) {
      const Object* one = value.if_object();
      const auto text = one == nullptr ? std::nullopt : json::text(*one, "text");
      if (text && text->find(index_mark) != std::string::npos) return true;
    }
  }
  return false;
}

Flaw differs(std::string_view member, const std::string& got, const std::string& expected) {
  return fmt::format("{} is \"{}\", expected \"{}\"", member, got, expected);
}

// allowed: what it may be; empty: anything.
Flaw text_flaw(const Object& customer, std::string_view member,
               const std::vector<std::string>& allowed, bool may_lack, bool folds) {
  if (allowed.empty()) return std::nullopt;
  const auto got = json::text(customer, member);
  if (!got) return may_lack ? std::nullopt : differs(member, "", allowed.back());
  const bool fits = std::any_of(allowed.begin(), allowed.end(), [&](const std::string& one) {
    return folds ? folded(one) == folded(*got) : one == *got;
  });
  return fits ? std::nullopt : differs(member, *got, allowed.back());
}

std::vector<std::string> known(const std::string& value) {
  if (value.empty()) return {};
  return {value};
}

Flaw search_flaw(const Value& answer, const Person* expected) {
  const Array* found = answer.if_array();
  if (found == nullptr) return "the answer is no list";
  if (found->size() > 1) return fmt::format("{} customers in one answer", found->size());
  for (const Value& customer : *found)
    if (auto flaw = shape_flaw(customer)) return flaw;
  if (expected == nullptr)
    return found->empty() ? std::nullopt : Flaw("a stranger was found: " + json::to_text(answer));
  if (found->empty()) return "not found: customer " + expected->customer_id;
  return person_flaw((*found)[0], *expected);
}

// The contract does not say how lists of purchases, sections and consents are wrapped.
const Array* list_in(const Value& answer) {
  if (answer.is_array()) return &answer.get_array();
  if (!answer.is_object()) return nullptr;
  for (const auto& [key, value] : answer.get_object())
    if (value.is_array()) return &value.get_array();
  return nullptr;
}

}  // namespace

Flaw shape_flaw(const Value& value) {
  const Object* customer = value.if_object();
  if (customer == nullptr) return "a customer is no object";
  if (!json::text(*customer, "customer_id")) return "a customer has no customer_id";
  for (const char* key : text_members) {
    const Value* member = customer->if_contains(key);
    if (member != nullptr && !member->is_string()) return std::string(key) + " is no text";
  }
  for (const char* key : list_members)
    if (auto flaw = list_flaw(*customer, key, false)) return flaw;
  for (const char* key : object_list_members)
    if (auto flaw = list_flaw(*customer, key, true)) return flaw;
  const Value* address = customer->if_contains("invoice_address");
  if (address != nullptr && !address->is_object()) return "invoice_address is no object";
  if (const Array* sections = json::array(*customer, "sections")) return sections_flaw(*sections);
  return std::nullopt;
}

Flaw person_flaw(const Value& value, const Person& person) {
  const Object& customer = value.get_object();
  const bool may_lack = is_from_index(value);
  if (auto flaw = text_flaw(customer, "customer_id", known(person.customer_id), false, false))
    return flaw;
  // Not every platform keeps the member number.
  if (auto flaw = text_flaw(customer, "member_number", known(person.member_number), true, false))
    return flaw;
  if (auto flaw = text_flaw(customer, "email", known(person.email), may_lack, true)) return flaw;
  if (auto flaw = text_flaw(customer, "mobile", person.phones, may_lack, true)) return flaw;
  if (auto flaw = text_flaw(customer, "name_first", person.first_names, may_lack, false))
    return flaw;
  return text_flaw(customer, "name_last", person.last_names, may_lack, false);
}

Flaw answer_flaw(Operation operation, const std::string& text, const Person* expected) {
  const auto answer = json::parse(text);
  if (!answer) return "the answer is no JSON: " + text.substr(0, 80);
  switch (operation) {
    case Operation::search:
    case Operation::lookup:
      return search_flaw(*answer, expected);
    case Operation::get:
    case Operation::add:
    case Operation::update:
      if (auto flaw = shape_flaw(*answer)) return flaw;
      return expected == nullptr ? std::nullopt : person_flaw(*answer, *expected);
    case Operation::sections: {
      const Array* sections = list_in(*answer);
      return sections == nullptr ? Flaw("the answer holds no list") : sections_flaw(*sections);
    }
    case Operation::consents:
    case Operation::history:
      return list_in(*answer) == nullptr ? Flaw("the answer holds no list") : std::nullopt;
    case Operation::redeem:
    case Operation::undo_redeem:
      return std::nullopt;
  }
  return std::nullopt;
}

bool is_from_index(const Value& answer) {
  if (const Object* customer = answer.if_object()) {
    const Array* sections = json::array(*customer, "sections");
    return sections != nullptr && marks_index(*sections);
  }
  const Array* list = answer.if_array();
  if (list == nullptr) return false;
  return marks_index(*list) || std::any_of(list->begin(), list->end(), [](const Value& item) {
           return item.is_object() && is_from_index(item);
         });
}

std::string customer_id_in(const std::string& text) {
  const auto answer = json::parse(text);
  if (!answer || !answer->is_object()) return {};
  return json::text(answer->get_object(), "customer_id").value_or("");
}

}  // namespace sandbox::till
