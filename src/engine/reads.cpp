#include "engine/reads.h"

#include <algorithm>

#include "base/assert.h"

namespace tillbridge::engine {

Reads::Reads(ReadsSettings settings, Entropy entropy, Tick now)
    : settings_(settings),
      entropy_(entropy),
      budget_(settings.budget, now),
      breaker_(settings.breaker),
      call_size_(settings.subjects_per_call_max) {}

void Reads::enlist(const std::string& name, const Subject& subject) {
  queue_of(subject.need).emplace(subject.due, name);
}

void Reads::add(ArrivalId id, const std::string& subject, Tick due, Need need) {
  auto [found, fresh] = subjects_.try_emplace(subject);
  Subject& entry = found->second;
  entry.arrivals.emplace_back(id, due);
  if (fresh) {
    entry.due = due;
    entry.need = need;
    enlist(subject, entry);
    return;
  }
  // Read when the earlier arrival's turn comes, and again for this one if it is not due by then.
  if (need == Need::spare || entry.need == Need::urgent) return;
  if (!entry.busy) spare_due_.erase({entry.due, subject});
  entry.need = Need::urgent;
  if (!entry.busy) enlist(subject, entry);
}

bool Reads::overdue(Tick now) const {
  return !due_.empty() && due_.begin()->first < now;
}

// One call is always left for what becomes urgent meanwhile, where more than one is allowed.
bool Reads::room_for_spare() const {
  return in_flight_ + 1 < std::max(2U, settings_.calls_in_flight_max);
}

std::vector<std::string> Reads::next_call(Tick now) {
  if (paused_ || in_flight_ >= settings_.calls_in_flight_max) return {};
  const bool urgent = !due_.empty() && due_.begin()->first <= now;
  const bool spare =
      !urgent && room_for_spare() && !spare_due_.empty() && spare_due_.begin()->first <= now;
  if (!urgent && !spare) return {};
  if (!breaker_.allows(now) || !budget_.take(now, urgent)) return {};
  return call_from(urgent ? due_ : spare_due_, now);
}

std::vector<std::string> Reads::call_from(Queue& queue, Tick now) {
  std::vector<std::string> call;
  while (!queue.empty() && queue.begin()->first <= now && call.size() < call_size_) {
    std::string name = queue.begin()->second;
    queue.erase(queue.begin());
    Subject& subject = subjects_.at(name);
    subject.busy = true;
    subject.in_call = 0;
    while (subject.in_call < subject.arrivals.size() &&
           subject.arrivals[subject.in_call].second <= now) {
      ++subject.in_call;
    }
    subject.in_call = std::max<std::size_t>(1, subject.in_call);
    call.push_back(std::move(name));
  }
  breaker_.started(now);
  if (breaker_.state() == Breaker::State::probing) probe_ = call.front();
  ++in_flight_;
  return call;
}

std::optional<Tick> Reads::wake_at(Tick now) const {
  if (paused_ || in_flight_ >= settings_.calls_in_flight_max) return std::nullopt;
  if (breaker_.state() == Breaker::State::probing) return std::nullopt;
  std::optional<Tick> wake;
  if (!due_.empty())
    wake = std::max({due_.begin()->first, budget_.ready_at(now, true), breaker_.ready_at(now)});
  if (!spare_due_.empty() && room_for_spare()) {
    const Tick spare =
        std::max({spare_due_.begin()->first, budget_.ready_at(now), breaker_.ready_at(now)});
    wake = wake ? std::min(*wake, spare) : spare;
  }
  return wake;
}

bool Reads::take_spare_call(Tick now) {
  if (paused_ || overdue(now) || !room_for_spare()) return false;
  if (breaker_.state() != Breaker::State::closed || !budget_.take(now)) return false;
  ++in_flight_;
  return true;
}

void Reads::spare_answered(const Outcome& call, Tick now) {
  TB_ASSERT(in_flight_ > 0);
  --in_flight_;
  note(call, breaker_.state() != Breaker::State::probing, now);
}

// What a call says about the connection.
void Reads::note(const Outcome& call, bool may_fail_breaker, Tick now) {
  if (call.kind == Outcome::Kind::throttled) {
    budget_.throttled(now, call.retry_after.value_or(backoff(settings_.retry, 1, entropy_)));
  } else if (!call.connection_at_fault) {
    budget_.succeeded();
  }
  // As in Dispatch: throttled is alive, and a late failure is not the probe's.
  if (call.kind == Outcome::Kind::throttled || !call.connection_at_fault) {
    breaker_.succeeded();
  } else if (may_fail_breaker) {
    breaker_.failed(now, call.reason);
  }
}

void Reads::answered(const Outcome& call, const std::vector<std::string>& subjects, Tick now) {
  TB_ASSERT(in_flight_ > 0);
  --in_flight_;
  note(call, breaker_.state() != Breaker::State::probing || subjects.front() == probe_, now);
  if (call.kind == Outcome::Kind::delivered) {
    call_size_ = std::min(settings_.subjects_per_call_max, call_size_ * 2);
    return;
  }
  if (call.kind == Outcome::Kind::rejected && subjects.size() == 1) return;
  if (call.kind != Outcome::Kind::throttled) call_size_ = std::max(1U, call_size_ / 2);
  for (const std::string& name : subjects) {
    Subject& subject = subjects_.at(name);
    subject.busy = false;
    subject.in_call = 0;
    subject.due =
        now + backoff(settings_.retry, call.kind == Outcome::Kind::throttled ? 0 : subject.tries++,
                      entropy_);
    enlist(name, subject);
  }
}

std::vector<ArrivalId> Reads::found(const std::string& subject) {
  Subject& entry = subjects_.at(subject);
  TB_ASSERT(entry.busy);
  const auto answered_end = entry.arrivals.begin() + static_cast<std::ptrdiff_t>(entry.in_call);
  std::vector<ArrivalId> resolved;
  for (auto it = entry.arrivals.begin(); it != answered_end; ++it) resolved.push_back(it->first);
  entry.arrivals.erase(entry.arrivals.begin(), answered_end);
  if (entry.arrivals.empty()) {
    subjects_.erase(subject);
    return resolved;
  }
  // What was not due when the call began needs a read of its own.
  entry.in_call = 0;
  entry.busy = false;
  entry.tries = 0;
  entry.due = entry.arrivals.front().second;
  enlist(subject, entry);
  return resolved;
}

Reads::Missing Reads::not_found(const std::string& subject, Tick now) {
  Subject& entry = subjects_.at(subject);
  TB_ASSERT(entry.busy);
  entry.busy = false;
  entry.in_call = 0;
  entry.due = now + backoff(settings_.retry, entry.tries, entropy_);
  ++entry.tries;
  enlist(subject, entry);
  Missing missing{{}, entry.tries, entry.due};
  for (const auto& [id, due] : entry.arrivals) missing.arrivals.push_back(id);
  return missing;
}

std::vector<ArrivalId> Reads::drop(const std::string& subject) {
  const auto found = subjects_.find(subject);
  if (found == subjects_.end()) return {};
  TB_ASSERT(!found->second.busy);
  std::vector<ArrivalId> dropped;
  for (const auto& [id, due] : found->second.arrivals) dropped.push_back(id);
  queue_of(found->second.need).erase({found->second.due, subject});
  subjects_.erase(found);
  return dropped;
}

}  // namespace tillbridge::engine
