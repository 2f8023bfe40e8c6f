#pragma once
// Staff at many tills as customers of the hub's CRM SPI (contract sitoo.md 9, 13.11). Open loop:
// calls start by their schedule whether or not earlier ones are answered, and latency counts from
// the scheduled start, so that a slow answer hides nothing. Every answer is checked. Core thread.

#include <memory>

#include "base/async.h"
#include "base/clock.h"
#include "base/task_group.h"
#include "ledger/ledger.h"
#include "shopping_day/customers.h"
#include "sitoo/masterdata.h"
#include "till/call_maker.h"
#include "till/crm_client.h"
#include "till/people.h"
#include "till/tally.h"

namespace sandbox::till {

struct TrafficSettings {
  double calls_per_second = 10;  // second presses come on top
  double seconds = 60;
  std::uint64_t seed = 1;
  Mix mix;
};

class TillTraffic {
 public:
  // What is passed by reference must outlive the traffic. The transport should have connections
  // enough for rate times patience, as each till has its own.
  TillTraffic(tillbridge::Loop& loop, const tillbridge::Clock& clock,
              tillbridge::outbound::Transport& transport, const sitoo::Masterdata& stores,
              const shopping_day::Customers& customers, Ledger& ledger);

  CrmClient& client() { return client_; }
  People& people() { return people_; }

  // unavailable: calls are under way; invalid_input: the settings make no sense. Counts begin anew.
  tillbridge::Result<void> start(TrafficSettings settings);
  // Calls are still to come or to be answered.
  bool running() const { return running_ || in_flight_ > 0; }
  // GET /control/till.
  tillbridge::json::Object report() const;
  // No further calls. Those under way end with their answer, or as soon as the transport goes.
  tillbridge::Task<void> stop();

 private:
  tillbridge::Task<void> run(tillbridge::Tick began, TrafficSettings settings);
  void place(PlannedCall planned, tillbridge::Tick scheduled);
  tillbridge::Task<void> make(PlannedCall planned, tillbridge::Tick scheduled);
  void judge(const PlannedCall& planned, const tillbridge::Result<CrmAnswer>& answer,
             tillbridge::Tick scheduled);
  void took_newcomer(const PlannedCall& planned, const std::string& customer_id);

  tillbridge::Loop& loop_;
  const tillbridge::Clock& clock_;
  const sitoo::Masterdata& stores_;
  Ledger& ledger_;
  CrmClient client_;
  People people_;
  std::unique_ptr<CallMaker> maker_;
  Tally tally_;
  bool running_ = false;
  std::size_t in_flight_ = 0;
  tillbridge::TaskGroup tasks_;
};

}  // namespace sandbox::till
