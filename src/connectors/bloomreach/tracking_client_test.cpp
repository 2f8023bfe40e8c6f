#include "connectors/bloomreach/tracking_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/run_task.h"
#include "outbound/fake_transport.h"

namespace tillbridge::connectors::bloomreach {
namespace {

using outbound::FakeTransport;
using outbound::HttpAnswer;
using outbound::HttpRequest;
using std::chrono::seconds;
using test::run_task;
using testing::HasSubstr;
using testing::Not;
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

constexpr std::string_view part = R"({"name":"customers","data":{}})";

std::vector<Command> commands(std::initializer_list<const char*> ids = {"c-1", "c-2", "c-3"}) {
  std::vector<Command> all;
  for (const char* id : ids) all.push_back(Command{id, part});
  return all;
}

std::vector<Kind> kinds(const BatchAnswer& batch) {
  std::vector<Kind> all;
  for (const Outcome& outcome : batch.commands) all.push_back(outcome.kind);
  return all;
}

struct CallCase {
  const char* what;
  Result<HttpAnswer> answer;
  Kind kind;
  bool connection_at_fault;
  const char* says;
};

// Every row of bloomreach.md 3 and the envelopes around them.
TEST(ClassifyBatch, CallsThatFailedAsAWhole) {
  const CallCase cases[] = {
      {"project 1", answer(400, R"({"success":false,"error":"Could not authenticate"})"),
       Kind::transient, true, "project_token"},
      {"project 2", answer(400, R"({"success":false,"error":"Invalid project id"})"),
       Kind::transient, true, "project_token"},
      {"no key", answer(401, R"({"success":false,"error":"access key not provided"})"),
       Kind::transient, true, "key_id"},
      {"unknown key", answer(401, R"({"success":false,"error":"access key not found"})"),
       Kind::transient, true, "key_id"},
      {"wrong secret", answer(403, R"({"success":false,"error":"invalid secret"})"),
       Kind::transient, true, "key_secret"},
      {"permission", answer(403, R"({"errors":["No permission to export customer"]})"),
       Kind::transient, true, "permission"},
      {"401 html", answer(401, "<html>"), Kind::transient, true, "key_id"},
      {"403 html", answer(403, "<html>"), Kind::transient, true, "key_secret"},
      {"no commands", answer(400, R"({"success":false,"message":"No commands"})"), Kind::rejected,
       false, "no commands"},
      {"invalid json", answer(400, R"({"success":false,"message":"Invalid JSON"})"), Kind::rejected,
       false, "JSON"},
      {"too many", answer(400, R"({"error":"too many commands in the batch request"})"),
       Kind::rejected, false, "commands_per_batch_max"},
      {"catalog field",
       answer(400, R"({"errors":{"properties":["Fields [a, b] are not properly defined."]}})"),
       Kind::rejected, false, "not properly defined"},
      {"no id 4xx",
       answer(400, R"({"success":false,"errors":["At least one id should be specified."]})"),
       Kind::rejected, false, "hard_id"},
      {"no id 200",
       answer(200, R"({"success":false,"errors":["At least one valid id should be specified"]})"),
       Kind::rejected, false, "hard_id"},
      {"property right 403",
       answer(403, R"({"errors":["not authorized to update specified customer properties"]})"),
       Kind::rejected, false, "allow it"},
      {"event right 200",
       answer(200, R"({"success":false,"error":"not authorized to add event of specified type"})"),
       Kind::rejected, false, "allow it"},
      {"project 200", answer(200, R"({"success":false,"error":"Invalid project id"})"),
       Kind::transient, true, "project_token"},
      {"404 customer", answer(404, R"({"errors":{"_global":["Customer does not exist"]}})"),
       Kind::transient, true, "base_url"},
      {"404 route",
       answer(404, R"({"errors":{"code":404,"description":"The requested URL was not found"}})"),
       Kind::transient, true, "base_url"},
      {"404 html", answer(404, "<html>"), Kind::transient, true, "base_url"},
      {"redirect", answer(302, ""), Kind::transient, true, "base_url"},
      {"413", answer(413, "<html>"), Kind::rejected, false, "batch_bytes_max"},
      {"408", answer(408, ""), Kind::transient, true, "408"},
      {"400 gzip", answer(400, "BadRequest"), Kind::transient, true, "compressed"},
      {"400 html", answer(400, "<html><body>400</body></html>"), Kind::transient, true, "proxies"},
      {"409 unknown text",
       answer(409, R"({"success":false,"errors":["odd thing at ada@example.com"]})"),
       Kind::rejected, false, "odd thing at [...]"},
      {"400 empty envelope", answer(400, "{}"), Kind::rejected, false, "without saying why"},
      {"429", answer(429, ""), Kind::throttled, false, "fewer"},
      {"429 html", answer(429, "<html>"), Kind::throttled, false, "fewer"},
      {"500 json", answer(500, R"({"success":false,"error":"x"})"), Kind::transient, true, "500"},
      {"502 html", answer(502, "<html>"), Kind::transient, true, "502"},
      {"503", answer(503, ""), Kind::transient, true, "503"},
      {"504", answer(504, ""), Kind::transient, true, "504"},
      {"200 html", answer(200, "<html>welcome</html>"), Kind::ambiguous, true, "base_url"},
      {"200 empty", answer(200, ""), Kind::ambiguous, true, "base_url"},
      {"200 array", answer(200, "[]"), Kind::ambiguous, true, "base_url"},
      {"200 without results", answer(200, R"({"success":true})"), Kind::ambiguous, false,
       "no results"},
      {"200 empty results", answer(200, R"({"success":true,"results":[]})"), Kind::ambiguous, false,
       "no results"},
      {"200 without success", answer(200, "{}"), Kind::ambiguous, false, "without saying"},
      {"200 success false only", answer(200, R"({"success":false})"), Kind::rejected, false,
       "without saying why"},
      {"refused", fail(Error::Kind::retry, "connection refused"), Kind::transient, true,
       "connection refused"},
      {"lost", fail(Error::Kind::unknown_outcome, "reset after sending"), Kind::ambiguous, true,
       "reset after sending"},
      {"egress", fail(Error::Kind::rejected, "blocked"), Kind::transient, true, "blocked"},
  };
  for (const CallCase& c : cases) {
    const BatchAnswer batch = classify_batch(c.answer, commands());
    EXPECT_EQ(batch.call.kind, c.kind) << c.what << ": " << batch.call.reason;
    EXPECT_EQ(batch.call.connection_at_fault, c.connection_at_fault) << c.what;
    EXPECT_EQ(batch.call.http_status, c.answer ? c.answer->status : 0) << c.what;
    EXPECT_THAT(batch.call.reason, HasSubstr(c.says)) << c.what;
    EXPECT_THAT(batch.call.reason, Not(HasSubstr("ada@"))) << c.what;
    ASSERT_EQ(batch.commands.size(), 3U) << c.what;
    for (const Outcome& outcome : batch.commands) {
      EXPECT_EQ(outcome.kind, c.kind) << c.what;
      EXPECT_EQ(outcome.reason, batch.call.reason) << c.what;
    }
  }
}

TEST(ClassifyBatch, TheContractsMixedAnswer) {
  const BatchAnswer batch = classify_batch(
      answer(200, R"({ "success": true, "start_time": 1767225601.10, "end_time": 1767225601.11,
        "results": [ {"success": true, "command_id": "c-1"},
                     {"success": true, "command_id": "c-2"},
                     {"success": false, "command_id": "c-3",
                      "errors": ["At least one id should be specified."]} ] })"),
      commands());
  EXPECT_EQ(batch.call.kind, Kind::delivered);
  EXPECT_THAT(kinds(batch), testing::ElementsAre(Kind::delivered, Kind::delivered, Kind::rejected));
  EXPECT_THAT(batch.commands[2].reason, HasSubstr("hard_id"));
  EXPECT_FALSE(batch.commands[2].connection_at_fault);
  EXPECT_EQ(batch.commands[0].http_status, 200);
}

TEST(ClassifyBatch, ResultsAreMatchedByIdThenByPosition) {
  const struct {
    const char* what;
    const char* results;
    std::vector<Kind> expected;
  } cases[] = {
      {"shuffled",
       R"([{"success":false,"command_id":"c-3"},{"success":true,"command_id":"c-1"},
                       {"success":true,"command_id":"c-2"}])",
       {Kind::delivered, Kind::delivered, Kind::rejected}},
      {"no ids",
       R"([{"success":true},{"success":false},{"success":true}])",
       {Kind::delivered, Kind::rejected, Kind::delivered}},
      {"one without id",
       R"([{"success":true,"command_id":"c-1"},{"success":false},
                             {"success":true,"command_id":"c-3"}])",
       {Kind::delivered, Kind::rejected, Kind::delivered}},
      {"one missing",
       R"([{"success":true,"command_id":"c-1"},{"success":true,"command_id":"c-3"}])",
       {Kind::delivered, Kind::ambiguous, Kind::delivered}},
      {"short without ids",
       R"([{"success":true}])",
       {Kind::delivered, Kind::ambiguous, Kind::ambiguous}},
      {"foreign id",
       R"([{"success":true,"command_id":"zz"},{"success":true,"command_id":"c-2"}])",
       {Kind::ambiguous, Kind::delivered, Kind::ambiguous}},
      {"said twice: the first counts",
       R"([{"success":true,"command_id":"c-1"},{"success":false,"command_id":"c-1"}])",
       {Kind::delivered, Kind::ambiguous, Kind::ambiguous}},
      {"odd entries",
       R"([7,null,{"success":"yes"}])",
       {Kind::ambiguous, Kind::ambiguous, Kind::ambiguous}},
      {"too many",
       R"([{"success":true},{"success":true},{"success":true},{"success":false}])",
       {Kind::delivered, Kind::delivered, Kind::delivered}},
  };
  for (const auto& c : cases) {
    for (const char* success : {"true", "false"}) {
      const BatchAnswer batch = classify_batch(
          answer(200, std::string(R"({"success":)") + success + R"(,"results":)" + c.results + "}"),
          commands());
      EXPECT_EQ(kinds(batch), c.expected) << c.what;
      EXPECT_EQ(batch.call.kind, Kind::delivered) << c.what;
    }
  }
}

