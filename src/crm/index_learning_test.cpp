#include "crm/index_learning.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::crm {
namespace {

using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Instant now = from_unix_seconds(1'800'000'000);
constexpr Duration ours_for = minutes{10};

model::ConsentDecision decision(const std::string& category, bool yes, Instant at) {
  model::ConsentDecision made;
  made.category = category;
  made.given = yes;
  made.at = at;
  made.source = "somewhere";
  return made;
}

FoundProfile profile() {
  FoundProfile found;
  found.handle = "hard-1";
  found.customer.customer_id = "theirs";
  found.customer.email = "vera@example.org";
  found.customer.first_name = "Vera";
  found.customer.city = "Uppsala";
  found.customer.phones = {"+46700000001"};
  return found;
}

IndexEntry vera() {
  IndexEntry entry;
  entry.customer.customer_id = "c-1";
  entry.customer.email = "old@example.org";
  entry.customer.city = "Oslo";
  entry.customer.phones = {"+46700000009"};
  return entry;
}

TEST(WithProfile, TakesWhatThePlatformSaysAndKeepsOurNumber) {
  IndexEntry entry = vera();
  entry.customer.last_name = "Lind";
  const IndexEntry after = with_profile(entry, "bloomreach", profile(), now, ours_for);
  EXPECT_EQ(after.customer.customer_id, "c-1");
  EXPECT_EQ(after.customer.email, "vera@example.org");
  EXPECT_EQ(after.customer.city, "Uppsala");
  EXPECT_EQ(after.customer.last_name, "Lind") << "what it does not know stays";
  EXPECT_THAT(after.customer.phones, ElementsAre("+46700000001"));
  EXPECT_EQ(after.handles.at("bloomreach"), "hard-1");
  EXPECT_EQ(after.seen_at, now);
  EXPECT_EQ(after.changed_at, now);
}

TEST(WithProfile, TheSameAgainChangesNothing) {
  const IndexEntry once = with_profile(vera(), "bloomreach", profile(), now, ours_for);
  EXPECT_EQ(with_profile(once, "bloomreach", profile(), now + minutes{60}, ours_for), once);
}

TEST(WithProfile, WhatTheTillChangedWinsForAWhile) {
  IndexEntry entry = vera();
  entry.till_changed_at = now - ours_for + Duration{1};
  IndexEntry after = with_profile(entry, "bloomreach", profile(), now, ours_for);
  EXPECT_EQ(after.customer.email, "old@example.org");
  EXPECT_EQ(after.customer.city, "Oslo");
  EXPECT_THAT(after.customer.phones, ElementsAre("+46700000009"));
  EXPECT_EQ(after.customer.first_name, "Vera") << "of what is not known the platform may speak";

  entry.till_changed_at = now - ours_for;
  after = with_profile(entry, "bloomreach", profile(), now, ours_for);
  EXPECT_EQ(after.customer.email, "vera@example.org");
}

TEST(TakeDecision, TheNewerOneCountsAndLeavingWinsATie) {
  IndexEntry entry;
  const auto is_given = [&] { return entry.consents.at("news").given; };
  take_decision(entry, decision("news", true, now));
  EXPECT_TRUE(is_given());
  take_decision(entry, decision("news", false, now - minutes{1}));
  EXPECT_TRUE(is_given()) << "older";
  take_decision(entry, decision("news", false, now));
  EXPECT_FALSE(is_given()) << "leaving in the same second";
  take_decision(entry, decision("news", true, now));
  EXPECT_FALSE(is_given());
  take_decision(entry, decision("news", true, now + minutes{1}));
  EXPECT_TRUE(is_given());
}

TEST(WithOrder, LearnsOnlyWhatIsNotKnown) {
  model::CustomerFacts facts;
  facts.email = "vera@example.org";
  facts.country = "SE";
  EXPECT_EQ(with_order(std::nullopt, facts, now), std::nullopt) << "a guest";
  facts.crm_customer_id = "c-1";
  facts.crm_member_number = "70015";
  facts.phone = "070-000 00 01";
  facts.first_name = "Vera";
  const auto fresh = with_order(std::nullopt, facts, now);
  ASSERT_TRUE(fresh);
  EXPECT_EQ(fresh->customer.customer_id, "c-1");
  EXPECT_EQ(fresh->customer.member_number, "70015");
  EXPECT_THAT(fresh->customer.phones, ElementsAre("+46700000001"));
  EXPECT_EQ(fresh->changed_at, now);
  EXPECT_EQ(fresh->created_at, std::nullopt) << "not added at a till";

  const auto after = with_order(vera(), facts, now);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->customer.email, "old@example.org");
  EXPECT_THAT(after->customer.phones, ElementsAre("+46700000009"));
  EXPECT_EQ(after->customer.first_name, "Vera");
  EXPECT_EQ(with_order(after, facts, now + minutes{1}), after) << "the next sale";
}

TEST(WithChange, ChangesTheGivenFieldsOnly) {
  model::CustomerChange change;
  change.given = {"first_name", "city", "phone"};
  change.values.first_name = "Vera";
  change.values.phones = {"+46700000001"};
  change.values.last_name = "not given";
  const IndexEntry after = with_change(vera(), "c-1", change, now);
  EXPECT_EQ(after.customer.first_name, "Vera");
  EXPECT_EQ(after.customer.last_name, "");
  EXPECT_EQ(after.customer.city, "") << "an empty text clears";
  EXPECT_EQ(after.customer.email, "old@example.org");
  EXPECT_THAT(after.customer.phones, ElementsAre("+46700000001", "+46700000009"));
  EXPECT_EQ(after.till_changed_at, now);
  EXPECT_EQ(after.created_at, std::nullopt);
  EXPECT_EQ(with_change(std::nullopt, "c-2", change, now).created_at, now);
}

std::vector<model::ConsentCategory> categories() {
  model::ConsentCategory news;
  news.id = "news";
  model::ConsentCategory membership;
  membership.id = "membership";
  membership.by_default = true;
  return {news, membership};
}

TEST(DecisionsOf, OnlyDifferencesAreDecisions) {
  IndexEntry entry = vera();
  entry.consents["news"] = decision("news", true, now - minutes{1});
  const auto decided = [&](std::map<std::string, bool> said) {
    model::CustomerChange change;
    change.consents = std::move(said);
    return decisions_of(entry, change, categories(), "Till, STO-01", now);
  };
  EXPECT_THAT(decided({}), IsEmpty()) << "silence is no decision of somebody known";
  EXPECT_THAT(decided({{"news", true}}), IsEmpty());
  EXPECT_THAT(decided({{"membership", false}}), IsEmpty()) << "never given, not given";
  EXPECT_THAT(decided({{"unknown", true}}), IsEmpty());
  const auto left = decided({{"news", false}, {"membership", true}});
  ASSERT_THAT(left, SizeIs(2));
  EXPECT_EQ(left[0], (model::ConsentDecision{"news", false, now, "Till, STO-01"}));
  EXPECT_EQ(left[1], (model::ConsentDecision{"membership", true, now, "Till, STO-01"}));
}

TEST(DecisionsOf, NewCustomersGetTheDefaultsThatAreYes) {
  model::CustomerChange change;
  auto made = decisions_of(std::nullopt, change, categories(), "Till, STO-01", now);
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].category, "membership");
  EXPECT_TRUE(made[0].given);
  EXPECT_NE(made[0].source, "Till, STO-01") << "nobody at the till said so";
  change.consents = {{"membership", false}, {"news", true}};
  made = decisions_of(std::nullopt, change, categories(), "Till, STO-01", now);
  ASSERT_THAT(made, SizeIs(1));
  EXPECT_EQ(made[0].category, "news");
}

TEST(DecisionsOf, WhatIsNewerOrLeftInTheSameSecondIsNotOverwritten) {
  IndexEntry entry = vera();
  model::CustomerChange change;
  change.consents = {{"news", true}};
  entry.consents["news"] = decision("news", false, now + minutes{1});
  EXPECT_THAT(decisions_of(entry, change, categories(), "Till", now), IsEmpty());
  entry.consents["news"] = decision("news", false, now);
  EXPECT_THAT(decisions_of(entry, change, categories(), "Till", now), IsEmpty());
  entry.consents["news"] = decision("news", false, now - std::chrono::seconds{1});
  EXPECT_THAT(decisions_of(entry, change, categories(), "Till", now), SizeIs(1));
}

}  // namespace
}  // namespace tillbridge::crm
