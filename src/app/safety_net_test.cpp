#include "app/safety_net.h"

#include "app/test_bench.h"

namespace tillbridge::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class SafetyNetBench : public test::JournalBench {
 public:
  explicit SafetyNetBench(SafetyNetSettings settings = quick())
      : transport([this](const outbound::HttpRequest& request) { return sitoo.answer(request); }),
        client(transport, clock, test::sitoo_config()),
        tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }),
        net(loop, clock, journal, ids, metrics, std::move(settings), client,
            [this](const journal::AddArrival& one) { found.push_back(one.subject); }) {}
  ~SafetyNetBench() {
    net.request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
  }

  static SafetyNetSettings quick() {
    SafetyNetSettings settings;
    settings.workspace = test::workspace_name;
    settings.poll_every = milliseconds{2};
    settings.open_orders_every = milliseconds{2};
    return settings;
  }

  // Lets at least two whole polls happen.
  void poll_twice() {
    const std::size_t before = sitoo.urls.size();
    ASSERT_TRUE(run_until([&] { return sitoo.urls.size() >= before + 3; }));
    poll_ends();
  }
  void poll_ends() { (void)counts(); }

  void put_record(int order, journal::RecordState state) {
    journal::Step step;
    add_record(step, order, state);
    commit(std::move(step));
  }
  void add_record(journal::Step& step, int order, journal::RecordState state) {
    journal::PutRecord put;
    put.id = ids.next<RecordId>();
    put.workspace = test::workspace_name;
    put.kind = "sale";
    put.key = fmt::format("order/{}", order);
    put.state = state;
    put.happened_at = put.changed_at = clock.now();
    step.records.push_back(std::move(put));
  }
  std::string cursor() {
    return ask<std::optional<std::string>>([](journal::Reader& reader) {
             return reader.cursor(test::workspace_name, "sitoo/order_poll");
           })
        .value_or("none");
  }

  test::TillSitoo sitoo;
  outbound::FakeTransport transport;
  connectors::sitoo::Client client;
  TaskGroup tasks;
  std::vector<std::string> found;
  SafetyNet net;
};

TEST(SafetyNet, AnOrderIsLeftToItsEventForTheGraceAndThenFoundOnce) {
  SafetyNetBench bench;
  bench.sitoo.sale(100);
  bench.tasks.start(bench.net.run_poll());
  ASSERT_TRUE(bench.run_until([&] { return bench.cursor() == "100"; }));
  bench.sitoo.sale(101);
  bench.poll_twice();
  bench.clock.step_wall(std::chrono::hours{1});  // is no grace
  bench.poll_twice();
  bench.clock.advance(seconds{59});
  bench.poll_twice();
  EXPECT_THAT(bench.found, IsEmpty());
  EXPECT_EQ(bench.cursor(), "100");

  bench.clock.advance(seconds{2});
  ASSERT_TRUE(bench.run_until([&] { return !bench.found.empty(); }));
  bench.poll_twice();
  EXPECT_THAT(bench.found, ElementsAre("order/101"));
  EXPECT_EQ(bench.cursor(), "101");
  const auto arrivals = bench.arrivals("order/101");
  ASSERT_EQ(arrivals.size(), 1U);
  EXPECT_EQ(arrivals[0].source, journal::ArrivalSource::poll);
  EXPECT_EQ(arrivals[0].announces, announces_any);
}

TEST(SafetyNet, AnEventWithinTheGraceIsEnough) {
  SafetyNetBench bench;
  bench.sitoo.sale(100);
  bench.tasks.start(bench.net.run_poll());
  ASSERT_TRUE(bench.run_until([&] { return bench.cursor() == "100"; }));
  bench.sitoo.sale(101);
  bench.sitoo.sale(102);
  bench.poll_twice();
  bench.put_record(101, journal::RecordState::planned);
  bench.clock.advance(seconds{61});
  ASSERT_TRUE(bench.run_until([&] { return !bench.found.empty(); }));
  bench.poll_twice();
  EXPECT_THAT(bench.found, ElementsAre("order/102"));
}

