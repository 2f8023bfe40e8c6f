#pragma once
// Personal data made unreadable for people who may see that something is there and not whose it is
// (below data steward): e-mails "v...@kund.se", phones "+46...", names "V...", addresses, birth
// dates and personal numbers "...". Structure, numbers and formatting of documents stay as they
// are, byte for byte, so that a masked document can be compared with another.
//
// What is personal is known by the member's name (those of sitoo.md, klaviyo.md, bloomreach.md,
// bigcommerce.md and commercetools.md) and by the look of any text: e-mails and phones are found in
// ids, paths, query strings ("%40") and documents within strings. It is a screen, no anonymisation:
// what a person wrote about a person in free text stays.
// Any bytes are taken. After masking no '@' has a letter, digit, '_', '+' or '-' before it. Masking
// twice changes nothing. Pure; any thread.

#include <string>
#include <string_view>

#include "base/json.h"

namespace tillbridge::desk {

// "vera@kund.se" -> "v...@kund.se"; other text -> "...".
std::string masked_email(std::string_view email);
// "+46701740601" -> "+46..."; "070-174 06 01" -> "07...".
std::string masked_phone(std::string_view phone);
// E-mails, phones and Swedish personal numbers in any text: "person/vera@kund.se" ->
// "person/v...@kund.se".
std::string masked_text(std::string_view text);
// A JSON document (whole, cut off or broken) by its members' names and by look; else masked_text().
std::string masked_document(std::string_view document);
json::Value masked_value(const json::Value& value);

}  // namespace tillbridge::desk
