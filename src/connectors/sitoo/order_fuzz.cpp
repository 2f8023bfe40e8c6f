// Any JSON object either becomes an order that can be looked at, or an error that says why.

#include <cstdint>

#include "base/assert.h"
#include "connectors/sitoo/order_mapping.h"
#include "model/identity.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tillbridge;
  const auto parsed = json::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed || !parsed->is_object()) return 0;
  connectors::sitoo::Config config;
  config.cookie_key = "cookie";
  const auto order = connectors::sitoo::to_order(parsed->get_object(), config);
  if (!order) {
    TB_ASSERT(!order.error().what.empty());
    return 0;
  }
  TB_ASSERT(!order->id.empty());
  for (const model::OrderLine& line : order->lines) TB_ASSERT(!line.quantity.is_zero());
  (void)model::missing_parts(*order);
  (void)model::name(model::classify(*order));
  for (const auto source : {model::IdentitySource::crm_customer_id, model::IdentitySource::email,
                            model::IdentitySource::phone}) {
    const auto value = model::identity_value(order->customer, source);
    TB_ASSERT(!value || value->size() <= 256);
  }
  return 0;
}
