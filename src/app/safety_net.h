#pragma once
// What makes good for lost events (sitoo.md 4.13): a cursor over order numbers finds orders that
// nobody announced, late uploads of offline tills included; orders that are open are read again,
// because Sitoo cannot be asked what changed. Findings become arrivals and take the same way as
// events. Core thread.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "app/order_planning.h"
#include "base/task_group.h"
#include "journal/journal.h"

namespace tillbridge::app {

// The journal's cursor that holds the newest order number when the hub was installed.
constexpr std::string_view order_poll_start_cursor = "sitoo/order_poll_start";

struct SafetyNetSettings {
  std::string workspace;
  std::string source = "sitoo";
  Duration poll_every = std::chrono::seconds{30};
  std::int64_t overlap_orders = 200;     // order numbers read again behind the cursor
  std::size_t pages_per_poll_max = 200;  // LIMIT: the rest is the next poll's
  Duration late_event_grace =
      std::chrono::seconds{60};  // an unknown order is left to its event for so long
  Duration open_orders_every = std::chrono::minutes{5};
  std::size_t open_orders_per_sweep = 500;
};

class SafetyNet {
 public:
  SafetyNet(Loop& loop, const Clock& clock, journal::Journal& journal, IdSource& ids,
            telemetry::Metrics& metrics, SafetyNetSettings settings,
            connectors::sitoo::Client& client,
            std::function<void(const journal::AddArrival&)> arrived);

  Task<void> run_poll();  // both until request_stop()
  Task<void> run_sweep();
  void request_stop();

 private:
  struct Round {               // one poll over several pages
    std::int64_t reached = 0;  // the cursor as stored
    std::int64_t known_up_to = 0;
    bool left_behind = false;  // an order before this one is still left to its event
  };
  Task<void> poll();
  Task<bool> look_at(std::vector<std::int64_t> numbers, std::shared_ptr<Round> round);
  Task<void> sweep();
  struct Cursor {
    std::int64_t reached = -1;  // up to here all is known; -1: it cannot be said now
    std::int64_t start = 0;     // the newest order when the hub was installed
  };
  Task<Cursor> cursor();
  journal::AddArrival finding(std::string subject, journal::ArrivalSource source);
  Task<bool> store(journal::Step step);

  const Clock& clock_;
  journal::Journal& journal_;
  IdSource& ids_;
  SafetyNetSettings settings_;
  connectors::sitoo::Client& client_;
  std::function<void(const journal::AddArrival&)> arrived_;
  std::map<std::int64_t, Tick>
      unannounced_;  // order number -> first seen, behind the cursor's overlap they go
  Signal stop_;
  bool stopping_ = false;
  telemetry::Counter found_, reread_;
};

}  // namespace tillbridge::app
