#pragma once
// What the control API works on: the whole sandbox.

#include "base/clock.h"
#include "bloomreach/simulator.h"
#include "klaviyo/simulator.h"
#include "ledger/ledger.h"
#include "ledger/stock_ledger.h"
#include "shopping_day/shopping_day.h"
#include "sitoo/simulator.h"
#include "till/till_traffic.h"

namespace sandbox::control {

// All of it must outlive the API.
struct Town {
  const tillbridge::Clock& clock;
  sitoo::SitooSimulator& sitoo;
  shopping_day::ShoppingDay& day;
  const shopping_day::Customers& customers;
  Ledger& ledger;
  bloomreach::BloomreachSimulator& bloomreach;
  klaviyo::Simulator& klaviyo;
  till::TillTraffic& till;
  StockLedger* stock = nullptr;                // nullptr: nobody keeps the truth about stock
  tillbridge::SystemClock* movable = nullptr;  // the same clock, where it may be moved
};

}  // namespace sandbox::control
