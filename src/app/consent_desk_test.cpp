#include "app/consent_desk.h"

#include "app/consent_test_bench.h"

namespace tillbridge::app {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::ConsentBench;
using test::ConsentChannel;
using test::ConsentState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class TakingChannel final : public engine::Channel {
 public:
  Task<Answer> send(std::vector<engine::Parcel> parcels, engine::Route) override {
    Answer answer;
    answer.call.kind = Outcome::Kind::delivered;
    for (engine::Parcel& parcel : parcels) {
      engine::PartResults results;
      results.parts_sent = 1;
      results.outcomes.push_back(answer.call);
      answer.results.push_back(std::move(results));
      sent.push_back(parcel.parts.front());
    }
    co_return answer;
  }
  std::vector<std::string> sent;
};

class TestConnection final : public TargetConnection {
 public:
  TestConnection(ConsentBench& bench, engine::LagBoard& lag)
      : TargetConnection("klaviyo", Mode::live) {
    engine::CourierSettings settings;
    settings.workspace = test::workspace_name;
    settings.connection = "klaviyo";
    settings.dispatch.budget = {1000, 1000, 0.0};
    Carrier carrier;
    auto channel = std::make_unique<TakingChannel>();
    taking = channel.get();
    carrier.channel = std::move(channel);
    carrier.courier =
        std::make_unique<engine::Courier>(bench.loop, bench.clock, bench.journal, bench.ids,
                                          bench.metrics, lag, settings, *carrier.channel);
    carriers_.push_back(std::move(carrier));
  }
  TakingChannel* taking = nullptr;
};

class DeskBench : public ConsentBench {
 public:
  explicit DeskBench(bool shadow = false)
      : connection(*this, lag),
        desk(around(), settings(shadow), book, connection),
        tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }) {
    connection.start(tasks);
  }
  ~DeskBench() {
    connection.request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
  }
  static ConsentDeskSettings settings(bool shadow) {
    ConsentDeskSettings made;
    made.workspace = test::workspace_name;
    made.shadow = shadow;
    made.settings_version = 7;
    return made;
  }
  ConsentDesk::Decision decision(ConsentState state, Duration ago = Duration{0}) const {
    ConsentDesk::Decision made;
    made.address = " Vera@Kund.se ";
    made.state = state;
    made.at = clock.now() - ago;
    made.source = "Till, Uppsala Centrum";
    return made;
  }
  Result<ConsentDesk::Decided> decide(ConsentDesk::Decision one) {
    return await(desk.decide(std::move(one)));
  }
  const std::vector<std::string>& sent() const { return connection.taking->sent; }
  void settle() {
    ASSERT_TRUE(run_until([&] { return connection.idle(); }));
  }

  engine::LagBoard lag{engine::LagSettings{}};
  TestConnection connection;
  ConsentDesk desk;
  TaskGroup tasks;
};

TEST(ConsentDesk, ADecisionIsKeptAndSent) {
  DeskBench bench;
  const auto decided = bench.decide(bench.decision(ConsentState::unsubscribed));
  ASSERT_TRUE(decided) << decided.error().what;
  EXPECT_THAT(decided->message, HasSubstr("Klaviyo is asked to unsubscribe this address"));
  bench.settle();
  ASSERT_THAT(bench.sent(), SizeIs(1));
  const auto act = connectors::klaviyo::consent_of(bench.sent()[0]);
  ASSERT_TRUE(act);
  EXPECT_EQ(act->decision, ConsentState::unsubscribed);
  EXPECT_EQ(act->at, bench.clock.now());
  EXPECT_EQ(act->source, "Till, Uppsala Centrum");

  const auto entry = bench.known("vera@kund.se");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->state, ConsentState::unsubscribed);
  EXPECT_EQ(entry->source, "Till, Uppsala Centrum");
  const auto journey = bench.record(decided->key);
  ASSERT_TRUE(journey);
  EXPECT_EQ(journey->record.kind, "consent");
  EXPECT_EQ(journey->record.settings_version, 7U);
  ASSERT_THAT(journey->arrivals, SizeIs(1));
  EXPECT_EQ(journey->arrivals[0].connection, "till");
  ASSERT_THAT(journey->deliveries, SizeIs(1));
  EXPECT_EQ(journey->deliveries[0].state, journal::DeliveryState::delivered);
  EXPECT_EQ(journey->deliveries[0].lane, "consent/vera@kund.se");
  EXPECT_EQ(journey->deliveries[0].flow, "consent_to_klaviyo");
}

