// The API as a whole: every route is in the document, nobody gets in unasked, every act leaves its
// trail.

#include <set>

#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "api/openapi.h"
#include "api/rooms_for_tests.h"
#include "journal/memory/memory_store.h"

namespace tillbridge::api {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class NoHub : public Operations {
 public:
  std::vector<WorkspaceFacts> workspaces() const override {
    return {{"shop", Zone{}, {"klaviyo"}}};
  }
  Task<json::Object> status() override { co_return json::Object{{"workspaces", json::Array{}}}; }
  bool ready() const override { return true; }
  Task<Result<void>> pause(std::string, std::string connection, std::string by,
                           std::string) override {
    paused.push_back(connection + " by " + by);
    co_return Result<void>{};
  }
  Task<Result<void>> resume(std::string, std::string, std::string) override { co_return no(); }
  Task<Result<void>> pause_part(std::string, std::string, std::string, bool, std::string,
                                std::string) override {
    co_return no();
  }
  Task<Result<std::string>> replay(std::string, std::string, std::string, std::string) override {
    co_return fail(not_here());
  }
  Task<Result<json::Object>> consent(ConsentAct) override { co_return fail(not_here()); }
  Task<Result<json::Object>> consents(std::string, std::string, std::string, std::string) override {
    co_return fail(not_here());
  }
  Task<Result<std::string>> merge(std::string, std::string, std::string, std::string,
                                  std::string) override {
    co_return fail(not_here());
  }
  Task<Result<json::Object>> sync_customers(std::string, std::string) override {
    co_return fail(not_here());
  }
  Task<Result<json::Object>> compare(std::string, std::string, ComparisonAsked) override {
    co_return fail(not_here());
  }
  Task<Result<json::Object>> compare_stock(std::string, StockComparisonAsked) override {
    co_return fail(not_here());
  }
  Task<Result<json::Object>> backfill(std::string, BackfillAsked) override {
    co_return fail(not_here());
  }
  Task<Result<json::Object>> backfill_state(std::string) override { co_return fail(not_here()); }
  Task<Result<json::Object>> backfill_act(std::string, std::string, std::string) override {
    co_return fail(not_here());
  }
  Task<Result<json::Object>> validate(std::string, ValidationAsked) override {
    co_return fail(not_here());
  }
  Result<json::Object> setup_preview(const json::Object&) override { return fail(not_here()); }
  Result<void> step_clock(Duration) override { return no(); }

  std::vector<std::string> paused;

 private:
  static Result<void> no() { return fail(not_here()); }
};

class ApiTest : public testing::Test {
 protected:
  ApiTest()
      : ids(clock, 0),
        journal(loop, clock, metrics, journal::memory::open(), {},
                [](const std::string& what) { ADD_FAILURE() << what; }),
        api(loop, clock, journal, ids, metrics, hub,
            {{"/cases/lag_high.md", "# Behind\n\nLate.\n\n## What it costs\n\nMoney.\n"}}) {
    EXPECT_TRUE(journal.start());
    EXPECT_TRUE(await(api.accounts.load()));
    add_and_sign_in("first", Role::administrator);  // no other can be the first
  }

  template <typename T>
  T await(Task<T> task) {
    std::optional<T> answer;
    TaskGroup tasks(loop, [](const std::string& what) { ADD_FAILURE() << what; });
    tasks.start(keep(std::move(task), answer));
    loop.restart();
    while (!answer && loop.run_one() > 0) {
    }
    loop.poll();
    return std::move(*answer);
  }
  template <typename T>
  static Task<void> keep(Task<T> task, std::optional<T>& answer) {
    answer = co_await std::move(task);
  }

  struct Asked {
    std::string method = "GET";
    std::string path = "";
    std::string body = "";
    std::string bearer = "";
    std::string cookie = "";
    std::string csrf = "";
    std::string query = "";
    std::string type = "application/json";
  };
  http::Reply ask(Asked asked) {
    http::Request request;
    request.method = asked.method;
    request.path = asked.path;
    request.body = asked.body;
    request.query = asked.query;
    request.peer = "127.0.0.1";
    if (!asked.type.empty()) request.headers.push_back({"Content-Type", asked.type});
    if (!asked.bearer.empty())
      request.headers.push_back({"Authorization", "Bearer " + asked.bearer});
    if (!asked.cookie.empty()) request.headers.push_back({"Cookie", asked.cookie});
    if (!asked.csrf.empty()) request.headers.push_back({"X-CSRF-Token", asked.csrf});
    return await(api.router.handle(std::move(request)));
  }
  static json::Object body_of(const http::Reply& reply) {
    const auto parsed = json::parse(reply.body);
    return parsed && parsed->is_object() ? parsed->get_object() : json::Object{};
  }

