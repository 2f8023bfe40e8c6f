#include "app/target.h"

#include <algorithm>

#include "connectors/bloomreach/commands.h"
#include "connectors/klaviyo/documents.h"
#include "flows/bloomreach.h"
#include "flows/bloomreach_identity.h"
#include "flows/customer_to_bloomreach.h"
#include "flows/customer_to_klaviyo.h"
#include "flows/klaviyo.h"

namespace tillbridge::app {
namespace {

std::string handle_of(const crm::CustomerAct& act, const std::string& connection) {
  const auto known = act.entry.handles.find(connection);
  return known == act.entry.handles.end() ? std::string{} : known->second;
}

const model::ConsentCategory* category_of(const std::vector<model::ConsentCategory>& categories,
                                          const std::string& id) {
  const auto found = std::find_if(categories.begin(), categories.end(),
                                  [&](const auto& category) { return category.id == id; });
  return found == categories.end() ? nullptr : &*found;
}

class BloomreachTarget final : public Target {
 public:
  BloomreachTarget(flows::BloomreachSettings settings,
                   std::vector<model::ConsentCategory> categories)
      : settings_(std::move(settings)), categories_(std::move(categories)) {}
  std::string connection() const override { return "bloomreach"; }
  bool needs_original(const model::Order& order) const override {
    return flows::needs_original(order, settings_);
  }
  std::vector<std::string> facts_wanted(const model::Order& order,
                                        const std::optional<flows::Original>& original,
                                        const flows::Facts& facts) const override {
    return flows::facts_wanted_by_bloomreach(order, original, facts, settings_);
  }
  flows::Verdict plan(const model::Order& order, const std::optional<flows::Original>& original,
                      const flows::Facts& facts, bool /*history*/) const override {
    return flows::plan_for_bloomreach(order, original, facts, settings_);
  }
  std::vector<std::string> customer_facts_wanted(const crm::CustomerAct& act,
                                                 const flows::Facts& facts) const override {
    const std::string handle = handle_of(act, connection());
    if (handle.empty()) return {};
    return {flows::alias(flows::hard_id_of(handle, facts), {}).key};
  }
  flows::Verdict plan_customer(const crm::CustomerAct& act,
                               const flows::Facts& facts) const override {
    flows::Verdict verdict;
    const std::string handle = flows::hard_id_of(handle_of(act, connection()), facts);
    auto update =
        flows::customer_to_bloomreach(act.entry.customer, act.before, act.fresh || handle.empty(),
                                      handle, act.version, act.at, settings_, act.look_up_first);
    if (update) {
      verdict.customer = update->lane.substr(update->lane.find('/') + 1);
      verdict.plans.push_back(std::move(*update));
    }
    for (const model::ConsentDecision& decision : act.consents) {
      const model::ConsentCategory* category = category_of(categories_, decision.category);
      if (category == nullptr || category->bloomreach.empty()) continue;
      auto event = flows::consent_to_bloomreach(act.entry.customer, handle, decision, *category,
                                                act.store, settings_);
      if (event)
        verdict.plans.push_back(std::move(*event));
      else
        verdict.conflict =
            "the consent " + decision.category + " was not sent: " + event.error().what;
    }
    return verdict;
  }
  std::string part_bytes(const model::TrackedEffect& effect) const override {
    return connectors::bloomreach::part_bytes(effect);
  }
  model::IdentitySource key_source() const override { return settings_.hard_id_from; }

 private:
  flows::BloomreachSettings settings_;
  std::vector<model::ConsentCategory> categories_;
};

class KlaviyoTarget final : public Target {
 public:
  explicit KlaviyoTarget(flows::KlaviyoSettings settings) : settings_(std::move(settings)) {}
  std::string connection() const override { return "klaviyo"; }
  bool needs_original(const model::Order& order) const override {
    return flows::needs_original_for_klaviyo(order, settings_);
  }
  std::vector<std::string> facts_wanted(const model::Order& order,
                                        const std::optional<flows::Original>& original,
                                        const flows::Facts& facts) const override {
    return flows::facts_wanted_by_klaviyo(order, original, facts, settings_);
  }
  flows::Verdict plan(const model::Order& order, const std::optional<flows::Original>& original,
                      const flows::Facts& facts, bool history) const override {
    return flows::plan_for_klaviyo(order, original, facts, history, settings_);
  }
  std::vector<std::string> customer_facts_wanted(const crm::CustomerAct& act,
                                                 const flows::Facts& facts) const override {
    return flows::facts_wanted_by_customer_to_klaviyo(act.entry.customer, facts, settings_);
  }
  flows::Verdict plan_customer(const crm::CustomerAct& act,
                               const flows::Facts& facts) const override {
    auto made = flows::customer_to_klaviyo(act.entry.customer, act.before, act.fresh, act.version,
                                           act.at, facts, settings_);
    flows::Verdict verdict;
    if (made.plan) verdict.plans.push_back(std::move(*made.plan));
    verdict.reason = std::move(made.reason);
    verdict.learned = std::move(made.learned);
    verdict.conflict = std::move(made.conflict);
    return verdict;
  }
  std::string part_bytes(const model::TrackedEffect& effect) const override {
    return connectors::klaviyo::part_bytes(effect);
  }
  model::IdentitySource key_source() const override { return settings_.key_from; }

 private:
  flows::KlaviyoSettings settings_;
};

}  // namespace

std::vector<PlannedTarget> targets_of(const Workspace& workspace) {
  std::vector<PlannedTarget> targets;
  if (workspace.bloomreach_connected) {
    targets.push_back(
        {std::make_unique<BloomreachTarget>(workspace.bloomreach_flows, workspace.crm.categories),
         workspace.bloomreach_mode == Mode::shadow, workspace.profile_window});
  }
  if (workspace.klaviyo_connected) {
    targets.push_back({std::make_unique<KlaviyoTarget>(workspace.klaviyo_flows),
                       workspace.klaviyo_mode == Mode::shadow, workspace.klaviyo_profile_window});
  }
  return targets;
}

journal::AddDelivery delivery_of(const PlannedTarget& planned, const flows::Plan& plan,
                                 DeliveryId id, const std::string& workspace) {
  journal::AddDelivery delivery;
  delivery.id = id;
  delivery.workspace = workspace;
  delivery.connection = planned.target->connection();
  delivery.flow = plan.flow;
  delivery.effect = plan.effect;
  delivery.lane = plan.lane;
  delivery.priority = plan.profile_only ? journal::Priority::profile : journal::Priority::sale;
  if (planned.shadow) {
    delivery.state = journal::DeliveryState::skipped;
    delivery.reason = "shadow mode: planned, not sent";
  }
  for (const model::TrackedEffect& effect : plan.parts)
    delivery.parts.push_back(planned.target->part_bytes(effect));
  return delivery;
}

void attribute(model::CustomerFacts& customer, const std::string& whose,
               model::IdentitySource key_source) {
  if (whose.find('@') != std::string::npos) {
    customer.email = whose;
  } else if (whose.starts_with('+') || key_source == model::IdentitySource::phone) {
    customer.phone = whose;
  } else if (key_source == model::IdentitySource::crm_member_number) {
    customer.crm_member_number = whose;
  } else {
    customer.crm_customer_id = whose;
  }
}

}  // namespace tillbridge::app
