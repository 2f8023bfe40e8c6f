#include "desk/alert_rules.h"

#include <deque>
#include <random>

#include <gtest/gtest.h>

namespace tillbridge::desk {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using State = Transition::State;

const Instant start = from_unix_seconds(1'781'200'000);

Signal lag(AlertLevel level, Instant at, std::string text = "Klaviyo is behind.") {
  return {AlertKind::lag, "klaviyo", level, std::move(text), at};
}

// Looks every five seconds.
struct Watch {
  AlertRules rules{AlertSettings{}};
  Instant now = start;
  std::vector<Transition> said;

  void hold(AlertLevel level, Duration time) {
    for (const Instant until = now + time; now < until; now += seconds{5}) look(level);
  }
  void look(AlertLevel level) {
    for (Transition& one : rules.look(now, {lag(level, now)})) said.push_back(std::move(one));
  }
  void restart() {
    const auto document = json::parse(json::to_text(rules.to_json()));
    rules = AlertRules::from_json(AlertSettings{}, document.value().as_object()).value();
  }
};

TEST(AlertRules, OpensOnceWhatHoldsAMinuteAndRecoversOnce) {
  Watch watch;
  watch.hold(AlertLevel::warning, seconds{60});
  EXPECT_TRUE(watch.said.empty());
  watch.hold(AlertLevel::warning, minutes{20});
  ASSERT_EQ(watch.said.size(), 1U);
  EXPECT_EQ(watch.said[0].state, State::opened);
  EXPECT_EQ(watch.said[0].alert.since, start);
  EXPECT_EQ(watch.said[0].at, start + seconds{60});
  watch.hold(AlertLevel::ok, seconds{115});
  EXPECT_EQ(watch.said.size(), 1U);
  ASSERT_EQ(watch.rules.open().size(), 1U);
  EXPECT_TRUE(watch.rules.open()[0].ok_since.has_value());
  watch.hold(AlertLevel::ok, minutes{30});
  ASSERT_EQ(watch.said.size(), 2U);
  EXPECT_EQ(watch.said[1].state, State::recovered);
  EXPECT_EQ(watch.said[1].note, "");
  EXPECT_TRUE(watch.rules.open().empty());
}

TEST(AlertRules, GettingWorseIsSaidOnceAlsoWhenAcknowledged) {
  Watch watch;
  watch.hold(AlertLevel::warning, minutes{2});
  EXPECT_TRUE(watch.rules.acknowledge("lag/klaviyo", "anna"));
  EXPECT_FALSE(watch.rules.acknowledge("lag/bloomreach", "anna"));
  watch.hold(AlertLevel::critical, minutes{5});
  ASSERT_EQ(watch.said.size(), 2U);
  EXPECT_EQ(watch.said[1].state, State::worse);
  EXPECT_EQ(watch.said[1].alert.acknowledged_by, "anna");
  // Down to warning and up again: shown, not said again so soon.
  watch.hold(AlertLevel::warning, minutes{4});
  watch.hold(AlertLevel::critical, minutes{4});
  EXPECT_EQ(watch.said.size(), 2U);
  watch.hold(AlertLevel::ok, minutes{20});
  ASSERT_EQ(watch.said.size(), 3U);
  EXPECT_EQ(watch.said[2].alert.level, AlertLevel::critical) << "the worst that was told";
}

TEST(AlertRules, AFlappingAlertStaysOpen) {
  Watch watch;
  for (int turn = 0; turn < 12; ++turn) {
    watch.hold(AlertLevel::warning, seconds{90});
    watch.hold(AlertLevel::ok, seconds{150});
  }
  std::vector<Instant> openings;
  for (const Transition& one : watch.said) {
    if (one.state == State::opened) openings.push_back(one.at);
  }
  ASSERT_GE(openings.size(), 2U);
  EXPECT_LE(openings.size(), 4U) << "48 minutes";
  for (std::size_t at = 1; at < openings.size(); ++at)
    EXPECT_GE(openings[at] - openings[at - 1], minutes{15});
}

TEST(AlertRules, WhatIsNotReportedAnyMoreRecoversWithANote) {
  Watch watch;
  watch.hold(AlertLevel::warning, minutes{20});
  std::vector<Transition> said;
  for (int look = 0; look < 60; ++look) {
    for (auto& one : watch.rules.look(watch.now, {})) said.push_back(one);
    watch.now += seconds{5};
  }
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(said[0].state, State::recovered);
  EXPECT_EQ(said[0].note, "it is not watched any more");
}

TEST(AlertRules, MutedIsToldAfterwardsIfItStillHolds) {
  Watch watch;
  watch.rules.mute(AlertKind::lag, "klaviyo", start + hours{1});
  watch.hold(AlertLevel::critical, minutes{59});
  EXPECT_TRUE(watch.said.empty());
  watch.restart();
  watch.hold(AlertLevel::critical, minutes{3});
  ASSERT_EQ(watch.said.size(), 1U);
  EXPECT_EQ(watch.said[0].at, start + hours{1});
  EXPECT_EQ(watch.said[0].alert.level, AlertLevel::critical);
  watch.rules.mute(AlertKind::lag, "klaviyo", watch.now + hours{5});
  watch.hold(AlertLevel::ok, minutes{30});
  EXPECT_EQ(watch.said.size(), 2U) << "its opening was told, so its end is";
}

TEST(AlertRules, ClockStepsAndTimeWithoutTheHubOpenNothing) {
  Watch watch;
  watch.look(AlertLevel::warning);
  watch.now += hours{3};
  watch.restart();
  watch.hold(AlertLevel::ok, minutes{5});
  watch.look(AlertLevel::warning);
  watch.now -= hours{6};
  watch.hold(AlertLevel::warning, seconds{30});
  EXPECT_TRUE(watch.said.empty());
  watch.hold(AlertLevel::warning, seconds{60});
  EXPECT_EQ(watch.said.size(), 1U);
  watch.now -= hours{24};
  watch.hold(AlertLevel::ok, minutes{5});
  EXPECT_EQ(watch.said.size(), 2U) << "a step back does not hold it open for a day";
}

TEST(AlertRules, ABrokenStateIsAnErrorAndUnknownKindsAreLeftOut) {
  EXPECT_FALSE(AlertRules::from_json({}, {}));
  EXPECT_FALSE(AlertRules::from_json({}, json::parse(R"({"alerts":[1]})")->as_object()));
  const auto rules = AlertRules::from_json(
      {}, json::parse(R"({"alerts":[{"kind":"weather","level":"critical"}]})")->as_object());
  ASSERT_TRUE(rules);
  EXPECT_TRUE(rules->open().empty());
}

TEST(AlertRules, NamesReadBack) {
  for (const AlertKind kind : alert_kinds) EXPECT_EQ(alert_kind(name(kind)), kind);
  EXPECT_EQ(alert_kind(""), std::nullopt);
  EXPECT_EQ(alert_id(AlertKind::silence, "store 1001"), "silence/store 1001");
}

// Any course of signals, restarts in between: what is said is in order, never too early or too
// often, and a restart changes nothing.
void run_seed(std::uint32_t seed) {
  std::mt19937 random(seed);
  const auto pick = [&random](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  AlertSettings settings;
  const AlertRule& rule = settings.rule(AlertKind::lag);
  AlertRules rules(settings), steady(settings);
  struct Told {
    bool open = false;
    AlertLevel level = AlertLevel::ok;
    std::optional<Instant> opened_at;
    Duration bad{0}, ok{0};  // reported without a break, look by look
    int last = 0;
  };
  std::map<std::string, Told> told;
  Instant now = start;
  std::map<std::string, std::pair<int, int>> course;  // level, looks it lasts
  for (int look = 0; look < 400; ++look) {
    const Duration gap = seconds{1 + pick(30)};
    now += gap;
    std::vector<Signal> signals;
    for (const char* subject : {"a", "b"}) {
      auto& [level, lasts] = course[subject];
      if (lasts-- <= 0) {
        level = pick(4);  // 3: not reported
        lasts = pick(5) == 0 ? 80 : pick(20);
      }
      if (level < 3)
        signals.push_back({AlertKind::lag, subject, static_cast<AlertLevel>(level), "text", now});
      Told& one = told[std::string("lag/") + subject];
      const int bad = level == 1 || level == 2 ? 1 : 0;
      if (look == 0) one.last = 1 - bad;
      one.bad = bad == 0 ? Duration{0} : one.last == 1 ? one.bad + gap : Duration{0};
      one.ok = bad == 1 ? Duration{0} : one.last == 0 ? one.ok + gap : Duration{0};
      one.last = bad;
    }
    const auto said = rules.look(now, signals);
    const auto same = steady.look(now, signals);
    ASSERT_EQ(said.size(), same.size()) << "a restart makes a difference";
    for (std::size_t at = 0; at < said.size(); ++at) {
      const Transition& one = said[at];
      ASSERT_EQ(one.state, same[at].state);
      Told& of = told.at(alert_id(one.alert.kind, one.alert.subject));
      switch (one.state) {
        case State::opened:
          ASSERT_FALSE(of.open);
          ASSERT_GE(of.bad, rule.sustained);
          if (of.opened_at) ASSERT_GE(now - *of.opened_at, rule.repeat_min);
          of.open = true;
          of.opened_at = now;
          of.level = one.alert.level;
          break;
        case State::worse:
          ASSERT_TRUE(of.open);
          ASSERT_EQ(one.alert.level, AlertLevel::critical);
          break;
        case State::recovered:
          ASSERT_TRUE(of.open);
          ASSERT_GE(of.ok, rule.recovered_after);
          of.open = false;
          break;
      }
    }
    for (const auto& [id, of] : told) {
      ASSERT_EQ(rules.find(id) != nullptr, of.open);
      if (!of.open) ASSERT_LT(of.bad, rule.sustained) << "not told in time";
    }
    if (pick(10) == 0) {
      const auto document = json::parse(json::to_text(rules.to_json()));
      rules = AlertRules::from_json(settings, document.value().as_object()).value();
    }
  }
}

TEST(AlertRulesSimulation, AnyCourseOfSignals) {
  for (std::uint32_t seed = 1; seed <= 2'000; ++seed) {
    SCOPED_TRACE(seed);
    run_seed(seed);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace tillbridge::desk
