#include "crm/match.h"

#include <fmt/format.h>

namespace tillbridge::crm {
namespace {

const model::Customer* customer_of(const Sighting& sighting) {
  if (sighting.live) return &sighting.live->customer;
  return sighting.known ? &sighting.known->customer : nullptr;
}

// A shared phone finds a member of the family: somebody else, if their e-mail is another.
bool is_someone_else(const Sighting& sighting, const std::string& email) {
  const model::Customer* found = customer_of(sighting);
  return sighting.by.type == KeyType::phone && !email.empty() && !found->email.empty() &&
         found->email != email;
}

std::string number_of(const Sighting& sighting) {
  if (sighting.known) return sighting.known->customer.customer_id;
  return sighting.live ? sighting.live->customer.customer_id : std::string{};
}

}  // namespace

std::string person_of(const Sighting& sighting) {
  if (sighting.known) return "customer/" + sighting.known->customer.customer_id;
  if (sighting.live) return "profile/" + sighting.live->handle;
  return {};
}

Match match(const std::vector<Sighting>& sightings, const std::string& email) {
  Match result;
  for (const Sighting& sighting : sightings) {
    if (!sighting.asked && !sighting.known) result.unsure = true;
    if (customer_of(sighting) == nullptr) continue;
    const bool somebody_else = is_someone_else(sighting, email) ||
                               (result.who && person_of(*result.who) != person_of(sighting));
    if (!somebody_else) {
      if (!result.who) result.who = sighting;
      continue;
    }
    result.not_theirs.push_back(sighting.by.type);
    const std::string other = number_of(sighting);
    if (result.conflict.empty()) {
      result.conflict = fmt::format(
          "the {} given belongs to another customer{}; it was not taken over. If both are the same "
          "person, merge them",
          sighting.by.type == KeyType::phone ? "phone" : name(sighting.by.type),
          other.empty() ? std::string{} : " (" + other + ")");
    }
  }
  return result;
}

}  // namespace tillbridge::crm
