#pragma once
// For the tests of the accounts: a loop that runs one task at a time, and a shelf in memory that
// survives the Accounts on it as a disk does.

#include <exception>
#include <map>
#include <optional>

#include <boost/asio/co_spawn.hpp>

#include "api/accounts/account_shelf.h"

namespace tillbridge::api::test {

template <typename T>
T run_on(Loop& loop, Task<T> task) {
  std::optional<T> result;
  boost::asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& failure, T value) {
    if (failure) std::rethrow_exception(failure);
    result = std::move(value);
  });
  loop.restart();
  loop.run();
  return std::move(result.value());
}

class MemoryShelf final : public AccountShelf {
 public:
  explicit MemoryShelf(Loop& loop) : loop_(loop) {}

  Task<Result<std::vector<ShelfEntry>>> under(std::string prefix) override {
    std::vector<ShelfEntry> found;
    for (const auto& [key, value] : entries) {
      if (key.starts_with(prefix)) found.push_back(ShelfEntry{key, value});
    }
    co_return found;
  }
  Task<Result<void>> put(std::vector<ShelfEntry> changes) override {
    co_await yield_now(loop_);  // as a commit does, lets others run before it is durable
    if (full) co_return fail(Error::Kind::unavailable, "disk full");
    ++puts;
    for (const auto& change : changes) {
      if (change.value.empty()) {
        entries.erase(change.key);
      } else {
        entries[change.key] = change.value;
      }
    }
    co_return Result<void>{};
  }

  bool holds(const std::string& text) const {
    for (const auto& [key, value] : entries) {
      if (key.find(text) != std::string::npos || value.find(text) != std::string::npos) return true;
    }
    return false;
  }
  std::size_t count(const std::string& prefix) const {
    std::size_t found = 0;
    for (const auto& [key, value] : entries) found += key.starts_with(prefix) ? 1 : 0;
    return found;
  }

  std::map<std::string, std::string> entries;
  bool full = false;
  int puts = 0;

 private:
  Loop& loop_;
};

}  // namespace tillbridge::api::test
