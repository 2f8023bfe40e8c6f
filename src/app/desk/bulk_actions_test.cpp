#include "app/desk/bulk_actions.h"

#include "app/test_bench.h"

namespace tillbridge::app {
namespace {

using test::JournalBench;

constexpr const char* shop = test::workspace_name;
constexpr const char* klaviyo = "klaviyo";

// Does what the desk's acts do to the journal, and remembers what it was asked.
class FakeActs final : public api::RecordActs {
 public:
  explicit FakeActs(JournalBench& bench) : bench_(bench), go_(bench.loop) {}

  Task<Result<json::Object>> preview(std::string, RecordId) override { co_return json::Object{}; }
  Task<Result<std::string>> attribute(std::string, RecordId, std::string, std::string) override {
    co_return std::string{};
  }
  Task<Result<std::string>> edit(std::string, DeliveryId, std::vector<std::string>, std::string,
                                 std::string) override {
    co_return std::string{};
  }
  Task<Result<std::string>> send_again(std::string, RecordId record, std::string by) override {
    while (held) co_await go_.wait(std::chrono::milliseconds{5});
    if (unavailable > 0) {
      --unavailable;
      co_return fail(Error::Kind::unavailable, "another act is under way");
    }
    said.emplace_back("send_again", record.value, by);
    if (refused.contains(record)) co_return fail(Error::Kind::rejected, "klaviyo is not connected");
    co_return co_await set(deliveries.at(record), journal::DeliveryState::waiting);
  }
  Task<Result<std::string>> rebuild(std::string, RecordId record, std::string by,
                                    std::string) override {
    said.emplace_back("rebuild", record.value, by);
    co_return std::string("planned again");
  }
  Task<Result<std::string>> skip(std::string, DeliveryId delivery, std::string by,
                                 std::string) override {
    said.emplace_back("skip", delivery.value, by);
    co_return co_await set(delivery, journal::DeliveryState::skipped);
  }

  void hold(bool on) {
    held = on;
    go_.notify();
  }

  std::map<RecordId, DeliveryId> deliveries;
  std::set<RecordId> refused;
  std::vector<std::tuple<std::string, std::uint64_t, std::string>> said;
  bool held = false;
  int unavailable = 0;

 private:
  Task<Result<std::string>> set(DeliveryId delivery, journal::DeliveryState state) {
    journal::UpdateDelivery update;
    update.id = delivery;
    update.state = state;
    update.due_at = bench_.clock.now();
    journal::Step step;
    step.delivery_updates.push_back(std::move(update));
    const auto stored = co_await bench_.journal.commit(std::move(step));
    if (!stored) co_return fail(stored.error());
    co_return std::string("will be sent again");
  }

  JournalBench& bench_;
  Signal go_;
};

class BulkActionsTest : public ::testing::Test {
 protected:
  BulkActionsTest() { start(acts); }
  ~BulkActionsTest() override { stop(); }

  void start(api::RecordActs& by) {
    BulkParts parts{bench.loop,
                    bench.machine_clock,
                    bench.journal,
                    bench.ids,
                    by,
                    [](const std::string&, const std::string&) { return 2.0; },
                    [this] { ++told; }};
    BulkSettings settings;
    settings.workspaces = {shop};
    settings.items_per_second = 100'000;
    settings.records_max = records_max;
    settings.retry_pause = std::chrono::milliseconds{1};
    settings.save_every = std::chrono::hours{1};
    bulk = std::make_unique<HubBulkActions>(std::move(parts), std::move(settings));
    tasks = std::make_unique<TaskGroup>(bench.loop,
                                        [](const std::string& what) { ADD_FAILURE() << what; });
    bulk->start(*tasks);
  }
  void stop() {
    acts.hold(false);
    bulk->request_stop();
    EXPECT_TRUE(bench.run_until([&] { return tasks->running() == 0; }));
  }

  // A sale with a delivery in this state and a case about it.
  RecordId sale(int order, journal::DeliveryState state = journal::DeliveryState::parked,
                const std::string& connection = klaviyo) {
    journal::Step step;
    journal::PutRecord record;
    record.id = bench.ids.next<RecordId>();
    record.workspace = shop;
    record.kind = "sale";
    record.key = fmt::format("order/{}", order);
    record.state = journal::RecordState::planned;
    record.happened_at = record.changed_at = bench.clock.now();
    record.store = "1001";
    record.search_keys = {fmt::format("order:{}", order)};
    record.payload = "{}";
    journal::AddDelivery delivery;
    delivery.id = bench.ids.next<DeliveryId>();
    delivery.workspace = shop;
    delivery.record = record.id;
    delivery.connection = connection;
    delivery.flow = "sale_to_klaviyo";
    delivery.effect = fmt::format("sale/{}/{}", connection, order);
    delivery.lane = "customer/c-1";
    delivery.state = state;
    delivery.due_at = delivery.happened_at = bench.clock.now();
    delivery.parts = {"{}"};
    journal::OpenCase opened;
    opened.id = bench.ids.next<CaseId>();
    opened.workspace = shop;
    opened.type = "rejected_delivery";
    opened.group = connection;
    opened.owner = "marketing";
    opened.record = record.id;
    opened.delivery = delivery.id;
    opened.opened_at = opened.due_at = bench.clock.now();
    opened.reason = "refused";
    acts.deliveries[record.id] = delivery.id;
    const RecordId id = record.id;
    step.records.push_back(std::move(record));
    step.deliveries.push_back(std::move(delivery));
    step.cases.push_back(std::move(opened));
    bench.commit(std::move(step));
    return id;
  }

