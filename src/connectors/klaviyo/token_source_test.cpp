#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/klaviyo/client.h"
#include "connectors/run_task.h"
#include "outbound/transport.h"

namespace tillbridge::connectors::klaviyo {
namespace {

using outbound::HttpAnswer;
using outbound::HttpRequest;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using Kind = Outcome::Kind;

HttpAnswer answer(int status, std::string body) {
  HttpAnswer a;
  a.status = status;
  a.body = std::move(body);
  return a;
}

// Klaviyo's token call and API in small: takes the newest access and refresh token only, and
// answers after everyone else had a turn, so that calls overlap.
class TokenHost final : public outbound::Transport {
 public:
  explicit TokenHost(Loop& loop) : loop_(loop) {}

  Task<Result<HttpAnswer>> send(HttpRequest request) override {
    requests.push_back(request);
    const Result<HttpAnswer> answered = respond(request);
    const int turns = request.body == "slow" ? 20 : 3;
    for (int turn = 0; turn < turns; ++turn) co_await yield_now(loop_);
    co_return answered;
  }

  void revoke_access() { ++issued_; }

  std::vector<HttpRequest> requests;
  std::optional<Result<HttpAnswer>> token_answer;  // instead of a token
  int refreshes = 0;

 private:
  Result<HttpAnswer> respond(const HttpRequest& request) {
    if (!request.url.ends_with("/oauth/token")) {
      const bool right = request.bearer.reveal() == "Bearer access-" + std::to_string(issued_);
      return right ? answer(202, "")
                   : answer(401, R"({"errors":[{"code":"authentication_failed"}]})");
    }
    ++refreshes;
    if (token_answer) return *token_answer;
    const std::string wanted =
        "grant_type=refresh_token&refresh_token=refresh%2F" + std::to_string(rotated_);
    if (request.body != wanted || request.basic_user != "app" ||
        request.basic_password.reveal() != "app-secret")
      return answer(400, R"({"error":"invalid_grant"})");
    ++issued_;
    ++rotated_;
    return answer(200, R"({"access_token":"access-)" + std::to_string(issued_) +
                           R"(","refresh_token":"refresh/)" + std::to_string(rotated_) +
                           R"(","token_type":"bearer","expires_in":3600,"scope":"events:write"})");
  }

  Loop& loop_;
  int issued_ = 0;
  int rotated_ = 0;
};

struct App : testing::Test {
  static Config config() {
    Config made;
    made.base_url = "https://a.klaviyo.example";
    made.api_key = Secret{"pk_unused"};
    made.oauth.client_id = "app";
    made.oauth.client_secret = Secret{"app-secret"};
    made.oauth.refresh_token = Secret{"refresh/0"};
    return made;
  }

  // The outcomes of this many calls that are under way together, in the order of their ends.
  std::vector<Kind> calls(std::size_t how_many) {
    return calls(std::vector<std::string>(how_many, "{}"));
  }
  std::vector<Kind> calls(const std::vector<std::string>& bodies) {
    std::vector<Kind> ends;
    for (const std::string& body : bodies) {
      boost::asio::co_spawn(loop, client.create_event(body),
                            [&](const std::exception_ptr& failure, const Answer& sent) {
                              if (failure) std::rethrow_exception(failure);
                              last = sent;
                              ends.push_back(sent.outcome.kind);
                            });
    }
    loop.restart();
    loop.run();
    return ends;
  }

  Loop loop;
  ManualClock clock;
  TokenHost host{loop};
  Client client{host, clock, config()};
  Answer last;
};

TEST_F(App, GetsATokenBeforeTheFirstCallAndKeepsIt) {
  std::vector<std::string> kept;
  client.on_refresh_token([&](const Secret& token) { kept.emplace_back(token.reveal()); });
  EXPECT_THAT(calls(1), ElementsAre(Kind::delivered));
  EXPECT_THAT(calls(1), ElementsAre(Kind::delivered));
  EXPECT_EQ(host.refreshes, 1);
  EXPECT_THAT(kept, ElementsAre("refresh/1"));
  EXPECT_EQ(host.requests.front().url, "https://a.klaviyo.example/oauth/token");
  EXPECT_EQ(host.requests.front().method, "POST");
  EXPECT_THAT(
      host.requests.front().headers,
      testing::Contains(testing::Pair("Content-Type", "application/x-www-form-urlencoded")));
  EXPECT_TRUE(host.requests.front().bearer.empty());
}

