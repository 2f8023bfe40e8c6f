#include "app/customer_plans.h"

#include <algorithm>

namespace tillbridge::app {

CustomerPlans::CustomerPlans(Surroundings on, CustomerPlansSettings settings,
                             std::vector<PlannedTarget> targets, ConsentDesk* consent_desk,
                             Deliver deliver)
    : on_(on),
      settings_(std::move(settings)),
      targets_(std::move(targets)),
      consent_desk_(consent_desk),
      deliver_(std::move(deliver)) {}

Task<Result<FactTable>> CustomerPlans::look_up(const Target& target, crm::CustomerAct act) {
  using Values = std::vector<std::optional<std::string>>;
  FactTable facts;
  for (;;) {
    std::vector<std::string> wanted = target.customer_facts_wanted(act, facts);
    std::erase_if(wanted, [&](const std::string& key) { return facts.looked_up(key); });
    if (wanted.empty()) co_return facts;
    std::function<Result<Values>(journal::Reader&)> query =
        [workspace = settings_.workspace, connection = target.connection(),
         wanted](journal::Reader& reader) { return reader.facts(workspace, connection, wanted); };
    auto found = co_await on_.journal.read<Values>(std::move(query));
    if (!found) co_return fail(found.error());
    for (std::size_t at = 0; at < wanted.size(); ++at)
      facts.loaded(wanted[at], std::move((*found)[at]));
  }
}

Task<Result<crm::CustomerWriter::Planned>> CustomerPlans::plan(crm::CustomerAct act) {
  // Stored on its own, before the customer: told twice it is one decision, never told it is lost.
  const auto told = co_await tell_consent_desk(act);
  if (!told) co_return fail(told.error());
  const Instant now = on_.clock.now();
  Planned planned;
  for (const PlannedTarget& one : targets_) {
    const std::string connection = one.target->connection();
    auto facts = co_await look_up(*one.target, act);
    if (!facts) co_return fail(facts.error());
    const flows::Verdict verdict = one.target->plan_customer(act, *facts);
    for (const flows::Plan& plan : verdict.plans) {
      journal::AddDelivery delivery =
          delivery_of(one, plan, on_.ids.next<DeliveryId>(), settings_.workspace);
      delivery.due_at = now;
      delivery.happened_at = act.at;
      delivery.settings_version = settings_.settings_version;
      planned.deliveries.push_back(std::move(delivery));
    }
    for (const flows::Fact& fact : verdict.learned)
      planned.facts.push_back({settings_.workspace, connection, fact.key, fact.value, now});
    if (!verdict.conflict.empty())
      planned.conflicts.push_back(connection + ": " + verdict.conflict);
    if (!verdict.customer.empty()) planned.handles[connection] = verdict.customer;
  }
  co_return planned;
}

Task<Result<void>> CustomerPlans::tell_consent_desk(crm::CustomerAct act) {
  if (consent_desk_ == nullptr) co_return Result<void>{};
  for (const model::ConsentDecision& decision : act.consents) {
    const auto category =
        std::find_if(settings_.categories.begin(), settings_.categories.end(),
                     [&](const auto& one) { return one.id == decision.category; });
    if (category == settings_.categories.end() || !category->klaviyo) continue;
    const model::Customer& customer = act.entry.customer;
    ConsentDesk::Decision told;
    told.channel = *category->klaviyo;
    told.address = told.channel == model::ConsentChannel::email ? customer.email
                   : customer.phones.empty()                    ? std::string{}
                                                                : customer.phones.front();
    if (told.address.empty()) continue;
    told.state =
        decision.given ? model::ConsentState::subscribed : model::ConsentState::unsubscribed;
    told.at = decision.at;
    told.source = decision.source;
    const auto decided = co_await consent_desk_->decide(std::move(told));
    // An address that Klaviyo takes nobody behind is no reason to refuse the customer.
    if (!decided && decided.error().kind != Error::Kind::invalid_input)
      co_return fail(decided.error());
  }
  co_return Result<void>{};
}

void CustomerPlans::stored(const std::vector<journal::AddDelivery>& deliveries,
                           const std::string& store) {
  for (const journal::AddDelivery& planned : deliveries) {
    if (planned.state != journal::DeliveryState::waiting) continue;
    journal::AddDelivery delivery = planned;
    // Due now, also when the wall clock stepped back while it was being stored.
    delivery.due_at = on_.clock.now();
    deliver_(delivery, store);
  }
}

}  // namespace tillbridge::app
