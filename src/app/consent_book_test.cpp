#include "app/consent_book.h"

#include "app/consent_test_bench.h"
#include "desk/journey_view.h"

namespace tillbridge::app {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::ConsentBench;
using test::ConsentChannel;
using test::ConsentState;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

ConsentBook::Said said(const std::string& key, ConsentState state, Instant at,
                       const std::string& source = "Till") {
  ConsentBook::Said made;
  made.key = made.external_id = key;
  made.connection = "till";
  made.address = "vera@kund.se";
  made.entry.state = state;
  made.entry.decided_at = at;
  made.entry.source = source;
  made.reason = "decided at the till";
  return made;
}

journal::AddDelivery act(ConsentBench& bench, const std::string& effect) {
  journal::AddDelivery delivery;
  delivery.id = bench.ids.next<DeliveryId>();
  delivery.workspace = test::workspace_name;
  delivery.connection = "klaviyo";
  delivery.flow = "consent_to_klaviyo";
  delivery.effect = effect;
  delivery.lane = "consent/vera@kund.se";
  delivery.due_at = delivery.happened_at = bench.clock.now();
  delivery.parts = {"{}"};
  return delivery;
}

TEST(ConsentBook, TheNewestDecisionWinsInAnyOrder) {
  ConsentBench bench;
  const Instant noon = bench.clock.now();
  const auto first =
      bench.await(bench.book.take(said("a", ConsentState::subscribed, noon, "Till, Lund")));
  ASSERT_TRUE(first);
  EXPECT_TRUE(first->fresh && first->changed);
  const auto later =
      bench.await(bench.book.take(said("b", ConsentState::unsubscribed, noon + minutes{5})));
  EXPECT_TRUE(later->changed);
  const auto late =
      bench.await(bench.book.take(said("c", ConsentState::subscribed, noon + minutes{2})));
  EXPECT_TRUE(late->fresh);
  EXPECT_FALSE(late->changed);
  EXPECT_EQ(bench.known("vera@kund.se")->state, ConsentState::unsubscribed);
  EXPECT_EQ(bench.known("vera@kund.se")->decided_at, noon + minutes{5});
  EXPECT_THAT(bench.record("c")->record.reason, HasSubstr("a newer decision is known"));
  EXPECT_FALSE(bench.known("vera@kund.se", ConsentChannel::sms)) << "channels are apart";
}

TEST(ConsentBook, LeavingWinsATieInWholeSeconds) {
  ConsentBench bench;
  const Instant noon = bench.clock.now();
  const auto half = std::chrono::milliseconds{500};
  bench.await(bench.book.take(said("a", ConsentState::subscribed, noon + half))).value();
  bench.await(bench.book.take(said("b", ConsentState::unsubscribed, noon))).value();
  EXPECT_EQ(bench.state_of("vera@kund.se"), ConsentState::unsubscribed);
  bench.await(bench.book.take(said("c", ConsentState::subscribed, noon + half))).value();
  EXPECT_EQ(bench.state_of("vera@kund.se"), ConsentState::unsubscribed);
}

TEST(ConsentBook, AKnownKeyIsNotTakenAgain) {
  ConsentBench bench;
  const Instant noon = bench.clock.now();
  bench.await(bench.book.take(said("a", ConsentState::subscribed, noon))).value();
  const auto again =
      bench.await(bench.book.take(said("a", ConsentState::unsubscribed, noon + minutes{1})));
  EXPECT_FALSE(again->fresh);
  EXPECT_EQ(bench.state_of("vera@kund.se"), ConsentState::subscribed);
  EXPECT_EQ(bench.counts().records, 1U);
  EXPECT_EQ(bench.counts().arrivals, 1U);
}

TEST(ConsentBook, TwoAtOnceAreOneAfterTheOther) {
  ConsentBench bench;
  const Instant noon = bench.clock.now();
  std::vector<ConsentBook::Taken> taken;
  for (int i = 0; i < 2; ++i) {
    boost::asio::co_spawn(bench.loop, bench.book.take(said("a", ConsentState::subscribed, noon)),
                          [&](const std::exception_ptr&, Result<ConsentBook::Taken> one) {
                            taken.push_back(one.value());
                          });
  }
  ASSERT_TRUE(bench.run_until([&] { return taken.size() == 2; }));
  EXPECT_NE(taken[0].fresh, taken[1].fresh);
  EXPECT_EQ(bench.counts().records, 1U);
}

TEST(ConsentBook, AStaleSubscriptionIsKeptAndSkipped) {
  ConsentBench bench;
  const Instant noon = bench.clock.now();
  bench.await(bench.book.take(said("left", ConsentState::unsubscribed, noon))).value();
  auto stale = said("stale", ConsentState::subscribed, noon - minutes{1});
  stale.deliveries.push_back(act(bench, "stale"));
  bench.await(bench.book.take(std::move(stale))).value();
  auto leaving = said("leaving", ConsentState::unsubscribed, noon - minutes{2});
  leaving.deliveries.push_back(act(bench, "leaving"));
  bench.await(bench.book.take(std::move(leaving))).value();

  const auto skipped = bench.record("stale")->deliveries;
  ASSERT_THAT(skipped, SizeIs(1));
  EXPECT_EQ(skipped[0].state, journal::DeliveryState::skipped);
  EXPECT_THAT(skipped[0].reason, HasSubstr("newer decision"));
  EXPECT_EQ(bench.record("leaving")->deliveries.at(0).state, journal::DeliveryState::waiting)
      << "to leave once more does no harm; the channel decides";
}

TEST(ConsentBook, WhatIsStoredIsReadBackOrNothing) {
  ConsentBench bench;
  const Instant noon = bench.clock.now();
  bench.await(bench.book.take(said("a", ConsentState::unsubscribed, noon, "Klaviyo: SPAM")))
      .value();
  const auto entry = bench.known("vera@kund.se");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->source, "Klaviyo: SPAM");
  EXPECT_EQ(entry->decided_at, noon);
  EXPECT_EQ(entry->seen_at, bench.clock.now());
  EXPECT_FALSE(read_consent("no JSON"));
  EXPECT_FALSE(read_consent("[]"));
  EXPECT_EQ(read_consent(R"({"state":"perhaps"})")->state, ConsentState::unknown);
}

