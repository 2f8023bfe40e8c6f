#include "desk/event_comparison.h"

#include <algorithm>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace tillbridge::desk {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using Standing = DeliveredEvent::Standing;

constexpr Instant now{seconds{1'784'600'000}};
constexpr Duration visible_after = minutes{10};
const EventMarks marks{"sitoo:", {"POS", "Web"}};

DeliveredEvent delivered(const std::string& metric, const std::string& id,
                         Instant accepted_at = now - minutes{11}) {
  DeliveredEvent event;
  event.metric = metric;
  event.unique_id = id;
  event.accepted_at = accepted_at;
  return event;
}

FoundEvent found(const std::string& metric, const std::string& id,
                 const std::string& source = "POS") {
  return {metric, id, source, now};
}

EventComparison compare(const std::vector<DeliveredEvent>& sent,
                        const std::vector<FoundEvent>& there) {
  return compare_events(sent, there, marks, now, visible_after);
}

TEST(EventComparison, AnEventIsTheSameByMetricAndId) {
  const auto result =
      compare({delivered("Placed Order", "sitoo:1"), delivered("Refunded Order", "sitoo:1")},
              {found("Placed Order", "sitoo:1")});
  EXPECT_EQ(result.expected, 2U);
  EXPECT_EQ(result.present, 1U);
  EXPECT_THAT(result.missing, ElementsAre(1));
  EXPECT_THAT(result.late, IsEmpty());
  EXPECT_THAT(result.orphaned, IsEmpty());
}

TEST(EventComparison, MetricAndIdDoNotRunIntoEachOther) {
  EXPECT_THAT(compare({delivered("ab", "c")}, {found("a", "bc")}).missing, ElementsAre(0));
}

TEST(EventComparison, WhatWasAcceptedJustNowIsNotJudged) {
  const auto result =
      compare({delivered("Placed Order", "sitoo:1", now - visible_after),
               delivered("Placed Order", "sitoo:2", now - visible_after - Duration{1})},
              {});
  EXPECT_THAT(result.late, ElementsAre(0));
  EXPECT_THAT(result.missing, ElementsAre(1));
}

TEST(EventComparison, WhatWaitsIsNotJudgedAndWhatWasNotTakenIsNotExpected) {
  auto waiting = delivered("Placed Order", "sitoo:1");
  waiting.standing = Standing::under_way;
  auto parked = delivered("Placed Order", "sitoo:2");
  parked.standing = Standing::not_taken;
  const auto absent = compare({waiting, parked}, {});
  EXPECT_EQ(absent.expected, 1U);
  EXPECT_THAT(absent.late, ElementsAre(0));
  EXPECT_THAT(absent.missing, IsEmpty());
  // An unknown answer may have been a yes.
  const auto there = compare({waiting, parked},
                             {found("Placed Order", "sitoo:1"), found("Placed Order", "sitoo:2")});
  EXPECT_THAT(there.late, IsEmpty());
  EXPECT_THAT(there.orphaned, IsEmpty());
}

TEST(EventComparison, OneOfSeveralUnderAnIdIsEnough) {
  auto second = delivered("Refunded Order", "sitoo:1");
  second.standing = Standing::shares_id;
  EXPECT_THAT(compare({second}, {}).missing, IsEmpty());
  EXPECT_EQ(compare({second}, {}).expected, 0U);
  EXPECT_EQ(compare({second}, {found("Refunded Order", "sitoo:1")}).present, 1U);
}

TEST(EventComparison, OrphansAreOursOnlyAndCountedOnce) {
  const auto result =
      compare({delivered("Placed Order", "sitoo:1")},
              {found("Placed Order", "sitoo:1"), found("Placed Order", "sitoo:2"),
               found("Placed Order", "sitoo:2"), found("Placed Order", "sitoo:3", "Shopify"),
               found("Placed Order", "5512"), found("Placed Order", "")});
  EXPECT_THAT(result.orphaned, ElementsAre(1));
}

TEST(EventComparison, WithoutAPrefixAnEmptyIdIsStillNobodys) {
  const EventMarks bare{"", {"POS"}};
  EXPECT_FALSE(is_ours("", "POS", bare));
  EXPECT_TRUE(is_ours("77", "POS", bare));
  EXPECT_FALSE(is_ours("77", "Web", bare));
}

// A platform that keeps, drops and invents by a list of what is to be found.
RC_GTEST_PROP(EventComparison, FindsExactlyWhatAPlatformDroppedAndInvented, ()) {
  struct Fate {
    bool dropped, young, waiting, invented;
  };
  const auto fates = *rc::gen::container<std::vector<Fate>>(
      rc::gen::construct<Fate>(rc::gen::arbitrary<bool>(), rc::gen::arbitrary<bool>(),
                               rc::gen::arbitrary<bool>(), rc::gen::arbitrary<bool>()));
  std::vector<DeliveredEvent> sent;
  std::vector<FoundEvent> there;
  std::vector<std::size_t> missing, late;
  std::vector<std::string> invented;
  for (std::size_t i = 0; i < fates.size(); ++i) {
    const std::string id = "sitoo:" + std::to_string(i);
    const Fate& fate = fates[i];
    if (fate.invented) {
      there.push_back(found("Placed Order", id));
      invented.push_back(id);
      continue;
    }
    sent.push_back(delivered("Placed Order", id, now - (fate.young ? minutes{1} : minutes{60})));
    if (fate.waiting) sent.back().standing = Standing::under_way;
    if (!fate.dropped) {
      there.push_back(found("Placed Order", id));
    } else {
      (fate.young || fate.waiting ? late : missing).push_back(sent.size() - 1);
    }
  }
  const auto by = *rc::gen::inRange<std::size_t>(0, there.size() + 1);
  std::rotate(there.begin(), there.begin() + static_cast<std::ptrdiff_t>(by), there.end());
  const auto result = compare(sent, there);
  RC_ASSERT(result.missing == missing);
  RC_ASSERT(result.late == late);
  RC_ASSERT(result.expected == sent.size());
  RC_ASSERT(result.present + missing.size() + late.size() == sent.size());
  std::vector<std::string> orphans;
  for (const std::size_t at : result.orphaned) orphans.push_back(there[at].unique_id);
  std::sort(orphans.begin(), orphans.end());
  std::sort(invented.begin(), invented.end());
  RC_ASSERT(orphans == invented);
}

}  // namespace
}  // namespace tillbridge::desk
