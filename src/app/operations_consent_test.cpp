// Consent and merging as the control API's callers see them, on a whole workspace.

#include "api/rooms_for_tests.h"
#include "app/consent_test_bench.h"
#include "app/operations.h"

namespace tillbridge::app {
namespace {

using std::chrono::minutes;
using test::ConsentBench;
using test::ConsentState;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ApiBench : public ConsentBench {
 public:
  ApiBench()
      : tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; }),
        operations(machine_clock, journal, ids, workspaces, false),
        api(loop, machine_clock, journal, ids, metrics, operations) {
    workspaces.push_back(
        std::make_unique<WorkspaceRuntime>(around(), shop_settings(), 1, "/nowhere"));
    workspaces.front()->connection("klaviyo")->start(tasks);
  }
  ~ApiBench() {
    workspaces.front()->connection("klaviyo")->request_stop();
    EXPECT_TRUE(run_until([&] { return tasks.running() == 0; }));
  }
  static Workspace shop_settings() {
    Workspace made;
    made.name = test::workspace_name;
    made.sitoo = test::sitoo_config();
    made.klaviyo_connected = true;
    made.klaviyo = klaviyo_config();
    return made;
  }
  struct Told {
    int status = 0;
    json::Object body;
    std::string text(const char* key) const { return json::text(body, key).value_or(""); }
  };
  Told call(const std::string& method, const std::string& path, const std::string& query_or_body) {
    http::Request request;
    request.method = method;
    request.path = path;
    (method == "GET" ? request.query : request.body) = query_or_body;
    request.headers.push_back({"Authorization", "Bearer t"});
    const auto reply = await(api.router.handle(std::move(request)));
    Told told;
    told.status = reply.status;
    if (const auto body = json::parse(reply.body); body && body->is_object())
      told.body = body->get_object();
    return told;
  }
  Told consent(const std::string& body) { return call("POST", "/api/v1/consents", body); }
  Told merge(const std::string& into, const std::string& from) {
    const json::Object body{{"into", into}, {"from", from}, {"by", "vera"}};
    return call("POST", "/api/v1/merge", json::to_text(body));
  }
  std::vector<std::string> merges() const {
    std::vector<std::string> all;
    for (const auto& [path, body] : klaviyo.written) {
      if (path == "/api/profile-merge") all.push_back(body);
    }
    return all;
  }

  std::vector<std::unique_ptr<WorkspaceRuntime>> workspaces;
  TaskGroup tasks;
  HubOperations operations;
  api::RoomsForTests api;
};

TEST(ConsentApi, TakesADecisionAndTellsWhatIsKnown) {
  ApiBench bench;
  auto known = bench.call("GET", "/api/v1/consents", "email=vera@kund.se");
  EXPECT_EQ(known.status, 200);
  EXPECT_EQ(known.body.at("items").at(0).at("state"), "unknown");

  const std::int64_t at = to_unix_seconds(bench.clock.now()) - 60;
  const auto told = bench.consent(fmt::format(
      R"({{"workspace":"shop","email":"Vera@kund.se","channel":"email","decision":"unsubscribed",)"
      R"("at":{},"source":"Till, Lund"}})",
      at));
  EXPECT_EQ(told.status, 202);
  EXPECT_THAT(told.text("message"), HasSubstr("unsubscribe"));
  ASSERT_TRUE(bench.run_until([&] { return !bench.klaviyo.written.empty(); }));
  EXPECT_THAT(bench.klaviyo.written[0].first, HasSubstr("bulk-delete"));

  known = bench.call("GET", "/api/v1/consents", "workspace=shop&email=vera%40kund.se");
  const json::Object item = known.body.at("items").at(0).as_object();
  EXPECT_EQ(item.at("channel"), "email");
  EXPECT_EQ(item.at("state"), "unsubscribed");
  EXPECT_EQ(item.at("source"), "Till, Lund");
  EXPECT_EQ(json::text(item, "decided_at"), utc_text(from_unix_seconds(at)));
}

