#pragma once
// The resolve queue of one source connection: which subjects ("order/20417") are read next. Many
// arrivals of one subject share a read, many subjects share a call; a subject is read by one call
// at a time. Puts budget, breaker and retry policy together like Dispatch does for deliveries.
// Pure; one thread.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/entropy.h"
#include "base/ids.h"
#include "base/outcome.h"
#include "engine/breaker.h"
#include "engine/budget.h"
#include "engine/retry_policy.h"

namespace tillbridge::engine {

struct ReadsSettings {
  BudgetSettings budget;
  BreakerSettings breaker;
  RetryPolicy retry{std::chrono::milliseconds{200}, std::chrono::seconds{30},
                    std::chrono::hours{24}};
  std::uint32_t calls_in_flight_max = 2;
  std::uint32_t subjects_per_call_max = 100;
};

class Reads {
 public:
  Reads(ReadsSettings settings, Entropy entropy, Tick now);

  // urgent: somebody waits for it. spare: read only while nothing urgent wants a call, with what
  // BudgetSettings::urgent_share leaves and never in the last call under way that is allowed.
  enum class Need : std::uint8_t { urgent, spare };
  // The arrival's subject has to be read, not before `due`. One urgent arrival makes it urgent.
  void add(ArrivalId id, const std::string& subject, Tick due, Need need = Need::urgent);

  // The subjects of the next call (empty: none now).
  std::vector<std::string> next_call(Tick now);
  std::optional<Tick> wake_at(Tick now) const;
  // The call as a whole. When it worked, found() or not_found() follows for each subject; when its
  // only subject was rejected, not_found() follows for that one; else every subject is retried.
  void answered(const Outcome& call, const std::vector<std::string>& subjects, Tick now);
  // The subject was read: these arrivals, all that were known when the call began, are resolved by
  // it.
  std::vector<ArrivalId> found(const std::string& subject);
  struct Missing {
    std::vector<ArrivalId> arrivals;
    std::uint32_t tries = 0;
    Tick again_at;
  };
  // The platform does not know the subject (yet): read again later. The caller gives up with
  // drop().
  Missing not_found(const std::string& subject, Tick now);
  std::vector<ArrivalId> drop(const std::string& subject);

  // Something urgent should have been read before `now`.
  bool overdue(Tick now) const;
  // A call that the caller makes beside these, such as a list: true when it may be made now, and
  // spare_answered() follows.
  bool take_spare_call(Tick now);
  void spare_answered(const Outcome& call, Tick now);

  void pause() { paused_ = true; }
  void resume() { paused_ = false; }
  bool paused() const { return paused_; }

  std::size_t waiting() const { return subjects_.size(); }
  std::uint32_t calls_in_flight() const { return in_flight_; }
  const Breaker& breaker() const { return breaker_; }

 private:
  struct Subject {
    std::vector<std::pair<ArrivalId, Tick>>
        arrivals;             // each with the end of its settling delay, in order
    std::size_t in_call = 0;  // the first so many are answered by the read under way
    std::uint32_t tries = 0;
    Tick due;
    bool busy = false;
    Need need = Need::urgent;
  };
  using Queue = std::set<std::pair<Tick, std::string>>;
  Queue& queue_of(Need need) { return need == Need::urgent ? due_ : spare_due_; }
  void enlist(const std::string& name, const Subject& subject);
  std::vector<std::string> call_from(Queue& queue, Tick now);
  bool room_for_spare() const;
  void note(const Outcome& call, bool may_fail_breaker, Tick now);

  ReadsSettings settings_;
  Entropy entropy_;
  Budget budget_;
  Breaker breaker_;
  std::unordered_map<std::string, Subject> subjects_;
  Queue due_, spare_due_;
  std::uint32_t in_flight_ = 0;
  std::string probe_;  // names the breaker's probe: a subject is in one call only
  // Halves with each failed call and doubles with each good one, so that one subject that makes the
  // platform fail ends up alone and stops nobody else.
  std::uint32_t call_size_;
  bool paused_ = false;
};

}  // namespace tillbridge::engine
