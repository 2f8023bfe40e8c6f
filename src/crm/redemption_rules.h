#pragma once
// What becomes of what customers redeem: taken at the till, used by the sale that names it, missed
// when no sale comes (docs/flows/till.md "Redeem"). Facts of the shelf "redemptions":
// "<customer_id>/<item>" -> the redemption, "open" -> those that wait for their sale,
// "alias/<customer_id>" -> the customer whom that one was merged into. Pure.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "model/order.h"

namespace tillbridge::crm {

constexpr const char* redemption_shelf = "redemptions";
constexpr const char* outstanding_key = "open";
// LIMIT: of more than this the oldest are not waited for any longer; no case will tell of them.
constexpr std::size_t outstanding_max = 10'000;

struct Redemption {
  std::optional<Instant> at;  // nullopt: taken back
  std::string receipt;        // "" not known
  std::string source;         // "till"; "sale": no till has told of it
  std::string order;          // the sale that used it, "" none yet
  std::optional<Instant> used_at;
  std::string undone_order;  // a sale that used it before it was taken back: it counts no more
  bool redeemed() const { return at.has_value(); }
  friend bool operator==(const Redemption&, const Redemption&) = default;
};

// LIMIT: merges of merges are followed so far; beyond it the redemptions are those of the last one.
constexpr std::size_t alias_steps_max = 8;

std::string redemption_alias_key(const std::string& customer_id);
std::string redemption_key(const std::string& customer_id, const std::string& item);
std::string to_text(const Redemption& redemption);  // "" when there is nothing to remember
Redemption read_redemption(const std::string& text);
Redemption undone(const Redemption& redemption);

// Redeemed at a till and not seen in a sale yet.
struct Outstanding {
  Instant at;
  RecordId record;
  CaseId told;          // the case that tells of it; 0 none yet
  std::string settled;  // what ended it, for the note that closes the case; "" it waits still
  friend bool operator==(const Outstanding&, const Outstanding&) = default;
};
using OutstandingList = std::map<std::string, Outstanding>;  // by redemption_key()
std::string to_text(const OutstandingList& list);            // "" when empty
OutstandingList read_outstanding(const std::string& text);
void wait_for_sale(OutstandingList& list, const std::string& key, Instant at, RecordId record);
// Its case, if there is one, is closed at the next look. False: it was not waited for.
bool settle(OutstandingList& list, const std::string& key, const std::string& why);

// Facts of the shelf by key; absent or "": nothing.
using RedemptionFacts = std::map<std::string, std::string>;
// What an order's rows are held against; empty: it redeems nothing. Some facts name others: asked
// until nothing new is wanted.
std::vector<std::string> redemption_facts_wanted(const model::Order& order,
                                                 const RedemptionFacts& known);
// What the order teaches: only the facts that change. A sale row uses what was redeemed, and
// redeems what no till has told of. Rows brought back and orders that are no sale teach nothing.
// The sale of a customer who was merged is the sale of the one who stays.
RedemptionFacts redemptions_after(const RedemptionFacts& known, const model::Order& order);
// What `from` has redeemed is redeemed for `into` when they become one person.
RedemptionFacts redemptions_merged(const RedemptionFacts& known, const std::string& into,
                                   const std::string& from, const std::vector<std::string>& items);

}  // namespace tillbridge::crm
