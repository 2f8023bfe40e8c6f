#include "app/backfill.h"

#include "app/event_receiver.h"
#include "app/safety_net.h"
#include "app/test_bench.h"

namespace tillbridge::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

Workspace shop() {
  Workspace made;
  made.bloomreach_connected = made.klaviyo_connected = true;
  made.bloomreach_flows.reference_currency = *Currency::parse("SEK");
  return made;
}

PlanningSettings planning_settings() {
  PlanningSettings settings;
  settings.workspace = test::workspace_name;
  settings.sitoo = test::sitoo_config();
  return settings;
}

ResolutionSettings resolution_settings() {
  ResolutionSettings settings;
  settings.workspace = test::workspace_name;
  settings.reads.budget = {1000, 1000, 0.5};
  settings.reads.retry = {seconds{1}, seconds{1}, std::chrono::hours{24}};
  return settings;
}

connectors::sitoo::Config client_config() {
  auto config = test::sitoo_config();
  config.orders_per_list_max = 7;
  return config;
}

// What a restart makes anew.
struct Running {
  Running(Surroundings on, BackfillSettings settings, connectors::sitoo::Client& client,
          std::vector<journal::AddDelivery>& delivered)
      : planning(
            on.loop, on.clock, on.journal, on.ids, on.metrics, planning_settings(),
            targets_of(shop()), client,
            [&delivered](const journal::AddDelivery& delivery, const std::string&) {
              delivered.push_back(delivery);
            },
            [this](const journal::AddArrival& again) { resolution.add(again); }),
        resolution(on.loop, on.clock, on.journal, on.ids, on.metrics, resolution_settings(), client,
                   planning),
        backfill(on, std::move(settings), client, resolution) {}
  void request_stop() {
    backfill.request_stop();
    resolution.request_stop();
    planning.request_stop();
  }

  OrderPlanning planning;
  OrderResolution resolution;
  Backfill backfill;
};

class BackfillBench : public test::JournalBench {
 public:
  explicit BackfillBench(BackfillSettings backfill = quick())
      : settings(std::move(backfill)),
        transport([this](const outbound::HttpRequest& request) { return sitoo.answer(request); }),
        client(transport, clock, client_config()),
        tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }) {
    restart(false);
  }
  ~BackfillBench() { stop(); }

  static BackfillSettings quick() {
    BackfillSettings made;
    made.workspace = test::workspace_name;
    made.zone = Zone::find("Europe/Stockholm").value();
    made.limits = {1000, 50};
    made.retry_pause = milliseconds{2};
    return made;
  }

  // reading: orders are read; otherwise what was taken up stays open.
  void restart(bool reading) {
    stop();
    const Surroundings on{loop, clock, journal, ids, metrics, transport};
    running = std::make_unique<Running>(on, settings, client, delivered);
    using Arrivals = std::vector<journal::OpenArrival>;
    const auto open = ask<Arrivals>([](journal::Reader& reader) -> Result<Arrivals> {
      Arrivals found;
      TB_CHECK(
          reader.open_arrivals([&](const journal::OpenArrival& one) { found.push_back(one); }));
      return found;
    });
    for (const auto& arrival : open) running->resolution.adopt(arrival);
    tasks.start(running->backfill.run());
    tasks.start(running->resolution.run_releases());
    if (reading) read();
  }
  void read() { tasks.start(running->resolution.run_reads()); }
  void stop() {
    if (!running) return;
    running->request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
    running.reset();
  }

  Result<json::Object> start(std::int64_t from, std::int64_t until) {
    api::BackfillAsked asked;
    asked.from = from;
    asked.until = until;
    asked.by = "vera";
    return await(running->backfill.start(asked));
  }
  Result<json::Object> start_days(const std::string& from, const std::string& until) {
    api::BackfillAsked asked;
    asked.from_day = from;
    asked.until_day = until;
    asked.by = "vera";
    return await(running->backfill.start(asked));
  }
  std::int64_t count(std::string_view key) const {
    return json::integer(running->backfill.state(), key).value_or(-1);
  }
  std::string phase() const { return json::text(running->backfill.state(), "phase").value_or(""); }
  bool done() const { return phase() == "done" && count("open") == 0; }
  void finish() {
    ASSERT_TRUE(run_until([&] { return done(); }));
  }

  void put_record(int order) {
    journal::Step step;
    journal::PutRecord put;
    put.id = ids.next<RecordId>();
    put.workspace = test::workspace_name;
    put.kind = "sale";
    put.key = fmt::format("order/{}", order);
    put.state = journal::RecordState::planned;
    put.happened_at = put.changed_at = clock.now();
    step.records.push_back(std::move(put));
    commit(std::move(step));
  }
  journal::AddArrival arrival(int order, const std::string& announces) {
    journal::AddArrival made;
    made.id = ids.next<ArrivalId>();
    made.workspace = test::workspace_name;
    made.connection = "sitoo";
    made.subject = fmt::format("order/{}", order);
    made.announces = announces;
    made.received_at = made.due_at = clock.now();
    journal::Step step;
    step.arrivals.push_back(made);
    commit(std::move(step));
    return made;
  }
  // The orders whose sale went to Bloomreach, in the order in which they were planned.
  std::vector<int> sales() const {
    std::vector<int> orders;
    for (const auto& one : delivered) {
      if (one.connection == "bloomreach" && one.effect.starts_with("sale/"))
        orders.push_back(std::stoi(one.effect.substr(5)));
    }
    return orders;
  }
  std::vector<int> sales_in_order() const {
    auto orders = sales();
    std::sort(orders.begin(), orders.end());
    return orders;
  }

  BackfillSettings settings;
  test::TillSitoo sitoo;
  outbound::FakeTransport transport;
  connectors::sitoo::Client client;
  std::vector<journal::AddDelivery> delivered;
  TaskGroup tasks;
  std::unique_ptr<Running> running;
};

