#pragma once
// Records, journeys and cases as docs/console.md writes them. Pure; any thread.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/accounts/roles.h"
#include "base/json.h"
#include "desk/consent_lines.h"
#include "desk/handbook.h"
#include "journal/views.h"

namespace tillbridge::api {

// Whether personal data is shown: to data stewards and above.
enum class Personal { shown, masked };
Personal personal_for(const Caller& caller);

json::Object record_view(const journal::RecordRow& record, Personal personal);
json::Object arrival_view(const journal::ArrivalRow& arrival, Personal personal);

struct JourneyContext {
  Personal personal = Personal::masked;
  std::vector<std::string> targets;  // connections that deliveries go to, in the order to show
  const desk::Handbook* handbook = nullptr;
  std::map<std::pair<std::string, std::string>, CaseGroupId> groups = {};  // by type and group
};
json::Object journey_view(const journal::Journey& journey,
                          const std::vector<desk::ConsentLine>& consents,
                          const JourneyContext& context);

json::Object case_view(const journal::CaseGroupRow& group, const desk::Handbook& handbook,
                       Instant now, Personal personal);
json::Object case_record_view(const journal::CaseRow& row, Personal personal);

// "klaviyo" -> "Klaviyo".
std::string platform_title(const std::string& connection);
// "sale_to_klaviyo" -> "Sale to Klaviyo".
std::string flow_title(const std::string& flow);

// A text as this reader may see it.
std::string shown(const std::string& text, Personal personal);
json::Value time_or_null(const std::optional<Instant>& at);

}  // namespace tillbridge::api
