#include "crm/live_reads.h"

#include <algorithm>

namespace tillbridge::crm {
namespace {

// For less nobody is asked: no answer would be in time.
constexpr Duration within_min = std::chrono::milliseconds{30};

SourceAnswer too_late() {
  SourceAnswer answer;
  answer.outcome.reason = "the platform did not answer while the till waits";
  return answer;
}

}  // namespace

struct LiveReads::Flight {
  explicit Flight(Loop& loop) : landed(loop) {}
  Signal landed;
  std::optional<SourceAnswer> answer;
};

LiveReads::LiveReads(Loop& loop, const Clock& clock, ProfileSource* source)
    : loop_(loop), clock_(clock), source_(source) {}

Task<SourceAnswer> LiveReads::find(Key key, Tick until) {
  const Duration within = until - clock_.tick();
  if (within < within_min || tasks_ == nullptr || tasks_->stopping()) co_return too_late();
  std::shared_ptr<Flight> flight;
  if (const auto known = flights_.find(key); known != flights_.end()) {
    flight = known->second;
  } else {
    flight = std::make_shared<Flight>(loop_);
    flights_.emplace(key, flight);
    tasks_->start(fly(key, flight, std::max(within, read_allowance)));
  }
  while (!flight->answer && clock_.tick() < until)
    co_await flight->landed.wait(until - clock_.tick());
  co_return flight->answer ? *flight->answer : too_late();
}

Task<void> LiveReads::fly(Key key, std::shared_ptr<Flight> flight, Duration within) {
  // Also when the source breaks: nobody may wait for a flight that will never land.
  class Landing {
   public:
    Landing(LiveReads& reads, const Key& key, Flight& flight)
        : reads_(reads), key_(key), flight_(flight) {}
    ~Landing() {
      if (!flight_.answer) flight_.answer = too_late();
      reads_.flights_.erase(key_);
      flight_.landed.notify();
    }
    Landing(const Landing&) = delete;
    Landing& operator=(const Landing&) = delete;

   private:
    LiveReads& reads_;
    const Key& key_;
    Flight& flight_;
  };
  const Landing landing(*this, key, *flight);
  flight->answer = co_await source_->find(key, within);
}

}  // namespace tillbridge::crm