  api::BulkAsked asked(const std::string& act, std::uint64_t count) {
    api::BulkAsked ask;
    ask.workspace = shop;
    ask.act = act;
    ask.filter.kind = "sale";
    ask.as_asked = json::Object{{"kind", "sale"}};
    ask.name = "after the outage";
    ask.count = count;
    ask.by = "anna";
    return ask;
  }
  std::string begin(const api::BulkAsked& ask) {
    const auto begun = bench.await(bulk->begin(ask));
    EXPECT_TRUE(begun) << begun.error().what;
    return begun ? std::string(begun->at("id").as_string()) : std::string{};
  }
  json::Object read(const std::string& id) { return bench.await(bulk->read(shop, id)).value(); }
  json::Object ended(const std::string& id) {
    EXPECT_TRUE(bench.run_until([&] { return bulk->idle(); }));
    return read(id);
  }
  std::vector<std::string> results(const std::string& id, bool only_failed = false) {
    std::vector<std::string> all;
    std::string after;
    do {
      const auto page = bench.await(bulk->items(shop, id, only_failed, after, 3)).value();
      for (const json::Value& item : page.at("items").as_array())
        all.emplace_back(std::string_view(item.at("result").as_string()));
      after = json::text(page, "next").value_or("");
    } while (!after.empty());
    return all;
  }

  JournalBench bench;
  FakeActs acts{bench};
  std::size_t records_max = 1'000;
  int told = 0;
  std::unique_ptr<HubBulkActions> bulk;
  std::unique_ptr<TaskGroup> tasks;
};

TEST_F(BulkActionsTest, SendsAllAgainOldestFirst) {
  std::vector<std::uint64_t> order;
  for (int i = 0; i < 7; ++i) order.push_back(sale(i).value);
  acts.unavailable = 1;
  const auto done = ended(begin(asked("send_again", 7)));
  EXPECT_EQ(done.at("state"), "done");
  EXPECT_EQ(done.at("done"), 7);
  EXPECT_EQ(done.at("failed"), 0);
  EXPECT_FALSE(done.at("ended_at").is_null());
  ASSERT_EQ(acts.said.size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(std::get<1>(acts.said[i]), order[i]);
  EXPECT_GT(told, 1);
}

TEST_F(BulkActionsTest, EachItemHasItsResult) {
  sale(1);
  acts.refused.insert(sale(2));
  sale(3, journal::DeliveryState::delivered);
  const std::string id = begin(asked("send_again", 3));
  const auto done = ended(id);
  EXPECT_EQ(done.at("done"), 2);
  EXPECT_EQ(done.at("nothing_to_do"), 1);
  EXPECT_EQ(done.at("failed"), 1);
  EXPECT_EQ(results(id), (std::vector<std::string>{"done", "failed", "nothing_to_do"}));
  EXPECT_EQ(results(id, true), (std::vector<std::string>{"failed"}));
}

TEST_F(BulkActionsTest, EstimatesFirst) {
  sale(1);
  sale(2);
  sale(3, journal::DeliveryState::delivered);
  const auto estimate = bench.await(bulk->estimate(asked("send_again", 0))).value();
  EXPECT_EQ(estimate.at("count"), 3);
  EXPECT_EQ(estimate.at("exact"), true);
  EXPECT_EQ(estimate.at("platforms").at(klaviyo).at("calls"), 2);
  EXPECT_EQ(estimate.at("platforms").at(klaviyo).at("seconds"), 1.0);
  EXPECT_EQ(estimate.at("sample").as_array().front(), "order/1");
}

TEST_F(BulkActionsTest, WhatIsNotAsEstimatedDoesNotBegin) {
  for (int i = 0; i < 20; ++i) sale(i);
  const auto begun = bench.await(bulk->begin(asked("send_again", 17)));
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().kind, Error::Kind::rejected);
  EXPECT_TRUE(bench.await(bulk->begin(asked("send_again", 19))));
  EXPECT_TRUE(bench.run_until([&] { return bulk->idle(); }));
  EXPECT_FALSE(bench.await(bulk->begin(asked("send_it_away", 20))));
}

TEST_F(BulkActionsTest, TooManyAreRefused) {
  stop();
  records_max = 3;
  start(acts);
  for (int i = 0; i < 4; ++i) sale(i);
  const auto estimate = bench.await(bulk->estimate(asked("skip", 0))).value();
  EXPECT_EQ(estimate.at("exact"), false);
  const auto begun = bench.await(bulk->begin(asked("skip", 3)));
  ASSERT_FALSE(begun);
  EXPECT_THAT(begun.error().what, ::testing::HasSubstr("narrow the filter"));
}

TEST_F(BulkActionsTest, OneAtATime) {
  sale(1);
  acts.hold(true);
  const std::string id = begin(asked("send_again", 1));
  const auto second = bench.await(bulk->begin(asked("skip", 1)));
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().what, ::testing::HasSubstr("'after the outage' by anna"));
  acts.hold(false);
  EXPECT_EQ(ended(id).at("state"), "done");
}

TEST_F(BulkActionsTest, GoesOnAfterAKill) {
  constexpr std::size_t sales = 130;
  for (std::size_t i = 0; i < sales; ++i) sale(static_cast<int>(i));
  const std::string id = begin(asked("send_again", sales));
  ASSERT_TRUE(bench.run_until([&] { return acts.said.size() >= 60; }));
  // From here on the old one gets no answer any more, and stores nothing: its last items are lost.
  acts.hold(true);
  const std::size_t before = acts.said.size();
  const auto old_bulk = std::move(bulk);
  const auto old_tasks = std::move(tasks);
  FakeActs after{bench};
  after.deliveries = acts.deliveries;
  start(after);
  const auto done = ended(id);
  EXPECT_EQ(done.at("state"), "done");
  EXPECT_EQ(done.at("total"), sales);
  EXPECT_EQ(done.at("done"), sales);
  EXPECT_EQ(done.at("failed"), 0);
  EXPECT_EQ(results(id).size(), sales);
  // What was done and not stored was looked at again, and not sent again; one may have been in the
  // middle of it.
  EXPECT_GE(after.said.size(), sales - before);
  EXPECT_LE(after.said.size(), sales - before + 1);
  EXPECT_NE(done.at("nothing_to_do"), 0);
  old_bulk->request_stop();
  acts.unavailable = 1;
  acts.hold(false);
  EXPECT_TRUE(bench.run_until([&] { return old_tasks->running() == 0; }));
}

TEST_F(BulkActionsTest, CancelLeavesTheRestAsItWas) {
  const RecordId first = sale(1);
  const RecordId second = sale(2);
  acts.hold(true);
  const std::string id = begin(asked("send_again", 2));
  const auto cancelled = bench.await(bulk->cancel(shop, id, "bo"));
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->at("state"), "cancelled");
  acts.hold(false);
  const auto done = ended(id);
  EXPECT_EQ(done.at("state"), "cancelled");
  EXPECT_EQ(done.at("cancelled_by"), "bo");
  EXPECT_LE(acts.said.size(), 1U);
  for (const auto& [act, record, by] : acts.said) EXPECT_EQ(record, first.value);
  EXPECT_NE(first, second);
  EXPECT_FALSE(bench.await(bulk->cancel(shop, id, "bo")));
}

