#include "connectors/http_answer.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>
#include <vector>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/split.hpp>

#include "base/utf8.h"

namespace tillbridge::connectors {
namespace {

bool is_printable(char c) {
  return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
}

bool could_be_personal_or_secret(std::string_view word) {
  constexpr std::size_t word_bytes_max = 32;
  constexpr std::ptrdiff_t digits_max = 4;
  const auto digits =
      std::count_if(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
  return word.size() > word_bytes_max || digits > digits_max ||
         word.find('@') != std::string_view::npos;
}

}  // namespace

Duration within_retry_limits(Duration how_long) {
  return std::clamp(how_long, retry_after_min, retry_after_max);
}

std::optional<Instant> http_date(std::string_view text) {
  if (!text.ends_with(" GMT")) return std::nullopt;  // get_time forgives an early end
  std::istringstream in{std::string(text)};
  in.imbue(std::locale::classic());
  std::tm parts{};
  in >> std::get_time(&parts, "%a, %d %b %Y %H:%M:%S GMT");
  if (in.fail()) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year{parts.tm_year + 1900},
                                        std::chrono::month{static_cast<unsigned>(parts.tm_mon + 1)},
                                        std::chrono::day{static_cast<unsigned>(parts.tm_mday)}};
  if (!day.ok()) return std::nullopt;
  return Instant{std::chrono::sys_days{day}} + std::chrono::hours{parts.tm_hour} +
         std::chrono::minutes{parts.tm_min} + std::chrono::seconds{parts.tm_sec};
}

std::optional<Instant> answered_at(const outbound::HttpAnswer& answer) {
  return http_date(answer.header("date"));
}

std::optional<Duration> retry_after(const outbound::HttpAnswer& answer,
                                    std::optional<Instant> now_if_undated) {
  const std::string_view text = answer.header("retry-after");
  std::uint32_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (!text.empty() && error == std::errc{} && end == text.data() + text.size())
    return within_retry_limits(std::chrono::seconds{seconds});
  const std::optional<Instant> until = http_date(text);
  std::optional<Instant> now = answered_at(answer);
  if (!now) now = now_if_undated;
  if (!until || !now) return std::nullopt;
  return within_retry_limits(*until - *now);
}

std::string safe_excerpt(std::string_view foreign_text) {
  constexpr std::size_t read_bytes_max = 400;
  constexpr std::size_t excerpt_bytes_max = 160;
  std::string text(foreign_text.substr(0, read_bytes_max));
  std::replace_if(text.begin(), text.end(), [](char c) { return !is_printable(c); }, ' ');
  std::vector<std::string> words;
  boost::algorithm::split(words, text, boost::algorithm::is_any_of(" "),
                          boost::algorithm::token_compress_on);
  for (std::string& word : words) {
    if (could_be_personal_or_secret(word)) word = "[...]";
  }
  std::string excerpt = boost::algorithm::join(words, " ");
  if (excerpt.size() > excerpt_bytes_max) {
    excerpt.resize(beginning_of(excerpt, excerpt_bytes_max).size());
    excerpt += "...";
  }
  return excerpt;
}

void complete_retry_after(Outcome& outcome, const Result<outbound::HttpAnswer>& answer,
                          Instant now_if_undated) {
  if (answer && outcome.kind == Outcome::Kind::throttled && !outcome.retry_after)
    outcome.retry_after = retry_after(*answer, now_if_undated);
}

Outcome outcome_of_no_answer(const Error& error, std::string_view platform) {
  Outcome outcome;
  outcome.connection_at_fault = true;
  outcome.kind = Outcome::Kind::transient;
  const std::string who(platform);
  switch (error.kind) {
    case Error::Kind::unknown_outcome:
      outcome.kind = Outcome::Kind::ambiguous;
      outcome.reason = "sent, but no answer came from " + who + ": " + error.what;
      break;
    case Error::Kind::rate_limited:
      outcome.kind = Outcome::Kind::throttled;
      outcome.connection_at_fault = false;
      outcome.retry_after = error.retry_after;
      outcome.reason = "held back before it reached " + who + ": " + error.what;
      break;
    case Error::Kind::rejected:
      outcome.reason = "the call to " + who + " was refused by our own rules: " + error.what;
      break;
    default:
      outcome.reason = who + " could not be reached: " + error.what;
  }
  return outcome;
}

}  // namespace tillbridge::connectors
