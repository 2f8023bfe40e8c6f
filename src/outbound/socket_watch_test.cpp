#include "outbound/socket_watch.h"

#include <array>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tillbridge::outbound {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds no_time{0};
constexpr milliseconds long_time{10'000};

class Pair {
 public:
  Pair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()), 0); }
  ~Pair() {
    close_ours();
    close_theirs();
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  int ours() const { return ends_[0]; }
  void say() { EXPECT_EQ(::write(ends_[1], "x", 1), 1); }
  void close_ours() { drop(ends_[0]); }
  void close_theirs() { drop(ends_[1]); }

 private:
  static void drop(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

TEST(SocketWatch, tells_of_what_is_wanted_and_of_nothing_else) {
  SocketWatch watch;
  Pair quiet;
  Pair pair;
  watch.want(quiet.ours(), true, false);
  watch.want(pair.ours(), true, false);
  EXPECT_TRUE(watch.wait(no_time).empty());

  pair.say();
  auto ready = watch.wait(long_time);
  ASSERT_EQ(ready.size(), 1U);
  EXPECT_EQ(ready[0].socket, pair.ours());
  EXPECT_TRUE(ready[0].read);
  EXPECT_FALSE(ready[0].write);
  EXPECT_FALSE(ready[0].unclear);

  watch.want(pair.ours(), true, true);
  ready = watch.wait(long_time);
  ASSERT_EQ(ready.size(), 1U);
  EXPECT_TRUE(ready[0].read && ready[0].write);

  watch.want(pair.ours(), false, false);
  EXPECT_TRUE(watch.wait(no_time).empty());
}

TEST(SocketWatch, says_when_the_other_side_is_gone) {
  SocketWatch watch;
  Pair pair;
  watch.want(pair.ours(), true, false);
  pair.close_theirs();
  const auto ready = watch.wait(long_time);
  ASSERT_EQ(ready.size(), 1U);
  EXPECT_TRUE(ready[0].unclear);
}

TEST(SocketWatch, a_number_that_is_another_socket_now_is_watched_as_before) {
  SocketWatch watch;
  Pair first;
  Pair second;
  const int number = first.ours();
  watch.want(number, true, false);
  // Closed, and opened again under the same number, without a word.
  ASSERT_EQ(::dup2(second.ours(), number), number);
  second.say();
  EXPECT_TRUE(watch.wait(no_time).empty());
  watch.opened(number);
  const auto ready = watch.wait(long_time);
  ASSERT_EQ(ready.size(), 1U);
  EXPECT_EQ(ready[0].socket, number);
}

TEST(SocketWatch, what_is_closed_is_let_go_and_can_come_back) {
  SocketWatch watch;
  Pair pair;
  const int number = pair.ours();
  watch.want(number, true, false);
  pair.close_ours();
  watch.want(number, false, false);
  EXPECT_TRUE(watch.wait(no_time).empty());
  Pair again;
  again.say();
  watch.want(again.ours(), true, false);
  EXPECT_EQ(watch.wait(long_time).size(), 1U);
}

TEST(SocketWatch, one_of_ours_is_wanted_again_after_it_was_left_alone) {
  SocketWatch watch;
  Pair pair;
  watch.opened(pair.ours());
  watch.want(pair.ours(), true, false);
  watch.want(pair.ours(), false, false);
  pair.say();
  EXPECT_TRUE(watch.wait(no_time).empty()) << "nobody asked for it";
  EXPECT_TRUE(watch.wait(no_time).empty());
  watch.want(pair.ours(), true, false);
  EXPECT_EQ(watch.wait(long_time).size(), 1U);
  watch.want(pair.ours(), false, false);
  watch.want(pair.ours(), true, false);
  EXPECT_EQ(watch.wait(long_time).size(), 1U);
}

TEST(SocketWatch, one_of_ours_that_was_left_alone_and_closed_does_not_hide_the_next) {
  for (const bool ours_again : {true, false}) {
    SocketWatch watch;
    Pair first;
    Pair second;
    const int number = first.ours();
    watch.opened(number);
    watch.want(number, true, false);
    watch.want(number, false, false);
    watch.closing(number);
    ASSERT_EQ(::dup2(second.ours(), number), number);
    if (ours_again) watch.opened(number);
    watch.want(number, true, false);
    second.say();
    EXPECT_EQ(watch.wait(long_time).size(), 1U);
  }
}

// As a resolver's, after a connection that was given up.
TEST(SocketWatch, one_that_was_left_while_it_connected_hides_none_of_its_number) {
  SocketWatch watch;
  Pair connecting;
  const int number = connecting.ours();
  watch.opened(number);
  watch.want(number, false, true);
  watch.want(number, false, false);
  for (int time = 0; time < 2; ++time) {
    Pair next;
    ASSERT_EQ(::dup2(next.ours(), number), number);
    watch.want(number, true, false);
    next.say();
    EXPECT_EQ(watch.wait(long_time).size(), 1U) << time;
    watch.want(number, false, false);
  }
}

TEST(SocketWatch, one_of_ours_changes_what_it_waits_for) {
  SocketWatch watch;
  Pair pair;
  watch.opened(pair.ours());
  watch.want(pair.ours(), false, true);
  EXPECT_EQ(watch.wait(long_time).size(), 1U);
  watch.want(pair.ours(), true, false);
  EXPECT_TRUE(watch.wait(no_time).empty());
  watch.want(pair.ours(), false, true);
  watch.want(pair.ours(), false, false);
  EXPECT_TRUE(watch.wait(no_time).empty());
}

TEST(SocketWatch, is_woken_from_elsewhere_also_beforehand) {
  SocketWatch watch;
  watch.wake();
  watch.wake();
  EXPECT_TRUE(watch.wait(long_time).empty());
  std::thread other([&] { watch.wake(); });
  EXPECT_TRUE(watch.wait(long_time).empty());
  other.join();
  // Each is seen once.
  EXPECT_TRUE(watch.wait(no_time).empty());
}

}  // namespace
}  // namespace tillbridge::outbound
