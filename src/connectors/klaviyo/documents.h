#pragma once
// What Tillbridge writes to Klaviyo, as exact bytes (klaviyo.md 6.2, 8.1, 8.2, 10.2, 10.3). Pure
// and deterministic: the same effect gives the same bytes on every day and node, because identical
// resends are how ambiguity is settled (8.4). Any thread.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/tracking.h"

namespace tillbridge::connectors::klaviyo {

// One part of a delivery. Events: {"event":{attributes without profile},"profile":{attributes}};
// profile writes: {"profile_write":{attributes}}, with attributes "location.*" as one object;
// consent acts: {"consent":{...}}.
std::string part_bytes(const model::TrackedEffect& effect);
std::string part_bytes(const model::ConsentAct& act);

enum class PartKind { event, profile_write, consent };
Result<PartKind> kind_of(std::string_view part);

// The functions that read parts answer invalid_input for what is not a part and for what is over
// the limits of 5.2, which it names: Klaviyo would drop it in silence.

// POST /api/events from one event part.
Result<std::string> event_body(std::string_view part);
// POST /api/event-bulk-create-jobs, 1 to 1000 parts. Consecutive parts of the same identifiers form
// one group, whose profile is what they say together, the later value winning. A unique id that
// comes twice for one person and metric would fail the whole job at some accounts (8.4): the second
// is left out. One part that is wrong fails the whole ("event 3: ...").
Result<std::string> bulk_body(std::span<const std::string_view> parts);

// A profile write as it is looked up and sent.
struct ProfileWrite {
  json::Object attributes;
  std::string email, external_id, phone_number;  // as in the attributes, "" absent
};
Result<ProfileWrite> profile_write_of(std::string_view part);
// POST /api/profile-import. id: Klaviyo's own when it is known.
std::string profile_import_body(const ProfileWrite& write, const std::string& id,
                                bool without_phone);
// POST /api/profile-merge: source vanishes into destination.
std::string merge_body(const std::string& destination_id, const std::string& source_id);

// POST /api/data-privacy-deletion-jobs (13). field: "email", "phone_number" or "id".
std::string deletion_body(std::string_view field, const std::string& value);

// An act always holds the address of its channel.
Result<model::ConsentAct> consent_of(std::string_view part);
// consented_at: the act's own time with historical_import; nullopt: a fresh act, stamped by
// Klaviyo.
std::string subscribe_body(const model::ConsentAct& act, std::optional<Instant> consented_at,
                           const std::string& list_id);
std::string unsubscribe_body(const model::ConsentAct& act, const std::string& list_id);

// "2026-07-20T11:45:10+00:00"
std::string time_text(Instant at);

}  // namespace tillbridge::connectors::klaviyo