TEST(Backfill, WalksItsRangeAndSkipsWhatIsKnown) {
  BackfillBench bench;
  for (int order = 1; order <= 30; ++order) bench.sitoo.sale(order)["email"] = "vera@kund.se";
  bench.put_record(5);
  bench.put_record(7);
  (void)bench.arrival(9, "closed");
  bench.read();
  EXPECT_EQ(bench.phase(), "none");
  ASSERT_TRUE(bench.start(3, 20));
  bench.finish();
  EXPECT_EQ(bench.count("found"), 18);
  EXPECT_EQ(bench.count("known"), 3);
  EXPECT_EQ(bench.count("planned"), 15);
  EXPECT_THAT(bench.sales(), ElementsAre(3, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20));
  const auto journey = bench.journey("3");
  ASSERT_THAT(journey->arrivals, SizeIs(1));
  EXPECT_EQ(journey->arrivals[0].source, journal::ArrivalSource::backfill);

  bench.delivered.clear();
  ASSERT_TRUE(bench.start(3, 20));
  bench.finish();
  EXPECT_EQ(bench.count("known"), 18);
  EXPECT_EQ(bench.count("taken_up"), 0);
  EXPECT_THAT(bench.delivered, IsEmpty());
}

TEST(Backfill, WhatItFindsGoesAsHistoryAndBehindEverything) {
  BackfillBench bench;
  bench.sitoo.sale(1)["email"] = "vera@kund.se";
  bench.sitoo.sale(2);
  bench.sitoo.orders[2]["orderstateid"] = 20;  // called off, and nobody knows when
  bench.read();
  ASSERT_TRUE(bench.start(1, 2));
  bench.finish();
  ASSERT_THAT(bench.delivered, Not(IsEmpty()));
  std::string bytes;
  for (const auto& one : bench.delivered) {
    EXPECT_EQ(one.priority, journal::Priority::maintenance) << one.effect;
    if (one.connection == "klaviyo")
      for (const std::string& part : one.parts) EXPECT_THAT(part, HasSubstr(R"("backfill":true)"));
    if (one.effect.ends_with("/2"))
      for (const std::string& part : one.parts) bytes += part;
  }
  const auto sold_at = json::integer(bench.sitoo.orders[2], "orderdate").value();
  EXPECT_THAT(bytes, HasSubstr(std::to_string(sold_at)));
}

TEST(Backfill, DaysAreThoseOfTheWorkspace) {
  BackfillBench bench;
  // 2025-06-12 in Stockholm begins at 22:00 UTC of the day before.
  constexpr std::int64_t begins = 1'749'679'200;
  constexpr std::int64_t day = 86'400;
  const std::vector<std::int64_t> times{begins - 1, begins, begins + day - 1, begins + day,
                                        begins + 5};
  for (std::size_t at = 0; at < times.size(); ++at)
    bench.sitoo.sale(static_cast<int>(at) + 1)["orderdate"] = times[at];
  bench.read();
  ASSERT_TRUE(bench.start_days("2025-06-12", "2025-06-12"));
  bench.finish();
  EXPECT_THAT(bench.sales(), ElementsAre(2, 3, 5)) << "5 was uploaded late";
  ASSERT_TRUE(bench.start_days("2025-06-11", "2025-06-13"));
  bench.finish();
  EXPECT_EQ(bench.count("found"), 5);
  EXPECT_EQ(bench.count("known"), 3);
}

