#include "app/customer_sync.h"

#include "app/test_bench.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

// Pages by their number; waits for `open` when asked to.
class PagedSource final : public crm::ProfileSource {
 public:
  explicit PagedSource(Loop& loop) : opened_(loop) {}
  std::string connection() const override { return "klaviyo"; }
  bool searches_by(crm::KeyType) const override { return false; }
  Task<crm::SourceAnswer> find(crm::Key, Duration) override { co_return crm::SourceAnswer{}; }
  Task<crm::SourcePage> changed(Instant since, std::string next) override {
    asked.emplace_back(since, next);
    if (breaks) throw std::runtime_error("a defect");
    while (closed) co_await opened_.wait(hours{1});
    crm::SourcePage page;
    const std::size_t at = next.empty() ? 0 : std::stoul(next);
    if (at == trouble_at) {
      page.outcome.reason = "Klaviyo answered 503";
      co_return page;
    }
    page.outcome.kind = Outcome::Kind::delivered;
    if (at < pages.size()) page.profiles = pages[at];
    if (at + 1 < pages.size()) page.next = std::to_string(at + 1);
    co_return page;
  }
  void open() {
    closed = false;
    opened_.notify();
  }

  std::vector<std::vector<crm::FoundProfile>> pages;
  std::size_t trouble_at = 99;
  bool closed = false;
  bool breaks = false;
  std::vector<std::pair<Instant, std::string>> asked;

 private:
  Signal opened_;
};

class NoWriter final : public crm::CustomerWriter {
 public:
  Task<Result<Planned>> plan(crm::CustomerAct) override { co_return Planned{}; }
  void stored(const std::vector<journal::AddDelivery>&, const std::string&) override {}
};

crm::FoundProfile profile(const std::string& id) {
  crm::FoundProfile made;
  made.handle = "01K" + id;
  made.customer.customer_id = id;
  made.customer.email = id + "@kund.se";
  return made;
}

crm::CrmSettings settings() {
  crm::CrmSettings made;
  made.workspace = test::workspace_name;
  return made;
}

class Bench : public test::JournalBench {
 public:
  explicit Bench(Duration every = Duration{0})
      : transport([](const outbound::HttpRequest&) { return outbound::HttpAnswer{}; }),
        source(loop),
        turns(loop),
        index(clock, journal, test::workspace_name),
        redemptions(turns, clock, journal, ids, settings(), 1),
        desk({loop, clock, journal, ids, index, turns, &source, writer, redemptions, {}, {}},
             settings(), 1),
        sync({loop, clock, journal, ids, metrics, transport}, test::workspace_name, every, source,
             desk),
        tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }) {
    source.pages = {{profile("c-1"), profile("c-2")}, {profile("c-3")}};
  }
  ~Bench() {
    sync.request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
  }

  Result<std::uint64_t> look() { return await(sync.look()); }
  void begin_look(std::optional<Result<std::uint64_t>>& into) {
    boost::asio::co_spawn(loop, sync.look(),
                          [&into](const std::exception_ptr& failure, auto looked) {
                            EXPECT_FALSE(failure);
                            into.emplace(std::move(looked));
                          });
  }
  bool knows(const std::string& id) { return await(index.get(id)).value().has_value(); }
  std::optional<std::string> cursor() {
    return ask<std::optional<std::string>>([](journal::Reader& reader) {
      return reader.cursor(test::workspace_name, "customers/sync/klaviyo");
    });
  }

  outbound::FakeTransport transport;
  PagedSource source;
  NoWriter writer;
  Turns turns;
  crm::CustomerIndex index;
  crm::Redemptions redemptions;
  crm::CustomerDesk desk;
  CustomerSync sync;
  TaskGroup tasks;
};

TEST(CustomerSync, AllPagesFlowIntoTheIndex) {
  Bench bench;
  const auto looked = bench.look();
  ASSERT_TRUE(looked) << looked.error().what;
  EXPECT_EQ(*looked, 3U);
  EXPECT_THAT(bench.source.asked, ElementsAre(Pair(Instant{}, ""), Pair(Instant{}, "1")));
  for (const char* id : {"c-1", "c-2", "c-3"}) EXPECT_TRUE(bench.knows(id)) << id;
  const auto by_handle = bench.await(bench.index.by_handle("klaviyo", "01Kc-3")).value();
  ASSERT_TRUE(by_handle);
  EXPECT_EQ(by_handle->customer.email, "c-3@kund.se");
  const json::Object status = bench.sync.status();
  EXPECT_FALSE(*json::boolean(status, "running"));
  EXPECT_EQ(status.at("profiles").to_number<int>(), 3);
  EXPECT_EQ(json::integer(status, "last_run"), to_unix_seconds(bench.clock.now()));
  EXPECT_EQ(json::text(status, "trouble").value_or(""), "");
}

