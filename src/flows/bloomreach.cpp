#include "flows/bloomreach.h"

#include "flows/asked_facts.h"
#include "flows/bloomreach_flows.h"
#include "flows/order_readiness.h"
#include "flows/plan_parts.h"

namespace tillbridge::flows {
namespace {

using model::OrderKind;
using State = Verdict::State;

Result<std::vector<Plan>> plans_of(const model::Order& order, OrderKind kind,
                                   const std::optional<Original>& original,
                                   const Identity& identity, const BloomreachSettings& settings) {
  if (kind == OrderKind::cancelled) return plan_cancellation(order, identity, settings);
  std::vector<Plan> plans;
  const bool sale = order.has_sale_lines();
  if (sale) {
    TB_TRY(std::vector<Plan> sold, plan_sale(order, identity, settings));
    append(plans, std::move(sold));
  }
  if (order.has_return_lines()) {
    TB_TRY(std::vector<Plan> returned,
           plan_return(order, original_of(order, original), identity, settings));
    append(plans, std::move(returned));
  }
  if (sale && settings.profile_window) {
    if (auto update = customer_update(order, identity, settings))
      plans.push_back(profile_plan(order, identity, std::move(*update)));
  }
  return plans;
}

std::optional<Verdict> decided_without_customer(const model::Order& order, OrderKind kind,
                                                const BloomreachSettings& settings) {
  return decided_by_kind(order, kind, settings.cancelled != BloomreachSettings::Cancelled::none);
}

}  // namespace

Verdict plan_for_bloomreach(const model::Order& order, const std::optional<Original>& original,
                            const Facts& facts, const BloomreachSettings& settings) {
  const OrderKind kind = model::classify(order);
  if (auto decided = decided_without_customer(order, kind, settings)) return std::move(*decided);

  const Result<Identity> identity = identity_of(order, original, facts, settings);
  if (!identity) return verdict(State::faulty_identity, identity.error().what);
  if (identity->hard.empty())
    return verdict(State::unidentified, "a guest: no " + settings.hard_id + " for this order");

  Result<std::vector<Plan>> plans = plans_of(order, kind, original, *identity, settings);
  Verdict v;
  if (!plans)
    v = verdict(State::faulty_data, plans.error().what);
  else if (plans->empty())
    v = verdict(State::skipped, "all events of this order are left out (setting)");
  else
    v = verdict(State::planned, planned_reason(kind, identity->inherited));
  v.customer = identity->hard;
  if (plans) v.plans = std::move(*plans);
  return v;
}

std::vector<std::string> facts_wanted_by_bloomreach(const model::Order& order,
                                                    const std::optional<Original>& original,
                                                    const Facts& facts,
                                                    const BloomreachSettings& settings) {
  if (decided_without_customer(order, model::classify(order), settings)) return {};
  AskedFacts asked(facts);
  // A faulty identity has no aliases; the plan says what is wrong with it.
  static_cast<void>(identity_of(order, original, asked, settings));
  return std::move(asked).take();
}

bool needs_original(const model::Order& order, const BloomreachSettings& settings) {
  const OrderKind kind = model::classify(order);
  if (kind != OrderKind::returned && kind != OrderKind::mixed) return false;
  if (order.original_order_id.empty()) return false;
  if (settings.purchase_id_from != BloomreachSettings::PurchaseId::order) return true;
  const Result<std::string> own = model::identity_value(order.customer, settings.hard_id_from);
  return own && own->empty();
}

}  // namespace tillbridge::flows
