#pragma once
// What the index makes of news about a customer. Pure.

#include <optional>

#include "crm/index_entry.h"
#include "model/order.h"

namespace tillbridge::crm {

// From the platform that holds the customers. What a till changed less than `own_changes_win_for`
// ago stays: the platform's queue may still hold it. entry: as known; its customer_id is kept.
IndexEntry with_profile(IndexEntry entry, const std::string& connection, const FoundProfile& found,
                        Instant now, Duration own_changes_win_for);

// Keeps a decision that is newer than what the entry knows.
void take_decision(IndexEntry& entry, const model::ConsentDecision& said);

// From a sale or a return that names a customer: what is not known yet. nullopt: it names none.
std::optional<IndexEntry> with_order(const std::optional<IndexEntry>& entry,
                                     const model::CustomerFacts& facts, Instant happened_at);

// What staff gave. New: created_at and till_changed_at are now.
IndexEntry with_change(const std::optional<IndexEntry>& before, const std::string& customer_id,
                       const model::CustomerChange& change, Instant now);

// The decisions that the given consents amount to: only what differs from what is known. New
// customers get the categories' defaults where the till says nothing.
std::vector<model::ConsentDecision> decisions_of(
    const std::optional<IndexEntry>& before, const model::CustomerChange& change,
    const std::vector<model::ConsentCategory>& categories, const std::string& source, Instant now);

}  // namespace tillbridge::crm
