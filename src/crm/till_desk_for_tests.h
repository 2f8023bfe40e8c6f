#pragma once
// A desk that answers what the test put there and keeps what it was asked.

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "crm/till_desk.h"

namespace tillbridge::crm::for_tests {

inline ShownCustomer vera() {
  ShownCustomer shown;
  model::Customer& vera = shown.customer;
  vera.customer_id = "c-90112";
  vera.member_number = "70015";
  vera.email = "vera.lind@example.org";
  vera.phones = {"+46700000001", "+46700000002"};
  vera.first_name = "Vera";
  vera.last_name = "Lind";
  vera.street = "Sample Road 1";
  vera.city = "Sampletown";
  vera.zip = "11122";
  vera.country = "SE";
  vera.gender = "female";
  vera.home_store = "STO-01";
  return shown;
}

class ScriptedDesk final : public TillDesk {
 public:
  Task<Answered<std::optional<ShownCustomer>>> search(Key key, AtTill at) override {
    note("search", std::move(at));
    keys.push_back(std::move(key));
    Answered<std::optional<ShownCustomer>> answered;
    answered.platform_took = platform_took;
    if (error) {
      answered.result = fail(*error);
    } else {
      answered.result = found;
    }
    co_return answered;
  }
  Task<Answered<ShownCustomer>> get(std::string customer_id, AtTill at) override {
    note("get", std::move(at));
    customer_ids.push_back(std::move(customer_id));
    co_return of(found.value_or(ShownCustomer{}));
  }
  Task<Answered<ShownCustomer>> add(model::CustomerChange change, AtTill at) override {
    note("add", std::move(at));
    changes.push_back(std::move(change));
    co_return of(found.value_or(ShownCustomer{}));
  }
  Task<Answered<ShownCustomer>> update(std::string customer_id, model::CustomerChange change,
                                       AtTill at) override {
    note("update", std::move(at));
    customer_ids.push_back(std::move(customer_id));
    changes.push_back(std::move(change));
    co_return of(found.value_or(ShownCustomer{}));
  }
  Task<Answered<std::vector<Purchase>>> history(std::string customer_id, AtTill at) override {
    note("history", std::move(at));
    customer_ids.push_back(std::move(customer_id));
    co_return of(purchases);
  }
  Task<Answered<std::vector<Section>>> sections(std::string customer_id, AtTill at) override {
    note("sections", std::move(at));
    customer_ids.push_back(std::move(customer_id));
    co_return of(shown_sections);
  }
  Task<Answered<Promotion>> redeem(RedeemAct act, AtTill at) override {
    note("redeem", std::move(at));
    acts.push_back(std::move(act));
    co_return of(promotion);
  }

  // Answers.
  std::optional<ShownCustomer> found = vera();
  std::vector<Purchase> purchases;
  std::vector<Section> shown_sections;
  Promotion promotion;
  std::optional<Error> error;  // instead of any of them
  bool throws = false;
  Duration platform_took{0};
  // Questions.
  std::vector<std::string> asked;
  std::vector<AtTill> tills;
  std::vector<Key> keys;
  std::vector<std::string> customer_ids;
  std::vector<model::CustomerChange> changes;
  std::vector<RedeemAct> acts;

 private:
  void note(const char* operation, AtTill at) {
    asked.emplace_back(operation);
    tills.push_back(std::move(at));
    if (throws) throw std::runtime_error("the desk fell over");
  }
  template <typename T>
  Answered<T> of(T value) const {
    Answered<T> answered;
    answered.platform_took = platform_took;
    if (error) {
      answered.result = fail(*error);
    } else {
      answered.result = std::move(value);
    }
    return answered;
  }
};

}  // namespace tillbridge::crm::for_tests
