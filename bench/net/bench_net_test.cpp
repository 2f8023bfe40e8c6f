#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/histogram.h"
#include "net/http_frames.h"
#include "net/id_set.h"
#include "sink/account.h"
#include "sink/delayed_answers.h"

namespace tillbridge::bench {
namespace {

TEST(Histogram, EmptyIsZero) {
  const Histogram histogram;
  EXPECT_EQ(histogram.percentile(99), 0U);
  EXPECT_EQ(histogram.max(), 0U);
}

TEST(Histogram, SmallValuesAreExact) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 100; ++value) histogram.record(value);
  EXPECT_EQ(histogram.percentile(50), 50U);
  EXPECT_EQ(histogram.percentile(99), 99U);
  EXPECT_EQ(histogram.percentile(100), 100U);
}

TEST(Histogram, NeverTooLowAndWithinOnePercentOfTheSortedValues) {
  std::mt19937_64 random(7);
  std::lognormal_distribution<double> spread(13, 3);
  Histogram histogram;
  std::vector<std::uint64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::uint64_t>(spread(random)));
    histogram.record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double percent : {1.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(20'000 * percent / 100)) - 1;
    const std::uint64_t got = histogram.percentile(percent);
    EXPECT_GE(got, values[rank]) << percent;
    EXPECT_LE(static_cast<double>(got), static_cast<double>(values[rank]) * 1.01 + 1) << percent;
  }
  EXPECT_EQ(histogram.max(), values.back());
}

TEST(Histogram, TakesTheLargestValue) {
  Histogram histogram;
  histogram.record(UINT64_MAX);
  EXPECT_EQ(histogram.percentile(50), UINT64_MAX);
}

TEST(IdSet, KnowsDoubles) {
  IdSet ids;
  EXPECT_TRUE(ids.add(9));
  EXPECT_TRUE(ids.add(100'000));
  EXPECT_FALSE(ids.add(9));
  EXPECT_EQ(ids.count(), 2U);
  EXPECT_EQ(ids.bytes()[1], 2);
}

TEST(Heads, AreReadWhenComplete) {
  Head head;
  EXPECT_EQ(read_head("HTTP/1.1 200 OK\r\nContent-Le", head), HeadState::incomplete);
  EXPECT_EQ(
      read_head("HTTP/1.1 503 Busy\r\ncontent-length:  12 \r\nConnection: close\r\n\r\nrest", head),
      HeadState::complete);
  EXPECT_EQ(head.body_bytes, 12U);
  EXPECT_TRUE(head.close);
  EXPECT_EQ(status_of(head.first_line), 503);
  EXPECT_EQ(read_head("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", head),
            HeadState::refused);
}

std::string body_of(std::uint64_t id, std::uint64_t scheduled_us) {
  return fmt::format(R"({{"bench_id":"{:012}","bench_at":"{:016}"}})", id, scheduled_us);
}

TEST(Account, CountsEachOrderOnceAndJudgesTheOrderWithinALane) {
  Account account(4);
  account.take(body_of(5, 1'000), 2'000);  // lane 1
  account.take(body_of(3, 1'000), 4'000);  // lane 3
  account.take(body_of(9, 1'000), 5'000);  // lane 1, later: fine
  account.take(body_of(9, 1'000), 6'000);  // a double
  account.take(body_of(1, 1'000), 7'000);  // lane 1, but 5 and 9 were there before
  account.take("{}", 8'000);               // none of ours
  account.take(body_of(0, 1'000) + body_of(4, 1'000), 9'000);
  const std::string report = account.report(0.5);
  EXPECT_THAT(report, testing::HasSubstr(R"("received":7,"distinct":6,"doubles":1)"));
  EXPECT_THAT(report, testing::HasSubstr(R"("order_violations":1,"strange":1)"));
  EXPECT_THAT(report, testing::HasSubstr(R"("first_us":2000,"last_new_us":9000)"));
  EXPECT_THAT(report, testing::HasSubstr(R"("max_ms":8.000)"));
  EXPECT_EQ(account.seen().front(), static_cast<char>(0b00111011));
}

TEST(Account, KeepsWhenEachNewOrderCame) {
  Account account(4);
  account.take(body_of(5, 1'000), 2'500);
  account.take(body_of(5, 1'000), 3'000);  // a double: no arrival of its own
  account.take(body_of(2, 0), 4'000);      // without its moment
  account.refuse();
  EXPECT_THAT(account.report(0), testing::HasSubstr(R"("refused":1)"));
  std::vector<std::uint64_t> numbers(account.arrivals().size() / sizeof(std::uint64_t));
  std::memcpy(numbers.data(), account.arrivals().data(), account.arrivals().size());
  EXPECT_THAT(numbers, testing::ElementsAre(5, 2'500, 1'500, 2, 4'000, 0));
}

TEST(DelayedAnswers, GoOutWhenTheirTimeHasComeInOrder) {
  constexpr std::uint64_t ms = 1'000'000;
  DelayedAnswers later;
  EXPECT_FALSE(later.delays());
  EXPECT_EQ(later.wait_ms(0), -1);
  later.delay(50);
  EXPECT_TRUE(later.delays());
  later.add({3, 1, "first"}, 10 * ms);
  later.add({4, 2, "second"}, 20 * ms);
  EXPECT_EQ(later.wait_ms(10 * ms), 50);
  EXPECT_EQ(later.wait_ms(59 * ms + 1), 1);  // never too early
  EXPECT_TRUE(later.take_due(59 * ms).empty());
  const auto due = later.take_due(60 * ms);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].socket, 3);
  EXPECT_EQ(due[0].connection, 1U);
  EXPECT_EQ(due[0].text, "first");
  later.delay(0);
  EXPECT_EQ(later.wait_ms(100 * ms), 0);  // what was late already is not forgotten
  EXPECT_EQ(later.take_due(100 * ms).size(), 1U);
}

}  // namespace
}  // namespace tillbridge::bench