TEST(ClassifyBatch, ErrorsOfAResultInEveryShape) {
  const struct {
    const char* members;
    Kind kind;
    bool connection_at_fault;
    const char* says;
  } cases[] = {
      {R"("error":"not authorized to update specified customer properties")", Kind::rejected, false,
       "properties"},
      {R"("errors":["not authorized to add event of specified type"])", Kind::rejected, false,
       "events of this type"},
      {R"("errors":{"_global":["something else"]})", Kind::rejected, false, "something else"},
      {R"("message":"third thing")", Kind::rejected, false, "third thing"},
      {R"("errors":[])", Kind::rejected, false, "without saying why"},
      {R"("error":"invalid secret")", Kind::transient, true, "key_secret"},
  };
  for (const auto& c : cases) {
    const BatchAnswer batch =
        classify_batch(answer(200, std::string(R"({"success":true,"results":[{"success":false,)") +
                                       c.members + "}]}"),
                       commands({"c-1"}));
    ASSERT_EQ(batch.commands.size(), 1U);
    EXPECT_EQ(batch.commands[0].kind, c.kind) << c.members;
    EXPECT_EQ(batch.commands[0].connection_at_fault, c.connection_at_fault) << c.members;
    EXPECT_THAT(batch.commands[0].reason, HasSubstr(c.says));
  }
}

