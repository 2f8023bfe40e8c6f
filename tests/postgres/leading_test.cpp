// Of several hubs on one database one leads; the others learn where it is, pass on who calls them,
// and take over when it ends.

#include "app/leading.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "app/standing_by.h"
#include "http/server_for_tests.h"
#include "journal/postgres/connection.h"
#include "throwaway_cluster.h"

namespace tillbridge::app {
namespace {

using namespace std::chrono_literals;
using journal::ThrowawayCluster;

// A hub's part of it: waits on a thread of its own until it leads.
class Hub {
 public:
  Hub(const std::string& url, std::uint16_t node, std::string machine, Duration lease = 2s)
      : leading(LeadingSettings{url, node, std::move(machine), lease},
                [this](const std::string&) { lost = true; }),
        thread_([this] {
          leading.await([this](const Standing& told) {
            const std::lock_guard lock(mutex_);
            standing_ = told;
            changed_.notify_all();
          });
          const std::lock_guard lock(mutex_);
          leads_ = true;
          changed_.notify_all();
        }) {}
  ~Hub() {
    if (thread_.joinable()) thread_.join();
  }

  bool leads_within(Duration time) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, time, [this] { return leads_; });
  }
  template <typename Condition>
  bool is_told(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 20s, [&] { return condition(standing_); });
  }

  std::atomic<bool> lost = false;
  Leading leading;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  Standing standing_;
  bool leads_ = false;
  std::thread thread_;
};

class LeadingTest : public testing::Test {
 protected:
  LeadingTest() { EXPECT_TRUE(journal::postgres::open_postgres_store(url)); }
  const std::string url = ThrowawayCluster::of_program().url_of_new_schema();
};

TEST_F(LeadingTest, OneLeadsAndTheOtherTakesOverWhenItEnds) {
  auto first = std::make_unique<Hub>(url, 1, "one");
  ASSERT_TRUE(first->leads_within(20s));
  Hub second(url, 2, "two");
  EXPECT_TRUE(second.is_told([](const Standing& told) { return told.why == "another hub leads"; }));
  EXPECT_FALSE(second.leads_within(3s)) << "longer than the lease, which is renewed";
  EXPECT_FALSE(first->lost);
  first.reset();
  EXPECT_TRUE(second.leads_within(20s));
}

TEST_F(LeadingTest, TheOthersLearnWhereTheLeaderIs) {
  Hub first(url, 1, "one");
  ASSERT_TRUE(first.leads_within(20s));
  auto second = std::make_unique<Hub>(url, 2, "two");
  EXPECT_TRUE(second->is_told([](const Standing& told) { return !told.why.empty(); }));
  const NodeAddress moved{"10.1.1.6", 8080, 0};
  for (const NodeAddress& address : {NodeAddress{"10.1.1.5", 8080, 8082}, moved}) {
    first.leading.reached_at(address);
    EXPECT_TRUE(second->is_told([&](const Standing& told) { return told.leader == address; }));
  }
  // What only the leader's machine can reach is of no use on another one, and would be itself.
  first.leading.reached_at({"127.0.0.1", 8080, 8082});
  EXPECT_TRUE(second->is_told([](const Standing& told) {
    return !told.leader && told.why.find("--reached-at") != std::string::npos;
  }));
  // The end of the first lets the second one end.
  journal::postgres::Connection({url}).run("UPDATE lease SET owner = NULL, until = '-infinity'");
  EXPECT_TRUE(second->leads_within(20s));
}

TEST_F(LeadingTest, WhoeverLosesItsLeaseIsToldToEnd) {
  Hub first(url, 1, "one");
  ASSERT_TRUE(first.leads_within(20s));
  journal::postgres::Connection({url}).run(
      "UPDATE lease SET owner = 7, epoch = epoch + 1, until = clock_timestamp() + interval '1 h'");
  for (int i = 0; i < 200 && !first.lost; ++i) std::this_thread::sleep_for(100ms);
  EXPECT_TRUE(first.lost);
}

TEST_F(LeadingTest, CallersOfAHubThatStandsByReachTheLeader) {
  http::for_tests::RunningServer leader{http::ServerSettings{},
                                        [](http::Request request) -> Task<http::Reply> {
                                          http::Reply reply;
                                          reply.body = "the leader got " + request.body;
                                          co_return reply;
                                        }};
  HubSettings settings;
  settings.listen.port = 0;
  settings.console.port = 0;
  StandingBy standing_by(settings);
  ASSERT_NE(standing_by.public_port(), 0);
  ASSERT_NE(standing_by.console_port(), 0);
  const std::string request = "POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 3\r\n\r\nabc";
  for (const std::uint16_t port : {standing_by.public_port(), standing_by.console_port()}) {
    http::for_tests::RawPeer early(port);
    early.send(request);
    EXPECT_EQ(early.answer().status, 0) << "nobody leads yet";
    standing_by.leads(NodeAddress{"127.0.0.1", leader.port, leader.port});
    http::for_tests::RawPeer caller(port);
    caller.send(request);
    EXPECT_EQ(caller.answer().body, "the leader got abc");
    standing_by.leads(std::nullopt);
    EXPECT_EQ(caller.answer().status, 0);
  }
}

TEST_F(LeadingTest, APortThatAnotherHubHasIsLeftToIt) {
  HubSettings settings;
  settings.listen.port = 0;
  settings.console_served = false;
  const StandingBy first(settings);
  settings.listen.port = first.public_port();
  const StandingBy second(settings);
  EXPECT_EQ(second.public_port(), 0);
  EXPECT_EQ(second.console_port(), 0);
}

}  // namespace
}  // namespace tillbridge::app