TEST(CustomerSync, TheNextRunBeginsALittleBeforeTheLastOne) {
  Bench bench;
  const Instant first = bench.clock.now();
  ASSERT_TRUE(bench.look());
  EXPECT_EQ(bench.cursor(), std::to_string(to_unix_us(first - minutes{5})));
  bench.clock.advance(hours{2});
  ASSERT_TRUE(bench.look());
  EXPECT_EQ(bench.source.asked.back().first, first - minutes{5});
  EXPECT_EQ(bench.cursor(), std::to_string(to_unix_us(first + hours{2} - minutes{5})));
}

TEST(CustomerSync, TroubleKeepsTheCursorAndWhatWasLearned) {
  Bench bench;
  bench.source.trouble_at = 1;
  const auto looked = bench.look();
  ASSERT_FALSE(looked);
  EXPECT_EQ(looked.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(looked.error().what, HasSubstr("klaviyo could not be read: Klaviyo answered 503"));
  EXPECT_FALSE(bench.cursor());
  EXPECT_TRUE(bench.knows("c-1"));
  EXPECT_FALSE(bench.knows("c-3"));
  EXPECT_THAT(json::text(bench.sync.status(), "trouble").value_or(""), HasSubstr("503"));
  EXPECT_TRUE(bench.sync.status().at("last_run").is_null());

  bench.source.trouble_at = 99;
  EXPECT_EQ(bench.look().value_or(0), 3U) << "from the beginning again";
  EXPECT_EQ(bench.source.asked.back().first, Instant{});
  EXPECT_EQ(json::text(bench.sync.status(), "trouble").value_or(""), "");

  const auto kept = bench.cursor();
  bench.source.trouble_at = 0;
  EXPECT_FALSE(bench.look());
  EXPECT_EQ(bench.cursor(), kept);
}

TEST(CustomerSync, OnlyOneAtATime) {
  Bench bench;
  bench.source.closed = true;
  std::optional<Result<std::uint64_t>> first;
  bench.begin_look(first);
  ASSERT_TRUE(bench.run_until([&] { return bench.source.asked.size() == 1; }));
  EXPECT_TRUE(*json::boolean(bench.sync.status(), "running"));
  const auto second = bench.look();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(second.error().what, HasSubstr("being read already"));
  EXPECT_EQ(json::text(bench.sync.status(), "trouble").value_or(""), "") << "the first one is fine";
  bench.source.open();
  ASSERT_TRUE(bench.run_until([&] { return first.has_value(); }));
  EXPECT_EQ(first->value_or(0), 3U);
  EXPECT_TRUE(bench.look());
}

TEST(CustomerSync, ARunThatBreaksIsNotUnderWayForEver) {
  Bench bench;
  bench.source.breaks = true;
  bool ended = false;
  std::exception_ptr broken;
  boost::asio::co_spawn(bench.loop, bench.sync.look(),
                        [&](const std::exception_ptr& failure, const Result<std::uint64_t>&) {
                          broken = failure;
                          ended = true;
                        });
  ASSERT_TRUE(bench.run_until([&] { return ended; }));
  EXPECT_TRUE(broken);
  EXPECT_FALSE(*json::boolean(bench.sync.status(), "running"));
  bench.source.breaks = false;
  EXPECT_EQ(bench.look().value_or(0), 3U);
}

TEST(CustomerSync, StoppingEndsItWithoutACursor) {
  Bench bench;
  bench.source.closed = true;
  std::optional<Result<std::uint64_t>> looked;
  bench.begin_look(looked);
  ASSERT_TRUE(bench.run_until([&] { return bench.source.asked.size() == 1; }));
  bench.sync.request_stop();
  bench.source.open();
  ASSERT_TRUE(bench.run_until([&] { return looked.has_value(); }));
  ASSERT_FALSE(*looked);
  EXPECT_THAT(looked->error().what, HasSubstr("stopping"));
  EXPECT_FALSE(bench.cursor());
  EXPECT_FALSE(bench.knows("c-1"));
}

TEST(CustomerSync, RunsByItselfAndStopsWhileItWaits) {
  Bench bench(hours{1});
  bench.tasks.start(bench.sync.run());
  ASSERT_TRUE(bench.run_until([&] { return bench.cursor().has_value(); }));
  EXPECT_EQ(bench.tasks.running(), 1U);
  bench.sync.request_stop();
  EXPECT_TRUE(bench.run_until([&] { return bench.tasks.running() == 0; }));
}

TEST(CustomerSync, OnRequestOnlyItNeverBegins) {
  Bench bench;
  bench.tasks.start(bench.sync.run());
  EXPECT_TRUE(bench.run_until([&] { return bench.tasks.running() == 0; }));
  EXPECT_THAT(bench.source.asked, IsEmpty());
}

}  // namespace
}  // namespace tillbridge::app
