#pragma once
// What a workspace decides about what Klaviyo gets; docs/flows/klaviyo.md is the page for people.
// Defaults are the documented ones. Filled from the configuration (app/), read by the flows.

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/customer_mapping.h"
#include "model/identity.h"

namespace tillbridge::flows {

struct KlaviyoSettings {
  enum class RefundIds { order, refund, first };
  enum class Value { gross, net };

  model::IdentitySource key_from = model::IdentitySource::email;
  // External id of a profile write; nullopt: none.
  std::optional<model::IdentitySource> external_id_from = model::IdentitySource::crm_customer_id;
  std::string id_prefix = "sitoo:";  // before every id of the source

  std::string cancelled_metric = "Cancelled Order";  // or "Canceled Order"; "" : not sent
  RefundIds refund_ids = RefundIds::first;
  Value value = Value::gross;
  std::string source_name = "POS";

  std::string purchased_skus_property = "Purchased SKUs";  // "" : not kept
  std::size_t purchased_skus_max = 100;

  // Addresses at these domains (and their subdomains) are dropped by Klaviyo (klaviyo.md 8.3). An
  // entry that starts with a dot is a top-level domain.
  std::vector<std::string> test_domains = {"example.com", "example.org", "example.net",
                                           "test.com",    ".example",    ".test"};
  std::vector<std::string> shared_addresses;  // a shop's own: nobody's

  // Which field of a customer is which attribute or property there (docs/flows/till.md "Mapping");
  // empty: customer_mapping_of() for customers, the documented set for sales.
  model::CustomerMapping mapping = {};
};

}  // namespace tillbridge::flows
