#include "engine/breaker.h"

#include <algorithm>

namespace tillbridge::engine {

bool Breaker::allows(Tick now) const {
  switch (state_) {
    case State::closed:
      return true;
    case State::open:
      return now >= open_until_;
    case State::probing:
      return false;
  }
  return false;
}

Tick Breaker::ready_at(Tick now) const {
  // While probing, the probe's answer is what changes things: its own deadline is the connector's.
  return state_ == State::open ? std::max(now, open_until_) : now;
}

void Breaker::started(Tick now) {
  if (state_ == State::open && now >= open_until_) state_ = State::probing;
}

void Breaker::not_made(Tick now) {
  if (state_ != State::probing) return;
  state_ = State::open;
  open_until_ = now;
}

void Breaker::succeeded() {
  state_ = State::closed;
  consecutive_ = 0;
  openings_ = 0;
  reason_.clear();
}

void Breaker::failed(Tick now, std::string reason) {
  ++consecutive_;
  const bool opens =
      state_ == State::probing || (state_ == State::closed && consecutive_ >= settings_.failures);
  if (!opens) return;  // answers of calls that were under way when it opened
  state_ = State::open;
  reason_ = std::move(reason);
  constexpr std::uint32_t doublings_max = 20;
  const auto pause =
      std::min<std::int64_t>(settings_.open_max.count(), settings_.open_first.count()
                                                             << std::min(openings_, doublings_max));
  ++openings_;
  open_until_ = now + Duration{pause};
}

void Breaker::opened_elsewhere(Tick now, std::string reason) {
  if (state_ != State::closed) return;
  state_ = State::open;
  reason_ = std::move(reason);
  open_until_ = now;
}

void Breaker::closed_elsewhere(Tick now) {
  if (state_ == State::open) open_until_ = std::min(open_until_, now);
}

}  // namespace tillbridge::engine
