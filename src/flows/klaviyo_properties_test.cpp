// What holds for any sequence of orders.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "flows/klaviyo_person.h"
#include "flows/klaviyo_test_orders.h"

namespace tillbridge::flows {
namespace {

using namespace test;
using model::TextList;

// A few people, numbers and goods, so that they meet often.
struct Happening {
  bool sold = true;
  bool mixed = false;
  bool history = false;
  int email = 0;
  int number = 0;  // 0: no member
  int original = 0;
  std::vector<int> goods;
};

Happening any_happening() {
  Happening h;
  h.sold = *rc::gen::arbitrary<bool>();
  h.mixed = *rc::gen::inRange(0, 6) == 0;
  h.history = *rc::gen::inRange(0, 6) == 0;
  h.email = *rc::gen::inRange(0, 3);
  h.number = *rc::gen::inRange(0, 4);
  h.original = *rc::gen::inRange(0, 4);
  h.goods = *rc::gen::resize(
      6, rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 6))));
  return h;
}

model::Order order_from(const Happening& h, std::size_t number) {
  TextList skus;
  for (const int good : h.goods) skus.push_back("S" + std::to_string(good));
  const std::string email = "p" + std::to_string(h.email) + "@kund.se";
  const std::string id = std::to_string(100 + number);
  model::Order order = h.sold ? sale_of(id, email, skus) : return_of(id, email, skus);
  if (h.mixed) {
    const model::Order other = h.sold ? return_of(id, email, {"S0"}) : sale_of(id, email, {"S0"});
    order.lines.push_back(other.lines[0]);
  }
  if (h.number > 0) order.customer.crm_customer_id = "c-" + std::to_string(h.number);
  if (h.original > 0) order.original_order_id = std::to_string(h.original);
  return order;
}

std::vector<std::pair<model::Order, bool>> any_day() {
  std::vector<std::pair<model::Order, bool>> day;
  const auto count = *rc::gen::inRange<std::size_t>(1, 12);
  for (std::size_t i = 0; i < count; ++i) {
    const Happening h = any_happening();
    day.emplace_back(order_from(h, i), h.history);
  }
  return day;
}

RC_GTEST_PROP(PurchasedSkus, AreBoundedAndOnceEach, ()) {
  const auto list = [] {
    TextList skus;
    for (const int n : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 12)))
      skus.push_back(std::to_string(n));
    return skus;
  };
  const auto max = *rc::gen::inRange<std::size_t>(1, 8);
  TextList kept;
  const int steps = *rc::gen::inRange(1, 12);
  for (int i = 0; i < steps; ++i) {
    const TextList skus = list();
    if (*rc::gen::arbitrary<bool>()) {
      kept = klaviyo::with_bought(kept, skus, max);
      if (!skus.empty()) {
        // Everything bought now is newer than everything kept from before.
        TextList bought;
        for (const std::string& sku : skus)
          if (std::find(bought.begin(), bought.end(), sku) == bought.end()) bought.push_back(sku);
        const auto tail = std::min(bought.size(), max);
        RC_ASSERT(kept.size() >= tail);
        RC_ASSERT(std::equal(kept.end() - static_cast<std::ptrdiff_t>(tail), kept.end(),
                             bought.end() - static_cast<std::ptrdiff_t>(tail)));
      }
    } else {
      kept = klaviyo::without_returned(kept, skus);
      for (const std::string& sku : skus)
        RC_ASSERT(std::find(kept.begin(), kept.end(), sku) == kept.end());
    }
    RC_ASSERT(kept.size() <= max);
    RC_ASSERT(std::set<std::string>(kept.begin(), kept.end()).size() == kept.size());
  }
}

// The facts that are asked for are all that a plan depends on, and the same order planned once more
// gives the same plans.
RC_GTEST_PROP(PlanForKlaviyo, DependsOnWhatItAsksForAndRepeatsItself, ()) {
  KlaviyoHub hub;
  for (const auto& [order, history] : any_day()) {
    const std::string with_all =
        everything(plan_for_klaviyo(order, std::nullopt, hub.facts, history, hub.settings));
    const Verdict v = hub.plan(order, std::nullopt, history);
    RC_ASSERT(everything(v) == with_all);
    const Verdict again = hub.plan(order, std::nullopt, history);
    RC_ASSERT(everything(again) == everything(v));
    RC_ASSERT(again.learned.empty());
  }
}

// No two events of a metric share an id within one person, unless they are the same order's.
RC_GTEST_PROP(PlanForKlaviyo, EventsNeverShareAnId, ()) {
  KlaviyoHub hub;
  std::set<std::string> seen;
  for (const auto& [order, history] : any_day()) {
    const Verdict v = hub.plan(order, std::nullopt, history);
    for (const Plan& plan : v.plans) {
      RC_ASSERT(plan.parts.size() <= 48U);
      for (const model::TrackedEffect& part : plan.parts) {
        const auto* e = std::get_if<model::CustomerEvent>(&part);
        if (e == nullptr) continue;
        RC_ASSERT(e->who.ids.size() == 1U);
        RC_ASSERT(seen.insert(e->type + "|" + e->unique_id).second);
        RC_ASSERT(e->history == history);
        RC_ASSERT(!history || e->customer_properties.empty());
      }
    }
  }
}

// A number whose profile nobody disputes stays in one lane, whatever its addresses.
RC_GTEST_PROP(PlanForKlaviyo, ANumberKeepsItsLane, ()) {
  KlaviyoHub hub;
  std::set<std::string> lanes;
  const auto emails = *rc::gen::resize(
      15, rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 5))));
  int id = 0;
  for (const int email : emails) {
    model::Order order =
        sale_of(std::to_string(++id), "p" + std::to_string(email) + "@kund.se", {"A"});
    order.customer.crm_customer_id = "c-1";
    const Verdict v = hub.plan(order);
    lanes.insert(v.plans.at(0).lane);
    RC_ASSERT(v.conflict.empty());
    const bool first_part_writes =
        std::holds_alternative<model::CustomerUpdate>(v.plans[0].parts[0]);
    const bool changed = id > 1 && email != emails[static_cast<std::size_t>(id) - 2];
    RC_ASSERT(first_part_writes == changed);
  }
  RC_ASSERT(lanes.size() == 1U);
}

}  // namespace
}  // namespace tillbridge::flows
