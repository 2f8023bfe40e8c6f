#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "telemetry/log.h"
#include "telemetry/log_line.h"
#include "telemetry/metrics.h"

namespace tillbridge::telemetry {
namespace {

using testing::HasSubstr;

const Instant noon = from_unix_us(1'781'265'959'250'000);

TEST(Metrics, same_name_and_labels_are_one_series) {
  Metrics metrics;
  Counter first = metrics.counter("tillbridge_things_total", "Things.", {{"kind", "a"}});
  Counter again = metrics.counter("tillbridge_things_total", "Things.", {{"kind", "a"}});
  Counter other = metrics.counter("tillbridge_things_total", "Things.", {{"kind", "b"}});
  first.add();
  again.add(2);
  EXPECT_DOUBLE_EQ(first.value(), 3);
  EXPECT_DOUBLE_EQ(other.value(), 0);
}

TEST(Metrics, text_holds_every_kind) {
  Metrics metrics;
  metrics.counter("tillbridge_things_total", "Things.", {{"kind", "a\"b"}}).add(4);
  metrics.gauge("tillbridge_open", "Open.").set(7);
  Histogram wait = metrics.histogram("tillbridge_wait_seconds", "Wait.", {0.1, 1});
  wait.observe(0.05);
  wait.observe(5);
  const std::string text = metrics.prometheus_text();
  EXPECT_THAT(text, HasSubstr("# TYPE tillbridge_things_total counter"));
  EXPECT_THAT(text, HasSubstr("tillbridge_things_total{kind=\"a\\\"b\"} 4"));
  EXPECT_THAT(text, HasSubstr("tillbridge_open 7"));
  EXPECT_THAT(text, HasSubstr("tillbridge_wait_seconds_bucket{le=\"0.1\"} 1"));
  EXPECT_THAT(text, HasSubstr("tillbridge_wait_seconds_count 2"));
}

TEST(Metrics, handle_without_series_does_nothing) {
  Counter counter;
  counter.add();
  EXPECT_DOUBLE_EQ(counter.value(), 0);
  Gauge{}.set(1);
  Histogram{}.observe(1);
}

TEST(Metrics, counts_from_many_threads) {
  Metrics metrics;
  Counter counter = metrics.counter("tillbridge_things_total", "Things.");
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&metrics] {
      Counter mine = metrics.counter("tillbridge_things_total", "Things.");
      for (int n = 0; n < 1000; ++n) mine.add();
    });
  }
  threads.clear();
  EXPECT_DOUBLE_EQ(counter.value(), 4000);
}

TEST(LogLine, is_json_whatever_the_fields_hold) {
  const std::string line =
      log_line(noon, Level::warning, "breaker_opened",
               {{"connection", "a\"b\\c\n\x01"}, {"count", 3}, {"share", 0.5}, {"up", false}});
  auto parsed = json::parse(line);
  ASSERT_TRUE(parsed) << line;
  const json::Object& object = parsed->as_object();
  EXPECT_EQ(json::text(object, "ts"), "2026-06-12T12:05:59.250Z") << line;
  EXPECT_EQ(json::text(object, "level"), "warning");
  EXPECT_EQ(json::text(object, "event"), "breaker_opened");
  EXPECT_EQ(json::text(object, "connection"), "a\"b\\c\n\x01");
  EXPECT_EQ(json::integer(object, "count"), 3);
  EXPECT_EQ(json::boolean(object, "up"), false);
  EXPECT_DOUBLE_EQ(object.at("share").as_double(), 0.5);
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(LogLine, infinity_is_null_and_reserved_keys_are_kept_apart) {
  const std::string line =
      log_line(noon, Level::info, "x", {{"share", HUGE_VAL}, {"level", "mine"}});
  auto parsed = json::parse(line);
  ASSERT_TRUE(parsed) << line;
  EXPECT_TRUE(parsed->as_object().at("share").is_null());
  EXPECT_EQ(json::text(parsed->as_object(), "level"), "info");
  EXPECT_EQ(json::text(parsed->as_object(), "level_"), "mine");
}

TEST(Log, writes_lines_at_or_above_the_level) {
  testing::internal::CaptureStderr();
  log(Level::error, "before_start");
  start_log(Level::info);
  log(Level::debug, "too_low");
  log(Level::info, "started", {{"port", 8080}});
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 50; ++n) log(Level::info, "busy", {{"n", n}});
    });
  }
  threads.clear();
  stop_log();
  log(Level::error, "after_stop");
  const std::string text = testing::internal::GetCapturedStderr();
  std::size_t lines = 0;
  for (std::size_t at = 0; at < text.size(); ++lines) {
    const std::size_t end = text.find('\n', at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_TRUE(json::parse(std::string_view(text).substr(at, end - at)));
    at = end + 1;
  }
  EXPECT_EQ(lines, 201U);
  EXPECT_THAT(text, HasSubstr(R"("event":"started","port":8080})"));
}

}  // namespace
}  // namespace tillbridge::telemetry
