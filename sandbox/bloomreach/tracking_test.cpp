// T1 to T4: what is taken, what is refused and how (contract 4, 5).
#include <gtest/gtest.h>

#include "bloomreach/command.h"
#include "bloomreach/test_project.h"

namespace sandbox::bloomreach {
namespace {

class TrackingTest : public test::ProjectTest {
 protected:
  static std::string commands(int count) {
    std::string body = R"({"commands":[)";
    for (int i = 0; i < count; ++i) {
      if (i > 0) body += ',';
      body += R"({"name":"customers/events","command_id":"c)" + std::to_string(i) +
              R"(","data":{"customer_ids":{"registered":"a"},"event_type":"e)" + std::to_string(i) +
              R"(","timestamp":5}})";
    }
    return body + "]}";
  }
};

TEST_F(TrackingTest, AnswersTheTime) {
  const Reply reply = send(request("GET", path("track", "/system/time"), ""));
  EXPECT_EQ(parsed(reply).at("success"), true);
  EXPECT_EQ(parsed(reply).at("time"), 1767225600.0);
}

TEST_F(TrackingTest, BatchResultsFollowTheCommands) {
  const Reply reply = track("/batch", R"({"sdk":"x","commands":[
    {"name":"customers","command_id":"c-1","data":{"customer_ids":{"registered":"a"},
        "properties":{"x":1}}},
    {"name":"customers/events","command_id":"c-2","data":{"customer_ids":{"registered":"a"},
        "event_type":"p"}},
    {"name":"customers/events","command_id":"c-3","data":{"customer_ids":{},"event_type":"p"}},
    {"name":"customers/events","data":{"customer_ids":{"registered":"null"},"event_type":"p"}},
    {"name":"system/time","command_id":"c-5"}, {"name":"other","command_id":"c-6"}]})");
  EXPECT_EQ(reply.status, 200);
  const auto body = parsed(reply);
  EXPECT_EQ(body.at("success"), true);
  const auto& results = body.at("results").as_array();
  ASSERT_EQ(results.size(), 6U);
  EXPECT_EQ(results[0], json(R"({"success":true,"command_id":"c-1"})"));
  EXPECT_EQ(results[2], json(R"({"success":false,"errors":["At least one id should be specified."],
                                 "command_id":"c-3"})"));
  EXPECT_EQ(results[3],
            json(R"({"success":false,"errors":["At least one valid id should be specified"]})"));
  EXPECT_TRUE(results[4].as_object().contains("time"));
  EXPECT_EQ(results[5].at("success"), false);
  EXPECT_EQ(ledger.received_events(), 2U);
}

TEST_F(TrackingTest, WholeBatchesAreRefused) {
  EXPECT_EQ(track("/batch", "{").body, R"({"success":false,"message":"Invalid JSON"})");
  EXPECT_EQ(track("/batch", "{}").body, R"({"success":false,"message":"No commands"})");
  EXPECT_EQ(track("/batch", R"({"commands":[]})").status, 400);
  EXPECT_EQ(track("/batch", R"({"commands":[{"name":"system/time"}, 7]})").body,
            R"({"success":false,"message":"Invalid JSON"})");
  EXPECT_EQ(track("/batch", commands(50)).status, 200);
  const Reply refused = track("/batch", commands(51));
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body, R"({"success":false,"error":"too many commands in the batch request"})");
  EXPECT_EQ(ledger.received_events(), 50U);
}