TEST(SafetyNet, ANewInstallationLeavesHistoryAlone) {
  SafetyNetBench bench;
  for (int order = 1; order <= 50; ++order) bench.sitoo.sale(order);
  bench.tasks.start(bench.net.run_poll());
  ASSERT_TRUE(bench.run_until([&] { return bench.cursor() == "50"; }));
  bench.poll_twice();
  bench.clock.advance(seconds{61});
  bench.poll_twice();
  EXPECT_THAT(bench.found, IsEmpty());
  bench.sitoo.sale(51);
  bench.poll_twice();
  bench.clock.advance(seconds{61});
  ASSERT_TRUE(bench.run_until([&] { return !bench.found.empty(); }));
  EXPECT_THAT(bench.found, ElementsAre("order/51"));
}

// The overlap alone is larger than what one list call gives.
TEST(SafetyNet, LooksBeyondItsOverlap) {
  SafetyNetBench bench;
  journal::Step step;
  for (int order = 1; order <= 400; ++order) {
    bench.sitoo.sale(order);
    bench.add_record(step, order, journal::RecordState::planned);
  }
  step.cursors.push_back({test::workspace_name, "sitoo/order_poll", "400"});
  bench.commit(std::move(step));
  bench.sitoo.sale(401);
  bench.sitoo.orders[401]["orderstateid"] = 10;
  bench.tasks.start(bench.net.run_poll());
  bench.poll_twice();
  bench.poll_twice();
  bench.clock.advance(seconds{61});
  EXPECT_TRUE(bench.run_until([&] { return !bench.found.empty(); }));
  EXPECT_THAT(bench.found, ElementsAre("order/401"));
}

// Uploads of tills that were offline appear behind the cursor.
TEST(SafetyNet, FindsALateOrderBehindTheCursor) {
  SafetyNetBench bench;
  journal::Step step;
  for (const int order : {10, 12}) {
    bench.sitoo.sale(order);
    bench.add_record(step, order, journal::RecordState::planned);
  }
  step.cursors.push_back({test::workspace_name, "sitoo/order_poll", "12"});
  bench.commit(std::move(step));
  bench.sitoo.sale(11);
  bench.tasks.start(bench.net.run_poll());
  bench.poll_twice();
  EXPECT_THAT(bench.found, IsEmpty());
  bench.clock.advance(seconds{61});
  ASSERT_TRUE(bench.run_until([&] { return !bench.found.empty(); }));
  EXPECT_THAT(bench.found, ElementsAre("order/11"));
}

TEST(SafetyNet, GoesOnWhenSitooComesBack) {
  SafetyNetBench bench;
  bench.sitoo.sale(100);
  for (int i = 0; i < 3; ++i) bench.sitoo.instead.push_back(test::TillSitoo::refusal(500));
  bench.tasks.start(bench.net.run_poll());
  EXPECT_TRUE(bench.run_until([&] { return bench.cursor() == "100"; }));
}

TEST(SafetyNet, OpenOrdersAreReadAgain) {
  SafetyNetBench bench;
  bench.put_record(7, journal::RecordState::open);
  bench.put_record(8, journal::RecordState::planned);
  bench.clock.advance(seconds{1});
  bench.tasks.start(bench.net.run_sweep());
  ASSERT_TRUE(bench.run_until([&] { return bench.found.size() >= 2; }));
  EXPECT_THAT(bench.found, testing::Each("order/7"));
  EXPECT_EQ(bench.arrivals("order/7")[0].source, journal::ArrivalSource::sweep);
}

TEST(SafetyNet, StopsAtOnceAlsoWhileItPolls) {
  auto settings = SafetyNetBench::quick();
  settings.poll_every = std::chrono::hours{1};
  SafetyNetBench bench(settings);
  bench.sitoo.sale(100);
  bench.tasks.start(bench.net.run_poll());
  ASSERT_TRUE(bench.run_until([&] { return !bench.sitoo.urls.empty(); }));
  bench.net.request_stop();
  EXPECT_TRUE(bench.run_until([&] { return bench.tasks.running() == 0; }));
}

}  // namespace
}  // namespace tillbridge::app
