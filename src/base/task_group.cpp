#include "base/task_group.h"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/assert.h"

namespace tillbridge {
namespace asio = boost::asio;
using Executor = Loop::executor_type;

struct Signal::State {
  explicit State(Loop& loop) : timer(loop.get_executor()) {}
  asio::basic_waitable_timer<std::chrono::steady_clock,
                             asio::wait_traits<std::chrono::steady_clock>, Executor>
      timer;
  std::uint64_t generation = 0;
};

Signal::Signal(Loop& loop) : state_(std::make_unique<State>(loop)) {}
Signal::~Signal() = default;

void Signal::notify() {
  ++state_->generation;
  state_->timer.cancel();
}

Task<void> Signal::wait(Duration at_most) {
  // Waiters share one timer: setting it cancels the others' waits, so everybody re-checks
  // generation and time and waits on.
  const auto seen = state_->generation;
  const auto until =
      std::chrono::steady_clock::now() + std::min<Duration>(at_most, std::chrono::hours{24 * 365});
  while (state_->generation == seen && std::chrono::steady_clock::now() < until) {
    if (state_->timer.expiry() <= std::chrono::steady_clock::now() ||
        state_->timer.expiry() > until) {
      state_->timer.expires_at(until);
    }
    co_await state_->timer.async_wait(asio::as_tuple(asio::use_awaitable_t<Executor>{}));
  }
}

TaskGroup::TaskGroup(Loop& loop, std::function<void(const std::string&)> on_failure)
    : loop_(loop), on_failure_(std::move(on_failure)), ended_(loop) {}

TaskGroup::~TaskGroup() {
  TB_ASSERT(running_ == 0);
}

void TaskGroup::start(Task<void> task) {
  ++running_;
  asio::co_spawn(loop_.get_executor(), std::move(task), [this](std::exception_ptr failure) {
    --running_;
    if (failure) {
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& e) {
        on_failure_(e.what());
      } catch (...) {
        on_failure_("an exception of unknown type");
      }
    }
    ended_.notify();
  });
}

void TaskGroup::request_stop() {
  stopping_ = true;
  ended_.notify();
}

Task<void> TaskGroup::join() {
  while (running_ > 0) co_await ended_.wait(std::chrono::seconds{1});
}

}  // namespace tillbridge
