#include "app/consent_poll.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/json.h"
#include "base/zone.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

namespace klaviyo = connectors::klaviyo;
using model::ConsentChannel;
using model::ConsentState;

constexpr const char* left_cursor = "klaviyo/left";
// From when on consent events count: those before are in the profiles' state.
constexpr const char* start_cursor = "klaviyo/consents_since";
constexpr Duration left_overlap = std::chrono::seconds{2};
constexpr Duration metrics_every = std::chrono::hours{1};
// An event may be invisible for minutes after it happened (klaviyo.md 8.1).
constexpr Duration events_overlap = std::chrono::minutes{10};

std::string cursor_of(const std::string& metric_id) {
  return "klaviyo/consents/" + metric_id;
}

Error trouble_of(const Outcome& outcome) {
  return {Error::Kind::retry,
          outcome.reason.empty() ? std::string(name(outcome.kind)) : outcome.reason};
}

bool delivered(const klaviyo::Answer& answer) {
  return answer.outcome.kind == Outcome::Kind::delivered;
}

}  // namespace

ConsentPoll::ConsentPoll(Surroundings on, std::string workspace, Duration every,
                         KlaviyoAccount& account, ConsentBook& consents)
    : on_(on),
      workspace_(std::move(workspace)),
      every_(every),
      account_(account),
      consents_(consents),
      stop_(on.loop) {
  kept_ = on.metrics.counter("tillbridge_consent_findings_total",
                             "Decisions that people made at Klaviyo, found by asking",
                             {{"workspace", workspace_}, {"connection", "klaviyo"}});
}

Task<void> ConsentPoll::run() {
  while (!stopping_) {
    co_await look();
    if (!stopping_) co_await stop_.wait(every_);
  }
}

void ConsentPoll::request_stop() {
  stopping_ = true;
  stop_.notify();
}

Task<void> ConsentPoll::look() {
  tell("leavers", co_await look_for_leavers());
  if (stopping_) co_return;
  const Tick now = on_.clock.tick();
  if (!metrics_looked_up_ || now - *metrics_looked_up_ >= metrics_every) {
    const auto found = co_await look_up_metrics();
    if (found) metrics_looked_up_ = now;
    tell("metrics", found);
  }
  const std::vector<Metric> metrics = metrics_;
  for (const Metric& metric : metrics) {
    if (stopping_) co_return;
    tell(metric.name, co_await look_at(metric));
  }
}

void ConsentPoll::tell(const std::string& feed, const Result<void>& looked) {
  if (stopping_) return;
  std::string& known = trouble_[feed];
  const std::string now = looked ? "" : looked.error().what;
  if (known == now) return;
  known = now;
  telemetry::log(looked ? telemetry::Level::info : telemetry::Level::warning,
                 looked ? "consent_poll_recovered" : "consent_poll_failed",
                 {{"workspace", workspace_}, {"feed", feed}, {"what", now}});
}

// The cursor moves at the end of a round only: people with several suppressions come in the order
// of one of them, and which one is not said.
Task<Result<void>> ConsentPoll::look_for_leavers() {
  const auto stored = co_await cursor(left_cursor);
  if (!stored) co_return fail(stored.error());
  const Instant began = stored->value_or(Instant{});
  Unfinished at;
  at.reached = began;
  if (leavers_) at = *std::exchange(leavers_, std::nullopt);
  do {
    const auto page =
        co_await account_.left_since(std::max(Instant{}, began - left_overlap), at.next);
    if (!delivered(page.answer)) {
      if (page.answer.outcome.kind != Outcome::Kind::rejected) leavers_ = at;
      co_return fail(trouble_of(page.answer.outcome));
    }
    for (const klaviyo::Profile& profile : page.items) {
      const auto newest = said_by_klaviyo(profile.email_consent);
      if (newest && newest->state == ConsentState::unsubscribed && !profile.email.empty()) {
        KlaviyoFinding left;
        left.key = state_key(profile.id, ConsentChannel::email, *newest);
        left.address = profile.email;
        left.entry = *newest;
        left.payload = json::to_text(json::Object{{"profile", profile.id},
                                                  {"method", profile.email_consent.method},
                                                  {"left", utc_text(newest->decided_at)}});
        const auto kept = co_await keep_finding(consents_, std::move(left));
        if (!kept) co_return fail(kept.error());
        if (kept->fresh) kept_.add();
      }
      if (profile.email_consent.suppressed_at)
        at.reached = std::max(at.reached, *profile.email_consent.suppressed_at);
    }
    at.next = page.next;
    if (stopping_) co_return Result<void>{};
  } while (!at.next.empty());
  if (at.reached > began) co_return co_await keep_cursor(left_cursor, at.reached);
  co_return Result<void>{};
}