TEST_F(BulkActionsTest, SkipsOnlyTheConnectionAsked) {
  sale(1);
  const RecordId other = sale(2, journal::DeliveryState::blocked, "bloomreach");
  api::BulkAsked ask = asked("skip", 1);
  ask.filter = {};
  ask.connection = "bloomreach";
  ask.delivery_state = journal::DeliveryState::blocked;
  EXPECT_EQ(ended(begin(ask)).at("done"), 1);
  ASSERT_EQ(acts.said.size(), 1U);
  EXPECT_EQ(std::get<1>(acts.said[0]), acts.deliveries.at(other).value);
}

TEST_F(BulkActionsTest, ResolvesACase) {
  sale(1);
  sale(2);
  sale(3, journal::DeliveryState::parked, "bloomreach");
  const auto group = bench
                         .ask<std::vector<journal::CaseGroupRow>>([](journal::Reader& reader) {
                           return reader.case_groups(shop, {}, std::nullopt, 10);
                         })
                         .front();
  ASSERT_EQ(group.open, 2U);
  api::BulkAsked ask = asked("resolve", 2);
  ask.filter = {};
  ask.of_case = group.id;
  EXPECT_EQ(ended(begin(ask)).at("done"), 2);
  const auto open = bench.open_cases();
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open.front().group, "bloomreach");
  const auto after = bench.ask<std::optional<journal::CaseGroupRow>>(
      [id = group.id](journal::Reader& reader) { return reader.case_group(id); });
  EXPECT_EQ(after->state, journal::GroupState::resolved);
}

TEST_F(BulkActionsTest, NewestFirstAndOnlySoManyAreKept) {
  sale(1, journal::DeliveryState::delivered);
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(begin(asked("skip", 1)));
    ended(ids.back());
  }
  const auto page = bench.await(bulk->list(shop, "", 2)).value();
  ASSERT_EQ(page.at("items").as_array().size(), 2U);
  EXPECT_EQ(page.at("items").as_array()[0].at("id"), ids[2].c_str());
  const auto rest = bench.await(bulk->list(shop, json::text(page, "next").value_or(""), 2)).value();
  ASSERT_EQ(rest.at("items").as_array().size(), 1U);
  EXPECT_EQ(rest.at("items").as_array()[0].at("id"), ids[0].c_str());
  EXPECT_TRUE(rest.at("next").is_null());
}

}  // namespace
}  // namespace tillbridge::app
