#pragma once
// What a validation finds out, one line per step. Plain values.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace tillbridge::app {

struct ValidationStep {
  std::string connection;  // "bloomreach"
  std::string step;        // "customer creation"
  bool ok = true;
  std::string detail;    // what was found, in words; no personal data, no secrets
  std::string advice;    // what to do, when it is not ok
  bool skipped = false;  // not tried, or nothing to try: the detail says why
};

class StepList {
 public:
  void ok(std::string connection, std::string step, std::string detail) {
    steps_.push_back({std::move(connection), std::move(step), true, std::move(detail), "", false});
  }
  void failed(std::string connection, std::string step, std::string detail, std::string advice) {
    steps_.push_back({std::move(connection), std::move(step), false, std::move(detail),
                      std::move(advice), false});
  }
  void skipped(std::string connection, std::string step, std::string why) {
    steps_.push_back({std::move(connection), std::move(step), true, std::move(why), "", true});
  }

  bool all_ok() const {
    return std::all_of(steps_.begin(), steps_.end(),
                       [](const ValidationStep& step) { return step.ok; });
  }
  const std::vector<ValidationStep>& steps() const { return steps_; }

 private:
  std::vector<ValidationStep> steps_;
};

}  // namespace tillbridge::app
