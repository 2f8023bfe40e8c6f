// Adding and correcting customers at the desk.

#include "crm/customer_desk.h"
#include "crm/desk_bench_for_tests.h"

namespace tillbridge::crm {
namespace {

using for_tests::DeskBench;
using for_tests::given;
using for_tests::Platform;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* email = "vera@example.org";
constexpr const char* phone = "+46700000001";

class CustomerDeskChangesTest : public testing::Test {
 protected:
  void start(CrmSettings settings) {
    settings_bench = std::make_unique<DeskBench>(std::move(settings));
  }
  DeskBench& bench() {
    if (!settings_bench) settings_bench = std::make_unique<DeskBench>();
    return *settings_bench;
  }
  model::Customer add(std::map<std::string, std::string> fields,
                      std::map<std::string, bool> consents = {}) {
    const auto added = bench().add(given(std::move(fields), std::move(consents)));
    EXPECT_TRUE(added) << added.error().what;
    return added ? added->customer : model::Customer{};
  }
  model::Customer update(const std::string& id, std::map<std::string, std::string> fields,
                         std::map<std::string, bool> consents = {}) {
    const auto updated = bench().update(id, given(std::move(fields), std::move(consents)));
    EXPECT_TRUE(updated) << updated.error().what;
    return updated ? updated->customer : model::Customer{};
  }
  std::vector<std::string> open_cases() {
    std::vector<std::string> texts;
    for (const journal::CaseRow& one : bench().cases())
      texts.push_back(one.type + ": " + one.reason);
    return texts;
  }
  // How often somebody was created or corrected.
  std::size_t acts() { return bench().writer.acts.size(); }

