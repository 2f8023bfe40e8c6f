// What a person does to a record, through real planning and real lanes.

#include "app/desk/record_acts.h"

#include "app/desk/desk_bench_for_tests.h"

namespace tillbridge::app {
namespace {

using journal::DeliveryState;
using journal::RecordState;
using test::DeskBench;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Said = Result<std::string>;

Workspace renamed() {
  Workspace made = DeskBench::bloomreach_shop();
  made.bloomreach_flows.names["customer.first_name"] = "fornamn";
  return made;
}

std::string with(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

// Both begin before either is done.
std::pair<Said, Said> at_once(DeskBench& bench, Task<Said> first, Task<Said> second) {
  std::optional<Said> one;
  std::optional<Said> two;
  boost::asio::co_spawn(bench.loop, std::move(first),
                        [&](const std::exception_ptr&, Said said) { one = std::move(said); });
  boost::asio::co_spawn(bench.loop, std::move(second),
                        [&](const std::exception_ptr&, Said said) { two = std::move(said); });
  EXPECT_TRUE(bench.run_until([&] { return one && two; }));
  return {std::move(*one), std::move(*two)};
}

TEST(RecordActs, SendAgainSendsTheSameBytesOnce) {
  DeskBench bench;
  bench.sitoo.sale(1);
  bench.sell_refused(1);
  const auto parts = bench.row("bloomreach", 1).parts;
  const Said said = bench.await(bench.acts.send_again("", bench.record(1), "anna"));
  ASSERT_TRUE(said) << said.error().what;
  EXPECT_THAT(*said, HasSubstr("same bytes"));
  bench.settle();
  EXPECT_THAT(bench.commands, SizeIs(4));
  const auto row = bench.row("bloomreach", 1);
  EXPECT_EQ(row.state, DeliveryState::delivered);
  EXPECT_EQ(row.parts, parts);
  EXPECT_EQ(row.tries.back().trigger, journal::Trigger::operator_);
  EXPECT_THAT(bench.open_cases(), IsEmpty());
  EXPECT_EQ(bench.await(bench.acts.send_again("", bench.record(1), "anna")).error().kind,
            Error::Kind::rejected);
  EXPECT_EQ(bench.await(bench.acts.send_again("", RecordId{4711}, "anna")).error().kind,
            Error::Kind::not_found);
}

TEST(RecordActs, RebuildSendsTheBytesOfTodaysSettingsOnceAndKeepsTheLane) {
  DeskBench bench;
  bench.sitoo.sale(1);
  bench.sitoo.sale(2);
  bench.sell_refused(1);
  bench.block(bench.row("bloomreach", 1).id);
  bench.restart(renamed());
  journal::Step settings;
  settings.settings.push_back({test::workspace_name, 7, bench.clock.now(), "anna", "x = 1"});
  bench.commit(std::move(settings));
  bench.announce(2);
  ASSERT_TRUE(bench.run_until([&] { return bench.counts().deliveries_waiting == 2; }));
  EXPECT_THAT(bench.commands, IsEmpty()) << "the second waits behind the first";

  const std::string was = bench.row("bloomreach", 1).parts.front();
  const Said said = bench.await(bench.acts.rebuild("", bench.record(1), "anna", "new name"));
  ASSERT_TRUE(said) << said.error().what;
  bench.settle();
  EXPECT_THAT(bench.orders_sent(), ElementsAre("1", "2"));
  const auto row = bench.row("bloomreach", 1);
  EXPECT_EQ(row.state, DeliveryState::delivered);
  EXPECT_EQ(row.parts.front(), with(was, "first_name", "fornamn"));
  EXPECT_EQ(row.settings_version, 7U);
  EXPECT_EQ(row.tries.back().trigger, journal::Trigger::operator_);
  EXPECT_THAT(bench.bodies.front(), HasSubstr("fornamn"));
  EXPECT_THAT(bench.open_cases(), IsEmpty());
  EXPECT_THAT(bench.journey("1")->notes,
              Contains(Field(&journal::NoteRow::text, HasSubstr("anna had 1 delivery(s)"))));
  EXPECT_EQ(bench.await(bench.acts.rebuild("", bench.record(1), "anna", "")).error().kind,
            Error::Kind::rejected)
      << "what was delivered is not sent twice";
}

TEST(RecordActs, RebuildLeavesWhatTodaysSettingsDoNotPlan) {
  DeskBench bench;
  bench.sitoo.sale(1);
  bench.sell_refused(1);
  Workspace elsewhere = DeskBench::bloomreach_shop();
  elsewhere.sitoo.stores = {"OSL-1"};
  bench.restart(elsewhere);
  const Said said = bench.await(bench.acts.rebuild("", bench.record(1), "anna", ""));
  ASSERT_FALSE(said);
  EXPECT_THAT(said.error().what, HasSubstr("bloomreach sale/1"));
  EXPECT_THAT(said.error().what, HasSubstr("feeds another workspace"));
  bench.settle();
  EXPECT_THAT(bench.commands, IsEmpty());
  EXPECT_EQ(bench.row("bloomreach", 1).state, DeliveryState::parked);
  EXPECT_THAT(bench.open_cases(), SizeIs(1));
}

TEST(RecordActs, RebuildOfARecordWithoutDeliveriesReadsItAgain) {
  DeskBench bench;
  bench.sitoo.sale(1)["additionaldata"].as_object().erase("crm-customerid");
  bench.sell(1);
  ASSERT_EQ(bench.state("1"), RecordState::unidentified);
  Workspace by_member = DeskBench::bloomreach_shop();
  by_member.bloomreach_flows.hard_id_from = model::IdentitySource::crm_member_number;
  bench.restart(by_member);
  const Said said = bench.await(bench.acts.rebuild("", bench.record(1), "anna", ""));
  ASSERT_TRUE(said) << said.error().what;
  bench.settle();
  EXPECT_EQ(bench.state("1"), RecordState::planned);
  EXPECT_THAT(bench.orders_sent(), ElementsAre("1"));
}

// One platform's settings were wrong, and so the other's part of the record was a case.
TEST(RecordActs, RebuildAlsoBringsInWhatWasNotPlannedYet) {
  DeskBench bench;
  bench.sitoo.sale(1)["email"] = "vera@kund.se";
  bench.sell_refused(1);
  bench.restart(DeskBench::two_platforms());
  const Said said = bench.await(bench.acts.rebuild("", bench.record(1), "anna", ""));
  ASSERT_TRUE(said) << said.error().what;
  EXPECT_THAT(*said, HasSubstr("the rest is read and planned again"));
  bench.settle();
  EXPECT_THAT(bench.orders_sent(), ElementsAre("1"));
  EXPECT_EQ(bench.row("klaviyo", 1).state, DeliveryState::delivered);
}

TEST(RecordActs, AttributeSaysWhoseItIs) {
  DeskBench bench;
  bench.sitoo.sale(1)["additionaldata"] = json::Object{};
  bench.sell(1);
  EXPECT_EQ(bench.await(bench.acts.attribute("", bench.record(1), "", "anna")).error().kind,
            Error::Kind::invalid_input);
  ASSERT_TRUE(bench.await(bench.acts.attribute("", bench.record(1), "c-1", "anna")));
  bench.settle();
  EXPECT_THAT(bench.orders_sent(), ElementsAre("1"));
  EXPECT_EQ(bench.journey("1")->record.customer, "c-1");
}

TEST(RecordActs, EditSendsWhatWasWrittenOnce) {
  DeskBench bench;
  bench.sitoo.sale(1);
  bench.sell_refused(1);
  const auto row = bench.row("bloomreach", 1);
  auto parts = row.parts;
  parts[0] = with(parts[0], "Vera", "Veronica");
  const Said said = bench.await(bench.acts.edit("", row.id, parts, "anna", "name as in passport"));
  ASSERT_TRUE(said) << said.error().what;
  bench.settle();
  ASSERT_THAT(bench.commands, SizeIs(4));
  EXPECT_THAT(json::to_text(bench.commands[0]), HasSubstr("Veronica"));
  const auto after = bench.row("bloomreach", 1);
  EXPECT_EQ(after.state, DeliveryState::delivered);
  EXPECT_EQ(after.parts, parts);
  EXPECT_EQ(after.tries.back().trigger, journal::Trigger::operator_);
  EXPECT_THAT(bench.open_cases(), IsEmpty());
  EXPECT_THAT(bench.journey("1")->notes,
              Contains(testing::AllOf(
                  Field(&journal::NoteRow::kind, "edited"),
                  Field(&journal::NoteRow::text, "edited by anna: name as in passport"))));
  EXPECT_EQ(bench.await(bench.acts.edit("", row.id, parts, "anna", "again")).error().kind,
            Error::Kind::not_found);
}

TEST(RecordActs, EditSendsNothingThatThePlatformHas) {
  DeskBench bench;
  bench.sitoo.sale(1);
  bench.refused = "CAP-BLK";
  bench.sell(1);
  bench.refused.clear();
  bench.commands.clear();
  const auto row = bench.row("bloomreach", 1);
  ASSERT_EQ(row.state, DeliveryState::parked);
  auto parts = row.parts;
  for (std::string& part : parts) {
    const bool done = (row.parts_done >> (&part - parts.data()) & 1U) != 0;
    if (!done) part = with(part, "CAP-BLK", "CAP-BLACK");
  }
  ASSERT_NE(parts, row.parts);
  ASSERT_TRUE(bench.await(bench.acts.edit("", row.id, parts, "anna", "new number")));
  bench.settle();
  std::vector<std::string> sent;
  for (const json::Object& command : bench.commands) sent.push_back(json::to_text(command));
  EXPECT_LT(sent.size(), 4U);
  EXPECT_THAT(sent, Each(HasSubstr("CAP-BLACK")));
  EXPECT_EQ(bench.row("bloomreach", 1).state, DeliveryState::delivered);
}

TEST(RecordActs, EditRefusesWhatCannotBeSent) {
  DeskBench bench;
  bench.sitoo.sale(1);
  bench.sell_refused(1);
  const auto row = bench.row("bloomreach", 1);
  const auto refused = [&](std::vector<std::string> parts, const std::string& note) {
    return bench.await(bench.acts.edit("", row.id, std::move(parts), "anna", note)).error().kind;
  };
  EXPECT_EQ(refused(row.parts, ""), Error::Kind::invalid_input);
  EXPECT_EQ(refused({row.parts.front()}, "why"), Error::Kind::invalid_input);
  auto broken = row.parts;
  broken.back().pop_back();
  EXPECT_EQ(refused(broken, "why"), Error::Kind::invalid_input);
  const auto unknown = bench.await(bench.acts.edit("", DeliveryId{4711}, row.parts, "anna", "why"));
  EXPECT_EQ(unknown.error().kind, Error::Kind::not_found);
  bench.settle();
  EXPECT_THAT(bench.commands, IsEmpty());
  EXPECT_EQ(bench.row("bloomreach", 1).parts, row.parts);
  EXPECT_THAT(bench.open_cases(), SizeIs(1));
}

TEST(RecordActs, SkipLetsABlockedLaneGoOn) {
  DeskBench bench;
  bench.sitoo.sale(1);
  bench.sitoo.sale(2);
  bench.sell_refused(1);
  const DeliveryId first = bench.row("bloomreach", 1).id;
  bench.block(first);
  bench.restart(DeskBench::bloomreach_shop());
  bench.announce(2);
  ASSERT_TRUE(bench.run_until([&] { return bench.counts().deliveries_waiting == 2; }));
  EXPECT_EQ(bench.await(bench.acts.skip("", first, "anna", "")).error().kind,
            Error::Kind::invalid_input);
  const Said said = bench.await(bench.acts.skip("", first, "anna", "a test sale"));
  ASSERT_TRUE(said) << said.error().what;
  bench.settle();
  EXPECT_THAT(bench.orders_sent(), ElementsAre("2"));
  const auto row = bench.row("bloomreach", 1);
  EXPECT_EQ(row.state, DeliveryState::skipped);
  EXPECT_EQ(row.reason, "not sent: a test sale (anna)");
  EXPECT_THAT(bench.open_cases(), IsEmpty());
  EXPECT_EQ(bench.await(bench.acts.skip("", first, "anna", "again")).error().kind,
            Error::Kind::not_found);
  EXPECT_EQ(bench.await(bench.acts.send_again("", bench.record(1), "anna")).error().kind,
            Error::Kind::rejected);
}

TEST(RecordActs, SkipOfAParkedDeliveryClosesItsCase) {
  DeskBench bench;
  bench.sitoo.sale(1);
  bench.sell_refused(1);
  ASSERT_TRUE(bench.await(bench.acts.skip("", bench.row("bloomreach", 1).id, "anna", "a test")));
  bench.settle();
  EXPECT_THAT(bench.commands, IsEmpty());
  EXPECT_EQ(bench.row("bloomreach", 1).state, DeliveryState::skipped);
  EXPECT_THAT(bench.open_cases(), IsEmpty());
}

TEST(RecordActs, OfTwoAtOnceOneIsToldSo) {
  DeskBench bench;
  bench.sitoo.sale(1);
  bench.sell_refused(1);
  const RecordId record = bench.record(1);
  const auto row = bench.row("bloomreach", 1);
  auto [sent, refused] = at_once(bench, bench.acts.send_again("", record, "anna"),
                                 bench.acts.rebuild("", record, "bo", ""));
  ASSERT_TRUE(sent) << sent.error().what;
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(refused.error().what, HasSubstr("somebody else"));
  bench.settle();
  EXPECT_THAT(bench.orders_sent(), ElementsAre("1"));
  EXPECT_THAT(bench.row("bloomreach", 1).tries, SizeIs(2));
}

TEST(RecordActs, ReplayHoldsTheRecordToo) {
  DeskBench bench;
  bench.sitoo.sale(1);
  bench.sell_refused(1);
  const DeliveryId delivery = bench.row("bloomreach", 1).id;
  auto [replayed, skipped] = at_once(bench, bench.acts.replay("", "1", "", "anna"),
                                     bench.acts.skip("", delivery, "bo", "a test"));
  EXPECT_NE(replayed.has_value(), skipped.has_value());
  bench.settle();
  EXPECT_THAT(bench.orders_sent(), SizeIs(replayed ? 1 : 0));
}

TEST(RecordActs, DifferentRecordsDoNotHoldEachOther) {
  DeskBench bench;
  bench.sitoo.sale(1);
  bench.sitoo.sale(2);
  bench.sell_refused(1);
  bench.sell_refused(2);
  auto [one, two] = at_once(bench, bench.acts.send_again("", bench.record(1), "anna"),
                            bench.acts.send_again("", bench.record(2), "bo"));
  EXPECT_TRUE(one);
  EXPECT_TRUE(two);
  bench.settle();
  EXPECT_THAT(bench.orders_sent(), SizeIs(2));
}

TEST(RecordActs, AfterAKillWhatWasStoredIsTakenUp) {
  DeskBench bench;
  bench.sitoo.sale(1);
  bench.sell_refused(1);
  const auto row = bench.row("bloomreach", 1);
  auto parts = row.parts;
  parts[0] = with(parts[0], "Vera", "Veronica");
  bench.shop().connection("bloomreach")->pause();
  ASSERT_TRUE(bench.await(bench.acts.edit("", row.id, parts, "anna", "name")));
  EXPECT_EQ(bench.row("bloomreach", 1).state, DeliveryState::waiting);
  EXPECT_THAT(bench.commands, IsEmpty());

  bench.restart(DeskBench::bloomreach_shop());
  bench.settle();
  ASSERT_THAT(bench.commands, SizeIs(4));
  EXPECT_THAT(json::to_text(bench.commands[0]), HasSubstr("Veronica"));
  EXPECT_EQ(bench.row("bloomreach", 1).state, DeliveryState::delivered);
}

TEST(RecordActs, SayWhatIsNotConnectedAnyMore) {
  DeskBench bench(DeskBench::two_platforms());
  bench.sitoo.sale(1)["email"] = "vera@kund.se";
  bench.klaviyo.troubles["/api/events"] = {0, 400};
  bench.sell(1);
  ASSERT_EQ(bench.row("klaviyo", 1).state, DeliveryState::parked);
  bench.restart(DeskBench::bloomreach_shop());
  const Said said = bench.await(bench.acts.send_again("", bench.record(1), "anna"));
  ASSERT_FALSE(said);
  EXPECT_THAT(said.error().what, HasSubstr("klaviyo is not connected"));
  EXPECT_EQ(bench.row("klaviyo", 1).state, DeliveryState::parked);
}

}  // namespace
}  // namespace tillbridge::app
