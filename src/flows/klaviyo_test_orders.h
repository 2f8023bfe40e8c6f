#pragma once
// Planning for Klaviyo as the hub does it, for its flow tests.

#include <set>

#include "flows/flow_test_orders.h"
#include "flows/klaviyo.h"

namespace tillbridge::flows::test {

// Plans orders one after the other and remembers what they teach. A plan sees only the facts that
// the flow asked for.
class KlaviyoHub {
 public:
  KlaviyoSettings settings;
  FactsInMemory facts;
  std::set<std::string> asked;  // by the last plan

  // Learns nothing.
  Verdict look(const model::Order& order, const std::optional<Original>& original = std::nullopt,
               bool history = false) {
    asked.clear();
    FactsInMemory loaded;
    for (bool more = true; more;) {
      more = false;
      for (const std::string& key : facts_wanted_by_klaviyo(order, original, loaded, settings)) {
        if (!asked.insert(key).second) continue;
        more = true;
        if (const std::string* value = facts.find(key)) loaded.values[key] = *value;
      }
    }
    return plan_for_klaviyo(order, original, loaded, history, settings);
  }

  Verdict plan(const model::Order& order, const std::optional<Original>& original = std::nullopt,
               bool history = false) {
    Verdict v = look(order, original, history);
    for (const Fact& fact : v.learned) facts.values[fact.key] = fact.value;
    return v;
  }
};

// The contract's orders, by a customer whose address Klaviyo takes.
inline model::Order klaviyo_sale() {
  model::Order order = contract_sale();
  order.customer.email = " Vera.Lind@Kund.se";
  return order;
}
inline model::Order klaviyo_return() {
  model::Order order = contract_return();
  order.customer = klaviyo_sale().customer;
  return order;
}

inline model::Order sale_of(std::string id, const std::string& email,
                            const std::vector<std::string>& skus) {
  std::vector<LineFacts> lines;
  lines.reserve(skus.size());
  for (const std::string& sku : skus) lines.push_back({sku, "1", "80.00", "20.00"});
  model::Order order = order_of(std::move(id), lines, std::to_string(100 * lines.size()) + ".00");
  order.customer = {};
  order.customer.email = email;
  return order;
}
inline model::Order return_of(std::string id, const std::string& email,
                              const std::vector<std::string>& skus) {
  model::Order order = sale_of(std::move(id), email, skus);
  for (model::OrderLine& line : order.lines) {
    line.quantity = -line.quantity;
    line.net = -line.net;
    line.vat = -line.vat;
  }
  order.paid = -order.paid;
  return order;
}

// Everything a verdict says, as one text.
inline std::string everything(const Verdict& verdict) {
  std::string all = verdict.reason + "\n" + verdict.customer + "\n" + verdict.conflict + "\n";
  const auto add = [&](const model::PropertyList& list) {
    for (const auto& [name, value] : shown(list))
      all.append(" ").append(name).append("=").append(value);
    all += " |";
  };
  const auto add_ids = [&](const model::CustomerIds& who) {
    for (const auto& [kind, id] : who.ids) all.append(" ").append(kind).append(":").append(id);
  };
  for (const Plan& plan : verdict.plans) {
    all.append(plan.flow).append(" " + plan.effect).append(" " + plan.lane);
    all += plan.profile_only ? " only\n" : "\n";
    for (const model::TrackedEffect& part : plan.parts) {
      if (const auto* event = std::get_if<model::CustomerEvent>(&part)) {
        all.append(event->type).append(" " + std::to_string(to_unix_us(event->at)));
        all.append(" ").append(event->unique_id);
        all.append(event->value ? " " + event->value->to_text() : " -");
        all += event->history ? " history" : "";
        add_ids(event->who);
        add(event->properties);
        add(event->customer_properties);
      } else {
        const auto& written = std::get<model::CustomerUpdate>(part);
        all.append("update ").append(std::to_string(to_unix_us(written.changed_at)));
        add_ids(written.who);
        add(written.attributes);
        add(written.properties);
      }
      all += "\n";
    }
  }
  return all;
}

}  // namespace tillbridge::flows::test
