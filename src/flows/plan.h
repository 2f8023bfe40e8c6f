#pragma once
// What a flow answers: a pure function of (order, what is known about its original, settings). Same
// input, same plan.

#include <optional>
#include <string>
#include <vector>

#include "model/order.h"
#include "model/tracking.h"

namespace tillbridge::flows {

// One intended delivery, before the connector has made its bytes.
struct Plan {
  std::string flow;           // "sale_to_bloomreach"
  std::string effect;         // unique per connection: "sale/20417"
  std::string lane;           // "customer/c-90112"
  bool profile_only = false;  // may wait for the profile window
  std::vector<model::TrackedEffect>
      parts;  // header first; at most 64 per plan (longer orders give several plans)
};

// Something a flow has to remember from one order to the next, kept in the journal per workspace
// and connection ("person/vera@kund.se"); replaced as a whole, value "" : forgotten.
struct Fact {
  std::string key;
  std::string value;
};

// What is remembered, as planning sees it now: nullptr when there is nothing under the key.
class Facts {
 public:
  virtual ~Facts() = default;
  virtual const std::string* find(const std::string& key) const = 0;
};

// What becomes of an order on one connection. Exactly one of the states.
struct Verdict {
  enum class State {
    planned,          // plans are not empty
    wait,             // not final or not complete: read again later
    unidentified,     // a guest's
    skipped,          // nothing to deliver: booking, parked, nothing called for
    faulty_identity,  // a case for the steward
    faulty_data,      // a case: missing rate, amounts that do not fit
  };
  State state = State::skipped;
  std::string reason;    // plain words, no personal data
  std::string customer;  // normalised hard ID, when there is one
  std::vector<Plan> plans;
  std::vector<Fact> learned;  // to be kept together with the plans
  std::string
      conflict;  // two customers claim one profile: a case for the steward beside the plans;
                 // "" none. No personal data
};

// The original of a return, as far as it is known.
struct Original {
  model::Order order;
};

}  // namespace tillbridge::flows
