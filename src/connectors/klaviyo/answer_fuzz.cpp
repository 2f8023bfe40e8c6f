// Any status, headers and body give one outcome that fits, and any page can be read.

#include <cstdint>

#include "base/assert.h"
#include "connectors/klaviyo/pages.h"

namespace {

using namespace tillbridge;
using namespace tillbridge::connectors::klaviyo;

void check(const Answer& answer, int status) {
  using Kind = Outcome::Kind;
  const Outcome& outcome = answer.outcome;
  TB_ASSERT(outcome.kind != Kind::delivered || status / 100 == 2);
  TB_ASSERT(outcome.kind == Kind::throttled || status != 429);
  TB_ASSERT(outcome.kind == Kind::delivered || !outcome.reason.empty());
  TB_ASSERT(outcome.kind == Kind::delivered || answer.body.empty() ||
            outcome.kind == Kind::transient);
  TB_ASSERT(outcome.reason.size() < 800);
  TB_ASSERT(!outcome.retry_after || *outcome.retry_after > Duration{0});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int statuses[] = {200, 200, 201, 202, 204, 400, 400, 401, 403, 404,
                              405, 409, 409, 410, 413, 415, 429, 500, 524, 302};
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);
  const std::size_t head = data[1] < text.size() ? data[1] : 0;
  outbound::HttpAnswer answer;
  answer.status = statuses[data[0] % std::size(statuses)];
  for (const auto* name :
       {"retry-after", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"})
    answer.headers.emplace_back(name, text.substr(0, head));
  answer.body = text.substr(head);
  const Answer made = classify(answer);
  check(made, answer.status);
  const auto profiles = profile_page(made);
  const auto events = event_page(made);
  const auto metrics = metric_page(made, false);
  TB_ASSERT(metric_page(made, true).items.size() <= metrics.items.size());
  for (const Answer& read : {profiles.answer, events.answer, metrics.answer, id_page(made).answer,
                             imported(made).answer, account_of(made).answer})
    check(read, answer.status);
  for (const Profile& profile : profiles.items) TB_ASSERT(!profile.id.empty());
  for (const Event& event : events.items) TB_ASSERT(!event.id.empty());
  return 0;
}