  struct Session {
    std::string cookie, csrf;
  };
  Session session_of(const http::Reply& reply) {
    Session session;
    for (const http::Header& header : reply.headers) {
      if (header.name == "Set-Cookie")
        session.cookie = header.value.substr(0, header.value.find(';'));
    }
    session.csrf = json::text(body_of(reply), "csrf").value_or("");
    return session;
  }
  Session add_and_sign_in(const std::string& name, Role role, std::vector<std::string> teams = {}) {
    NewUser wish;
    wish.name = name;
    wish.display = name;
    wish.role = role;
    wish.teams = std::move(teams);
    wish.password = Secret("a long enough secret");
    wish.must_change_password = false;
    EXPECT_TRUE(await(api.accounts.add_user(std::move(wish))));
    const auto in = ask({.method = "POST",
                         .path = "/api/v1/session",
                         .body = json::to_text(
                             json::Object{{"name", name}, {"password", "a long enough secret"}})});
    EXPECT_EQ(in.status, 200) << in.body;
    return session_of(in);
  }
  http::Reply post(const Session& session, const std::string& path, const std::string& body) {
    return ask({.method = "POST",
                .path = path,
                .body = body,
                .cookie = session.cookie,
                .csrf = session.csrf});
  }
  std::vector<journal::AuditRow> audits() {
    std::function<Result<std::vector<journal::AuditRow>>(journal::Reader&)> query =
        [](journal::Reader& reader) { return reader.audits({}, AuditId{}, 100); };
    return await(journal.read<std::vector<journal::AuditRow>>(std::move(query))).value();
  }
  CaseGroupId open_case() {
    journal::OpenCase opened;
    opened.id = ids.next<CaseId>();
    opened.workspace = "shop";
    opened.type = "lag_high";
    opened.group = "klaviyo";
    opened.owner = "integration";
    opened.opened_at = clock.now();
    opened.due_at = clock.now() + std::chrono::hours{1};
    opened.reason = "klaviyo is behind";
    journal::Step step;
    step.cases.push_back(opened);
    EXPECT_TRUE(await(journal.commit(std::move(step))));
    return CaseGroupId{opened.id.value};
  }

  Loop loop{1};
  ManualClock clock;
  telemetry::Metrics metrics;
  IdSource ids;
  journal::Journal journal;
  NoHub hub;
  RoomsForTests api;
};

std::string filled(const std::string& path) {
  std::string out = path;
  for (auto at = out.find('{'); at != std::string::npos; at = out.find('{'))
    out.replace(at, out.find('}') - at + 1, "1");
  return out;
}

TEST_F(ApiTest, EveryRouteIsInTheDocumentAndTheDocumentHasNoOther) {
  const auto reply = ask({.path = "/api/v1/openapi.json"});
  ASSERT_EQ(reply.status, 200);
  const json::Object document = body_of(reply);
  const json::Object& paths = document.at("paths").as_object();
  const json::Object& schemas = document.at("components").at("schemas").as_object();
  std::size_t documented = 0;
  for (const auto& path : paths) documented += path.value().as_object().size();
  EXPECT_EQ(documented, routes().size());
  std::set<std::string> operations;
  for (const Route& route : routes()) {
    const auto method = boost::to_lower_copy(std::string(route.method));
    ASSERT_TRUE(paths.contains(route.path)) << route.path;
    ASSERT_TRUE(paths.at(route.path).as_object().contains(method)) << route.path;
    EXPECT_TRUE(operations.insert(route.operation).second) << route.operation << " twice";
    const bool typed = std::string_view(route.answer).find('/') != std::string_view::npos;
    EXPECT_TRUE(typed || schemas.contains(route.answer)) << route.answer;
    if (route.body != nullptr) EXPECT_TRUE(schemas.contains(route.body)) << route.body;
  }
  // References within schemas lead somewhere.
  std::string text = json::to_text(document.at("components"));
  constexpr std::string_view mark = "#/components/schemas/";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    const auto begin = at + mark.size();
    EXPECT_TRUE(schemas.contains(text.substr(begin, text.find('"', begin) - begin)));
  }
}

TEST_F(ApiTest, WhoIsNotSignedInGetsNothing) {
  for (const Route& route : routes()) {
    if (route.access == Access::anyone) continue;
    const auto reply = ask({.method = route.method, .path = filled(route.path), .body = "{}"});
    EXPECT_EQ(reply.status, 401) << route.method << " " << route.path << " " << reply.body;
  }
  for (const auto& row : audits()) EXPECT_EQ(row.act, "session.sign_in");
}

