#include "app/consent_desk.h"

#include <fmt/format.h>

#include "connectors/klaviyo/documents.h"

namespace tillbridge::app {
namespace {

using model::ConsentState;

// A till's clock may be ahead of ours, but not by more.
constexpr Duration ahead_max = std::chrono::minutes{5};

std::string document_of(const flows::ConsentPlan& plan) {
  const auto& [kind, address] = plan.act.who.ids.front();
  return json::to_text(json::Object{{kind, address},
                                    {"channel", model::name(plan.act.channel)},
                                    {"decision", model::name(plan.act.decision)},
                                    {"at", connectors::klaviyo::time_text(plan.act.at)},
                                    {"source", plan.act.source}});
}

}  // namespace

ConsentDesk::ConsentDesk(Surroundings on, ConsentDeskSettings settings, ConsentBook& consents,
                         TargetConnection& klaviyo)
    : on_(on), settings_(std::move(settings)), consents_(consents), klaviyo_(klaviyo) {
  decisions_ = on.metrics.counter("tillbridge_consent_decisions_total",
                                  "Decisions of customers that the tills told, without repeats",
                                  {{"workspace", settings_.workspace}});
}

Task<Result<ConsentDesk::Decided>> ConsentDesk::decide(Decision decision) {
  const Instant now = on_.clock.now();
  const Instant at = decision.at.value_or(now);
  if (at > now + ahead_max || at < Instant{}) {
    co_return fail(Error::Kind::invalid_input,
                   "the time of the decision lies in the future or before 1970: check the sender's "
                   "clock and the time's offset");
  }
  const auto plan =
      flows::plan_consent_for_klaviyo(decision.address, decision.country, decision.channel,
                                      decision.state, at, decision.source, settings_.flows);
  if (!plan) co_return fail(plan.error());
  // Who says yes and no within one second has left: both have to be kept.
  const std::string effect = plan->effect + "/" + std::string(model::name(plan->act.decision));

  ConsentBook::Said said;
  said.key = said.external_id = effect;
  said.connection = "till";
  said.via = journal::ArrivalSource::event;
  said.address = plan->act.who.ids.front().second;
  said.channel = plan->act.channel;
  said.entry.state = plan->act.decision;
  said.entry.decided_at = plan->act.at;
  said.entry.source = plan->act.source;
  said.payload = document_of(*plan);
  said.reason = "decided at the till";
  said.deliveries.push_back(delivery_of(*plan, effect));
  const auto taken = co_await consents_.take(std::move(said));
  if (!taken) co_return fail(taken.error());

  Decided decided;
  decided.key = effect;
  decided.fresh = taken->fresh;
  decided.message = words(*plan, *taken);
  if (taken->fresh) decisions_.add();
  for (journal::AddDelivery delivery : taken->to_send) {
    // Due now, also when the wall clock stepped back while it was being stored.
    delivery.due_at = on_.clock.now();
    klaviyo_.add(delivery, "");
  }
  co_return decided;
}

journal::AddDelivery ConsentDesk::delivery_of(const flows::ConsentPlan& plan,
                                              const std::string& effect) {
  journal::AddDelivery delivery;
  delivery.id = on_.ids.next<DeliveryId>();
  delivery.workspace = settings_.workspace;
  delivery.connection = klaviyo_.name();
  delivery.flow = plan.flow;
  delivery.effect = effect;
  delivery.lane = plan.lane;
  delivery.priority = journal::Priority::sale;
  delivery.due_at = on_.clock.now();
  delivery.happened_at = plan.act.at;
  delivery.settings_version = settings_.settings_version;
  delivery.parts.push_back(connectors::klaviyo::part_bytes(plan.act));
  if (settings_.shadow) {
    delivery.state = journal::DeliveryState::skipped;
    delivery.reason = "shadow mode: planned, not sent";
  }
  return delivery;
}

std::string ConsentDesk::words(const flows::ConsentPlan& plan,
                               const ConsentBook::Taken& taken) const {
  if (!taken.fresh) return "this decision is known already; nothing more will be sent for it";
  const bool joins = plan.act.decision == ConsentState::subscribed;
  if (!taken.changed && joins)
    return "kept, but not sent: a newer decision of this person is known already";
  if (settings_.shadow)
    return "kept; the connection is in shadow mode, so nothing is sent to Klaviyo";
  std::string text = "kept; ";
  if (json::boolean(klaviyo_.status(), "paused").value_or(false))
    text += "klaviyo is paused, so it waits until the connection goes on: then ";
  text += fmt::format(
      "Klaviyo is asked to {} this address for {} marketing, unless the person "
      "decides otherwise there before that",
      joins ? "subscribe" : "unsubscribe",
      plan.act.channel == model::ConsentChannel::email ? "e-mail" : "SMS");
  if (joins && settings_.double_opt_in)
    text += "; the person has to confirm it by a click in Klaviyo's message";
  return text;
}

}  // namespace tillbridge::app
