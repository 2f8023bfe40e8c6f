// The failure ladder of contract section 3: strings, statuses, envelopes, and their order.
#include <gtest/gtest.h>

#include "bloomreach/test_project.h"

namespace sandbox::bloomreach {
namespace {

class AccessTest : public test::ProjectTest {
 protected:
  std::string body = R"({"customer_ids":{"registered":"a"},"event_type":"purchase"})";
  std::string events = path("track", "/customers/events");
};

TEST_F(AccessTest, ProjectComesBeforeKeyBeforeSecretBeforePermission) {
  auto call = request("POST", "/track/v2/projects/3f1c/customers/events", body);
  call.headers.clear();
  EXPECT_EQ(send(call).status, 400);
  EXPECT_EQ(send(call).body, R"({"success":false,"error":"Invalid project id"})");
  call.path = "/track/v2/projects/4f1c0a52-0000-4000-8000-9d5b7c0e1a11/customers/events";
  EXPECT_EQ(send(call).body, R"({"success":false,"error":"Could not authenticate"})");

  call.path = events;
  EXPECT_EQ(send(call).status, 401);
  EXPECT_EQ(send(call).body, R"({"success":false,"error":"access key not provided"})");
  call.headers = {{"Authorization", "Basic " + tillbridge::base64_encode("nobody:x")}};
  EXPECT_EQ(send(call).status, 401);
  EXPECT_EQ(send(call).body, R"({"success":false,"error":"access key not found"})");
  EXPECT_EQ(send(request("POST", events, body, "wrong")).status, 403);
  EXPECT_EQ(send(request("POST", events, body, "wrong")).body,
            R"({"success":false,"error":"invalid secret"})");
  EXPECT_EQ(ledger.received_events(), 0U);
  EXPECT_EQ(send(request("POST", events, body)).status, 200);
}

TEST_F(AccessTest, UnknownPathsHaveTheirOwnEnvelope) {
  const Reply reply = send(request("POST", path("track", "/crm/customers"), body));
  EXPECT_EQ(reply.status, 404);
  EXPECT_EQ(parsed(reply).at("errors").at("code"), 404);
  EXPECT_EQ(send(request("GET", events, "")).status, 404);
}

TEST_F(AccessTest, CompressedBodiesAreRefused) {
  auto call = request("POST", events, "\x1f\x8b" + std::string("rest"));
  EXPECT_EQ(send(call).status, 400);
  EXPECT_TRUE(send(call).body.starts_with("BadRequest"));
  call = request("POST", events, body);
  call.headers.push_back({"Content-Encoding", "gzip"});
  EXPECT_EQ(send(call).status, 400);
}

TEST_F(AccessTest, PermissionsCanBeTakenAwayWhileItRuns) {
  EXPECT_EQ(event(R"({"registered":"a"})", "purchase", 1).status, 200);
  change(R"({"keys":[{"id":"sandbox-key","permissions":{"events_set":{"denied":["purchase"]},
             "properties_set":{"allowed":["email"]}}}]})");
  const Reply refused = event(R"({"registered":"a"})", "purchase", 2);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body,
            R"({"success":false,"errors":["not authorized to add event of specified type"]})");
  EXPECT_EQ(event(R"({"registered":"a"})", "return", 2).status, 200);
  EXPECT_EQ(update(R"({"registered":"a"})", R"({"email":"a@b.se"})", 1).status, 200);
  EXPECT_EQ(
      update(R"({"registered":"a"})", R"({"email":"a@b.se","phone":"1"})", 1).body,
      R"({"success":false,"errors":["not authorized to update specified customer properties"]})");
  change(R"({"single_errors_as_200":true})");
  EXPECT_EQ(event(R"({"registered":"a"})", "purchase", 2).status, 200);
  EXPECT_EQ(event(R"({"registered":"a"})", "purchase", 2).body, refused.body);
}

TEST_F(AccessTest, RotationKeepsTheOldSecretForItsWindow) {
  change(R"({"rotate":{"key_id":"sandbox-key","secret":"fresh"}})");
  EXPECT_EQ(send(request("POST", events, body, "fresh")).status, 200);
  EXPECT_EQ(send(request("POST", events, body)).status, 200);
  clock.advance(std::chrono::hours{24});
  EXPECT_EQ(send(request("POST", events, body)).status, 403);
  EXPECT_EQ(send(request("POST", events, body, "fresh")).status, 200);
  change(R"({"keys":[{"id":"sandbox-key","revoked":true}]})");
  EXPECT_EQ(send(request("POST", events, body, "fresh")).status, 401);
  EXPECT_FALSE(simulator.change(json(R"({"rotate":{"key_id":"other","secret":"x"}})").as_object()));
}

TEST_F(AccessTest, TheTrackingLimitDropsData) {
  change(R"({"requests_per_minute":2})");
  EXPECT_EQ(event(R"({"registered":"a"})", "purchase", 1).status, 200);
  EXPECT_EQ(event(R"({"registered":"a"})", "purchase", 2).status, 200);
  const Reply refused = event(R"({"registered":"a"})", "purchase", 3);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(ledger.received_events(), 2U);
  auto elsewhere = request("POST", events, body);
  elsewhere.peer = "10.0.0.9";
  EXPECT_EQ(send(elsewhere).status, 200);
  EXPECT_EQ(read("/customers/export-one", R"({"customer_ids":{"registered":"a"}})").status, 200);

  change(R"({"throttle_style":"retry_after"})");
  clock.advance(std::chrono::seconds{20});
  const Reply told = event(R"({"registered":"a"})", "purchase", 3);
  ASSERT_FALSE(told.headers.empty());
  EXPECT_EQ(told.headers[0].name, "Retry-After");
  EXPECT_EQ(told.headers[0].value, "40");
  clock.advance(std::chrono::seconds{40});
  EXPECT_EQ(event(R"({"registered":"a"})", "purchase", 3).status, 200);
}

TEST_F(AccessTest, PublicAccessReachesTrackingOnly) {
  change(R"({"public_token":"pub"})");
  auto call = request("POST", events, body);
  call.headers = {{"Authorization", "Token pub"}};
  EXPECT_EQ(send(call).status, 200);
  call.path = path("data", "/customers/export-one");
  EXPECT_EQ(send(call).status, 401);
}

}  // namespace
}  // namespace sandbox::bloomreach
