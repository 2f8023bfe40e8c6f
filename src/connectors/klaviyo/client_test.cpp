#include "connectors/klaviyo/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/run_task.h"
#include "outbound/fake_transport.h"

namespace tillbridge::connectors::klaviyo {
namespace {

using outbound::FakeTransport;
using outbound::HttpAnswer;
using outbound::HttpRequest;
using test::run_task;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;
using Kind = Outcome::Kind;

HttpAnswer answer(int status, std::string body,
                  std::vector<std::pair<std::string, std::string>> headers = {}) {
  HttpAnswer a;
  a.status = status;
  a.body = std::move(body);
  a.headers = std::move(headers);
  return a;
}

// A client whose transport answers everything alike.
struct Room {
  explicit Room(Result<HttpAnswer> given, Config config = with_key())
      : Room([given](const HttpRequest&) { return given; }, std::move(config)) {}
  explicit Room(FakeTransport::Script script, Config config = with_key())
      : transport(std::move(script)), client(transport, clock, std::move(config)) {}

  static Config with_key() {
    Config config;
    config.base_url = "https://a.klaviyo.example/";
    config.api_key = Secret{"pk_0123456789"};
    return config;
  }
  const HttpRequest& asked() const { return transport.requests().back(); }
  std::string path() const {
    const std::string& url = asked().url;
    const std::string base = "https://a.klaviyo.example";
    return url.starts_with(base) ? url.substr(base.size()) : "elsewhere: " + url;
  }

  ManualClock clock;
  FakeTransport transport;
  Client client;
};

TEST(Client, PostsAsTheContractSays) {
  Room room{answer(202, "", {{"ratelimit-limit", "3500"}, {"ratelimit-remaining", "9"}})};
  const Answer sent = run_task(room.client.create_event("{\"data\":{}}"));
  EXPECT_EQ(sent.outcome.kind, Kind::delivered);
  EXPECT_EQ(sent.quota->remaining, 9);
  const HttpRequest& asked = room.asked();
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(room.path(), "/api/events");
  EXPECT_EQ(asked.body, "{\"data\":{}}");
  EXPECT_EQ(asked.bearer.reveal(), "Klaviyo-API-Key pk_0123456789");
  EXPECT_THAT(asked.headers,
              UnorderedElementsAre(Pair("revision", "2026-07-15"),
                                   Pair("Accept", "application/vnd.api+json"),
                                   Pair("Content-Type", "application/vnd.api+json")));
  EXPECT_FALSE(asked.user_supplied_url);
}

TEST(Client, EveryWriteHasItsPath) {
  Room room{answer(202, "")};
  run_task(room.client.create_events("{}"));
  EXPECT_EQ(room.path(), "/api/event-bulk-create-jobs");
  run_task(room.client.merge_profiles("{}"));
  EXPECT_EQ(room.path(), "/api/profile-merge");
  run_task(room.client.delete_person("a@b.se"));
  EXPECT_EQ(room.path(), "/api/data-privacy-deletion-jobs");
  EXPECT_EQ(room.asked().body,
            R"({"data":{"type":"data-privacy-deletion-job","attributes":{"profile":{"data":)"
            R"({"type":"profile","attributes":{"email":"a@b.se"}}}}}})");
  run_task(room.client.delete_person(ProfileKey::phone_number, "+46700000001"));
  EXPECT_EQ(room.asked().body,
            R"({"data":{"type":"data-privacy-deletion-job","attributes":{"profile":{"data":)"
            R"({"type":"profile","attributes":{"phone_number":"+46700000001"}}}}}})");
  run_task(room.client.delete_person(ProfileKey::id, "01H"));
  EXPECT_EQ(room.asked().body,
            R"({"data":{"type":"data-privacy-deletion-job","attributes":{"profile":{"data":)"
            R"({"type":"profile","id":"01H","attributes":{}}}}}})");
  run_task(room.client.subscribe("{}"));
  EXPECT_EQ(room.path(), "/api/profile-subscription-bulk-create-jobs");
  run_task(room.client.unsubscribe("{}"));
  EXPECT_EQ(room.path(), "/api/profile-subscription-bulk-delete-jobs");
  run_task(room.client.import_profile("{}"));
  EXPECT_EQ(room.path(), "/api/profile-import");
}

TEST(Client, ALostWriteIsAmbiguousALostReadIsNot) {
  Room room{fail(Error::Kind::unknown_outcome, "reset")};
  EXPECT_EQ(run_task(room.client.create_event("{}")).outcome.kind, Kind::ambiguous);
  EXPECT_EQ(run_task(room.client.account()).answer.outcome.kind, Kind::transient);
}

TEST(Client, ARetryDateIsMeasuredAgainstOurClock) {
  // The manual clock starts on 2026-01-01.
  Room room{answer(429, "", {{"retry-after", "Thu, 01 Jan 2026 00:00:30 GMT"}})};
  EXPECT_EQ(run_task(room.client.create_event("{}")).outcome.retry_after, std::chrono::seconds{30});
}

TEST(Client, ImportTellsTheProfilesId) {
  Room room{answer(201, R"({"data":{"type":"profile","id":"01JX","attributes":{}}})")};
  const Client::Imported made = run_task(room.client.import_profile("{}"));
  EXPECT_EQ(made.id, "01JX");
  EXPECT_EQ(made.answer.outcome.http_status, 201);
  Room conflict{answer(409, R"({"errors":[{"code":"duplicate_profile",
    "meta":{"duplicate_profile_id":"01JY"}}],"data":{"id":"x"}})")};
  const Client::Imported refused = run_task(conflict.client.import_profile("{}"));
  EXPECT_EQ(refused.id, "");
  EXPECT_EQ(refused.answer.duplicate_profile_id, "01JY");
}