TEST(ConsentApi, TimesComeInSeveralForms) {
  ApiBench bench;
  for (const char* at : {R"("2026-01-05T10:00:00+01:00")", "1767603600", R"("1767603600")"}) {
    bench.consent(fmt::format(
        R"({{"email":"vera@kund.se","channel":"email","decision":"unsubscribed","at":{}}})", at));
  }
  EXPECT_EQ(bench.known("vera@kund.se")->decided_at, from_unix_seconds(1'767'603'600));
  EXPECT_EQ(bench.counts().records, 1U) << "they are the same instant";
  const auto now = bench.consent(
      R"({"email":"nils@kund.se","channel":"email","decision":"unsubscribed","at":""})");
  EXPECT_EQ(now.status, 202);
  EXPECT_EQ(bench.known("nils@kund.se")->decided_at, bench.clock.now());
}

TEST(ConsentApi, SaysWhatIsWrong) {
  ApiBench bench;
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"email":"v@kund.se","channel":"post","decision":"unsubscribed"})", "channel"},
      {R"({"email":"v@kund.se","channel":"email","decision":"maybe"})", "decision"},
      {R"({"email":"v@kund.se","channel":"sms","decision":"subscribed"})", "phone"},
      {R"({"phone":"+46701740601","channel":"email","decision":"subscribed"})", "email"},
      {R"({"email":"v@kund.se","channel":"email","decision":"subscribed","at":"noon"})", "time"},
      {R"({"email":"v@kund.se","channel":"email","decision":"subscribed","at":[1]})", "time"},
      {R"({"email":"v@kund.se","channel":"email","decision":"subscribed","at":true})", "time"},
  };
  for (const auto& [body, word] : wrong) {
    const auto told = bench.consent(body);
    EXPECT_EQ(told.status, 400) << body;
    EXPECT_THAT(told.text("message"), HasSubstr(word)) << body;
  }
  EXPECT_EQ(bench.consent(R"({"workspace":"x","email":"v@kund.se","channel":"email"})").status,
            404);
  EXPECT_EQ(bench.call("GET", "/api/v1/consents", "").status, 400);
  EXPECT_EQ(bench.call("GET", "/api/v1/consents", "email=a@kund.se&phone=+467").status, 400);
  EXPECT_EQ(bench.counts().records, 0U);
}

TEST(ConsentApi, AConsentRecordIsNotReadAgain) {
  ApiBench bench;
  const auto told =
      bench.consent(R"({"email":"vera@kund.se","channel":"email","decision":"unsubscribed"})");
  ASSERT_EQ(told.status, 202);
  ASSERT_TRUE(bench.run_until([&] { return !bench.klaviyo.written.empty(); }));
  ASSERT_TRUE(
      bench.run_until([&] { return bench.workspaces.front()->connection("klaviyo")->idle(); }));
  const auto said = bench.await(bench.operations.replay("", told.text("key"), "", "vera"));
  ASSERT_FALSE(said);
  EXPECT_THAT(said.error().what, HasSubstr("not read again"));
}

TEST(MergeApi, MergesByIdOrAddress) {
  ApiBench bench;
  bench.klaviyo.people["01A"] = {.email = "vera@kund.se"};
  bench.klaviyo.people["01B"] = {.phone = "+46701740601"};
  const auto told = bench.merge("vera@kund.se", "01B");
  EXPECT_EQ(told.status, 200);
  EXPECT_THAT(told.text("message"), HasSubstr("01B into 01A"));
  ASSERT_THAT(bench.merges(), SizeIs(1));
  EXPECT_EQ(bench.merges()[0], connectors::klaviyo::merge_body("01A", "01B"));
}

TEST(MergeApi, SaysWhyItDoesNot) {
  ApiBench bench;
  bench.klaviyo.people["01A"] = {.email = "vera@kund.se"};
  bench.klaviyo.people["01B"] = {.email = "v@kund.se"};
  EXPECT_EQ(bench.merge("01A", "01C").status, 404);
  EXPECT_EQ(bench.merge("01A", "").status, 400);
  const auto same = bench.merge("01A", "vera@kund.se");
  EXPECT_EQ(same.status, 400);
  EXPECT_THAT(same.text("message"), HasSubstr("the same profile"));
  EXPECT_THAT(bench.merges(), IsEmpty());
  EXPECT_EQ(
      bench
          .call("POST", "/api/v1/merge", R"({"connection":"bloomreach","into":"01A","from":"01B"})")
          .status,
      400);
}

}  // namespace
}  // namespace tillbridge::app
