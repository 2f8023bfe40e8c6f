#include "ledger/klaviyo_people.h"

#include <algorithm>

#include "ledger/expected_klaviyo.h"
#include "ledger/identity_text.h"

namespace sandbox {
namespace {

// A heavy customer's older orders are summed up, so that a long run stays small.
constexpr std::size_t orders_kept_max = 48;
constexpr std::size_t orders_folded = 24;

void take_out(std::vector<std::string>& list, const std::string& sku) {
  list.erase(std::remove(list.begin(), list.end(), sku), list.end());
}

void keep_newest(std::vector<std::string>& list, std::size_t length_max) {
  if (list.size() > length_max)
    list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(list.size() - length_max));
}

void write(std::string& into, const std::string& value) {
  if (!value.empty()) into = value;
}

}  // namespace

PersonOrder person_order_of(const TillOrder& order, const OrderPlan& plan,
                            const KlaviyoExpectations& expectations) {
  PersonOrder made;
  made.final_sequence = order.final_sequence;
  made.order_id = order.order_id;
  made.key = plan.key;
  const auto sold = side_of(order, false);
  const SourcedId customer = sourced_id(order, "crm_customer_id");
  const SourcedId member = sourced_id(order, "crm_member_number");
  if (!plan.identity_from_original && !expectations.external_id_from.empty() &&
      klaviyo_identifier(expectations) != "external_id") {
    const SourcedId number = sourced_id(order, expectations.external_id_from);
    if (number.possible) made.number = number.text;
  }
  if (order.state == TillState::cancelled || is_history(order, expectations)) return made;
  for (const TillRow* row : side_of(order, true))
    if (!row->sku.empty()) made.returned.push_back(row->sku);
  if (sold.empty()) return made;
  made.is_sale = true;
  made.store = order.store_name;
  for (const TillRow* row : sold)
    if (!row->sku.empty()) made.bought.push_back(row->sku);

  made.is_member = customer.possible || member.possible;
  // Whether a number that cannot be right makes a member is not said.
  made.is_uncertain = !made.is_member && (!customer.text.empty() || !member.text.empty());
  if (!made.is_member) return made;
  const SourcedId email = sourced_id(order, "email");
  if (email.possible && expectations.key_from != "email" &&
      is_nobodys_address(email.text, expectations)) {
    made.is_uncertain = true;
  } else if (email.possible) {
    made.email = email.text;
  }
  const SourcedId phone = sourced_id(order, "phone");
  if (phone.possible) {
    made.phone = phone.text;
  } else if (!phone.text.empty()) {
    made.is_uncertain = true;  // by the country of the store, which the ledger does not know
  }
  made.first_name = trimmed(order.name_first);
  made.last_name = trimmed(order.name_last);
  if (customer.possible) made.customer_number = customer.text;
  if (member.possible) made.member_number = member.text;
  return made;
}

void PersonState::apply(const PersonOrder& order, const KlaviyoExpectations& expectations) {
  if (!key.empty() && order.key != key) {
    // Only a profile write takes the profile along to the new key.
    if (!order.is_member || order.number.empty()) tangled = true;
  }
  key = order.key;
  attributes_uncertain = attributes_uncertain || order.is_uncertain;
  if (order.is_sale) write(store, order.store);
  if (order.is_member) {
    write(email, order.email);
    write(phone, order.phone);
    write(first_name, order.first_name);
    write(last_name, order.last_name);
    write(customer_number, order.customer_number);
    write(member_number, order.member_number);
  }
  for (const std::string& sku : order.bought) take_out(skus_by_first_row, sku);
  for (const std::string& sku : order.bought) {
    if (std::find(skus_by_first_row.begin(), skus_by_first_row.end(), sku) ==
        skus_by_first_row.end())
      skus_by_first_row.push_back(sku);
    take_out(skus_by_last_row, sku);
    skus_by_last_row.push_back(sku);
  }
  keep_newest(skus_by_first_row, expectations.purchased_skus_max);
  keep_newest(skus_by_last_row, expectations.purchased_skus_max);
  for (const std::string& sku : order.returned) {
    take_out(skus_by_first_row, sku);
    take_out(skus_by_last_row, sku);
  }
}

PersonState Person::state(const KlaviyoExpectations& expectations) const {
  PersonState now = folded;
  for (const PersonOrder& order : orders) now.apply(order, expectations);
  now.tangled = now.tangled || tangled;
  return now;
}

Person& KlaviyoPeople::person_of(const std::string& key, const std::string& number) {
  const auto known_key = by_key_.find(key);
  const auto known_number = number.empty() ? by_number_.end() : by_number_.find(number);
  Person* person = nullptr;
  if (known_number != by_number_.end()) {
    person = known_number->second;
    if (known_key != by_key_.end() && known_key->second != person)
      person->tangled = known_key->second->tangled = true;
  } else if (known_key != by_key_.end()) {
    person = known_key->second;
  } else {
    person = &people_.emplace_back();
  }
  by_key_.try_emplace(key, person);
  if (!number.empty()) by_number_.try_emplace(number, person);
  return *person;
}

void KlaviyoPeople::put(Person& person, PersonOrder order,
                        const KlaviyoExpectations& expectations) {
  remove(person, order.order_id);
  if (order.is_member && !order.number.empty()) {
    auto known = std::find_if(person.numbers.begin(), person.numbers.end(),
                              [&order](const auto& one) { return one.number == order.number; });
    if (known == person.numbers.end())
      known = person.numbers.insert(known, {order.final_sequence, order.order_id, order.number});
    if (order.final_sequence < known->final_sequence)
      *known = {order.final_sequence, order.order_id, order.number};
    std::sort(person.numbers.begin(), person.numbers.end(), [](const auto& one, const auto& other) {
      return one.final_sequence < other.final_sequence;
    });
  }
  if (order.final_sequence <= person.folded_up_to) {
    const bool said_again = std::find(person.folded_orders.begin(), person.folded_orders.end(),
                                      order.order_id) != person.folded_orders.end();
    // Known so late that its place in the sum is lost.
    if (!said_again && (order.is_sale || !order.returned.empty())) person.tangled = true;
    return;
  }
  const auto place = std::upper_bound(
      person.orders.begin(), person.orders.end(), order,
      [](const auto& one, const auto& other) { return one.final_sequence < other.final_sequence; });
  person.orders.insert(place, std::move(order));
  if (person.orders.size() <= orders_kept_max) return;
  for (std::size_t i = 0; i < orders_folded; ++i) {
    person.folded.apply(person.orders[i], expectations);
    person.folded_orders.push_back(person.orders[i].order_id);
  }
  person.folded_up_to = person.orders[orders_folded - 1].final_sequence;
  person.orders.erase(person.orders.begin(), person.orders.begin() + orders_folded);
}

void KlaviyoPeople::remove(Person& person, std::int64_t order_id) {
  std::erase_if(person.orders,
                [order_id](const PersonOrder& order) { return order.order_id == order_id; });
}

const Person* KlaviyoPeople::by_key(const std::string& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

void KlaviyoPeople::collect_conflicts(std::set<std::int64_t>& order_ids) const {
  for (const Person& person : people_)
    for (std::size_t i = 1; i < person.numbers.size(); ++i)
      order_ids.insert(person.numbers[i].order_id);
}

}  // namespace sandbox
