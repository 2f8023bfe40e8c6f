// Keys, tokens, scopes, revisions, media types, windows.
#include <gtest/gtest.h>

#include "base/base64.h"
#include "klaviyo/test_account.h"

namespace sandbox::klaviyo {
namespace {

using test::code;
using test::header;
using test::parsed;

class KlaviyoSimAccessTest : public test::AccountTest {
 protected:
  Reply with(const std::string& name, const std::string& value) {
    auto made = request("GET", "/api/metrics");
    set_header(made, name, value);
    return send(std::move(made));
  }
  Reply token(const std::string& form, const std::string& secret = "sandbox-app-secret") {
    auto made = request("POST", "/oauth/token", form);
    set_header(made, "Authorization",
               "Basic " + tillbridge::base64_encode("sandbox-app:" + secret));
    set_header(made, "Content-Type", "application/x-www-form-urlencoded");
    return send(std::move(made));
  }
};

TEST_F(KlaviyoSimAccessTest, KeysAndSchemes) {
  EXPECT_EQ(get("/api/metrics").status, 200);
  Reply reply = with("Authorization", "");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(code(reply), "not_authenticated");
  EXPECT_EQ(code(with("Authorization", "Basic pk_sandbox")), "not_authenticated");
  reply = with("Authorization", "Klaviyo-API-Key pk_other");
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(code(reply), "authentication_failed");
  change(R"({"wrong_key_status":400})");
  EXPECT_EQ(with("Authorization", "Klaviyo-API-Key pk_other").status, 400);
  change(R"({"keys":[{"key":"pk_sandbox","revoked":true}]})");
  EXPECT_EQ(code(get("/api/metrics")), "authentication_failed");
}

TEST_F(KlaviyoSimAccessTest, AllScopesOfACallAreNeeded) {
  change(R"({"keys":[{"key":"pk_sandbox","scopes":["lists:write","profiles:write"]}]})");
  const Reply reply = post("/api/profile-subscription-bulk-create-jobs", "{}");
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(code(reply), "permission_denied");
  EXPECT_EQ(import(R"("email":"a@kund.tillbridge.dev")").status, 201);
  EXPECT_EQ(get("/api/profiles").status, 403);
}

TEST_F(KlaviyoSimAccessTest, Revisions) {
  EXPECT_EQ(with("revision", "").status, 400);
  EXPECT_EQ(with("revision", "2026-07-16").status, 400);
  change(R"({"retired_revisions":["2024-02-15"]})");
  EXPECT_EQ(with("revision", "2024-02-15").status, 410);
}

TEST_F(KlaviyoSimAccessTest, MediaTypesMethodsAndPaths) {
  auto made = request("POST", "/api/events", event_body(R"("email":"a@b.se")", "M"));
  set_header(made, "Content-Type", "text/plain");
  EXPECT_EQ(send(made).status, 415);
  set_header(made, "Content-Type", "application/json");
  EXPECT_EQ(send(made).status, 202);
  change(R"({"accept_application_json":false})");
  EXPECT_EQ(send(made).status, 415);
  EXPECT_EQ(send(request("DELETE", "/api/events")).status, 405);
  EXPECT_EQ(get("/api/nothing").status, 404);
  EXPECT_EQ(get("/api/metrics/").status, 200);
  EXPECT_EQ(get("/api/metrics?page[size]=5x").status, 400);
  EXPECT_EQ(test::pointers(get("/api/metrics?nonsense=1")), "nonsense");
}

TEST_F(KlaviyoSimAccessTest, TooLargeBodies) {
  const std::string body(5 * 1024 * 1024 + 1, ' ');
  EXPECT_EQ(post("/api/events", body).status, 413);
  change(R"({"oversize_status":400})");
  EXPECT_EQ(post("/api/events", body).status, 400);
}

TEST_F(KlaviyoSimAccessTest, ATokenIsRenewedAndExpires) {
  EXPECT_EQ(token("grant_type=refresh_token&refresh_token=sandbox-refresh", "no").status, 401);
  EXPECT_EQ(token("grant_type=refresh_token&refresh_token=other").status, 400);
  EXPECT_EQ(token("grant_type=password").status, 400);
  change(R"({"oauth":{"rotates_refresh_token":true,"access_token_life_s":60}})");
  const Reply reply = token("grant_type=refresh_token&refresh_token=sandbox-refresh");
  ASSERT_EQ(reply.status, 200);
  const std::string bearer = "Bearer " + std::string(parsed(reply).at("access_token").as_string());
  EXPECT_EQ(with("Authorization", bearer).status, 200);
  EXPECT_EQ(token("grant_type=refresh_token&refresh_token=sandbox-refresh").status, 400);
  pass(std::chrono::seconds{60});
  EXPECT_EQ(with("Authorization", bearer).status, 401);
}

TEST_F(KlaviyoSimAccessTest, WindowsOfTheSecondAndTheMinute) {
  change(R"({"quota_factor":1})");
  for (int i = 0; i < 10; ++i) {
    const Reply reply = get("/api/metrics");
    ASSERT_EQ(reply.status, 200);
    EXPECT_EQ(header(reply, "RateLimit-Limit"), "150");
    EXPECT_EQ(header(reply, "RateLimit-Remaining"), std::to_string(149 - i));
    EXPECT_EQ(header(reply, "Retry-After"), "");
  }
  Reply reply = get("/api/metrics");
  EXPECT_EQ(reply.status, 429);
  EXPECT_EQ(code(reply), "throttled");
  EXPECT_EQ(header(reply, "Retry-After"), "1");
  EXPECT_EQ(header(reply, "RateLimit-Limit"), "");
  EXPECT_EQ(get("/api/lists").status, 200);  // each operation has its own
  int passed = 10;
  for (int second = 1; second < 60; ++second) {
    clock.advance(std::chrono::seconds{1});
    for (int i = 0; i < 11; ++i) passed += get("/api/metrics").status == 200 ? 1 : 0;
  }
  EXPECT_EQ(passed, 150);
  reply = get("/api/metrics");
  EXPECT_EQ(header(reply, "Retry-After"), "1");  // the minute ends with this second
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(get("/api/metrics").status, 200);
  EXPECT_GT(count("/throttled/get_metrics"), 400U);
  EXPECT_GT(count("/windows_exceeded"), 15U);
}

TEST_F(KlaviyoSimAccessTest, WindowsFollowTheWallClockNotTheFirstCall) {
  change(R"({"quota_factor":0.1})");  // 1 a second, 15 a minute
  clock.advance(std::chrono::milliseconds{900});
  EXPECT_EQ(get("/api/metrics").status, 200);
  EXPECT_EQ(get("/api/metrics").status, 429);
  clock.advance(std::chrono::milliseconds{100});
  EXPECT_EQ(get("/api/metrics").status, 200);
}

TEST_F(KlaviyoSimAccessTest, OtherQuotasForOptionsDaysAndFactors) {
  change(R"({"quota_factor":1})");
  const std::string id = imported(R"("email":"a@kund.tillbridge.dev")");
  EXPECT_EQ(get("/api/profiles/" + id + "?include=lists").status, 200);
  EXPECT_EQ(get("/api/profiles/" + id + "?include=lists").status, 429);
  EXPECT_EQ(get("/api/profiles/" + id).status, 200);
  change(R"({"quota_factor":2})");
  EXPECT_EQ(header(get("/api/profiles/" + id), "RateLimit-Limit"), "1500");
  int made = 0;
  for (int i = 0; i < 40; ++i, clock.advance(std::chrono::seconds{60}))
    for (int j = 0; j < 10; ++j)
      made +=
          post("/api/lists", R"({"data":{"type":"list","attributes":{"name":"L"}}})").status == 201
              ? 1
              : 0;
  EXPECT_EQ(made, 300);  // twice 150 a day
}

}  // namespace
}  // namespace sandbox::klaviyo
