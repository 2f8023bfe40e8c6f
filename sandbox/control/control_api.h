#pragma once
// The sandbox's own HTTP API: starts shopping days, makes single orders, sets faults and tells how
// things stand. No credentials: it listens on loopback only. README.md lists the calls. Core
// thread.

#include "base/json.h"
#include "bloomreach/simulator.h"
#include "http/server.h"
#include "ledger/ledger.h"
#include "shopping_day/shopping_day.h"
#include "sitoo/simulator.h"

namespace sandbox::control {

class ControlApi {
 public:
  // What is passed by reference must outlive the API.
  ControlApi(sitoo::SitooSimulator& sitoo, shopping_day::ShoppingDay& day,
             const shopping_day::Customers& customers, Ledger& ledger,
             bloomreach::BloomreachSimulator& bloomreach);

  tillbridge::http::Handler handler();
  tillbridge::http::Reply answer(const tillbridge::http::Request& request);

 private:
  using Answer = tillbridge::Result<tillbridge::json::Object>;
  Answer state() const;
  Answer start_day(const tillbridge::json::Object& body);
  tillbridge::Result<void> set_preset(const std::string& name);
  Answer set_faults(const tillbridge::json::Object& body);
  Answer set_sitoo(const tillbridge::json::Object& changes);
  Answer subscribe(const tillbridge::json::Object& body);

  sitoo::SitooSimulator& sitoo_;
  shopping_day::ShoppingDay& day_;
  const shopping_day::Customers& customers_;
  Ledger& ledger_;
  bloomreach::BloomreachSimulator& bloomreach_;
};

// Reads the members that a workspace's settings share with the ledger; absent ones keep defaults.
tillbridge::Result<Expectations> expectations_of(const tillbridge::json::Object& body);

}  // namespace sandbox::control
