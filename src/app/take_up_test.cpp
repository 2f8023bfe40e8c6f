#include "app/take_up.h"

#include "app/test_bench.h"

namespace tillbridge::app {
namespace {

using journal::DeliveryState;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* flow = "sale_to_bloomreach";

// A workspace between a journal with work in it and a Bloomreach that takes everything.
class TakeUpBench : public test::JournalBench {
 public:
  TakeUpBench()
      : transport([this](const outbound::HttpRequest& request) { return answer(request); }),
        tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }) {
    const Surroundings around{loop, clock, journal, ids, metrics, transport};
    workspaces.push_back(std::make_unique<WorkspaceRuntime>(around, settings(), 1, "/nowhere"));
    journal::Step step;
    journal::PutRecord sale;
    sale.id = record = ids.next<RecordId>();
    sale.workspace = test::workspace_name;
    sale.kind = "sale";
    sale.key = "order/1";
    sale.state = journal::RecordState::planned;
    sale.store = "S1";
    step.records.push_back(sale);
    commit(std::move(step));
  }
  ~TakeUpBench() {
    if (take_up) take_up->request_stop();
    shop().request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
    EXPECT_EQ(fatal, "");
  }

  static Workspace settings() {
    Workspace made;
    made.name = test::workspace_name;
    made.sitoo = test::sitoo_config();
    made.bloomreach_connected = true;
    made.bloomreach.base_url = "http://bloomreach.test";
    made.bloomreach.project_token = "p";
    return made;
  }

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    outbound::HttpAnswer made;
    made.status = 200;
    if (request.url.starts_with("http://sitoo.test")) {
      made.body = R"({"totalcount":0,"items":[]})";
      return made;
    }
    const json::Value body = json::parse(request.body).value();
    json::Array results;
    for (const json::Value& command : *json::array(body.as_object(), "commands")) {
      const std::string id(*json::text(command.as_object(), "command_id"));
      sent.push_back(names.at(std::stoull(id)));
      const bool taken = names.at(std::stoull(id)) != refused;
      results.emplace_back(json::Object{{"success", taken}, {"command_id", id}});
    }
    made.body = json::to_text(json::Object{{"success", true}, {"results", std::move(results)}});
    return made;
  }

  // Stored in this state; sent, it is known by its lane and name: "a1".
  journal::AddDelivery stored(const std::string& lane, const std::string& name,
                              DeliveryState state = DeliveryState::waiting) {
    journal::AddDelivery one;
    one.id = ids.next<DeliveryId>();
    one.workspace = test::workspace_name;
    one.record = record;
    one.connection = "bloomreach";
    one.flow = flow;
    one.effect = "sale/" + lane + name;
    one.lane = "customer/" + lane;
    one.due_at = one.happened_at = clock.now();
    one.parts = {R"({"name":"customers/events","data":{}})"};
    names[one.id.value] = lane + name;
    journal::Step step;
    step.deliveries.push_back(one);
    commit(std::move(step));
    if (state != DeliveryState::waiting) move(one.id, state);
    return one;
  }
  void move(DeliveryId id, DeliveryState state) {
    journal::UpdateDelivery update;
    update.id = id;
    update.workspace = test::workspace_name;
    update.state = state;
    update.due_at = clock.now();
    journal::Step step;
    step.delivery_updates.push_back(update);
    commit(std::move(step));
  }
  static journal::OpenDelivery open(const journal::AddDelivery& one) {
    journal::OpenDelivery made;
    made.id = one.id;
    made.record = one.record;
    made.connection = one.connection;
    made.flow = one.flow;
    made.lane = one.lane;
    made.happened_at = one.happened_at;
    return made;
  }

  // With pages of so many rows: the first is taken up, and goes out.
  void begin(std::size_t page_rows) {
    const auto highest =
        ask<std::uint64_t>([](journal::Reader& reader) { return reader.highest_id(); });
    take_up = std::make_unique<TakeUp>(
        loop, journal, workspaces, highest, [this](const std::string& what) { fatal += what; },
        page_rows);
    const auto begun = await(take_up->begin());
    EXPECT_TRUE(begun) << begun.error().what;
    shop().start(tasks);
  }
  void the_rest() { tasks.start(take_up->run()); }
  // Time passes: echoes end.
  template <typename Condition>
  bool pass_until(Condition condition) {
    return run_until([&] {
      clock.advance(milliseconds{50});
      connection().resume();
      return condition();
    });
  }
  void settle() {
    EXPECT_TRUE(pass_until([&] { return shop().idle(); }));
  }
  // As long as something could happen that should not.
  void linger() {
    int turns = 0;
    EXPECT_TRUE(pass_until([&] { return ++turns > 60; }));
  }

  WorkspaceRuntime& shop() { return *workspaces.front(); }
  std::int64_t blocked() { return connection().status().at("blocked").to_number<std::int64_t>(); }
  TargetConnection& connection() { return *shop().connection("bloomreach"); }

  outbound::FakeTransport transport;
  TaskGroup tasks;
  std::vector<std::unique_ptr<WorkspaceRuntime>> workspaces;
  std::string fatal;
  std::unique_ptr<TakeUp> take_up;
  RecordId record;
  std::map<std::uint64_t, std::string> names;
  std::vector<std::string> sent;
  std::string refused;  // of those
};

