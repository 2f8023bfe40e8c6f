#pragma once
// Customer identifiers made comparable: trimmed, e-mails lower-cased, phones in E.164 by the
// country of the store (libphonenumber). Any thread.

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/order.h"

namespace tillbridge::model {

enum class IdentitySource { crm_customer_id, crm_member_number, email, phone };
Result<IdentitySource> identity_source(
    std::string_view name);  // invalid_input names the allowed words

// The normalised value of one source: "" when the customer has none; invalid_input (never with the
// value itself in the text) when there is one that cannot be right: e-mail without mailbox or
// domain, impossible phone, "null", "undefined", nothing alphanumeric, over 256 bytes.
Result<std::string> identity_value(const CustomerFacts& customer, IdentitySource source);

// "+46700000001" from "070-000 00 01" and "SE". Several numbers in one field ("a; b"): the first.
Result<std::string> phone_e164(std::string_view text, std::string_view country);
Result<std::string> normal_email(std::string_view text);
// Any other identifier (customer number, web cookie): trimmed; "" stays "".
Result<std::string> normal_id(std::string_view text);

}  // namespace tillbridge::model
