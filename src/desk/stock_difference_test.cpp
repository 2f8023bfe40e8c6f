#include "desk/stock_difference.h"

#include <gtest/gtest.h>

namespace tillbridge::desk {
namespace {

using Kind = StockDifference;

const Instant sent_at = from_unix_seconds(1'718'200'350);
const ExpectedLevel five{Decimal::of(5), sent_at, false};
ShownLevel shown(std::int64_t quantity, std::optional<Instant> at) {
  return {Decimal::of(quantity), at};
}

TEST(StockDifference, TheSameQuantityIsNoneWhateverItsTime) {
  EXPECT_EQ(difference(shown(5, std::nullopt), five, true), Kind::none);
  EXPECT_EQ(difference(ShownLevel{Decimal::parse("5.000").value(), sent_at}, five, true),
            Kind::none);
}

TEST(StockDifference, AMissingRowOrAnEarlierOneOfOursIsLost) {
  EXPECT_EQ(difference(std::nullopt, five, true), Kind::lost);
  EXPECT_EQ(difference(shown(6, sent_at - std::chrono::seconds{1}), five, true), Kind::lost);
}

TEST(StockDifference, WhatWeNeverSentIsAForeignWrite) {
  EXPECT_EQ(difference(shown(6, sent_at), five, true), Kind::foreign_write);
  EXPECT_EQ(difference(shown(6, sent_at + std::chrono::hours{1}), five, true), Kind::foreign_write);
  EXPECT_EQ(difference(shown(6, std::nullopt), five, true), Kind::foreign_write);
  EXPECT_EQ(difference(ShownLevel{std::nullopt, sent_at}, five, true), Kind::foreign_write);
}

TEST(StockDifference, WhatIsOnItsWayIsLate) {
  const ExpectedLevel coming{Decimal::of(5), sent_at, true};
  EXPECT_EQ(difference(std::nullopt, coming, true), Kind::late);
  EXPECT_EQ(difference(shown(6, sent_at), coming, true), Kind::late);
  EXPECT_EQ(difference(shown(5, sent_at), coming, true), Kind::none);
}

TEST(StockDifference, ARowThatNothingCallsForIsUnmappedOrOfAnUnknownSku) {
  EXPECT_EQ(difference(shown(1, sent_at), std::nullopt, false), Kind::unmapped);
  EXPECT_EQ(difference(shown(1, sent_at), std::nullopt, true), Kind::unknown_sku);
  EXPECT_EQ(difference(std::nullopt, std::nullopt, true), Kind::none);
}

}  // namespace
}  // namespace tillbridge::desk
