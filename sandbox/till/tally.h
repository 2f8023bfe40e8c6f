#pragma once
// What became of the tills' calls: counts, latencies and the first problems in words. Core thread.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "till/route_table.h"

namespace sandbox::till {

class Tally {
 public:
  enum class Verdict { right, error, wrong };
  struct Outcome {
    Operation operation = Operation::search;
    Verdict verdict = Verdict::right;
    std::string problem;
    bool answered = true;  // false: no answer at all
    bool from_index = false;
    tillbridge::Duration latency{0};   // from the scheduled start, also of calls without an answer
    tillbridge::Duration platform{0};  // of which the hub waited for the platform
  };

  void asked() { ++asked_; }
  void take(const Outcome& outcome);

  // The members of GET /control/till, without `running`.
  tillbridge::json::Object to_json() const;

 private:
  struct OfOperation {
    std::uint64_t errors = 0, wrong = 0;
    std::vector<std::uint32_t> latencies_us;
  };
  void describe(const std::string& problem);

  std::uint64_t asked_ = 0, answered_ = 0, errors_ = 0, wrong_ = 0, from_index_ = 0;
  std::array<OfOperation, operation_count> operations_;
  std::vector<std::uint32_t> overheads_us_;
  std::vector<std::string> problems_;
};

}  // namespace sandbox::till