TEST(ConsentBook, KnowsTheEchoOfWhatWasTold) {
  ConsentBench bench;
  ConsentEntry theirs;
  theirs.state = ConsentState::subscribed;
  const auto is_echo = [&](Duration after, ConsentChannel channel = ConsentChannel::email) {
    theirs.decided_at = bench.clock.now() + after;
    return bench.await(bench.book.is_echo("vera@kund.se", channel, theirs)).value();
  };
  EXPECT_FALSE(is_echo(seconds{0}));
  ASSERT_TRUE(bench.await(
      bench.book.note_telling("vera@kund.se", ConsentChannel::email, ConsentState::subscribed)));
  EXPECT_TRUE(is_echo(seconds{0}));
  EXPECT_TRUE(is_echo(minutes{10}));
  EXPECT_FALSE(is_echo(minutes{11}));
  EXPECT_FALSE(is_echo(-minutes{3}));
  EXPECT_FALSE(is_echo(seconds{0}, ConsentChannel::sms));
  theirs.state = ConsentState::unsubscribed;
  EXPECT_FALSE(is_echo(seconds{0}));
  EXPECT_FALSE(bench.known("vera@kund.se")) << "it is no decision";
}

// The journey of an order whose customer is known by e-mail and phone.
TEST(JourneyConsents, AreLinesOfTheRecord) {
  ConsentBench bench;
  auto left = said("a", ConsentState::unsubscribed, from_unix_seconds(1'784'548'800),
                   "Klaviyo: PREFERENCE_PAGE");
  bench.await(bench.book.take(left)).value();
  journal::Step step;
  journal::PutRecord order;
  order.id = bench.ids.next<RecordId>();
  order.workspace = test::workspace_name;
  order.kind = "sale";
  order.key = "order/20417";
  order.search_keys = {"order:20417", "email:Vera@Kund.se", "phone:+46701740601", "email:"};
  step.records.push_back(order);
  bench.commit(std::move(step));

  const auto journey = bench.journey("20417");
  ASSERT_TRUE(journey);
  const auto lines = bench.ask<std::vector<desk::ConsentLine>>(
      [row = journey->record](journal::Reader& reader) { return desk::consents_of(reader, row); });
  ASSERT_THAT(lines, SizeIs(1)) << "nothing is known about the phone";
  const std::string text = desk::journey_text(*journey, Zone{}, false, lines);
  EXPECT_THAT(text, HasSubstr("consent by email: unsubscribed since 2026-07-20"));
  EXPECT_THAT(text, HasSubstr("(Klaviyo: PREFERENCE_PAGE)"));
  EXPECT_THAT(text, Not(HasSubstr("vera@kund.se"))) << "personal data only when asked for";
  EXPECT_THAT(desk::journey_text(*journey, Zone{}, true, lines), HasSubstr("vera@kund.se"));

  const json::Object document = desk::journey_json(*journey, false, lines);
  const json::Array& consents = document.at("consents").as_array();
  ASSERT_THAT(consents, SizeIs(1));
  EXPECT_EQ(consents[0].at("state"), "unsubscribed");
  EXPECT_EQ(consents[0].at("channel"), "email");
  EXPECT_FALSE(consents[0].as_object().contains("address"));
}

}  // namespace
}  // namespace tillbridge::app
