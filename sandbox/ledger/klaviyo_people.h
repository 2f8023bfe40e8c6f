#pragma once
// The people behind the orders at Klaviyo: who is who by key and customer number, and how their
// profile must look after everything that they bought, in the tills' order. Core thread.

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ledger/expected_effects.h"
#include "ledger/lane.h"
#include "ledger/ledger.h"

namespace sandbox {

// What one order says about its customer.
struct PersonOrder {
  std::uint64_t final_sequence = 0;
  std::int64_t order_id = 0;
  std::string key;  // identifier of its events
  bool is_sale = false;
  bool is_member = false;     // sale with a profile write
  bool is_uncertain = false;  // the documentation does not say what is written
  std::string number;         // value of the external id, without prefix
  std::string email, phone, first_name, last_name, customer_number, member_number, store;
  std::vector<std::string> bought;  // SKUs by row, also twice
  std::vector<std::string> returned;
};
PersonOrder person_order_of(const TillOrder& order, const OrderPlan& plan,
                            const KlaviyoExpectations& expectations);

// A profile as it must be. "" where nothing was ever written.
struct PersonState {
  std::string key;
  std::string email, phone, first_name, last_name, customer_number, member_number, store;
  // "Moves its SKUs to the end in row order" leaves open where an SKU of two rows goes: to the
  // place of its first row or of its last.
  std::vector<std::string> skus_by_first_row, skus_by_last_row;
  bool attributes_uncertain = false;
  bool tangled = false;  // several profiles may hold what this person did

  void apply(const PersonOrder& order, const KlaviyoExpectations& expectations);
};

struct Person : Lane {
  // Number and the earliest sale with it, in the order of the sales.
  struct Number {
    std::uint64_t final_sequence = 0;
    std::int64_t order_id = 0;
    std::string number;
  };
  std::vector<Number> numbers;

  PersonState folded;              // after the oldest orders
  std::uint64_t folded_up_to = 0;  // their highest final_sequence
  std::vector<std::int64_t> folded_orders;
  std::vector<PersonOrder> orders;  // the others, by final_sequence
  bool tangled = false;

  bool has_orders() const { return folded_up_to != 0 || !orders.empty(); }
  PersonState state(const KlaviyoExpectations& expectations) const;
};

class KlaviyoPeople {
 public:
  // By number when that is known, else by key; made when neither is. A number and a key of two
  // different people tangle both.
  Person& person_of(const std::string& key, const std::string& number);
  // Takes an order into its person's account, again when it has changed.
  void put(Person& person, PersonOrder order, const KlaviyoExpectations& expectations);
  static void remove(Person& person, std::int64_t order_id);

  const std::deque<Person>& all() const { return people_; }
  const Person* by_key(const std::string& key) const;
  // Orders with which a second customer number appeared on a profile: a case each.
  void collect_conflicts(std::set<std::int64_t>& order_ids) const;

 private:
  std::deque<Person> people_;  // addresses are stable
  std::unordered_map<std::string, Person*> by_key_;
  std::unordered_map<std::string, Person*> by_number_;
};

}  // namespace sandbox
