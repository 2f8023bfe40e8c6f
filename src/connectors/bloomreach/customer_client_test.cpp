#include "connectors/bloomreach/customer_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/bloomreach/customer_answer_examples.h"
#include "connectors/bloomreach/customer_requests.h"
#include "connectors/run_task.h"
#include "outbound/fake_transport.h"

namespace tillbridge::connectors::bloomreach {
namespace {

using outbound::FakeTransport;
using outbound::HttpAnswer;
using outbound::HttpRequest;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::run_task;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;
using Kind = Outcome::Kind;

Config config() {
  Config made;
  made.base_url = "https://api.example.com//";
  made.project_token = "p-1";
  made.key_id = "key-id-123";
  made.key_secret = Secret{"secret-456"};
  return made;
}

// A client whose calls all get this answer.
struct Bench {
  explicit Bench(std::string_view body, int status = 200,
                 std::vector<std::pair<std::string, std::string>> headers = {}) {
    answer.status = status;
    answer.body = body;
    answer.headers = std::move(headers);
  }
  const HttpRequest& asked() const { return transport.requests().at(0); }

  HttpAnswer answer;
  ManualClock clock;
  FakeTransport transport{[this](const HttpRequest&) { return answer; }};
  CustomerClient client{transport, clock, config()};
};

TEST(CustomerClient, ReadAsksForAllInOneCallWithExactBytes) {
  Bench on(R"({"success":true,"results":[{"success":true,"value":"Ada"},
      {"success":true,"value":["c-1"]},{"success":true,"value":true},
      {"success":true,"value":1767225600},{"success":true,"value":"pos"},
      {"success":true,"value":"m-100234"}]})");
  WhatToRead what;
  what.properties = {"first_name"};
  what.ids = {"cookie"};
  what.consent_categories = {"newsletter"};
  const ReadAnswer read = run_task(on.client.read("registered", "m-100234", what, seconds{2}));
  EXPECT_EQ(on.asked().body,
            R"({"customer_ids":{"registered":"m-100234"},"attributes":[)"
            R"({"type":"property","property":"first_name"},{"type":"id","id":"cookie"},)"
            R"({"type":"consent","category":"newsletter","mode":"valid"},)"
            R"({"type":"consent","category":"newsletter","mode":"timestamp"},)"
            R"({"type":"consent","category":"newsletter","mode":"source"},)"
            R"({"type":"id","id":"registered"}]})");
  EXPECT_EQ(on.asked().method, "POST");
  EXPECT_EQ(on.asked().url, "https://api.example.com/data/v2/projects/p-1/customers/attributes");
  EXPECT_THAT(on.asked().headers, UnorderedElementsAre(Pair("Accept", "application/json"),
                                                       Pair("Content-Type", "application/json")));
  EXPECT_EQ(on.asked().basic_user, "key-id-123");
  EXPECT_EQ(on.asked().basic_password.reveal(), "secret-456");
  EXPECT_EQ(on.asked().total_time_max, seconds{2});
  EXPECT_EQ(on.asked().connect_time_max, seconds{2});
  EXPECT_EQ(on.asked().answer_bytes_max, config().read_bytes_max);
  EXPECT_EQ(on.transport.requests().size(), 1U);
  EXPECT_EQ(read.outcome.kind, Kind::delivered);
  ASSERT_TRUE(read.customer);
  EXPECT_TRUE(read.customer->consents.at("newsletter").valid);
  EXPECT_EQ(read.customer->consents.at("newsletter").decided_at, from_unix_seconds(1767225600));
  EXPECT_EQ(read.customer->consents.at("newsletter").source, "pos");
}

TEST(CustomerClient, TheIdAskedByIsAskedForOnce) {
  Bench on(R"({"success":true,"results":[{"success":true,"value":"m-1"}]})");
  WhatToRead what;
  what.ids = {"registered"};
  const ReadAnswer read = run_task(on.client.read("registered", "m-1", what, minutes{1}));
  EXPECT_EQ(
      on.asked().body,
      R"({"customer_ids":{"registered":"m-1"},"attributes":[{"type":"id","id":"registered"}]})");
  EXPECT_EQ(on.asked().connect_time_max, config().connect_time_max);
  EXPECT_TRUE(read.customer);
}

