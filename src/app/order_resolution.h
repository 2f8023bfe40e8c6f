#pragma once
// The driver of a workspace's reads and sequencer: announced orders are read from Sitoo, many at a
// time, and handed to planning in the order in which they were announced (docs/architecture.md).
// Core thread.

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "app/order_planning.h"
#include "base/task_group.h"
#include "engine/reads.h"
#include "engine/sequencer.h"

namespace tillbridge::app {

struct ResolutionSettings {
  std::string workspace;
  std::string source = "sitoo";
  engine::ReadsSettings reads;
  Duration settling = std::chrono::seconds{2};  // the longest wait that is carried over a restart
  Duration sequencer_wait = std::chrono::seconds{60};
  Duration not_found_for =
      std::chrono::minutes{15};  // an announced order that Sitoo does not know becomes a case
  std::size_t orders_held_max =
      5'000;  // LIMIT: orders read and waiting for earlier ones; beyond it reading pauses
  std::size_t orders_per_plan_max = 200;
};

class OrderResolution {
 public:
  OrderResolution(Loop& loop, const Clock& clock, journal::Journal& journal, IdSource& ids,
                  telemetry::Metrics& metrics, ResolutionSettings settings,
                  connectors::sitoo::Client& client, OrderPlanning& planning);

  void adopt(const journal::OpenArrival& arrival);  // found at start
  void add(const journal::AddArrival& arrival);     // just stored

  Task<void> run_reads();  // both until request_stop()
  Task<void> run_releases();
  void request_stop();
  bool idle() const { return waiting_.empty() && !planning_now_; }
  std::size_t waiting() const { return waiting_.size(); }

  void pause();
  void resume();
  const engine::Reads& reads() const { return reads_; }

  // For a backfill: its arrivals announce "history", are read with what live reads leave, and have
  // a sequence of their own, so that neither they nor what is sold now waits for the other.
  std::size_t history_waiting() const { return history_waiting_; }
  bool live_is_late() const { return reads_.overdue(clock_.tick()); }
  bool take_list_call() { return reads_.take_spare_call(clock_.tick()); }
  void list_answered(const Outcome& call);

 private:
  struct Waiting {
    std::string subject;
    std::string announces;
    journal::ArrivalSource source = journal::ArrivalSource::event;
    Instant received_at;
    Instant announced_at;
    Tick expected_since;  // patience is counted on ticks: a clock step must not end it
    std::shared_ptr<const connectors::sitoo::OrderRead> read;
  };

  void expect(ArrivalId id, Waiting waiting, Tick due);
  Task<void> read(std::vector<std::string> subjects);
  void note_breaker(bool was_open);
  engine::Sequencer& sequencer_of(const Waiting& waiting) {
    return waiting.announces == announces_history ? history_ : sequencer_;
  }
  Task<void> missing(std::string subject);
  Task<void> give_up(std::string subject, std::string why);
  ReleasedOrder take(const engine::Release& release);
  Task<void> store(journal::Step step);

  const Clock& clock_;
  journal::Journal& journal_;
  IdSource& ids_;
  ResolutionSettings settings_;
  connectors::sitoo::Client& client_;
  OrderPlanning& planning_;
  engine::Reads reads_;
  engine::Sequencer sequencer_, history_;
  std::size_t history_waiting_ = 0;
  std::unordered_map<ArrivalId, Waiting> waiting_;
  TaskGroup calls_;
  Signal reads_changed_;
  Signal releases_changed_;
  bool planning_now_ = false;  // a batch has left waiting_ and is not stored yet
  bool stopping_ = false;
  telemetry::Gauge waiting_gauge_, breaker_open_;
  telemetry::Counter read_calls_, orders_read_, not_found_, moved_on_;
};

}  // namespace tillbridge::app
