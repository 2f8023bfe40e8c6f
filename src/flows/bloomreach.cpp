#include "flows/bloomreach.h"

#include <iterator>

#include <boost/algorithm/string/join.hpp>

#include "flows/bloomreach_flows.h"

namespace tillbridge::flows {
namespace {

using model::OrderKind;
using State = Verdict::State;

Verdict verdict(State state, std::string reason) {
  Verdict v;
  v.state = state;
  v.reason = std::move(reason);
  return v;
}

// What is decided before anybody asks who bought; nullopt: go on.
std::optional<Verdict> decided_by_kind(const model::Order& order, OrderKind kind,
                                       const BloomreachSettings& settings) {
  switch (kind) {
    case OrderKind::booking:
      return verdict(State::skipped, "a booking: what is sold from it is an order of its own");
    case OrderKind::parked:
      return verdict(State::skipped, "a parked cart: what is sold from it is an order of its own");
    case OrderKind::abandoned:
      return verdict(State::skipped, "the order was abandoned");
    case OrderKind::open:
      return verdict(State::wait, "the order is open");
    case OrderKind::unknown:
      if (order.type == model::OrderType::unknown)
        return verdict(State::faulty_data, "the order's type is not known to Tillbridge");
      return verdict(State::wait, "the order's state is not known to Tillbridge");
    case OrderKind::cancelled:
      if (settings.cancelled == BloomreachSettings::Cancelled::none)
        return verdict(State::skipped, "cancelled orders are not sent (setting)");
      if (!order.has_sale_lines())
        return verdict(State::skipped, "cancelled before anything was sold");
      break;
    case OrderKind::sale:
    case OrderKind::returned:
    case OrderKind::mixed:
    case OrderKind::empty:
      break;
  }
  const std::vector<std::string> missing = model::missing_parts(order);
  if (!missing.empty())
    return verdict(State::wait, "incomplete: " + boost::algorithm::join(missing, ", "));
  if (kind == OrderKind::empty) return verdict(State::wait, "incomplete: no rows with a quantity");
  return std::nullopt;
}

void append(std::vector<Plan>& plans, std::vector<Plan> more) {
  plans.insert(plans.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

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

std::string planned_reason(OrderKind kind, const Identity& identity) {
  std::string reason(model::name(kind));
  if (identity.inherited) reason += " by a guest, under the identity of the original sale";
  return reason;
}

}  // namespace

Verdict plan_for_bloomreach(const model::Order& order, const std::optional<Original>& original,
                            const BloomreachSettings& settings) {
  const OrderKind kind = model::classify(order);
  if (auto decided = decided_by_kind(order, kind, settings)) return std::move(*decided);

  const Result<Identity> identity = identity_of(order, original, settings);
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
    v = verdict(State::planned, planned_reason(kind, *identity));
  v.customer = identity->hard;
  if (plans) v.plans = std::move(*plans);
  return v;
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
