#pragma once
// Orders and ways to look at plans, for the flow tests.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "flows/plan.h"

namespace tillbridge::flows::test {

constexpr std::int64_t sold_at = 1'718'200'341;

inline Decimal decimal(std::string_view text) {
  return *Decimal::parse(text);
}
inline Currency currency(std::string_view code) {
  return *Currency::parse(code);
}
inline Money money(std::string_view text, std::string_view code = "SEK") {
  return *Money::parse(text, currency(code));
}

class FactsInMemory final : public Facts {
 public:
  const std::string* find(const std::string& key) const override {
    const auto found = values.find(key);
    return found == values.end() ? nullptr : &found->second;
  }
  std::map<std::string, std::string> values;
};

struct LineFacts {
  std::string sku;
  std::string quantity;
  std::string net;
  std::string vat;
  std::string original = "0";
  std::string discount = "0";
  std::string voucher = "";
};

inline model::Order order_of(std::string id, const std::vector<LineFacts>& lines,
                             std::string_view paid, std::string_view code = "SEK") {
  model::Order order;
  order.id = std::move(id);
  order.type = model::OrderType::order;
  order.state = model::OrderState::closed;
  order.payment_state = model::PaymentState::paid;
  order.ordered_at = from_unix_seconds(sold_at);
  order.currency = currency(code);
  order.rung_up_at_register = true;
  order.customer.crm_customer_id = "c-90112";
  order.customer.country = "SE";
  order.place.register_id = "{R1}";
  for (const LineFacts& facts : lines) {
    model::OrderLine line;
    line.line_id = std::to_string(order.lines.size());
    line.sku = facts.sku;
    line.title = "Title of " + facts.sku;
    line.quantity = decimal(facts.quantity);
    line.net = money(facts.net, code);
    line.vat = money(facts.vat, code);
    line.vat_percent = decimal("25");
    line.unit_original_net = money(facts.original, code);
    line.unit_discount_net = money(facts.discount, code);
    line.voucher_code = facts.voucher;
    order.lines.push_back(std::move(line));
  }
  order.paid = money(paid, code);
  return order;
}

// sitoo.md 4.4
inline model::Order contract_sale() {
  model::Order order = order_of("20417",
                                {{"TEE-WHT-M", "2", "398.40", "99.60", "199.20", "0.00"},
                                 {"CAP-BLK", "1", "240.00", "60.00", "279.20", "39.20"}},
                                "798.00");
  order.customer.crm_member_number = "70015";
  order.customer.email = " Vera.Lind@example.org";
  order.customer.first_name = "Vera";
  order.customer.last_name = "Lind";
  order.customer.phone = "070-000 00 01";
  order.place.store_code = "STO-01";
  order.place.store_name = "Example Street";
  order.place.register_id = "{5D0E2B11}";
  order.place.staff_code = "E17";
  order.receipt_id = "SII00000015000074812";
  order.lines[0].title = "Tee white M";
  order.lines[1].title = "Cap black";
  order.payments.push_back({"Card", money("798.00"), false});
  return order;
}

// sitoo.md 4.11
inline model::Order contract_return() {
  model::Order order = order_of("20533", {{"TEE-WHT-M", "-1", "-199.20", "-49.80"}}, "-249.00");
  order.original_order_id = "20417";
  order.receipt_id = "SII00000015000074901";
  order.reason = "R-SIZE";
  order.place.store_code = "STO-01";
  order.lines[0].title = "Tee white M";
  order.lines[0].reason = "R-SIZE";
  order.lines[0].original_line_id = "0";
  order.payments.push_back({"Card", money("-249.00"), false});
  return order;
}

// Values as they read: "text", 12.50, [a, b], [{product_id="X", quantity=2}].
inline std::string shown(const model::PropertyValue& value) {
  struct Shower {
    std::string operator()(const std::string& text) const { return "\"" + text + "\""; }
    std::string operator()(const model::Number& number) const { return number.text; }
    std::string operator()(bool yes) const { return yes ? "true" : "false"; }
    std::string operator()(const model::TextList& list) const {
      std::string all;
      for (const std::string& text : list) all += (all.empty() ? "" : ", ") + text;
      return "[" + all + "]";
    }
    std::string operator()(const std::vector<model::PropertyList>& list) const {
      std::string all;
      for (const model::PropertyList& object : list) {
        all += all.empty() ? "{" : ", {";
        for (std::size_t i = 0; i < object.size(); ++i) {
          all += (i > 0 ? ", " : "") + object[i].name + "=";
          all += shown(object[i].value);
        }
        all += "}";
      }
      return "[" + all + "]";
    }
  };
  return std::visit(Shower{}, value);
}

using Shown = std::vector<std::pair<std::string, std::string>>;

inline Shown shown(const model::PropertyList& properties) {
  Shown all;
  for (const model::Property& property : properties)
    all.emplace_back(property.name, shown(property.value));
  return all;
}

inline Shown shown_ids(const model::CustomerIds& who) {
  return who.ids;
}

inline const model::CustomerUpdate& update(const Plan& plan, std::size_t part = 0) {
  return std::get<model::CustomerUpdate>(plan.parts.at(part));
}

inline const model::CustomerEvent& event(const Plan& plan, std::size_t part) {
  return std::get<model::CustomerEvent>(plan.parts.at(part));
}

// "" when the event does not have it.
inline std::string attribute(const model::CustomerEvent& event, std::string_view name) {
  for (const model::Property& property : event.properties) {
    if (property.name == name) return shown(property.value);
  }
  return "";
}

// "customer", or the event types, in order.
inline std::vector<std::string> part_types(const Plan& plan) {
  std::vector<std::string> types;
  for (const model::TrackedEffect& part : plan.parts) {
    const auto* e = std::get_if<model::CustomerEvent>(&part);
    types.push_back(e == nullptr ? "customer" : e->type);
  }
  return types;
}

inline std::vector<std::string> effects(const Verdict& verdict) {
  std::vector<std::string> all;
  all.reserve(verdict.plans.size());
  for (const Plan& plan : verdict.plans) all.push_back(plan.effect);
  return all;
}

}  // namespace tillbridge::flows::test
