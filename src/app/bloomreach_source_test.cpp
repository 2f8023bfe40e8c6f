#include "app/bloomreach_source.h"

#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/bloomreach/customer_answer_examples.h"
#include "connectors/run_task.h"
#include "outbound/fake_transport.h"

namespace tillbridge::app {
namespace {

namespace bloomreach = connectors::bloomreach;
namespace examples = connectors::bloomreach::examples;
using connectors::test::run_task;
using crm::KeyType;
using outbound::HttpAnswer;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using Kind = Outcome::Kind;

// What is asked for of everybody below.
constexpr std::string_view attributes =
    R"("attributes":[{"type":"property","property":"email"},)"
    R"({"type":"property","property":"phone"},{"type":"property","property":"first_name"},)"
    R"({"type":"id","id":"registered"},{"type":"id","id":"member_id"},{"type":"id","id":"email_id"},)"
    R"({"type":"consent","category":"news","mode":"valid"},)"
    R"({"type":"consent","category":"news","mode":"timestamp"},)"
    R"({"type":"consent","category":"news","mode":"source"}]})";

constexpr std::string_view ada = R"({"success":true,"results":[
  {"success":true,"value":"Ada@Kund.se"},
  {"success":true,"value":["+46700000001","0700000002"]},
  {"success":true,"value":"Ada"},
  {"success":true,"value":"c-1"},
  {"success":true,"value":["m-1"]},
  {"success":true,"value":["ada@kund.se","old@kund.se"]},
  {"success":true,"value":true},
  {"success":true,"value":1767225600},
  {"success":true,"value":"email_footer"}]})";

model::MappingRule rule(model::TextList from, std::string to) {
  model::MappingRule made;
  made.from = std::move(from);
  made.to = std::move(to);
  return made;
}

BloomreachSourceSettings source_settings() {
  BloomreachSourceSettings settings;
  settings.hard_id = "registered";
  settings.mapping = {rule({"customer_id"}, "ids.registered"),
                      rule({"member_number"}, "ids.member_id"),
                      rule({"email"}, "ids.email_id"),
                      rule({"email"}, "properties.email"),
                      rule({"phone"}, "properties.phone"),
                      rule({"first_name"}, "properties.first_name"),
                      rule({"first_name", "last_name"}, "properties.full_name")};
  settings.country = "SE";
  model::ConsentCategory newsletter;
  newsletter.id = "newsletter";
  newsletter.bloomreach = "news";
  model::ConsentCategory ours;  // not Bloomreach's
  ours.id = "membership";
  settings.categories = {newsletter, ours};
  return settings;
}

bloomreach::Config config() {
  bloomreach::Config made;
  made.base_url = "http://bloomreach.test";
  made.project_token = "p-1";
  made.key_id = "key";
  made.key_secret = Secret("hush");
  return made;
}

HttpAnswer answer(std::string_view body, int status = 200) {
  HttpAnswer made;
  made.status = status;
  made.body = body;
  return made;
}

struct Bench {
  explicit Bench(Result<HttpAnswer> always = answer(ada),
                 BloomreachSourceSettings settings = source_settings())
      : given(std::move(always)), source(client, gate, std::move(settings)) {}

  crm::SourceAnswer find(KeyType type, std::string value, Duration within = milliseconds{900}) {
    return run_task(source.find(crm::Key{type, std::move(value)}, within));
  }
  std::size_t calls() const { return transport.requests().size(); }

  Result<HttpAnswer> given;
  ManualClock clock;
  outbound::FakeTransport transport{[this](const outbound::HttpRequest&) { return given; }};
  bloomreach::CustomerClient client{transport, clock, config()};
  ReadGate gate{clock, {100, 100, 0.5}, {.failures = 3, .open_first = seconds{5}}};
  BloomreachSource source;
};

TEST(BloomreachSource, IsAskedByIdentifiersOnly) {
  Bench on;
  EXPECT_EQ(on.source.connection(), "bloomreach");
  for (const KeyType type :
       {KeyType::profile, KeyType::customer_id, KeyType::member_number, KeyType::email})
    EXPECT_TRUE(on.source.searches_by(type)) << crm::name(type);
  EXPECT_FALSE(on.source.searches_by(KeyType::phone)) << "a property there";
  EXPECT_FALSE(on.source.searches_by(KeyType::personal_id));
  EXPECT_THAT(on.source.what_is_read().ids, ElementsAre("registered", "member_id", "email_id"));
  EXPECT_THAT(on.source.what_is_read().properties, ElementsAre("email", "phone", "first_name"));
  EXPECT_THAT(on.source.what_is_read().consent_categories, ElementsAre("news"));

  BloomreachSourceSettings with_phone = source_settings();
  with_phone.mapping.push_back(rule({"phone"}, "ids.phone_id"));
  with_phone.mapping.push_back(rule({"personal_id"}, "ids.personal"));
  const Bench by_phone(answer(ada), with_phone);
  EXPECT_TRUE(by_phone.source.searches_by(KeyType::phone));
  EXPECT_TRUE(by_phone.source.searches_by(KeyType::personal_id));
}

