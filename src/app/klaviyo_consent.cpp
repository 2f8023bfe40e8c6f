#include "app/klaviyo_consent.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "model/identity.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

namespace klaviyo = connectors::klaviyo;

constexpr std::size_t ids_per_call_max = 100;  // klaviyo.md 3.3

// Reasons of a suppression that nobody decided, in the spellings of 10.5.
bool is_undeliverable(std::string_view reason) {
  constexpr std::array<std::string_view, 3> bounces{"HARD_BOUNCE", "BOUNCE", "INVALID_EMAIL"};
  return std::find(bounces.begin(), bounces.end(), reason) != bounces.end();
}

std::string source_text(const std::string& method) {
  return "Klaviyo: " + (method.empty() ? "not said how" : method);
}

}  // namespace

std::optional<ConsentEntry> said_by_klaviyo(const klaviyo::ChannelConsent& theirs) {
  std::optional<ConsentEntry> newest;
  if (theirs.state != model::ConsentState::unknown && theirs.changed_at) {
    newest.emplace();
    newest->state = theirs.state;
    newest->decided_at = *theirs.changed_at;
    newest->source = source_text(theirs.method);
  }
  if (theirs.suppressed_at && !is_undeliverable(theirs.suppression_reason)) {
    ConsentEntry left;
    left.state = model::ConsentState::unsubscribed;
    left.decided_at = *theirs.suppressed_at;
    left.source = source_text(theirs.suppression_reason);
    if (is_newer(left, newest)) newest = std::move(left);
  }
  return newest;
}

std::string event_key(const std::string& event_id) {
  return "consent/klaviyo/" + event_id;
}

std::string state_key(const std::string& profile_id, model::ConsentChannel channel,
                      const ConsentEntry& entry) {
  return fmt::format("consent/klaviyo/{}/{}/{}/{}", profile_id, model::name(channel),
                     to_unix_seconds(entry.decided_at), model::name(entry.state));
}

Task<Result<ConsentBook::Taken>> keep_finding(ConsentBook& book, KlaviyoFinding finding) {
  const auto address = finding.channel == model::ConsentChannel::email
                           ? model::normal_email(finding.address)
                           : model::phone_e164(finding.address, "");
  if (!address || address->empty()) {
    telemetry::log(
        telemetry::Level::warning, "consent_of_nobody",
        {{"key", finding.key}, {"what", address ? "it has no address" : address.error().what}});
    co_return ConsentBook::Taken{};
  }
  // Webhook and poll tell the same under different names.
  const auto known = co_await book.of(*address, finding.channel);
  if (!known) co_return fail(known.error());
  if (*known && (*known)->state == finding.entry.state &&
      to_unix_seconds((*known)->decided_at) == to_unix_seconds(finding.entry.decided_at))
    co_return ConsentBook::Taken{};
  // Nor is it news what we told Klaviyo ourselves. Leaving twice is believed rather than missed.
  const auto echo = co_await book.is_echo(*address, finding.channel, finding.entry);
  if (!echo) co_return fail(echo.error());
  const bool may_be_new = finding.entry.state == model::ConsentState::unsubscribed &&
                          (!*known || (*known)->state != finding.entry.state);
  if (*echo && !may_be_new) co_return ConsentBook::Taken{};

  ConsentBook::Said said;
  said.key = finding.key;
  said.external_id = finding.key;
  said.connection = "klaviyo";
  said.via = finding.via;
  said.address = *address;
  said.channel = finding.channel;
  said.entry = std::move(finding.entry);
  said.payload = std::move(finding.payload);
  said.reason = "Klaviyo's own decision, kept";
  co_return co_await book.take(std::move(said));
}

Task<Result<Addresses>> addresses_of(KlaviyoAccount& account, std::vector<std::string> profile_ids,
                                     model::ConsentChannel channel) {
  std::sort(profile_ids.begin(), profile_ids.end());
  profile_ids.erase(std::unique(profile_ids.begin(), profile_ids.end()), profile_ids.end());
  std::erase(profile_ids, "");
  Addresses found;
  for (std::size_t at = 0; at < profile_ids.size(); at += ids_per_call_max) {
    const std::size_t end = std::min(profile_ids.size(), at + ids_per_call_max);
    std::vector<std::string> some(profile_ids.begin() + static_cast<std::ptrdiff_t>(at),
                                  profile_ids.begin() + static_cast<std::ptrdiff_t>(end));
    constexpr bool with_consent = false;
    const auto page =
        co_await account.find_profiles(klaviyo::ProfileKey::id, std::move(some), with_consent);
    if (page.answer.outcome.kind != Outcome::Kind::delivered)
      co_return fail(Error::Kind::retry, page.answer.outcome.reason);
    for (const klaviyo::Profile& profile : page.items) {
      const std::string& address =
          channel == model::ConsentChannel::email ? profile.email : profile.phone_number;
      if (!address.empty()) found.emplace(profile.id, address);
    }
  }
  co_return found;
}

}  // namespace tillbridge::app
