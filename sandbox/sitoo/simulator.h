#pragma once
// The simulated Sitoo as one piece: the account, its tills, its REST API and its event sender, with
// every change told to the ledger before it is announced. Core thread.

#include "http/server.h"
#include "ledger/ledger.h"
#include "sitoo/account.h"
#include "sitoo/event_sender.h"
#include "sitoo/faults.h"
#include "sitoo/rest_api.h"
#include "sitoo/stock_day.h"
#include "sitoo/tills.h"

namespace sandbox::sitoo {

struct SimulatorSettings {
  AccountSettings account;
  RestSettings rest;
  SenderSettings sender;
  std::uint64_t seed = 1;  // of the faults
};

class SitooSimulator {
 public:
  // What is passed by reference must outlive the simulator.
  SitooSimulator(tillbridge::Loop& loop, const tillbridge::Clock& clock,
                 tillbridge::outbound::Transport& transport, Ledger& ledger,
                 SimulatorSettings settings);

  Account& account() { return account_; }
  Tills& tills() { return tills_; }
  RestApi& rest() { return rest_; }
  EventSender& sender() { return sender_; }
  FaultDice& dice() { return dice_; }
  StockDay& stock_day() { return stock_day_; }
  // Of warehouse transactions, which are not among the orders' that the ledger counts.
  std::uint64_t stock_events() const { return stock_events_; }
  std::uint64_t stock_events_acknowledged() const { return stock_events_acknowledged_; }
  tillbridge::http::Handler handler();

  void start() { sender_.start(); }
  tillbridge::Task<void> stop();

 private:
  FaultDice dice_;
  Account account_;
  Tills tills_;
  RestApi rest_;
  StockDay stock_day_;
  std::uint64_t stock_events_ = 0;
  std::uint64_t stock_events_acknowledged_ = 0;
  EventSender sender_;
};

}  // namespace sandbox::sitoo
