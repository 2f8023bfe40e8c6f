#pragma once
// The sandbox's ledger: everything the tills did and everything the platforms received, and the
// verdict on both. It derives the effects that the contract and the workspace's settings call for
// by its own rules (docs/flows/bloomreach.md, docs/flows/klaviyo.md), so that an error of the hub
// cannot cancel itself out. Core thread.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "ledger/till_record.h"

namespace sandbox {

// What a workspace has decided about Klaviyo, as far as it decides what has to arrive; the members
// and defaults are those of docs/flows/klaviyo.md.
struct KlaviyoExpectations {
  std::string key_from = "email";  // email, crm_customer_id, crm_member_number, phone
  std::string id_prefix = "sitoo:";
  std::string external_id_from = "crm_customer_id";  // "": none
  std::string cancelled_metric = "Cancelled Order";  // or "Canceled Order"; "": not sent
  std::string refund_ids = "first";                  // order, refund, first
  std::string value = "gross";                       // gross, net
  std::string source_name = "POS";
  std::string purchased_skus_property = "Purchased SKUs";  // "": not kept
  std::size_t purchased_skus_max = 100;
  std::vector<std::string> test_domains = {"example.com", "example.org", "example.net",
                                           "test.com",    ".example",    ".test"};
  std::vector<std::string> shared_addresses;
  // Orders that became final before this (Unix seconds) are history: they come with `backfill` and
  // leave the profiles alone. Not a setting of the workspace; 0: there is none.
  std::int64_t history_before_s = 0;
};

// The workspace's settings as far as they decide what has to arrive. The defaults are the hub's.
struct Expectations {
  bool bloomreach = true;  // false: not connected, nothing may arrive there
  std::string hard_id = "registered";
  std::string hard_id_from = "crm_customer_id";  // crm_customer_id, crm_member_number, email, phone
  std::map<std::string, std::string> soft_ids;   // type -> source
  std::string cookie_id;                         // "" : cookies are not sent
  std::string returns = "event";                 // event, status
  std::string cancelled = "status";              // status, event, none
  std::string reference_currency = "SEK";
  std::map<std::string, std::string>
      rates;                     // currency -> rate into the reference currency, decimal text
  std::int64_t settling_ms = 0;  // only reported
  std::optional<KlaviyoExpectations> klaviyo;  // nullopt: not connected, nothing may arrive there
};

// One event as a platform took it (after its commit, whether or not the answer got through).
struct ReceivedEvent {
  std::string platform = "bloomreach";
  std::uint64_t request = 0;  // number of the HTTP request it came in; a batch shares one
  std::int64_t at_us = 0;     // real time of the commit
  boost::json::object customer_ids;
  std::string type;                 // "purchase"; "" for a customer update
  std::optional<double> timestamp;  // or update_timestamp
  boost::json::object properties;
  bool exact_copy =
      false;  // the platform's documented de-duplication absorbs it (bloomreach.md 5.6)
  // Klaviyo only (klaviyo.md 8.1); properties as Klaviyo keeps them, zeros and blanks dropped.
  std::string unique_id;
  std::optional<double> value;
  std::string value_currency;
  bool backfill = false;
  boost::json::object profile;  // the event's profile attributes as sent
  bool profile_shared = false;  // in a bulk job: one profile for several events of a person
};

// A Klaviyo profile as it stands, for the comparison at the end.
struct KlaviyoProfile {
  std::string id, email, external_id, phone_number, first_name, last_name;
  boost::json::object properties;
};

// What staff had the customer register (CRM SPI) write about a person; "" where unknown.
struct RegisterWrite {
  std::string customer_id, email, phone;
};

// The account of one platform, or of all together.
struct Counts {
  std::uint64_t effects_expected = 0;  // header and item events, and customer updates
  std::uint64_t effects_seen = 0;      // distinct expected effects that arrived
  std::uint64_t missing = 0;           // with Klaviyo profiles that are not there
  std::uint64_t invented = 0;          // arrived, nothing calls for it
  std::uint64_t doubled = 0;           // arrived again, and not as an exact copy
  std::uint64_t absorbed = 0;          // exact copies
  std::uint64_t wrong = 0;             // content differs
  std::uint64_t out_of_order = 0;      // per customer, against the till's final_sequence
  std::uint64_t unidentified = 0;
  std::uint64_t cases = 0;  // orders that must have become a case
  double lag_p50_ms = 0;    // till to accepted, header events
  double lag_p99_ms = 0;
  std::map<std::string, std::uint64_t> by_kind;  // expected effects per event type
  std::vector<std::string> findings;  // the first 20 discrepancies in words, with order ids
};

struct PhaseLag {
  double lag_p50_ms = 0;
  double lag_p99_ms = 0;
  std::uint64_t effects = 0;  // header events that arrived
};

struct PlatformSummary : Counts {
  std::map<std::string, PhaseLag> phases;  // by the phase in which the till finished the order
};

// The counts are totals over the platforms; an order that must be a case on two counts once.
struct Summary : Counts {
  std::uint64_t acknowledged = 0;                    // events answered 200 by the hub
  std::uint64_t records = 0;                         // distinct orders among them
  std::map<std::string, PlatformSummary> platforms;  // "bloomreach", "klaviyo"
};

class Ledger {
 public:
  explicit Ledger(Expectations expectations);
  ~Ledger();

  void set_expectations(Expectations expectations);
  void put(const TillOrder& order);  // at creation and at each change
  void acknowledged(const std::string& event_id, std::int64_t order_id);  // the hub answered 200
  void received(const ReceivedEvent& event);
  // Profiles that Klaviyo had before the day: what no order speaks of stays as it was.
  void stood_before(const std::vector<KlaviyoProfile>& profiles);
  // To be told before the hub hears of it. What then arrives about this person beside the orders'
  // effects (profile writes, consents) is not judged.
  void written_at_till(const RegisterWrite& write);
  // What the tills finish from this moment on belongs to this phase. Moments must not go back.
  void mark_phase(const std::string& name, std::int64_t from_us);

  // Cheap, for the dashboard. platform "": all together.
  std::uint64_t received_events(const std::string& platform = {}) const;
  std::uint64_t acknowledged_events() const;
  // Expected and not arrived yet, profiles apart; may cost a pass.
  std::size_t missing_now(const std::string& platform = {}) const;

  Summary summarise() const;
  // With the state of Klaviyo's profiles, which is compared with what the orders call for, person
  // by person, as far as all events of the person have arrived.
  Summary summarise(const std::vector<KlaviyoProfile>& profiles) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sandbox
