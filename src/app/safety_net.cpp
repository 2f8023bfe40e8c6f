#include "app/safety_net.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr std::string_view cursor_name = "sitoo/order_poll";

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

SafetyNet::SafetyNet(Loop& loop, const Clock& clock, journal::Journal& journal, IdSource& ids,
                     telemetry::Metrics& metrics, SafetyNetSettings settings,
                     connectors::sitoo::Client& client,
                     std::function<void(const journal::AddArrival&)> arrived)
    : clock_(clock),
      journal_(journal),
      ids_(ids),
      settings_(std::move(settings)),
      client_(client),
      arrived_(std::move(arrived)),
      stop_(loop) {
  const telemetry::Labels labels{{"workspace", settings_.workspace},
                                 {"connection", settings_.source}};
  found_ = metrics.counter("tillbridge_lost_events_found_total",
                           "Orders that no event announced, found by the poll", labels);
  reread_ =
      metrics.counter("tillbridge_open_orders_reread_total", "Open orders read again", labels);
}

Task<void> SafetyNet::run_poll() {
  while (!stopping_) {
    co_await poll();
    if (!stopping_) co_await stop_.wait(settings_.poll_every);
  }
}

Task<void> SafetyNet::run_sweep() {
  while (!stopping_) {
    co_await stop_.wait(settings_.open_orders_every);
    if (!stopping_) co_await sweep();
  }
}

void SafetyNet::request_stop() {
  stopping_ = true;
  stop_.notify();
}

// A new installation starts at the newest order: history is a backfill's duty, and the overlap must
// not reach back into it.
Task<SafetyNet::Cursor> SafetyNet::cursor() {
  using Stored = std::pair<std::optional<std::string>, std::optional<std::string>>;
  std::function<Result<Stored>(journal::Reader&)> query =
      [workspace = settings_.workspace](journal::Reader& reader) -> Result<Stored> {
    TB_TRY(auto reached, reader.cursor(workspace, std::string(cursor_name)));
    TB_TRY(auto start, reader.cursor(workspace, std::string(order_poll_start_cursor)));
    return Stored{std::move(reached), std::move(start)};
  };
  Cursor cursor;
  const auto stored = co_await journal_.read<Stored>(std::move(query));
  if (!stored) co_return cursor;
  if (stored->first) {
    cursor.reached = number(*stored->first);
    cursor.start = stored->second ? number(*stored->second) : 0;
    co_return cursor;
  }
  const auto newest = co_await client_.newest_order();
  if (newest.outcome.kind != Outcome::Kind::delivered) co_return cursor;
  for (const auto& order : newest.orders) cursor.start = std::max(cursor.start, number(order.id));
  journal::Step step;
  for (const std::string_view name : {cursor_name, order_poll_start_cursor}) {
    step.cursors.push_back({settings_.workspace, std::string(name), std::to_string(cursor.start)});
  }
  if (co_await store(std::move(step))) cursor.reached = cursor.start;
  co_return cursor;
}

Task<void> SafetyNet::poll() {
  auto round = std::make_shared<Round>();
  const Cursor at = co_await cursor();
  round->reached = round->known_up_to = at.reached;
  if (round->reached < 0) co_return;  // Sitoo cannot be asked now; the next round will
  const std::int64_t first = std::max(at.start + 1, round->reached + 1 - settings_.overlap_orders);
  std::int64_t from = first;
  for (std::size_t page_number = 0; page_number < settings_.pages_per_poll_max && !stopping_;
       ++page_number) {
    const auto page = co_await client_.order_numbers_from(from);
    if (page.outcome.kind != Outcome::Kind::delivered || page.orders.empty()) break;
    std::vector<std::int64_t> numbers;
    numbers.reserve(page.orders.size());
    for (const auto& order : page.orders) numbers.push_back(number(order.id));
    from = numbers.back() + 1;
    const bool last = static_cast<std::int64_t>(numbers.size()) >= page.total;
    if (!co_await look_at(std::move(numbers), round) || last) break;
  }
  std::erase_if(unannounced_, [&](const auto& entry) { return entry.first < first; });
}

