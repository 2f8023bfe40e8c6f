#include "connectors/klaviyo/webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::connectors::klaviyo {
namespace {

using model::ConsentChannel;
using model::ConsentState;
using testing::HasSubstr;
using testing::Not;

// RFC 4231, test case 2; the message is cut where the header would begin.
constexpr std::string_view rfc_signature =
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

TEST(Signature, IsOverBodyAndTimestamp) {
  const Secret secret{"Jefe"};
  EXPECT_TRUE(signature_is_right(secret, "what do ya want ", "for nothing?", rfc_signature));
  EXPECT_TRUE(signature_is_right(secret, "", "what do ya want for nothing?", rfc_signature));
  EXPECT_FALSE(signature_is_right(secret, "what do ya want ", "for nothing!", rfc_signature));
  EXPECT_FALSE(
      signature_is_right(Secret{"jefe"}, "what do ya want ", "for nothing?", rfc_signature));
  EXPECT_FALSE(signature_is_right(secret, "what do ya want ", "for nothing?", ""));
  EXPECT_FALSE(
      signature_is_right(secret, "what do ya want ", "for nothing?", rfc_signature.substr(0, 63)));
}

TEST(Signature, IsNeverRightWithoutASecret) {
  // HMAC-SHA256 of nothing with an empty key.
  EXPECT_FALSE(signature_is_right(
      Secret{}, "", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"));
}

std::string event(std::string_view attributes) {
  return R"({"data":{"type":"event","id":"4aBcDeFgHiK","attributes":)" + std::string(attributes) +
         R"(,"relationships":{"metric":{"data":{"type":"metric","id":"Sh1234"}},
         "profile":{"data":{"type":"profile","id":"01JX0000000000000000000001"}}}}})";
}
std::string entry(std::string_view topic, std::string_view payload) {
  return R"({"topic":")" + std::string(topic) + R"(","external_id":"4aBcDeFgHiK","payload":)" +
         std::string(payload) + "}";
}
std::string delivery(std::string_view entries) {
  return R"({"meta":{"timestamp":"2026-07-21T06:30:12.101159+00:00",
    "klaviyo_webhook_id":"01JXWEBHOOK00000000000001","klaviyo_account_id":"Ab12Cd",
    "version":"2024-06-28"},"data":[)" +
         std::string(entries) + "]}";
}
constexpr std::string_view attributes_11_3 =
    R"({"timestamp":1784615406,"datetime":"2026-07-21T06:30:06+00:00","event_properties":
    {"method":"PREFERENCE_PAGE","email_address":"elin.berg@kund.example","$event_id":"1784615406"}})";
constexpr std::string_view left_topic = "event:klaviyo.unsubscribed_from_email_marketing";
constexpr std::string_view webhook_id = "01JXWEBHOOK00000000000001";

