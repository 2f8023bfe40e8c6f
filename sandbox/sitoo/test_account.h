#pragma once
// For the tests: a small account with a manual clock, and everything it announced.

#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "sitoo/account.h"
#include "sitoo/order_json.h"
#include "sitoo/tills.h"

namespace sandbox::sitoo {

struct TestAccount {
  static AccountSettings settings() {
    AccountSettings settings;
    settings.masterdata.stores = 3;
    settings.masterdata.products = 60;
    return settings;
  }

  TestAccount() : account(clock, settings()), tills(account) {
    account.listen([this](const Order& order, const Event& event) {
      events.push_back(event);
      truths.push_back(till_order_of(order));
    });
  }

  Basket basket(int quantity = 2) {
    Basket made;
    made.shopper =
        Shopper{"c-90112", "70015", "vera.lind@example.org", "+46700000001", "Vera", "Lind", ""};
    BasketRow row;
    row.product = &account.masterdata().products.front();
    row.quantity = quantity;
    row.unit_price = 24'900;
    made.rows.push_back(row);
    return made;
  }

  tillbridge::json::Object served(std::int64_t id) const {
    std::string text;
    append_order(text, *account.find(id), all_fields());
    return tillbridge::json::parse(text)->as_object();
  }

  tillbridge::ManualClock clock;
  Account account;
  Tills tills;
  std::vector<Event> events;
  std::vector<TillOrder> truths;
};

inline std::string text_of(const tillbridge::json::Value& value) {
  return std::string(value.as_string());
}

// A money member in minor units.
inline std::int64_t minor_of(const tillbridge::json::Value& money) {
  std::string digits(money.as_string());
  digits.erase(digits.find('.'), 1);
  return std::stoll(digits);
}

}  // namespace sandbox::sitoo
