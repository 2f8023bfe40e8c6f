#pragma once
// How what was decided at the till becomes deliveries to the connected platforms. Implemented in
// app/, where flows and connectors meet. Core thread.

#include <map>
#include <string>
#include <vector>

#include "base/async.h"
#include "crm/index_entry.h"
#include "journal/step.h"
#include "model/customer.h"

namespace tillbridge::crm {

// A customer was created or corrected, or has decided about consents.
struct CustomerAct {
  IndexEntry entry;        // as it is now, with the handles known per connection
  model::Customer before;  // empty for a new one
  bool fresh = false;
  // Somebody new of whom nobody could be asked whether they exist: the delivery looks up before it
  // writes. Whoever was known before keeps their profile.
  bool look_up_first = false;
  std::vector<model::ConsentDecision> consents;  // new decisions only
  std::uint32_t version = 1;                     // of the customer's record
  std::string store;
  Instant at;
};

class CustomerWriter {
 public:
  virtual ~CustomerWriter() = default;
  struct Planned {
    std::vector<journal::AddDelivery> deliveries;
    std::vector<journal::PutFact> facts;         // learned by flows, to be stored in the same step
    std::vector<std::string> conflicts;          // for cases, without personal data
    std::map<std::string, std::string> handles;  // new ones, connection -> the platform's handle
  };
  // The record is filled in by the caller, who holds the learning turn until all of it is stored.
  virtual Task<Result<Planned>> plan(CustomerAct act) = 0;
  // They are durable: into their lanes.
  virtual void stored(const std::vector<journal::AddDelivery>& deliveries,
                      const std::string& store) = 0;
};

}  // namespace tillbridge::crm
