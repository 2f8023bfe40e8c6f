// How fast something sells, from its sales.
#include <gtest/gtest.h>

#include "model/sku_stock.h"

namespace tillbridge::model {
namespace {

using std::chrono::hours;

Instant at(std::int64_t second) {
  return from_unix_seconds(1'767'268'800 + second);
}
Decimal decimal(std::string_view text) {
  return Decimal::parse(text).value();
}

TEST(SalesSpeed, ASaleAWeekAgoCountsHalf) {
  SalesSpeed speed;
  EXPECT_FALSE(speed.ever_sold());
  EXPECT_EQ(speed.units_per_day(at(0)), 0);
  speed.sold(decimal("10"), at(0));
  EXPECT_TRUE(speed.ever_sold());
  EXPECT_EQ(speed.last_sold_at(), at(0));
  const double now = speed.units_per_day(at(0));
  EXPECT_NEAR(now, 10 * 0.693147 / 7, 1e-4);
  EXPECT_NEAR(speed.units_per_day(at(0) + hours{7 * 24}), now / 2, 1e-9);
  EXPECT_NEAR(speed.units_per_day(at(0) + hours{14 * 24}), now / 4, 1e-9);
  EXPECT_EQ(speed.units_per_day(at(-50)), now) << "no growth into the past";
  speed.sold(decimal("10"), at(0) + hours{7 * 24});
  EXPECT_NEAR(speed.units_per_day(at(0) + hours{7 * 24}), now * 1.5, 1e-9);
}

TEST(SalesSpeed, SteadySalesAreTheirRate) {
  SalesSpeed speed;
  for (int hour = 0; hour < 24 * 100; ++hour) speed.sold(decimal("0.5"), at(0) + hours{hour});
  EXPECT_NEAR(speed.units_per_day(at(0) + hours{24 * 100}), 12, 0.1);
}

TEST(SalesSpeed, SignAndOrderDoNotMatter) {
  SalesSpeed speed;
  speed.sold(decimal("-2"), at(100));  // a movement's quantity
  const double two = speed.units_per_day(at(100));
  EXPECT_GT(two, 0);
  speed.sold(decimal("2"), at(50));
  EXPECT_EQ(speed.last_sold_at(), at(100)) << "heard of late";
  EXPECT_NEAR(speed.units_per_day(at(100)), 2 * two, 1e-9);
}

}  // namespace
}  // namespace tillbridge::model
