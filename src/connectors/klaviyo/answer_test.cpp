#include "connectors/klaviyo/answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::connectors::klaviyo {
namespace {

using outbound::HttpAnswer;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;
using Kind = Outcome::Kind;

HttpAnswer answer(int status, std::string body,
                  std::vector<std::pair<std::string, std::string>> headers = {}) {
  HttpAnswer a;
  a.status = status;
  a.body = std::move(body);
  a.headers = std::move(headers);
  return a;
}

std::string error(std::string_view code, std::string_view pointer = "/data") {
  return R"({"errors":[{"id":"5b1f3a52-0000-4000-8000-000000000001","status":400,"code":")" +
         std::string(code) +
         R"(","title":"Invalid input.","detail":"ada@kund.example is bad","source":{"pointer":")" +
         std::string(pointer) + R"("},"links":{},"meta":{}}]})";
}

struct Case {
  const char* what;
  Result<HttpAnswer> answer;
  Kind kind;
  bool connection_at_fault;
  const char* says;
};

// Every row of klaviyo.md 4.2, and what is not in it.
TEST(Classify, EveryAnswer) {
  const Case cases[] = {
      {"200", answer(200, R"({"data":[]})"), Kind::delivered, false, ""},
      {"201", answer(201, R"({"data":{}})"), Kind::delivered, false, ""},
      {"202 empty", answer(202, ""), Kind::delivered, false, ""},
      {"204", answer(204, ""), Kind::delivered, false, ""},
      {"200 html", answer(200, "<html>welcome"), Kind::ambiguous, true, "base_url"},
      {"400", answer(400, error("invalid")), Kind::rejected, false, "invalid"},
      {"400 html", answer(400, "<html>"), Kind::transient, true, "not its API's"},
      {"400 empty", answer(400, ""), Kind::transient, true, "not its API's"},
      {"400 key", answer(400, error("authentication_failed")), Kind::transient, true, "key"},
      {"400 no key", answer(400, error("not_authenticated")), Kind::transient, true, "key"},
      {"401", answer(401, error("not_authenticated")), Kind::transient, true, "private key"},
      {"401 empty", answer(401, ""), Kind::transient, true, "private key"},
      {"403", answer(403, error("permission_denied")), Kind::transient, true, "scope"},
      {"403 html", answer(403, "<!DOCTYPE html>"), Kind::transient, true, "edge"},
      {"404", answer(404, error("not_found")), Kind::rejected, false, "not_found"},
      {"404 html", answer(404, "<html>"), Kind::transient, true, "base_url"},
      {"405", answer(405, error("method_not_allowed")), Kind::rejected, false, "405"},
      {"408", answer(408, ""), Kind::transient, true, "408"},
      {"409", answer(409, error("duplicate_profile")), Kind::rejected, false, "duplicate_profile"},
      {"410", answer(410, ""), Kind::transient, true, "revision"},
      {"413 html", answer(413, "<html>"), Kind::rejected, false, "too large"},
      {"415", answer(415, error("unsupported_media_type")), Kind::rejected, false, "415"},
      {"422", answer(422, error("invalid")), Kind::rejected, false, "422"},
      {"429", answer(429, error("throttled")), Kind::throttled, false, "fewer"},
      {"429 html", answer(429, "<html>"), Kind::throttled, false, "fewer"},
      {"500", answer(500, error("error")), Kind::transient, true, "500"},
      {"502", answer(502, "<html>"), Kind::transient, true, "502"},
      {"503", answer(503, ""), Kind::transient, true, "503"},
      {"504", answer(504, ""), Kind::transient, true, "504"},
      {"524", answer(524, "<html>"), Kind::transient, true, "524"},
      {"302", answer(302, ""), Kind::transient, true, "base_url"},
      {"errors of odd shapes", answer(400, R"({"errors":[7,{"code":1,"source":[]}]})"),
       Kind::rejected, false, "400"},
      {"refused", fail(Error::Kind::retry, "connection refused"), Kind::transient, true,
       "connection refused"},
      {"lost", fail(Error::Kind::unknown_outcome, "reset"), Kind::ambiguous, true, "reset"},
      {"egress", fail(Error::Kind::rejected, "blocked"), Kind::transient, true, "blocked"},
  };
  for (const Case& c : cases) {
    const Answer made = classify(c.answer);
    EXPECT_EQ(made.outcome.kind, c.kind) << c.what << ": " << made.outcome.reason;
    EXPECT_EQ(made.outcome.connection_at_fault, c.connection_at_fault) << c.what;
    EXPECT_EQ(made.outcome.http_status, c.answer ? c.answer->status : 0) << c.what;
    EXPECT_THAT(made.outcome.reason, HasSubstr(c.says)) << c.what;
    EXPECT_THAT(made.outcome.reason, Not(HasSubstr("ada@"))) << c.what;
    EXPECT_EQ(made.outcome.reason.empty(), c.kind == Kind::delivered) << c.what;
    EXPECT_EQ(made.body.empty(), c.kind != Kind::delivered || c.answer->body.empty()) << c.what;
  }
}

