#pragma once
// Orders and arrivals for the ledger's tests.

#include <string>
#include <vector>

#include "ledger/expected_bloomreach.h"
#include "ledger/ledger.h"

namespace sandbox::test {

inline constexpr std::int64_t sold_at_s = 1'767'225'600;

inline TillRow row(int index, const std::string& sku, int quantity, std::int64_t net_minor,
                   std::int64_t vat_minor) {
  TillRow made;
  made.index = index;
  made.sku = sku;
  made.title = "Title of " + sku;
  made.quantity = quantity;
  made.net_minor = net_minor;
  made.vat_minor = vat_minor;
  made.unit_original_net_minor = net_minor / quantity;
  return made;
}

// A closed sale of two T-shirts and a cap, 798.00 SEK, by customer c-1.
inline TillOrder sale(std::int64_t order_id, std::uint64_t final_sequence) {
  TillOrder order;
  order.order_id = order_id;
  order.order_date_s = sold_at_s;
  order.currency = "SEK";
  order.paid_minor = 79'800;
  order.customer_id = "c-1";
  order.email = " Vera.Lind@Example.org ";
  order.phone = "+46700000001";
  order.name_first = "Vera";
  order.name_last = "Lind";
  order.store_code = "STO-01";
  order.store_name = "Example Street";
  order.register_id = "{5D0E}";
  order.staff_code = "E17";
  order.receipt_id = "SII01-" + std::to_string(order_id);
  order.payment_names = {"Card"};
  order.rows = {row(0, "TEE-WHT-M", 2, 39'840, 9'960), row(1, "CAP-BLK", 1, 24'000, 6'000)};
  order.final_sequence = final_sequence;
  order.final_at_us = sold_at_s * 1'000'000;
  order.final_event_date_s = sold_at_s;
  return order;
}

// One T-shirt of that sale brought back.
inline TillOrder return_of(const TillOrder& original, std::int64_t order_id,
                           std::uint64_t final_sequence) {
  TillOrder order = sale(order_id, final_sequence);
  order.kind = TillKind::returned;
  order.original_order_id = original.order_id;
  order.paid_minor = -24'900;
  order.rows = {row(0, "TEE-WHT-M", -1, -19'920, -4'980)};
  order.rows[0].unit_original_net_minor = 19'920;
  order.rows[0].original_index = 0;
  order.rows[0].reason = "R-SIZE";
  return order;
}

inline Identity identity_of(const std::optional<std::string>& key) {
  return key ? Identity{Identity::State::sound, *key} : Identity{};
}

// What a faultless hub would send to Bloomreach for an order, in its order, as the ledger itself
// sees it. The content is checked by hand in bloomreach_content_test.cpp.
inline std::vector<ReceivedEvent> arrivals(const TillOrder& order, const Expectations& expectations,
                                           std::uint64_t request,
                                           std::optional<std::string> original = std::nullopt) {
  std::vector<ReceivedEvent> events;
  const OrderPlan plan = plan_for_bloomreach(order, identity_of(original), expectations);
  for (const EffectKey key : plan.effects) {
    const ExpectedContent content =
        content_for_bloomreach(order, key, plan.key, plan.identity_from_original, expectations);
    ReceivedEvent event;
    event.request = request;
    event.at_us = order.final_at_us + 250'000;
    event.customer_ids = content.ids;
    event.type = content.type;
    event.timestamp = content.timestamp_max;
    event.properties = content.properties;
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace sandbox::test
