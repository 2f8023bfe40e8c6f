#pragma once
// How the ledger reads identities out of a till's record (docs/flows/bloomreach.md "Identity";
// bloomreach.md 6.1).

#include <string>
#include <string_view>

#include "ledger/till_record.h"

namespace sandbox {

std::string trimmed(std::string_view text);
std::string in_lower_case(std::string text);  // ASCII letters
bool is_possible_id(std::string_view id);     // bloomreach.md 6.1, at most 256 bytes
bool is_possible_email(std::string_view email);
bool is_e164(std::string_view phone);

// The normalised value of a source (crm_customer_id, crm_member_number, email, phone); "" when the
// order has none. Phones count only when the till already holds them as E.164: the ledger does not
// know the stores' countries.
struct SourcedId {
  std::string text;
  bool possible = false;
};
SourcedId sourced_id(const TillOrder& order, const std::string& source);

}  // namespace sandbox