TEST(Backfill, FewAreOpenAtATime) {
  auto settings = BackfillBench::quick();
  settings.limits.open_orders_max = 3;
  BackfillBench bench(settings);
  for (int order = 1; order <= 20; ++order) bench.sitoo.sale(order);
  ASSERT_TRUE(bench.start(1, 20));
  ASSERT_TRUE(bench.run_until([&] { return bench.count("open") == 3; }));
  for (int i = 0; i < 20; ++i) (void)bench.counts();
  EXPECT_EQ(bench.count("taken_up"), 3);
  bench.read();
  bench.finish();
  EXPECT_THAT(bench.sales(), SizeIs(20));
}

TEST(Backfill, GoesNoFasterThanItsPace) {
  auto settings = BackfillBench::quick();
  settings.limits.orders_per_second = 2;
  BackfillBench bench(settings);
  for (int order = 1; order <= 6; ++order) bench.sitoo.sale(order);
  bench.read();
  ASSERT_TRUE(bench.start(1, 6));
  for (int planned = 2; planned <= 6; planned += 2) {
    ASSERT_TRUE(bench.run_until([&] { return bench.count("planned") >= planned; }));
    for (int i = 0; i < 20; ++i) (void)bench.counts();
    EXPECT_EQ(bench.count("taken_up"), planned);
    bench.clock.advance(seconds{1});
  }
  bench.finish();
}

TEST(Backfill, WaitsWhileWhatIsSoldNowWaits) {
  BackfillBench bench;
  for (int order = 1; order <= 5; ++order) bench.sitoo.sale(order);
  bench.running->resolution.add(bench.arrival(5, "closed"));
  bench.clock.advance(seconds{1});
  ASSERT_TRUE(bench.start(1, 4));
  for (int i = 0; i < 50; ++i) (void)bench.counts();
  EXPECT_EQ(bench.count("taken_up"), 0);
  EXPECT_EQ(bench.sitoo.asked_for(1), 0);
  bench.read();
  bench.finish();
  EXPECT_EQ(bench.sales().front(), 5);
  EXPECT_THAT(bench.sales(), SizeIs(5));
}

TEST(Backfill, HistoryThatIsNotFoundHoldsNoSaleUp) {
  BackfillBench bench;
  bench.sitoo.sale(1);
  bench.read();
  bench.running->resolution.add(bench.arrival(98, std::string(announces_history)));
  bench.running->resolution.add(bench.arrival(1, "closed"));
  ASSERT_TRUE(bench.run_until([&] { return bench.sales() == std::vector<int>{1}; }));
}

TEST(Backfill, HistoryDoesNotWaitForASaleThatIsNotThereYet) {
  BackfillBench bench;
  bench.sitoo.sale(2);
  bench.read();
  bench.running->resolution.add(bench.arrival(99, "closed"));
  bench.running->resolution.add(bench.arrival(2, std::string(announces_history)));
  ASSERT_TRUE(bench.run_until([&] { return bench.sales() == std::vector<int>{2}; }));
}

TEST(Backfill, AnOrderThatIsAnnouncedMeanwhileIsNoHistory) {
  BackfillBench bench;
  bench.sitoo.sale(1)["email"] = "vera@kund.se";
  ASSERT_TRUE(bench.start(1, 1));
  ASSERT_TRUE(bench.run_until([&] { return bench.count("open") == 1; }));
  bench.running->resolution.add(bench.arrival(1, "closed"));
  bench.read();
  bench.finish();
  ASSERT_TRUE(bench.run_until([&] { return bench.running->resolution.idle(); }));
  EXPECT_THAT(bench.sales(), ElementsAre(1));
  EXPECT_EQ(bench.delivered.front().priority, journal::Priority::sale);
}

