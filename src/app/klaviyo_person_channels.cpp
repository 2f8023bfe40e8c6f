#include <fmt/format.h>

#include "app/klaviyo_channels.h"
#include "app/klaviyo_consent.h"

namespace tillbridge::app {
namespace {

namespace klaviyo = connectors::klaviyo;
using engine::Parcel;
using engine::PartResults;

Outcome superseded(std::string reason) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::superseded;
  outcome.reason = std::move(reason);
  return outcome;
}

// Our own store could not be asked: nothing was sent.
Outcome try_again(const Error& error) {
  Outcome outcome;
  outcome.reason = error.what;
  return outcome;
}

// Of several people's outcomes the one that says how the connection is.
void weigh(Outcome& call, const Outcome& outcome) {
  if (outcome.connection_at_fault || outcome.kind == Outcome::Kind::throttled) call = outcome;
}

const std::string* address_of(const model::ConsentAct& act) {
  return act.who.ids.empty() ? nullptr : &act.who.ids.front().second;
}

}  // namespace

Task<engine::Channel::Answer> KlaviyoProfileChannel::send(std::vector<Parcel> parcels,
                                                          engine::Route /*route*/) {
  std::vector<std::string> writes;
  for (const Parcel& parcel : parcels) writes.push_back(parcel.parts.front());
  const auto written = co_await parts_.profiles.write(std::move(writes));
  Answer answer;
  answer.call.kind = Outcome::Kind::delivered;
  for (std::size_t at = 0; at < parcels.size(); ++at) {
    PartResults results;
    results.parts_sent = 1;
    results.outcomes.push_back(written[at].outcome);
    results.note = written[at].note;
    note_written(written[at], parcels[at], parts_, answer);
    weigh(answer.call, written[at].outcome);
    answer.results.push_back(std::move(results));
  }
  co_return answer;
}

Task<engine::Channel::Answer> KlaviyoConsentChannel::send(std::vector<Parcel> parcels,
                                                          engine::Route /*route*/) {
  Answer answer;
  answer.call.kind = Outcome::Kind::delivered;
  for (const Parcel& parcel : parcels) {
    auto act = klaviyo::consent_of(parcel.parts.front());
    Outcome outcome;
    if (act && address_of(*act) != nullptr) {
      outcome = co_await act_on(std::move(*act));
    } else {
      outcome.kind = Outcome::Kind::rejected;
      outcome.reason = act ? "the consent act names nobody" : act.error().what;
    }
    weigh(answer.call, outcome);
    PartResults results;
    results.parts_sent = 1;
    results.outcomes.push_back(std::move(outcome));
    answer.results.push_back(std::move(results));
  }
  co_return answer;
}

Task<Outcome> KlaviyoConsentChannel::act_on(model::ConsentAct act) {
  const bool email = act.channel == model::ConsentChannel::email;
  const std::string address = *address_of(act);
  constexpr bool with_consent = true;
  const std::vector<std::string> keys{address};
  const auto page = co_await parts_.account.find_profiles(
      email ? klaviyo::ProfileKey::email : klaviyo::ProfileKey::phone_number, keys, with_consent);
  if (page.answer.outcome.kind != Outcome::Kind::delivered) co_return page.answer.outcome;
  std::optional<klaviyo::Profile> theirs;
  if (!page.items.empty()) theirs = page.items.front();
  if (auto against = co_await objection(act, address, theirs)) co_return std::move(*against);
  co_return co_await carry_out(std::move(act), address, theirs ? theirs->id : "");
}

Task<std::optional<Outcome>> KlaviyoConsentChannel::objection(
    model::ConsentAct act, std::string address, std::optional<klaviyo::Profile> theirs) {
  const bool leaves = act.decision == model::ConsentState::unsubscribed;
  ConsentEntry said;
  said.state = act.decision;
  said.decided_at = act.at;
  // What was decided while this act waited: Klaviyo may not show yet what it was just told.
  const auto newest = co_await parts_.consents.of(address, act.channel);
  if (!newest) co_return try_again(newest.error());
  if (!leaves && *newest && (*newest)->state == model::ConsentState::unsubscribed &&
      is_newer(**newest, said)) {
    co_return superseded(fmt::format("not sent: the person has left since, at {} ({})",
                                     klaviyo::time_text((*newest)->decided_at), (*newest)->source));
  }
  if (!theirs) co_return std::nullopt;
  const bool email = act.channel == model::ConsentChannel::email;
  const klaviyo::ChannelConsent& channel = email ? theirs->email_consent : theirs->sms_consent;
  const auto known = said_by_klaviyo(channel);
  if (!known) co_return std::nullopt;
  if (known->state == act.decision) {
    // A suppression alone may be lifted again: it does not stand for the person's own leaving.
    if (known->decided_at < act.at || channel.state != act.decision) co_return std::nullopt;
    co_return superseded("not sent: Klaviyo has this decision already");
  }
  if (is_newer(said, known)) co_return std::nullopt;
  if (leaves) {
    // A subscription of ours that Klaviyo handled since is no decision against leaving.
    const auto echo = co_await parts_.consents.is_echo(address, act.channel, *known);
    if (!echo) co_return try_again(echo.error());
    if (*echo) co_return std::nullopt;
  }
  // Seen now, long before the feed tells: the till has to know it.
  KlaviyoFinding observed;
  observed.key = state_key(theirs->id, act.channel, *known);
  observed.via = journal::ArrivalSource::poll;
  observed.address = address;
  observed.channel = act.channel;
  observed.entry = *known;
  const auto taken = co_await keep_finding(parts_.consents, std::move(observed));
  if (!taken) co_return try_again(taken.error());
  co_return superseded(fmt::format("not sent: the person decided otherwise at Klaviyo at {} ({})",
                                   klaviyo::time_text(known->decided_at), known->source));
}

Task<Outcome> KlaviyoConsentChannel::carry_out(model::ConsentAct act, std::string address,
                                               std::string profile_id) {
  const std::string& list_id = parts_.account.config().list_id;
  if (act.decision == model::ConsentState::subscribed) {
    const auto noted = co_await parts_.consents.note_telling(address, act.channel, act.decision);
    if (!noted) co_return try_again(noted.error());
    const bool late = parts_.clock.now() - act.at >= parts_.consent_fresh && !parts_.double_opt_in;
    co_return (co_await parts_.account.subscribe(klaviyo::subscribe_body(
                   act, late ? std::optional<Instant>(act.at) : std::nullopt, list_id)))
        .outcome;
  }
  // klaviyo.md 10.3: named with a list that they are not on, people are unsubscribed everywhere.
  if (!list_id.empty()) {
    if (profile_id.empty()) co_return superseded("not sent: Klaviyo does not know this person");
    const auto membership = co_await parts_.account.list_membership(profile_id, list_id);
    if (membership.answer.outcome.kind != Outcome::Kind::delivered)
      co_return membership.answer.outcome;
    if (!membership.on_list) co_return superseded("not sent: the person is not on the list");
  }
  const auto noted = co_await parts_.consents.note_telling(address, act.channel, act.decision);
  if (!noted) co_return try_again(noted.error());
  co_return (co_await parts_.account.unsubscribe(klaviyo::unsubscribe_body(act, list_id))).outcome;
}

}  // namespace tillbridge::app
