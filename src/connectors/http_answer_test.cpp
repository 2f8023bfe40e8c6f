#include "connectors/http_answer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::connectors {
namespace {

using outbound::HttpAnswer;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

TEST(HttpDate, ReadsTheOneFormThatServersSend) {
  EXPECT_EQ(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), from_unix_seconds(784'111'777));
  for (const char* bad : {"", "5", "06 Nov 1994", "Sun, 06 Nov 1994 08:49:37",
                          "Sun, 99 Nov 1994 08:49:37 GMT", "Wed, 31 Feb 1994 08:49:37 GMT"})
    EXPECT_EQ(http_date(bad), std::nullopt) << bad;
}

TEST(RetryAfter, SecondsDatesAndLimits) {
  const Instant now = from_unix_seconds(784'111'777);
  const struct {
    const char* retry_after;
    const char* date;
    std::optional<Duration> wait;
  } cases[] = {
      {"7", "", seconds{7}},
      {"0", "", milliseconds{100}},
      {"86400", "", minutes{5}},
      {"", "", std::nullopt},
      {"soon", "", std::nullopt},
      {"-3", "", std::nullopt},
      {"1.5", "", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:47 GMT", "", seconds{10}},
      {"Sun, 06 Nov 1994 08:49:47 GMT", "Sun, 06 Nov 1994 08:49:17 GMT", seconds{30}},
      {"Sun, 06 Nov 1994 08:49:07 GMT", "", milliseconds{100}},
  };
  for (const auto& c : cases) {
    HttpAnswer answer;
    if (*c.retry_after != '\0') answer.headers.emplace_back("retry-after", c.retry_after);
    if (*c.date != '\0') answer.headers.emplace_back("date", c.date);
    EXPECT_EQ(retry_after(answer, now), c.wait) << c.retry_after;
  }
  HttpAnswer undated;
  undated.headers.emplace_back("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT");
  EXPECT_EQ(retry_after(undated, std::nullopt), std::nullopt);
}

TEST(SafeExcerpt, KeepsWordsAndHidesWhatCouldBeSomebody) {
  EXPECT_EQ(safe_excerpt("made-up text: sku is missing"), "made-up text: sku is missing");
  const std::string hidden = safe_excerpt(
      "customer vera@example.org +46700000001 key 0123456789abcdef\r\n refused by rule 17");
  EXPECT_EQ(hidden, "customer [...] [...] key [...] refused by rule 17");
  EXPECT_THAT(safe_excerpt(std::string(500, 'x')), Not(HasSubstr("x")));
  std::string many;
  for (int i = 0; i < 100; ++i) many += "\xC3\xA5\xC3\xA5 ";
  const std::string cut = safe_excerpt(many);
  EXPECT_LE(cut.size(), 163U);
  EXPECT_TRUE(cut.ends_with("..."));
}

TEST(OutcomeOfNoAnswer, ByKindOfError) {
  const struct {
    Error::Kind error;
    Outcome::Kind outcome;
    bool connection_at_fault;
  } cases[] = {
      {Error::Kind::retry, Outcome::Kind::transient, true},
      {Error::Kind::unknown_outcome, Outcome::Kind::ambiguous, true},
      {Error::Kind::rejected, Outcome::Kind::transient, true},
      {Error::Kind::rate_limited, Outcome::Kind::throttled, false},
      {Error::Kind::unavailable, Outcome::Kind::transient, true},
  };
  for (const auto& c : cases) {
    const Outcome outcome = outcome_of_no_answer(Error{c.error, "connect timed out"}, "Sitoo");
    EXPECT_EQ(outcome.kind, c.outcome) << name(c.error);
    EXPECT_EQ(outcome.connection_at_fault, c.connection_at_fault) << name(c.error);
    EXPECT_EQ(outcome.http_status, 0);
    EXPECT_THAT(outcome.reason, HasSubstr("Sitoo"));
    EXPECT_THAT(outcome.reason, HasSubstr("connect timed out"));
  }
}

}  // namespace
}  // namespace tillbridge::connectors