Config config() {
  Config c;
  c.base_url = "https://api.exponea.com//";
  c.project_token = "3f1c0a52-0000-4000-8000-9d5b7c0e1a11";
  c.key_id = "key-id-123";
  c.key_secret = Secret("secret-456");
  return c;
}

TEST(TrackingClient, SendsAsTheContractSays) {
  FakeTransport transport([](const HttpRequest&) {
    return answer(200, R"({"success":true,"results":[{"success":true,"command_id":"c-1"}]})");
  });
  const ManualClock clock;
  TrackingClient client(transport, clock, config());
  const BatchAnswer batch = run_task(client.send_batch(commands({"c-1"})));
  EXPECT_EQ(batch.call.kind, Kind::delivered);
  ASSERT_EQ(transport.requests().size(), 1U);
  const HttpRequest& request = transport.requests()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url,
            "https://api.exponea.com/track/v2/projects/3f1c0a52-0000-4000-8000-9d5b7c0e1a11/batch");
  EXPECT_THAT(request.headers, UnorderedElementsAre(Pair("Accept", "application/json"),
                                                    Pair("Content-Type", "application/json")));
  EXPECT_EQ(request.basic_user, "key-id-123");
  EXPECT_TRUE(request.basic_password.matches("secret-456"));
  EXPECT_EQ(request.body, R"({"commands":[{"name":"customers","command_id":"c-1","data":{}}]})");
  EXPECT_FALSE(request.user_supplied_url);
}

