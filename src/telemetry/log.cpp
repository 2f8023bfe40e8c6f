#include "telemetry/log.h"

#include <atomic>
#include <cmath>
#include <iterator>
#include <memory>
#include <mutex>
#include <type_traits>

#include <fmt/format.h>
#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/json.h"
#include "base/zone.h"
#include "telemetry/log_line.h"

namespace tillbridge::telemetry {
namespace {

// LIMIT: lines waiting for the log thread. A blocked standard error costs the oldest lines, never
// the core thread's time.
constexpr std::size_t lines_waiting_max = 8192;
constexpr int nothing = static_cast<int>(Level::error) + 1;

struct Output {
  std::atomic<int> lowest{nothing};
  std::mutex mutex;  // guards what follows
  std::shared_ptr<spdlog::details::thread_pool> thread;
  std::shared_ptr<spdlog::logger> logger;
};

Output& output() {
  static Output instance;
  return instance;
}

std::string_view name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

void append_value(std::string& line, const Field& field) {
  std::visit(
      [&line](const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, std::string_view>) {
          json::append_quoted(line, value);
        } else if constexpr (std::is_same_v<Value, double>) {
          if (std::isfinite(value)) {
            fmt::format_to(std::back_inserter(line), "{}", value);
          } else {
            line += "null";  // JSON has no infinity
          }
        } else {
          fmt::format_to(std::back_inserter(line), "{}", value);
        }
      },
      field.value);
}

}  // namespace

std::string log_line(Instant at, Level level, std::string_view event,
                     std::initializer_list<Field> fields) {
  std::string line;
  line.reserve(96 + 32 * fields.size());
  line += R"({"ts":")";
  line += utc_text(at);
  line += R"(","level":")";
  line += name(level);
  line += R"(","event":)";
  json::append_quoted(line, event);
  for (const Field& field : fields) {
    const bool reserved = field.key == "ts" || field.key == "level" || field.key == "event";
    line.push_back(',');
    json::append_quoted(line, reserved ? std::string(field.key) + '_' : std::string(field.key));
    line.push_back(':');
    append_value(line, field);
  }
  line.push_back('}');
  return line;
}

void start_log(Level lowest) {
  Output& out = output();
  const std::lock_guard lock(out.mutex);
  out.thread = std::make_shared<spdlog::details::thread_pool>(lines_waiting_max, 1);
  out.logger = std::make_shared<spdlog::async_logger>(
      "tillbridge", std::make_shared<spdlog::sinks::stderr_sink_mt>(), out.thread,
      spdlog::async_overflow_policy::overrun_oldest);
  out.logger->set_pattern("%v");
  out.logger->set_level(spdlog::level::trace);  // our own level is checked before a line is made
  out.logger->flush_on(spdlog::level::warn);
  out.lowest.store(static_cast<int>(lowest), std::memory_order_relaxed);
}

void stop_log() {
  Output& out = output();
  out.lowest.store(nothing, std::memory_order_relaxed);
  const std::lock_guard lock(out.mutex);
  if (out.logger) out.logger->flush();
  out.logger.reset();
  out.thread.reset();  // writes what is waiting, then joins
}

void log(Level level, std::string_view event, std::initializer_list<Field> fields) {
  Output& out = output();
  if (static_cast<int>(level) < out.lowest.load(std::memory_order_relaxed)) return;
  const std::string line = log_line(SystemClock{}.now(), level, event, fields);
  const std::lock_guard lock(out.mutex);
  if (!out.logger) return;
  const bool urgent = level == Level::warning || level == Level::error;
  out.logger->log(urgent ? spdlog::level::warn : spdlog::level::info, "{}", line);
}

}  // namespace tillbridge::telemetry
