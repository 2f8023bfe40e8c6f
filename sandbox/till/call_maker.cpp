#include "till/call_maker.h"

#include <fmt/format.h>

#include "base/json.h"

namespace sandbox::till {

namespace json = tillbridge::json;
using std::chrono::milliseconds;
using tillbridge::Duration;
using tillbridge::Entropy;
using tillbridge::Tick;

namespace {

constexpr std::size_t markets = 3;
constexpr int draws_max = 50;  // until somebody has the key that is asked for
constexpr double double_press_share = 0.5;
constexpr int double_press_ms_max = 300;
constexpr double new_phone_share = 0.3;  // of the updates; the others are of names
constexpr std::array second_names = {"Maria", "Åke", "Ølene", "Päivi"};

template <typename Key>
Key drawn(const std::map<Key, double>& weights, Entropy& entropy) {
  double total = 0;
  for (const auto& [key, weight] : weights) total += weight;
  double left = entropy.unit() * total;
  for (const auto& [key, weight] : weights) {
    left -= weight;
    if (left < 0 && weight > 0) return key;
  }
  return weights.rbegin()->first;
}

bool has_key(const Person& person, SearchBy by) {
  switch (by) {
    case SearchBy::email:
      return !person.email.empty();
    case SearchBy::mobile:
      // Whether the old number still finds somebody is nobody's promise.
      return !person.phones.empty() && !person.phone_changed;
    case SearchBy::member_number:
      return !person.member_number.empty();
    case SearchBy::unknown:
      return false;
  }
  return false;
}

}  // namespace

PlannedCall CallMaker::next(Tick now) {
  const Operation operation = drawn(mix_.operations, entropy_);
  switch (operation) {
    case Operation::search:
      return search(now);
    case Operation::add:
      return add();
    case Operation::update:
      return update(now);
    default:
      return about_customer(operation, now);
  }
}

std::size_t CallMaker::stores_in(std::size_t market) const {
  return (stores_.stores.size() + markets - 1 - market) / markets;
}

TypedPhone CallMaker::as_typed(const Person& person) {
  TypedPhone typed = typed_phone(person.phones.back(), entropy_);
  // Staff abroad know that they have to say the country.
  if (typed.national && stores_in(person.market) == 0) typed = {person.phones.back(), false};
  return typed;
}

bool CallMaker::set_key(PlannedCall& planned, const Person& person, SearchBy by) {
  std::string key;
  bool national = false;
  std::string_view type;
  switch (by) {
    case SearchBy::email:
      type = "email";
      key = typed_email(person.email, entropy_);
      break;
    case SearchBy::mobile: {
      TypedPhone typed = as_typed(person);
      type = "mobile";
      key = std::move(typed.text);
      national = typed.national;
      break;
    }
    default:
      type = "member_number";
      key = person.member_number;
  }
  planned.about = fmt::format("search by {} \"{}\"", type, key);
  planned.call.parameters = {{"key", std::move(key)}, {"key_type", std::string(type)}};
  return national;
}

PlannedCall CallMaker::search(Tick now) {
  PlannedCall planned;
  planned.call.operation = Operation::search;
  SearchBy by = drawn(mix_.search_by, entropy_);
  if (by == SearchBy::unknown) {
    const Person& stranger = people_.draw_unknown(entropy_);
    const auto key = static_cast<SearchBy>(entropy_.below(3));
    const bool national = set_key(planned, stranger, key);
    set_till(planned.call, national ? std::optional(stranger.market) : std::nullopt);
    return planned;
  }
  Person* person = &people_.draw_known(entropy_, now);
  for (int i = 0; i < draws_max && !has_key(*person, by); ++i)
    person = &people_.draw_known(entropy_, now);
  if (!has_key(*person, by)) return about_customer(Operation::get, now);  // nobody has such a key
  planned.person = person;
  const bool national = set_key(planned, *person, by);
  set_till(planned.call, national ? std::optional(person->market) : std::nullopt);
  return planned;
}

PlannedCall CallMaker::about_customer(Operation operation, Tick now) {
  PlannedCall planned;
  planned.call.operation = operation;
  set_till(planned.call, std::nullopt);
  planned.about = std::string(name(operation));
  if (operation == Operation::consents) return planned;
  planned.person = &people_.draw_known(entropy_, now);
  planned.call.parameters = {{"customer_id", planned.person->customer_id}};
  planned.about += " of " + planned.person->customer_id;
  return planned;
}

PlannedCall CallMaker::add() {
  PlannedCall planned;
  planned.adds = true;
  planned.person = &people_.draw_newcomer(entropy_);
  const Person& person = *planned.person;
  const TypedPhone phone = as_typed(person);
  json::Object body{{"email", person.email},
                    {"mobile", phone.text},
                    {"name_first", person.first_names.back()},
                    {"name_last", person.last_names.back()}};
  if (entropy_.chance(0.4)) body["accepts_communication"] = json::Array{"email"};
  planned.call.operation = Operation::add;
  planned.call.body = json::to_text(body);
  planned.about = "add of " + person.email;
  set_till(planned.call, phone.national ? std::optional(person.market) : std::nullopt);
  if (entropy_.chance(double_press_share)) {
    planned.pressed_again_after =
        milliseconds{static_cast<std::int64_t>(entropy_.below(double_press_ms_max + 1))};
  }
  return planned;
}

PlannedCall CallMaker::update(Tick now) {
  PlannedCall planned = about_customer(Operation::update, now);
  Person& person = *planned.person;
  json::Object body;
  if (entropy_.chance(new_phone_share)) {
    person.phones.push_back(people_.fresh_phone(person));
    person.phone_changed = true;
    body["mobile"] = person.phones.back();
  } else {
    const std::string name = fmt::format("{} {}", person.first_names.front(),
                                         second_names[entropy_.below(second_names.size())]);
    std::erase(person.first_names, name);
    person.first_names.push_back(name);
    body["name_first"] = name;
    body["name_last"] = person.last_names.back();
  }
  planned.call.body = json::to_text(body);
  return planned;
}

// market_needed: what staff typed is understood in that country only, so the till says where it is.
void CallMaker::set_till(CrmCall& call, std::optional<std::size_t> market_needed) {
  if (stores_.stores.empty()) return;
  std::size_t index = entropy_.below(stores_.stores.size());
  if (market_needed) {
    index = *market_needed + markets * entropy_.below(stores_in(*market_needed));
  }
  const sitoo::Store& store = stores_.stores[index];
  if (market_needed || entropy_.chance(0.8)) {
    call.headers.emplace_back("Store-ID", store.external_id);
  } else if (entropy_.chance(0.3)) {
    call.headers.emplace_back("Store-ID", store.name);  // as some back offices name their stores
  }
  const sitoo::Staff& staff = store.staff[entropy_.below(store.staff.size())];
  if (entropy_.chance(0.8))
    call.headers.emplace_back("Staff-ID", entropy_.chance(0.25) ? staff.name : staff.external_id);
  if (entropy_.chance(0.8)) {
    const std::size_t at = store.registers[entropy_.below(store.registers.size())];
    call.headers.emplace_back(
        "Register-ID", entropy_.chance(0.1) ? "Kassa 2 – övre våningen" : stores_.registers[at].id);
  }
}

}  // namespace sandbox::till
