#pragma once
// What planning knows of a platform that orders are sent to: its flows and how their parts become
// bytes. The registration table (targets_of) is the one place where flows and connectors meet; a
// further platform is one class here. Pure; core thread.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/config.h"
#include "crm/customer_writer.h"
#include "flows/plan.h"

namespace tillbridge::app {

class Target {
 public:
  virtual ~Target() = default;
  virtual std::string connection() const = 0;
  virtual bool needs_original(const model::Order& order) const = 0;
  // See flows/klaviyo.h; asked again until nothing new is wanted.
  virtual std::vector<std::string> facts_wanted(const model::Order& order,
                                                const std::optional<flows::Original>& original,
                                                const flows::Facts& facts) const = 0;
  // history: attributed or backfilled long after; nobody is to be mailed about it.
  virtual flows::Verdict plan(const model::Order& order,
                              const std::optional<flows::Original>& original,
                              const flows::Facts& facts, bool history) const = 0;
  // The same for a customer whom a till has added or corrected. Verdict::customer: how the platform
  // will know a new one, "" not known before it has answered.
  virtual std::vector<std::string> customer_facts_wanted(const crm::CustomerAct& act,
                                                         const flows::Facts& facts) const = 0;
  virtual flows::Verdict plan_customer(const crm::CustomerAct& act,
                                       const flows::Facts& facts) const = 0;
  virtual std::string part_bytes(const model::TrackedEffect& effect) const = 0;
  // The kind of identifier that makes a customer this platform's.
  virtual model::IdentitySource key_source() const = 0;
};

struct PlannedTarget {
  std::unique_ptr<Target> target;
  bool shadow = false;                             // plan everything, send nothing
  std::optional<engine::Window> profile_window{};  // what may wait is sent in these hours
  bool learns_only = false;                        // has no say in what becomes of an order
};
std::vector<PlannedTarget> targets_of(const Workspace& workspace);

// One plan's delivery, ready to be stored: waiting, or skipped in shadow mode.
journal::AddDelivery delivery_of(const PlannedTarget& planned, const flows::Plan& plan,
                                 DeliveryId id, const std::string& workspace);

// An operator has said whose order it is ("vera@kund.se", "+4670...", "c-90112").
void attribute(model::CustomerFacts& customer, const std::string& whose,
               model::IdentitySource key_source);

}  // namespace tillbridge::app
