#include "flows/customer_to_bloomreach.h"

#include <algorithm>
#include <string_view>

#include <boost/algorithm/string/join.hpp>

#include "flows/bloomreach_event_draft.h"
#include "flows/bloomreach_identity.h"

namespace tillbridge::flows {
namespace {

using Targets = std::vector<std::pair<std::string, model::TextList>>;

std::string_view field_of(model::IdentitySource source) {
  switch (source) {
    case model::IdentitySource::crm_customer_id:
      return "customer_id";
    case model::IdentitySource::crm_member_number:
      return "member_number";
    case model::IdentitySource::email:
      return "email";
    case model::IdentitySource::phone:
      return model::phone_field;
  }
  return "customer_id";
}

model::MappingRule rule(std::string_view from, std::string to) {
  model::MappingRule made;
  made.from = {std::string(from)};
  made.to = std::move(to);
  return made;
}

// How the customer is known there: the hard ID first, then one value per soft ID.
struct Known {
  model::CustomerIds who;
  // By what somebody is looked up: all values of the other ID types, the surest first. A phone is
  // shared: only when there is no e-mail.
  std::vector<std::pair<std::string, std::string>> others;
  std::string lane;
};

bool is_phone(const model::CustomerMapping& mapping, const std::string& type) {
  return std::any_of(mapping.begin(), mapping.end(), [&](const model::MappingRule& rule) {
    return rule.to == "ids." + type && rule.from.size() == 1 &&
           rule.from.front() == model::phone_field;
  });
}

std::optional<Known> known_as(const model::Customer& customer, const std::string& hard_id_value,
                              const BloomreachSettings& settings) {
  Known known;
  Identity identity;
  identity.hard = model::normal_id(hard_id_value).value_or("");
  const model::CustomerMapping mapping = customer_mapping_of(settings);
  std::vector<std::pair<std::string, std::string>> by_phone;
  for (const auto& [type, values] : mapped_ids(customer, mapping)) {
    if (type == settings.hard_id) {
      if (identity.hard.empty()) identity.hard = values.front();
      continue;
    }
    known.who.ids.emplace_back(type, values.front());
    auto& list = is_phone(mapping, type) ? by_phone : known.others;
    for (const std::string& value : values) list.emplace_back(type, value);
  }
  if (customer.email.empty())
    known.others.insert(known.others.end(), by_phone.begin(), by_phone.end());
  if (identity.hard.empty()) return std::nullopt;
  known.who.ids.emplace(known.who.ids.begin(), settings.hard_id, identity.hard);
  known.lane = customer_lane(identity);
  return known;
}

Targets properties_of(const model::Customer& customer, const model::CustomerMapping& mapping) {
  Targets targets = model::outward(customer, mapping, customer.country);
  std::erase_if(targets, [](const auto& target) {
    return model::split_target(target.first).first != "properties";
  });
  return targets;
}

const model::TextList& values_in(const Targets& targets, const std::string& target) {
  static const model::TextList none;
  const auto found = std::find_if(targets.begin(), targets.end(),
                                  [&](const auto& entry) { return entry.first == target; });
  return found == targets.end() ? none : found->second;
}

// A list stays a list. Where there was one text, several become one text: a property's kind is part
// of the project's filters. Clearing has no documented way but an empty text (bloomreach.md 5.2).
model::PropertyValue value_of(const model::TextList& values, const model::TextList& held) {
  if (values.empty()) return std::string{};
  if (values.size() == 1) return values.front();
  if (held.size() > 1) return values;
  return boost::algorithm::join(values, "; ");
}

model::Property property_of(const std::string& target, const model::TextList& values,
                            const model::TextList& held) {
  return {std::string(model::split_target(target).second), value_of(values, held)};
}

// In the order of the rules: what differs, and for a new customer everything.
model::PropertyList told(const model::Customer& after, const model::Customer& before, bool fresh,
                         const model::CustomerMapping& mapping) {
  const Targets now = properties_of(after, mapping);
  const Targets held = fresh ? Targets{} : properties_of(before, mapping);
  model::PropertyList list;
  for (const model::MappingRule& each : mapping) {
    const model::TextList& values = values_in(now, each.to);
    const model::TextList& were = values_in(held, each.to);
    if (values != were) list.push_back(property_of(each.to, values, were));
  }
  return list;
}

// An identifier changed and no property with it: a call needs one all the same (bloomreach.md 5.2),
// so one is said again.
model::PropertyList one_again(const model::Customer& after, const model::Customer& before,
                              const model::CustomerMapping& mapping) {
  if (mapped_ids(after, mapping) == mapped_ids(before, mapping)) return {};
  for (const auto& [target, values] : properties_of(after, mapping))
    return {property_of(target, values, values)};
  return {};
}

}  // namespace

model::CustomerMapping customer_mapping_of(const BloomreachSettings& settings) {
  if (!settings.mapping.empty()) return settings.mapping;
  model::CustomerMapping mapping;
  mapping.push_back(rule(field_of(settings.hard_id_from), "ids." + settings.hard_id));
  for (const auto& [type, source] : settings.soft_ids)
    mapping.push_back(rule(field_of(source), "ids." + type));
  constexpr std::pair<const char*, const char*> documented[] = {
      {"email", "email"},
      {"phone", "phone"},
      {"first_name", "first_name"},
      {"last_name", "last_name"},
      {"member_number", "member_number"},
      {"street", "street"},
      {"zip", "zip"},
      {"city", "city"},
      {"country", "country"},
      {"gender", "gender"},
      {"birthday", "birthday"},
      {"home_store", "home_store_id"},
  };
  for (const auto& [field, property] : documented) {
    const std::string name = wire_name(settings, "customer", property);
    if (!name.empty()) mapping.push_back(rule(field, "properties." + name));
  }
  return mapping;
}

std::optional<Plan> customer_to_bloomreach(const model::Customer& after,
                                           const model::Customer& before, bool fresh,
                                           const std::string& hard_id_value, std::uint32_t version,
                                           Instant at, const BloomreachSettings& settings,
                                           bool look_up) {
  std::optional<Known> known = known_as(after, hard_id_value, settings);
  if (!known) return std::nullopt;
  const model::CustomerMapping mapping = customer_mapping_of(settings);
  model::CustomerUpdate update;
  update.properties = told(after, before, fresh, mapping);
  if (update.properties.empty() && !fresh) update.properties = one_again(after, before, mapping);
  if (update.properties.empty()) return std::nullopt;
  update.who = std::move(known->who);
  // To the millisecond: only what is newer counts there, and staff correct within a second.
  update.changed_at = std::chrono::floor<std::chrono::milliseconds>(at);
  if (look_up) update.look_up_by = std::move(known->others);
  Plan plan;
  plan.flow = "customer_to_bloomreach";
  plan.effect = "customer/" + after.customer_id + "/" + std::to_string(version);
  plan.lane = std::move(known->lane);
  plan.parts.emplace_back(std::move(update));
  return plan;
}

Result<Plan> consent_to_bloomreach(const model::Customer& customer,
                                   const std::string& hard_id_value,
                                   const model::ConsentDecision& decision,
                                   const model::ConsentCategory& category, const std::string& store,
                                   const BloomreachSettings& settings) {
  const auto incomplete = [](const char* what) { return fail(Error::Kind::invalid_input, what); };
  if (category.bloomreach.empty()) return incomplete("the category is not one of Bloomreach's");
  if (decision.category != category.id) return incomplete("the decision is about another category");
  if (to_unix_seconds(decision.at) <= 0) return incomplete("the decision has no time");
  std::optional<Known> known = known_as(customer, hard_id_value, settings);
  if (!known) return incomplete("the customer has no hard ID");

  model::CustomerEvent event;
  event.who = std::move(known->who);
  event.type = "consent";
  event.at = std::chrono::floor<std::chrono::seconds>(decision.at);
  event.properties = {{"action", std::string(decision.given ? "accept" : "reject")},
                      {"category", category.bloomreach}};
  const auto add = [&](const char* name, const std::string& text) {
    if (!text.empty()) event.properties.push_back({name, text});
  };
  if (decision.given) add("valid_until", "unlimited");
  add("source", "pos");
  add("message", decision.source);
  add("store_id", store);
  Plan plan;
  plan.flow = "consent_to_bloomreach";
  // Who says yes and no within one second has left: both have to be kept.
  plan.effect = "consent/" + category.id + "/" + customer.customer_id + "/" +
                std::to_string(to_unix_seconds(decision.at)) + "/" +
                (decision.given ? "accept" : "reject");
  plan.lane = std::move(known->lane);
  plan.parts.emplace_back(std::move(event));
  return plan;
}

}  // namespace tillbridge::flows
