#include "crm/match.h"

#include <fmt/format.h>

namespace tillbridge::crm {
namespace {

// A shared phone finds a member of the family: somebody else, if their e-mail is another.
bool is_someone_else(const Sighting& sighting, const std::string& email) {
  const std::string& theirs = sighting.known->customer.email;
  return sighting.by.type == KeyType::phone && !email.empty() && !theirs.empty() && theirs != email;
}

}  // namespace

Match match(const std::vector<Sighting>& sightings, const std::string& email) {
  Match result;
  for (const Sighting& sighting : sightings) {
    if (!sighting.asked && !sighting.known) result.unsure = true;
    if (!sighting.known) continue;
    const std::string& number = sighting.known->customer.customer_id;
    const bool somebody_else = is_someone_else(sighting, email) ||
                               (result.who && result.who->known->customer.customer_id != number);
    if (!somebody_else) {
      if (!result.who) result.who = sighting;
      continue;
    }
    result.not_theirs.push_back(sighting.by.type);
    if (result.conflict.empty()) {
      result.conflict = fmt::format(
          "the {} given belongs to another customer ({}); it was not taken over. If both are the "
          "same person, merge them",
          sighting.by.type == KeyType::phone ? "phone" : name(sighting.by.type), number);
    }
  }
  return result;
}

}  // namespace tillbridge::crm
