#include "base/turns.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

namespace tillbridge {
namespace {

class TurnsTest : public testing::Test {
 protected:
  void start(Task<void> task) {
    boost::asio::co_spawn(loop, std::move(task), boost::asio::detached);
  }
  Task<void> work(std::vector<std::string> keys, std::string name) {
    const auto turn = co_await turns.take(std::move(keys));
    said += "+" + name;
    for (int i = 0; i < 3; ++i) co_await yield_now(loop);
    said += "-" + name;
  }
  Task<void> wait_for(std::string key, Duration within) {
    const auto turn = co_await turns.take_until(std::move(key), clock, clock.tick() + within);
    got = turn.has_value();
  }
  Task<void> hold(std::string key, int rounds) {
    const auto turn = co_await turns.take(std::move(key));
    for (int i = 0; i < rounds; ++i) {
      co_await yield_now(loop);
      clock.advance(std::chrono::seconds{1});
    }
  }

  Loop loop{1};
  ManualClock clock;
  Turns turns{loop};
  std::string said;
  std::optional<bool> got;
};

TEST_F(TurnsTest, OneHolderPerKey) {
  start(work({"a", "b"}, "1"));
  start(work({"b"}, "2"));
  start(work({"c"}, "3"));
  loop.run();
  EXPECT_LT(said.find("-1"), said.find("+2"));
  EXPECT_LT(said.find("+3"), said.find("-1"));  // another key waits for nobody
  EXPECT_NE(said.find("-2"), std::string::npos);
}

TEST_F(TurnsTest, WhoCannotHaveItInTimeGoesWithout) {
  start(hold("a", 5));
  start(wait_for("a", Duration{1}));
  loop.run();
  EXPECT_EQ(got, false);
  loop.restart();
  start(wait_for("a", Duration{1}));
  loop.run();
  EXPECT_EQ(got, true);
}

}  // namespace
}  // namespace tillbridge
