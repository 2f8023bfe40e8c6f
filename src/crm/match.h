#pragma once
// Who somebody at the till is, when several identifiers were looked up (docs/flows/till.md "Add and
// update"): the person whom the surest identifier finds; a phone is no proof. Pure.

#include <optional>
#include <string>
#include <vector>

#include "crm/index_entry.h"
#include "crm/profile_source.h"

namespace tillbridge::crm {

// What one identifier found.
struct Sighting {
  Key by;
  std::optional<IndexEntry> known;  // as our index has them once the source was asked
  bool asked = true;                // false: the source could not be asked in time
};

struct Match {
  std::optional<Sighting> who;      // nullopt: nobody yet
  std::vector<KeyType> not_theirs;  // identifiers that are another person's: not to be written
  std::string conflict;             // for a case, without personal data; "" none
  bool unsure = false;              // not everybody could be asked: look up again before writing
};

// In the order of trust: customer id, member number, e-mail, phone. email: as given, "" none.
Match match(const std::vector<Sighting>& sightings, const std::string& email);

}  // namespace tillbridge::crm
