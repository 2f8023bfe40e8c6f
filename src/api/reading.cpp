#include "api/reading.h"

#include <array>
#include <sstream>

#include <date/date.h>
#include <fmt/format.h>

#include "desk/journey_view.h"

namespace tillbridge::api {
namespace {

constexpr std::size_t text_max = 200;

using Asked = std::function<std::string(const char*)>;

Result<std::optional<journal::RecordState>> state_of(const std::string& text) {
  using journal::RecordState;
  if (text.empty()) return std::optional<RecordState>{};
  for (const auto state : {RecordState::open, RecordState::planned, RecordState::unidentified,
                           RecordState::skipped, RecordState::in_case}) {
    if (desk::words(state) == text) return std::optional(state);
  }
  return fail(
      Error::Kind::invalid_input,
      fmt::format("state is one of open, planned, unidentified, skipped, in a case; not '{}'",
                  text));
}

Result<journal::RecordFilter> filter_of(const Asked& asked) {
  journal::RecordFilter filter;
  filter.text = asked("text");
  filter.kind = asked("kind");
  filter.store = asked("store");
  if (filter.text.size() > text_max || filter.kind.size() > text_max ||
      filter.store.size() > text_max)
    return fail(Error::Kind::invalid_input,
                fmt::format("what to look for has more than {} characters", text_max));
  TB_TRY(filter.state, state_of(asked("state")));
  TB_TRY(filter.from, time_of(asked("from"), "from"));
  TB_TRY(filter.until, time_of(asked("until"), "until"));
  return filter;
}

}  // namespace

Result<std::optional<Instant>> time_of(const std::string& text, const char* member) {
  if (text.empty()) return std::optional<Instant>{};
  for (const char* form : {"%FT%TZ", "%FT%T%Ez"}) {
    std::istringstream in(text);
    date::sys_time<Duration> at;
    in >> date::parse(form, at);
    if (!in.fail() && in.peek() == std::istringstream::traits_type::eof())
      return std::optional(Instant{at.time_since_epoch()});
  }
  return fail(Error::Kind::invalid_input,
              fmt::format("{} is no time like 2026-06-12T10:40:00Z", member));
}

Result<journal::RecordFilter> record_filter(const http::Request& request) {
  return filter_of([&request](const char* name) { return request.parameter(name).value_or(""); });
}

Result<journal::RecordFilter> record_filter(const json::Object& members) {
  return filter_of([&members](const char* name) { return json::text(members, name).value_or(""); });
}

}  // namespace tillbridge::api
