// Of several hubs on one database one leads; the others learn where it is, pass on who calls them,
// and take over when it ends.

#include "app/leading.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/standing_by.h"
#include "http/server_for_tests.h"
#include "journal/postgres/connection.h"
#include "throwaway_cluster.h"

namespace tillbridge::app {
namespace {

using namespace std::chrono_literals;
using journal::ThrowawayCluster;
using testing::HasSubstr;

// A hub's part of it: waits on a thread of its own until it leads.
class Hub {
 public:
  Hub(const std::string& url, std::uint16_t node, std::string machine, Duration lease = 2s)
      : Hub(LeadingSettings{.url = url, .node = node, .name = std::move(machine), .lease = lease}) {
  }
  explicit Hub(LeadingSettings settings)
      : leading(std::move(settings), [this](const std::string&) { lost = true; }), thread_([this] {
          const bool leads = leading.await([this](const Standing& told) {
            const std::lock_guard lock(mutex_);
            standing_ = told;
            changed_.notify_all();
          });
          const std::lock_guard lock(mutex_);
          leads_ = leads;
          changed_.notify_all();
        }) {}
  ~Hub() {
    leading.end_waiting();
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

// What sends from a hub, as far as the leases see it.
struct Carrier {
  explicit Carrier(Leading& to) : leading(to) {
    const Leading::Mine at_first = leading.carry_with([this](const Leading::Mine& told) {
      const std::lock_guard lock(mutex);
      mine = told;
      changed.notify_all();
    });
    const std::lock_guard lock(mutex);
    if (mine.number < at_first.number) mine = at_first;  // it may have been told more since
  }
  ~Carrier() { leading.carries_nothing(); }
  bool has(std::size_t shards, Duration within = 20s) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, within, [&] { return mine.shards.count() == shards; });
  }
  void is_through() {
    Leading::Mine told;
    {
      const std::lock_guard lock(mutex);
      told = mine;
    }
    leading.carries_only(told);
  }
  engine::ShardSet shards() {
    const std::lock_guard lock(mutex);
    return mine.shards;
  }

