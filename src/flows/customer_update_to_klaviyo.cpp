// What a member's sale says about the member: a profile write.

#include <locale>

#include <boost/algorithm/string/trim.hpp>
#include <fmt/format.h>

#include "base/hash.h"
#include "base/json.h"
#include "flows/klaviyo_flows.h"

namespace tillbridge::flows::klaviyo {
namespace {

using model::IdentitySource;

// "" when the customer has none, or one that cannot be right.
std::string sound(const model::CustomerFacts& customer, IdentitySource source) {
  return model::identity_value(customer, source).value_or("");
}

std::string email_of(const About& about) {
  const std::string email = sound_email(about.identity.facts->email).value_or("");
  return nobody_behind(email, about.settings).empty() ? email : std::string{};
}

void add(model::PropertyList& list, const char* name, const std::string& text) {
  std::string value = boost::algorithm::trim_copy(text, std::locale::classic());
  if (!value.empty()) list.push_back({name, std::move(value)});
}

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

}  // namespace

std::optional<ProfileWrite> profile_write(const About& about) {
  const model::CustomerFacts& customer = *about.identity.facts;
  const PersonState& known = about.person.known;
  const std::string& kind = about.identity.id.first;
  const std::string number = sound(customer, IdentitySource::crm_customer_id);
  const std::string member = sound(customer, IdentitySource::crm_member_number);
  if (number.empty() && member.empty()) return std::nullopt;

  ProfileWrite write;
  write.email = email_of(about);
  write.phone_number = sound(customer, IdentitySource::phone);
  if (!about.person.rival) write.external_id = about.identity.external_id;
  model::PropertyList attributes;
  add(attributes, "email", write.email);
  add(attributes, "external_id", write.external_id);
  add(attributes, "phone_number", write.phone_number);
  add(attributes, "first_name", customer.first_name);
  add(attributes, "last_name", customer.last_name);
  add(write.update.properties, "Customer Number", number);
  add(write.update.properties, "Member Number", member);
  write.digest = digest_of(attributes, write.update.properties);

  // A new address is not on the profile yet: the number finds it, if Klaviyo was told the number.
  const bool email_changed = differs(known.email, write.email);
  const bool key_changed =
      kind == "email" ? email_changed
                      : kind == "phone_number" && differs(known.phone_number, write.phone_number);
  const bool by_number =
      key_changed && !write.external_id.empty() && known.external_id == write.external_id;
  write.leads = by_number || (email_changed && kind != "email" && !about.person.rival);
  const auto id = by_number ? std::pair<std::string, std::string>{"external_id", write.external_id}
                            : about.identity.id;
  std::erase_if(attributes, [&](const model::Property& p) { return p.name == id.first; });
  write.update.who.ids.push_back(id);
  write.update.attributes = std::move(attributes);
  write.update.changed_at = std::chrono::floor<std::chrono::seconds>(about.order.ordered_at);
  return write;
}

Plan profile_plan(const About& about, model::CustomerUpdate update) {
  Plan plan;
  plan.flow = "customer_update_to_klaviyo";
  plan.effect = "profile/" + about.order.id;
  plan.lane = "profile/" + about.person.lane;
  plan.profile_only = true;
  plan.parts.emplace_back(std::move(update));
  return plan;
}

}  // namespace tillbridge::flows::klaviyo
