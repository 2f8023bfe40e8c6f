#include "flows/klaviyo_profile.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/json.h"

namespace tillbridge::flows::klaviyo {
namespace {

std::string digest_of(const model::PropertyList& attributes,
                      const model::PropertyList& properties) {
  std::string text;
  for (const model::PropertyList* list : {&attributes, &properties}) {
    for (const model::Property& property : *list) {
      json::append_quoted(text, property.name);
      json::append_quoted(text, std::get<std::string>(property.value));
    }
    text += '|';
  }
  return fmt::format("{:016x}", stable_hash(text));
}

bool differs(const std::string& before, const std::string& now) {
  return !before.empty() && !now.empty() && before != now;
}

void add(model::PropertyList& list, std::string_view name, const std::string& text) {
  if (!text.empty()) list.push_back({std::string(name), text});
}

}  // namespace

ProfileFacts profile_facts(const model::Customer& customer, const model::CustomerMapping& mapping,
                           const KlaviyoSettings& settings) {
  ProfileFacts facts;
  const std::string email = sound_email(customer.email).value_or("");
  if (nobody_behind(email, settings).empty()) facts.email = email;
  for (const auto& [target, values] : model::outward(customer, mapping, customer.country)) {
    const auto [space, name] = model::split_target(target);
    const std::string& value = values.front();
    if (space == "properties") add(facts.properties, name, value);
    if (space == "location") add(facts.attributes, target, value);
    if (space != "attributes" || name == "email" || name == "external_id") continue;
    add(facts.attributes, name, value);
    if (name == "phone_number") facts.phone_number = value;
  }
  return facts;
}

ProfileWrite whole_write(const Identity& identity, const Person& person, const ProfileFacts& facts,
                         Instant at, const std::string& earlier_email) {
  const std::string& kind = identity.id.first;
  ProfileWrite write;
  write.email = facts.email;
  write.phone_number = facts.phone_number;
  if (!person.rival) write.external_id = identity.external_id;
  model::PropertyList attributes;
  add(attributes, "email", write.email);
  add(attributes, "external_id", write.external_id);
  attributes.insert(attributes.end(), facts.attributes.begin(), facts.attributes.end());
  write.update.properties = facts.properties;
  write.digest = digest_of(attributes, write.update.properties);

  // A new address is not on the profile yet: the number finds it, if Klaviyo was told the number.
  const PersonState& known = person.known;
  const bool told_number = !write.external_id.empty() && known.external_id == write.external_id;
  const std::string& email_before = known.email.empty() ? earlier_email : known.email;
  const bool email_changed = differs(email_before, write.email);
  const bool first_email = known.email.empty() && earlier_email.empty() && told_number;
  bool by_number = false;
  if (kind == "email")
    by_number = first_email || (email_changed && (told_number || !earlier_email.empty()));
  else if (kind == "phone_number")
    by_number = told_number && differs(known.phone_number, write.phone_number);
  by_number = by_number && !write.external_id.empty();
  write.leads = by_number || (email_changed && kind != "email" && !person.rival);
  const auto id = by_number ? std::pair<std::string, std::string>{"external_id", write.external_id}
                            : identity.id;
  std::erase_if(attributes, [&](const model::Property& p) { return p.name == id.first; });
  write.update.who.ids.push_back(id);
  write.update.attributes = std::move(attributes);
  write.update.changed_at = std::chrono::floor<std::chrono::seconds>(at);
  return write;
}

void remember(const ProfileWrite& write, PersonState& state) {
  if (!write.email.empty()) state.email = write.email;
  if (!write.phone_number.empty()) state.phone_number = write.phone_number;
  if (!write.external_id.empty()) state.external_id = write.external_id;
}

std::string note_rival(const Identity& identity, const Person& person, PersonState& state) {
  if (!person.rival) return {};
  const std::string& number = identity.external_id;
  model::TextList& rivals = state.rivals;
  if (std::find(rivals.begin(), rivals.end(), number) != rivals.end()) return {};
  rivals.push_back(number);
  return "customer number " + number + " claims the profile of customer number " +
         state.external_id + ", which keeps it";
}

model::CustomerMapping sale_mapping_of(const KlaviyoSettings& settings) {
  if (!settings.mapping.empty()) return settings.mapping;
  const auto rule = [](const char* from, const char* to) {
    return model::MappingRule{{from}, to, {}, "", " "};
  };
  return {rule("phone", "attributes.phone_number"), rule("first_name", "attributes.first_name"),
          rule("last_name", "attributes.last_name"),
          rule("customer_id", "properties.Customer Number"),
          rule("member_number", "properties.Member Number")};
}

}  // namespace tillbridge::flows::klaviyo
