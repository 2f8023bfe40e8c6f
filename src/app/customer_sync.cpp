#include "app/customer_sync.h"

#include <charconv>

#include <fmt/format.h>

#include "app/under_way.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

// Clocks differ, and what is written while a page is read may be on none.
constexpr Duration overlap = std::chrono::minutes{5};

}  // namespace

CustomerSync::CustomerSync(Surroundings on, std::string workspace, Duration every,
                           crm::ProfileSource& source, crm::CustomerDesk& desk)
    : on_(on),
      workspace_(std::move(workspace)),
      every_(every),
      source_(source),
      desk_(desk),
      stop_(on.loop) {}

Task<void> CustomerSync::run() {
  while (!stopping_ && every_ > Duration{0}) {
    const auto looked = co_await look();
    if (!looked) {
      telemetry::log(telemetry::Level::warning, "customers_not_synced",
                     {{"workspace", workspace_}, {"what", looked.error().what}});
    }
    if (!stopping_) co_await stop_.wait(every_);
  }
}

void CustomerSync::request_stop() {
  stopping_ = true;
  stop_.notify();
}

Task<Result<std::uint64_t>> CustomerSync::look() {
  if (running_) co_return fail(Error::Kind::unavailable, "the customers are being read already");
  const UnderWay under_way(running_);
  auto looked = co_await look_alone();
  trouble_ = looked ? std::string{} : looked.error().what;
  if (looked) finished_at_ = on_.clock.now();
  co_return looked;
}

Task<Result<Instant>> CustomerSync::last_whole_run() {
  const std::string name = "customers/sync/" + source_.connection();
  std::function<Result<std::optional<std::string>>(journal::Reader&)> query =
      [workspace = workspace_, name](journal::Reader& reader) {
        return reader.cursor(workspace, name);
      };
  const auto kept = co_await on_.journal.read<std::optional<std::string>>(std::move(query));
  if (!kept) co_return fail(kept.error());
  std::int64_t us = 0;
  if (*kept) std::from_chars((*kept)->data(), (*kept)->data() + (*kept)->size(), us);
  co_return from_unix_us(us);
}

Task<Result<std::uint64_t>> CustomerSync::look_alone() {
  const auto since = co_await last_whole_run();
  if (!since) co_return fail(since.error());
  const Instant began = on_.clock.now();
  profiles_ = 0;
  std::string next;
  do {
    auto page = co_await source_.changed(*since, next);
    if (page.outcome.kind != Outcome::Kind::delivered) {
      co_return fail(
          Error::Kind::unavailable,
          fmt::format("{} could not be read: {}", source_.connection(), page.outcome.reason));
    }
    for (crm::FoundProfile& profile : page.profiles) {
      if (stopping_) co_return fail(Error::Kind::unavailable, "Tillbridge is stopping");
      const auto learned = co_await desk_.learn(std::move(profile));
      if (!learned) co_return fail(learned.error());
      ++profiles_;
    }
    next = std::move(page.next);
  } while (!next.empty());
  journal::Step step;
  step.cursors.push_back({workspace_, "customers/sync/" + source_.connection(),
                          std::to_string(to_unix_us(began - overlap))});
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return profiles_;
}

json::Object CustomerSync::status() const {
  json::Object status;
  status["running"] = running_;
  status["profiles"] = profiles_;
  status["last_run"] =
      finished_at_ ? json::Value(to_unix_seconds(*finished_at_)) : json::Value(nullptr);
  status["trouble"] = trouble_;
  return status;
}

}  // namespace tillbridge::app
