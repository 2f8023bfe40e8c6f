#pragma once
// A platform that holds the customers, as the till's register asks it: live, within a deadline.
// Implemented in app/, where flows and connectors meet. Core thread.

#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/outcome.h"
#include "model/customer.h"

namespace tillbridge::crm {

// By what a customer is asked for. profile: the platform's own handle (FoundProfile::handle).
enum class KeyType { customer_id, member_number, email, phone, personal_id, profile };
std::string_view name(KeyType type);  // "email"

struct Key {
  KeyType type = KeyType::email;
  std::string value;  // normalised
  friend auto operator<=>(const Key&, const Key&) = default;
};

struct FoundProfile {
  std::string handle;  // how the platform tells people apart: hard ID, profile id
  model::Customer
      customer;  // through the mapping; customer_id "" where the platform does not know it
  std::vector<model::ConsentDecision> consents;  // as far as the platform says when
};

struct SourceAnswer {
  // delivered: asked and answered. throttled: no budget or a 429. transient: late, down, breaker
  // open.
  Outcome outcome;
  std::optional<FoundProfile> found;
};

// Profiles for the index, some at a time.
struct SourcePage {
  Outcome outcome;
  std::vector<FoundProfile> profiles;
  std::string next;  // where to go on in this run; "" the end
};

class ProfileSource {
 public:
  virtual ~ProfileSource() = default;
  virtual std::string connection() const = 0;  // "bloomreach"
  // Whether find() can be asked with this kind of key; Bloomreach knows identifiers only
  // (bloomreach.md 7.5).
  virtual bool searches_by(KeyType type) const = 0;
  // Never takes longer than `within`.
  virtual Task<SourceAnswer> find(Key key, Duration within) = 0;
  // Profiles changed after `since`, as far as the platform can tell; else all of them. next: of the
  // page before, "" to begin.
  virtual Task<SourcePage> changed(Instant since, std::string next) = 0;
};

}  // namespace tillbridge::crm
