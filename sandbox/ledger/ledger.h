#pragma once
// The sandbox's ledger: everything the tills did and everything the platforms received, and the
// verdict on both. It derives the effects that the contract and the workspace's settings call for
// by its own rules (docs/flows/bloomreach.md), so that an error of the hub cannot cancel itself
// out. Core thread.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "ledger/till_record.h"

namespace sandbox {

// The workspace's settings as far as they decide what has to arrive. The defaults are the hub's.
struct Expectations {
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
};

struct Summary {
  std::uint64_t acknowledged = 0;      // events answered 200 by the hub
  std::uint64_t records = 0;           // distinct orders among them
  std::uint64_t effects_expected = 0;  // header and item events, and customer updates
  std::uint64_t effects_seen = 0;      // distinct expected effects that arrived
  std::uint64_t missing = 0;
  std::uint64_t invented = 0;      // arrived, nothing calls for it
  std::uint64_t doubled = 0;       // arrived again, and not as an exact copy
  std::uint64_t absorbed = 0;      // exact copies
  std::uint64_t wrong = 0;         // content differs
  std::uint64_t out_of_order = 0;  // per customer and platform, against the till's final_sequence
  std::uint64_t unidentified = 0;
  std::uint64_t cases = 0;  // orders that must have become a case
  double lag_p50_ms = 0;    // till to accepted, header events
  double lag_p99_ms = 0;
  std::map<std::string, std::uint64_t> by_kind;  // expected effects per event type
  std::vector<std::string> findings;  // the first 20 discrepancies in words, with order ids
};

class Ledger {
 public:
  explicit Ledger(Expectations expectations);
  ~Ledger();

  void set_expectations(Expectations expectations);
  void put(const TillOrder& order);  // at creation and at each change
  void acknowledged(const std::string& event_id, std::int64_t order_id);  // the hub answered 200
  void received(const ReceivedEvent& event);

  std::uint64_t received_events() const;  // cheap, for the dashboard
  std::uint64_t acknowledged_events() const;
  std::size_t missing_now() const;  // expected and not arrived yet; may cost a pass
  Summary summarise() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sandbox
