#pragma once
// Sends past orders through the same flows as history (docs/flows/backfill.md): walks order numbers
// upwards and makes arrivals of those that the journal does not know. Everything about it stays
// behind what is sold now: its lists and reads take what live reads leave of Sitoo's budget
// (engine/reads.h), few orders are open at a time, and its deliveries have the lowest priority. Its
// state is a cursor of the journal, written with each arrival, so it goes on where a restart cut it
// off. Core thread.

#include <memory>
#include <string>
#include <vector>

#include "api/operations.h"
#include "app/backfill_plan.h"
#include "app/config.h"
#include "app/order_resolution.h"
#include "app/surroundings.h"

namespace tillbridge::app {

// The journal's cursor that holds the last backfill's state.
constexpr std::string_view backfill_cursor = "backfill";

struct BackfillSettings {
  std::string workspace;
  std::string source = "sitoo";
  Zone zone;
  BackfillLimits limits;
  Duration late_event_grace = std::chrono::seconds{60};  // as the safety net's
  Duration retry_pause = std::chrono::seconds{5};        // after a list call that failed
};

class Backfill {
 public:
  Backfill(Surroundings on, BackfillSettings settings, connectors::sitoo::Client& client,
           OrderResolution& resolution);

  Task<void> run();  // until request_stop()
  void request_stop();

  // rejected: one is under way; invalid_input: the range makes no sense; unavailable: Sitoo or the
  // journal does not answer. What they answer is durable, with who did it.
  Task<Result<json::Object>> start(api::BackfillAsked asked);
  Task<Result<json::Object>> act(std::string act, std::string by);
  // {"phase": "none"} before the first; otherwise also "from", "until", "next", "found", "known",
  // "left", "taken_up", "open" (taken up and not planned yet), "planned", "by", "trouble", ...
  json::Object state() const;
  bool idle() const { return !running(); }

 private:
  bool running() const { return walk_ && walk_->state().phase == BackfillPhase::running; }
  bool under_way() const;
  Task<bool> recall();
  Task<Duration> go_on();
  Task<Duration> list(std::shared_ptr<BackfillWalk> walk);
  Task<bool> take_up(std::shared_ptr<BackfillWalk> walk, std::size_t most);
  Task<Result<BackfillWalk::Decision>> decide(std::shared_ptr<BackfillWalk> walk, std::size_t most);
  Task<Result<BackfillState>> understood(api::BackfillAsked asked);
  Task<Result<void>> change(BackfillState state, std::string audit);
  journal::AddArrival arrival_of(std::int64_t order) const;
  void put_state(const BackfillState& state, journal::Step& step) const;

  // Reading the state, changing and storing it is one act: of an operator, or of the walk.
  Task<void> enter();
  void leave();

  Surroundings on_;
  BackfillSettings settings_;
  connectors::sitoo::Client& client_;
  OrderResolution& resolution_;
  engine::Budget pace_;
  std::size_t group_max_;  // taken up at once, to share a read: a second's worth
  std::shared_ptr<BackfillWalk> walk_;
  std::string trouble_;  // why it does not go on
  bool recalled_ = false;
  bool entered_ = false;
  Signal changed_, left_;
  bool stopping_ = false;
  telemetry::Counter taken_up_;
};

}  // namespace tillbridge::app
