#include "connectors/sitoo/rate_limit.h"

#include <charconv>

#include "connectors/http_answer.h"

namespace tillbridge::connectors::sitoo {
namespace {

constexpr Duration wait_when_unsaid = std::chrono::seconds{5};

std::optional<Duration> until_reset(const outbound::HttpAnswer& answer, Instant now) {
  const std::string_view text = answer.header("x-rate-limit-reset");
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || seconds < 0)
    return std::nullopt;
  // The header is read as Unix seconds (uncertain); a small number can only be a span.
  constexpr std::int64_t smallest_unix_time = 1'000'000'000;
  constexpr std::int64_t largest_unix_time = 253'402'300'800;
  if (seconds < smallest_unix_time) return Duration{std::chrono::seconds{seconds}};
  if (seconds > largest_unix_time) return std::nullopt;
  return from_unix_seconds(seconds) - connectors::answered_at(answer).value_or(now);
}

}  // namespace

Duration wait_after_429(const outbound::HttpAnswer& answer, Instant now) {
  if (const auto reset = until_reset(answer, now)) return connectors::within_retry_limits(*reset);
  return connectors::retry_after(answer, now).value_or(wait_when_unsaid);
}

}  // namespace tillbridge::connectors::sitoo
