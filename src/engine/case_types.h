#pragma once
// Every type of case the engine and the flows can open: who owns it and how soon it is due
// (REQUIREMENTS O2). The text of a case is written where it is opened; the handbook explains each
// type. Fixed table; any thread.

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "journal/step.h"

namespace tillbridge::engine {

enum class CaseType {
  malformed_event,     // an event could not be understood; its raw text is kept
  order_not_found,     // announced, but the source does not know it
  unreadable_order,    // read, but its document makes no sense
  incomplete_order,    // closed, but not paid or not complete for too long
  faulty_identity,     // the customer's identifiers cannot be right
  faulty_data,         // amounts or currencies that do not fit the settings
  rejected_delivery,   // a platform refused it for good
  patience_exhausted,  // tried for days without success
  profile_conflict,    // two customers claim one profile
  lag_high,            // a platform is further behind the tills than agreed
  missing_effect,      // a platform took it and does not have it
  orphaned_effect,     // a platform has it and no record explains it
  redeem_mismatch,     // redeemed at a till, but no sale came with it
  unmapped_place,      // a warehouse's stock that belongs to no place of ours
  stock_difference,    // a platform shows other levels than the source, for longer than it may
  store_silent,        // a store that should be trading sends no sales
  errors_high,         // too many attempts at a platform fail
  unidentified_high,   // too many sales come without a known customer
};

constexpr CaseType last_case_type = CaseType::unidentified_high;

struct CaseRule {
  std::string_view name;
  std::string_view owner;  // team
  Duration due_in;
};

constexpr CaseRule case_rule(CaseType type) {
  using std::chrono::hours;
  switch (type) {
    case CaseType::malformed_event:
      return {"malformed_event", "integration", hours{24}};
    case CaseType::order_not_found:
      return {"order_not_found", "retail operations", hours{24}};
    case CaseType::unreadable_order:
      return {"unreadable_order", "integration", hours{8}};
    case CaseType::incomplete_order:
      return {"incomplete_order", "retail operations", hours{24}};
    case CaseType::faulty_identity:
      return {"faulty_identity", "data steward", hours{72}};
    case CaseType::faulty_data:
      return {"faulty_data", "integration", hours{24}};
    case CaseType::rejected_delivery:
      return {"rejected_delivery", "marketing", hours{24}};
    case CaseType::patience_exhausted:
      return {"patience_exhausted", "integration", hours{8}};
    case CaseType::profile_conflict:
      return {"profile_conflict", "data steward", hours{72}};
    case CaseType::lag_high:
      return {"lag_high", "integration", hours{1}};
    case CaseType::missing_effect:
      return {"missing_effect", "marketing", hours{24}};
    case CaseType::orphaned_effect:
      return {"orphaned_effect", "marketing", hours{72}};
    case CaseType::redeem_mismatch:
      return {"redeem_mismatch", "retail operations", hours{24}};
    case CaseType::unmapped_place:
      return {"unmapped_place", "retail operations", hours{24}};
    case CaseType::stock_difference:
      return {"stock_difference", "retail operations", hours{24}};
    case CaseType::store_silent:
      return {"store_silent", "retail operations", hours{2}};
    case CaseType::errors_high:
      return {"errors_high", "integration", hours{1}};
    case CaseType::unidentified_high:
      return {"unidentified_high", "retail operations", hours{24}};
  }
  return {"unknown", "integration", hours{24}};
}

inline journal::OpenCase open_case(CaseId id, CaseType type, std::string workspace,
                                   std::string group, Instant now, std::string reason) {
  const CaseRule rule = case_rule(type);
  journal::OpenCase opened;
  opened.id = id;
  opened.workspace = std::move(workspace);
  opened.type = std::string(rule.name);
  opened.group = std::move(group);
  opened.owner = std::string(rule.owner);
  opened.opened_at = now;
  opened.due_at = now + rule.due_in;
  opened.reason = std::move(reason);
  return opened;
}

}  // namespace tillbridge::engine