constexpr const char* profiles = R"({"data":[{"type":"profile","id":"01JX","attributes":{
  "email":"elin.berg@kund.example","external_id":"sitoo:9001","phone_number":null,
  "first_name":"Elin","last_name":"Berg","updated":"2026-07-20T11:45:10+00:00","subscriptions":{
  "email":{"marketing":{"can_receive_email_marketing":false,"consent":"UNSUBSCRIBED",
    "consent_timestamp":"2026-06-01T08:00:00+00:00","last_updated":"2026-06-02T08:00:00+00:00",
    "method":"PREFERENCE_PAGE","suppression":[
      {"reason":"UNSUBSCRIBE","timestamp":"2026-06-02T08:00:01+00:00"},
      {"reason":"USER_SUPPRESSED","timestamp":"2026-05-02T08:00:00+00:00"}]}},
  "sms":{"marketing":{"can_receive_sms_marketing":true,"consent":"SUBSCRIBED",
    "consent_timestamp":"2026-06-03T08:00:00+00:00","last_updated":null,"method":null}}}}},
  {"type":"profile","id":"01JY","attributes":{"email":"ola@kund.example","subscriptions":{
  "email":{"marketing":{"can_receive_email_marketing":true,"consent":"NEVER_SUBSCRIBED",
    "suppression":[]}}}}},
  {"type":"profile"}, 7],
  "links":{"self":"x","next":"https://a.klaviyo.com/api/profiles?page%5Bcursor%5D=abc&x=%2B"}})";