// One page: what nobody announced within the grace becomes an arrival. The cursor stops before the
// first order that is still left to its event.
Task<bool> SafetyNet::look_at(std::vector<std::int64_t> numbers, std::shared_ptr<Round> round) {
  std::vector<std::string> subjects;
  subjects.reserve(numbers.size());
  for (const std::int64_t id : numbers) subjects.push_back(fmt::format("order/{}", id));
  std::function<Result<std::vector<bool>>(journal::Reader&)> query =
      [workspace = settings_.workspace, subjects](journal::Reader& reader) {
        return reader.known_subjects(workspace, subjects);
      };
  const auto known = co_await journal_.read<std::vector<bool>>(std::move(query));
  if (!known) co_return false;
  const Tick now = clock_.tick();
  journal::Step step;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    if (!(*known)[i]) {
      const auto [seen, first] = unannounced_.try_emplace(numbers[i], now);
      if (first || now - seen->second < settings_.late_event_grace) {
        round->left_behind = true;
        continue;
      }
      step.arrivals.push_back(finding(subjects[i], journal::ArrivalSource::poll));
    }
    unannounced_.erase(numbers[i]);
    if (!round->left_behind) round->known_up_to = std::max(round->known_up_to, numbers[i]);
  }
  if (round->known_up_to != round->reached) {
    round->reached = round->known_up_to;
    step.cursors.push_back(
        {settings_.workspace, std::string(cursor_name), std::to_string(round->reached)});
  }
  if (step.arrivals.empty() && step.cursors.empty()) co_return true;
  const std::vector<journal::AddArrival> findings = step.arrivals;
  if (!co_await store(std::move(step))) co_return false;
  found_.add(static_cast<double>(findings.size()));
  for (const journal::AddArrival& arrival : findings) {
    telemetry::log(telemetry::Level::warning, "lost_event_found",
                   {{"workspace", settings_.workspace}, {"subject", arrival.subject}});
    arrived_(arrival);
  }
  co_return true;
}

Task<void> SafetyNet::sweep() {
  RecordId after{};
  for (;;) {
    std::function<Result<std::vector<journal::RecordRow>>(journal::Reader&)> query =
        [workspace = settings_.workspace, after, limit = settings_.open_orders_per_sweep](
            journal::Reader& reader) { return reader.open_records(workspace, after, limit); };
    const auto open = co_await journal_.read<std::vector<journal::RecordRow>>(std::move(query));
    if (!open || open->empty() || stopping_) co_return;
    journal::Step step;
    const Instant now = clock_.now();
    for (const journal::RecordRow& record : *open) {
      after = std::max(after, record.id);
      if (now - record.changed_at < settings_.open_orders_every / 2) continue;
      step.arrivals.push_back(finding(record.key, journal::ArrivalSource::sweep));
    }
    const std::vector<journal::AddArrival> findings = step.arrivals;
    const bool more = open->size() == settings_.open_orders_per_sweep;
    if (!findings.empty()) {
      if (!co_await store(std::move(step))) co_return;
      reread_.add(static_cast<double>(findings.size()));
      for (const journal::AddArrival& arrival : findings) arrived_(arrival);
    }
    if (!more) co_return;
  }
}

journal::AddArrival SafetyNet::finding(std::string subject, journal::ArrivalSource source) {
  journal::AddArrival arrival;
  arrival.id = ids_.next<ArrivalId>();
  arrival.workspace = settings_.workspace;
  arrival.connection = settings_.source;
  arrival.source = source;
  arrival.subject = std::move(subject);
  arrival.announces = announces_any;
  arrival.received_at = clock_.now();
  arrival.due_at = clock_.now();
  return arrival;
}

Task<bool> SafetyNet::store(journal::Step step) {
  const auto stored = co_await journal_.commit(std::move(step));
  co_return stored.has_value();
}

}  // namespace tillbridge::app