TEST(BloomreachSource, EachKeyIsItsIdTypeWithinTheTimeThereIs) {
  const struct {
    KeyType type;
    const char* value;
    const char* ids;
  } keys[] = {{KeyType::email, "ada@kund.se", R"({"customer_ids":{"email_id":"ada@kund.se"},)"},
              {KeyType::member_number, "m-1", R"({"customer_ids":{"member_id":"m-1"},)"},
              {KeyType::customer_id, "c-1", R"({"customer_ids":{"registered":"c-1"},)"},
              {KeyType::profile, "h-1", R"({"customer_ids":{"registered":"h-1"},)"}};
  for (const auto& key : keys) {
    Bench on;
    EXPECT_TRUE(on.find(key.type, key.value, milliseconds{250}).found);
    ASSERT_THAT(on.transport.requests(), SizeIs(1));
    const auto& asked = on.transport.requests().front();
    EXPECT_EQ(asked.method, "POST");
    EXPECT_EQ(asked.url, "http://bloomreach.test/data/v2/projects/p-1/customers/attributes");
    EXPECT_EQ(asked.body, std::string(key.ids) + std::string(attributes));
    EXPECT_EQ(asked.total_time_max, milliseconds{250});
    EXPECT_EQ(asked.connect_time_max, milliseconds{250});
  }
}

TEST(BloomreachSource, AFoundCustomerComesThroughTheMapping) {
  Bench on;
  const auto answered = on.find(KeyType::email, "ada@kund.se");
  EXPECT_EQ(answered.outcome.kind, Kind::delivered);
  ASSERT_TRUE(answered.found);
  EXPECT_EQ(answered.found->handle, "c-1");
  model::Customer expected;
  expected.customer_id = "c-1";
  expected.member_number = "m-1";
  expected.email = "ada@kund.se";
  expected.phones = {"+46700000001", "+46700000002"};
  expected.first_name = "Ada";
  EXPECT_EQ(answered.found->customer, expected);
  const model::ConsentDecision yes{"newsletter", true, from_unix_seconds(1767225600),
                                   "Bloomreach: email_footer"};
  EXPECT_THAT(answered.found->consents, ElementsAre(yes));
}

TEST(BloomreachSource, OnlyADecisionWithATimeIsOne) {
  std::string text(ada);
  const auto change = [&](const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  };
  change("\"value\":true}", "\"value\":false}");
  change("\"email_footer\"", "null");
  const auto left = Bench(answer(text)).find(KeyType::email, "ada@kund.se");
  const model::ConsentDecision no{"newsletter", false, from_unix_seconds(1767225600), "Bloomreach"};
  EXPECT_THAT(left.found->consents, ElementsAre(no));
  change("1767225600", "null");
  EXPECT_THAT(Bench(answer(text)).find(KeyType::email, "ada@kund.se").found->consents, IsEmpty());
}

TEST(BloomreachSource, NobodyIsAnAnswer) {
  Bench on(answer(examples::unknown_customer_3, 404));
  const auto answered = on.find(KeyType::email, "nobody@kund.se");
  EXPECT_EQ(answered.outcome.kind, Kind::delivered);
  EXPECT_FALSE(answered.found);
}

// Known by an address of a newsletter: no hard ID yet.
TEST(BloomreachSource, ACustomerWithoutHardIdHasNoHandle) {
  std::string text(ada);
  text.replace(text.find("\"c-1\""), 5, "null");
  const auto answered = Bench(answer(text)).find(KeyType::email, "ada@kund.se");
  ASSERT_TRUE(answered.found);
  EXPECT_EQ(answered.found->handle, "");
  EXPECT_EQ(answered.found->customer.customer_id, "");
  EXPECT_EQ(answered.found->customer.first_name, "Ada");
}

