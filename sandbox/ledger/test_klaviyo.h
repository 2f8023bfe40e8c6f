#pragma once
// Orders of a person whom Klaviyo knows, and what a faultless hub would send for them.

#include <string>
#include <vector>

#include "ledger/expected_klaviyo.h"
#include "ledger/ledger.h"
#include "ledger/test_orders.h"

namespace sandbox::test {

inline constexpr const char* vera = "vera.lind@kund.tillbridge.dev";

// The sale of test_orders.h by somebody whose mail Klaviyo takes.
inline TillOrder kund_sale(std::int64_t order_id, std::uint64_t final_sequence) {
  TillOrder order = sale(order_id, final_sequence);
  order.email = " Vera.Lind@Kund.tillbridge.dev ";
  order.member_number = "70015";
  return order;
}

inline TillOrder kund_return_of(const TillOrder& original, std::int64_t order_id,
                                std::uint64_t final_sequence) {
  TillOrder order = return_of(original, order_id, final_sequence);
  order.email = original.email;
  order.member_number = original.member_number;
  return order;
}

// The list of purchased SKUs is that of this order alone.
inline std::vector<ReceivedEvent> klaviyo_arrivals(
    const TillOrder& order, const KlaviyoExpectations& wanted, std::uint64_t request,
    bool takes_originals_id = true, const std::optional<std::string>& original = std::nullopt) {
  std::vector<ReceivedEvent> events;
  const OrderPlan plan = plan_for_klaviyo(order, identity_of(original), wanted);
  for (const EffectKey key : plan.effects) {
    const KlaviyoContent content =
        content_for_klaviyo(order, key, plan.key, takes_originals_id, wanted);
    ReceivedEvent event;
    event.platform = "klaviyo";
    event.request = request;
    event.at_us = order.final_at_us + 400'000;
    event.customer_ids = content.event.ids;
    event.type = content.event.type;
    event.timestamp = content.event.timestamp_max;
    event.properties = content.event.properties;
    event.unique_id = content.unique_id;
    event.value = content.value;
    event.value_currency = content.currency;
    event.backfill = content.backfill;
    event.profile = content.event.ids;
    boost::json::object properties;
    if (!content.last_store.empty()) properties["Last Store"] = content.last_store;
    if (content.purchased_skus == KlaviyoContent::PurchasedSkus::required) {
      boost::json::array list;
      for (const std::string& sku : content.bought) list.emplace_back(boost::json::string(sku));
      properties[wanted.purchased_skus_property] = std::move(list);
    }
    if (!properties.empty()) event.profile["properties"] = std::move(properties);
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace sandbox::test
