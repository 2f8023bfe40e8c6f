#include "app/bloomreach_source.h"

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

namespace bloomreach = connectors::bloomreach;
using crm::KeyType;

std::optional<KeyType> key_type_of(std::string_view field) {
  if (field == "customer_id") return KeyType::customer_id;
  if (field == "member_number") return KeyType::member_number;
  if (field == "email") return KeyType::email;
  if (field == "personal_id") return KeyType::personal_id;
  if (field == model::phone_field) return KeyType::phone;
  return std::nullopt;
}

std::string text_of(const json::Value& value) {
  return value.is_string() ? std::string(std::string_view(value.get_string()))
                           : json::to_text(value);
}

model::TextList texts_of(const json::Value& value) {
  if (!value.is_array()) return {text_of(value)};
  model::TextList texts;
  for (const json::Value& item : value.get_array()) texts.push_back(text_of(item));
  return texts;
}

}  // namespace

BloomreachSource::BloomreachSource(bloomreach::CustomerClient& client, ReadGate& gate,
                                   BloomreachSourceSettings settings)
    : client_(client), gate_(gate), settings_(std::move(settings)) {
  id_types_[KeyType::profile] = settings_.hard_id;
  what_.ids.push_back(settings_.hard_id);
  for (const model::MappingRule& rule : settings_.mapping) {
    const auto [space, name] = model::split_target(rule.to);
    if (space != "ids" || rule.from.size() != 1) continue;
    if (const auto type = key_type_of(rule.from.front())) id_types_.emplace(*type, name);
  }
  for (const std::string& target : model::targets_to_read(settings_.mapping)) {
    const auto [space, name] = model::split_target(target);
    if (space == "properties") what_.properties.emplace_back(name);
    if (space == "ids" && name != settings_.hard_id) what_.ids.emplace_back(name);
  }
  for (const model::ConsentCategory& category : settings_.categories) {
    if (!category.bloomreach.empty()) what_.consent_categories.push_back(category.bloomreach);
  }
}

Task<crm::SourceAnswer> BloomreachSource::find(crm::Key key, Duration within) {
  crm::SourceAnswer answer;
  if (auto refused = gate_.refusal(true)) {
    answer.outcome = std::move(*refused);
    co_return answer;
  }
  auto read = co_await client_.read(id_types_.at(key.type), key.value, what_, within);
  gate_.answered(read.outcome);
  answer.outcome = std::move(read.outcome);
  if (read.customer) answer.found = to_profile(*read.customer);
  co_return answer;
}

Task<crm::SourcePage> BloomreachSource::changed(Instant /*since*/, std::string /*next*/) {
  crm::SourcePage page;
  constexpr bool urgent = false;
  if (auto refused = gate_.refusal(urgent)) {
    page.outcome = std::move(*refused);
    co_return page;
  }
  constexpr int first_segment = 0;
  auto exported = co_await client_.export_segment(settings_.sync_segmentation, first_segment,
                                                  what_.ids, what_.properties);
  gate_.answered(exported.outcome);
  page.outcome = std::move(exported.outcome);
  for (const auto& read : exported.customers) page.profiles.push_back(to_profile(read));
  co_return page;
}

crm::FoundProfile BloomreachSource::to_profile(const bloomreach::CustomerRead& read) const {
  model::TargetValues values;
  for (const auto& [name, value] : read.properties) values["properties." + name] = texts_of(value);
  for (const auto& [name, ids] : read.ids) values["ids." + name] = ids;
  crm::FoundProfile profile;
  const auto hard = read.ids.find(settings_.hard_id);
  if (hard != read.ids.end() && !hard->second.empty()) profile.handle = hard->second.front();
  profile.customer = model::inward(values, settings_.mapping, settings_.country);
  for (const model::ConsentCategory& category : settings_.categories) {
    const auto said = read.consents.find(category.bloomreach);
    if (category.bloomreach.empty() || said == read.consents.end() || !said->second.decided_at)
      continue;
    const std::string& source = said->second.source;
    profile.consents.push_back({category.id, said->second.valid, *said->second.decided_at,
                                source.empty() ? "Bloomreach" : "Bloomreach: " + source});
  }
  return profile;
}

}  // namespace tillbridge::app
