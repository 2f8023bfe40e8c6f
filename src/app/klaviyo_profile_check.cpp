#include "app/klaviyo_profile_check.h"

#include <algorithm>
#include <locale>

#include <boost/algorithm/string/predicate.hpp>
#include <fmt/format.h>

#include "app/klaviyo_read_back.h"
#include "base/hash.h"

namespace tillbridge::app {
namespace {

using connectors::klaviyo::PartKind;
using connectors::klaviyo::Profile;
using connectors::klaviyo::ProfileKey;

constexpr std::size_t keys_per_call = 100;

std::string value_of(const KlaviyoPerson& person, ProfileKey key) {
  const char* type = key == ProfileKey::email         ? "email"
                     : key == ProfileKey::external_id ? "external_id"
                                                      : "phone_number";
  if (person.write) {
    const KlaviyoPart& said = person.write->said;
    return key == ProfileKey::email         ? said.email
           : key == ProfileKey::external_id ? said.external_id
                                            : said.phone_number;
  }
  return person.key.first == type ? person.key.second : std::string{};
}

const std::string& value_of(const Profile& profile, ProfileKey key) {
  return key == ProfileKey::email         ? profile.email
         : key == ProfileKey::external_id ? profile.external_id
                                          : profile.phone_number;
}

bool is_same(const std::string& one, const std::string& other) {
  return boost::algorithm::iequals(one, other, std::locale::classic());
}

bool differs(const std::string& ours, const std::string& theirs) {
  return !ours.empty() && ours != theirs;
}

bool differs(const KlaviyoPart& said, const Profile& profile) {
  return (!said.email.empty() && !is_same(said.email, profile.email)) ||
         differs(said.external_id, profile.external_id) ||
         differs(said.first_name, profile.first_name) ||
         differs(said.last_name, profile.last_name) ||
         differs(said.phone_number, profile.phone_number);
}

struct Looked {
  KlaviyoPerson person;
  std::optional<Profile> profile;
};

// Those who were not found yet, by one kind of identifier.
Task<Result<void>> look_up(KlaviyoAccount& account, std::vector<Looked>& people, ProfileKey key) {
  std::vector<std::size_t> asked;
  for (std::size_t at = 0; at < people.size(); ++at) {
    if (!people[at].profile && !value_of(people[at].person, key).empty()) asked.push_back(at);
  }
  for (std::size_t from = 0; from < asked.size(); from += keys_per_call) {
    const std::size_t to = std::min(asked.size(), from + keys_per_call);
    std::vector<std::string> values;
    for (std::size_t i = from; i < to; ++i)
      values.push_back(value_of(people[asked[i]].person, key));
    constexpr bool with_consent = false;
    const auto page = co_await account.find_profiles(key, std::move(values), with_consent);
    if (page.answer.outcome.kind != Outcome::Kind::delivered)
      co_return fail(not_readable("profiles", page.answer.outcome));
    for (std::size_t i = from; i < to; ++i) {
      Looked& one = people[asked[i]];
      for (const Profile& profile : page.items) {
        if (is_same(value_of(profile, key), value_of(one.person, key))) one.profile = profile;
      }
    }
  }
  co_return Result<void>{};
}

}  // namespace

void note_person(KlaviyoPeople& people, const KlaviyoDelivery& delivery) {
  const std::string name = delivery.person();
  KlaviyoPerson& person = people[name];
  person.name = name;
  person.under_way = person.under_way || delivery.is_under_way();
  for (std::size_t at = 0; at < delivery.parts.size(); ++at) {
    const KlaviyoPart& part = delivery.parts[at];
    if (person.key.first.empty()) person.key = part.key;
    if (!delivery.is_done(at)) continue;
    person.key = part.key;
    person.accepted_at = std::max(person.accepted_at, delivery.row.due_at);
    if (part.kind == PartKind::profile_write &&
        delivery.row.state == journal::DeliveryState::delivered) {
      person.write =
          KlaviyoPerson::Write{delivery.row.id, delivery.row.record, delivery.row.effect, at, part};
    }
  }
}

std::vector<std::string> sample_of(const KlaviyoPeople& people, std::size_t most,
                                   const std::string& day) {
  std::vector<std::pair<std::uint64_t, std::string>> drawn;
  for (const auto& [name, person] : people) {
    const bool is_there = person.accepted_at != Instant{};
    if (is_there) drawn.emplace_back(stable_hash(fmt::format("{}/{}", day, name)), name);
  }
  std::sort(drawn.begin(), drawn.end());
  if (drawn.size() > most) drawn.resize(most);
  std::vector<std::string> names;
  names.reserve(drawn.size());
  for (auto& [hash, name] : drawn) names.push_back(std::move(name));
  return names;
}

Task<Result<ProfileFindings>> check_profiles(KlaviyoAccount& account,
                                             std::vector<KlaviyoPerson> people) {
  std::vector<Looked> looked;
  looked.reserve(people.size());
  for (KlaviyoPerson& person : people) looked.push_back({std::move(person), std::nullopt});
  // As the writes themselves look: who moved to another address is found by the number.
  for (const ProfileKey key :
       {ProfileKey::email, ProfileKey::external_id, ProfileKey::phone_number}) {
    TB_CO_CHECK(co_await look_up(account, looked, key));
  }
  ProfileFindings findings;
  findings.looked_at = looked.size();
  for (Looked& one : looked) {
    if (!one.profile) {
      ++findings.missing;
      if (one.person.write) findings.to_write.push_back(std::move(one.person));
      continue;
    }
    if (!one.person.write) continue;
    const KlaviyoPart& said = one.person.write->said;
    if (!differs(said, *one.profile)) continue;
    ++findings.different;
    if (said.external_id.empty()) continue;
    if (one.profile->external_id.empty()) {
      findings.to_write.push_back(std::move(one.person));
    } else if (one.profile->external_id != said.external_id) {
      findings.conflicts.push_back(
          {std::move(one.person), one.profile->id, one.profile->external_id});
    }
  }
  co_return findings;
}

}  // namespace tillbridge::app
