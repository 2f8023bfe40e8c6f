// What an operator, or a till through the control API, may do about people: their consent, and two
// profiles that are one person.

#include <charconv>

#include <fmt/format.h>

#include "app/operations.h"
#include "base/zone.h"
#include "connectors/klaviyo/documents.h"
#include "connectors/klaviyo/time_text.h"
#include "model/identity.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

namespace klaviyo = connectors::klaviyo;
using model::ConsentChannel;
using model::ConsentState;

constexpr const char* klaviyo_name = "klaviyo";

Error not_connected(const std::string& workspace) {
  return {Error::Kind::not_found,
          fmt::format("workspace {} is not connected to Klaviyo; connect it "
                      "with [workspace.klaviyo] in the configuration",
                      workspace)};
}

Result<ConsentChannel> channel_of(const std::string& name) {
  for (const auto one : {ConsentChannel::email, ConsentChannel::sms}) {
    if (name == model::name(one)) return one;
  }
  return fail(Error::Kind::invalid_input, "channel is neither email nor sms");
}

Result<ConsentState> decision_of(const std::string& name) {
  for (const auto one : {ConsentState::subscribed, ConsentState::unsubscribed}) {
    if (name == model::name(one)) return one;
  }
  return fail(Error::Kind::invalid_input, "decision is neither subscribed nor unsubscribed");
}

Result<std::optional<Instant>> time_in(const std::string& text) {
  if (text.empty()) return std::optional<Instant>{};
  std::int64_t seconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr std::int64_t year_10000 = 253'402'300'800;
  if (problem == std::errc{} && end == text.data() + text.size() && seconds >= 0 &&
      seconds < year_10000)
    return std::optional(from_unix_seconds(seconds));
  if (const auto at = klaviyo::time_of_text(text)) return at;
  return fail(Error::Kind::invalid_input,
              "at is neither a time with its offset (2026-07-20T11:45:10+02:00) nor unix seconds");
}

Result<ConsentDesk::Decision> decision_in(const api::Operations::ConsentAct& act) {
  ConsentDesk::Decision decision;
  TB_TRY(decision.channel, channel_of(act.channel));
  TB_TRY(decision.state, decision_of(act.decision));
  TB_TRY(decision.at, time_in(act.at));
  const bool email = decision.channel == ConsentChannel::email;
  decision.address = email ? act.email : act.phone;
  if (decision.address.empty()) {
    return fail(Error::Kind::invalid_input, email ? "channel email needs the person's email"
                                                  : "channel sms needs the person's phone");
  }
  decision.country = act.country;
  decision.source = act.source.empty() ? "Till" : act.source;
  return decision;
}

// By which key a person is named.
klaviyo::ProfileKey kind_of(const std::string& whom) {
  if (whom.find('@') != std::string::npos) return klaviyo::ProfileKey::email;
  return whom.starts_with('+') ? klaviyo::ProfileKey::phone_number : klaviyo::ProfileKey::id;
}

}  // namespace

Task<Result<json::Object>> HubOperations::consent(ConsentAct act) {
  TB_CO_TRY(WorkspaceRuntime * found, find(act.workspace));
  if (found->consent_desk() == nullptr) co_return fail(not_connected(found->name()));
  TB_CO_TRY(ConsentDesk::Decision decision, decision_in(act));
  const auto decided = co_await found->consent_desk()->decide(std::move(decision));
  if (!decided) co_return fail(decided.error());
  json::Object answer;
  answer["key"] = decided->key;
  answer["fresh"] = decided->fresh;
  answer["message"] = decided->message;
  co_return answer;
}

Task<Result<json::Object>> HubOperations::consents(std::string workspace, std::string email,
                                                   std::string phone, std::string country) {
  TB_CO_TRY(WorkspaceRuntime * found, find(workspace));
  if (email.empty() == phone.empty()) {
    co_return fail(Error::Kind::invalid_input,
                   "name one person: ?email= or ?phone= (with country=, or beginning with +)");
  }
  const auto channel = phone.empty() ? ConsentChannel::email : ConsentChannel::sms;
  const auto address =
      phone.empty() ? model::normal_email(email) : model::phone_e164(phone, country);
  if (!address) co_return fail(address.error());
  const auto known = co_await found->consents().of(*address, channel);
  if (!known) co_return fail(known.error());
  const ConsentEntry entry = known->value_or(ConsentEntry{});
  json::Object item;
  item["channel"] = model::name(channel);
  item["state"] = model::name(entry.state);
  item["decided_at"] = *known ? json::Value(utc_text(entry.decided_at)) : json::Value(nullptr);
  item["source"] = entry.source;
  json::Array items;
  items.push_back(std::move(item));
  json::Object answer;
  answer["workspace"] = found->name();
  answer["address"] = *address;
  answer["items"] = std::move(items);
  co_return answer;
}

