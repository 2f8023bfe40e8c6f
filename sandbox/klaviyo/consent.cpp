#include "klaviyo/consent.h"

#include <algorithm>

#include "klaviyo/account.h"

namespace sandbox::klaviyo {

using State = Consent::State;
using tillbridge::Instant;

namespace {

constexpr std::string_view email_marketing = "email.marketing";
constexpr std::string_view sms_marketing = "sms.marketing";

bool has_suppression(const Profile& profile, std::string_view reason, std::string_view list_id) {
  return std::any_of(
      profile.suppressions.begin(), profile.suppressions.end(),
      [&](const Suppression& one) { return one.reason == reason && one.list_id == list_id; });
}

void add_suppression(Profile& profile, std::string reason, const std::string& list_id, Instant at) {
  if (has_suppression(profile, reason, list_id)) return;
  profile.suppressions.push_back({std::move(reason), at, list_id});
}

// Hard bounces and invalid addresses stay (contract 10.2).
void lift_suppressions(Profile& profile, const std::string& list_id) {
  std::erase_if(profile.suppressions, [&list_id](const Suppression& one) {
    const bool lasting = one.reason == "HARD_BOUNCE" || one.reason == "INVALID_EMAIL";
    return !lasting && (one.list_id.empty() || one.list_id == list_id);
  });
}

boost::json::object act_properties(const Profile& profile, std::string_view channel,
                                   std::string_view method, const std::string& list_id) {
  boost::json::object properties;
  properties["method"] = method;
  if (channel.starts_with("email")) {
    properties["email_address"] = profile.identifier("email");
  } else {
    properties["phone_number"] = profile.identifier("phone_number");
  }
  if (!list_id.empty()) properties["list_id"] = list_id;
  return properties;
}

void set_state(Account& account, Profile& profile, std::string_view channel, State state,
               Instant at, std::string_view method) {
  Consent& consent = profile.consents[std::string(channel)];
  consent.state = state;
  consent.at = at;
  consent.updated = account.now();
  consent.method = method;
  consent.custom_method_detail.clear();
  consent.double_opt_in = false;
  profile.updated = account.now();
}

void note_act(Account& account, Profile& profile, std::string_view channel, bool subscribes,
              std::string_view method, const std::string& list_id, Instant at, bool triggers) {
  std::string_view metric;
  if (channel == email_marketing)
    metric = subscribes ? "Subscribed to Email Marketing" : "Unsubscribed from Email Marketing";
  if (channel == sms_marketing)
    metric = subscribes ? "Subscribed to SMS Marketing" : "Unsubscribed from SMS Marketing";
  if (metric.empty()) return;
  account.note(metric, profile, act_properties(profile, channel, method, list_id), at, triggers);
}

void subscribe_now(Account& account, Profile& profile, const ConsentAct& act,
                   const SubscribeOrder& order, bool by_click) {
  const Instant at = act.consented_at.value_or(order.accepted);
  set_state(account, profile, act.channel, State::subscribed, at,
            by_click ? "DOUBLE_OPT_IN" : "API");
  Consent& consent = profile.consents[act.channel];
  consent.custom_method_detail = order.custom_source;
  consent.double_opt_in = by_click;
  if (act.channel == email_marketing) lift_suppressions(profile, order.list_id);
  note_act(account, profile, act.channel, true, consent.method, order.list_id, at,
           !order.historical);
  if (!order.list_id.empty()) account.join(profile, order.list_id, !order.historical);
}

void leave(Account& account, Profile& profile, std::string_view channel, std::string_view method,
           Instant at) {
  set_state(account, profile, channel, State::unsubscribed, at, method);
  if (channel == email_marketing) add_suppression(profile, "UNSUBSCRIBE", "", at);
  std::erase_if(profile.pending,
                [&channel](const PendingOptIn& one) { return one.channel == channel; });
  note_act(account, profile, channel, false, method, "", at, true);
}

}  // namespace

bool needs_confirmation(const Account& account, const SubscribeOrder& order) {
  const ListRecord* list = order.list_id.empty() ? nullptr : account.list(order.list_id);
  const std::string& mode =
      list == nullptr ? account.settings().default_opt_in : list->opt_in_process;
  return mode == "double_opt_in" && !order.historical;
}

void subscribe(Account& account, Profile& profile, const ConsentAct& act,
               const SubscribeOrder& order) {
  if (!needs_confirmation(account, order)) {
    subscribe_now(account, profile, act, order, false);
    return;
  }
  const auto known = profile.consents.find(act.channel);
  const bool is_subscribed =
      known != profile.consents.end() && known->second.state == State::subscribed;
  const bool waits =
      std::any_of(profile.pending.begin(), profile.pending.end(), [&](const PendingOptIn& one) {
        return one.channel == act.channel && one.list_id == order.list_id;
      });
  if (waits || (is_subscribed && (order.list_id.empty() || profile.lists.contains(order.list_id))))
    return;
  profile.pending.push_back({act.channel, order.list_id, order.custom_source});
}

void unsubscribe(Account& account, Profile& profile, std::string_view channel,
                 const std::string& list_id, Instant accepted) {
  // The trap: who is not on the list is unsubscribed everywhere.
  if (list_id.empty() || profile.lists.erase(list_id) == 0) {
    leave(account, profile, channel, "API", accepted);
    return;
  }
  if (channel == email_marketing) add_suppression(profile, "UNSUBSCRIBE", list_id, accepted);
  profile.updated = account.now();
}

bool suppress(Account& account, Profile& profile) {
  if (has_suppression(profile, "USER_SUPPRESSED", "")) return false;
  add_suppression(profile, "USER_SUPPRESSED", "", account.now());
  profile.updated = account.now();
  account.note("Manually Suppressed from Email Marketing", profile,
               act_properties(profile, email_marketing, "API", ""), account.now(), true);
  return true;
}

bool unsuppress(Account& account, Profile& profile) {
  const auto lifted = std::erase_if(profile.suppressions, [](const Suppression& one) {
    return one.reason == "USER_SUPPRESSED" && one.list_id.empty();
  });
  if (lifted == 0) return false;
  profile.updated = account.now();
  account.note("Manually Unsuppressed from Email Marketing", profile,
               act_properties(profile, email_marketing, "API", ""), account.now(), true);
  return true;
}

void decide(Account& account, Profile& profile, std::string_view channel, bool subscribes,
            Instant at) {
  if (!subscribes) {
    leave(account, profile, channel, "PREFERENCE_PAGE", at);
    return;
  }
  set_state(account, profile, channel, State::subscribed, at, "PREFERENCE_PAGE");
  if (channel == email_marketing) lift_suppressions(profile, "");
  note_act(account, profile, channel, true, "PREFERENCE_PAGE", "", at, true);
}

void complain(Account& account, Profile& profile, Instant at) {
  set_state(account, profile, email_marketing, State::unsubscribed, at, "SPAM_COMPLAINT");
  add_suppression(profile, "SPAM_COMPLAINT", "", at);
  account.note("Marked Email as Spam", profile,
               act_properties(profile, email_marketing, "SPAM_COMPLAINT", ""), at, true);
}

void bounce(Account& account, Profile& profile) {
  add_suppression(profile, "HARD_BOUNCE", "", account.now());
  profile.updated = account.now();
  account.note("Bounced Email", profile, act_properties(profile, email_marketing, "BOUNCE", ""),
               account.now(), true);
}

bool confirm(Account& account, Profile& profile) {
  const std::vector<PendingOptIn> waiting = std::exchange(profile.pending, {});
  for (const PendingOptIn& one : waiting)
    subscribe_now(account, profile, {one.channel, std::nullopt},
                  {one.list_id, one.custom_source, false, account.now()}, true);
  return !waiting.empty();
}

void merge_consent(Profile& destination, const Profile& source) {
  for (const auto& [channel, theirs] : source.consents) {
    Consent& ours = destination.consents[channel];
    const bool leaves = theirs.state == State::unsubscribed;
    if (ours.state == State::never || theirs.at > ours.at || (theirs.at == ours.at && leaves))
      ours = theirs;
  }
  for (const Suppression& one : source.suppressions)
    add_suppression(destination, one.reason, one.list_id, one.at);
  const auto mail = destination.consents.find(email_marketing);
  // A subscription that outlived the other side's leaving lifts it here too.
  if (mail != destination.consents.end() && mail->second.state == State::subscribed)
    std::erase_if(destination.suppressions, [&mail](const Suppression& one) {
      return one.reason == "UNSUBSCRIBE" && one.list_id.empty() && one.at < mail->second.at;
    });
  destination.pending.insert(destination.pending.end(), source.pending.begin(),
                             source.pending.end());
}

}  // namespace sandbox::klaviyo