TEST_F(TrackingTest, SizesAreChecked) {
  const std::string ids = R"({"registered":"a"})";
  const auto text = [](std::size_t bytes) { return "\"" + std::string(bytes, 'x') + "\""; };
  EXPECT_EQ(update(ids, R"({"a":)" + text(15'900) + "}", 1).status, 200);
  EXPECT_EQ(update(ids, R"({"a":)" + text(16'000) + "}", 1).status, 400);
  std::string many = "{";
  for (int i = 0; i < 255; ++i) many += (i > 0 ? "," : "") + ("\"k" + std::to_string(i)) + "\":1";
  EXPECT_EQ(event(ids, "p", 1, many + "}").status, 200);
  EXPECT_EQ(event(ids, "p", 1, many + R"(,"one":1})").status, 400);
  std::string large = "{";
  for (int i = 0; i < 60; ++i)
    large += (i > 0 ? "," : "") + ("\"k" + std::to_string(i)) + "\":" + text(15'000);
  large += "}";
  EXPECT_EQ(update(ids, large, 1).status, 413);
  EXPECT_EQ(event(ids, "p", 1, large).status, 413);
  change(R"({"check_event_sizes":false})");
  EXPECT_EQ(event(ids, "p", 1, large).status, 200);

  const std::string long_id = R"({"registered":")" + std::string(257, 'a') + R"("})";
  EXPECT_EQ(event(long_id, "p", 1).status, 400);
  change(R"({"check_id_length":false})");
  EXPECT_EQ(event(long_id, "p", 1).status, 200);
}

TEST_F(TrackingTest, IdsAreChecked) {
  for (const char* ids : {"{}", R"({"registered":"null"})", R"({"registered":"undefined"})",
                          R"({"registered":"--"})", R"({"registered":7})", R"({"nothing":"a"})"})
    EXPECT_EQ(event(ids, "p", 1).status, 400) << ids;
  EXPECT_EQ(event(R"({"registered":"a","nothing":"b"})", "p", 1).status, 200);
  change(R"({"unknown_ids":"error"})");
  EXPECT_EQ(event(R"({"registered":"a","nothing":"b"})", "p", 1).status, 400);
}

TEST_F(TrackingTest, TimesAreNumbersTextsOrIso) {
  EXPECT_EQ(unix_seconds(12.5), 12.5);
  EXPECT_EQ(unix_seconds("1767225600.25"), 1767225600.25);
  EXPECT_EQ(unix_seconds("2026-01-01T00:00:00Z"), 1767225600.0);
  EXPECT_EQ(unix_seconds("2026-01-01T00:00:00.5"), 1767225600.5);
  EXPECT_FALSE(unix_seconds("2026-01-01T02:00:00+02:00"));
  EXPECT_FALSE(unix_seconds("soon"));
  EXPECT_FALSE(unix_seconds(true));
}

TEST_F(TrackingTest, ReadsSeeWritesAfterTheDelay) {
  change(R"({"apply_delay_ms":2000})");
  event(R"({"registered":"a"})", "p", 1);
  const std::string who = R"({"customer_ids":{"registered":"a"}})";
  EXPECT_EQ(read("/customers/export-one", who).status, 404);
  clock.advance(std::chrono::milliseconds{1999});
  EXPECT_EQ(read("/customers/export-one", who).status, 404);
  clock.advance(std::chrono::milliseconds{1});
  EXPECT_EQ(read("/customers/export-one", who).status, 200);
}

TEST_F(TrackingTest, BatchesAreAppliedInAnyOrderWhenAsked) {
  track("/batch", commands(40));
  const auto types = [this](const std::string& ids) {
    std::string order;
    const auto customer = exported(ids);
    for (const auto& one : customer.at("events").as_array())
      order += std::string(one.at("type").as_string()) + " ";
    return order;
  };
  const std::string in_order = types(R"({"registered":"a"})");
  EXPECT_TRUE(in_order.starts_with("e0 e1 e2 e3 "));
  change(R"({"shuffle_batches":true})");
  std::string body = commands(40);
  for (std::size_t at = 0; (at = body.find("\"a\"", at)) != std::string::npos;) body[at + 1] = 'b';
  track("/batch", body);
  const std::string order = types(R"({"registered":"b"})");
  EXPECT_EQ(order.size(), in_order.size());
  EXPECT_NE(order, in_order);
}

TEST_F(TrackingTest, PropertiesRememberTheirTimes) {
  const std::string ids = R"({"registered":"a"})";
  update(ids, R"({"x":"first","y":"first"})", 100);
  update(ids, R"({"x":"older"})", 99);
  update(ids, R"({"y":"same time"})", 100);
  EXPECT_EQ(exported(ids).at("properties"), json(R"({"x":"first","y":"first"})"));
  update(ids, R"({"x":"newer"})", 101);
  change(R"({"apply_equal_timestamps":true})");
  update(ids, R"({"y":"same time"})", 100);
  EXPECT_EQ(exported(ids).at("properties"), json(R"({"x":"newer","y":"same time"})"));
  EXPECT_EQ(simulator.status().at("stale_properties"), 2U);
}

TEST_F(TrackingTest, ExactCopiesAreAbsorbedOrDoubled) {
  const std::string ids = R"({"registered":"a"})";
  event(ids, "p", 1, R"({"a":1,"b":2.0})");
  event(ids, "p", 1, R"({"b":2,"a":1})");
  event(ids, "p", 1, R"({"a":1,"b":2.5})");
  EXPECT_EQ(exported(ids).at("events").as_array().size(), 2U);
  EXPECT_EQ(simulator.status().at("processed_events"), 3U);
  EXPECT_EQ(simulator.status().at("deduplicated_events"), 1U);
  EXPECT_EQ(ledger.summarise().absorbed, 1U);
  change(R"({"deduplicate_events":false})");
  event(ids, "p", 1, R"({"a":1,"b":2.5})");
  EXPECT_EQ(exported(ids).at("events").as_array().size(), 3U);
  EXPECT_EQ(ledger.summarise().absorbed, 1U);
}

TEST_F(TrackingTest, LongRunsMayKeepTheNewestEventsOnly) {
  change(R"({"events_kept_per_profile":2})");
  for (int i = 0; i < 5; ++i) event(R"({"registered":"a"})", "p" + std::to_string(i), 1);
  const auto events = exported(R"({"registered":"a"})").at("events");
  ASSERT_EQ(events.as_array().size(), 2U);
  EXPECT_EQ(events.as_array()[0].at("type"), "p3");
}

TEST_F(TrackingTest, SettingsAreChangedWholeOrNotAtAll) {
  const auto refused = simulator.change(
      json(R"({"apply_delay_ms":5,"storm":"yes","surprise":1,"faults":{"nowhere":{}}})")
          .as_object());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("storm: true or false"), std::string::npos);
  EXPECT_NE(refused.error().what.find("surprise: unknown"), std::string::npos);
  EXPECT_NE(refused.error().what.find("nowhere"), std::string::npos);
  EXPECT_EQ(simulator.settings().apply_delay_ms, 0);
  const auto written = to_json(simulator.settings());
  EXPECT_FALSE(written.at("keys").as_array()[0].as_object().contains("secret"));
  EXPECT_TRUE(simulator.change(written));
  EXPECT_EQ(simulator.settings().keys[0].secret, "sandbox-secret");
}

}  // namespace
}  // namespace sandbox::bloomreach
