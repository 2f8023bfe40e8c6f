// Webhooks: managing them, and what arrives.
#include "klaviyo/webhooks.h"

#include <set>

#include <gtest/gtest.h>

#include "klaviyo/test_account.h"

namespace sandbox::klaviyo {
namespace {

using test::json;
using test::parsed;
using test::pointers;

const std::string left = "event:klaviyo.unsubscribed_from_email_marketing";

class KlaviyoSimWebhooksTest : public test::AccountTest {
 protected:
  void SetUp() override {
    change(R"({"webhooks_plan":true})");
    imported(R"("email":"elin@b.se")");
  }
  static std::string body(const std::string& attributes, const std::string& topic,
                          const std::string& id = "") {
    return R"({"data":{"type":"webhook",)" + id + R"("attributes":{)" + attributes +
           R"(},"relationships":{"webhook-topics":{"data":[{"type":"webhook-topic","id":")" +
           topic + R"("}]}}}})";
  }
  static std::string attributes(const std::string& secret = "sixteen-letters-") {
    return R"("name":"W","endpoint_url":"https://hub.shop.se/in/klaviyo?x=1","secret_key":")" +
           secret + "\"";
  }
  std::string registered() {
    const Reply reply = post("/api/webhooks", body(attributes(), left));
    EXPECT_EQ(reply.status, 201) << reply.body;
    return std::string(parsed(reply).at_pointer("/data/id").as_string());
  }
  // Lets the deliveries happen until there were so many or nothing more comes.
  void deliver(std::size_t wanted) {
    simulator.start();
    const tillbridge::SystemClock real;
    const auto deadline = real.tick() + std::chrono::seconds{5};
    loop.restart();
    while (transport.requests().size() < wanted && real.tick() < deadline) {
      loop.run_one_for(std::chrono::milliseconds{20});
      clock.advance(std::chrono::milliseconds{1});
    }
    tillbridge::TaskGroup group(loop, [](const std::string& what) { ADD_FAILURE() << what; });
    group.start(simulator.stop());
    loop.restart();
    loop.run();
  }
  static boost::json::value delivered(const tillbridge::outbound::HttpRequest& request) {
    return boost::json::parse(request.body);
  }
  static std::string sent_header(const tillbridge::outbound::HttpRequest& request,
                                 std::string_view name) {
    for (const auto& [key, value] : request.headers)
      if (key == name) return value;
    return "";
  }
};

TEST_F(KlaviyoSimWebhooksTest, NeedThePlan) {
  change(R"({"webhooks_plan":false})");
  EXPECT_EQ(get("/api/webhooks").status, 403);
  EXPECT_EQ(get("/api/webhook-topics").status, 403);
}

TEST_F(KlaviyoSimWebhooksTest, AreManaged) {
  EXPECT_EQ(pointers(post("/api/webhooks", body(attributes("short"), left))),
            "/data/attributes/secret_key");
  EXPECT_EQ(pointers(post("/api/webhooks", body(attributes(), "event:klaviyo.nothing"))),
            "/data/relationships/webhook-topics/data");
  const std::string id = registered();
  auto shown = parsed(get("/api/webhooks/" + id)).at("data");
  EXPECT_EQ(shown.at_pointer("/attributes/endpoint_url"), "https://hub.shop.se/...");
  EXPECT_FALSE(shown.at("attributes").as_object().contains("secret_key"));
  EXPECT_EQ(shown.at_pointer("/attributes/enabled"), true);
  const Reply changed = send(request(
      "PATCH", "/api/webhooks/" + id,
      R"({"data":{"type":"webhook","id":")" + id + R"(","attributes":{"enabled":false}}})"));
  EXPECT_EQ(parsed(changed).at_pointer("/data/attributes/enabled"), false);
  EXPECT_EQ(parsed(get("/api/webhooks")).at("data").as_array().size(), 1U);
  EXPECT_EQ(get("/api/webhook-topics/" + left).status, 200);
  event(R"("email":"elin@b.se")", "Placed Order");
  EXPECT_EQ(get("/api/webhook-topics/event:api.placed_order").status, 200);
  EXPECT_EQ(send(request("DELETE", "/api/webhooks/" + id)).status, 204);
  EXPECT_EQ(get("/api/webhooks/" + id).status, 404);
  change(R"({"webhook_needs_https":true})");
  std::string plain = body(attributes(), left);
  plain.replace(plain.find("https"), 5, "http");
  EXPECT_EQ(post("/api/webhooks", plain).status, 400);
  for (int i = 0; i < 10; ++i) registered();
  EXPECT_EQ(post("/api/webhooks", body(attributes(), left)).status, 400);
}