TEST(WebhookEntries, TheContractsExample) {
  const std::string body = delivery(entry(left_topic, event(attributes_11_3)) + "," +
                                    entry("event:klaviyo.bounced_email", event(attributes_11_3)));
  const auto entries = webhook_entries(body, webhook_id);
  ASSERT_TRUE(entries) << entries.error().what;
  ASSERT_EQ(entries->size(), 2U);
  const WebhookEntry& left = entries->front();
  EXPECT_EQ(left.event_id, "4aBcDeFgHiK");
  EXPECT_EQ(left.topic, left_topic);
  EXPECT_EQ(left.profile_id, "01JX0000000000000000000001");
  EXPECT_EQ(left.email, "elin.berg@kund.example");
  EXPECT_EQ(left.phone_number, "");
  EXPECT_EQ(left.at, from_unix_seconds(1'784'615'406));
  EXPECT_EQ(left.channel, ConsentChannel::email);
  EXPECT_EQ(left.state, ConsentState::unsubscribed);
  EXPECT_EQ(left.raw, entry(left_topic, event(attributes_11_3)));
  EXPECT_EQ(entries->back().channel, std::nullopt);
  EXPECT_EQ(entries->back().state, ConsentState::unknown);
}

TEST(WebhookEntries, TimesInSecondsWillDo) {
  const auto entries = webhook_entries(
      delivery(entry(left_topic, event(R"({"timestamp":1784615406})"))), webhook_id);
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries->front().at, from_unix_seconds(1'784'615'406));
}

TEST(WebhookEntries, RefusesOtherShapes) {
  const std::string good = entry(left_topic, event(attributes_11_3));
  ASSERT_TRUE(webhook_entries(delivery(good), webhook_id));
  EXPECT_TRUE(webhook_entries(delivery(""), webhook_id)->empty());
  const std::string bad[] = {
      "",
      "[]",
      R"({"data":[]})",
      R"({"meta":{"klaviyo_webhook_id":"01JXWEBHOOK00000000000001"}})",
      delivery("7"),
      delivery(R"({"topic":"x"})"),
      delivery(entry("", event(attributes_11_3))),
      delivery(entry(left_topic, "{}")),
      delivery(entry(left_topic, event("{}"))),
      delivery(entry(left_topic, event(R"({"datetime":"yesterday"})"))),
      delivery(good + "," + entry(left_topic, "null")),
  };
  for (const std::string& body : bad) {
    const auto entries = webhook_entries(body, webhook_id);
    ASSERT_FALSE(entries) << body;
    EXPECT_EQ(entries.error().kind, Error::Kind::invalid_input);
    EXPECT_THAT(entries.error().what, Not(HasSubstr("elin")));
  }
}

TEST(WebhookEntries, HeaderAndBodyMustAgree) {
  const std::string body = delivery(entry(left_topic, event(attributes_11_3)));
  EXPECT_FALSE(webhook_entries(body, "01JXWEBHOOK00000000000002"));
  EXPECT_FALSE(webhook_entries(body, ""));
}

TEST(Meaning, OfTopicsAndMetrics) {
  struct Case {
    const char* topic;
    const char* metric;
    ConsentChannel channel;
    ConsentState state;
  };
  const Case cases[] = {
      {"subscribed_to_email_marketing", "Subscribed to Email Marketing", ConsentChannel::email,
       ConsentState::subscribed},
      {"unsubscribed_from_email_marketing", "Unsubscribed from Email Marketing",
       ConsentChannel::email, ConsentState::unsubscribed},
      {"subscribed_to_sms_marketing", "Subscribed to SMS Marketing", ConsentChannel::sms,
       ConsentState::subscribed},
      {"unsubscribed_from_sms_marketing", "Unsubscribed from SMS Marketing", ConsentChannel::sms,
       ConsentState::unsubscribed},
      {"marked_email_as_spam", "Marked Email as Spam", ConsentChannel::email,
       ConsentState::unsubscribed},
      {"manually_suppressed_from_email_marketing", "Manually Suppressed from Email Marketing",
       ConsentChannel::email, ConsentState::unsubscribed},
  };
  for (const Case& c : cases) {
    const auto topic = meaning_of_topic(std::string("event:klaviyo.") + c.topic);
    const auto metric = meaning_of_metric(c.metric);
    ASSERT_TRUE(topic && metric) << c.topic;
    EXPECT_EQ(topic->channel, c.channel) << c.topic;
    EXPECT_EQ(topic->state, c.state) << c.topic;
    EXPECT_EQ(metric->channel, c.channel) << c.topic;
    EXPECT_EQ(metric->state, c.state) << c.topic;
  }
  for (const auto* other :
       {"", "event:klaviyo.", "event:klaviyo.subscribed_to_list",
        "event:klaviyo.manually_unsuppressed_from_email_marketing",
        "event:api.subscribed_to_email_marketing", "subscribed_to_email_marketing"})
    EXPECT_FALSE(meaning_of_topic(other)) << other;
  EXPECT_FALSE(meaning_of_metric("Placed Order"));
  EXPECT_FALSE(meaning_of_metric("event:klaviyo.marked_email_as_spam"));
}

}  // namespace
}  // namespace tillbridge::connectors::klaviyo
