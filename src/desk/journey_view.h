#pragma once
// A journey for people and for scripts: the timeline of a record from arrival to last outcome.
// Pure; any thread.

#include <string>
#include <vector>

#include "base/json.h"
#include "base/zone.h"
#include "desk/consent_lines.h"
#include "journal/views.h"

namespace tillbridge::desk {

// Several lines, oldest first, times in UTC and in the workspace's zone. Personal data appears only
// where the operator asked for bodies (with_bodies).
std::string journey_text(const journal::Journey& journey, const Zone& zone, bool with_bodies,
                         const std::vector<ConsentLine>& consents = {});
json::Object journey_json(const journal::Journey& journey, bool with_bodies,
                          const std::vector<ConsentLine>& consents = {});

// An arrival without a record (malformed, ignored, still waiting).
std::string arrival_text(const journal::ArrivalRow& arrival, const Zone& zone, bool with_bodies);
json::Object arrival_json(const journal::ArrivalRow& arrival, bool with_bodies);

std::string cases_text(const std::vector<journal::CaseRow>& cases);
json::Array cases_json(const std::vector<journal::CaseRow>& cases);

std::string_view words(journal::ArrivalSource source);
std::string_view words(journal::ArrivalState state);
std::string_view words(journal::RecordState state);
std::string_view words(journal::DeliveryState state);
std::string_view words(journal::Trigger trigger);

}  // namespace tillbridge::desk
