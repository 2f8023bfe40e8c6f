#pragma once
// Turns orders that were read into records and planned deliveries: looks up what is known, asks the
// flows, and stores everything of a batch in one step. Runs for one batch at a time per workspace,
// so that what it looks up stays true until it is stored. Core thread.

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/fact_table.h"
#include "app/target.h"
#include "connectors/sitoo/client.h"
#include "crm/customer_index.h"
#include "engine/case_types.h"
#include "engine/sequencer.h"
#include "journal/journal.h"

namespace tillbridge::app {

// What an arrival says about the state it announces: "open", "closed", "cancelled", "" (nothing),
// or this one.
constexpr std::string_view announces_any = "any";
// An operator says whose order it is: "as:c-90112" (attribute() in target.h); acts like "any".
constexpr std::string_view announces_as = "as:";
// A backfill found it, long after (backfill.h): acts like "any", goes out as history and behind
// what is sold now.
constexpr std::string_view announces_history = "history";

// What planning and a preview of it (desk/order_preview.h) do alike.
//
// Whether a read after this announcement may act on an order in this state: an announcement of the
// state itself, or one that stands for any.
bool announces_state(std::string_view announces, model::OrderState state);
// Attributed or backfilled long after: nobody is to be mailed about it.
bool announces_past(std::string_view announces);
// The order as this target sees it, where that is not as it was read: an operator has said whose
// it is, or it was cancelled and the announcement says when.
std::optional<model::Order> changed_for(const Target& target, const model::Order& read,
                                        std::string_view announces, Instant announced_at);
// Several markets of one Sitoo account: each workspace plans for its own stores.
bool is_ours(const model::Order& order, const connectors::sitoo::Config& sitoo);
// An order's record as it was read. not_found: its document is past retention.
Result<model::Order> stored_order(const journal::RecordRow& row,
                                  const connectors::sitoo::Config& sitoo);
// Some facts name others: asked until nothing new is wanted. What was loaded stays in `into`, which
// outlives the call, also when it ends with an error.
using FactsWanted = std::function<std::vector<std::string>(const FactTable&)>;
Task<Result<void>> load_facts(journal::Journal& journal, std::string workspace,
                              std::string connection, FactsWanted wanted, FactTable& into);

struct ReleasedOrder {
  ArrivalId arrival;
  std::string subject;  // "order/20417"
  std::string announces;
  journal::ArrivalSource source = journal::ArrivalSource::event;
  Instant received_at;
  Instant announced_at;  // by the source's clock where it said
  std::shared_ptr<const connectors::sitoo::OrderRead> read;
  std::vector<ArrivalId> moved_past;
};

struct PlanningSettings {
  std::string workspace;
  std::string source = "sitoo";
  Zone zone;
  std::uint32_t settings_version = 0;
  connectors::sitoo::Config sitoo;
  Duration complete_within =
      std::chrono::minutes{15};  // an incomplete order becomes a case after this
  Duration incomplete_again = std::chrono::seconds{20};  // and is read again this often until then
  Duration late_event_grace =
      std::chrono::seconds{60};  // a final state found by a sweep waits for its event so long
  Duration originals_within =
      std::chrono::seconds{30};  // for reading the sale that a guest's return takes back
};

class OrderPlanning {
 public:
  using Deliver = std::function<void(const journal::AddDelivery&, const std::string& store)>;
  // deliver: a delivery that was stored goes into its lane. again: an arrival to be read later that
  // this planning has stored (incomplete orders).
  OrderPlanning(Loop& loop, const Clock& clock, journal::Journal& journal, IdSource& ids,
                telemetry::Metrics& metrics, PlanningSettings settings,
                std::vector<PlannedTarget> targets, connectors::sitoo::Client& client,
                Deliver deliver, std::function<void(const journal::AddArrival&)> again);

  // Told of every order of today that could be read, before it is planned; what it wants to be
  // remembered is stored with the order.
  using Told = std::function<std::optional<journal::PutFact>(const model::Order&)>;
  void on_order(Told then) { read_order_ = std::move(then); }
  // Before the first plan(): who else learns about the same customers.
  void share_learning(Turns& turns) { learning_ = &turns; }
  // Returns when the batch is stored and its deliveries are in their lanes. False: stopped before
  // it was stored.
  Task<bool> plan(std::vector<ReleasedOrder> batch);
  void request_stop() { stopping_ = true; }

 private:
  struct Known {  // a record as it is, or will be once this batch is stored
    RecordId id;
    std::uint32_t version = 0;
    journal::RecordState state = journal::RecordState::open;
  };
  struct Batch {
    std::unordered_map<std::string, Known> records;              // by key
    std::unordered_map<std::string, flows::Original> originals;  // by order id
    std::vector<FactTable> facts;                                // one per target
    std::unordered_map<RecordId, std::string> stores;            // for the lag of the deliveries
    journal::Step step;
    std::vector<journal::AddArrival> again;
  };

  Task<bool> look_up(std::vector<ReleasedOrder> batch, std::shared_ptr<Batch> into);
  Task<void> read_originals(std::vector<std::string> order_ids, std::shared_ptr<Batch> into);
  Task<bool> look_up_facts(std::vector<ReleasedOrder> batch, std::shared_ptr<Batch> into);
  std::optional<flows::Original> original_of(const model::Order& order, const Batch& batch) const;
  Task<bool> store(std::shared_ptr<Batch> batch);
  void plan_one(const ReleasedOrder& released, Batch& batch);
  void plan_unreadable(const ReleasedOrder& released, Batch& batch);
  void plan_for_targets(const ReleasedOrder& released, const model::Order& order,
                        journal::PutRecord& put, Batch& batch);
  void open_cases(const std::string& connection, const flows::Verdict& verdict,
                  const model::Order& order, RecordId record, Batch& batch);
  void note_sequence(const ReleasedOrder& released, Batch& batch);
  bool may_act(const ReleasedOrder& released, const model::Order& order, std::string& why_not);
  void wait_for_completion(const ReleasedOrder& released, const model::Order& order,
                           RecordId record, Batch& batch, journal::PutRecord& put);
  void add_deliveries(const PlannedTarget& planned, const flows::Verdict& verdict,
                      const model::Order& order, RecordId record, bool backfilled, Batch& batch);
  void add_case(engine::CaseType type, RecordId record, const std::string& group,
                std::string reason, Batch& batch);

  Loop& loop_;
  const Clock& clock_;
  journal::Journal& journal_;
  IdSource& ids_;
  PlanningSettings settings_;
  std::vector<PlannedTarget> targets_;  // those that only learn come last
  Turns* learning_ = nullptr;
  connectors::sitoo::Client& client_;
  Deliver deliver_;
  Told read_order_;
  std::function<void(const journal::AddArrival&)> again_;
  // Both by subject and in ticks, so that a clock step ends no patience.
  std::unordered_map<std::string, Tick> incomplete_since_;
  std::unordered_map<std::string, Tick>
      found_final_;  // by subject: first seen final without an announcement
  bool stopping_ = false;
  telemetry::Counter records_, cases_;
  std::vector<telemetry::Counter> unidentified_;  // one per target
};

}  // namespace tillbridge::app