TEST_F(ApiTest, AViewerChangesNothingAndSeesNoAccounts) {
  const Session viewer = add_and_sign_in("vera", Role::viewer);
  for (const Route& route : routes()) {
    if (route.access <= Access::viewer) continue;
    const auto reply = ask({.method = route.method,
                            .path = filled(route.path),
                            .body = "{}",
                            .cookie = viewer.cookie,
                            .csrf = viewer.csrf});
    EXPECT_EQ(reply.status, 403) << route.method << " " << route.path << " " << reply.body;
  }
}

TEST_F(ApiTest, ARequestFromAForeignPageIsRefused) {
  const Session admin = add_and_sign_in("anna", Role::administrator);
  const std::string path = "/api/v1/workspaces/shop/connections/klaviyo/pause";
  EXPECT_EQ(ask({.method = "POST", .path = path, .body = "{}", .cookie = admin.cookie}).status,
            403);
  EXPECT_EQ(ask({.method = "POST",
                 .path = path,
                 .body = "{}",
                 .cookie = admin.cookie,
                 .csrf = std::string(admin.csrf.size(), 'x')})
                .status,
            403);
  EXPECT_EQ(ask({.method = "POST",
                 .path = path,
                 .body = "{}",
                 .cookie = admin.cookie,
                 .csrf = admin.csrf,
                 .type = "text/plain"})
                .status,
            415);
  EXPECT_THAT(hub.paused, IsEmpty());
  EXPECT_EQ(post(admin, path, R"({"reason":"stock count"})").status, 200);
  EXPECT_THAT(hub.paused, Contains("klaviyo by anna"));
}

TEST_F(ApiTest, EveryActIsInTheAuditAndAPasswordIsNot) {
  const Session admin = add_and_sign_in("anna", Role::administrator);
  EXPECT_EQ(post(admin, "/api/v1/workspaces/shop/connections/klaviyo/pause", "{}").status, 200);
  EXPECT_EQ(post(admin, "/api/v1/users",
                 R"({"name":"bo","role":"operator","password":"not to be seen by anybody"})")
                .status,
            200);
  EXPECT_EQ(post(admin, "/api/v1/workspaces/shop/connections/klaviyo/resume", "{}").status, 503);
  std::map<std::string, journal::AuditRow> by_act;
  for (const auto& row : audits()) {
    by_act.emplace(row.act, row);  // the newest of each
    EXPECT_THAT(row.before + row.after + row.about + row.result,
                Not(HasSubstr("not to be seen by anybody")));
  }
  EXPECT_EQ(by_act.at("connection.pause").by, "anna");
  EXPECT_EQ(by_act.at("connection.pause").result, "done");
  EXPECT_EQ(by_act.at("connection.resume").result, "refused (503)");
  EXPECT_EQ(by_act.at("user.add").about, "user bo");
  EXPECT_EQ(by_act.at("user.add").after, "operator");
  EXPECT_EQ(by_act.at("session.sign_in").by, "anna");
}

