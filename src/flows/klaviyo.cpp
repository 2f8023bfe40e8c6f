#include "flows/klaviyo.h"

#include <algorithm>
#include <iterator>

#include "flows/asked_facts.h"
#include "flows/klaviyo_flows.h"
#include "flows/order_readiness.h"

namespace tillbridge::flows {
namespace {

using klaviyo::About;
using klaviyo::Identity;
using klaviyo::Person;
using klaviyo::PersonState;
using klaviyo::ProfileWrite;
using model::OrderKind;
using State = Verdict::State;

// The identity of an order that something is planned for, or why nothing is.
struct Opening {
  std::optional<Verdict> decided;
  Identity identity;
};

Opening opening_of(const model::Order& order, OrderKind kind,
                   const std::optional<Original>& original, const KlaviyoSettings& settings) {
  Opening opening;
  opening.decided = decided_by_kind(order, kind, !settings.cancelled_metric.empty());
  if (opening.decided) return opening;
  Result<Identity> identity = klaviyo::identity_of(order, original, settings);
  if (!identity)
    opening.decided = verdict(State::faulty_identity, identity.error().what);
  else if (identity->key.empty())
    opening.decided = verdict(State::unidentified, "a guest: nothing that names the customer");
  else if (!identity->nobody.empty())
    opening.decided = verdict(State::skipped, identity->nobody);
  else
    opening.identity = std::move(*identity);
  return opening;
}

// The plans of an order and what is remembered of them.
struct Planned {
  std::vector<Plan> plans;
  std::vector<Fact> learned;
  std::string conflict;
};

// What one order says about the person: applied to the state as sale and return are planned.
class Planner {
 public:
  Planner(const About& about, const Facts& facts)
      : about_(about), facts_(facts), after_(about.person.known) {}

  Result<Planned> sale_and_return() {
    std::optional<ProfileWrite> write;
    if (about_.order.has_sale_lines()) {
      if (tells_the_person()) write = news();
      TB_CHECK(plan_sale(write ? &*write : nullptr));
    }
    if (about_.order.has_return_lines()) TB_CHECK(plan_return());
    if (write && !write->leads)
      planned_.plans.push_back(klaviyo::profile_plan(about_, std::move(write->update)));
    if (tells_the_person())
      planned_.learned.push_back(klaviyo::person_fact(about_.person, about_.order.id, after_));
    return std::move(planned_);
  }

 private:
  bool tells_the_person() const { return !about_.history && !about_.person.superseded; }
  bool keeps_skus() const {
    return !about_.history && !about_.settings.purchased_skus_property.empty();
  }

  // A profile write that differs from the last one.
  std::optional<ProfileWrite> news() {
    std::optional<ProfileWrite> write = klaviyo::profile_write(about_);
    if (!write) return std::nullopt;
    if (std::string claimed = klaviyo::note_rival(about_.identity, about_.person, after_);
        !claimed.empty())
      planned_.conflict = std::move(claimed);
    if (write->digest == after_.written) return std::nullopt;
    after_.written = write->digest;
    klaviyo::remember(*write, after_);
    return write;
  }

  Result<void> plan_sale(const ProfileWrite* write) {
    std::optional<model::TextList> purchased;
    if (keeps_skus()) {
      if (tells_the_person()) {
        TB_TRY(const OrderSide side, order_side(about_.order, Direction::sold));
        after_.skus = klaviyo::with_bought(after_.skus, distinct_skus(side),
                                           about_.settings.purchased_skus_max);
      }
      purchased = after_.skus;
    }
    const ProfileWrite* first = write != nullptr && write->leads ? write : nullptr;
    TB_TRY(std::vector<Plan> plans, klaviyo::plan_sale(about_, purchased, first));
    append(planned_.plans, std::move(plans));
    return {};
  }

  Result<void> plan_return() {
    std::optional<model::TextList> purchased;
    if (keeps_skus() && tells_the_person()) {
      TB_TRY(const OrderSide side, order_side(about_.order, Direction::returned));
      model::TextList left = klaviyo::without_returned(after_.skus, distinct_skus(side));
      if (left != after_.skus) purchased = left;
      after_.skus = std::move(left);
    }
    klaviyo::RefundId refund = klaviyo::refund_id(about_.order, facts_, about_.settings);
    TB_TRY(std::vector<Plan> plans, klaviyo::plan_return(about_, refund, purchased));
    append(planned_.plans, std::move(plans));
    if (refund.taken) planned_.learned.push_back(std::move(*refund.taken));
    return {};
  }

  const About& about_;
  const Facts& facts_;
  PersonState after_;
  Planned planned_;
};

Result<Planned> planned_of(const About& about, OrderKind kind, const Facts& facts) {
  if (kind != OrderKind::cancelled) return Planner(about, facts).sale_and_return();
  Planned planned;
  TB_TRY(planned.plans, klaviyo::plan_cancellation(about));
  return planned;
}

}  // namespace

Verdict plan_for_klaviyo(const model::Order& order, const std::optional<Original>& original,
                         const Facts& facts, bool history, const KlaviyoSettings& settings) {
  const OrderKind kind = model::classify(order);
  Opening opening = opening_of(order, kind, original, settings);
  if (opening.decided) return std::move(*opening.decided);

  const Identity& identity = opening.identity;
  const Person person = klaviyo::person_of(identity, order.id, facts);
  const About about{order, identity, person, settings, history};
  Result<Planned> planned = planned_of(about, kind, facts);
  if (!planned) {
    Verdict v = verdict(State::faulty_data, planned.error().what);
    v.customer = identity.key;
    return v;
  }
  Verdict v = verdict(State::planned, planned_reason(kind, identity.inherited));
  v.customer = identity.key;
  v.plans = std::move(planned->plans);
  v.conflict = std::move(planned->conflict);
  v.learned = person.lanes;
  std::move(planned->learned.begin(), planned->learned.end(), std::back_inserter(v.learned));
  std::erase_if(v.learned, [&](const Fact& fact) {
    const std::string* known = facts.find(fact.key);
    return known != nullptr && *known == fact.value;
  });
  return v;
}

bool needs_original_for_klaviyo(const model::Order& order, const KlaviyoSettings& settings) {
  if (model::classify(order) != OrderKind::returned || order.original_order_id.empty())
    return false;
  const Result<std::string> own = model::identity_value(order.customer, settings.key_from);
  return own && own->empty();
}

std::vector<std::string> facts_wanted_by_klaviyo(const model::Order& order,
                                                 const std::optional<Original>& original,
                                                 const Facts& facts,
                                                 const KlaviyoSettings& settings) {
  const OrderKind kind = model::classify(order);
  const Opening opening = opening_of(order, kind, original, settings);
  if (opening.decided) return {};
  AskedFacts asked(facts);
  klaviyo::person_of(opening.identity, order.id, asked);
  if (kind != OrderKind::cancelled) {
    const std::string refund = klaviyo::refund_fact_key(order, settings);
    if (!refund.empty()) asked.find(refund);
  }
  return std::move(asked).take();
}

}  // namespace tillbridge::flows
