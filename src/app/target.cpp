#include "app/target.h"

#include "connectors/bloomreach/commands.h"
#include "connectors/klaviyo/documents.h"
#include "flows/bloomreach.h"
#include "flows/klaviyo.h"

namespace tillbridge::app {
namespace {

class BloomreachTarget final : public Target {
 public:
  explicit BloomreachTarget(flows::BloomreachSettings settings) : settings_(std::move(settings)) {}
  std::string connection() const override { return "bloomreach"; }
  bool needs_original(const model::Order& order) const override {
    return flows::needs_original(order, settings_);
  }
  std::vector<std::string> facts_wanted(const model::Order&, const std::optional<flows::Original>&,
                                        const flows::Facts&) const override {
    return {};
  }
  flows::Verdict plan(const model::Order& order, const std::optional<flows::Original>& original,
                      const flows::Facts&, bool /*history*/) const override {
    return flows::plan_for_bloomreach(order, original, settings_);
  }
  std::string part_bytes(const model::TrackedEffect& effect) const override {
    return connectors::bloomreach::part_bytes(effect);
  }
  model::IdentitySource key_source() const override { return settings_.hard_id_from; }

 private:
  flows::BloomreachSettings settings_;
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
    targets.push_back({std::make_unique<BloomreachTarget>(workspace.bloomreach_flows),
                       workspace.bloomreach_mode == Mode::shadow, workspace.profile_window});
  }
  if (workspace.klaviyo_connected) {
    targets.push_back({std::make_unique<KlaviyoTarget>(workspace.klaviyo_flows),
                       workspace.klaviyo_mode == Mode::shadow, workspace.klaviyo_profile_window});
  }
  return targets;
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
