// Events: what is taken, stored, dropped, told apart.
#include <gtest/gtest.h>

#include "klaviyo/test_account.h"

namespace sandbox::klaviyo {
namespace {

using test::json;
using test::parsed;
using test::pointers;

const std::string elin = R"("email":"elin@kund.tillbridge.dev")";

class KlaviyoSimEventsTest : public test::AccountTest {};

TEST_F(KlaviyoSimEventsTest, IsStoredAfterTheDelayAndReadBack) {
  change(R"({"event_delay_ms":50})");
  const Reply reply = event(elin, "Placed Order",
                            R"(,"time":"2026-01-01T01:00:10.9+02:00","value":299.5,)"
                            R"("value_currency":"SEK","unique_id":"sitoo:1","backfill":true)");
  EXPECT_EQ(reply.status, 202);
  EXPECT_EQ(reply.body, "");
  const auto accepted_at = tillbridge::to_unix_us(clock.now());
  EXPECT_TRUE(received.empty());
  EXPECT_EQ(count("/events/waiting"), 1U);
  pass(std::chrono::milliseconds{49});
  EXPECT_TRUE(received.empty());
  pass(std::chrono::milliseconds{1});
  ASSERT_EQ(received.size(), 1U);
  const ReceivedEvent& one = received[0];
  EXPECT_EQ(one.platform, "klaviyo");
  EXPECT_EQ(one.type, "Placed Order");
  EXPECT_EQ(one.at_us, accepted_at);
  EXPECT_EQ(one.timestamp, 1767222010.0);
  EXPECT_EQ(one.customer_ids, json("{" + elin + "}"));
  EXPECT_EQ(one.unique_id, "sitoo:1");
  EXPECT_EQ(one.value, 299.5);
  EXPECT_EQ(one.value_currency, "SEK");
  EXPECT_TRUE(one.backfill);
  EXPECT_FALSE(one.exact_copy);
  EXPECT_EQ(one.request, 1U);
  const auto stored = events_of("elin@kund.tillbridge.dev");
  ASSERT_EQ(stored.size(), 1U);
  EXPECT_EQ(stored[0].at("attributes").at("datetime"), "2025-12-31T23:00:10+00:00");
  EXPECT_EQ(
      stored[0].at("attributes").at("event_properties"),
      json(R"({"OrderId":"1","$value":299.5,"$value_currency":"SEK","$event_id":"sitoo:1"})"));
}

TEST_F(KlaviyoSimEventsTest, TheKeyIsProfileMetricAndUniqueId) {
  const std::string id = R"(,"unique_id":"u","time":"2026-01-01T00:00:00Z")";
  event(elin, "A", id);
  event(elin, "A", id);
  event(elin, "A", id + R"(,"value":1)");
  event(elin, "B", id);
  event(R"("email":"other@kund.tillbridge.dev")", "A", id);
  ASSERT_EQ(received.size(), 5U);
  EXPECT_FALSE(received[0].exact_copy);
  EXPECT_TRUE(received[1].exact_copy);
  EXPECT_FALSE(received[2].exact_copy);
  EXPECT_EQ(count("/events/stored"), 3U);
  EXPECT_EQ(count("/events/copies"), 1U);
  EXPECT_EQ(count("/events/conflicting"), 1U);
  const auto stored = events_of("elin@kund.tillbridge.dev");
  EXPECT_EQ(stored.size(), 2U);  // the first content stays
  EXPECT_FALSE(stored[0].at("attributes").at("event_properties").as_object().contains("$value"));
}

TEST_F(KlaviyoSimEventsTest, WithoutAUniqueIdTheSecondIsTheKey) {
  event(elin, "A", R"(,"time":"2026-01-01T00:00:00.1Z")");
  event(elin, "A", R"(,"time":"2026-01-01T00:00:00.9Z")");
  event(elin, "A", R"(,"time":"2026-01-01T00:00:01Z")");
  EXPECT_EQ(events_of("elin@kund.tillbridge.dev").size(), 2U);
}

TEST_F(KlaviyoSimEventsTest, ZeroNullAndBlankAreNeverSet) {
  const std::string body =
      R"({"data":{"type":"event","attributes":{"metric":{"data":{"type":"metric","attributes":)"
      R"({"name":"M"}}},"properties":{"a":0,"b":0.0,"c":null,"d":"","e":"0","f":false,"g":)"
      R"([0],"h":{"x":0}},"profile":{"data":{"type":"profile","attributes":{)" +
      elin + R"(,"properties":{"zero":0}}}}}}})";
  EXPECT_EQ(post("/api/events", body).status, 202);
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].properties, json(R"({"e":"0","f":false,"g":[0],"h":{"x":0}})"));
  EXPECT_EQ(received[0].profile.at("properties"), json(R"({"zero":0})"));
  EXPECT_EQ(simulator.profiles()[0].properties, json(R"({"zero":0})"));  // profiles keep it
}

