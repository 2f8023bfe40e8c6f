#pragma once
// Coroutines on the one core loop. The only way the rest of the tree sees Asio (http/ and outbound/
// excepted). Rules: parameters by value, no capturing lambda coroutines, no braces-built aggregates
// in a statement with co_await, every await has a deadline from its caller, and everything that
// starts work owns a TaskGroup (base/task_group.h).

#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include "base/clock.h"
#include "base/result.h"

namespace tillbridge {

using Loop = boost::asio::io_context;

template <typename T>
using Task = boost::asio::awaitable<T, Loop::executor_type>;

// Suspends on the loop for about this long.
Task<void> sleep_for(Loop& loop, Duration how_long);

// The next of these POSIX signals (SIGTERM, SIGINT) that the process gets; they no longer end it by
// themselves.
Task<int> next_signal(Loop& loop, std::vector<int> signals);

// Lets everything else that is ready on the loop run first.
Task<void> yield_now(Loop& loop);

}  // namespace tillbridge
