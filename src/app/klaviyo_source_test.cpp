#include "app/klaviyo_source.h"

#include "app/test_bench.h"

namespace tillbridge::app {
namespace {

using connectors::klaviyo::ProfileKey;
using crm::KeyType;
using outbound::HttpAnswer;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Kind = Outcome::Kind;

constexpr std::string_view ada = R"({"data":[{"type":"profile","id":"01K1","attributes":{
  "email":"Ada@Kund.se","phone_number":"+46700000001","external_id":"sitoo:c-1",
  "first_name":"Ada","location":{"city":"Uppsala","zip":"75310","latitude":59.8},
  "properties":{"Member Number":70015,"Customer Number":"c-9"},
  "subscriptions":{
    "email":{"marketing":{"consent":"SUBSCRIBED","method":"PREFERENCE_PAGE",
      "last_updated":"2026-01-02T03:04:05+00:00","suppression":[]}},
    "sms":{"marketing":{"consent":"UNSUBSCRIBED","method":"",
      "last_updated":"2026-01-03T00:00:00+00:00"}}}}}],
  "links":{"next":null}})";
constexpr std::string_view nobody = R"({"data":[],"links":{"next":null}})";

model::MappingRule rule(const char* from, std::string to) {
  model::MappingRule made;
  made.from = {from};
  made.to = std::move(to);
  return made;
}

KlaviyoSourceSettings source_settings() {
  KlaviyoSourceSettings settings;
  settings.mapping = {rule("email", "attributes.email"),
                      rule("phone", "attributes.phone_number"),
                      rule("first_name", "attributes.first_name"),
                      rule("city", "location.city"),
                      rule("zip", "location.zip"),
                      rule("member_number", "properties.Member Number"),
                      rule("customer_id", "properties.Customer Number")};
  settings.country = "SE";
  settings.numbers_are_ours = true;
  settings.id_prefix = "sitoo:";
  model::ConsentCategory newsletter;
  newsletter.id = "newsletter";
  newsletter.klaviyo = model::ConsentChannel::email;
  model::ConsentCategory texts;
  texts.id = "texts";
  texts.klaviyo = model::ConsentChannel::sms;
  model::ConsentCategory ours;  // not Klaviyo's
  ours.id = "membership";
  settings.categories = {newsletter, texts, ours};
  return settings;
}

connectors::klaviyo::Config config(double quota_factor) {
  connectors::klaviyo::Config made;
  made.base_url = "http://klaviyo.test";
  made.api_key = Secret("pk_test");
  made.quota_factor = quota_factor;
  return made;
}

HttpAnswer answer(std::string_view body, int status = 200) {
  HttpAnswer made;
  made.status = status;
  made.body = body;
  return made;
}