  std::unique_ptr<DeskBench> settings_bench;
};

TEST_F(CustomerDeskChangesTest, ANewCustomerIsOneStep) {
  bench().clock.advance(std::chrono::milliseconds{700});
  const auto added =
      bench().add(given({{"email", email}, {"phone", phone}, {"first_name", "Vera"}}));
  ASSERT_TRUE(added);
  const std::string id = added->customer.customer_id;
  EXPECT_EQ(added->from_index, std::nullopt);
  EXPECT_THAT(added->promotions, SizeIs(2));
  const auto steps = bench().steps();
  ASSERT_THAT(steps, SizeIs(1));
  const journal::Step& step = steps[0];
  ASSERT_THAT(step.records, SizeIs(1));
  EXPECT_EQ(step.records[0].key, "customer/" + id);
  EXPECT_EQ(step.records[0].customer, id);
  EXPECT_EQ(step.records[0].store, "STO-01");
  EXPECT_EQ(step.records[0].state, journal::RecordState::planned);
  ASSERT_THAT(step.deliveries, SizeIs(1));
  EXPECT_EQ(step.deliveries[0].record, step.records[0].id);
  EXPECT_EQ(step.deliveries[0].effect, "customer/" + id + "/1");
  ASSERT_THAT(step.arrivals, SizeIs(1));
  EXPECT_EQ(step.arrivals[0].connection, "till");
  EXPECT_THAT(step.arrivals[0].payload, Not(HasSubstr("Vera"))) << "names of fields, no values";
  std::set<std::string> facts;
  for (const journal::PutFact& fact : step.facts) facts.insert(fact.connection + " " + fact.key);
  EXPECT_THAT(facts, testing::IsSupersetOf(
                         {"customers customer/" + id, std::string("customers email/") + email,
                          std::string("customers phone/") + phone,
                          "customers profile/bloomreach/" + id, "bloomreach person/" + id}));
  const auto journey = bench().journey("customer/" + id);
  ASSERT_TRUE(journey);
  EXPECT_THAT(journey->arrivals, SizeIs(1));
  EXPECT_THAT(journey->deliveries, SizeIs(1));
  EXPECT_EQ(bench().writer.told, 1);
  EXPECT_TRUE(bench().writer.acts[0].fresh);
  EXPECT_FALSE(bench().writer.acts[0].look_up_first);
  EXPECT_THAT(open_cases(), IsEmpty());
}

TEST_F(CustomerDeskChangesTest, WhatIsNotStoredWasNotAdded) {
  bench().tap->refuses = true;
  EXPECT_EQ(bench().add(given({{"email", email}})).error().kind, Error::Kind::unavailable);
  EXPECT_EQ(bench().writer.told, 0);
  bench().tap->refuses = false;
  EXPECT_THAT(bench().known(KeyType::email, email), IsEmpty());
  add({{"email", email}});
  EXPECT_THAT(bench().known(KeyType::email, email), SizeIs(1));
}

TEST_F(CustomerDeskChangesTest, SomebodyNeedsAnIdentifier) {
  EXPECT_EQ(bench().add(given({{"first_name", "Vera"}, {"email", ""}})).error().kind,
            Error::Kind::invalid_input);
}

TEST_F(CustomerDeskChangesTest, WhoIsThereAlreadyIsCorrected) {
  bench().put_profile("hard-1", {{"email", email}, {"first_name", "Vera"}, {"city", "Oslo"}});
  const auto joined = add({{"email", email}, {"city", "Uppsala"}});
  EXPECT_EQ(joined.first_name, "Vera");
  EXPECT_EQ(joined.city, "Uppsala");
  EXPECT_EQ(bench().platform.asked.front(), (Key{KeyType::email, email}))
      << "looked up before anything is written";
  ASSERT_EQ(acts(), 1U);
  EXPECT_FALSE(bench().writer.acts[0].fresh);
  EXPECT_EQ(bench().writer.acts[0].entry.handles.at("bloomreach"), "hard-1");
  bench().platform.show_what_is_due();
  EXPECT_EQ(bench().platform.count({KeyType::email, email}), 1);
}

TEST_F(CustomerDeskChangesTest, AGivenCustomerNumberIsLookedUpToo) {
  const std::string id = add({{"email", email}}).customer_id;
  bench().clock.advance(minutes{30});
  EXPECT_EQ(add({{"customer_id", id}, {"city", "Uppsala"}}).customer_id, id);
  EXPECT_THAT(bench().known(KeyType::email, email), SizeIs(1));
}

TEST_F(CustomerDeskChangesTest, DuplicatesAreRefusedWhereSettingsSaySo) {
  CrmSettings settings = for_tests::desk_settings();
  settings.refuse_duplicates = true;
  start(settings);
  bench().put_profile("hard-1", {{"email", email}});
  const auto refused = bench().add(given({{"email", email}, {"city", "Uppsala"}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::rejected);
  EXPECT_THAT(refused.error().what, HasSubstr("email"));
  EXPECT_EQ(acts(), 0U);
  const std::string id = add({{"email", "otto@example.org"}}).customer_id;
  EXPECT_EQ(add({{"email", "otto@example.org"}}).customer_id, id) << "a double press is no error";
}

TEST_F(CustomerDeskChangesTest, TwoPressesAreOneAct) {
  const auto change = given({{"email", email}, {"phone", phone}});
  std::vector<std::string> ids;
  for (int press = 0; press < 5; ++press) {
    bench().begin<Answered<ShownCustomer>>(
        bench().desk().add(change, {"STO-0" + std::to_string(press), "", ""}),
        [&ids](Answered<ShownCustomer> answered) {
          ASSERT_TRUE(answered.result);
          ids.push_back(answered.result->customer.customer_id);
        });
  }
  ASSERT_TRUE(bench().run_until([&] { return ids.size() == 5; }));
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 1U);
  EXPECT_EQ(acts(), 1U);
}

TEST_F(CustomerDeskChangesTest, APressAfterARestartIsTheSameAct) {
  bench().platform.shows_after = minutes{60};
  const std::string id = add({{"email", email}, {"phone", phone}}).customer_id;
  bench().clock.advance(minutes{9});
  bench().restart();
  const std::size_t asked = bench().platform.asked.size();
  EXPECT_EQ(add({{"email", email}, {"phone", phone}}).customer_id, id);
  EXPECT_EQ(acts(), 1U);
  EXPECT_THAT(bench().platform.asked, SizeIs(asked));
  bench().clock.advance(minutes{2});
  EXPECT_EQ(add({{"email", email}, {"phone", phone}, {"city", "Oslo"}}).customer_id, id)
      << "later it is somebody who exists, and is corrected";
  EXPECT_EQ(acts(), 2U);
}

TEST_F(CustomerDeskChangesTest, AFamilysPhoneDoesNotMakeThemOnePerson) {
  const std::string mother = add({{"email", email}, {"phone", phone}}).customer_id;
  const auto child = add({{"email", "otto@example.org"}, {"phone", phone}});
  EXPECT_NE(child.customer_id, mother);
  EXPECT_THAT(child.phones, IsEmpty());
  ASSERT_THAT(open_cases(), SizeIs(1));
  EXPECT_THAT(open_cases()[0], HasSubstr("profile_conflict"));
  EXPECT_THAT(open_cases()[0], HasSubstr(mother));
  EXPECT_THAT(open_cases()[0], Not(HasSubstr("+46")));
  EXPECT_THAT(bench().known(KeyType::phone, phone), SizeIs(1));
}

TEST_F(CustomerDeskChangesTest, APhoneAloneFindsWhoHasIt) {
  const std::string id = add({{"email", email}, {"phone", phone}}).customer_id;
  bench().clock.advance(minutes{30});
  EXPECT_EQ(add({{"phone", phone}, {"city", "Oslo"}}).customer_id, id);
  EXPECT_THAT(open_cases(), IsEmpty());
}

TEST_F(CustomerDeskChangesTest, OfTwoWhoAreFoundTheEmailsWins) {
  const std::string vera = add({{"email", email}}).customer_id;
  const std::string otto = add({{"email", "otto@example.org"}, {"phone", phone}}).customer_id;
  bench().clock.advance(minutes{30});
  const auto joined = add({{"email", email}, {"phone", phone}, {"city", "Oslo"}});
  EXPECT_EQ(joined.customer_id, vera);
  EXPECT_THAT(joined.phones, IsEmpty()) << "not taken from the other";
  EXPECT_EQ(joined.city, "Oslo");
  ASSERT_THAT(open_cases(), SizeIs(1));
  EXPECT_THAT(open_cases()[0], HasSubstr(otto));
  EXPECT_THAT(open_cases()[0], HasSubstr("merge"));
}

TEST_F(CustomerDeskChangesTest, APhoneThatIsTheirsTooIsNoConflict) {
  IndexEntry vera;
  vera.customer = given({{"customer_id", "c-1"}, {"email", email}, {"phone", phone}}).values;
  IndexEntry otto;
  otto.customer =
      given({{"customer_id", "c-2"}, {"email", "otto@example.org"}, {"phone", phone}}).values;
  for (const IndexEntry& one : {vera, otto})
    bench().remember(bench().await(bench().index().changes(std::nullopt, one)).value());
  bench().has_source = false;
  bench().restart();
  EXPECT_EQ(add({{"email", email}, {"phone", phone}, {"city", "Oslo"}}).customer_id, "c-1");
  EXPECT_THAT(open_cases(), IsEmpty());
  EXPECT_THAT(update("c-1", {{"phone", phone}, {"city", "Bergen"}}).phones, ElementsAre(phone));
  EXPECT_THAT(open_cases(), IsEmpty());
}

TEST_F(CustomerDeskChangesTest, WhenNobodyCanBeAskedTheDeliveryLooksUp) {
  bench().put_profile("hard-1", {{"email", email}});
  bench().platform.mode = Platform::Mode::hangs;
  const std::string id = add({{"email", email}, {"first_name", "Vera"}}).customer_id;
  EXPECT_TRUE(bench().writer.acts.back().look_up_first);
  bench().platform.mode = Platform::Mode::up;
  const auto found = bench().search(KeyType::email, email);
  EXPECT_EQ((*found.result)->customer.customer_id, id);
  EXPECT_EQ(bench().platform.count({KeyType::email, email}), 1);
  EXPECT_THAT(bench().known(KeyType::email, email), SizeIs(1));
  EXPECT_EQ(bench().known(KeyType::email, email)[0].handles.at("bloomreach"), "hard-1");
}

TEST_F(CustomerDeskChangesTest, APhoneAloneAddedBlindlyIsTheSamePersonLater) {
  bench().platform.searchable.insert(KeyType::phone);
  bench().put_profile("hard-1", {{"phone", phone}});
  bench().platform.mode = Platform::Mode::refuses;
  const std::string id = add({{"phone", phone}}).customer_id;
  bench().platform.mode = Platform::Mode::up;
  const auto found = bench().search(KeyType::phone, phone);
  EXPECT_EQ((*found.result)->customer.customer_id, id);
  EXPECT_THAT(bench().known(KeyType::phone, phone), SizeIs(1));
}

TEST_F(CustomerDeskChangesTest, WhoIsKnownToTheIndexNeedsNoLookUp) {
  const std::string id = add({{"email", email}}).customer_id;
  bench().clock.advance(minutes{30});
  bench().platform.mode = Platform::Mode::refuses;
  EXPECT_EQ(add({{"email", email}, {"city", "Oslo"}}).customer_id, id);
  EXPECT_FALSE(bench().writer.acts.back().look_up_first);
}

TEST_F(CustomerDeskChangesTest, OnlyGivenFieldsAreCorrected) {
  const std::string id =
      add({{"email", email}, {"phone", phone}, {"first_name", "Vera"}, {"city", "Oslo"}})
          .customer_id;
  const auto after = update(id, {{"first_name", "Vera Maria"}, {"city", ""}, {"email", ""}});
  EXPECT_EQ(after.first_name, "Vera Maria");
  EXPECT_EQ(after.city, "");
  EXPECT_EQ(after.email, email) << "an identifier is not cleared";
  EXPECT_THAT(after.phones, ElementsAre(phone));
  const CustomerAct& act = bench().writer.acts.back();
  EXPECT_EQ(act.before.first_name, "Vera");
  EXPECT_FALSE(act.fresh);
  EXPECT_EQ(act.version, 2U);
  EXPECT_EQ(bench().deliveries().back().first, "customer/" + id + "/2");
  EXPECT_EQ(bench().journey("customer/" + id)->record.version, 2U);
}

TEST_F(CustomerDeskChangesTest, AGivenPhoneIsPutFirstAndTheOthersStay) {
  const std::string id = add({{"email", email}, {"phone", phone}}).customer_id;
  EXPECT_THAT(update(id, {{"phone", "+46700000002"}}).phones, ElementsAre("+46700000002", phone));
  EXPECT_THAT(update(id, {{"phone", phone}}).phones, ElementsAre(phone, "+46700000002"));
  EXPECT_THAT(open_cases(), IsEmpty());
}

TEST_F(CustomerDeskChangesTest, AnEmailThatIsAnothersIsNotTakenOver) {
  const std::string vera = add({{"email", email}}).customer_id;
  const std::string otto = add({{"email", "otto@example.org"}}).customer_id;
  const auto after = update(vera, {{"email", "otto@example.org"}, {"city", "Oslo"}});
  EXPECT_EQ(after.email, email);
  EXPECT_EQ(after.city, "Oslo");
  ASSERT_THAT(open_cases(), SizeIs(1));
  EXPECT_THAT(open_cases()[0], HasSubstr(otto));
  EXPECT_THAT(bench().known(KeyType::email, "otto@example.org"), SizeIs(1));
  EXPECT_EQ(update(vera, {{"email", "vera@new.example.org"}}).email, "vera@new.example.org");
  EXPECT_THAT(bench().known(KeyType::email, email), IsEmpty());
}

TEST_F(CustomerDeskChangesTest, NobodyIsCorrectedWhoIsNotThere) {
  EXPECT_EQ(bench().update("c-9", given({{"city", "Oslo"}})).error().kind, Error::Kind::not_found);
  bench().platform.mode = Platform::Mode::refuses;
  EXPECT_EQ(bench().update("c-9", given({{"city", "Oslo"}})).error().kind, Error::Kind::unavailable)
      << "perhaps there is such a customer";
  bench().platform.mode = Platform::Mode::up;
  bench().put_profile("c-9", {{"email", email}});
  EXPECT_EQ(update("c-9", {{"city", "Oslo"}}).city, "Oslo") << "known to the platform alone";
}

TEST_F(CustomerDeskChangesTest, WhatChangesNothingIsNotStored) {
  const std::string id = add({{"email", email}, {"city", "Oslo"}}).customer_id;
  const std::size_t steps = bench().steps().size();
  update(id, {{"email", email}, {"city", "Oslo"}}, {{"newsletter", false}});
  EXPECT_THAT(bench().steps(), SizeIs(steps));
  EXPECT_EQ(acts(), 1U);
}

TEST_F(CustomerDeskChangesTest, OnlyWhatDiffersIsADecision) {
  const std::string id = add({{"email", email}}, {{"newsletter", true}}).customer_id;
  const auto decided = [&] {
    std::vector<std::string> texts;
    for (const model::ConsentDecision& one : bench().writer.acts.back().consents)
      texts.push_back(one.category + (one.given ? " yes, " : " no, ") + one.source);
    return texts;
  };
  EXPECT_THAT(decided(), ElementsAre("newsletter yes, Till, STO-01",
                                     "membership yes, Default for new customers"));
  bench().clock.advance(minutes{1});
  update(id, {}, {{"newsletter", true}, {"membership", false}});
  EXPECT_THAT(decided(), ElementsAre("membership no, Till, STO-01"));
  EXPECT_EQ(bench().writer.acts.back().consents[0].at, bench().clock.now());
}

TEST_F(CustomerDeskChangesTest, ADecisionMadeElsewhereSinceIsWhatTheTillIsHeldAgainst) {
  const std::string id = add({{"email", email}}, {{"newsletter", true}}).customer_id;
  bench().clock.advance(minutes{5});
  bench().elsewhere = {{"newsletter", false, bench().clock.now(), "Klaviyo: page"}};
  bench().clock.advance(minutes{5});
  update(id, {}, {{"newsletter", true}});
  ASSERT_EQ(acts(), 2U);
  ASSERT_THAT(bench().writer.acts.back().consents, SizeIs(1));
  EXPECT_TRUE(bench().writer.acts.back().consents[0].given);
}

TEST_F(CustomerDeskChangesTest, WhoIsTheSameToTheWriterHasOneCaseForOneConflict) {
  const std::string mother = add({{"email", email}, {"phone", phone}}).customer_id;
  const std::string child = add({{"email", "otto@example.org"}, {"phone", phone}}).customer_id;
  update(child, {{"phone", phone}});
  EXPECT_THAT(open_cases(), SizeIs(1)) << "the same conflict of the same record";
}

}  // namespace
}  // namespace tillbridge::crm