TEST_F(KlaviyoSimEventsTest, ShapesAreStrict) {
  const auto refused = [this](const std::string& body) {
    const Reply reply = post("/api/events", body);
    EXPECT_EQ(reply.status, 400) << body;
    return reply.status == 400 ? pointers(reply) : "";
  };
  EXPECT_EQ(refused("{"), "/data");
  EXPECT_EQ(refused("{}"), "/data");
  EXPECT_EQ(refused(R"({"data":{"type":"events","attributes":{}}})"),
            "/data/type /data/attributes/properties /data/attributes/metric "
            "/data/attributes/profile");
  EXPECT_EQ(refused(event_body(elin, "M", R"(,"value":"299")")), "/data/attributes/value");
  EXPECT_EQ(refused(event_body(elin, "M", R"(,"time":1767225600)")), "/data/attributes/time");
  EXPECT_EQ(refused(event_body(elin, "M", R"(,"time":"yesterday")")), "/data/attributes/time");
  EXPECT_EQ(refused(event_body(elin, "M", R"(,"time":"1989-12-31T00:00:00Z")")),
            "/data/attributes/time");
  EXPECT_EQ(refused(event_body(elin, "M", R"(,"time":"2027-02-01T00:00:00Z")")),
            "/data/attributes/time");
  EXPECT_EQ(refused(event_body(elin, std::string(128, 'm'))),
            "/data/attributes/metric/data/attributes/name");
  EXPECT_EQ(refused(event_body(elin, "M", R"(,"unique_id":"")")), "/data/attributes/unique_id");
  EXPECT_EQ(refused(event_body(elin, "M", R"(,"value_currency":"kr")")),
            "/data/attributes/value_currency");
  EXPECT_EQ(refused(event_body("", "M")), "/data/attributes/profile/data/attributes");
  EXPECT_EQ(refused(event_body(R"("email":"elin")", "M")),
            "/data/attributes/profile/data/attributes/email");
  EXPECT_EQ(refused(event_body(R"("phone_number":"070-1740605")", "M")),
            "/data/attributes/profile/data/attributes/phone_number");
  EXPECT_EQ(refused(event_body(elin, "M", R"(,"colour":"red")")), "/data/attributes/colour");
  change(R"({"unknown_attributes":"ignore"})");
  EXPECT_EQ(event(elin, "M", R"(,"colour":"red")").status, 202);
}

TEST_F(KlaviyoSimEventsTest, Limits) {
  std::string many;
  for (int i = 0; i < 401; ++i) many += fmt::format(R"({}"p{}":1)", i == 0 ? "" : ",", i);
  std::string deep = "1";
  for (int i = 0; i < 11; ++i) deep = R"({"d":)" + deep + "}";
  std::string list;
  for (int i = 0; i < 4001; ++i) list += i == 0 ? "1" : ",1";
  const std::string broken[] = {many, R"("p":)" + deep, R"("p":[)" + list + "]",
                                R"("p":")" + std::string(102'401, 'x') + "\"",
                                R"("p":18446744073709551615)"};
  const auto with = [](const std::string& properties) {
    std::string body = event_body(elin, "M");
    const std::string place = R"("OrderId":"1")";
    return body.replace(body.find(place), place.size(), properties);
  };
  for (const std::string& properties : broken)
    EXPECT_EQ(post("/api/events", with(properties)).status, 400) << properties.substr(0, 40);
  change(R"({"event_limits":"drop"})");
  for (const std::string& properties : broken)
    EXPECT_EQ(post("/api/events", with(properties)).status, 202);
  EXPECT_TRUE(received.empty());
  EXPECT_EQ(count("/events/dropped_over_limits"), 5U);
}

TEST_F(KlaviyoSimEventsTest, TestDomainsVanishInSilence) {
  for (const char* email : {"a@example.org", "A@Example.com", "a@shop.example", "a@x.test"})
    EXPECT_EQ(event(fmt::format(R"("email":"{}")", email), "M").status, 202);
  EXPECT_EQ(event(elin, "M").status, 202);
  EXPECT_EQ(received.size(), 1U);
  EXPECT_EQ(simulator.profiles().size(), 1U);
  EXPECT_EQ(count("/events/dropped_test_domain"), 4U);
  EXPECT_EQ(count("/events/accepted"), 5U);
}

