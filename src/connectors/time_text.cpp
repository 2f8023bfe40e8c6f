#include "connectors/time_text.h"

#include <charconv>

namespace tillbridge::connectors {
namespace {

// Takes what it reads from the front. date's own parser forgives too much (";" for ":") and loses
// itself in long fractions.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  // Exactly this many digits.
  int number(std::size_t digits) {
    int value = 0;
    const std::string_view text = rest_.substr(0, digits);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool plain = !text.empty() && text.front() != '-';
    if (!plain || text.size() != digits || error != std::errc{} || end != text.data() + digits)
      sound_ = false;
    rest_.remove_prefix(text.size());
    return value;
  }
  bool has(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!has(c)) sound_ = false;
  }
  void refuse() { sound_ = false; }
  std::size_t digits_ahead() const {
    const std::size_t end = rest_.find_first_not_of("0123456789");
    return end == std::string_view::npos ? rest_.size() : end;
  }
  bool ended_well() const { return sound_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool sound_ = true;
};

Duration read_fraction(Reader& in) {
  constexpr std::size_t digits_max = 6;
  const std::size_t digits = in.digits_ahead();
  if (digits == 0 || digits > digits_max) {
    in.refuse();
    return Duration{0};
  }
  int us = in.number(digits);
  for (std::size_t i = digits; i < digits_max; ++i) us *= 10;
  return Duration{us};
}

std::optional<std::chrono::minutes> read_offset(Reader& in) {
  if (in.has('Z')) return std::chrono::minutes{0};
  const bool behind = in.has('-');
  if (!behind) in.expect('+');
  const int hours = in.number(2);
  in.expect(':');
  const int minutes = in.number(2);
  if (hours > 23 || minutes > 59) return std::nullopt;
  const std::chrono::minutes offset{hours * 60 + minutes};
  return behind ? -offset : offset;
}

}  // namespace

std::optional<Instant> time_of_text(std::string_view text) {
  Reader in(text);
  const std::chrono::year year{in.number(4)};
  in.expect('-');
  const std::chrono::month month{static_cast<unsigned>(in.number(2))};
  in.expect('-');
  const std::chrono::year_month_day day{year, month,
                                        std::chrono::day{static_cast<unsigned>(in.number(2))}};
  in.expect('T');
  const int hours = in.number(2);
  in.expect(':');
  const int minutes = in.number(2);
  in.expect(':');
  const int seconds = in.number(2);
  const Duration fraction = in.has('.') ? read_fraction(in) : Duration{0};
  const auto offset = read_offset(in);
  if (!in.ended_well() || !offset || !day.ok() || hours > 23 || minutes > 59 || seconds > 59)
    return std::nullopt;
  return Instant{std::chrono::sys_days{day}} + std::chrono::hours{hours} +
         std::chrono::minutes{minutes} + std::chrono::seconds{seconds} + fraction - *offset;
}

}  // namespace tillbridge::connectors
