#pragma once
// Which members of the platforms' documents hold personal data, by their names: "first_name",
// "namefirst", "invoice_zip", "$email", "Recipient Email Address". Of desk/masking.h. Pure; any
// thread.

#include <cstdint>
#include <string_view>

namespace tillbridge::desk {

enum class MemberSort : std::uint8_t {
  other,
  id,  // of a thing: digits in it are no phone
  email,
  phone,
  name,
  hidden,  // addresses, birth dates, personal numbers
};

// `of`: the member whose value the object around it is ("customer", "" none).
MemberSort member_sort(std::string_view key, std::string_view of);

bool names_a_pair(std::string_view key);        // "property" of {"property": "email", "value": ...}
bool is_value_of_pair(std::string_view key);    // "value" of the same
bool is_open_in_address(std::string_view key);  // "country"
// A value that only says a state ("subscribed", "yes"), whatever its member's name.
bool is_said_word(std::string_view value);

}  // namespace tillbridge::desk
