#include "base/async.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tillbridge {
namespace asio = boost::asio;

namespace {
using Executor = Loop::executor_type;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
constexpr asio::use_awaitable_t<Executor> awaiting;
constexpr auto awaiting_tuple = asio::as_tuple(awaiting);
}  // namespace

Task<void> sleep_for(Loop& loop, Duration how_long) {
  Timer timer(loop.get_executor());
  timer.expires_after(how_long);
  co_await timer.async_wait(awaiting_tuple);
}

Task<int> next_signal(Loop& loop, std::vector<int> signals) {
  asio::basic_signal_set<Executor> set(loop.get_executor());
  for (const int signal : signals) set.add(signal);
  const auto [error, number] = co_await set.async_wait(awaiting_tuple);
  co_return error ? 0 : number;
}

Task<void> yield_now(Loop& loop) {
  co_await asio::post(loop.get_executor(), awaiting);
}

}  // namespace tillbridge
