#pragma once
// Lags by phase of a drill: a sample belongs to the phase in which the till finished the order, not
// to the one in which it arrived. Core thread.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace sandbox {

class Phases {
 public:
  void mark(const std::string& name, std::int64_t from_us);
  // "" before the first mark.
  const std::string& at(std::int64_t moment_us) const;

 private:
  struct Mark {
    std::int64_t from_us = 0;
    std::string name;
  };
  std::vector<Mark> marks_;  // in the order of time
};

using LagsByPhase = std::map<std::string, std::vector<std::int64_t>>;  // microseconds

// share: 0.99 for the 99th percentile; 0 without samples.
double percentile_ms(std::vector<std::int64_t> lags_us, double share);
std::vector<std::int64_t> all_of(const LagsByPhase& lags);
// What came before the first mark has no name and is left out.
std::map<std::string, PhaseLag> phase_lags(const LagsByPhase& lags);

}  // namespace sandbox
