#include "app/consent_poll.h"

#include "app/consent_test_bench.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::ConsentBench;
using test::ConsentChannel;
using test::ConsentState;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class PollBench : public ConsentBench {
 public:
  PollBench() : account(loop, transport, clock, klaviyo_config()) { restart(); }

  void restart() {
    poll =
        std::make_unique<ConsentPoll>(around(), test::workspace_name, seconds{60}, account, book);
  }
  void look() {
    boost::asio::co_spawn(loop, poll->look(), [this](const std::exception_ptr& failure) {
      EXPECT_FALSE(failure);
      looked_ = true;
    });
    ASSERT_TRUE(run_until([this] { return std::exchange(looked_, false); }));
  }
  void leaves(const std::string& id, const std::string& email, Duration ago,
              const std::string& reason = "UNSUBSCRIBE") {
    auto& person = klaviyo.people[id];
    person.email = email;
    const Instant at = clock.now() - ago;
    person.by_email.suppressions.emplace_back(reason, at);
    if (reason != "UNSUBSCRIBE") return;
    person.by_email.state = "UNSUBSCRIBED";
    person.by_email.method = "PREFERENCE_PAGE";
    person.by_email.changed_at = at;
  }
  void happens(const std::string& id, const std::string& metric, const std::string& profile,
               Duration ago) {
    klaviyo.happenings.push_back({id, metric, profile, clock.now() - ago});
  }

  KlaviyoAccount account;
  std::unique_ptr<ConsentPoll> poll;

 private:
  bool looked_ = false;
};

TEST(ConsentPoll, ThoseWhoLeftAreKeptFromTheBeginning) {
  PollBench bench;
  bench.leaves("01A", "Vera@kund.se", hours{24 * 400});
  bench.leaves("01B", "nils@kund.se", minutes{5}, "SPAM_COMPLAINT");
  bench.look();
  EXPECT_THAT(bench.klaviyo.asked.at(0), HasSubstr("1970-01-01"));
  const auto vera = bench.known("vera@kund.se");
  ASSERT_TRUE(vera);
  EXPECT_EQ(vera->state, ConsentState::unsubscribed);
  EXPECT_EQ(vera->source, "Klaviyo: PREFERENCE_PAGE");
  EXPECT_EQ(vera->decided_at, bench.clock.now() - hours{24 * 400});
  EXPECT_EQ(bench.known("nils@kund.se")->source, "Klaviyo: SPAM_COMPLAINT");
  EXPECT_EQ(bench.counts().records, 2U);
  EXPECT_EQ(bench.counts().deliveries, 0U);
}

TEST(ConsentPoll, AnOverlapMakesNoSecondRecord) {
  PollBench bench;
  bench.leaves("01A", "vera@kund.se", minutes{5});
  bench.look();
  bench.look();
  EXPECT_THAT(bench.klaviyo.asked.back(), testing::Not(HasSubstr("1970")));
  bench.look();
  EXPECT_EQ(bench.counts().records, 1U);
  EXPECT_EQ(bench.counts().arrivals, 1U);
}

TEST(ConsentPoll, ARestartContinuesAtTheCursor) {
  PollBench bench;
  bench.leaves("01A", "vera@kund.se", minutes{5});
  const Instant left = bench.clock.now() - minutes{5};
  bench.look();
  EXPECT_EQ(bench.cursor("klaviyo/left"), std::to_string(to_unix_seconds(left)));
  bench.restart();
  bench.klaviyo.asked.clear();
  bench.leaves("01B", "nils@kund.se", minutes{1});
  bench.look();
  EXPECT_THAT(bench.klaviyo.asked.at(0),
              HasSubstr(connectors::klaviyo::time_text(left - seconds{2})));
  EXPECT_EQ(bench.counts().records, 2U);
  EXPECT_EQ(bench.state_of("nils@kund.se"), ConsentState::unsubscribed);
}

TEST(ConsentPoll, TroubleInTheMiddleLosesNobody) {
  PollBench bench;
  bench.klaviyo.page_size = 2;
  for (int i = 0; i < 5; ++i)
    bench.leaves(fmt::format("01{}", i), fmt::format("p{}@kund.se", i), minutes{50 - i});
  bench.klaviyo.statuses = {0, 503};  // then metrics
  bench.look();
  EXPECT_EQ(bench.counts().records, 2U);
  EXPECT_FALSE(bench.cursor("klaviyo/left")) << "not all are known yet";
  const int asked = bench.klaviyo.asked_for("suppression");
  bench.look();
  EXPECT_EQ(bench.counts().records, 5U);
  EXPECT_EQ(bench.klaviyo.asked_for("suppression"), asked + 2) << "goes on at the page";
  EXPECT_TRUE(bench.cursor("klaviyo/left"));
}

TEST(ConsentPoll, ABounceIsNoDecision) {
  PollBench bench;
  bench.leaves("01A", "vera@kund.se", minutes{5}, "HARD_BOUNCE");
  bench.look();
  EXPECT_EQ(bench.counts().records, 0U);
  EXPECT_TRUE(bench.cursor("klaviyo/left")) << "but it has been seen";
}