TEST(Backfill, GoesOnAfterARestart) {
  auto settings = BackfillBench::quick();
  settings.limits = {2, 4};
  BackfillBench bench(settings);
  for (int order = 1; order <= 12; ++order) bench.sitoo.sale(order);
  ASSERT_TRUE(bench.start(1, 12));
  ASSERT_TRUE(bench.run_until([&] { return bench.count("open") == 2; }));
  bench.settings.limits = {1000, 4};
  bench.restart(true);
  bench.finish();
  EXPECT_THAT(bench.sales_in_order(), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  EXPECT_EQ(bench.counts().arrivals, 12U);
  EXPECT_EQ(bench.count("found"), 12);
  EXPECT_EQ(json::text(bench.running->backfill.state(), "by"), "vera");

  bench.restart(true);
  ASSERT_TRUE(bench.run_until([&] { return bench.done(); })) << "its end is remembered";
  EXPECT_EQ(bench.counts().arrivals, 12U);
}

TEST(Backfill, IsPausedResumedAndStopped) {
  auto settings = BackfillBench::quick();
  settings.limits.orders_per_second = 2;
  BackfillBench bench(settings);
  for (int order = 1; order <= 9; ++order) bench.sitoo.sale(order);
  bench.read();
  EXPECT_FALSE(bench.await(bench.running->backfill.act("pause", "nils"))) << "nothing to pause";
  ASSERT_TRUE(bench.start(1, 9));
  ASSERT_TRUE(bench.run_until([&] { return bench.count("planned") == 2; }));
  ASSERT_TRUE(bench.await(bench.running->backfill.act("pause", "nils")));
  EXPECT_TRUE(bench.running->backfill.idle());
  bench.clock.advance(seconds{60});
  for (int i = 0; i < 20; ++i) (void)bench.counts();
  EXPECT_EQ(bench.count("taken_up"), 2);
  const auto second = bench.start(1, 9);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().what, HasSubstr("paused"));

  bench.restart(true);
  ASSERT_TRUE(bench.run_until([&] { return bench.phase() == "paused"; }));
  ASSERT_TRUE(bench.await(bench.running->backfill.act("resume", "nils")));
  ASSERT_TRUE(bench.run_until([&] { return bench.count("planned") == 4; }));
  ASSERT_TRUE(bench.await(bench.running->backfill.act("stop", "nils")));
  bench.clock.advance(seconds{60});
  for (int i = 0; i < 20; ++i) (void)bench.counts();
  EXPECT_EQ(bench.count("taken_up"), 4);
  EXPECT_EQ(bench.phase(), "stopped");
  EXPECT_FALSE(bench.await(bench.running->backfill.act("resume", "nils")));
  EXPECT_FALSE(bench.await(bench.running->backfill.act("dance", "nils")));
  ASSERT_TRUE(bench.start(1, 9)) << "the next one";
}

TEST(Backfill, WhatWasJustSoldIsLeftToItsEvent) {
  BackfillBench bench;
  const auto ago = [&](std::int64_t s) { return to_unix_seconds(bench.clock.now()) - s; };
  for (int order = 1; order <= 3; ++order) bench.sitoo.sale(order)["orderdate"] = ago(1);
  bench.sitoo.orders[2]["orderdate"] = ago(3600);
  journal::Step step;
  step.cursors.push_back({test::workspace_name, std::string(order_poll_start_cursor), "1"});
  bench.commit(std::move(step));
  bench.read();
  ASSERT_TRUE(bench.start(1, 3));
  bench.finish();
  EXPECT_THAT(bench.sales(), ElementsAre(1, 2)) << "1 is from before the hub";
  EXPECT_EQ(bench.count("left"), 1);
}

TEST(Backfill, ListsAgainWhenSitooComesBack) {
  BackfillBench bench;
  bench.sitoo.sale(1);
  bench.read();
  ASSERT_TRUE(bench.start(1, 1));
  bench.finish();
  bench.sitoo.sale(2);
  outbound::HttpRequest newest;
  newest.url = "?sort=-orderid&num=1";
  bench.sitoo.instead.push_back(bench.sitoo.answer(newest));
  for (int i = 0; i < 3; ++i) bench.sitoo.instead.push_back(test::TillSitoo::refusal(500));
  ASSERT_TRUE(bench.start(2, 2));
  bench.finish();
  EXPECT_THAT(bench.sales(), ElementsAre(1, 2));
}

TEST(Backfill, RangesThatMakeNoSense) {
  BackfillBench bench;
  bench.sitoo.sale(1);
  using Asked = api::BackfillAsked;
  for (const Asked& asked :
       {Asked{}, Asked{5, 4, "", "", "vera"}, Asked{-1, 4, "", "", "vera"},
        Asked{1, 4, "2025-01-01", "", "vera"}, Asked{0, 0, "2025-01-02", "2025-01-01", "vera"},
        Asked{0, 0, "2025-13-01", "", "vera"}, Asked{0, 0, "", "2025-01-01", "vera"}}) {
    const auto started = bench.await(bench.running->backfill.start(asked));
    ASSERT_FALSE(started) << asked.from << asked.from_day;
    EXPECT_EQ(started.error().kind, Error::Kind::invalid_input);
  }
  // What is not there yet is nobody's past.
  ASSERT_TRUE(bench.start(1, 1'000));
  EXPECT_EQ(bench.count("until"), 2);
}

}  // namespace
}  // namespace tillbridge::app
