#pragma once
// The attributes that sale, return and cancellation share.

#include <string>
#include <vector>

#include "flows/bloomreach_amounts.h"
#include "flows/bloomreach_event_draft.h"
#include "flows/bloomreach_identity.h"
#include "flows/plan.h"
#include "flows/plan_parts.h"

namespace tillbridge::flows {

// The order's own id on the wire, by purchase_id_from.
std::string purchase_id(const model::Order& order, const BloomreachSettings& settings);

struct PurchaseHead {
  std::string event = "purchase";
  std::string id;
  std::string status;     // "": the attribute is left out
  std::string refund_id;  // status pattern of returns only
  std::string reason;
};
// A `purchase` header with everything the page lists.
EventDraft purchase_draft(const model::Order& order, const Side& side, const PurchaseHead& head,
                          const BloomreachSettings& settings);
// A `purchase_item`; of the head it takes id, status, refund_id and reason.
EventDraft purchase_item_draft(const model::Order& order, const Row& row, const PurchaseHead& head,
                               const BloomreachSettings& settings);

// purchase_source_type ... payment_type
void add_totals(EventDraft& draft, const model::Order& order, const Side& side);
// store_id, register_id, staff_id, receipt_id
void add_place(EventDraft& draft, const model::Order& order);

void append_event(std::vector<model::TrackedEffect>& parts, EventDraft draft,
                  const model::CustomerIds& who, Instant at);

// Plans of what one call takes (bloomreach.md 4), a longer order's in row order.
constexpr PartLimits part_limits{.whole_max = 50, .split = 48};

}  // namespace tillbridge::flows
