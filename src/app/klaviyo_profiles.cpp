#include "app/klaviyo_profiles.h"

#include <algorithm>

#include <fmt/format.h>

namespace tillbridge::app {

using connectors::klaviyo::ProfileKey;
using connectors::klaviyo::ProfileWrite;

namespace {

constexpr const char* connection = "klaviyo";
constexpr int http_not_found = 404;

// What the profile is remembered under: the customer's number outlives an e-mail.
std::string fact_key_of(const ProfileWrite& write) {
  const std::string& key = !write.external_id.empty() ? write.external_id
                           : !write.email.empty()     ? write.email
                                                      : write.phone_number;
  return "profile/" + key;
}

// By which identifiers this person is looked up, the surest first. A phone is often shared: it
// finds somebody only when there is nothing better, and never takes a profile over for its new
// e-mail.
bool is_looked_up_by(const ProfileWrite& write, ProfileKey key) {
  if (key == ProfileKey::email) return !write.email.empty();
  if (key == ProfileKey::external_id) return !write.external_id.empty();
  return write.email.empty() && write.external_id.empty() && !write.phone_number.empty();
}

const std::string& value_of(const ProfileWrite& write, ProfileKey key) {
  return key == ProfileKey::email         ? write.email
         : key == ProfileKey::external_id ? write.external_id
                                          : write.phone_number;
}

const std::string& value_of(const connectors::klaviyo::Profile& profile, ProfileKey key) {
  return key == ProfileKey::email         ? profile.email
         : key == ProfileKey::external_id ? profile.external_id
                                          : profile.phone_number;
}

Outcome skipped_for_conflict() {
  Outcome outcome;
  outcome.kind = Outcome::Kind::superseded;
  outcome.reason = "not written: two profiles or customers claim one person, see the case";
  return outcome;
}

}  // namespace

struct KlaviyoProfiles::Person {
  ProfileWrite write;
  std::string id;         // Klaviyo's, when known
  bool recalled = false;  // from earlier, not looked up now
  bool decided = false;
  Written result;

  bool undecided_without_id() const { return !decided && id.empty(); }
};

Task<std::vector<KlaviyoProfiles::Written>> KlaviyoProfiles::write(std::vector<std::string> parts) {
  std::vector<Person> people(parts.size());
  for (std::size_t at = 0; at < parts.size(); ++at) {
    auto write = connectors::klaviyo::profile_write_of(parts[at]);
    if (write) {
      people[at].write = std::move(*write);
      continue;
    }
    people[at].decided = true;
    people[at].result.outcome.kind = Outcome::Kind::rejected;
    people[at].result.outcome.reason = write.error().what;
  }
  co_await recall(people);
  for (const ProfileKey key :
       {ProfileKey::email, ProfileKey::external_id, ProfileKey::phone_number}) {
    const Outcome looked_up = co_await look_up(people, key);
    if (looked_up.kind == Outcome::Kind::delivered) continue;
    for (Person& person : people) {
      if (!person.undecided_without_id()) continue;
      person.decided = true;
      person.result.outcome = looked_up;
    }
  }
  for (Person& person : people) {
    if (!person.decided) co_await import(person);
  }
  std::vector<Written> results;
  for (Person& person : people) results.push_back(std::move(person.result));
  co_return results;
}

Task<void> KlaviyoProfiles::recall(std::vector<Person>& people) {
  std::vector<std::string> keys;
  for (const Person& person : people) keys.push_back(fact_key_of(person.write));
  using Values = std::vector<std::optional<std::string>>;
  std::function<Result<Values>(journal::Reader&)> query = [workspace = workspace_,
                                                           keys](journal::Reader& reader) {
    return reader.facts(workspace, connection, keys);
  };
  const auto known = co_await journal_.read<Values>(std::move(query));
  if (!known) co_return;  // then they are looked up
  for (std::size_t at = 0; at < people.size(); ++at) {
    people[at].id = (*known)[at].value_or("");
    people[at].recalled = !people[at].id.empty();
  }
}

Task<Outcome> KlaviyoProfiles::look_up(std::vector<Person>& people, ProfileKey key) {
  constexpr std::size_t asked_at_once = 100;  // klaviyo.md 3.3
  constexpr bool with_consent = false;
  std::vector<std::string> values;
  for (const Person& person : people) {
    if (person.undecided_without_id() && is_looked_up_by(person.write, key))
      values.push_back(value_of(person.write, key));
  }
  Outcome outcome;
  outcome.kind = Outcome::Kind::delivered;
  std::vector<connectors::klaviyo::Profile> found;
  while (!values.empty()) {
    const auto rest =
        values.begin() + static_cast<std::ptrdiff_t>(std::min(asked_at_once, values.size()));
    std::vector<std::string> some(values.begin(), rest);
    values.erase(values.begin(), rest);
    auto page = co_await account_.find_profiles(key, std::move(some), with_consent);
    if (page.answer.outcome.kind != Outcome::Kind::delivered) co_return page.answer.outcome;
    for (auto& profile : page.items) found.push_back(std::move(profile));
  }
  for (Person& person : people) {
    if (!person.undecided_without_id() || !is_looked_up_by(person.write, key)) continue;
    for (const auto& profile : found) {
      if (value_of(profile, key) != value_of(person.write, key)) continue;
      const bool another = !profile.external_id.empty() && !person.write.external_id.empty() &&
                           profile.external_id != person.write.external_id;
      if (another) {
        person.decided = true;
        person.result.outcome = skipped_for_conflict();
        person.result.conflict = fmt::format(
            "the profile {} belongs to the customer number {} already; it was not given to {}. "
            "Find out who the address belongs to, correct it in Sitoo, then replay the order",
            profile.id, profile.external_id, person.write.external_id);
      } else {
        person.id = profile.id;
      }
      break;
    }
  }
  co_return outcome;
}

Task<void> KlaviyoProfiles::import(Person& person) {
  bool without_phone = false;
  for (;;) {
    const auto made = co_await account_.import_profile(
        connectors::klaviyo::profile_import_body(person.write, person.id, without_phone));
    const auto& answer = made.answer;
    const bool refused = answer.outcome.kind == Outcome::Kind::rejected;
    if (refused && !without_phone && !person.write.phone_number.empty() &&
        answer.pointer.find("phone_number") != std::string::npos) {
      without_phone = true;  // klaviyo.md 6.5
      person.result.note = "Klaviyo refused the phone number; the profile was written without it";
      continue;
    }
    // Merged into another or deleted since: whoever has the address now is looked up next time.
    const bool vanished =
        refused && person.recalled && answer.outcome.http_status == http_not_found;
    person.result.outcome = answer.outcome;
    if (!answer.duplicate_profile_id.empty()) {
      person.result.outcome = skipped_for_conflict();
      person.result.conflict = fmt::format(
          "an identifier of this customer belongs to the profile {}{}. If both are the same "
          "person: tillbridge merge {} PROFILE",
          answer.duplicate_profile_id,
          person.id.empty() ? std::string{} : fmt::format(", the rest to {}", person.id),
          answer.duplicate_profile_id);
    } else if (vanished) {
      person.result.outcome.kind = Outcome::Kind::transient;
      person.result.outcome.reason = "the profile is gone (merged or deleted): looked up again";
      person.result.fact_key = fact_key_of(person.write);
    } else if (!made.id.empty()) {
      person.result.fact_key = fact_key_of(person.write);
      person.result.fact_id = made.id;
    }
    co_return;
  }
}

}  // namespace tillbridge::app
