// Searching and showing; adding and correcting are in customer_desk_changes_test.cpp.

#include "crm/customer_desk.h"

#include "crm/desk_bench_for_tests.h"

namespace tillbridge::crm {
namespace {

using for_tests::DeskBench;
using for_tests::given;
using for_tests::Platform;
using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class CustomerDeskTest : public testing::Test {
 protected:
  std::string add(std::map<std::string, std::string> fields,
                  std::map<std::string, bool> consents = {}) {
    const auto added = bench.add(given(std::move(fields), std::move(consents)));
    EXPECT_TRUE(added) << added.error().what;
    return added ? added->customer.customer_id : std::string{};
  }

  DeskBench bench;
};

TEST_F(CustomerDeskTest, FindsLiveAndGivesANumberThatIsDurable) {
  bench.put_profile("hard-1", {{"email", "vera@example.org"}, {"first_name", "Vera"}});
  bench.platform.took = milliseconds{40};
  const auto first = bench.search(KeyType::email, "vera@example.org");
  ASSERT_TRUE(first.result && *first.result);
  const ShownCustomer& shown = **first.result;
  EXPECT_EQ(shown.customer.first_name, "Vera");
  EXPECT_EQ(shown.from_index, std::nullopt);
  EXPECT_EQ(first.platform_took, milliseconds{40});
  EXPECT_THAT(shown.promotions, SizeIs(2));
  const std::string id = shown.customer.customer_id;
  EXPECT_NE(id, "");
  bench.restart();
  const auto again = bench.search(KeyType::email, "vera@example.org");
  EXPECT_EQ((*again.result)->customer.customer_id, id);
  EXPECT_EQ(bench.await(bench.desk().get(id, {})).result->customer.email, "vera@example.org");
}

TEST_F(CustomerDeskTest, WhatIsFoundAgainUnchangedIsNotStored) {
  bench.put_profile("hard-1", {{"email", "vera@example.org"}});
  bench.search(KeyType::email, "vera@example.org");
  const std::size_t steps = bench.steps().size();
  EXPECT_EQ(steps, 1U);
  bench.search(KeyType::email, "vera@example.org");
  EXPECT_THAT(bench.steps(), SizeIs(steps));
}

TEST_F(CustomerDeskTest, AnswersFromTheIndexWithAMarkWhenThePlatformCannot) {
  bench.put_profile("hard-1", {{"email", "vera@example.org"}});
  bench.search(KeyType::email, "vera@example.org");
  const Instant learned = bench.known(KeyType::email, "vera@example.org").front().changed_at;
  bench.clock.advance(minutes{90});
  for (const auto mode : {Platform::Mode::refuses, Platform::Mode::hangs}) {
    bench.platform.mode = mode;
    const auto found = bench.search(KeyType::email, "vera@example.org");
    ASSERT_TRUE(found.result && *found.result);
    EXPECT_EQ((*found.result)->from_index, learned);
    if (mode == Platform::Mode::hangs) {
      EXPECT_EQ(found.platform_took, bench.settings.patience);
    }
  }
}

TEST_F(CustomerDeskTest, NobodyKnownAndNobodyAsked) {
  bench.platform.mode = Platform::Mode::refuses;
  auto found = bench.search(KeyType::email, "vera@example.org");
  ASSERT_TRUE(found.result);
  EXPECT_EQ(*found.result, std::nullopt);
  CrmSettings careful = for_tests::desk_settings();
  careful.unknown_while_down_is_error = true;
  DeskBench other{careful};
  other.platform.mode = Platform::Mode::refuses;
  found = other.search(KeyType::email, "vera@example.org");
  ASSERT_FALSE(found.result);
  EXPECT_EQ(found.result.error().kind, Error::Kind::unavailable);
  const auto got = bench.await(bench.desk().get("c-1", {}));
  ASSERT_FALSE(got.result);
  EXPECT_EQ(got.result.error().kind, Error::Kind::unavailable);
  bench.platform.mode = Platform::Mode::up;
  found = bench.search(KeyType::email, "vera@example.org");
  ASSERT_TRUE(found.result);
  EXPECT_EQ(*found.result, std::nullopt);
  EXPECT_EQ(bench.await(bench.desk().get("c-1", {})).result.error().kind, Error::Kind::not_found);
}

TEST_F(CustomerDeskTest, WhereThePlatformCannotSearchTheIndexLeadsThere) {
  bench.put_profile("hard-1", {{"email", "vera@example.org"}, {"phone", "+46700000001"}});
  EXPECT_EQ(*bench.search(KeyType::phone, "+46700000001").result, std::nullopt);
  EXPECT_THAT(bench.platform.asked, IsEmpty()) << "it cannot be asked by phone";
  bench.search(KeyType::email, "vera@example.org");
  bench.platform.profiles["hard-1"].customer.first_name = "Vera";
  const auto found = bench.search(KeyType::phone, "+46700000001");
  ASSERT_TRUE(found.result && *found.result);
  EXPECT_EQ((*found.result)->customer.first_name, "Vera") << "read there, by its handle";
  EXPECT_EQ(bench.platform.asked.back(), (Key{KeyType::profile, "hard-1"}));
}

TEST_F(CustomerDeskTest, WithoutAPlatformTheIndexIsAllThereIs) {
  bench.has_source = false;
  bench.restart();
  EXPECT_EQ(*bench.search(KeyType::email, "vera@example.org").result, std::nullopt);
  const std::string id = add({{"email", "vera@example.org"}});
  const auto found = bench.search(KeyType::email, "vera@example.org");
  ASSERT_TRUE(found.result && *found.result);
  EXPECT_EQ((*found.result)->customer.customer_id, id);
  EXPECT_EQ((*found.result)->from_index, std::nullopt);
}

TEST_F(CustomerDeskTest, OwnChangesShowBeforeThePlatformShowsThem) {
  bench.platform.shows_after = minutes{30};
  const std::string id = add({{"email", "vera@example.org"}});
  bench.clock.advance(minutes{20});
  auto found = bench.search(KeyType::email, "vera@example.org");
  ASSERT_TRUE(found.result && *found.result) << "added here, not seen there yet";
  EXPECT_EQ((*found.result)->customer.customer_id, id);
  EXPECT_EQ((*found.result)->from_index, std::nullopt) << "the platform was asked";
  bench.clock.advance(minutes{20});
  bench.search(KeyType::email, "vera@example.org");
  bench.platform.profiles.clear();
  EXPECT_EQ(*bench.search(KeyType::email, "vera@example.org").result, std::nullopt)
      << "seen there once and gone";
}

TEST_F(CustomerDeskTest, WhatTheTillChangedIsNotTakenBackByAnOldAnswer) {
  bench.put_profile("hard-1", {{"email", "vera@example.org"}, {"city", "Oslo"}});
  const std::string id =
      (*bench.search(KeyType::email, "vera@example.org").result)->customer.customer_id;
  bench.platform.shows_after = minutes{60};
  ASSERT_TRUE(bench.update(id, given({{"city", "Uppsala"}})));
  EXPECT_EQ((*bench.search(KeyType::email, "vera@example.org").result)->customer.city, "Uppsala");
  bench.clock.advance(minutes{11});
  EXPECT_EQ((*bench.search(KeyType::email, "vera@example.org").result)->customer.city, "Oslo");
}

TEST_F(CustomerDeskTest, AProfileThatASaleMadeKnownIsTheSamePerson) {
  IndexEntry sold;
  sold.customer.customer_id = "c-from-a-sale";
  sold.customer.email = "vera@example.org";
  bench.remember(bench.await(bench.index().changes(std::nullopt, sold)).value());
  bench.put_profile("hard-1", {{"email", "vera@example.org"}});
  const auto found = bench.search(KeyType::email, "vera@example.org");
  EXPECT_EQ((*found.result)->customer.customer_id, "c-from-a-sale");
  EXPECT_THAT(bench.known(KeyType::email, "vera@example.org"), SizeIs(1));
}

TEST_F(CustomerDeskTest, ShowsTheNewestDecisionOfAllWhoKnowOne) {
  bench.put_profile("hard-1", {{"email", "vera@example.org"}});
  const auto said = [&](bool yes, Duration ago) {
    return model::ConsentDecision{"newsletter", yes, bench.clock.now() - ago, "somewhere"};
  };
  bench.platform.profiles["hard-1"].consents = {said(true, minutes{5})};
  bench.elsewhere = {said(false, minutes{9})};
  auto shown = **bench.search(KeyType::email, "vera@example.org").result;
  ASSERT_THAT(shown.consents, SizeIs(1));
  EXPECT_TRUE(shown.consents[0].given);
  bench.elsewhere = {said(false, minutes{1})};
  shown = **bench.search(KeyType::email, "vera@example.org").result;
  EXPECT_FALSE(shown.consents[0].given);
}

TEST_F(CustomerDeskTest, HistoryIsOfWhoeverTheNumberIs) {
  const std::string id = add({{"email", "vera@example.org"}});
  bench.purchases.resize(30);
  EXPECT_THAT(*bench.await(bench.desk().history(id, {})).result, SizeIs(20));
  EXPECT_EQ(bench.await(bench.desk().history("c-9", {})).result.error().kind,
            Error::Kind::not_found);
}

TEST_F(CustomerDeskTest, SectionsSayWhoAndWhatWasDecidedWhenAndWhere) {
  const std::string id = add({{"email", "vera@example.org"}, {"member_number", "70015"}},
                             {{"membership", false}, {"newsletter", true}});
  const auto sections = bench.await(bench.desk().sections(id, {})).result.value();
  ASSERT_THAT(sections, SizeIs(2));
  std::vector<std::string> texts;
  for (const Section& section : sections) {
    for (const Section::Value& value : section.values)
      texts.push_back(section.title + "/" + value.title + ": " + value.text);
  }
  EXPECT_THAT(texts,
              ElementsAre("Membership/Customer number: " + id, "Membership/Member number: 70015",
                          "Membership/Member since: 2026-01-01",
                          "Marketing/Newsletter: yes, 2026-01-01 (Till, STO-01)",
                          "Marketing/Membership: not asked yet"));
  EXPECT_EQ(bench.await(bench.desk().sections("c-9", {})).result.error().kind,
            Error::Kind::not_found);
}

TEST_F(CustomerDeskTest, MergingLeadsAllIdentifiersToOnePerson) {
  const std::string old_id = add({{"email", "old@example.org"}, {"phone", "+46700000001"}});
  const std::string id = add({{"email", "vera@example.org"}});
  ASSERT_TRUE(bench.redeem(old_id, "welcome", "R-1"));
  const auto merge = [&](const std::string& into, const std::string& from) {
    return bench.await(bench.desk().merge(into, from, "anna"));
  };
  EXPECT_EQ(merge(id, "c-9").error().kind, Error::Kind::not_found);
  EXPECT_EQ(merge(id, id).error().kind, Error::Kind::not_found);
  ASSERT_TRUE(merge(id, old_id));
  for (const auto& [type, value] :
       std::vector<std::pair<KeyType, std::string>>{{KeyType::email, "old@example.org"},
                                                    {KeyType::phone, "+46700000001"},
                                                    {KeyType::customer_id, old_id}}) {
    const auto found = bench.known(type, value);
    ASSERT_THAT(found, SizeIs(1)) << value;
    EXPECT_EQ(found[0].customer.customer_id, id);
  }
  EXPECT_FALSE(merge(id, old_id)) << "that one is gone";
  const auto steps = bench.steps();
  ASSERT_THAT(steps.back().notes, SizeIs(1));
  EXPECT_EQ(steps.back().notes[0].kind, "audit");
  EXPECT_EQ(bench.redeem(id, "welcome", "R-2").error().kind, Error::Kind::rejected)
      << "once for the one person they are";
}

}  // namespace
}  // namespace tillbridge::crm
