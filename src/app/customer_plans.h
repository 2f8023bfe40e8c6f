#pragma once
// Turns what tills say about customers into deliveries: asks every connected platform's flows, and
// Klaviyo's consent desk (docs/flows/till.md "Mapping", "Consents"). Core thread.

#include <functional>
#include <string>
#include <vector>

#include "app/consent_desk.h"
#include "app/fact_table.h"
#include "app/surroundings.h"
#include "app/target.h"
#include "crm/customer_writer.h"

namespace tillbridge::app {

struct CustomerPlansSettings {
  std::string workspace;
  std::uint32_t settings_version = 0;
  std::vector<model::ConsentCategory> categories;
};

class CustomerPlans final : public crm::CustomerWriter {
 public:
  using Deliver = std::function<void(const journal::AddDelivery&, const std::string& store)>;
  // consent_desk: nullptr when Klaviyo is not connected.
  CustomerPlans(Surroundings on, CustomerPlansSettings settings, std::vector<PlannedTarget> targets,
                ConsentDesk* consent_desk, Deliver deliver);

  Task<Result<Planned>> plan(crm::CustomerAct act) override;
  void stored(const std::vector<journal::AddDelivery>& deliveries,
              const std::string& store) override;

 private:
  Task<Result<void>> tell_consent_desk(crm::CustomerAct act);
  Task<Result<FactTable>> look_up(const Target& target, crm::CustomerAct act);

  Surroundings on_;
  CustomerPlansSettings settings_;
  std::vector<PlannedTarget> targets_;
  ConsentDesk* consent_desk_;
  Deliver deliver_;
};

}  // namespace tillbridge::app
