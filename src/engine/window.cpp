#include "engine/window.h"

#include <charconv>

#include <fmt/format.h>

namespace tillbridge::engine {
namespace {

std::optional<int> two_digits(std::string_view text, int below) {
  int number = -1;
  const char* const end = text.data() + text.size();
  const auto [read_to, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || read_to != end || number < 0 || number >= below) return std::nullopt;
  return number;
}

std::optional<Duration> time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hours = two_digits(text.substr(0, 2), 24);
  const auto minutes = two_digits(text.substr(3), 60);
  if (!hours || !minutes) return std::nullopt;
  return std::chrono::hours{*hours} + std::chrono::minutes{*minutes};
}

}  // namespace

Result<Window> Window::parse(std::string_view text) {
  const auto dash = text.find('-');
  const auto from =
      dash == std::string_view::npos ? std::nullopt : time_of_day(text.substr(0, dash));
  const auto to =
      dash == std::string_view::npos ? std::nullopt : time_of_day(text.substr(dash + 1));
  if (!from || !to || *from == *to) {
    return fail(Error::Kind::invalid_input,
                fmt::format("'{}' is not a daily window; write it like 22:00-06:00", text));
  }
  Window window;
  window.from_ = *from;
  window.to_ = *to;
  return window;
}

bool Window::contains(Instant at, const Zone& zone) const {
  const Duration now = zone.time_of_day(at);
  return from_ < to_ ? now >= from_ && now < to_ : now >= from_ || now < to_;
}

Duration Window::until_open(Instant at, const Zone& zone) const {
  return contains(at, zone) ? Duration{0} : zone.until_time_of_day(at, from_);
}

std::string Window::to_text() const {
  const auto minutes = [](Duration d) {
    return std::chrono::duration_cast<std::chrono::minutes>(d).count();
  };
  return fmt::format("{:02}:{:02}-{:02}:{:02}", minutes(from_) / 60, minutes(from_) % 60,
                     minutes(to_) / 60, minutes(to_) % 60);
}

}  // namespace tillbridge::engine