Task<Result<void>> ConsentPoll::look_up_metrics() {
  std::vector<Metric> found;
  std::string next;
  do {
    const auto page = co_await account_.metrics(next);
    if (!delivered(page.answer)) co_return fail(trouble_of(page.answer.outcome));
    for (const auto& one : page.items) {
      const auto meaning = klaviyo::meaning_of_metric(one.name);
      // Others may have given their own metrics such a name.
      const bool own = one.integration.empty() || one.integration == "Klaviyo";
      const bool told_by_leavers = meaning && meaning->channel == ConsentChannel::email &&
                                   meaning->state == ConsentState::unsubscribed;
      if (!meaning || !own || told_by_leavers) continue;
      Metric metric;
      metric.id = one.id;
      metric.name = one.name;
      metric.meaning = *meaning;
      found.push_back(std::move(metric));
    }
    next = page.next;
  } while (!next.empty() && !stopping_);
  metrics_ = std::move(found);
  co_return Result<void>{};
}

Task<Result<void>> ConsentPoll::look_at(Metric metric) {
  auto start = co_await cursor(start_cursor);
  if (!start) co_return fail(start.error());
  const Instant now = on_.clock.now();
  if (!*start) {
    const auto kept = co_await keep_cursor(start_cursor, now);
    if (!kept) co_return fail(kept.error());
    *start = now;
  }
  const auto stored = co_await cursor(cursor_of(metric.id));
  if (!stored) co_return fail(stored.error());
  const Instant began = stored->value_or(**start);
  const Instant from = std::max(**start, began - events_overlap);
  Instant reached = began;
  std::string next;
  do {
    // Klaviyo's clock may be ahead of ours.
    const auto page = co_await account_.events(metric.id, from, now + events_overlap, next);
    if (!delivered(page.answer)) co_return fail(trouble_of(page.answer.outcome));
    next = page.next;
    const auto kept = co_await keep_events(metric, page.items);
    if (!kept) co_return fail(kept.error());
    reached = std::max(reached, *kept);
    if (stopping_) co_return Result<void>{};
  } while (!next.empty());
  if (reached > began) co_return co_await keep_cursor(cursor_of(metric.id), reached);
  co_return Result<void>{};
}

// Answers the time of the newest.
Task<Result<Instant>> ConsentPoll::keep_events(Metric metric, std::vector<klaviyo::Event> events) {
  const bool by_email = metric.meaning.channel == ConsentChannel::email;
  std::vector<std::string> nameless;
  for (const klaviyo::Event& event : events) {
    if (!by_email || event.email.empty()) nameless.push_back(event.profile_id);
  }
  const auto addresses =
      co_await addresses_of(account_, std::move(nameless), metric.meaning.channel);
  if (!addresses) co_return fail(addresses.error());
  Instant newest{};
  for (const klaviyo::Event& event : events) {
    newest = std::max(newest, event.at);
    KlaviyoFinding said;
    const auto found = addresses->find(event.profile_id);
    if (by_email) said.address = event.email;
    if (found != addresses->end()) said.address = found->second;
    if (said.address.empty()) continue;  // deleted since
    said.key = event_key(event.id);
    said.channel = metric.meaning.channel;
    said.entry.state = metric.meaning.state;
    said.entry.decided_at = event.at;
    said.entry.source = "Klaviyo: " + metric.name;
    said.payload = json::to_text(json::Object{{"event", event.id},
                                              {"metric", metric.name},
                                              {"profile", event.profile_id},
                                              {"at", utc_text(event.at)}});
    const auto kept = co_await keep_finding(consents_, std::move(said));
    if (!kept) co_return fail(kept.error());
    if (kept->fresh) kept_.add();
  }
  co_return newest;
}

Task<Result<std::optional<Instant>>> ConsentPoll::cursor(std::string name) {
  using Stored = std::optional<std::string>;
  std::function<Result<Stored>(journal::Reader&)> query = [workspace = workspace_,
                                                           name](journal::Reader& reader) {
    return reader.cursor(workspace, name);
  };
  const auto stored = co_await on_.journal.read<Stored>(std::move(query));
  if (!stored) co_return fail(stored.error());
  if (!*stored) co_return std::optional<Instant>{};
  std::int64_t seconds = 0;
  std::from_chars((*stored)->data(), (*stored)->data() + (*stored)->size(), seconds);
  co_return std::optional(from_unix_seconds(seconds));
}

Task<Result<void>> ConsentPoll::keep_cursor(std::string name, Instant reached) {
  journal::Step step;
  step.cursors.push_back({workspace_, std::move(name), std::to_string(to_unix_seconds(reached))});
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return Result<void>{};
}

}  // namespace tillbridge::app
