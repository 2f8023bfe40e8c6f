#include "app/klaviyo_source.h"

namespace tillbridge::app {
namespace {

using connectors::klaviyo::ChannelConsent;
using connectors::klaviyo::ProfileKey;
using crm::KeyType;

ProfileKey profile_key_of(KeyType type) {
  switch (type) {
    case KeyType::email:
      return ProfileKey::email;
    case KeyType::phone:
      return ProfileKey::phone_number;
    case KeyType::customer_id:
      return ProfileKey::external_id;
    case KeyType::profile:
    case KeyType::member_number:
    case KeyType::personal_id:
      break;
  }
  return ProfileKey::id;
}

// Suppressed people get nothing, whatever they once said (klaviyo.md 10.1).
std::optional<model::ConsentDecision> decision_of(const std::string& category,
                                                  const ChannelConsent& said) {
  const bool decided = said.state != model::ConsentState::unknown || said.suppressed;
  const auto at = said.suppressed && said.suppressed_at ? said.suppressed_at : said.changed_at;
  if (!decided || !at) return std::nullopt;
  model::ConsentDecision decision;
  decision.category = category;
  decision.given = said.state == model::ConsentState::subscribed && !said.suppressed;
  decision.at = *at;
  const std::string& how = said.suppressed ? said.suppression_reason : said.method;
  decision.source = how.empty() ? "Klaviyo" : "Klaviyo: " + how;
  return decision;
}

}  // namespace

KlaviyoSource::KlaviyoSource(KlaviyoAccount& account, ReadGate& gate,
                             KlaviyoSourceSettings settings)
    : account_(account), gate_(gate), settings_(std::move(settings)) {}

bool KlaviyoSource::searches_by(KeyType type) const {
  if (type == KeyType::customer_id) return settings_.numbers_are_ours;
  return type == KeyType::email || type == KeyType::phone || type == KeyType::profile;
}

Task<crm::SourceAnswer> KlaviyoSource::find(crm::Key key, Duration within) {
  crm::SourceAnswer answer;
  if (auto refused = gate_.refusal(true)) {
    answer.outcome = std::move(*refused);
    co_return answer;
  }
  std::string value = key.value;
  if (key.type == KeyType::customer_id) value = settings_.id_prefix + value;
  auto page = co_await account_.find_person_now(profile_key_of(key.type), std::move(value), within);
  gate_.answered(page.answer.outcome);
  answer.outcome = std::move(page.answer.outcome);
  if (!page.items.empty()) answer.found = to_profile(page.items.front());
  co_return answer;
}

Task<crm::SourcePage> KlaviyoSource::changed(Instant since, std::string next) {
  auto page = co_await account_.changed_since(since, std::move(next));
  crm::SourcePage made;
  made.outcome = std::move(page.answer.outcome);
  made.next = std::move(page.next);
  for (const auto& read : page.items) made.profiles.push_back(to_profile(read));
  co_return made;
}

crm::FoundProfile KlaviyoSource::to_profile(const connectors::klaviyo::Profile& read) const {
  crm::FoundProfile profile;
  profile.handle = read.id;
  profile.customer = model::inward(read.values, settings_.mapping, settings_.country);
  if (settings_.numbers_are_ours && read.external_id.starts_with(settings_.id_prefix))
    profile.customer.customer_id = read.external_id.substr(settings_.id_prefix.size());
  for (const model::ConsentCategory& category : settings_.categories) {
    if (!category.klaviyo) continue;
    const ChannelConsent& said =
        *category.klaviyo == model::ConsentChannel::email ? read.email_consent : read.sms_consent;
    if (auto decision = decision_of(category.id, said))
      profile.consents.push_back(std::move(*decision));
  }
  return profile;
}

}  // namespace tillbridge::app
