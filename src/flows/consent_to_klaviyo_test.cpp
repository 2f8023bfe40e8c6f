#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flows/flow_test_orders.h"
#include "flows/klaviyo.h"

namespace tillbridge::flows {
namespace {

using namespace test;
using model::ConsentChannel;
using model::ConsentState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

const Instant decided_at = from_unix_us(1'784'548'800'900'000);

Result<ConsentPlan> planned(const std::string& address, ConsentChannel channel,
                            ConsentState decision = ConsentState::subscribed) {
  KlaviyoSettings settings;
  settings.shared_addresses = {"kassan@butik.se"};
  return plan_consent_for_klaviyo(address, "SE", channel, decision, decided_at,
                                  "Till, Uppsala Centrum", settings);
}

TEST(ConsentToKlaviyo, OneActPerPersonAndChannel) {
  const auto email = planned(" Vera@Kund.se", ConsentChannel::email);
  ASSERT_TRUE(email.has_value());
  EXPECT_EQ(email->flow, "consent_to_klaviyo");
  EXPECT_EQ(email->effect, "consent/email/vera@kund.se/1784548800");
  EXPECT_EQ(email->lane, "consent/vera@kund.se");
  EXPECT_THAT(shown_ids(email->act.who), ElementsAre(Pair("email", "vera@kund.se")));
  EXPECT_EQ(email->act.channel, ConsentChannel::email);
  EXPECT_EQ(email->act.decision, ConsentState::subscribed);
  EXPECT_EQ(email->act.at, from_unix_seconds(1'784'548'800));
  EXPECT_EQ(email->act.source, "Till, Uppsala Centrum");

  const auto sms = planned("070-174 06 01", ConsentChannel::sms, ConsentState::unsubscribed);
  ASSERT_TRUE(sms.has_value());
  EXPECT_EQ(sms->effect, "consent/sms/+46701740601/1784548800");
  EXPECT_EQ(sms->lane, "consent/+46701740601");
  EXPECT_THAT(shown_ids(sms->act.who), ElementsAre(Pair("phone_number", "+46701740601")));
  EXPECT_EQ(sms->act.decision, ConsentState::unsubscribed);
}

TEST(ConsentToKlaviyo, WhatCannotBeRightIsRefusedWithoutTheValue) {
  const struct {
    const char* address;
    ConsentChannel channel;
    ConsentState decision;
    const char* says;
  } cases[] = {
      {"", ConsentChannel::email, ConsentState::subscribed, "no e-mail"},
      {"", ConsentChannel::sms, ConsentState::subscribed, "no phone"},
      {"vera-at-kund", ConsentChannel::email, ConsentState::subscribed, "@"},
      {"vera@example.com", ConsentChannel::email, ConsentState::unsubscribed, "test domain"},
      {"kassan@butik.se", ConsentChannel::email, ConsentState::subscribed, "shared"},
      {"12", ConsentChannel::sms, ConsentState::subscribed, ""},
      {"vera@kund.se", ConsentChannel::sms, ConsentState::subscribed, ""},
      {"vera@kund.se", ConsentChannel::email, ConsentState::unknown, "either"},
  };
  for (const auto& c : cases) {
    const auto plan = planned(c.address, c.channel, c.decision);
    ASSERT_FALSE(plan.has_value()) << c.address;
    EXPECT_EQ(plan.error().kind, Error::Kind::invalid_input);
    EXPECT_THAT(plan.error().what, HasSubstr(c.says));
    EXPECT_THAT(plan.error().what, Not(HasSubstr("vera")));
    EXPECT_THAT(plan.error().what, Not(HasSubstr("kassan")));
  }
}

}  // namespace
}  // namespace tillbridge::flows
