#pragma once
// Runs one coroutine to its end on a loop of its own, for tests.

#include <exception>
#include <optional>

#include <boost/asio/co_spawn.hpp>

#include "base/async.h"

namespace tillbridge::connectors::test {

template <typename T>
T run_task(Task<T> task) {
  Loop loop;
  std::optional<T> result;
  boost::asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& failure, T value) {
    if (failure) std::rethrow_exception(failure);
    result = std::move(value);
  });
  loop.run();
  return std::move(result.value());
}

}  // namespace tillbridge::connectors::test