TEST(BloomreachSource, WhatTheKeyMayNotReadIsLeftOut) {
  std::string text(ada);
  const std::string name = R"({"success":true,"value":"Ada"})";
  text.replace(text.find(name), name.size(), R"({"success":false,"error":"No permission"})");
  const auto answered = Bench(answer(text)).find(KeyType::email, "ada@kund.se");
  EXPECT_EQ(answered.outcome.kind, Kind::delivered);
  EXPECT_THAT(answered.outcome.reason, HasSubstr("property first_name"));
  EXPECT_EQ(answered.found->customer.first_name, "");
  EXPECT_EQ(answered.found->handle, "c-1");

  Bench denied(answer(examples::no_permission_3, 403));
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(denied.find(KeyType::email, "ada@kund.se").outcome.kind, Kind::rejected);
  EXPECT_EQ(denied.calls(), 5U) << "it answers: the breaker stays closed";
}

TEST(BloomreachSource, LateThreeTimesItIsNotAskedUntilAProbe) {
  Bench on(fail(Error::Kind::unknown_outcome, "no answer in time"));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(on.find(KeyType::email, "ada@kund.se").outcome.kind, Kind::transient);
  const auto refused = on.find(KeyType::email, "ada@kund.se");
  EXPECT_EQ(refused.outcome.kind, Kind::transient);
  EXPECT_THAT(refused.outcome.reason, HasSubstr("not asked"));
  EXPECT_EQ(on.calls(), 3U);
  on.given = answer(ada);
  EXPECT_FALSE(on.find(KeyType::email, "ada@kund.se").found);
  on.clock.advance(seconds{5});
  EXPECT_TRUE(on.find(KeyType::email, "ada@kund.se").found);
  EXPECT_EQ(on.calls(), 4U);
}

TEST(BloomreachSource, A429ClosesItForAsLongAsItSays) {
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
}

TEST(BloomreachSource, WithoutTimeItIsNotAskedAndNotBlamed) {
  Bench on;
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(on.find(KeyType::email, "ada@kund.se", Duration{500}).outcome.kind, Kind::transient);
  EXPECT_EQ(on.calls(), 0U);
  EXPECT_TRUE(on.find(KeyType::email, "ada@kund.se").found) << "the breaker is closed";
}

TEST(BloomreachSource, AllCustomersComeInOneAnswer) {
  Bench on(answer(R"({"success":true,"fields":[{"type":"id","id":"registered"},
      {"type":"id","id":"email_id"},{"type":"property","property":"phone"}],
      "data":[["c-1",["ada@kund.se"],"+46700000001"],["c-2",null,null]]})"));
  const auto page = run_task(on.source.changed(Instant{}, ""));
  EXPECT_EQ(page.outcome.kind, Kind::delivered) << page.outcome.reason;
  EXPECT_EQ(page.next, "");
  ASSERT_THAT(page.profiles, SizeIs(2));
  EXPECT_EQ(page.profiles[0].handle, "c-1");
  EXPECT_EQ(page.profiles[0].customer.email, "ada@kund.se");
  EXPECT_THAT(page.profiles[0].customer.phones, ElementsAre("+46700000001"));
  EXPECT_EQ(page.profiles[1].customer.customer_id, "c-2");
  const auto& asked = on.transport.requests().at(0);
  EXPECT_EQ(asked.url, "http://bloomreach.test/data/v2/projects/p-1/customers/export");
  const std::string list =
      R"({"format":"table_json","attributes":{"type":"some","list":[)"
      R"({"type":"id","id":"registered"},{"type":"id","id":"member_id"},)"
      R"({"type":"id","id":"email_id"},{"type":"property","property":"email"},)"
      R"({"type":"property","property":"phone"},{"type":"property","property":"first_name"}]},)";
  EXPECT_EQ(asked.body, list + R"("filter":{"type":"all"},"timezone":"UTC"})");

  BloomreachSourceSettings some = source_settings();
  some.sync_segmentation = "seg-1";
  Bench segment(answer(examples::export_7_4), some);
  run_task(segment.source.changed(Instant{}, ""));
  EXPECT_EQ(segment.transport.requests().at(0).body,
            list + R"("filter":{"type":"segment","segmentation_id":"seg-1","segment_index":0},)" +
                R"("timezone":"UTC"})");
}

TEST(BloomreachSource, AnExportThatFailsSaysWhyAndCountsForTheBreaker) {
  Bench on(answer("<html>", 503));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(run_task(on.source.changed(Instant{}, "")).outcome.kind, Kind::transient);
  const auto refused = run_task(on.source.changed(Instant{}, ""));
  EXPECT_THAT(refused.outcome.reason, HasSubstr("not asked"));
  EXPECT_THAT(refused.profiles, IsEmpty());
  EXPECT_EQ(on.calls(), 3U);
}

}  // namespace
}  // namespace tillbridge::app
