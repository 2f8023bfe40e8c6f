#pragma once
// What staff typed or scanned, made comparable: by what and for what a customer is searched
// (sitoo.md 9.3). Pure; any thread.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "crm/profile_source.h"

namespace tillbridge::crm {

// "mobile" -> phone. nullopt: none that a till may search by.
std::optional<KeyType> key_type_named(std::string_view name);

// text: as decoded from the query, where a '+' that was not encoded has become a space. country:
// of the store, for phones without '+'. invalid_input when nobody can have such a key.
Result<Key> normal_key(KeyType type, std::string text, std::string_view country);

// "1985-04-12" of a date or a date and time, invalid_input when there is no such day.
Result<std::string> normal_birthday(std::string_view text);

// Trimmed, control characters become spaces. "" when it is no UTF-8.
std::string plain_text(std::string_view text);

}  // namespace tillbridge::crm