TEST_F(KlaviyoSimWebhooksTest, ADeliveryIsSignedAndHoldsTheEvent) {
  const std::string id = registered();
  change(R"({"webhook_clock_shift_s":3600})");
  ASSERT_TRUE(simulator.person_decides("elin@b.se", Channel::email, false).has_value());
  ASSERT_TRUE(simulator.person_decides("elin@b.se", Channel::email, true).has_value());  // no topic
  deliver(1);
  ASSERT_EQ(transport.requests().size(), 1U);
  const auto& sent = transport.requests()[0];
  EXPECT_EQ(sent.url, "https://hub.shop.se/in/klaviyo?x=1");
  EXPECT_EQ(sent_header(sent, "Klaviyo-Webhook-Id"), id);
  const std::string timestamp = sent_header(sent, "Klaviyo-Timestamp");
  EXPECT_EQ(timestamp, "Thu, 01 Jan 2026 01:00:00 GMT");
  EXPECT_EQ(sent_header(sent, "Klaviyo-Signature"),
            webhook_signature("sixteen-letters-", sent.body, timestamp));
  const auto body = delivered(sent);
  EXPECT_EQ(body.at_pointer("/meta/klaviyo_webhook_id"), id.c_str());
  EXPECT_EQ(body.at_pointer("/meta/timestamp"), "2026-01-01T00:00:00.000000+00:00");
  ASSERT_EQ(body.at("data").as_array().size(), 1U);
  EXPECT_EQ(body.at_pointer("/data/0/topic"), left.c_str());
  EXPECT_EQ(body.at_pointer("/data/0/external_id"), body.at_pointer("/data/0/payload/data/id"));
  EXPECT_EQ(body.at_pointer("/data/0/payload/data/attributes/event_properties/email_address"),
            "elin@b.se");
}

TEST_F(KlaviyoSimWebhooksTest, TheSignatureIsTheKnownOne) {
  // HMAC-SHA256, key "key", over "The quick brown fox jumps over the lazy dog".
  EXPECT_EQ(webhook_signature("key", "The quick brown fox jumps over ", "the lazy dog"),
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
}

TEST_F(KlaviyoSimWebhooksTest, BatchesRepeatsAndDisorder) {
  registered();
  change(R"({"webhook_batch_max":20,"webhook_repeat":1,"webhook_disorder":1})");
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(simulator.person_decides("elin@b.se", Channel::email, false).has_value());
  deliver(2);
  ASSERT_EQ(transport.requests().size(), 2U);
  EXPECT_EQ(transport.requests()[0].body, transport.requests()[1].body);
  const auto body = delivered(transport.requests()[0]);
  std::set<std::string> ids;
  for (const auto& one : body.at("data").as_array())
    ids.insert(one.at("external_id").as_string().c_str());
  EXPECT_EQ(ids.size(), 20U);
  EXPECT_EQ(count("/webhooks/repeated"), 1U);
}

TEST_F(KlaviyoSimWebhooksTest, FailuresAreTriedAgainAndGivenUp) {
  registered();
  change(R"({"webhook_attempts_max":3})");
  webhook_answer = 503;
  ASSERT_TRUE(simulator.person_decides("elin@b.se", Channel::email, false).has_value());
  deliver(3);
  EXPECT_EQ(transport.requests().size(), 3U);
  EXPECT_EQ(count("/webhooks/given_up"), 1U);
  EXPECT_EQ(count("/webhooks/delivered"), 0U);
}

TEST_F(KlaviyoSimWebhooksTest, TheTestButton) {
  const std::string id = registered();
  EXPECT_FALSE(simulator.press_webhook_test("none").has_value());
  ASSERT_TRUE(simulator.press_webhook_test(id).has_value());
  deliver(1);
  ASSERT_EQ(transport.requests().size(), 1U);
  EXPECT_EQ(delivered(transport.requests()[0]).at_pointer("/data/0/topic"), left.c_str());
}

}  // namespace
}  // namespace sandbox::klaviyo
