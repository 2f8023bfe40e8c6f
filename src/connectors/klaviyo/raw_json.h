#pragma once
// The members of a JSON object as the bytes they were written in. A parsed document forgets how a
// number was written ("299.00"), and identical resends need identical bytes. Any thread.

#include <string_view>
#include <vector>

namespace tillbridge::connectors::klaviyo {

struct RawMember {
  std::string_view name;   // between the quotes, escapes as they are
  std::string_view value;  // views into the object's text
};

// In their order. The text must be an object that json::parse() has taken.
std::vector<RawMember> raw_members(std::string_view object_text);

// The value of the member of this name (of several the last, as when it is parsed), empty when
// there is none.
std::string_view raw_member(std::string_view object_text, std::string_view name);

// The values of an array that json::parse() has taken.
std::vector<std::string_view> raw_items(std::string_view array_text);

}  // namespace tillbridge::connectors::klaviyo