  Leading& leading;
  std::mutex mutex;
  std::condition_variable changed;
  Leading::Mine mine;
};

TEST_F(LeadingTest, HubsShareTheShardsAndTakeOverWhatOneLeavesBehind) {
  Hub first(url, 1, "one");
  ASSERT_TRUE(first.leads_within(20s));
  Carrier at_first(first.leading);
  EXPECT_TRUE(at_first.has(256)) << "alone it carries all";
  auto second = std::make_unique<Hub>(url, 2, "two");
  auto at_second = std::make_unique<Carrier>(second->leading);
  first.leading.reached_at({"10.1.1.5", 8080, 0});
  second->leading.reached_at({"10.1.1.6", 8080, 0});

  ASSERT_TRUE(at_first.has(128)) << "it is told to leave them";
  EXPECT_FALSE(at_second->has(128, 2s)) << "they are not given before the first is through";
  at_first.is_through();
  ASSERT_TRUE(at_second->has(128));
  EXPECT_TRUE((at_first.shards() & at_second->shards()).none());
  EXPECT_TRUE(at_first.shards()[engine::leader_shard]);

  // What the second one writes has to be for its shards.
  journal::Step of_second;
  for (std::size_t shard = 0; shard < 256; ++shard)
    if (at_second->shards()[shard]) of_second.shards.push_back(static_cast<std::uint8_t>(shard));
  const std::vector<journal::Step> steps{of_second, journal::Step{}};
  EXPECT_EQ(second->leading.fence()->needed(std::span(steps).first(1))->size(), 128U);
  EXPECT_FALSE(second->leading.fence()->needed(steps)) << "planning is for who leads";
  EXPECT_EQ(first.leading.fence()->needed(steps)->size(), 1U);

  at_second.reset();
  second.reset();
  EXPECT_TRUE(at_first.has(256));
  EXPECT_FALSE(first.lost);
}

TEST_F(LeadingTest, ALeadersShardsAreItsSuccessors) {
  auto first = std::make_unique<Hub>(url, 1, "one");
  ASSERT_TRUE(first->leads_within(20s));
  Hub second(url, 2, "two");
  Carrier at_second(second.leading);
  first->leading.reached_at({"10.1.1.5", 8080, 0});
  second.leading.reached_at({"10.1.1.6", 8080, 0});
  ASSERT_TRUE(at_second.has(128)) << "nothing is sent from the first: its shards go at once";
  first.reset();
  EXPECT_TRUE(second.leads_within(20s));
  EXPECT_TRUE(at_second.has(256));
}

TEST_F(LeadingTest, AHubThatIsAskedToEndDoesNotWaitToLead) {
  Hub first(url, 1, "one");
  ASSERT_TRUE(first.leads_within(20s));
  Leading second(LeadingSettings{.url = url, .node = 2, .name = "two", .lease = 2s},
                 [](const std::string&) {});
  std::thread asks([&] {
    std::this_thread::sleep_for(200ms);
    second.end_waiting();
  });
  EXPECT_FALSE(second.await([](const Standing&) {}));
  asks.join();
}

TEST_F(LeadingTest, WhoeverLosesItsLeaseIsToldToEnd) {
  Hub first(url, 1, "one");
  ASSERT_TRUE(first.leads_within(20s));
  journal::postgres::Connection({url}).run(
      "UPDATE lease SET owner = 7, epoch = epoch + 1, until = clock_timestamp() + interval '1 h'");
  for (int i = 0; i < 200 && !first.lost; ++i) std::this_thread::sleep_for(100ms);
  EXPECT_TRUE(first.lost);
}

// Tables that are brought up to date may take the leases of who runs already.
TEST_F(LeadingTest, TheJournalIsMadeReadyBeforeItLeads) {
  std::atomic<int> times = 0;
  LeadingSettings settings{.url = url, .node = 1, .name = "one", .lease = 6s};
  settings.make_ready = [&]() -> Result<void> {
    if (++times < 4) return fail(Error::Kind::unavailable, "the database is away");
    journal::postgres::Connection({url}).run(
        "UPDATE lease SET owner = NULL, epoch = epoch + 1, until = '-infinity'");
    return {};
  };
  Hub hub(std::move(settings));
  EXPECT_TRUE(hub.is_told([](const Standing& told) { return told.why == "the database is away"; }));
  EXPECT_TRUE(hub.leads_within(20s));
  std::this_thread::sleep_for(7s);
  EXPECT_FALSE(hub.lost) << "longer than the lease";
  EXPECT_EQ(times, 4);
}

TEST_F(LeadingTest, AHubThatCannotUseTheTablesSaysWhereTheLeaderIs) {
  Hub first(url, 1, "one");
  ASSERT_TRUE(first.leads_within(20s));
  const NodeAddress address{"10.1.1.5", 8080, 8082};
  first.leading.reached_at(address);
  LeadingSettings settings{.url = url, .node = 2, .name = "two", .lease = 2s};
  settings.make_ready = []() -> Result<void> {
    return fail(Error::Kind::unavailable, "a newer schema");
  };
  Hub second(std::move(settings));
  EXPECT_TRUE(second.is_told([&](const Standing& told) {
    return told.why == "a newer schema" && told.leader == address;
  }));
}

TEST_F(LeadingTest, WhyAHubDoesNotCarryIsTold) {
  Hub first(url, 1, "one");
  ASSERT_TRUE(first.leads_within(20s));
  Carrier at_first(first.leading);
  first.leading.reached_at({"10.1.1.5", 8080, 0});
  Hub second(url, 2, "two");
  second.leading.reached_at({"10.1.1.6", 8080, 0});
  journal::postgres::Leases rows(url, {});
  const auto second_is_called = [&](const std::string& name) {
    for (int i = 0; i < 200; ++i) {
      const auto nodes = rows.nodes();
      if (nodes && nodes->size() == 2 && nodes->back().name == name) return true;
      std::this_thread::sleep_for(100ms);
    }
    return false;
  };
  second.leading.carries_not("relay.warehouse is not in it");
  EXPECT_TRUE(second_is_called("two (relay.warehouse is not in it)"));
  EXPECT_TRUE(at_first.has(256)) << "what it does not carry stays with the others";
  const Carrier at_second(second.leading);
  EXPECT_TRUE(second_is_called("two"));
}

std::string answer_of(std::uint16_t port, const std::string& path, int status) {
  http::for_tests::RawPeer caller(port);
  caller.send("GET " + path + " HTTP/1.1\r\nHost: hub\r\n\r\n");
  const auto answer = caller.answer();
  EXPECT_EQ(answer.status, status) << path;
  return answer.body;
}

TEST_F(LeadingTest, EveryHubTellsOfItself) {
  telemetry::Metrics of_first;
  Hub first(LeadingSettings{.url = url, .node = 1, .name = "one", .lease = 30s});
  ASSERT_TRUE(first.leads_within(20s));
  Carrier at_first(first.leading);
  ASSERT_TRUE(at_first.has(256));
  first.leading.shows_in(&of_first);
  EXPECT_THAT(of_first.prometheus_text(), HasSubstr("\ntillbridge_leading 1\n"));
  EXPECT_THAT(of_first.prometheus_text(), HasSubstr("\ntillbridge_shards_leased 256\n"));
  first.leading.shows_in(nullptr);

  HubSettings settings;
  settings.listen.port = settings.control.port = 0;
  settings.console_served = false;
  StandingBy standing_by(settings);
  Hub second(LeadingSettings{.url = url, .node = 2, .name = "two", .lease = 30s});
  second.leading.shows_in(&standing_by.metrics());
  standing_by.shows_too([] { return std::string("what_it_carries 7\n"); });
  const std::uint16_t port = standing_by.control_port();
  ASSERT_NE(port, 0);
  const std::string metrics = answer_of(port, "/metrics", 200);
  EXPECT_THAT(metrics, HasSubstr("\ntillbridge_leading 0\n"));
  EXPECT_THAT(metrics, HasSubstr("\ntillbridge_lease_left_seconds 0\n"));
  EXPECT_THAT(metrics, HasSubstr("\nwhat_it_carries 7\n"));
  EXPECT_EQ(answer_of(port, "/healthz", 200), "ok\n");
  EXPECT_EQ(answer_of(port, "/readyz", 503), "nobody leads\n");
  standing_by.leads(NodeAddress{"10.1.1.5", 8080, 0});
  EXPECT_EQ(answer_of(port, "/readyz", 200), "stands by\n");
  EXPECT_THAT(answer_of(port, "/api/v1/status", 503), HasSubstr("10.1.1.5"));
  second.leading.shows_in(nullptr);
}

TEST_F(LeadingTest, CallersOfAHubThatStandsByReachTheLeader) {
  http::for_tests::RunningServer leader{http::ServerSettings{},
                                        [](http::Request request) -> Task<http::Reply> {
                                          http::Reply reply;
                                          reply.body = "the leader got " + request.body;
                                          co_return reply;
                                        }};
  HubSettings settings;
  settings.listen.port = settings.control.port = 0;
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
  settings.control.port = 0;
  settings.console_served = false;
  const StandingBy first(settings);
  settings.listen.port = first.public_port();
  settings.control.port = first.control_port();
  const StandingBy second(settings);
  EXPECT_EQ(second.public_port(), 0);
  EXPECT_EQ(second.console_port(), 0);
  EXPECT_EQ(second.control_port(), 0);
}

}  // namespace
}  // namespace tillbridge::app
