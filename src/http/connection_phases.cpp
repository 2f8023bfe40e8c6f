// What a connection may spend its time on, and what happens when it is over.

#include "http/connection.h"

namespace tillbridge::http {
namespace {

constexpr Duration linger_time_max = std::chrono::seconds{2};

}  // namespace

Connection::Connection(std::shared_ptr<Listener> listener) : listener_(std::move(listener)) {
  listener_->enter(*this);
}

Connection::~Connection() {
  listener_->leave(*this);
}

void Connection::enter(Phase phase) {
  phase_ = phase;
  if (listener_->gone) return;
  const ServerSettings& limits = listener_->settings;
  const auto in = [this](Duration time_max) { return listener_->clock.tick() + time_max; };
  switch (phase) {
    case Phase::handshake:
    case Phase::receiving:
    case Phase::stream_writing:
      deadline_ = in(limits.receive_time_max);
      return;
    case Phase::idle:
    case Phase::writing:
      deadline_ = in(limits.idle_time_max);
      return;
    case Phase::handling:
      deadline_ = in(limits.handle_time_max);
      return;
    case Phase::lingering:
    case Phase::given_up:
      deadline_ = in(linger_time_max);
      return;
    case Phase::held:
    case Phase::streaming:
      deadline_ = Tick::max();
      return;
  }
}

void Connection::check(Tick now) {
  if (now < deadline_) return;
  switch (phase_) {
    case Phase::receiving:
      receive_expired_ = true;
      return cancel_read();
    case Phase::handling:
      enter(Phase::given_up);
      return answer_too_slow();
    case Phase::handshake:
    case Phase::idle:
    case Phase::writing:
    case Phase::streaming:
    case Phase::stream_writing:
    case Phase::lingering:
    case Phase::given_up:
    case Phase::held:
      return close();
  }
}

void Connection::stop_when_idle() {
  switch (phase_) {
    case Phase::handshake:
    case Phase::idle:
    case Phase::streaming:
    case Phase::stream_writing:
    case Phase::held:
      return close();
    case Phase::receiving:
    case Phase::handling:
    case Phase::writing:
    case Phase::lingering:
    case Phase::given_up:
      return;
  }
}

}  // namespace tillbridge::http