TEST(Client, FindsProfilesByKeys) {
  Room room{answer(200, profiles)};
  const std::vector<std::string> keys = {"elin+a@kund.example", "o\"la@kund.example"};
  const Page<Profile> page = run_task(room.client.find_profiles(ProfileKey::email, keys, true));
  EXPECT_EQ(room.asked().method, "GET");
  EXPECT_EQ(room.path(),
            "/api/profiles?filter=any%28email%2C%5B%22elin%2Ba%40kund.example%22%2C%22o%5C%22la"
            "%40kund.example%22%5D%29&page%5Bsize%5D=100&additional-fields%5Bprofile%5D="
            "subscriptions");
  EXPECT_TRUE(room.asked().body.empty());
  ASSERT_EQ(page.items.size(), 2U);
  const Profile& elin = page.items.front();
  EXPECT_EQ(elin.id, "01JX");
  EXPECT_EQ(elin.email, "elin.berg@kund.example");
  EXPECT_EQ(elin.external_id, "sitoo:9001");
  EXPECT_EQ(elin.phone_number, "");
  EXPECT_EQ(elin.first_name + " " + elin.last_name, "Elin Berg");
  EXPECT_EQ(elin.updated, from_unix_seconds(1'784'547'910));
  EXPECT_EQ(elin.email_consent.state, model::ConsentState::unsubscribed);
  EXPECT_EQ(elin.email_consent.changed_at, from_unix_seconds(1'780'387'200));
  EXPECT_EQ(elin.email_consent.suppressed_at, from_unix_seconds(1'780'387'201));
  EXPECT_EQ(elin.email_consent.method, "PREFERENCE_PAGE");
  EXPECT_TRUE(elin.email_consent.suppressed);
  EXPECT_EQ(elin.sms_consent.state, model::ConsentState::subscribed);
  EXPECT_EQ(elin.sms_consent.changed_at, from_unix_seconds(1'780'473'600));
  EXPECT_FALSE(elin.sms_consent.suppressed);
  const Profile& ola = page.items.back();
  EXPECT_EQ(ola.email_consent.state, model::ConsentState::unknown);
  EXPECT_EQ(ola.email_consent.changed_at, std::nullopt);
  EXPECT_FALSE(ola.email_consent.suppressed);
}

TEST(Client, FindsProfilesByEveryKey) {
  Room room{answer(200, R"({"data":[]})")};
  const std::pair<ProfileKey, const char*> cases[] = {
      {ProfileKey::id, "any%28id%2C"},
      {ProfileKey::external_id, "any%28external_id"},
      {ProfileKey::phone_number, "any%28phone_num"}};
  for (const auto& [key, filter] : cases) {
    const std::vector<std::string> values = {"+1"};
    run_task(room.client.find_profiles(key, values, false));
    EXPECT_THAT(room.path(), HasSubstr(filter));
    EXPECT_THAT(room.path(), HasSubstr("%22%2B1%22"));
    EXPECT_THAT(room.path(), testing::Not(HasSubstr("subscriptions")));
  }
}

TEST(Client, AsksForNoMoreKeysThanAPageHolds) {
  Room room{answer(200, R"({"data":[]})")};
  const auto find = [&](std::size_t count) {
    return run_task(room.client.find_profiles(ProfileKey::id, std::vector<std::string>(count, "x"),
                                              false))
        .answer.outcome.kind;
  };
  EXPECT_EQ(find(0), Kind::delivered);
  EXPECT_EQ(find(101), Kind::rejected);
  EXPECT_TRUE(room.transport.requests().empty());
  EXPECT_EQ(find(100), Kind::delivered);
}

TEST(Client, LinksAreFollowedAtOurOwnHostOnly) {
  Room room{answer(200, profiles)};
  const Page<Profile> first = run_task(room.client.left_since(from_unix_seconds(0), ""));
  EXPECT_EQ(room.path(),
            "/api/profiles?filter=greater-than%28subscriptions.email.marketing.suppression."
            "timestamp%2C1970-01-01T00%3A00%3A00%2B00%3A00%29&sort=subscriptions.email.marketing."
            "suppression.timestamp&additional-fields%5Bprofile%5D=subscriptions&page%5Bsize%5D="
            "100");
  EXPECT_EQ(first.next, "https://a.klaviyo.com/api/profiles?page%5Bcursor%5D=abc&x=%2B");
  run_task(room.client.left_since(from_unix_seconds(0), first.next));
  EXPECT_EQ(room.path(), "/api/profiles?page%5Bcursor%5D=abc&x=%2B");
  const std::size_t before = room.transport.requests().size();
  const auto odd = run_task(room.client.left_since(from_unix_seconds(0), "https://evil.example/"));
  EXPECT_EQ(odd.answer.outcome.kind, Kind::rejected);
  EXPECT_EQ(room.transport.requests().size(), before);
}

TEST(Client, ReadsEventsOfAWindow) {
  Room room{answer(200, R"({"data":[{"type":"event","id":"4aBc","attributes":{
    "timestamp":1784547910,"datetime":"2026-07-20T11:45:10+00:00","event_properties":{
    "OrderId":20417,"Source Name":"POS","$value":299.0,"$event_id":"sitoo:1001-000123"}},
    "relationships":{"metric":{"data":{"type":"metric","id":"Xa1b2C"}},
    "profile":{"data":{"type":"profile","id":"01JX"}}}},{"type":"event","id":"no time"}],
    "included":[{"type":"metric","id":"01JX"},{"type":"profile","id":"01JX",
    "attributes":{"email":"elin.berg@kund.example"}}],"links":{"next":null}})")};
  const Instant from = from_unix_us(1'784'547'910'500'000);
  const Page<Event> page =
      run_task(room.client.events("Xa1b2C", from, from + std::chrono::seconds{1}, ""));
  EXPECT_EQ(room.path(),
            "/api/events?filter=equals%28metric_id%2C%22Xa1b2C%22%29%2Cgreater-or-equal%28datetime"
            "%2C2026-07-20T11%3A45%3A10%2B00%3A00%29%2Cless-than%28datetime%2C2026-07-20T11%3A45"
            "%3A12%2B00%3A00%29&sort=datetime&include=profile&page%5Bsize%5D=200");
  ASSERT_EQ(page.items.size(), 1U);
  const Event& event = page.items.front();
  EXPECT_EQ(event.id, "4aBc");
  EXPECT_EQ(event.metric_id, "Xa1b2C");
  EXPECT_EQ(event.profile_id, "01JX");
  EXPECT_EQ(event.unique_id, "sitoo:1001-000123");
  EXPECT_EQ(event.order_id, "20417");
  EXPECT_EQ(event.source_name, "POS");
  EXPECT_EQ(event.email, "elin.berg@kund.example");
  EXPECT_EQ(event.at, from_unix_seconds(1'784'547'910));
  EXPECT_EQ(page.next, "");
}

constexpr const char* metrics = R"({"data":[
  {"type":"metric","id":"a","attributes":{"name":"Placed Order","integration":{"name":"API"}}},
  {"type":"metric","id":"b","attributes":{"name":"Placed Order","integration":{"name":"Shopify"}}},
  {"type":"metric","id":"c","attributes":{"name":"Subscribed to List",
    "integration":{"name":"Klaviyo"}}},
  {"type":"metric","id":"d","attributes":{"name":"Odd","integration":null}},
  {"type":"metric","id":"e","attributes":{"name":null}}]})";

TEST(Client, MetricsAreOursAndKlaviyos) {
  Room room{answer(200, metrics)};
  const Page<Client::Metric> page = run_task(room.client.metrics(""));
  EXPECT_EQ(room.path(), "/api/metrics");
  ASSERT_EQ(page.items.size(), 3U);
  EXPECT_EQ(page.items[0].id, "a");
  EXPECT_EQ(page.items[0].name, "Placed Order");
  EXPECT_EQ(page.items[0].integration, "API");
  EXPECT_EQ(page.items[1].id, "c");
  EXPECT_EQ(page.items[2].id, "d");
}

TEST(Client, MembershipIsLookedForOnEveryPage) {
  int pages = 2;
  Room room{[&](const HttpRequest&) {
    const bool more = --pages > 0;
    return answer(200, std::string(R"({"data":[{"type":"list","id":")") +
                           (more ? "Other1" : "Ab12Cd") + R"("}],"links":{"next":)" +
                           (more ? R"("https://x/api/profiles/01JX/lists/?page=2")" : "null") +
                           "}}");
  }};
  const Client::Membership member = run_task(room.client.list_membership("01JX", "Ab12Cd"));
  EXPECT_TRUE(member.on_list);
  EXPECT_EQ(member.answer.outcome.kind, Kind::delivered);
  ASSERT_EQ(room.transport.requests().size(), 2U);
  EXPECT_EQ(room.transport.requests().front().url,
            "https://a.klaviyo.example/api/profiles/01JX/lists");
  EXPECT_EQ(room.path(), "/api/profiles/01JX/lists/?page=2");
  pages = 1;
  EXPECT_FALSE(run_task(room.client.list_membership("01/X", "Zz")).on_list);
  EXPECT_EQ(room.path(), "/api/profiles/01%2FX/lists");
  pages = 1'000;
  const Client::Membership lost = run_task(room.client.list_membership("01JX", "Zz"));
  EXPECT_EQ(lost.answer.outcome.kind, Kind::rejected);
  EXPECT_FALSE(lost.on_list);
}

TEST(Client, MembershipOfNobody) {
  Room room{answer(404, R"({"errors":[{"code":"not_found"}]})")};
  const Client::Membership member = run_task(room.client.list_membership("01JX", "Ab12Cd"));
  EXPECT_FALSE(member.on_list);
  EXPECT_EQ(member.answer.outcome.kind, Kind::rejected);
  EXPECT_EQ(member.answer.outcome.http_status, 404);
}

TEST(Client, AccountIsTheConnectionTest) {
  Room room{answer(200, R"({"data":[{"type":"account","id":"Ab12Cd","attributes":{
    "test_account":true,"timezone":"Europe/Stockholm","preferred_currency":"SEK"}}]})")};
  const Client::Account account = run_task(room.client.account());
  EXPECT_EQ(room.path(), "/api/accounts");
  EXPECT_EQ(account.answer.outcome.kind, Kind::delivered);
  EXPECT_EQ(account.id, "Ab12Cd");
  EXPECT_EQ(account.timezone, "Europe/Stockholm");
  EXPECT_EQ(account.currency, "SEK");
  EXPECT_TRUE(account.test_account);
}

TEST(Client, ReadsThatAreNotTheDocumentedShape) {
  for (const auto* body : {"", "{}", "[]", "<html>", R"({"data":{}})", R"({"data":null})"}) {
    Room room{answer(200, body)};
    const Page<Event> page = run_task(room.client.events("m", Instant{}, Instant{}, ""));
    EXPECT_EQ(page.answer.outcome.kind, Kind::transient) << body;
    EXPECT_TRUE(page.answer.outcome.connection_at_fault) << body;
    EXPECT_FALSE(page.answer.outcome.reason.empty()) << body;
    EXPECT_EQ(run_task(room.client.account()).answer.outcome.kind, Kind::transient) << body;
    EXPECT_EQ(run_task(room.client.list_membership("p", "l")).answer.outcome.kind, Kind::transient);
  }
  Room room{answer(200, R"({"data":[]})")};
  EXPECT_EQ(run_task(room.client.account()).answer.outcome.kind, Kind::transient);
}

}  // namespace
}  // namespace tillbridge::connectors::klaviyo