TEST(CustomerClient, TextsAreQuoted) {
  Bench on("");
  WhatToRead what;
  what.properties = {"a\"b"};
  run_task(on.client.read("registered", "m\\1\n", what, seconds{1}));
  EXPECT_EQ(on.asked().body,
            R"({"customer_ids":{"registered":"m\\1\n"},"attributes":[)"
            R"({"type":"property","property":"a\"b"},{"type":"id","id":"registered"}]})");
}

// bloomreach.md 6.1, U6.
TEST(CustomerClient, IdsThatBloomreachCannotTakeAreNotSent) {
  Bench on(examples::export_one_7_2);
  for (const std::string& id : {std::string(), std::string("--"), std::string("null"),
                                std::string("undefined"), std::string(257, 'a')}) {
    for (const Outcome& outcome :
         {run_task(on.client.read("registered", id, WhatToRead{}, seconds{1})).outcome,
          run_task(on.client.events("registered", id, {"a"}, 1, seconds{1})).outcome,
          run_task(on.client.export_one("registered", id, seconds{1})).outcome,
          run_task(on.client.anonymize("registered", id))}) {
      EXPECT_EQ(outcome.kind, Kind::rejected) << id;
      EXPECT_THAT(outcome.reason, HasSubstr("not sent")) << id;
      EXPECT_FALSE(outcome.connection_at_fault) << id;
    }
  }
  EXPECT_EQ(run_task(on.client.anonymize("", "m-1")).kind, Kind::rejected);
  EXPECT_TRUE(on.transport.requests().empty());
  run_task(on.client.export_one("registered", std::string(256, 'a'), seconds{1}));
  EXPECT_EQ(on.transport.requests().size(), 1U);
  EXPECT_EQ(unusable_id("registered", "å"), "");
}

// No time left must not become "no limit".
TEST(CustomerClient, WithoutTimeThereIsNoCall) {
  Bench on(examples::export_one_7_2);
  for (const Duration within : {Duration{0}, Duration{-5}, Duration{999}}) {
    const Outcome outcome =
        run_task(on.client.read("registered", "m-1", WhatToRead{}, within)).outcome;
    EXPECT_EQ(outcome.kind, Kind::transient);
    EXPECT_FALSE(outcome.connection_at_fault);
    EXPECT_THAT(outcome.reason, HasSubstr("no time"));
  }
  EXPECT_TRUE(on.transport.requests().empty());
}

TEST(CustomerClient, EventsNewestFirst) {
  Bench on(examples::events_7_3);
  const EventsAnswer read = run_task(
      on.client.events("registered", "m-100234", {"consent", "purchase"}, 20, milliseconds{800}));
  EXPECT_EQ(on.asked().body,
            R"({"customer_ids":{"registered":"m-100234"},"event_types":["consent","purchase"],)"
            R"("order":"desc","limit":20,"skip":0})");
  EXPECT_EQ(on.asked().url, "https://api.example.com/data/v2/projects/p-1/customers/events");
  EXPECT_EQ(on.asked().total_time_max, milliseconds{800});
  EXPECT_EQ(read.events.size(), 1U);
  EXPECT_EQ(run_task(on.client.events("registered", "m", {}, 1, seconds{1})).outcome.kind,
            Kind::rejected);
  EXPECT_EQ(run_task(on.client.events("registered", "m", {"a"}, 0, seconds{1})).outcome.kind,
            Kind::rejected);
  EXPECT_EQ(on.transport.requests().size(), 1U);
}

TEST(CustomerClient, ExportOne) {
  Bench on(examples::export_one_7_2);
  const ReadAnswer read = run_task(on.client.export_one("registered", "m-100234", seconds{9}));
  EXPECT_EQ(on.asked().body, R"({"customer_ids":{"registered":"m-100234"}})");
  EXPECT_EQ(on.asked().url, "https://api.example.com/data/v2/projects/p-1/customers/export-one");
  EXPECT_EQ(on.asked().answer_bytes_max, config().export_bytes_max);
  EXPECT_EQ(on.asked().total_time_max, seconds{9});
  EXPECT_TRUE(read.customer);
}

