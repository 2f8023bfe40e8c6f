#pragma once
// A hub that stands by sends too: the work that several hubs share (shared_work.h), for its own
// shards of it. It plans nothing and takes in nothing: what waits it reads from the journal, and
// what becomes of it goes there, fenced with its shards' leases. On a loop and thread of its own.

#include <memory>
#include <string>

#include "app/config.h"
#include "app/config_edited.h"
#include "app/leading.h"

namespace tillbridge::app {

struct CarryingOptions {
  ConfigFile file = {};  // the configuration was read from it
  bool allow_volatile = false;
  std::uint16_t node = 0;
};

class Carrying {
 public:
  Carrying(Config config, CarryingOptions options, Leading& leading);
  // Calls under way are waited for a moment only: who sends next does them again.
  ~Carrying();
  Carrying(const Carrying&) = delete;
  Carrying& operator=(const Carrying&) = delete;

  // What it counts, as Prometheus reads it; "" while nothing is carried. Any thread.
  std::string metrics() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tillbridge::app
