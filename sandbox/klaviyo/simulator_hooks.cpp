// What the sandbox's owner sees of the account, and what people do at Klaviyo itself.
#include <fmt/format.h>

#include "klaviyo/consent.h"
#include "klaviyo/shapes.h"
#include "klaviyo/simulator_state.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;
using tillbridge::Error;
using tillbridge::fail;
using tillbridge::Result;

namespace {

bj::object counts_json(const std::map<std::string, std::uint64_t>& counts) {
  bj::object out;
  for (const auto& [name, count] : counts) out[name] = count;
  return out;
}

}  // namespace

bj::object Simulator::status() const {
  return state_->status();
}

bj::object Simulator::State::status() const {
  const EventCounts& counts = calls.event_counts();
  bj::object events;
  events["accepted"] = counts.accepted;
  events["waiting"] = agenda.waiting_writes();
  events["stored"] = counts.stored;
  events["copies"] = counts.copies;
  events["conflicting"] = counts.conflicting;
  events["dropped"] = counts.dropped_test_domain + counts.dropped_over_limits +
                      counts.dropped_by_chance + counts.dropped_for_nobody;
  events["dropped_test_domain"] = counts.dropped_test_domain;
  events["dropped_over_limits"] = counts.dropped_over_limits;
  events["dropped_by_chance"] = counts.dropped_by_chance;
  events["dropped_for_nobody"] = counts.dropped_for_nobody;
  const Webhooks::Counts& sent = webhooks.counts();
  bj::object hooks;
  hooks["registered"] = webhooks.all().size();
  hooks["queued"] = sent.queued;
  hooks["deliveries"] = sent.deliveries;
  hooks["delivered"] = sent.delivered;
  hooks["repeated"] = sent.repeated;
  hooks["failed"] = sent.failed;
  hooks["given_up"] = sent.given_up;
  bj::object triggers;
  for (const auto& [id, metric] : account.metrics())
    if (metric.flow_triggers > 0) triggers[metric.name] = metric.flow_triggers;
  bj::object out;
  out["requests"] = requests;
  out["by_operation"] = counts_json(by_operation);
  out["throttled"] = counts_json(throttled_by_operation);
  out["windows_exceeded"] = windows.exceeded();
  out["by_answer"] = counts_json(by_answer);
  out["by_fault"] = counts_json(by_fault);
  out["events"] = std::move(events);
  out["bulk_jobs"] = calls.bulk_jobs();
  out["profiles"] = account.profiles().size();
  out["merges"] = account.merges();
  out["webhooks"] = std::move(hooks);
  out["flow_triggers"] = std::move(triggers);
  return out;
}

std::vector<KlaviyoProfile> Simulator::profiles() const {
  std::vector<KlaviyoProfile> all;
  for (const auto& [id, profile] : state_->account.profiles()) {
    KlaviyoProfile one;
    one.id = id;
    one.email = profile->identifier("email");
    one.external_id = profile->identifier("external_id");
    one.phone_number = profile->identifier("phone_number");
    one.first_name = tillbridge::json::text(profile->names, "first_name").value_or("");
    one.last_name = tillbridge::json::text(profile->names, "last_name").value_or("");
    one.properties = profile->properties;
    all.push_back(std::move(one));
  }
  return all;
}

bj::array Simulator::profiles_of(std::string_view email) const {
  Query query;
  query.additional.insert("subscriptions");
  bj::array out;
  const Profile* profile = state_->account.find_by("email", std::string(email));
  if (profile != nullptr) out.push_back(profile_resource(*profile, state_->settings, query));
  return out;
}

Profile* Simulator::State::person(std::string_view who) {
  return account.find_by(who.starts_with('+') ? "phone_number" : "email", std::string(who));
}

Result<void> Simulator::person_decides(std::string_view person, Channel channel, bool subscribe,
                                       std::optional<tillbridge::Instant> at) {
  Profile* profile = state_->person(person);
  if (profile == nullptr) return fail(Error::Kind::not_found, "Klaviyo has no such profile");
  decide(state_->account, *profile, channel == Channel::email ? "email.marketing" : "sms.marketing",
         subscribe, at.value_or(state_->clock.now()));
  state_->changed.notify();
  return {};
}

Result<void> Simulator::marks_as_spam(std::string_view email,
                                      std::optional<tillbridge::Instant> at) {
  Profile* profile = state_->person(email);
  if (profile == nullptr) return fail(Error::Kind::not_found, "Klaviyo has no such profile");
  complain(state_->account, *profile, at.value_or(state_->clock.now()));
  state_->changed.notify();
  return {};
}

Result<void> Simulator::bounces(std::string_view email) {
  Profile* profile = state_->person(email);
  if (profile == nullptr) return fail(Error::Kind::not_found, "Klaviyo has no such profile");
  bounce(state_->account, *profile);
  state_->changed.notify();
  return {};
}

Result<void> Simulator::confirms_opt_in(std::string_view person) {
  Profile* profile = state_->person(person);
  if (profile == nullptr || !confirm(state_->account, *profile))
    return fail(Error::Kind::not_found, "no confirmation waits for this person");
  state_->changed.notify();
  return {};
}

Result<std::string> Simulator::create_profile(const bj::object& attributes) {
  Errors errors;
  check(plain_profile_attributes(), attributes, "", {}, errors);
  if (errors.empty()) {
    bj::object resource;
    resource["attributes"] = attributes;
    const ProfileWrite write = profile_write(resource, state_->settings, "", errors);
    require_identifier(write, resource, state_->settings, "", errors);
    if (errors.empty()) {
      const Upserted made = state_->account.create(write);
      if (made.what == Written::created) return made.profile->id;
      errors.push_back(duplicate_profile(made.conflict));
    }
  }
  return fail(Error::Kind::invalid_input,
              fmt::format("{}: {}", errors.front().pointer, errors.front().detail));
}

Result<void> Simulator::press_webhook_test(std::string_view webhook_id) {
  const auto webhook = state_->webhooks.all().find(std::string(webhook_id));
  if (webhook == state_->webhooks.all().end())
    return fail(Error::Kind::not_found, "no such webhook");
  for (const std::string& topic : webhook->second.topics) {
    bj::object entry;
    entry["topic"] = topic;
    entry["external_id"] = "test";
    entry["payload"] = bj::object{};
    state_->webhooks.queue_for(webhook->first, entry);
  }
  state_->changed.notify();
  return {};
}

}  // namespace sandbox::klaviyo
