#include "app/klaviyo_webhooks.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "app/consent_poll.h"
#include "app/consent_test_bench.h"

namespace tillbridge::app {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::ConsentBench;
using test::ConsentChannel;
using test::ConsentState;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* secret = "at-least-16-characters-long";
constexpr const char* webhook_id = "01JXWEBHOOK00000000000001";
constexpr const char* timestamp = "Tue, 21 Jul 2026 06:30:12 GMT";

std::string signature_of(const std::string& body) {
  const std::string message = body + timestamp;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret, static_cast<int>(std::string_view(secret).size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
       &size);
  std::string text;
  for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

class WebhookBench : public ConsentBench {
 public:
  explicit WebhookBench(const std::string& with_secret = secret)
      : account(loop, transport, clock, with(with_secret)),
        webhooks(around(), test::workspace_name, account, book) {}

  static connectors::klaviyo::Config with(const std::string& secret_text) {
    auto config = klaviyo_config();
    config.webhook_secret = Secret(secret_text);
    return config;
  }
  std::string entry(const std::string& id, const std::string& topic, const std::string& properties,
                    const std::string& profile = "01A") const {
    return fmt::format(
        R"({{"topic":"event:klaviyo.{}","external_id":"{}","payload":{{"data":{{"type":"event",)"
        R"("id":"{}","attributes":{{"datetime":"{}","event_properties":{{{}}}}},"relationships":)"
        R"({{"profile":{{"data":{{"type":"profile","id":"{}"}}}}}}}}}}}})",
        topic, id, id, connectors::klaviyo::time_text(clock.now() - minutes{1}), properties,
        profile);
  }
  static std::string body_of(const std::string& entries) {
    return fmt::format(
        R"({{"meta":{{"klaviyo_webhook_id":"{}","version":"2024-06-28"}},"data":[{}]}})",
        webhook_id, entries);
  }
  int post(const std::string& body, const std::string& signature = "") {
    http::Request request;
    request.method = "POST";
    request.body = body;
    request.headers.push_back(
        {"klaviyo-signature", signature.empty() ? signature_of(body) : signature});
    request.headers.push_back({"klaviyo-timestamp", timestamp});
    request.headers.push_back({"klaviyo-webhook-id", webhook_id});
    return await(webhooks.receive(std::move(request))).status;
  }

  KlaviyoAccount account;
  KlaviyoWebhooks webhooks;
};

constexpr const char* left = "unsubscribed_from_email_marketing";
constexpr const char* left_sms = "unsubscribed_from_sms_marketing";
constexpr const char* veras =
    R"("method":"PREFERENCE_PAGE","email_address":"Vera@kund.se","$event_id":"1")";

TEST(KlaviyoWebhooks, WhatWasDecidedIsKeptBeforeTheAnswer) {
  WebhookBench bench;
  EXPECT_EQ(bench.post(bench.body_of(bench.entry("e1", left, veras))), 200);
  const auto known = bench.known("vera@kund.se");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->state, ConsentState::unsubscribed);
  EXPECT_EQ(known->source, "Klaviyo: PREFERENCE_PAGE");
  EXPECT_EQ(known->decided_at, bench.clock.now() - minutes{1});
  const auto journey = bench.record("consent/klaviyo/e1");
  ASSERT_TRUE(journey);
  EXPECT_THAT(journey->deliveries, IsEmpty());
  EXPECT_EQ(journey->arrivals.at(0).source, journal::ArrivalSource::event);
  EXPECT_THAT(journey->record.reason, HasSubstr("Klaviyo's own decision, kept"));
  EXPECT_THAT(bench.klaviyo.asked, IsEmpty());
}

TEST(KlaviyoWebhooks, ARepeatedOneIsKeptOnce) {
  WebhookBench bench;
  const std::string body = bench.body_of(bench.entry("e1", left, veras));
  EXPECT_EQ(bench.post(body), 200);
  EXPECT_EQ(bench.post(body), 200);
  EXPECT_EQ(bench.counts().records, 1U);
  EXPECT_EQ(bench.counts().arrivals, 1U);
}

TEST(KlaviyoWebhooks, AWrongSignatureIsRefused) {
  WebhookBench bench;
  const std::string body = bench.body_of(bench.entry("e1", left, veras));
  EXPECT_EQ(bench.post(body, signature_of(body + " ")), 401);
  EXPECT_EQ(bench.post(body, "none"), 401);
  EXPECT_EQ(bench.counts().records, 0U);
  WebhookBench without("");
  EXPECT_EQ(without.post(body), 401) << "without a secret nobody is believed";
}

TEST(KlaviyoWebhooks, ABodyThatIsNoneIsRefused) {
  WebhookBench bench;
  for (const std::string body : {"", "no JSON", "[]", R"({"meta":{},"data":[]})"}) {
    EXPECT_EQ(bench.post(body), 400) << body;
  }
  std::string other = bench.body_of("");
  other.replace(other.find(webhook_id), 4, "99ZZ");
  EXPECT_EQ(bench.post(other), 400) << "header and body name different webhooks";
  EXPECT_EQ(bench.post(bench.body_of("")), 200) << "an empty one is one";
}

TEST(KlaviyoWebhooks, WhatSaysNothingAboutConsentIsIgnored) {
  WebhookBench bench;
  EXPECT_EQ(bench.post(bench.body_of(bench.entry("e1", "bounced_email", veras))), 200);
  EXPECT_EQ(bench.counts().records, 0U);
}

TEST(KlaviyoWebhooks, AnAddressThatIsNotSaidIsLookedUp) {
  WebhookBench bench;
  bench.klaviyo.people["01A"] = {.email = "vera@kund.se", .phone = "+46701740601"};
  const std::string entries = bench.entry("e1", left_sms, "") + "," + bench.entry("e2", left, "") +
                              "," + bench.entry("e3", left, "", "gone");
  EXPECT_EQ(bench.post(bench.body_of(entries)), 200);
  EXPECT_EQ(bench.state_of("+46701740601", ConsentChannel::sms), ConsentState::unsubscribed);
  EXPECT_EQ(bench.state_of("vera@kund.se"), ConsentState::unsubscribed);
  EXPECT_EQ(bench.known("vera@kund.se")->source, std::string("Klaviyo: ") + left);
  EXPECT_EQ(bench.counts().records, 2U) << "nobody is left behind the third";
}

TEST(KlaviyoWebhooks, WhatCannotBeLookedUpComesAgain) {
  WebhookBench bench;
  bench.klaviyo.people["01A"] = {.email = "vera@kund.se"};
  bench.klaviyo.statuses = {500};
  const std::string body = bench.body_of(bench.entry("e1", left, ""));
  EXPECT_EQ(bench.post(body), 503);
  EXPECT_EQ(bench.counts().records, 0U);
  EXPECT_EQ(bench.post(body), 200);
  EXPECT_EQ(bench.counts().records, 1U);
}

TEST(KlaviyoWebhooks, WhatCannotBeStoredComesAgain) {
  WebhookBench bench;
  bench.journal.stop();
  EXPECT_EQ(bench.post(bench.body_of(bench.entry("e1", left, veras))), 503);
}

TEST(KlaviyoWebhooks, WhatThePollFindsTooIsKeptOnce) {
  WebhookBench bench;
  EXPECT_EQ(bench.post(bench.body_of(bench.entry("e1", left, veras))), 200);
  auto& vera = bench.klaviyo.people["01A"];
  vera.email = "vera@kund.se";
  vera.by_email.state = "UNSUBSCRIBED";
  vera.by_email.method = "PREFERENCE_PAGE";
  vera.by_email.changed_at = bench.clock.now() - minutes{1};
  vera.by_email.suppressions.emplace_back("UNSUBSCRIBE", bench.clock.now() - minutes{1});
  ConsentPoll poll(bench.around(), test::workspace_name, seconds{60}, bench.account, bench.book);
  bool looked = false;
  boost::asio::co_spawn(bench.loop, poll.look(), [&](const std::exception_ptr&) { looked = true; });
  ASSERT_TRUE(bench.run_until([&] { return looked; }));
  EXPECT_EQ(bench.counts().records, 1U);
}

}  // namespace
}  // namespace tillbridge::app