TEST(TakeUp, TheFirstPageGoesOutBeforeTheRestIsRead) {
  TakeUpBench bench;
  for (int i = 0; i < 10; ++i) bench.stored(i % 2 == 0 ? "a" : "b", std::to_string(i));
  bench.begin(4);
  EXPECT_TRUE(bench.pass_until([&] { return bench.sent.size() == 4; }));
  EXPECT_FALSE(bench.shop().idle()) << "more may be in the journal";
  bench.the_rest();
  bench.settle();
  ASSERT_EQ(bench.sent.size(), 10U);
  std::map<char, std::string> last;
  for (const std::string& one : bench.sent) {
    EXPECT_LT(last[one[0]], one) << "of its lane";
    last[one[0]] = one;
  }
}

TEST(TakeUp, AJournalWithoutWorkIsTakenUpAtOnce) {
  TakeUpBench bench;
  bench.begin(4);
  EXPECT_TRUE(bench.shop().idle());
}

TEST(TakeUp, WhatIsPlannedMeanwhileWaitsForWhatIsNotReadYet) {
  TakeUpBench bench;
  bench.stored("a", "1");
  bench.stored("b", "1");
  bench.stored("c", "1");
  bench.begin(2);
  bench.connection().add(bench.stored("c", "2"), "S1");
  bench.connection().add(bench.stored("d", "1"), "S1");
  bench.connection().add(bench.stored("c", "3"), "S1");
  bench.linger();
  EXPECT_THAT(bench.sent, testing::UnorderedElementsAre("a1", "b1"));
  bench.the_rest();
  bench.settle();
  ASSERT_EQ(bench.sent.size(), 6U) << "each once";
  std::vector<std::string> lane;
  for (const std::string& one : bench.sent) {
    if (one[0] == 'c') lane.push_back(one);
  }
  EXPECT_THAT(lane, ElementsAre("c1", "c2", "c3"));
}

TEST(TakeUp, PausesApplyToTheFirstOne) {
  TakeUpBench bench;
  bench.stored("a", "1");
  bench.stored("b", "1");
  journal::Step step;
  step.pauses.push_back(
      {test::workspace_name, std::string("flow/") + flow, true, bench.clock.now(), "vera", ""});
  bench.commit(std::move(step));
  bench.begin(1);
  bench.the_rest();
  bench.linger();
  EXPECT_THAT(bench.sent, IsEmpty());
  EXPECT_TRUE(bench.shop().resume(std::string("flow/") + flow));
  bench.settle();
  EXPECT_THAT(bench.sent, testing::UnorderedElementsAre("a1", "b1"));
}