Task<Result<std::string>> HubOperations::profile_id_of(KlaviyoAccount& account, std::string whom) {
  const auto kind = kind_of(whom);
  const std::vector<std::string> keys{whom};
  constexpr bool with_consent = false;
  const auto page = co_await account.find_profiles(kind, keys, with_consent);
  const Outcome& outcome = page.answer.outcome;
  if (outcome.kind != Outcome::Kind::delivered) {
    co_return fail(Error::Kind::unavailable,
                   fmt::format("Klaviyo could not be asked for the profiles: {}", outcome.reason));
  }
  if (page.items.empty()) {
    co_return fail(Error::Kind::not_found,
                   kind == klaviyo::ProfileKey::id
                       ? fmt::format("Klaviyo has no profile with the id '{}'", whom)
                       : "Klaviyo has no profile with this address");
  }
  co_return page.items.front().id;
}

// It cannot be undone: who asked for what is durable before the call.
Task<Result<std::string>> HubOperations::merge(std::string workspace, std::string connection,
                                               std::string into, std::string from, std::string by) {
  TB_CO_TRY(WorkspaceRuntime * found, find(workspace));
  if (connection == "till")
    co_return co_await merge_customers(found, std::move(into), std::move(from), std::move(by));
  if (connection != klaviyo_name) {
    co_return fail(Error::Kind::rejected,
                   fmt::format("profiles are merged at klaviyo, customers at till, nothing at '{}'",
                               connection));
  }
  if (found->klaviyo() == nullptr) co_return fail(not_connected(found->name()));
  if (into.empty() || from.empty()) {
    co_return fail(Error::Kind::invalid_input,
                   "name both profiles: into, which stays, and from, which vanishes into it");
  }
  KlaviyoAccount& account = found->klaviyo()->account();
  const auto stays = co_await profile_id_of(account, into);
  if (!stays) co_return fail(stays.error());
  const auto vanishes = co_await profile_id_of(account, from);
  if (!vanishes) co_return fail(vanishes.error());
  if (*stays == *vanishes) {
    co_return fail(Error::Kind::invalid_input,
                   fmt::format("both are the same profile already: {}", *stays));
  }
  const std::string what = fmt::format("Klaviyo's profile {} into {}", *vanishes, *stays);
  const auto asked =
      co_await store_audit(found->name(), fmt::format("{} asked to merge {}", by, what));
  if (!asked) co_return fail(asked.error());
  const auto answer = co_await account.merge_profiles(klaviyo::merge_body(*stays, *vanishes));
  const Outcome& outcome = answer.outcome;
  const bool done = outcome.kind == Outcome::Kind::delivered;
  telemetry::log(done ? telemetry::Level::info : telemetry::Level::warning, "profiles_merged",
                 {{"workspace", found->name()},
                  {"into", *stays},
                  {"from", *vanishes},
                  {"by", by},
                  {"outcome", name(outcome.kind)}});
  const auto noted = co_await store_audit(
      found->name(), fmt::format("merging {}: {}{}", what, done ? "accepted" : name(outcome.kind),
                                 outcome.reason.empty() ? "" : ", " + outcome.reason));
  if (!noted) {
    telemetry::log(telemetry::Level::error, "audit_not_stored", {{"what", noted.error().what}});
  }
  if (!done) {
    co_return fail(
        outcome.kind == Outcome::Kind::rejected ? Error::Kind::rejected : Error::Kind::unavailable,
        outcome.kind == Outcome::Kind::ambiguous
            ? "it is not known whether Klaviyo has taken it; look at both profiles there"
            : fmt::format("Klaviyo did not merge them: {}", outcome.reason));
  }
  co_return fmt::format("accepted; Klaviyo takes profile {} into {} within minutes", *vanishes,
                        *stays);
}

Task<Result<void>> HubOperations::store_audit(std::string workspace, std::string text) {
  journal::Step step;
  step.notes.push_back(audit(workspace, 0, std::move(text)));
  const auto stored = co_await journal_.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return Result<void>{};
}

}  // namespace tillbridge::app
