#pragma once
// The simulated Sitoo as one piece: the account, its tills, its REST API and its event sender, with
// every change told to the ledger before it is announced. Core thread.

#include "http/server.h"
#include "ledger/ledger.h"
#include "sitoo/account.h"
#include "sitoo/event_sender.h"
#include "sitoo/faults.h"
#include "sitoo/rest_api.h"
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
  tillbridge::http::Handler handler();

  void start() { sender_.start(); }
  tillbridge::Task<void> stop() { return sender_.stop(); }

 private:
  FaultDice dice_;
  Account account_;
  Tills tills_;
  RestApi rest_;
  EventSender sender_;
};

}  // namespace sandbox::sitoo
