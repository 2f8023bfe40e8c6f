#include "app/consent_test_bench.h"
#include "app/klaviyo_channels.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::ConsentBench;
using test::ConsentChannel;
using test::ConsentState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* join_path = "/api/profile-subscription-bulk-create-jobs";
constexpr const char* leave_path = "/api/profile-subscription-bulk-delete-jobs";

class ChannelBench : public ConsentBench {
 public:
  explicit ChannelBench(const std::string& list = "", bool double_opt_in = false)
      : account(loop, transport, clock, with_list(list)),
        profiles(account, journal, test::workspace_name),
        channel(KlaviyoParts{clock, ids, test::workspace_name, account, profiles, book,
                             double_opt_in, minutes{15}}) {
    klaviyo.people["01A"] = {.email = "vera@kund.se", .phone = "+46701740601"};
  }
  static connectors::klaviyo::Config with_list(const std::string& list) {
    auto config = klaviyo_config();
    config.list_id = list;
    return config;
  }
  Outcome send(ConsentState decision, Duration ago = Duration{0},
               const std::string& address = "vera@kund.se") {
    model::ConsentAct act;
    act.channel = address.starts_with('+') ? ConsentChannel::sms : ConsentChannel::email;
    act.who.ids.emplace_back(address.starts_with('+') ? "phone_number" : "email", address);
    act.decision = decision;
    act.at = clock.now() - ago;
    act.source = "Till, Lund";
    engine::Parcel parcel;
    parcel.parts.push_back(connectors::klaviyo::part_bytes(act));
    std::vector<engine::Parcel> parcels;
    parcels.push_back(std::move(parcel));
    const auto answer = await(channel.send(std::move(parcels), engine::Route::usual));
    return answer.results.at(0).outcomes.at(0);
  }
  test::FakeKlaviyo::Consent& theirs() { return klaviyo.people["01A"].by_email; }
  void is(const std::string& state, Duration ago, const std::string& method = "PREFERENCE_PAGE") {
    theirs().state = state;
    theirs().changed_at = clock.now() - ago;
    theirs().method = method;
  }

  KlaviyoAccount account;
  KlaviyoProfiles profiles;
  KlaviyoConsentChannel channel;
};

TEST(KlaviyoConsent, AFreshSubscriptionLeavesTheTimeToKlaviyo) {
  ChannelBench bench;
  EXPECT_EQ(bench.send(ConsentState::subscribed, minutes{14}).kind, Outcome::Kind::delivered);
  ASSERT_THAT(bench.klaviyo.written, SizeIs(1));
  EXPECT_EQ(bench.klaviyo.written[0].first, join_path);
  EXPECT_THAT(bench.klaviyo.written[0].second, HasSubstr("vera@kund.se"));
  EXPECT_THAT(bench.klaviyo.written[0].second, Not(HasSubstr("historical_import")));
  EXPECT_THAT(bench.klaviyo.written[0].second, Not(HasSubstr("consented_at")));
}

TEST(KlaviyoConsent, ALateSubscriptionCarriesItsTime) {
  ChannelBench bench;
  EXPECT_EQ(bench.send(ConsentState::subscribed, minutes{15}).kind, Outcome::Kind::delivered);
  const std::string body = bench.klaviyo.written.at(0).second;
  EXPECT_THAT(body, HasSubstr("\"historical_import\":true"));
  EXPECT_THAT(body, HasSubstr("\"consented_at\":\"" +
                              connectors::klaviyo::time_text(bench.clock.now() - minutes{15})));
  EXPECT_EQ(bench.klaviyo.asked_for("subscriptions"), 1) << "read first, always";
}

TEST(KlaviyoConsent, WithDoubleOptInOnlyTheClickCounts) {
  ChannelBench bench("", true);
  EXPECT_EQ(bench.send(ConsentState::subscribed, hours{5}).kind, Outcome::Kind::delivered);
  EXPECT_THAT(bench.klaviyo.written.at(0).second, Not(HasSubstr("historical_import")));
}

