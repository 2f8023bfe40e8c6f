#include "app/validation/run.h"

#include <charconv>

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

constexpr Duration pause_max = std::chrono::seconds{5};
constexpr Duration look_every = std::chrono::milliseconds{250};  // whether the hub is stopping

// 070-1740605 to 070-1740699 belong to nobody: Sweden keeps them for fiction.
std::string fictional_phone(const std::string& token) {
  constexpr unsigned first = 605;
  constexpr unsigned count = 95;
  unsigned number = 0;
  const std::string end = token.substr(token.size() - std::min<std::size_t>(token.size(), 6));
  std::from_chars(end.data(), end.data() + end.size(), number);
  return fmt::format("+46701740{:03}", first + number % count);
}

}  // namespace

model::Customer test_person(const std::string& token, const std::string& email_domain,
                            const std::string& country) {
  model::Customer person;
  person.customer_id = "tillbridge-check-" + token;
  person.member_number = person.customer_id;
  person.personal_id = person.customer_id;
  person.email = person.customer_id + "@" + email_domain;
  person.phones = {fictional_phone(token)};
  person.first_name = "Tillbridge";
  person.last_name = "Check";
  person.street = "Check Street 1";
  person.street2 = "Check";
  person.zip = "11122";
  person.city = "Check";
  person.state = "Check";
  person.country = country;
  person.gender = "female";
  person.birthday = "1990-01-01";
  person.company = "Tillbridge";
  person.home_store = "check";
  return person;
}

Task<bool> Waiting::pause() {
  Duration left = std::min(next_, run_.visible_within - std::max(paused_, waited()));
  next_ = std::min(pause_max, next_ + next_ / 2);
  if (left <= Duration{0}) co_return false;
  while (left > Duration{0}) {
    if (!run_.go_on()) co_return false;
    const Duration slice = std::min(left, look_every);
    co_await sleep_for(run_.loop, slice);
    paused_ += slice;
    left -= slice;
  }
  co_return run_.go_on();
}

Duration Waiting::waited() const {
  return run_.clock.tick() - began_;
}

std::string Waiting::in_words() const {
  return seconds_text(std::max(paused_, waited()));
}

std::string seconds_text(Duration duration) {
  const double seconds = std::chrono::duration<double>(duration).count();
  constexpr double whole_from = 10;
  return seconds < whole_from ? fmt::format("{:.1f} s", seconds) : fmt::format("{:.0f} s", seconds);
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace tillbridge::app
