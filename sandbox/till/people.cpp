#include "till/people.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace sandbox::till {

using shopping_day::Customer;
using tillbridge::Entropy;

namespace {

constexpr double added_share = 0.05;  // of the searches for somebody known
constexpr int draws_max = 8;

// Number ranges that the shopping day's customers do not use, by market: Sweden, Norway, Finland.
constexpr std::array newcomer_prefixes = {"+4673", "+474", "+35845"};
constexpr std::array fresh_prefixes = {"+4672", "+479", "+35844"};
constexpr std::array stranger_prefixes = {"+4676", "+479", "+35850"};
constexpr std::uint64_t fresh_from = 5'000'000;  // Norway's customers begin at 0,
constexpr std::uint64_t stranger_from = 8'000'000;

struct Country {
  std::string_view code;   // "+46"
  std::string_view trunk;  // before national numbers
};
constexpr std::array countries = {Country{"+46", "0"}, Country{"+47", ""}, Country{"+358", "0"}};

// 70-123 45 67, 91-23 45 67: two digits, then pairs, the first of them with what is over.
std::string grouped(std::string_view digits, char first, char further) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const std::size_t left = digits.size() - i;
    if (i == 2) {
      text += first;
    } else if (i > 3 && left % 2 == 0) {
      text += further;
    }
    text += digits[i];
  }
  return text;
}

}  // namespace

void People::are_known(const std::vector<std::size_t>& indexes) {
  is_known_.resize(customers_.all().size(), false);
  for (const std::size_t index : indexes) is_known_[index] = true;
  known_.clear();
  for (std::size_t i = 0; i < is_known_.size(); ++i)
    if (is_known_[i]) known_.push_back(i);
}

Person& People::person_of(std::size_t index) {
  Person*& place = by_index_[index];
  if (place != nullptr) return *place;
  const Customer& customer = customers_.all()[index];
  Person person;
  person.customer_id = customer.shopper.customer_id;
  person.member_number = customer.shopper.member_number;
  person.email = customer.shopper.email;
  if (!customer.shopper.phone.empty()) person.phones = {customer.shopper.phone};
  person.first_names = {customer.shopper.name_first};
  person.last_names = {customer.shopper.name_last};
  person.market = customer.market;
  place = &people_.emplace_back(std::move(person));
  return *place;
}

std::size_t People::draw_customer(Entropy& entropy) const {
  const Customer* const first = customers_.all().data();
  for (int i = 0; i < draws_max; ++i) {
    const auto index = static_cast<std::size_t>(&customers_.draw(entropy) - first);
    if (known_.empty() || is_known_[index]) return index;
  }
  return known_[entropy.below(known_.size())];
}

Person& People::draw_known(Entropy& entropy, tillbridge::Tick now) {
  const auto ready = std::find_if(added_.begin(), added_.end(),
                                  [now](const Added& one) { return one.from > now; });
  const auto count = static_cast<std::uint64_t>(ready - added_.begin());
  if (count > 0 && entropy.chance(added_share)) return *added_[entropy.below(count)].person;
  return person_of(draw_customer(entropy));
}

const Person& People::draw_unknown(Entropy& entropy) {
  const std::uint64_t number = ++strangers_;
  unknown_ = {};
  unknown_.market = entropy.below(stranger_prefixes.size());
  unknown_.member_number = std::to_string(9'000'000 + number);
  unknown_.email = fmt::format("okand.{}@kund.tillbridge.dev", number);
  unknown_.phones = {fmt::format("{}{:07}", stranger_prefixes[unknown_.market],
                                 stranger_from + number % 1'000'000)};
  return unknown_;
}

Person& People::draw_newcomer(Entropy& entropy) {
  const std::uint64_t number = ++newcomers_;
  const Customer& namesake = customers_.draw(entropy);
  Person person;
  person.market = entropy.below(newcomer_prefixes.size());
  person.email = fmt::format("ny.kund{}@kund.tillbridge.dev", number);
  person.phones = {fmt::format("{}{:07}", newcomer_prefixes[person.market], number)};
  person.first_names = {namesake.shopper.name_first};
  person.last_names = {namesake.shopper.name_last};
  return people_.emplace_back(std::move(person));
}

void People::was_added(Person& person, const std::string& customer_id, tillbridge::Tick from) {
  if (!person.customer_id.empty()) return;  // the second press
  person.customer_id = customer_id;
  added_.push_back({&person, from});
}

std::string People::fresh_phone(const Person& person) {
  return fmt::format("{}{:07}", fresh_prefixes[person.market], fresh_from + ++fresh_phones_);
}

TypedPhone typed_phone(const std::string& e164, Entropy& entropy) {
  const auto country = std::find_if(countries.begin(), countries.end(),
                                    [&e164](const Country& c) { return e164.starts_with(c.code); });
  if (country == countries.end()) return {e164, false};
  const std::string digits = e164.substr(country->code.size());
  switch (entropy.below(6)) {
    case 0:
      return {fmt::format("{} {}", country->code, grouped(digits, ' ', ' ')), false};
    case 1:
      return {fmt::format("00{}{}", country->code.substr(1), digits), false};
    case 2:
      return {fmt::format(" {}", e164), false};
    case 3:
      return {fmt::format("{}{}", country->trunk, grouped(digits, '-', ' ')), true};
    case 4:
      return {fmt::format("{}{}", country->trunk, digits), true};
    default:
      return {e164, false};
  }
}

std::string typed_email(const std::string& email, Entropy& entropy) {
  std::string typed = email;
  if (entropy.chance(0.1) && !typed.empty() && typed[0] >= 'a' && typed[0] <= 'z')
    typed[0] = static_cast<char>(typed[0] - 'a' + 'A');
  if (entropy.chance(0.05)) typed += ' ';
  return typed;
}

}  // namespace sandbox::till
