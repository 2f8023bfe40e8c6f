#pragma once
// Which effects one order calls for at Klaviyo, and with which content: docs/flows/klaviyo.md in
// code, derived from the till's record alone. Pure functions; any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/expected_effects.h"
#include "ledger/ledger.h"

namespace sandbox {

// The metric of an effect.
std::string klaviyo_name(EffectKind kind, const KlaviyoExpectations& expectations);

// "email", "external_id" or "phone_number": the identifier that an event carries.
std::string_view klaviyo_identifier(const KlaviyoExpectations& expectations);

// The key is already as events carry it (a number with the prefix).
Identity identity_for_klaviyo(const TillOrder& order, const KlaviyoExpectations& expectations);

// Klaviyo drops such an address, or it is a shop's own.
bool is_nobodys_address(const std::string& email, const KlaviyoExpectations& expectations);

// original: whose the sale is that a return is linked to; absent when that is not known.
OrderPlan plan_for_klaviyo(const TillOrder& order, const Identity& original,
                           const KlaviyoExpectations& expectations);

bool is_history(const TillOrder& order, const KlaviyoExpectations& expectations);

struct KlaviyoContent {
  ExpectedContent event;
  std::string unique_id;
  double value = 0;
  std::string currency;
  bool backfill = false;
  // What the event's profile carries beside the identifier. The list of purchased SKUs depends on
  // what came before: here only what this order alone decides, the rest is checked on the profile.
  std::string last_store;  // "": must be absent
  enum class PurchasedSkus { none, required, optional };
  PurchasedSkus purchased_skus = PurchasedSkus::none;
  std::vector<std::string> bought;    // the list must end with these, in any order
  std::vector<std::string> returned;  // and must not hold these
};
// takes_originals_id: with refund_ids `first`, that this is the first refund of its original.
KlaviyoContent content_for_klaviyo(const TillOrder& order, EffectKey key,
                                   const std::string& customer_key, bool takes_originals_id,
                                   const KlaviyoExpectations& expectations);

// The first difference in words; nullopt when there is none.
std::optional<std::string> klaviyo_difference(const KlaviyoContent& expected,
                                              const ReceivedEvent& got,
                                              const KlaviyoExpectations& expectations);

// Which order and effect an arrival claims to be; nullopt: it names no order in the way the
// documentation has it.
std::optional<Claim> claim_at_klaviyo(const ReceivedEvent& event,
                                      const KlaviyoExpectations& expectations);

// Distinct and not empty, in the order of the rows.
std::vector<std::string> distinct_skus(const std::vector<const TillRow*>& rows);

}  // namespace sandbox
