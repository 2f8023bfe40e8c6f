#include "desk/notices.h"

#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::desk {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Zone stockholm() {
  return Zone::find("Europe/Stockholm").value();
}
// Friday 2026-06-12, 12:00 in Stockholm.
const Instant noon = from_unix_seconds(1'781'258'400);

NoticeSettings settings(std::vector<Channel> channels) {
  NoticeSettings out;
  out.channels = std::move(channels);
  out.place = {"Kund", "https://hub.kund.example", stockholm()};
  return out;
}
Channel channel(std::string name) {
  Channel out;
  out.name = std::move(name);
  return out;
}
Channel quiet_at_night(std::string name) {
  Channel out = channel(std::move(name));
  out.quiet = QuietHours{{}, hours{22}, hours{7}, stockholm()};
  return out;
}
Notice notice(Notice::State state, AlertLevel level, Instant at, std::string subject = "klaviyo") {
  Notice out;
  out.state = state;
  out.level = level;
  out.subject = std::move(subject);
  out.text = "Klaviyo is 25 min behind the tills.";
  out.since = at - minutes{1};
  out.at = at;
  return out;
}
std::vector<std::string> titles(const std::vector<DueSend>& sends) {
  std::vector<std::string> out;
  for (const DueSend& one : sends) out.push_back(one.channel + "|" + one.message.title);
  return out;
}

TEST(QuietHours, SpanMidnightAndBelongToTheDayTheyBeginOn) {
  const QuietHours weekend{{4, 5}, hours{22}, hours{7}, stockholm()};  // Friday and Saturday night
  EXPECT_FALSE(is_quiet(weekend, noon));
  EXPECT_TRUE(is_quiet(weekend, noon + hours{10}));
  EXPECT_TRUE(is_quiet(weekend, noon + hours{18}));   // Saturday 06:00
  EXPECT_FALSE(is_quiet(weekend, noon + hours{19}));  // Saturday 07:00
  EXPECT_TRUE(is_quiet(weekend, noon + hours{42}));   // Sunday 06:00
  EXPECT_FALSE(is_quiet(weekend, noon + hours{59}));  // Sunday 23:00
  EXPECT_FALSE(is_quiet(weekend, noon - hours{6}));   // Friday 06:00 is of Thursday's
  const QuietHours all{{}, hours{0}, hours{0}, stockholm()};
  EXPECT_TRUE(is_quiet(all, noon));
}

TEST(Notices, GoWhereTheyAreWanted) {
  Channel loud = channel("critical only");
  loud.level_min = AlertLevel::critical;
  Channel stores = channel("stores");
  stores.teams = {"retail operations"};
  Channel silence = channel("silence");
  silence.kinds = {AlertKind::silence};
  Notices notices(settings({channel("all"), loud, stores, silence}));
  notices.add(notice(Notice::State::opened, AlertLevel::warning, noon), noon);
  EXPECT_THAT(titles(notices.due(noon)), ElementsAre("all|Warning: Behind the tills: klaviyo"));
  Notice shop = notice(Notice::State::worse, AlertLevel::critical, noon, "store 1001");
  shop.kind = AlertKind::silence;
  notices.add(shop, noon);
  EXPECT_EQ(notices.due(noon).size(), 4U);
  EXPECT_TRUE(notices.due(noon).empty()) << "under way";
}

TEST(Notices, AFailedSendIsTriedAgainAndGivenUpAfterADay) {
  Notices notices(settings({channel("chat")}));
  notices.add(notice(Notice::State::opened, AlertLevel::warning, noon), noon);
  std::vector<std::int64_t> minutes_tried;
  Instant now = noon;
  for (; now < noon + hours{30}; now += minutes{1}) {
    for (const DueSend& one : notices.due(now)) {
      minutes_tried.push_back((now - noon) / minutes{1});
      notices.failed(one.id, "HTTP 500", now);
    }
  }
  ASSERT_GT(minutes_tried.size(), 6U);
  minutes_tried.resize(6);
  EXPECT_THAT(minutes_tried, ElementsAre(0, 1, 6, 21, 81, 141));
  const ChannelState state = notices.states().at(0);
  EXPECT_EQ(state.waiting, 0U);
  EXPECT_EQ(state.given_up, 1U);
  EXPECT_EQ(state.failing_since, noon);
  EXPECT_EQ(state.why, "HTTP 500");
  notices.add(notice(Notice::State::recovered, AlertLevel::warning, now), now);
  notices.sent(notices.due(now).at(0).id, now);
  EXPECT_EQ(notices.states().at(0).failing_since, std::nullopt);
  EXPECT_EQ(notices.states().at(0).given_up, 0U);
}

TEST(Notices, QuietHoursEndInOneDigest) {
  const Instant night = noon + hours{12};
  Notices notices(settings({quiet_at_night("chat")}));
  notices.add(notice(Notice::State::opened, AlertLevel::warning, night), night);
  notices.add(notice(Notice::State::recovered, AlertLevel::warning, night), night + hours{1});
  notices.add(notice(Notice::State::opened, AlertLevel::warning, night, "bloomreach"),
              night + hours{2});
  EXPECT_TRUE(notices.due(night + hours{3}).empty());
  notices.add(notice(Notice::State::opened, AlertLevel::critical, night, "sitoo"), night);
  EXPECT_THAT(titles(notices.due(night + hours{3})),
              ElementsAre("chat|Critical: Behind the tills: sitoo"));
  const auto document = json::parse(json::to_text(notices.to_json()))->as_object();
  auto again = Notices::from_json(settings({quiet_at_night("chat")}), document);
  ASSERT_TRUE(again);
  const auto morning = again->due(night + hours{7});
  ASSERT_EQ(morning.size(), 2U) << "what was under way is sent again";
  EXPECT_EQ(morning[1].message.title, "In the quiet hours: 2 alerts, 1 still open");
  EXPECT_EQ(morning[1].message.text,
            "In the quiet hours: 2 alerts, 1 still open\n"
            "- Behind the tills: bloomreach, since 2026-06-12 23:59, still open. Klaviyo is 25 min "
            "behind the tills.\n"
            "- Behind the tills: klaviyo, since 2026-06-12 23:59, recovered 01:00. Klaviyo is 25 "
            "min behind the tills.\n"
            "Times are of Europe/Stockholm; now it is 2026-06-13 07:00:00 Europe/Stockholm "
            "(2026-06-13T05:00:00Z).\n"
            "Workspace Kund: https://hub.kund.example/alerts");
  EXPECT_TRUE(again->due(night + hours{8}).empty());
}

TEST(Notices, CriticalOnesWaitWhereTheChannelSaysSo) {
  Channel asleep = quiet_at_night("chat");
  asleep.critical_in_quiet_hours = false;
  Notices notices(settings({asleep}));
  const Instant night = noon + hours{12};
  notices.add(notice(Notice::State::opened, AlertLevel::critical, night), night);
  EXPECT_TRUE(notices.due(night).empty());
  EXPECT_EQ(notices.states().at(0).kept, 1U);
  EXPECT_EQ(notices.due(night + hours{7}).size(), 1U);
}

TEST(Notices, EveryChannelIsTestedOnceADayAndAFailedTestIsASignal) {
  NoticeSettings with_test = settings({channel("chat"), channel("mail")});
  with_test.self_test_at = hours{9};
  Notices notices(with_test);
  Instant now = noon - hours{4};
  EXPECT_TRUE(notices.due(now).empty()) << "08:00";
  now += hours{1};
  const auto tests = notices.due(now);
  EXPECT_THAT(titles(tests), ElementsAre("chat|Test: alerts work", "mail|Test: alerts work"));
  notices.failed(tests[0].id, "HTTP 404", now);
  notices.sent(tests[1].id, now);
  auto signals = notices.signals(now);
  ASSERT_EQ(signals.size(), 2U);
  EXPECT_EQ(signals[0].level, AlertLevel::warning);
  EXPECT_THAT(signals[0].text, HasSubstr("HTTP 404"));
  EXPECT_EQ(signals[1].level, AlertLevel::ok);

  Notice about = notice(Notice::State::opened, AlertLevel::warning, now, "chat");
  about.kind = AlertKind::self_test;
  notices.add(about, now);
  EXPECT_THAT(titles(notices.due(now)), ElementsAre("mail|Warning: Alert channel: chat"));

  const auto retried = notices.due(now + minutes{1});
  ASSERT_EQ(retried.size(), 1U);
  notices.sent(retried[0].id, now + minutes{1});
  EXPECT_EQ(notices.signals(now)[0].level, AlertLevel::ok);
  EXPECT_TRUE(notices.due(now + hours{2}).empty());
  EXPECT_EQ(notices.due(now + hours{24}).size(), 2U);
}

TEST(NoticeText, SaysWhatWhereAndSinceWhenInBothTimes) {
  Notice opened = notice(Notice::State::recovered, AlertLevel::critical, noon, "store 1001");
  opened.kind = AlertKind::silence;
  opened.text = "It was: Uppsala has sent no sales since 10:40.";
  opened.since = noon - minutes{80};
  const Message message = message_of(opened, settings({}).place);
  EXPECT_EQ(
      message.text,
      "Recovered: No sales: store 1001\n"
      "It was: Uppsala has sent no sales since 10:40.\n"
      "Since 2026-06-12 10:40:00 Europe/Stockholm (2026-06-12T08:40:00Z).\n"
      "Over at 2026-06-12 12:00:00 Europe/Stockholm (2026-06-12T10:00:00Z), after 1 h 20 min.\n"
      "Workspace Kund: https://hub.kund.example/alerts/silence/store%201001");
  const json::Object body = json::parse(webhook_body(message))->as_object();
  EXPECT_EQ(json::text(body, "text"), message.text);
  EXPECT_EQ(json::text(body, "title"), "Recovered: No sales: store 1001");
  EXPECT_EQ(json::text(body, "level"), "critical");
  EXPECT_EQ(json::text(body, "kind"), "silence");
  EXPECT_EQ(json::text(body, "subject"), "store 1001");
  EXPECT_EQ(json::text(body, "state"), "recovered");
  EXPECT_EQ(json::text(body, "link"), message.link);
  EXPECT_EQ(json::text(body, "at"), "2026-06-12T10:00:00.000Z");
}

TEST(NoticeText, AnEmailsSubjectIsOneLine) {
  Notice odd = notice(Notice::State::opened, AlertLevel::warning, noon, "x\r\nBcc: all@kund.se");
  const Email email = email_of(message_of(odd, settings({}).place));
  EXPECT_THAT(email.subject, Not(HasSubstr("\n")));
  EXPECT_THAT(email.subject, Not(HasSubstr("\r")));
}

TEST(NoticeText, ATransitionBecomesItsNotice) {
  Transition over;
  over.state = Transition::State::recovered;
  over.alert.subject = "store 9";
  over.note = "it is not watched any more";
  over.at = noon;
  EXPECT_EQ(to_notice(over).text, "store 9: it is not watched any more");
  EXPECT_EQ(to_notice(over).state, Notice::State::recovered);
}

// Any course of alerts, failing channels and restarts: what a channel should hear it hears, unless
// it failed for a day; nothing but critical ones comes in quiet hours.
void run_seed(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto pick = [&random](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  const NoticeSettings with = settings({quiet_at_night("chat"), channel("mail")});
  Notices notices(with);
  Instant now = noon + minutes{pick(24 * 60)};
  const Instant end = now + hours{72};
  std::set<std::string> open, owed;  // "mail" takes all at once: text of each notice
  std::map<std::string, std::string> chat_state;
  Instant works_again = now;
  int number = 0;
  while (now < end || !owed.empty()) {
    ASSERT_LT(now, end + hours{48}) << "still owed";
    now += seconds{30 + pick(1'800)};
    if (now < end && pick(3) == 0) {
      const std::string subject = "s" + std::to_string(pick(4));
      const bool opening = !open.contains(subject);
      Notice one = notice(opening ? Notice::State::opened : Notice::State::recovered,
                          pick(4) == 0 && opening ? AlertLevel::critical : AlertLevel::warning, now,
                          subject);
      one.text = "number " + std::to_string(++number) + ".";
      opening ? (void)open.insert(subject) : (void)open.erase(subject);
      notices.add(one, now);
      owed.insert(one.text);
    }
    if (pick(20) == 0 && now > works_again + hours{2}) works_again = now + hours{pick(20)};
    for (const DueSend& one : notices.due(now)) {
      if (one.channel == "chat" && one.message.at == now && is_quiet(*with.channels[0].quiet, now))
        ASSERT_EQ(one.message.level, AlertLevel::critical) << one.message.text;
      if (now < works_again) {
        notices.failed(one.id, "down", now);
        continue;
      }
      notices.sent(one.id, now);
      if (one.channel != "mail") continue;
      const auto from = one.message.text.find('\n') + 1;
      ASSERT_EQ(owed.erase(one.message.text.substr(from, one.message.text.find('\n', from) - from)),
                1U)
          << "sent twice or never made: " << one.message.text;
    }
    if (pick(40) == 0) {
      const auto document = json::parse(json::to_text(notices.to_json()))->as_object();
      notices = Notices::from_json(with, document).value();
    }
  }
  for (const ChannelState& state : notices.states()) ASSERT_EQ(state.given_up, 0U);
}

TEST(NoticesSimulation, WhatIsOwedIsSentOnce) {
  for (std::uint32_t seed = 1; seed <= 1'000; ++seed) {
    SCOPED_TRACE(seed);
    run_seed(seed);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace tillbridge::desk
