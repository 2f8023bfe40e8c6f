#pragma once
// What planning knows of a platform that orders are sent to: its flows and how their parts become
// bytes. The registration table (targets_of) is the one place where flows and connectors meet; a
// further platform is one class here. Pure; core thread.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/config.h"
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
  virtual std::string part_bytes(const model::TrackedEffect& effect) const = 0;
  // The kind of identifier that makes a customer this platform's.
  virtual model::IdentitySource key_source() const = 0;
};

struct PlannedTarget {
  std::unique_ptr<Target> target;
  bool shadow = false;                             // plan everything, send nothing
  std::optional<engine::Window> profile_window{};  // what may wait is sent in these hours
};
std::vector<PlannedTarget> targets_of(const Workspace& workspace);

// An operator has said whose order it is ("vera@kund.se", "+4670...", "c-90112").
void attribute(model::CustomerFacts& customer, const std::string& whose,
               model::IdentitySource key_source);

}  // namespace tillbridge::app
