// Times, addresses, phones, paths.
#include <gtest/gtest.h>

#include "klaviyo/operation.h"
#include "klaviyo/plausibility.h"
#include "klaviyo/times.h"

namespace sandbox::klaviyo {
namespace {

TEST(KlaviyoSimTimesTest, AreReadWithAndWithoutOffsets) {
  const auto text = [](std::string_view given) {
    const auto at = time_of(given);
    return at ? exact_time_text(*at) : "none";
  };
  EXPECT_EQ(text("2026-07-20T13:45:10+02:00"), "2026-07-20T11:45:10.000000+00:00");
  EXPECT_EQ(text("2026-07-20T13:45:10.1234567Z"), "2026-07-20T13:45:10.123456+00:00");
  EXPECT_EQ(text("2026-07-20 13:45"), "2026-07-20T13:45:00.000000+00:00");
  EXPECT_EQ(text("2026-07-20"), "2026-07-20T00:00:00.000000+00:00");
  EXPECT_EQ(text("2026-07-20T00:30:00-0130"), "2026-07-20T02:00:00.000000+00:00");
  for (const char* wrong : {"", "1784547910", "2026-02-30", "2026-07-20T25:00:00Z", "2026-7-20",
                            "2026-07-20T13:45:10+2", "2026-07-20T13:45:10.Z", "2026-07-20Tx"})
    EXPECT_EQ(text(wrong), "none") << wrong;
  EXPECT_EQ(http_date(*time_of("2024-01-04T18:05:25Z")), "Thu, 04 Jan 2024 18:05:25 GMT");
}

TEST(KlaviyoSimPlausibilityTest, Emails) {
  for (const char* right : {"a@b.se", "elin.berg+x@kund.tillbridge.dev", "å@ö.se"})
    EXPECT_TRUE(is_plausible_email(right)) << right;
  for (const char* wrong : {"", "a", "@b.se", "a@b", "a@.se", "a@b.", "a..b@c.se", "a b@c.se",
                            ".a@b.se", "a,@b.se", "a@-b.se"})
    EXPECT_FALSE(is_plausible_email(wrong)) << wrong;
  EXPECT_FALSE(is_plausible_email(std::string(60, 'a') + "@" + std::string(38, 'b') + ".se"));
  EXPECT_EQ(tidy_email("  A@B.se ", true), "a@b.se");
  EXPECT_EQ(tidy_email("A@B.se", false), "A@B.se");
}

TEST(KlaviyoSimPlausibilityTest, Phones) {
  for (const char* right : {"+46701740605", "+4790123456", "+12025550123", "+8613812345678"})
    EXPECT_TRUE(is_plausible_phone(right)) << right;
  for (const char* wrong : {"46701740605", "+460701740605", "+0701740605", "+1202555",
                            "+11234567890", "+46701740605x", "+1234567890123456"})
    EXPECT_FALSE(is_plausible_phone(wrong)) << wrong;
}

TEST(KlaviyoSimPlausibilityTest, TestDomains) {
  const std::set<std::string> domains = {"example.org", "*.test"};
  EXPECT_TRUE(is_test_address("a@Example.org", domains));
  EXPECT_TRUE(is_test_address("a@shop.test", domains));
  EXPECT_TRUE(is_test_address("a@test", domains));
  EXPECT_FALSE(is_test_address("a@sub.example.org", domains));
  EXPECT_FALSE(is_test_address("a@latest", domains));
}

TEST(KlaviyoSimOperationTest, PathsAndIds) {
  EXPECT_EQ(match("GET", "/api/profiles/x/lists/").operation->id, "get_lists_for_profile");
  EXPECT_EQ(match("GET", "/api/profiles/x").id, "x");
  EXPECT_EQ(match("PUT", "/api/profiles/x").operation, nullptr);
  EXPECT_TRUE(match("PUT", "/api/profiles/x").known_path);
  EXPECT_FALSE(match("GET", "/api/profiles/x/y").known_path);
  EXPECT_EQ(operation_named("create_event")->per_minute, 3500);
  EXPECT_EQ(operation_named("nothing"), nullptr);
}

}  // namespace
}  // namespace sandbox::klaviyo
