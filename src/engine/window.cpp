#include "engine/window.h"

#include <charconv>

#include <fmt/format.h>

namespace tillbridge::engine {
namespace {

std::optional<Duration> time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  int hours = 0;
  int minutes = 0;
  const auto [h_end, h_error] = std::from_chars(text.data(), text.data() + 2, hours);
  const auto [m_end, m_error] = std::from_chars(text.data() + 3, text.data() + 5, minutes);
  if (h_error != std::errc{} || m_error != std::errc{} || h_end != text.data() + 2 ||
      m_end != text.data() + 5)
    return std::nullopt;
  if (hours > 23 || minutes > 59 || hours < 0 || minutes < 0) return std::nullopt;
  return std::chrono::hours{hours} + std::chrono::minutes{minutes};
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
