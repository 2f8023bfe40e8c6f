#pragma once
// Holds what was delivered to Klaviyo against what Klaviyo has: a 202 proves nothing (klaviyo.md
// 8.3, 14; docs/flows/klaviyo.md "Comparison"). Events that are missing are sent again with the
// same bytes or become a case, events that nothing explains become a case, and of a sample of
// people the profiles are looked at. Nothing is judged from half a picture. Core thread.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/operations.h"
#include "app/config.h"
#include "app/klaviyo_comparison_plan.h"
#include "app/surroundings.h"
#include "base/task_group.h"

namespace tillbridge::app {

// From local midnight to local midnight; invalid_input for what is no date.
Result<TimeSpan> day_of(const Zone& zone, const std::string& date);

class KlaviyoComparison {
 public:
  // A delivery that is stored as waiting again.
  using SendAgain = std::function<void(const journal::OpenDelivery&)>;
  KlaviyoComparison(Surroundings on, const Workspace& workspace, KlaviyoAccount& account,
                    SendAgain send_again);

  Task<void> run();  // on schedule, until request_stop()
  void request_stop();
  // One at a time. Its result: "day", "events_expected", "missing", ... (docs/flows/klaviyo.md).
  // unavailable when Klaviyo or the journal does not answer: then nothing was changed.
  Task<Result<json::Object>> compare(api::ComparisonAsked asked);
  // The result of the last one, {} when there was none.
  const json::Object& last() const { return last_; }

 private:
  struct Asked {
    TimeSpan span;
    std::string label;  // "2026-06-12"
    bool repair = false;
    std::string by;
  };

  Task<void> recall();
  bool is_due() const;
  Task<void> compare_on_schedule();
  Result<Asked> understood(const api::ComparisonAsked& asked) const;
  Task<Result<json::Object>> compare_alone(Asked asked);
  Task<Result<ComparisonLook>> look_at(Asked asked);
  Task<Result<KlaviyoWatchlist>> watchlist();
  Task<Result<void>> read_delivered(ComparisonLook& look);
  Task<Result<void>> compare_events(ComparisonLook& look);
  Task<Result<void>> compare_profiles(ComparisonLook& look);
  Task<Result<void>> act(const ComparisonLook& look, ComparisonActs acts, json::Object& result);
  Task<Result<std::uint64_t>> add_cases(const ComparisonActs& acts, journal::Step& step);
  Task<Result<std::vector<journal::OpenDelivery>>> to_send_again(const ComparisonActs& acts);
  void add_updates(const std::vector<journal::OpenDelivery>& again, std::size_t from,
                   std::size_t to, const ComparisonActs& acts, journal::Step& step);

  Surroundings on_;
  std::string workspace_;
  Zone zone_;
  ComparisonSettings settings_;
  desk::EventMarks marks_;
  std::vector<std::string> metrics_;
  bool refunds_share_ids_;
  bool scheduled_;
  KlaviyoAccount& account_;
  SendAgain send_again_;
  telemetry::Counter missing_, orphaned_;
  json::Object last_;
  Instant compared_at_;  // by schedule
  Tick not_before_;      // after a failure
  bool comparing_ = false;
  Signal stop_;
  bool stopping_ = false;
};

}  // namespace tillbridge::app
