#pragma once
// What a workspace decides about its Bloomreach events; docs/flows/bloomreach.md is the page for
// people. Defaults are the documented ones. Filled from the configuration (app/), read by the
// flows.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "base/money.h"
#include "model/customer_mapping.h"
#include "model/identity.h"

namespace tillbridge::flows {

struct BloomreachSettings {
  enum class Returns { event, status };
  enum class Cancelled { status, event, none };
  enum class PurchaseId { order, receipt, external };

  std::string hard_id = "registered";
  model::IdentitySource hard_id_from = model::IdentitySource::crm_customer_id;
  std::vector<std::pair<std::string, model::IdentitySource>> soft_ids;
  std::string cookie_id;  // soft ID type for the web cookie; "" : not sent

  Returns returns = Returns::event;
  Cancelled cancelled = Cancelled::status;
  PurchaseId purchase_id_from = PurchaseId::order;

  Currency reference_currency;           // "SEK"
  std::map<std::string, Decimal> rates;  // currency code -> rate into the reference currency

  // Names on the wire, by the documented name: {"purchase": "pos_purchase", "return.reason":
  // "return_reason"}. Keys are an event name or event.attribute; "customer.<property>" renames a
  // customer property; "" leaves it out.
  std::map<std::string, std::string> names;

  // Which field of a customer is which property or ID there (docs/flows/till.md "Mapping"); empty:
  // customer_mapping_of(). With rules their "ids.*" replace soft_ids, and the hard ID's rule must
  // take the same field as hard_id_from.
  model::CustomerMapping mapping = {};

  bool profile_window = false;  // customer updates travel on their own, in the window
};

}  // namespace tillbridge::flows