TEST_F(KlaviyoSimEventsTest, TheSilentDropShare) {
  change(R"({"silent_drop_share":0.5})");
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(event(elin, "M", fmt::format(R"(,"unique_id":"{}")", i)).status, 202);
  EXPECT_GT(received.size(), 60U);
  EXPECT_LT(received.size(), 140U);
  EXPECT_EQ(received.size() + count("/events/dropped_by_chance"), 200U);
}

TEST_F(KlaviyoSimEventsTest, AcceptedFirstIsStoredFirstAndBeforeALaterProfileWrite) {
  change(R"({"event_delay_ms":100})");
  event(elin, "A", R"(,"unique_id":"1")");
  change(R"({"event_delay_ms":10})");
  event(elin, "A", R"(,"unique_id":"2")");
  pass(std::chrono::milliseconds{50});
  EXPECT_TRUE(received.empty());
  const std::string id = imported(R"("email":"elin@kund.tillbridge.dev","first_name":"Elin")");
  ASSERT_EQ(received.size(), 2U);
  EXPECT_EQ(received[0].unique_id, "1");
  EXPECT_EQ(simulator.profiles().size(), 1U);
  change(R"({"writes_in_order":false})");
  event(elin, "A", R"(,"unique_id":"3")");
  imported(elin);
  EXPECT_EQ(received.size(), 2U);
}

TEST_F(KlaviyoSimEventsTest, TheProfilePartIsWritten) {
  event(elin + R"(,"external_id":"sitoo:1","properties":{"Last Store":"A"})", "M",
        R"(,"unique_id":"1")");
  event(R"("external_id":"sitoo:1","properties":{"Last Store":"B"})", "M", R"(,"unique_id":"2")");
  ASSERT_EQ(simulator.profiles().size(), 1U);
  EXPECT_EQ(simulator.profiles()[0].properties.at("Last Store"), "B");
  // Again, with older words: they count unless the setting says otherwise.
  event(R"("external_id":"sitoo:1","properties":{"Last Store":"A"})", "M", R"(,"unique_id":"1")");
  EXPECT_EQ(simulator.profiles()[0].properties.at("Last Store"), "A");
  change(R"({"duplicates_write_profile":false})");
  event(R"("external_id":"sitoo:1","properties":{"Last Store":"B"})", "M", R"(,"unique_id":"1")");
  EXPECT_EQ(simulator.profiles()[0].properties.at("Last Store"), "A");
}

TEST_F(KlaviyoSimEventsTest, MetricsComeIntoBeingAndOnesWithValuesKeepThem) {
  event(elin, "Placed Order", R"(,"value":5,"unique_id":"1")");
  event(elin, "Placed Order", R"(,"unique_id":"2")");
  event(elin, "placed order", R"(,"unique_id":"3")");
  const auto metrics = parsed(get("/api/metrics?filter=equals(integration.name,\"API\")"));
  EXPECT_EQ(metrics.at("data").as_array().size(), 2U);
  const auto stored = events_of("elin@kund.tillbridge.dev");
  int zeros = 0;
  for (const auto& one : stored) {
    const auto* value =
        one.at("attributes").at("event_properties").as_object().if_contains("$value");
    zeros += value != nullptr && value->to_number<double>() == 0 ? 1 : 0;
  }
  EXPECT_EQ(zeros, 1);
}

TEST_F(KlaviyoSimEventsTest, BackfillStartsNoFlows) {
  event(elin, "M", R"(,"unique_id":"1","backfill":true)");
  EXPECT_FALSE(simulator.status().at("flow_triggers").as_object().contains("M"));
  event(elin, "M", R"(,"unique_id":"2")");
  EXPECT_EQ(count("/flow_triggers/M"), 1U);
}

TEST_F(KlaviyoSimEventsTest, BulkTakesGroupsInTheDocumentsOrder) {
  const auto one = [](const std::string& id, const std::string& more = "") {
    return event_attributes("M", R"(,"unique_id":")" + id + "\"" + more);
  };
  EXPECT_EQ(bulk({group(elin, {one("1"), one("2", R"(,"backfill":false)")}, R"(,"backfill":true)"),
                  group(R"("phone_number":"+46701740605")", {one("3")})})
                .status,
            202);
  ASSERT_EQ(received.size(), 3U);
  EXPECT_EQ(received[0].unique_id, "1");
  EXPECT_TRUE(received[0].backfill);
  EXPECT_FALSE(received[1].backfill);
  EXPECT_EQ(received[2].customer_ids, json(R"({"phone_number":"+46701740605"})"));
  EXPECT_EQ(received[0].request, received[2].request);
  EXPECT_EQ(count("/bulk_jobs"), 1U);
}