TEST_F(App, CallsThatNeedATokenShareOneRefresh) {
  EXPECT_EQ(calls(5), std::vector<Kind>(5, Kind::delivered));
  EXPECT_EQ(host.refreshes, 1);
  clock.advance(minutes{60});
  EXPECT_EQ(calls(5), std::vector<Kind>(5, Kind::delivered));
  EXPECT_EQ(host.refreshes, 2);
}

TEST_F(App, RefreshesBeforeTheEnd) {
  calls(1);
  clock.advance(minutes{58});
  EXPECT_THAT(calls(1), ElementsAre(Kind::delivered));
  EXPECT_EQ(host.refreshes, 1);
  clock.advance(minutes{1});
  EXPECT_THAT(calls(1), ElementsAre(Kind::delivered));
  EXPECT_EQ(host.refreshes, 2);
}

TEST_F(App, TriesOnceMoreWithANewToken) {
  calls(1);
  host.revoke_access();
  EXPECT_EQ(calls(3), std::vector<Kind>(3, Kind::delivered));
  EXPECT_EQ(host.refreshes, 2);
  host.requests.clear();
  host.token_answer = answer(200, R"({"access_token":"never right"})");
  host.revoke_access();
  EXPECT_THAT(calls(1), ElementsAre(Kind::transient));
  EXPECT_EQ(last.outcome.http_status, 401);
  EXPECT_TRUE(last.outcome.connection_at_fault);
  EXPECT_EQ(host.requests.size(), 3U);  // the call, the refresh, the call
}

TEST_F(App, ALateRefusalOfAnOldTokenSparesTheNewOne) {
  calls(1);
  host.revoke_access();
  const std::vector<std::string> bodies = {"{}", "slow"};
  EXPECT_THAT(calls(bodies), ElementsAre(Kind::delivered, Kind::delivered));
  EXPECT_EQ(host.refreshes, 2);
}

TEST_F(App, ARefreshThatFailsIsTheConnectionsTrouble) {
  struct Case {
    Result<HttpAnswer> token;
    Kind kind;
    const char* says;
  };
  const Case cases[] = {
      {answer(400, R"({"error":"invalid_grant"})"), Kind::transient, "invalid_grant"},
      {answer(401, "<html>"), Kind::transient, "client_id"},
      {answer(500, ""), Kind::transient, "500"},
      {answer(200, "{}"), Kind::transient, "holds none"},
      {answer(200, "<html>"), Kind::transient, "no OAuth token"},
      {fail(Error::Kind::unknown_outcome, "reset"), Kind::transient, "reset"},
      {answer(429, ""), Kind::throttled, "fewer"},
  };
  for (const Case& c : cases) {
    host.requests.clear();
    host.token_answer = c.token;
    EXPECT_EQ(calls(3), std::vector<Kind>(3, c.kind)) << c.says;
    EXPECT_THAT(last.outcome.reason, HasSubstr(c.says));
    EXPECT_EQ(last.outcome.connection_at_fault, c.kind == Kind::transient) << c.says;
    EXPECT_EQ(host.requests.size(), 1U) << c.says;  // one refresh for all, no call without a token
  }
  host.token_answer.reset();
  EXPECT_THAT(calls(1), ElementsAre(Kind::delivered));
}

TEST_F(App, MetricsOfAllSourcesBelongToTheApp) {
  // Under OAuth the metrics' source is the app itself.
  class Metrics final : public outbound::Transport {
    Task<Result<HttpAnswer>> send(HttpRequest request) override {
      co_return answer(200, request.url.ends_with("/oauth/token")
                                ? R"({"access_token":"a"})"
                                : R"({"data":[{"type":"metric","id":"a","attributes":{
                                  "name":"Placed Order","integration":{"name":"Tillbridge"}}}]})");
    }
  };
  Metrics metrics;
  Client other{metrics, clock, config()};
  EXPECT_EQ(test::run_task(other.metrics("")).items.size(), 1U);
}

}  // namespace
}  // namespace tillbridge::connectors::klaviyo
