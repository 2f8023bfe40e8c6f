#pragma once
// How a backfill walks through past orders: which page of numbers is listed next, which of them are
// taken up, and what has to be remembered so that it goes on after a restart. Pure; one thread.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace tillbridge::app {

enum class BackfillPhase : std::uint8_t { running, paused, done, stopped };
std::string_view name(BackfillPhase phase);

// What a backfill is and how far it came. Kept in the journal with each step of it.
struct BackfillState {
  BackfillPhase phase = BackfillPhase::running;
  std::int64_t from = 1;
  std::int64_t until = 1;                // order numbers from <= n < until ...
  std::int64_t next = 1;                 // ... of which those before this one are settled
  std::string from_day, until_day;       // both "", or only orders of these days
  std::optional<Instant> since, before;  // the same as times
  std::string by;
  Instant started_at;
  std::optional<Instant> ended_at;  // done or stopped
  std::int64_t found = 0;           // orders in the range; each is one of:
  std::int64_t known = 0;           //   had a record or a waiting arrival already
  std::int64_t left = 0;            //   so new that its event is still expected
  std::int64_t taken_up = 0;        //   became an arrival

  bool contains(std::int64_t order, std::optional<Instant> ordered_at) const;
};
json::Object to_json(const BackfillState& state);
Result<BackfillState> backfill_state_of(const std::string& text);

class BackfillWalk {
 public:
  explicit BackfillWalk(BackfillState state) : state_(std::move(state)) {}

  const BackfillState& state() const { return state_; }
  void change(BackfillState state) { state_ = std::move(state); }  // phase and times only

  struct Listed {
    std::int64_t order = 0;
    std::optional<Instant> ordered_at;
  };
  // The page is used up; list on from state().next.
  bool wants_page() const { return page_.empty() && !last_page_; }
  // Ascending, none before state().next; last: there are none after these.
  void listed(std::vector<Listed> page, bool last);
  // What a decision has to be asked about.
  std::vector<std::int64_t> page() const;

  // What is so new that its event may be on its way is left to it: an order above this number and
  // not older than this.
  struct Live {
    std::int64_t above = 0;
    Instant not_before;
  };
  struct Decision {
    BackfillState state;              // afterwards
    std::size_t settled = 0;          // of the page
    std::vector<std::int64_t> taken;  // these become arrivals
  };
  // known: as long as page(), which of it the journal knows. Takes up at most so many.
  Decision decide(const std::vector<bool>& known, std::size_t taken_max, const Live& live,
                  Instant now) const;
  // Once the decision is stored.
  void apply(Decision decision);

 private:
  BackfillState state_;
  std::deque<Listed> page_;
  bool last_page_ = false;
};

}  // namespace tillbridge::app