TEST(ConsentDesk, TheSameDecisionIsSentOnce) {
  DeskBench bench;
  ASSERT_TRUE(bench.decide(bench.decision(ConsentState::subscribed)));
  const auto again = bench.decide(bench.decision(ConsentState::subscribed));
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->fresh);
  EXPECT_THAT(again->message, HasSubstr("known already"));
  bench.settle();
  EXPECT_THAT(bench.sent(), SizeIs(1));
  EXPECT_EQ(bench.counts().records, 1U);
  EXPECT_EQ(bench.counts().deliveries, 1U);
}

TEST(ConsentDesk, YesAndNoInOneSecondIsNo) {
  DeskBench bench;
  ASSERT_TRUE(bench.decide(bench.decision(ConsentState::subscribed)));
  const auto no = bench.decide(bench.decision(ConsentState::unsubscribed));
  ASSERT_TRUE(no);
  EXPECT_TRUE(no->fresh);
  bench.settle();
  ASSERT_THAT(bench.sent(), SizeIs(2));
  EXPECT_THAT(bench.sent()[1], HasSubstr("unsubscribed"));
  EXPECT_EQ(bench.state_of("vera@kund.se"), ConsentState::unsubscribed);
}

TEST(ConsentDesk, AStaleSubscriptionIsNeverSent) {
  DeskBench bench;
  ASSERT_TRUE(bench.decide(bench.decision(ConsentState::unsubscribed)));
  const auto stale = bench.decide(bench.decision(ConsentState::subscribed, minutes{3}));
  ASSERT_TRUE(stale);
  EXPECT_THAT(stale->message, HasSubstr("not sent"));
  bench.settle();
  EXPECT_THAT(bench.sent(), ElementsAre(HasSubstr("unsubscribed")));
  EXPECT_EQ(bench.record(stale->key)->deliveries.at(0).state, journal::DeliveryState::skipped);
}

TEST(ConsentDesk, ShadowKeepsAndSendsNothing) {
  DeskBench bench(true);
  const auto decided = bench.decide(bench.decision(ConsentState::subscribed));
  ASSERT_TRUE(decided);
  EXPECT_THAT(decided->message, HasSubstr("shadow"));
  bench.settle();
  EXPECT_THAT(bench.sent(), IsEmpty());
  const auto delivery = bench.record(decided->key)->deliveries.at(0);
  EXPECT_EQ(delivery.state, journal::DeliveryState::skipped);
  EXPECT_EQ(delivery.reason, "shadow mode: planned, not sent");
  EXPECT_EQ(bench.state_of("vera@kund.se"), ConsentState::subscribed);
}

TEST(ConsentDesk, WaitsWhileTheConnectionIsPaused) {
  DeskBench bench;
  bench.connection.pause();
  const auto decided = bench.decide(bench.decision(ConsentState::subscribed));
  ASSERT_TRUE(decided);
  EXPECT_THAT(decided->message, HasSubstr("paused"));
  EXPECT_EQ(bench.record(decided->key)->deliveries.at(0).state, journal::DeliveryState::waiting);
  EXPECT_THAT(bench.sent(), IsEmpty());
  bench.connection.resume();
  bench.settle();
  EXPECT_THAT(bench.sent(), SizeIs(1));
}

TEST(ConsentDesk, RefusesWhatCannotBeRight) {
  DeskBench bench;
  auto ahead = bench.decision(ConsentState::subscribed, -minutes{10});
  EXPECT_EQ(bench.decide(ahead).error().kind, Error::Kind::invalid_input);
  for (const char* address : {"vera", "", "vera@example.com"}) {
    auto wrong = bench.decision(ConsentState::subscribed);
    wrong.address = address;
    EXPECT_FALSE(bench.decide(wrong)) << address;
  }
  auto phone = bench.decision(ConsentState::subscribed);
  phone.channel = ConsentChannel::sms;
  phone.address = "070-174 06 01";
  EXPECT_FALSE(bench.decide(phone)) << "the country is missing";
  EXPECT_EQ(bench.counts().records, 0U);
  phone.country = "SE";
  ASSERT_TRUE(bench.decide(phone));
  EXPECT_EQ(bench.state_of("+46701740601", ConsentChannel::sms), ConsentState::subscribed);
}

}  // namespace
}  // namespace tillbridge::app
