#pragma once
// Whom the tills ask for: people whom the CRM knows, people whom it does not, and those whom staff
// add; with what the CRM may show of each. Core thread.

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/entropy.h"
#include "shopping_day/customers.h"

namespace sandbox::till {

// A person as the CRM may show them. Where there are several values each is right: a change at the
// till takes time to arrive, and a later sale writes what its receipt says.
struct Person {
  std::string customer_id;  // "": the CRM gives it out
  std::string member_number;
  std::string email;                                         // as the person writes it
  std::vector<std::string> phones, first_names, last_names;  // the newest last
  std::size_t market = 0;
  bool phone_changed = false;
};

class People {
 public:
  explicit People(const shopping_day::Customers& customers) : customers_(customers) {}

  // These customers (indexes) exist at the platform. Before any is said to, all do.
  void are_known(const std::vector<std::size_t>& indexes);

  // Somebody whom the CRM must find: a customer (those who come often are drawn often) or somebody
  // whom staff added a while ago.
  Person& draw_known(tillbridge::Entropy& entropy, tillbridge::Tick now);
  // Somebody whom nobody has ever heard of; lasts until the next call.
  const Person& draw_unknown(tillbridge::Entropy& entropy);
  // A new customer, not known yet.
  Person& draw_newcomer(tillbridge::Entropy& entropy);
  // The CRM has taken the newcomer under this id; known from `from` on.
  void was_added(Person& person, const std::string& customer_id, tillbridge::Tick from);
  // A number in the person's country that nobody has.
  std::string fresh_phone(const Person& person);

 private:
  struct Added {
    Person* person;
    tillbridge::Tick from;
  };
  Person& person_of(std::size_t index);
  std::size_t draw_customer(tillbridge::Entropy& entropy) const;

  const shopping_day::Customers& customers_;
  std::vector<std::size_t> known_;  // indexes, rising
  std::vector<bool> is_known_;
  std::map<std::size_t, Person*> by_index_;
  std::deque<Person> people_;  // addresses are stable
  std::vector<Added> added_;
  Person unknown_;
  std::uint64_t newcomers_ = 0, strangers_ = 0, fresh_phones_ = 0;
};

// An E.164 number of the sandbox's markets the way staff type it. In the national form it needs the
// store's country to be understood.
struct TypedPhone {
  std::string text;
  bool national = false;
};
TypedPhone typed_phone(const std::string& e164, tillbridge::Entropy& entropy);
std::string typed_email(const std::string& email, tillbridge::Entropy& entropy);

}  // namespace sandbox::till