TEST(KlaviyoConsent, AStaleSubscriptionIsNeverSent) {
  for (const Duration left_ago : {Duration{minutes{30}}, Duration{minutes{60}}}) {
    ChannelBench bench;
    bench.is("UNSUBSCRIBED", left_ago);
    const auto outcome = bench.send(ConsentState::subscribed, minutes{60});
    EXPECT_EQ(outcome.kind, Outcome::Kind::superseded);
    EXPECT_THAT(outcome.reason, HasSubstr("PREFERENCE_PAGE"));
    EXPECT_THAT(bench.klaviyo.written, IsEmpty());
    EXPECT_EQ(bench.state_of("vera@kund.se"), ConsentState::unsubscribed) << "the till knows now";
  }
}

TEST(KlaviyoConsent, WhoLeftLongAgoMaySubscribeAnew) {
  ChannelBench bench;
  bench.is("UNSUBSCRIBED", hours{48});
  bench.theirs().suppressions.emplace_back("UNSUBSCRIBE", bench.clock.now() - hours{48});
  EXPECT_EQ(bench.send(ConsentState::subscribed).kind, Outcome::Kind::delivered);
  EXPECT_THAT(bench.klaviyo.written, SizeIs(1));
}

TEST(KlaviyoConsent, AComplaintAfterTheDecisionWins) {
  ChannelBench bench;
  bench.is("SUBSCRIBED", hours{48});
  bench.theirs().suppressions.emplace_back("SPAM_COMPLAINT", bench.clock.now() - minutes{10});
  const auto outcome = bench.send(ConsentState::subscribed, hours{1});
  EXPECT_EQ(outcome.kind, Outcome::Kind::superseded);
  EXPECT_THAT(outcome.reason, HasSubstr("SPAM_COMPLAINT"));
  EXPECT_THAT(bench.klaviyo.written, IsEmpty());
}

TEST(KlaviyoConsent, ABounceIsNoDecision) {
  ChannelBench bench;
  bench.theirs().suppressions.emplace_back("HARD_BOUNCE", bench.clock.now() - minutes{10});
  EXPECT_EQ(bench.send(ConsentState::subscribed, hours{1}).kind, Outcome::Kind::delivered);
}

TEST(KlaviyoConsent, WhoHasLeftSinceIsNotSubscribedAlthoughKlaviyoDoesNotShowItYet) {
  ChannelBench bench;
  ConsentBook::Said left;
  left.key = left.external_id = "consent/klaviyo/e1";
  left.connection = "klaviyo";
  left.address = "vera@kund.se";
  left.entry.state = ConsentState::unsubscribed;
  left.entry.decided_at = bench.clock.now() - minutes{5};
  left.entry.source = "Klaviyo: EMAIL_LINK";
  bench.await(bench.book.take(left)).value();
  const auto outcome = bench.send(ConsentState::subscribed, minutes{5});
  EXPECT_EQ(outcome.kind, Outcome::Kind::superseded);
  EXPECT_THAT(outcome.reason, HasSubstr("EMAIL_LINK"));
  EXPECT_THAT(bench.klaviyo.written, IsEmpty());
  EXPECT_EQ(bench.send(ConsentState::subscribed, minutes{4}).kind, Outcome::Kind::delivered);
}

TEST(KlaviyoConsent, WhatKlaviyoHasIsNotSentAgain) {
  ChannelBench bench;
  bench.is("SUBSCRIBED", minutes{1});
  EXPECT_EQ(bench.send(ConsentState::subscribed, minutes{2}).kind, Outcome::Kind::superseded);
  bench.is("UNSUBSCRIBED", minutes{1});
  EXPECT_EQ(bench.send(ConsentState::unsubscribed, minutes{2}).kind, Outcome::Kind::superseded);
  EXPECT_THAT(bench.klaviyo.written, IsEmpty());
}