TEST(ConsentPoll, EventsOfTheConsentMetricsCountFromTheInstallationOn) {
  PollBench bench;
  bench.klaviyo.people["01A"] = {.email = "vera@kund.se", .phone = "+46701740601"};
  bench.klaviyo.metrics = {{"M1", "Unsubscribed from SMS Marketing"},
                           {"M2", "Subscribed to Email Marketing"},
                           {"M3", "Unsubscribed from Email Marketing"},
                           {"M4", "Placed Order"}};
  bench.happens("e0", "M1", "01A", hours{1});
  bench.look();
  EXPECT_EQ(bench.counts().records, 0U) << "before the installation";

  bench.clock.advance(minutes{5});
  bench.happens("e1", "M1", "01A", minutes{4});
  bench.happens("e2", "M2", "01A", minutes{3});
  bench.happens("e3", "M3", "01A", minutes{2});
  bench.happens("e4", "M2", "gone", minutes{2});
  bench.look();
  const auto sms = bench.known("+46701740601", ConsentChannel::sms);
  ASSERT_TRUE(sms);
  EXPECT_EQ(sms->state, ConsentState::unsubscribed);
  EXPECT_EQ(sms->source, "Klaviyo: Unsubscribed from SMS Marketing");
  EXPECT_EQ(bench.state_of("vera@kund.se"), ConsentState::subscribed)
      << "leavers by e-mail come from the first feed";
  EXPECT_EQ(bench.klaviyo.asked_for("\"M3\""), 0);
  EXPECT_EQ(bench.klaviyo.asked_for("\"M4\""), 0);
  EXPECT_EQ(bench.counts().records, 2U);

  // Seen only now, although it happened before those.
  bench.happens("e5", "M1", "01A", minutes{5} - seconds{10});
  bench.look();
  bench.restart();
  bench.look();
  EXPECT_EQ(bench.counts().records, 3U);
  EXPECT_EQ(bench.known("+46701740601", ConsentChannel::sms)->decided_at,
            bench.clock.now() - minutes{4});
}

TEST(ConsentPoll, WhatWeToldKlaviyoIsNoNews) {
  PollBench bench;
  bench.klaviyo.people["01A"] = {.email = "vera@kund.se"};
  bench.klaviyo.metrics = {{"M2", "Subscribed to Email Marketing"}};
  bench.look();
  bench.clock.advance(minutes{30});
  const Instant decided = bench.clock.now();
  ConsentBook::Said told;
  told.key = told.external_id = "till";
  told.connection = "till";
  told.address = "vera@kund.se";
  told.entry.state = ConsentState::subscribed;
  told.entry.decided_at = decided;
  told.entry.source = "Till, Lund";
  bench.await(bench.book.take(told)).value();
  ASSERT_TRUE(bench.await(
      bench.book.note_telling("vera@kund.se", ConsentChannel::email, ConsentState::subscribed)));
  bench.clock.advance(minutes{1});
  bench.happens("e1", "M2", "01A", seconds{50});
  bench.look();
  EXPECT_EQ(bench.known("vera@kund.se")->source, "Till, Lund");
  EXPECT_EQ(bench.counts().records, 1U);

  // Who leaves a moment later is heard, whatever was told.
  ASSERT_TRUE(bench.await(
      bench.book.note_telling("vera@kund.se", ConsentChannel::email, ConsentState::unsubscribed)));
  bench.leaves("01A", "vera@kund.se", seconds{0});
  bench.look();
  EXPECT_EQ(bench.state_of("vera@kund.se"), ConsentState::unsubscribed);
}

TEST(ConsentPoll, MetricsAreLookedUpHourly) {
  PollBench bench;
  bench.look();
  bench.look();
  EXPECT_EQ(bench.klaviyo.asked_for("/api/metrics"), 1);
  bench.clock.advance(hours{1});
  bench.look();
  EXPECT_EQ(bench.klaviyo.asked_for("/api/metrics"), 2);
}

TEST(ConsentPoll, MetricsThatOthersGaveSuchANameAreNotBelieved) {
  PollBench bench;
  bench.klaviyo.people["01A"] = {.email = "vera@kund.se"};
  bench.klaviyo.metrics = {{"M2", "Subscribed to Email Marketing"}};
  bench.klaviyo.integration = "API";
  bench.look();
  EXPECT_EQ(bench.klaviyo.asked_for("/api/events"), 0);
}

TEST(ConsentPoll, EndsWhenAsked) {
  PollBench bench;
  TaskGroup tasks(bench.loop, [](const std::string& what) { ADD_FAILURE() << what; });
  tasks.start(bench.poll->run());
  ASSERT_TRUE(bench.run_until([&] { return bench.klaviyo.asked_for("/api/metrics") == 1; }));
  bench.poll->request_stop();
  EXPECT_TRUE(bench.run_until([&] { return tasks.running() == 0; }));
}

}  // namespace
}  // namespace tillbridge::app