// quota_factor 0.1: five reads at once, one and a bit per second.
class Bench : public test::JournalBench {
 public:
  explicit Bench(Result<HttpAnswer> always = answer(ada),
                 KlaviyoSourceSettings settings = source_settings(), double quota_factor = 1'000)
      : given(std::move(always)),
        transport([this](const outbound::HttpRequest&) { return given; }),
        account(loop, transport, clock, config(quota_factor)),
        gate(clock, {1'000, 1'000, 0.0}, {.failures = 3, .open_first = seconds{5}}),
        source(account, gate, std::move(settings)) {}

  crm::SourceAnswer find(KeyType type, std::string value, Duration within = milliseconds{900}) {
    return await(source.find(crm::Key{type, std::move(value)}, within));
  }
  std::string asked(std::size_t at = 0) const {
    return http::percent_decode(transport.requests().at(at).url, false);
  }
  std::size_t calls() const { return transport.requests().size(); }
  // Somebody who does not stand at a till.
  void begin_reading() {
    boost::asio::co_spawn(loop, account.find_profiles(ProfileKey::email, {"x@kund.se"}, false),
                          [this](const std::exception_ptr& failure, const auto& page) {
                            EXPECT_FALSE(failure);
                            EXPECT_EQ(page.answer.outcome.kind, Kind::delivered);
                            ++read;
                          });
    loop.restart();
    loop.poll();
  }

  Result<HttpAnswer> given;
  outbound::FakeTransport transport;
  KlaviyoAccount account;
  ReadGate gate;
  KlaviyoSource source;
  int read = 0;
};

TEST(KlaviyoSource, IsAskedByAddressPhoneAndOurOwnNumber) {
  Bench ours;
  EXPECT_EQ(ours.source.connection(), "klaviyo");
  for (const KeyType type :
       {KeyType::email, KeyType::phone, KeyType::profile, KeyType::customer_id})
    EXPECT_TRUE(ours.source.searches_by(type)) << crm::name(type);
  EXPECT_FALSE(ours.source.searches_by(KeyType::member_number));
  EXPECT_FALSE(ours.source.searches_by(KeyType::personal_id));
  KlaviyoSourceSettings settings = source_settings();
  settings.numbers_are_ours = false;
  const Bench theirs(answer(ada), settings);
  EXPECT_FALSE(theirs.source.searches_by(KeyType::customer_id));
}

TEST(KlaviyoSource, EachKeyIsAFilterWithinTheTimeThereIs) {
  const struct {
    KeyType type;
    const char* value;
    const char* filter;
  } keys[] = {{KeyType::email, "ada@kund.se", R"(any(email,["ada@kund.se"]))"},
              {KeyType::phone, "+46700000001", R"(any(phone_number,["+46700000001"]))"},
              {KeyType::customer_id, "c-1", R"(any(external_id,["sitoo:c-1"]))"},
              {KeyType::profile, "01K1", R"(any(id,["01K1"]))"}};
  for (const auto& key : keys) {
    Bench on;
    EXPECT_TRUE(on.find(key.type, key.value, milliseconds{250}).found);
    ASSERT_EQ(on.calls(), 1U);
    EXPECT_EQ(on.transport.requests()[0].method, "GET");
    EXPECT_EQ(on.asked(), std::string("http://klaviyo.test/api/profiles?filter=") + key.filter +
                              "&additional-fields[profile]=subscriptions&page[size]=10");
    EXPECT_LE(on.transport.requests()[0].total_time_max, milliseconds{250});
  }
}

TEST(KlaviyoSource, AFoundPersonComesThroughTheMapping) {
  Bench on;
  const auto answered = on.find(KeyType::email, "ada@kund.se");
  EXPECT_EQ(answered.outcome.kind, Kind::delivered);
  ASSERT_TRUE(answered.found);
  EXPECT_EQ(answered.found->handle, "01K1");
  model::Customer expected;
  expected.customer_id = "c-1";  // the external id is what finds them again
  expected.member_number = "70015";
  expected.email = "ada@kund.se";
  expected.phones = {"+46700000001"};
  expected.first_name = "Ada";
  expected.city = "Uppsala";
  expected.zip = "75310";
  EXPECT_EQ(answered.found->customer, expected);
}

TEST(KlaviyoSource, AnExternalIdOfAnotherSourceIsNotOurs) {
  std::string text(ada);
  text.replace(text.find("sitoo:c-1"), 9, "web:12345");
  EXPECT_EQ(Bench(answer(text)).find(KeyType::email, "ada@kund.se").found->customer.customer_id,
            "c-9");
  KlaviyoSourceSettings settings = source_settings();
  settings.numbers_are_ours = false;
  Bench theirs(answer(ada), settings);
  EXPECT_EQ(theirs.find(KeyType::email, "ada@kund.se").found->customer.customer_id, "c-9");
}

TEST(KlaviyoSource, ConsentsAreDecisionsWithTimeAndSource) {
  Bench on;
  const auto found = on.find(KeyType::email, "ada@kund.se").found;
  const model::ConsentDecision yes{"newsletter", true, from_unix_seconds(1767323045),
                                   "Klaviyo: PREFERENCE_PAGE"};
  const model::ConsentDecision no{"texts", false, from_unix_seconds(1767398400), "Klaviyo"};
  EXPECT_THAT(found->consents, ElementsAre(yes, no));
}

TEST(KlaviyoSource, SuppressedIsANoWhateverTheySaidAndNeverIsNoDecision) {
  std::string text(ada);
  text.replace(
      text.find("\"suppression\":[]"), 16,
      R"("suppression":[{"reason":"HARD_BOUNCE","timestamp":"2026-01-05T00:00:00+00:00"}])");
  text.replace(text.find("\"UNSUBSCRIBED\""), 14, "\"NEVER_SUBSCRIBED\"");
  const auto found = Bench(answer(text)).find(KeyType::email, "ada@kund.se").found;
  const model::ConsentDecision no{"newsletter", false, from_unix_seconds(1767571200),
                                  "Klaviyo: HARD_BOUNCE"};
  EXPECT_THAT(found->consents, ElementsAre(no));
}

TEST(KlaviyoSource, NobodyIsAnAnswer) {
  const auto answered = Bench(answer(nobody)).find(KeyType::email, "nobody@kund.se");
  EXPECT_EQ(answered.outcome.kind, Kind::delivered);
  EXPECT_FALSE(answered.found);
}

TEST(KlaviyoSource, RefusedOrLateThreeTimesItIsNotAskedUntilAProbe) {
  const Result<HttpAnswer> troubles[] = {
      answer(R"({"errors":[{"code":"permission_denied","title":"no scope"}]})", 403),
      answer("<html>", 502), fail(Error::Kind::retry, "no answer in time")};
  for (const auto& trouble : troubles) {
    Bench on(trouble);
    for (int i = 0; i < 3; ++i) {
      const auto answered = on.find(KeyType::email, "ada@kund.se");
      EXPECT_EQ(answered.outcome.kind, Kind::transient) << answered.outcome.reason;
    }
    const auto refused = on.find(KeyType::email, "ada@kund.se");
    EXPECT_EQ(refused.outcome.kind, Kind::transient);
    EXPECT_THAT(refused.outcome.reason, HasSubstr("not asked"));
    EXPECT_EQ(on.calls(), 3U);
    on.given = answer(ada);
    on.clock.advance(seconds{5});
    EXPECT_TRUE(on.find(KeyType::email, "ada@kund.se").found);
  }
}

TEST(KlaviyoSource, A429ClosesItForAsLongAsItSays) {
  HttpAnswer busy = answer("{}", 429);
  busy.headers = {{"retry-after", "7"}};
  Bench on(busy);
  EXPECT_EQ(on.find(KeyType::email, "ada@kund.se").outcome.kind, Kind::throttled);
  on.given = answer(ada);
  on.clock.advance(seconds{6});
  EXPECT_EQ(on.find(KeyType::email, "ada@kund.se").outcome.kind, Kind::throttled);
  EXPECT_EQ(on.calls(), 1U);
  on.clock.advance(seconds{1});
  EXPECT_TRUE(on.find(KeyType::email, "ada@kund.se").found);
  EXPECT_EQ(on.gate.breaker().state(), engine::Breaker::State::closed);
}

TEST(KlaviyoSource, UsedUpWindowsAreSaidAtOnce) {
  Bench on(answer(ada), source_settings(), 0.1);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(on.find(KeyType::email, "ada@kund.se").found);
  const auto refused = on.find(KeyType::email, "ada@kund.se");
  EXPECT_EQ(refused.outcome.kind, Kind::throttled);
  EXPECT_THAT(refused.outcome.reason, HasSubstr("windows for reading profiles are used up"));
  EXPECT_FALSE(refused.found);
  EXPECT_EQ(on.calls(), 5U);
  on.clock.advance(seconds{2});
  EXPECT_TRUE(on.find(KeyType::email, "ada@kund.se").found);
}

// Five at once, and half of them for tills.
TEST(KlaviyoSource, AShareOfTheWindowsIsKeptForTills) {
  Bench on(answer(ada), source_settings(), 0.1);
  on.account.keep_for_tills(0.5);
  on.given = answer(nobody);
  for (int i = 0; i < 4; ++i) on.begin_reading();
  EXPECT_EQ(on.read, 2) << "the others wait";
  on.given = answer(ada);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(on.find(KeyType::email, "ada@kund.se").found) << i;
  EXPECT_EQ(on.find(KeyType::email, "ada@kund.se").outcome.kind, Kind::throttled);
  EXPECT_EQ(on.read, 2);
  on.clock.advance(seconds{60});
  EXPECT_TRUE(on.run_until([&] { return on.read == 4; }));
}

TEST(KlaviyoSource, WithoutAShareOthersMayUseItAllUp) {
  Bench on(answer(nobody), source_settings(), 0.1);
  for (int i = 0; i < 5; ++i) on.begin_reading();
  EXPECT_EQ(on.read, 5);
  EXPECT_EQ(on.find(KeyType::email, "ada@kund.se").outcome.kind, Kind::throttled);
}

TEST(KlaviyoSource, WhatChangedComesInPages) {
  std::string text(ada);
  text.replace(text.find("\"next\":null"), 11,
               R"("next":"http://klaviyo.test/api/profiles?page[cursor]=abc")");
  Bench on(answer(text));
  const auto first = on.await(on.source.changed(from_unix_seconds(1767225600), ""));
  EXPECT_EQ(first.outcome.kind, Kind::delivered);
  ASSERT_THAT(first.profiles, SizeIs(1));
  EXPECT_EQ(first.profiles[0].customer.customer_id, "c-1");
  EXPECT_THAT(first.profiles[0].consents, Not(IsEmpty()));
  EXPECT_THAT(on.asked(),
              HasSubstr("/api/profiles?filter=greater-than(updated,2026-01-01T00:00:00"));
  EXPECT_THAT(on.asked(), HasSubstr("&sort=updated"));
  on.given = answer(ada);
  const auto last = on.await(on.source.changed(from_unix_seconds(1767225600), first.next));
  EXPECT_EQ(on.asked(1), "http://klaviyo.test/api/profiles?page[cursor]=abc");
  EXPECT_EQ(last.next, "");
  on.given = answer("<html>", 503);
  const auto trouble = on.await(on.source.changed(Instant{}, ""));
  EXPECT_EQ(trouble.outcome.kind, Kind::transient);
  EXPECT_THAT(trouble.profiles, IsEmpty());
}

}  // namespace
}  // namespace tillbridge::app
