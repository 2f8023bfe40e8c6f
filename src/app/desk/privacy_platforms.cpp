#include "app/desk/privacy_platforms.h"

namespace tillbridge::app {
namespace {

using Asked = std::vector<std::pair<std::string, std::string>>;
using connectors::klaviyo::ProfileKey;

constexpr const char* email = "email";
constexpr const char* phone_number = "phone_number";
constexpr std::string_view klaviyo_handle = "klaviyo/";

Outcome not_now() {
  Outcome outcome;
  outcome.kind = Outcome::Kind::transient;
  outcome.reason = "the connection is paused or in shadow mode: asked when it sends";
  return outcome;
}

Task<Outcome> ask_klaviyo(KlaviyoAccount& account, std::function<bool()> sends, std::string kind,
                          std::string value) {
  if (!sends()) co_return not_now();
  const ProfileKey key = kind == email          ? ProfileKey::email
                         : kind == phone_number ? ProfileKey::phone_number
                                                : ProfileKey::id;
  const auto answer = co_await account.delete_person(key, std::move(value));
  co_return answer.outcome;
}

Task<Outcome> ask_bloomreach(connectors::bloomreach::CustomerClient& client,
                             std::function<bool()> sends, std::string kind, std::string value) {
  if (!sends()) co_return not_now();
  co_return co_await client.anonymize(std::move(kind), std::move(value));
}

IdentifierKind kind_of(model::IdentitySource source) {
  switch (source) {
    case model::IdentitySource::crm_customer_id:
      return IdentifierKind::customer;
    case model::IdentitySource::crm_member_number:
      return IdentifierKind::member;
    case model::IdentitySource::email:
      return IdentifierKind::email;
    case model::IdentitySource::phone:
      return IdentifierKind::phone;
  }
  return IdentifierKind::customer;
}

Task<Outcome> ask_nobody() {
  Outcome outcome;
  outcome.kind = Outcome::Kind::rejected;
  outcome.reason = "a system of your own, which may hold their orders: have them erased there";
  co_return outcome;
}

}  // namespace

PrivacyPlatform klaviyo_privacy(KlaviyoAccount& account, std::function<bool()> sends) {
  PrivacyPlatform platform;
  platform.connection = "klaviyo";
  platform.identifiers = [](const Identity& identity) {
    Asked asked;
    for (std::string& value : identity.of(IdentifierKind::email))
      asked.emplace_back(email, std::move(value));
    for (std::string& value : identity.of(IdentifierKind::phone)) {
      if (value.starts_with('+')) asked.emplace_back(phone_number, std::move(value));
    }
    if (!asked.empty()) return asked;  // the profile has one of them
    for (const std::string& handle : identity.of(IdentifierKind::profile)) {
      if (handle.starts_with(klaviyo_handle))
        asked.emplace_back("id", handle.substr(klaviyo_handle.size()));
    }
    return asked;
  };
  platform.ask = [&account, sends = std::move(sends)](std::string kind, std::string value) {
    return ask_klaviyo(account, sends, std::move(kind), std::move(value));
  };
  return platform;
}

PrivacyPlatform relay_privacy(const std::string& connection) {
  PrivacyPlatform platform;
  platform.connection = connection;
  platform.identifiers = [](const Identity& identity) {
    Asked asked;
    for (const IdentifierKind kind :
         {IdentifierKind::customer, IdentifierKind::email, IdentifierKind::phone}) {
      for (std::string& value : identity.of(kind)) asked.emplace_back(name(kind), std::move(value));
    }
    return asked;
  };
  platform.ask = [](std::string, std::string) { return ask_nobody(); };
  return platform;
}

PrivacyPlatform bloomreach_privacy(connectors::bloomreach::CustomerClient& client,
                                   flows::BloomreachSettings settings,
                                   std::function<bool()> sends) {
  PrivacyPlatform platform;
  platform.connection = "bloomreach";
  platform.identifiers = [settings = std::move(settings)](const Identity& identity) {
    Asked asked;
    const auto add = [&](const std::string& type, model::IdentitySource source) {
      for (std::string& value : identity.of(kind_of(source)))
        asked.emplace_back(type, std::move(value));
    };
    add(settings.hard_id, settings.hard_id_from);
    for (const auto& [type, source] : settings.soft_ids) add(type, source);
    return asked;
  };
  platform.ask = [&client, sends = std::move(sends)](std::string kind, std::string value) {
    return ask_bloomreach(client, sends, std::move(kind), std::move(value));
  };
  return platform;
}

}  // namespace tillbridge::app
