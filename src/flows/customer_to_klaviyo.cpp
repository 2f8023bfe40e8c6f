#include "flows/customer_to_klaviyo.h"

#include <algorithm>

#include "flows/asked_facts.h"
#include "flows/klaviyo_profile.h"

namespace tillbridge::flows {
namespace {

using klaviyo::Identity;
using klaviyo::Person;
using klaviyo::PersonState;
using klaviyo::ProfileFacts;
using klaviyo::ProfileWrite;

model::CustomerFacts facts_of(const model::Customer& customer) {
  model::CustomerFacts facts;
  facts.crm_customer_id = customer.customer_id;
  facts.crm_member_number = customer.member_number;
  facts.email = customer.email;
  if (!customer.phones.empty()) facts.phone = customer.phones.front();
  facts.country = customer.country;
  return facts;
}

// By the configured key, else by the number: the till's register knows people without an e-mail.
// nullopt: nothing that names them to Klaviyo.
std::optional<Identity> identity_of(const model::CustomerFacts& facts,
                                    const KlaviyoSettings& settings) {
  const Result<std::string> key = model::identity_value(facts, settings.key_from);
  if (key && !key->empty()) {
    Result<Identity> identity = klaviyo::identity_under(*key, facts, settings);
    if (identity && identity->nobody.empty()) return std::move(*identity);
  }
  Identity identity = klaviyo::identity_by_number(facts, settings);
  if (identity.key.empty()) return std::nullopt;
  return identity;
}

std::string effect_of(const model::Customer& customer, std::uint32_t version) {
  return "customer/" + customer.customer_id + "/" + std::to_string(version);
}

std::string text_in(const model::PropertyList& list, const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(),
                                  [&](const model::Property& p) { return p.name == name; });
  return found == list.end() ? std::string{} : std::get<std::string>(found->value);
}

// What differs, in the order of `now`; then what was there and is not any more, as "".
model::PropertyList changes(const model::PropertyList& now, const model::PropertyList& before) {
  model::PropertyList list;
  for (const model::Property& property : now) {
    if (text_in(before, property.name) != std::get<std::string>(property.value))
      list.push_back(property);
  }
  for (const model::Property& property : before) {
    if (text_in(now, property.name).empty()) list.push_back({property.name, std::string{}});
  }
  return list;
}

// Whether the write goes to the profile that held what the customer was before: then only what
// changed is sent.
bool same_profile(const ProfileWrite& write, const model::Customer& before,
                  const KlaviyoSettings& settings) {
  const auto& id = write.update.who.ids.front();
  if (id.first == "email") return before.email == id.second;
  const model::CustomerFacts facts = facts_of(before);
  if (id.first == "phone_number") return facts.phone == id.second;
  return klaviyo::number_of(facts, settings) == id.second;
}

// Consents alone, or what Klaviyo is not told, write no profile.
bool is_news(const model::Customer& after, const model::Customer& before, const ProfileFacts& now,
             const ProfileFacts& held, const KlaviyoSettings& settings) {
  return now.email != held.email || !changes(now.attributes, held.attributes).empty() ||
         !changes(now.properties, held.properties).empty() ||
         klaviyo::number_of(facts_of(after), settings) !=
             klaviyo::number_of(facts_of(before), settings);
}

// The whole write without what the profile has already.
void leave_changes(ProfileWrite& write, const ProfileFacts& now, const ProfileFacts& held,
                   const PersonState& known) {
  model::PropertyList attributes;
  const auto add_identifier = [&](const char* name, const std::string& value, bool has_it) {
    if (has_it || text_in(write.update.attributes, name).empty()) return;
    attributes.push_back({name, value});
  };
  add_identifier("email", write.email, write.email == held.email);
  add_identifier("external_id", write.external_id, write.external_id == known.external_id);
  for (model::Property& property : changes(now.attributes, held.attributes)) {
    if (property.name != write.update.who.ids.front().first)
      attributes.push_back(std::move(property));
  }
  write.update.attributes = std::move(attributes);
  write.update.properties = changes(now.properties, held.properties);
}

// Of what a sale to this customer would write. A sale that says the same is no news then.
std::string digest_of_sale(const model::Customer& customer, const Identity& identity,
                           const Person& person, const KlaviyoSettings& settings) {
  const model::Customer sold_to = as_next_sold(customer);
  const auto rules = rules_for_sales(klaviyo::sale_mapping_of(settings), sold_to);
  const ProfileFacts facts = klaviyo::profile_facts(sold_to, rules, settings);
  return klaviyo::whole_write(identity, person, facts, Instant{}).digest;
}

CustomerPlan without(std::string reason) {
  CustomerPlan planned;
  planned.reason = std::move(reason);
  return planned;
}

}  // namespace