TEST_F(KlaviyoSimEventsTest, OneBadEventFailsTheWholeBulkJob) {
  const std::string good = event_attributes("M", R"(,"unique_id":"1")");
  const Reply reply =
      bulk({group(elin, {good}), group(elin, {good, event_attributes("M", R"(,"value":"x")")})});
  EXPECT_EQ(reply.status, 400);
  EXPECT_EQ(pointers(reply),
            "/data/attributes/events-bulk-create/data/1/attributes/events/data/1/attributes/value");
  EXPECT_TRUE(received.empty());
  std::vector<std::string> many(1000, good);
  EXPECT_EQ(bulk({group(elin, many), group(elin, {good})}).status, 400);
  EXPECT_EQ(bulk({group(elin, many)}).status, 202);
}

TEST_F(KlaviyoSimEventsTest, BothReadingsOfDuplicatesInABulkJob) {
  const std::string one = event_attributes("M", R"(,"unique_id":"1","time":"2026-01-01")");
  change(R"({"bulk_duplicates":"reject_all"})");
  EXPECT_EQ(bulk({group(elin, {one, one})}).status, 400);
  EXPECT_EQ(received.size(), 0U);
  change(R"({"bulk_duplicates":"drop_extras"})");
  EXPECT_EQ(bulk({group(elin, {one, one})}).status, 202);
  EXPECT_EQ(count("/events/stored"), 1U);
  EXPECT_EQ(count("/events/copies"), 1U);
}

TEST_F(KlaviyoSimEventsTest, LongRunsKeepOnlyTheNewestButRememberTheKeys) {
  change(R"({"events_kept_per_profile":2})");
  for (const char* id : {"1", "2", "3", "1"})
    event(elin, "M", fmt::format(R"(,"unique_id":"{}","time":"2026-01-01")", id));
  EXPECT_EQ(events_of("elin@kund.tillbridge.dev").size(), 2U);
  EXPECT_EQ(count("/events/copies"), 1U);
}

TEST_F(KlaviyoSimEventsTest, ReadingWithFiltersAndPages) {
  for (int i = 0; i < 5; ++i)
    event(elin, i == 4 ? "Other" : "M",
          fmt::format(R"(,"unique_id":"{}","time":"2025-12-0{}T00:00:00Z")", i, i + 1));
  const auto metrics = parsed(get("/api/metrics")).at("data").as_array();
  std::string metric;
  for (const auto& one : metrics)
    if (one.at("attributes").at("name") == "M") metric = one.at("id").as_string().c_str();
  const std::string path = "/api/events?filter=equals(metric_id,%22" + metric +
                           "%22),greater-than(datetime,2025-12-01T00:00:00Z)&sort=datetime"
                           "&page[size]=2&include=metric,profile";
  const auto first = parsed(get(path));
  EXPECT_EQ(first.at("data").as_array().size(), 2U);
  EXPECT_EQ(first.at("data").at(0).at("attributes").at("datetime"), "2025-12-02T00:00:00+00:00");
  EXPECT_EQ(first.at("included").as_array().size(), 2U);
  EXPECT_TRUE(first.at("links").at("prev").is_null());
  const std::string next(first.at("links").at("next").as_string());
  ASSERT_TRUE(next.starts_with("http://klaviyo.sandbox/api/events/?")) << next;
  const auto second = parsed(get(next.substr(std::string("http://klaviyo.sandbox").size())));
  EXPECT_EQ(second.at("data").as_array().size(), 1U);
  EXPECT_TRUE(second.at("links").at("next").is_null());
  const std::string back(second.at("links").at("prev").as_string());
  EXPECT_EQ(parsed(get(back.substr(std::string("http://klaviyo.sandbox").size()))).at("data"),
            first.at("data"));
  const std::string id(first.at("data").at(0).at("id").as_string());
  EXPECT_EQ(parsed(get("/api/events/" + id)).at("data").at("id"), id.c_str());
  EXPECT_EQ(get("/api/events/none").status, 404);
}

}  // namespace
}  // namespace sandbox::klaviyo
