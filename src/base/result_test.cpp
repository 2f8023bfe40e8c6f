#include "base/result.h"

#include <memory>
#include <set>

#include <gtest/gtest.h>

#include "base/outcome.h"

namespace tillbridge {
namespace {

Result<int> half(int value) {
  if (value % 2 != 0) return fail(Error::Kind::rejected, "odd");
  return value / 2;
}
Result<int> quarter(int value) {
  TB_TRY(const int once, half(value));
  TB_TRY(const int twice, half(once));
  return twice;
}
Result<void> check_even(int value) {
  TB_CHECK(half(value));
  return {};
}
Result<std::unique_ptr<int>> boxed(int value) {
  TB_TRY(const int result, half(value));
  return std::make_unique<int>(result);
}
Result<int> unboxed(int value) {
  TB_TRY(auto box, boxed(value));  // a value that can only be moved
  return *box;
}

TEST(Result, TryGivesTheValueOrReturnsTheError) {
  EXPECT_EQ(quarter(8).value(), 2);
  ASSERT_FALSE(quarter(6));
  EXPECT_EQ(quarter(6).error().kind, Error::Kind::rejected);
  EXPECT_EQ(quarter(6).error().what, "odd");
  EXPECT_EQ(unboxed(4).value(), 2);
  EXPECT_FALSE(unboxed(3));
}

TEST(Result, CheckPassesErrorsOn) {
  EXPECT_TRUE(check_even(2));
  EXPECT_FALSE(check_even(3));
}

TEST(Result, AnErrorKeepsItsRetryTime) {
  Error throttled{Error::Kind::rate_limited, "slow down", std::chrono::seconds{7}};
  const auto outer = [&]() -> Result<int> {
    const auto inner = [&]() -> Result<int> { return fail(throttled); };
    TB_TRY(const int value, inner());
    return value;
  };
  EXPECT_EQ(outer().error().retry_after, std::chrono::seconds{7});
}

TEST(Result, EveryKindHasItsOwnName) {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(Error::Kind::unavailable); ++kind)
    names.insert(name(static_cast<Error::Kind>(kind)));
  EXPECT_EQ(names.size(), 9U);
  EXPECT_FALSE(names.contains("unknown"));
  EXPECT_EQ(name(Outcome::Kind::ambiguous), "ambiguous");
}

}  // namespace
}  // namespace tillbridge