TEST(TrackingClient, RetryAfterOfA429) {
  const struct {
    std::vector<std::pair<std::string, std::string>> headers;
    std::optional<Duration> wait;
  } cases[] = {
      {{}, std::nullopt},
      {{{"retry-after", "12"}}, seconds{12}},
      {{{"retry-after", "Wed, 12 Jun 2024 13:47:00 GMT"}}, seconds{20}},
      {{{"retry-after", "Wed, 12 Jun 2024 13:47:00 GMT"},
        {"date", "Wed, 12 Jun 2024 13:46:52 GMT"}},
       seconds{8}},
  };
  for (const auto& c : cases) {
    FakeTransport transport([&](const HttpRequest&) { return answer(429, "", c.headers); });
    const ManualClock clock(from_unix_seconds(1'718'200'000));
    TrackingClient client(transport, clock, config());
    const BatchAnswer batch = run_task(client.send_batch(commands()));
    EXPECT_EQ(batch.call.kind, Kind::throttled);
    EXPECT_EQ(batch.call.retry_after, c.wait);
    ASSERT_EQ(batch.commands.size(), 3U);
    for (const Outcome& outcome : batch.commands) EXPECT_EQ(outcome.retry_after, c.wait);
    EXPECT_EQ(run_task(client.ping()).retry_after, c.wait);
  }
}

TEST(TrackingClient, PingReadsTheTime) {
  FakeTransport transport([](const HttpRequest& request) {
    return request.basic_user == "key-id-123"
               ? answer(200, R"({"success":true,"errors":[],"time":1767225600.123456})")
               : answer(401, R"({"success":false,"error":"access key not found"})");
  });
  const ManualClock clock;
  TrackingClient client(transport, clock, config());
  EXPECT_EQ(run_task(client.ping()).kind, Kind::delivered);
  EXPECT_EQ(transport.requests()[0].method, "GET");
  EXPECT_THAT(transport.requests()[0].url, testing::EndsWith("/system/time"));
  Config wrong = config();
  wrong.key_id = "other";
  TrackingClient stranger(transport, clock, wrong);
  const Outcome outcome = run_task(stranger.ping());
  EXPECT_EQ(outcome.kind, Kind::transient);
  EXPECT_TRUE(outcome.connection_at_fault);
}

}  // namespace
}  // namespace tillbridge::connectors::bloomreach