TEST(KlaviyoConsent, LeavingIsSentAlthoughTheAddressIsSuppressed) {
  ChannelBench bench;
  bench.is("SUBSCRIBED", hours{48});
  bench.theirs().suppressions.emplace_back("USER_SUPPRESSED", bench.clock.now());
  EXPECT_EQ(bench.send(ConsentState::unsubscribed, minutes{2}).kind, Outcome::Kind::delivered)
      << "a suppression may be lifted again";
}

TEST(KlaviyoConsent, WhoSubscribedThereSinceIsNotUnsubscribed) {
  ChannelBench bench;
  bench.is("SUBSCRIBED", minutes{10}, "HOSTED_FORM");
  EXPECT_EQ(bench.send(ConsentState::unsubscribed, minutes{60}).kind, Outcome::Kind::superseded);
  EXPECT_EQ(bench.state_of("vera@kund.se"), ConsentState::subscribed);
  EXPECT_EQ(bench.send(ConsentState::unsubscribed, minutes{10}).kind, Outcome::Kind::delivered)
      << "leaving wins a tie";
}

// Both waited for an outage: Klaviyo stamps the first when it handles it, after the second.
TEST(KlaviyoConsent, OurOwnSubscriptionDoesNotStandAgainstLeaving) {
  ChannelBench bench;
  EXPECT_EQ(bench.send(ConsentState::subscribed, minutes{10}).kind, Outcome::Kind::delivered);
  bench.clock.advance(seconds{3});
  bench.is("SUBSCRIBED", seconds{1}, "API");
  EXPECT_EQ(bench.send(ConsentState::unsubscribed, minutes{5}).kind, Outcome::Kind::delivered);
  ASSERT_THAT(bench.klaviyo.written, SizeIs(2));
  EXPECT_EQ(bench.klaviyo.written[1].first, leave_path);

  bench.clock.advance(hours{2});
  bench.is("SUBSCRIBED", hours{1}, "HOSTED_FORM");
  EXPECT_EQ(bench.send(ConsentState::unsubscribed, minutes{90}).kind, Outcome::Kind::superseded)
      << "this one the person has made";
}

TEST(KlaviyoConsent, LeavingNamesAListOnlyForThoseOnIt) {
  ChannelBench bench("L1");
  bench.klaviyo.people["01A"].lists = {"L0", "L1"};
  EXPECT_EQ(bench.send(ConsentState::unsubscribed).kind, Outcome::Kind::delivered);
  ASSERT_THAT(bench.klaviyo.written, SizeIs(1));
  EXPECT_EQ(bench.klaviyo.written[0].first, leave_path);
  EXPECT_THAT(bench.klaviyo.written[0].second, HasSubstr("\"L1\""));

  bench.klaviyo.people["01A"].lists = {"L0"};
  const auto outcome = bench.send(ConsentState::unsubscribed);
  EXPECT_EQ(outcome.kind, Outcome::Kind::superseded);
  EXPECT_THAT(outcome.reason, HasSubstr("not on the list"));
  EXPECT_EQ(bench.send(ConsentState::unsubscribed, Duration{0}, "ny@kund.se").kind,
            Outcome::Kind::superseded)
      << "Klaviyo does not know this one";
  EXPECT_THAT(bench.klaviyo.written, SizeIs(1));
}

TEST(KlaviyoConsent, LeavingWithoutAListIsForTheChannel) {
  ChannelBench bench;
  EXPECT_EQ(bench.send(ConsentState::unsubscribed, Duration{0}, "+46701740601").kind,
            Outcome::Kind::delivered);
  const std::string body = bench.klaviyo.written.at(0).second;
  EXPECT_THAT(body, HasSubstr("\"sms\""));
  EXPECT_THAT(body, Not(HasSubstr("relationships")));
}

TEST(KlaviyoConsent, NothingIsSentUnread) {
  ChannelBench bench;
  bench.klaviyo.statuses = {503};
  const auto outcome = bench.send(ConsentState::unsubscribed);
  EXPECT_EQ(outcome.kind, Outcome::Kind::transient);
  EXPECT_TRUE(outcome.connection_at_fault);
  EXPECT_THAT(bench.klaviyo.written, IsEmpty());
}

}  // namespace
}  // namespace tillbridge::app