model::CustomerMapping customer_mapping_of(const KlaviyoSettings& settings) {
  if (!settings.mapping.empty()) return settings.mapping;
  model::CustomerMapping mapping;
  constexpr std::pair<const char*, const char*> documented[] = {
      {"email", "attributes.email"},
      {"phone", "attributes.phone_number"},
      {"first_name", "attributes.first_name"},
      {"last_name", "attributes.last_name"},
      {"company", "attributes.organization"},
      {"street", "location.address1"},
      {"street2", "location.address2"},
      {"city", "location.city"},
      {"state", "location.region"},
      {"zip", "location.zip"},
      {"country", "location.country"},
      {"customer_id", "properties.Customer Number"},
      {"member_number", "properties.Member Number"},
      {"gender", "properties.Gender"},
      {"birthday", "properties.Birthday"},
      {"home_store", "properties.Home Store"},
  };
  for (const auto& [field, target] : documented)
    mapping.push_back(model::MappingRule{{field}, target, {}, "", " "});
  return mapping;
}

CustomerPlan customer_to_klaviyo(const model::Customer& after, const model::Customer& before,
                                 bool fresh, std::uint32_t version, Instant at, const Facts& facts,
                                 const KlaviyoSettings& settings) {
  const model::CustomerFacts customer = facts_of(after);
  const std::optional<Identity> identity = identity_of(customer, settings);
  if (!identity)
    return without("neither the key nor a customer number: Klaviyo could not tell who it is");
  const std::string effect = effect_of(after, version);
  const Person person = klaviyo::person_of(*identity, effect, facts);
  const model::CustomerMapping mapping = customer_mapping_of(settings);
  const ProfileFacts now = klaviyo::profile_facts(after, mapping, settings);
  const ProfileFacts held =
      fresh ? ProfileFacts{} : klaviyo::profile_facts(before, mapping, settings);
  if (!fresh && !is_news(after, before, now, held, settings))
    return without("nothing that Klaviyo is told has changed");
  ProfileWrite write = klaviyo::whole_write(*identity, person, now, at, held.email);
  if (!fresh && same_profile(write, before, settings))
    leave_changes(write, now, held, person.known);

  CustomerPlan planned;
  PersonState state = person.known;
  planned.conflict = klaviyo::note_rival(*identity, person, state);
  const bool whole_is_known =
      fresh || person.known.written == digest_of_sale(before, *identity, person, settings);
  if (whole_is_known) state.written = digest_of_sale(after, *identity, person, settings);
  klaviyo::remember(write, state);
  planned.learned = person.lanes;
  if (!person.superseded) planned.learned.push_back(klaviyo::person_fact(person, effect, state));
  Plan plan;
  plan.flow = "customer_to_klaviyo";
  plan.effect = effect;
  plan.lane = "customer/" + person.lane;
  plan.parts.emplace_back(std::move(write.update));
  planned.plan = std::move(plan);
  return planned;
}

std::vector<std::string> facts_wanted_by_customer_to_klaviyo(const model::Customer& customer,
                                                             const Facts& facts,
                                                             const KlaviyoSettings& settings) {
  const model::CustomerFacts known = facts_of(customer);
  const std::optional<Identity> identity = identity_of(known, settings);
  if (!identity) return {};
  AskedFacts asked(facts);
  klaviyo::person_of(*identity, "", asked);
  return std::move(asked).take();
}

}  // namespace tillbridge::flows