TEST(Classify, ReadsTheFirstErrorAndAnyDuplicate) {
  const Answer conflict =
      classify(answer(409, R"({"errors":[{"code":"duplicate_profile","title":"Conflict.",
      "source":{"pointer":"/data/attributes"},
      "meta":{"duplicate_profile_id":"01JX0000000000000000000001"}},{"code":"invalid"}]})"));
  EXPECT_EQ(conflict.code, "duplicate_profile");
  EXPECT_EQ(conflict.pointer, "/data/attributes");
  EXPECT_EQ(conflict.duplicate_profile_id, "01JX0000000000000000000001");
  const Answer phone = classify(answer(400, error("invalid", "/data/attributes/phone_number")));
  EXPECT_EQ(phone.pointer, "/data/attributes/phone_number");
  EXPECT_EQ(phone.outcome.reason,
            "Klaviyo answered 400: invalid: Invalid input. (at /data/attributes/phone_number)");
  const Answer filter =
      classify(answer(400, R"({"errors":[{"code":"invalid","source":{"parameter":"filter"}}]})"));
  EXPECT_EQ(filter.pointer, "filter");
}

TEST(Classify, ReasonsHoldNobodysAddress) {
  for (const auto* pointer : {"/data/ada@kund.example", "/data/+46701740601", "/a\\u0001"}) {
    const Answer made = classify(answer(400, error("invalid", pointer)));
    EXPECT_THAT(made.outcome.reason, HasSubstr("(at [...])")) << pointer;
  }
}

TEST(Classify, WaitsAsLongAsItIsTold) {
  const auto wait = [](const char* text) {
    return classify(answer(429, "", {{"retry-after", text}})).outcome.retry_after;
  };
  EXPECT_EQ(wait("12"), seconds{12});
  EXPECT_EQ(wait("0"), milliseconds{100});
  EXPECT_EQ(wait("99999"), std::chrono::minutes{5});
  EXPECT_EQ(wait("soon"), std::nullopt);
  EXPECT_EQ(classify(answer(429, "")).outcome.retry_after, std::nullopt);
  EXPECT_EQ(classify(answer(500, "", {{"retry-after", "12"}})).outcome.retry_after, std::nullopt);
}

TEST(Classify, ReadsTheQuota) {
  const Answer made = classify(answer(202, "",
                                      {{"ratelimit-limit", "3500, 350;w=1, 3500;w=60"},
                                       {"ratelimit-remaining", "3371"},
                                       {"ratelimit-reset", "42"}}));
  ASSERT_TRUE(made.quota);
  EXPECT_EQ(made.quota->limit, 3'500);
  EXPECT_EQ(made.quota->remaining, 3'371);
  EXPECT_EQ(made.quota->reset, seconds{42});
  EXPECT_FALSE(classify(answer(202, "")).quota);
  EXPECT_FALSE(classify(answer(202, "", {{"ratelimit-limit", "10"}})).quota);
  EXPECT_FALSE(
      classify(answer(202, "", {{"ratelimit-limit", "10x"}, {"ratelimit-remaining", "-1"}})).quota);
}

TEST(RefusesCredentials, ByStatusOrCode) {
  EXPECT_TRUE(refuses_credentials(classify(answer(401, ""))));
  EXPECT_TRUE(refuses_credentials(classify(answer(400, error("authentication_failed")))));
  EXPECT_FALSE(refuses_credentials(classify(answer(400, error("invalid")))));
  EXPECT_FALSE(refuses_credentials(classify(answer(403, error("permission_denied")))));
  EXPECT_FALSE(refuses_credentials(classify(fail(Error::Kind::retry, "x"))));
}

}  // namespace
}  // namespace tillbridge::connectors::klaviyo