// A person sends a parked one again while it is not sure whether its page is read.
TEST(TakeUp, AParkedOneThatIsSentAgainMeanwhileGoesOnce) {
  for (const bool read_first : {false, true}) {
    TakeUpBench bench;
    bench.stored("a", "1");
    const auto parked = bench.stored("b", "1", DeliveryState::parked);
    bench.stored("b", "2");
    bench.begin(1);
    bench.move(parked.id, DeliveryState::waiting);
    if (read_first) {
      bench.connection().pause();
      bench.shop().adopt(TakeUpBench::open(parked));
    }
    bench.connection().send_again(TakeUpBench::open(parked), false);
    if (read_first) {
      // Nothing more is read here.
      bench.shop().end_take_up();
      bench.connection().resume();
      EXPECT_TRUE(bench.pass_until([&] { return bench.sent.size() == 2; }));
      bench.linger();
      EXPECT_THAT(bench.sent, testing::UnorderedElementsAre("a1", "b1"));
      continue;
    }
    bench.the_rest();
    bench.settle();
    EXPECT_THAT(bench.sent, testing::UnorderedElementsAre("a1", "b1", "b2"));
  }
}

TEST(TakeUp, ABlockedOneThatIsDroppedMeanwhileLetsItsLaneGoOn) {
  TakeUpBench bench;
  bench.stored("a", "1");
  const auto blocked = bench.stored("b", "1", DeliveryState::blocked);
  bench.stored("b", "2");
  bench.begin(1);
  // Read as blocked just before a person decided: the page comes in after the decision.
  auto read = TakeUpBench::open(blocked);
  read.state = DeliveryState::blocked;
  bench.move(blocked.id, DeliveryState::skipped);
  bench.connection().drop_blocked(TakeUpBench::open(blocked));
  bench.shop().adopt(read);
  bench.the_rest();
  bench.settle();
  EXPECT_THAT(bench.sent, testing::UnorderedElementsAre("a1", "b2"));
}

TEST(TakeUp, ABlockedOneThatIsSentAgainMeanwhileGoesOnceAndFirst) {
  for (const bool read_as_blocked : {false, true}) {
    TakeUpBench bench;
    bench.stored("a", "1");
    const auto blocked = bench.stored("b", "1", DeliveryState::blocked);
    bench.stored("b", "2");
    bench.begin(1);
    auto read = TakeUpBench::open(blocked);
    read.state = DeliveryState::blocked;
    bench.move(blocked.id, read_as_blocked ? DeliveryState::delivered : DeliveryState::waiting);
    bench.connection().send_again(TakeUpBench::open(blocked), true);
    if (read_as_blocked) bench.shop().adopt(read);
    bench.the_rest();
    bench.settle();
    std::erase(bench.sent, "a1");
    EXPECT_THAT(bench.sent, ElementsAre("b1", "b2"));
  }
}

// The page is read after a person has it sent again, and it is blocked once more before the last
// page is in: that was what the person asked for.
TEST(TakeUp, ABlockedOneThatIsSentAgainAndRefusedMeanwhileGoesOnce) {
  TakeUpBench bench;
  bench.refused = "b1";
  bench.stored("a", "1");
  const auto blocked = bench.stored("b", "1", DeliveryState::blocked);
  bench.stored("b", "2");
  bench.begin(1);
  bench.move(blocked.id, DeliveryState::waiting);
  bench.connection().send_again(TakeUpBench::open(blocked), true);
  auto read = TakeUpBench::open(blocked);
  read.on_reject = journal::OnReject::block;
  bench.shop().adopt(read);
  ASSERT_TRUE(bench.pass_until([&] { return bench.blocked() == 1; }));
  bench.shop().end_take_up();
  bench.linger();
  std::erase(bench.sent, "a1");
  EXPECT_THAT(bench.sent, ElementsAre("b1"));
}

}  // namespace
}  // namespace tillbridge::app
