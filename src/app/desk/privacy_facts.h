#pragma once
// What facts hold about a person: a fact whose key or whole value is theirs goes; where others
// stand beside them, only what is theirs is taken out. Pure; any thread.

#include <optional>
#include <string>
#include <vector>

#include "app/desk/privacy_person.h"

namespace tillbridge::app {

// The connections under which facts may hold something about people.
const std::vector<std::string>& personal_shelves();

struct FactFound {
  std::string shelf, key, value;
  std::string left;  // what stays of it; "": nothing
};
// nullopt: nothing in it is theirs.
std::optional<FactFound> look_into(const Identity& identity, const std::string& shelf,
                                   const std::string& key, const std::string& value);

// Identifiers that an entry of the customer index gives ("customer/<id>").
std::vector<Identifier> identifiers_in_entry(const std::string& value);

}  // namespace tillbridge::app
