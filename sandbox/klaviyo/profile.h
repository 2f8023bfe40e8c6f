#pragma once
// What the account stores: profiles with their consent, events, metrics, lists. Core thread.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/clock.h"
#include "base/json.h"

namespace sandbox::klaviyo {

// Of one channel: "email.marketing", "sms.transactional", ...
struct Consent {
  enum class State : std::uint8_t { never, subscribed, unsubscribed };
  State state = State::never;
  tillbridge::Instant at{};       // of the person's act
  tillbridge::Instant updated{};  // when Klaviyo learnt it
  std::string method, custom_method_detail;
  bool double_opt_in = false;
};

// Reasons as in answers: UNSUBSCRIBE, SPAM_COMPLAINT, USER_SUPPRESSED, HARD_BOUNCE, INVALID_EMAIL.
struct Suppression {
  std::string reason;
  tillbridge::Instant at{};
  std::string list_id;  // "": everywhere
};

struct PendingOptIn {
  std::string channel;
  std::string list_id;  // may be empty
  std::string custom_source;
};

struct Profile {
  std::string id;
  // email, phone_number, external_id, anonymous_id; absent when the profile has none.
  std::map<std::string, std::string, std::less<>> identifiers;
  std::set<std::string> secondary_emails;
  boost::json::object names;  // first_name ... image
  boost::json::object location;
  boost::json::object properties;
  tillbridge::Instant created{}, updated{};
  std::optional<tillbridge::Instant> last_event;
  std::map<std::string, Consent, std::less<>> consents;  // by channel
  std::vector<Suppression> suppressions;                 // with and without list
  std::vector<PendingOptIn> pending;
  std::map<std::string, tillbridge::Instant> lists;  // list id -> joined
  std::vector<std::string> events;                   // ids, in order of storing
  // Hash of (metric, unique_id) -> hash of the content that was stored under it.
  boost::unordered_flat_map<std::uint64_t, std::uint64_t> event_keys;

  std::string identifier(std::string_view kind) const {
    const auto found = identifiers.find(kind);
    return found == identifiers.end() ? std::string() : found->second;
  }
};

struct Metric {
  std::string id, name, service;  // service: "api", "klaviyo" or what the sender named
  tillbridge::Instant created{};
  std::uint64_t events = 0, flow_triggers = 0;
  bool has_values = false;
};

struct StoredEvent {
  std::string id, uuid, metric_id, profile_id;
  std::int64_t time_s = 0;
  boost::json::object properties;  // with $event_id, $value
};

struct ListRecord {
  std::string id, name, opt_in_process;
  tillbridge::Instant created{}, updated{};
};

}  // namespace sandbox::klaviyo