TEST_F(ApiTest, ACaseIsWorkedOnByItsTeamUntilItIsHandedOver) {
  const Session bo = add_and_sign_in("bo", Role::operator_, {"integration"});
  const Session mia = add_and_sign_in("mia", Role::operator_, {"marketing"});
  const std::string path = fmt::format("/api/v1/cases/{}", open_case().value);
  EXPECT_EQ(post(mia, path + "/acknowledge", "{}").status, 403);
  EXPECT_EQ(post(mia, path + "/hand-over", R"({"team":"retail operations","note":"x"})").status,
            403);
  auto reply = post(bo, path + "/acknowledge", "{}");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(body_of(reply).at("state"), "acknowledged");
  EXPECT_EQ(body_of(reply).at("assignee"), "bo");
  EXPECT_EQ(body_of(reply).at("title"), "Behind");
  EXPECT_EQ(body_of(reply).at("impact"), "Money.");
  EXPECT_EQ(post(bo, path + "/assign", R"({"to":"nobody-of-ours"})").status, 400);
  EXPECT_EQ(post(bo, path + "/hand-over", R"({"team":"marketing"})").status, 400);
  EXPECT_EQ(post(bo, path + "/hand-over", R"({"team":"pirates","note":"x"})").status, 400);
  reply = post(bo, path + "/hand-over", R"({"team":"marketing","to":"mia","note":"yours"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(body_of(reply).at("team"), "marketing");
  EXPECT_EQ(post(bo, path + "/resolve", R"({"note":"done"})").status, 403);
  reply = post(mia, path + "/note", R"({"text":"waiting for the agency"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(body_of(reply).at("state"), "open");
  reply = post(mia, path + "/resolve", R"({"note":"they answered"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(body_of(reply).at("state"), "resolved");
  const json::Object resolved = body_of(reply);
  const json::Array& history = resolved.at("history").as_array();
  std::string told;
  for (const json::Value& line : history)
    told += line.at("text").as_string().c_str() + std::string("\n");
  EXPECT_THAT(told, HasSubstr("waiting for the agency"));
  EXPECT_THAT(told, HasSubstr("handed over to marketing, mia: yours"));
  const auto open = ask({.path = "/api/v1/cases", .cookie = bo.cookie});
  EXPECT_THAT(body_of(open).at("items").as_array(), IsEmpty());
  const auto closed = ask({.path = "/api/v1/cases", .cookie = bo.cookie, .query = "state=closed"});
  EXPECT_EQ(body_of(closed).at("items").as_array().size(), 1U);
  EXPECT_EQ(post(mia, path + "/assign", R"({"to":"bo"})").status, 400);
}

TEST_F(ApiTest, AnotherTeamsCaseMayBeTakenOver) {
  const Session mia = add_and_sign_in("mia", Role::operator_, {"marketing"});
  const std::string path = fmt::format("/api/v1/cases/{}", open_case().value);
  const auto reply = post(mia, path + "/hand-over",
                          R"({"team":"marketing","to":"mia","note":"it is our campaign"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(body_of(reply).at("team"), "marketing");
  EXPECT_EQ(body_of(reply).at("assignee"), "mia");
}

// A filter that is not understood must not mean everything.
TEST_F(ApiTest, ABulkFilterHasToNarrow) {
  for (const char* filter : {"{}", R"({"case":17})", R"({"case":"17 "})", R"({"text":""})",
                             R"({"stores":"1001"})", R"({"connection":"klaviyo"})", "17"}) {
    const auto reply = ask({.method = "POST",
                            .path = "/api/v1/bulk/estimate",
                            .body = fmt::format(R"({{"act":"skip","filter":{}}})", filter),
                            .bearer = "t"});
    EXPECT_EQ(reply.status, 400) << filter << reply.body;
  }
}

TEST_F(ApiTest, CasesOfManyTeamsAreClosedByAnAdministratorOnly) {
  const Session mia = add_and_sign_in("mia", Role::operator_, {"marketing"});
  const std::string of_case =
      fmt::format(R"({{"act":"resolve","name":"x","filter":{{"case":"{}"}}}})", open_case().value);
  EXPECT_EQ(post(mia, "/api/v1/bulk", of_case).status, 403);
  EXPECT_EQ(
      post(mia, "/api/v1/bulk", R"({"act":"resolve","name":"x","filter":{"kind":"sale"}})").status,
      403);
}

TEST_F(ApiTest, PersonalDataIsShownToStewardsOnly) {
  journal::PutRecord put;
  put.id = ids.next<RecordId>();
  put.workspace = "shop";
  put.kind = "sale";
  put.key = "order/20417";
  put.customer = "vera@kund.se";
  put.search_keys = {"order:20417", "email:vera@kund.se"};
  put.payload = R"({"orderid":20417,"email":"vera@kund.se"})";
  journal::Step step;
  step.records.push_back(put);
  ASSERT_TRUE(await(journal.commit(std::move(step))));
  const Session viewer = add_and_sign_in("vic", Role::viewer);
  const Session steward = add_and_sign_in("stina", Role::steward);
  const std::string one = fmt::format("/api/v1/records/{}", put.id.value);
  for (const std::string& path : {std::string("/api/v1/records"), one, one + "/document"}) {
    const auto masked = ask({.path = path, .cookie = viewer.cookie});
    EXPECT_EQ(masked.status, 200) << masked.body;
    EXPECT_THAT(masked.body, Not(HasSubstr("vera@kund.se"))) << path;
    EXPECT_THAT(masked.body, HasSubstr("v...@kund.se")) << path;
    EXPECT_THAT(ask({.path = path, .cookie = steward.cookie}).body, HasSubstr("vera@kund.se"));
  }
  const auto found =
      ask({.path = "/api/v1/records", .cookie = viewer.cookie, .query = "text=vera%40kund.se"});
  EXPECT_EQ(body_of(found).at("items").as_array().size(), 1U);
}

TEST_F(ApiTest, ATokenHasItsRoleAndTheControlTokenEveryRight) {
  TokenWish wish;
  wish.name = "nightly";
  wish.role = Role::viewer;
  const auto token = await(api.accounts.add_token(std::move(wish), "anna"));
  ASSERT_TRUE(token);
  const std::string secret(token->secret.reveal());
  EXPECT_EQ(ask({.path = "/api/v1/cases", .bearer = secret}).status, 200);
  EXPECT_EQ(ask({.path = "/api/v1/users", .bearer = secret}).status, 403);
  EXPECT_EQ(ask({.path = "/api/v1/users", .bearer = "tb_wrong"}).status, 401);
  EXPECT_EQ(ask({.path = "/api/v1/users", .bearer = "t"}).status, 200);
}

}  // namespace
}  // namespace tillbridge::api