TEST(CustomerClient, ExportSegment) {
  Bench on(examples::export_7_4);
  const ExportAnswer exported =
      run_task(on.client.export_segment("65aa00000000000000000001", 0, {"registered"}, {"phone"}));
  EXPECT_EQ(on.asked().body,
            R"({"format":"table_json","attributes":{"type":"some","list":[)"
            R"({"type":"id","id":"registered"},{"type":"property","property":"phone"}]},)"
            R"("filter":{"type":"segment","segmentation_id":"65aa00000000000000000001",)"
            R"("segment_index":0},"timezone":"UTC"})");
  EXPECT_EQ(on.asked().url, "https://api.example.com/data/v2/projects/p-1/customers/export");
  EXPECT_EQ(on.asked().total_time_max, config().export_time_max);
  EXPECT_EQ(on.asked().answer_bytes_max, config().export_bytes_max);
  EXPECT_EQ(exported.customers.size(), 1U);
  EXPECT_EQ(run_task(on.client.export_segment("65aa", 0, {}, {})).outcome.kind, Kind::rejected);
  EXPECT_EQ(on.transport.requests().size(), 1U);
  run_task(on.client.export_segment("65aa", -1, {}, {"phone"}));
  EXPECT_THAT(on.transport.requests()[1].body, HasSubstr(R"("segment_index":-1})"));
  run_task(on.client.export_segment("", 0, {"a"}, {}));
  EXPECT_THAT(on.transport.requests()[2].body, HasSubstr(R"("filter":{"type":"all"},)"));
}

TEST(CustomerClient, ConsentCategories) {
  Bench on(examples::categories_8);
  const CategoriesAnswer read = run_task(on.client.consent_categories());
  EXPECT_EQ(on.asked().method, "GET");
  EXPECT_EQ(on.asked().url, "https://api.example.com/data/v2/projects/p-1/consent/categories");
  EXPECT_EQ(on.asked().body, "");
  EXPECT_EQ(on.asked().basic_user, "key-id-123");
  EXPECT_EQ(read.categories.size(), 1U);
}

TEST(CustomerClient, Anonymize) {
  Bench on(examples::anonymized_14);
  EXPECT_EQ(run_task(on.client.anonymize("registered", "m-100234")).kind, Kind::delivered);
  EXPECT_EQ(on.asked().body, R"({"customer_ids":{"registered":"m-100234"}})");
  EXPECT_EQ(on.asked().url, "https://api.example.com/data/v2/projects/p-1/customers/anonymize");
  EXPECT_EQ(on.asked().total_time_max, config().total_time_max);
}

TEST(CustomerClient, WritesOneCommandAsABatch) {
  Bench on(R"({"success":true,"results":[{"success":false,"command_id":"c-1",
      "errors":["not authorized to add event of specified type"]}]})");
  const std::string part = R"({"name":"customers/events","data":{"event_type":"consent"}})";
  const Outcome outcome = run_task(on.client.write(part));
  EXPECT_EQ(on.asked().url, "https://api.example.com/track/v2/projects/p-1/batch");
  EXPECT_EQ(on.asked().body, R"({"commands":[{"name":"customers/events","command_id":"c-1",)"
                             R"("data":{"event_type":"consent"}}]})");
  EXPECT_EQ(outcome.kind, Kind::rejected);
  EXPECT_THAT(outcome.reason, HasSubstr("allow it"));
  on.answer.body = R"({"success":true,"results":[{"success":true,"command_id":"c-1"}]})";
  EXPECT_EQ(run_task(on.client.write(part)).kind, Kind::delivered);
}

TEST(CustomerClient, RetryAfterOfEveryCall) {
  // 2026-01-01 00:00:00 is the manual clock's start; no Date beside it.
  Bench on("", 429, {{"retry-after", "Thu, 01 Jan 2026 00:00:07 GMT"}});
  for (const Outcome& outcome :
       {run_task(on.client.read("registered", "m", WhatToRead{}, seconds{1})).outcome,
        run_task(on.client.events("registered", "m", {"a"}, 1, seconds{1})).outcome,
        run_task(on.client.export_one("registered", "m", seconds{1})).outcome,
        run_task(on.client.export_segment("65aa", 0, {"a"}, {})).outcome,
        run_task(on.client.consent_categories()).outcome,
        run_task(on.client.anonymize("registered", "m")), run_task(on.client.write("{}"))}) {
    EXPECT_EQ(outcome.kind, Kind::throttled);
    EXPECT_EQ(outcome.retry_after, Duration{seconds{7}});
  }
}

}  // namespace
}  // namespace tillbridge::connectors::bloomreach
