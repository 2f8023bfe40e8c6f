#include "sitoo/event_sender.h"

#include <algorithm>
#include <cstdio>

#include "base/json.h"
#include "sitoo/order_json.h"

namespace sandbox::sitoo {

using tillbridge::Duration;
using tillbridge::Task;
using tillbridge::Tick;
namespace outbound = tillbridge::outbound;

namespace {

void append_stock_data(std::string& out, const Event& event) {
  out += ",\"data\":{";
  if (event.transaction_id != 0) {
    out += "\"eshop_id\":1,\"warehouse_id\":";
    append_integer(out, event.warehouse_id.value_or(0));
    out += ",\"warehouse_transaction_id\":";
    append_integer(out, event.transaction_id);
  }
  out += "}}";
}

void append_event(std::string& out, const Event& event, int account_id) {
  out += "{\"event_id\":\"";
  out += event.id;
  out += "\",\"event_type\":\"";
  out += event.type;
  out += "\",\"event_date\":";
  append_integer(out, event.date_s);
  out += ",\"account_id\":";
  append_integer(out, account_id);
  if (event.type == warehouse_transaction_event) return append_stock_data(out, event);
  out += ",\"data\":{\"eshop_id\":1,\"order_id\":";
  append_integer(out, event.order_id);
  if (event.warehouse_id) {
    out += ",\"warehouse_id\":";
    append_integer(out, *event.warehouse_id);
  }
  out += ",\"order_event_type\":\"";
  out += event.order_event_type;
  out += '"';
  if (!event.state_changed.empty()) {
    out += ",\"order_state_changed\":\"";
    out += event.state_changed;
    out += '"';
  }
  out += "}}";
}

}  // namespace

Verdict verdict_of(int http_status, CodeRules rules) {
  switch (http_status) {
    case 200:
      return Verdict::done;
    case 429:
    case 503:
    case 504:
      return Verdict::retry;
    case 500:
    case 502:
      return rules == CodeRules::oldest ? Verdict::retry : Verdict::drop;
    default:
      break;
  }
  if (http_status >= 400 && http_status < 500) return Verdict::drop;
  return rules == CodeRules::oldest ? Verdict::retry : Verdict::drop;
}

EventSender::EventSender(tillbridge::Loop& loop, const tillbridge::Clock& clock,
                         outbound::Transport& transport, FaultDice& dice, SenderSettings settings,
                         Acknowledged acknowledged)
    : loop_(loop),
      clock_(clock),
      transport_(transport),
      dice_(dice),
      settings_(settings),
      acknowledged_(std::move(acknowledged)),
      work_(loop),
      tasks_(loop, [](const std::string& what) {
        std::fprintf(stderr, "event sender: %s\n", what.c_str());
      }) {}

void EventSender::subscribe(Subscription subscription) {
  constexpr std::string_view path = "/events";
  while (subscription.url.ends_with('/')) subscription.url.pop_back();
  if (!subscription.url.empty() && !subscription.url.ends_with(path)) subscription.url += path;
  subscription_ = std::move(subscription);
  work_.notify();
}

void EventSender::queue(Event event) {
  ++counts_.queued;
  waiting_.push_back({std::move(event), false, false, Tick{}});
  work_.notify();
}

SenderCounts EventSender::counts() const {
  SenderCounts counts = counts_;
  counts.waiting = waiting_.size() - counts.in_flight;
  return counts;
}

void EventSender::start() {
  tasks_.start(run());
}

Task<void> EventSender::stop() {
  tasks_.request_stop();
  work_.notify();
  co_await tasks_.join();
}

outbound::HttpRequest EventSender::request_of(std::string body) const {
  outbound::HttpRequest request;
  request.method = "POST";
  request.url = subscription_.url;
  request.headers = {{"Content-Type", "application/json"}};
  request.basic_user = subscription_.user;
  request.basic_password = tillbridge::Secret(subscription_.password);
  request.body = std::move(body);
  request.total_time_max = settings_.answer_time_max;
  return request;
}

std::size_t EventSender::take_batch(std::string& body) {
  const std::size_t size = std::min(settings_.batch_max, waiting_.size());
  body = "[";
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0) body += ',';
    if (waiting_[i].first_attempt == Tick{}) waiting_[i].first_attempt = clock_.tick();
    append_event(body, waiting_[i].event, settings_.account_id);
  }
  body += ']';
  return size;
}

void EventSender::settle(std::size_t batch_size, Verdict verdict) {
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(batch_size);
  if (verdict == Verdict::drop) {
    counts_.dropped += static_cast<std::uint64_t>(
        std::count_if(waiting_.begin(), end, [](const Waiting& one) { return !one.delivered; }));
    waiting_.erase(waiting_.begin(), end);
    return;
  }
  std::vector<Waiting> copies;
  for (auto one = waiting_.begin(); one != end; ++one) {
    if (one->delivered) {
      ++counts_.repeated;
      continue;
    }
    one->delivered = true;
    ++counts_.delivered;
    acknowledged_(one->event.id, one->event.order_id);
    if (dice_.chance(dice_.faults().duplicate_events)) {
      copies.push_back({one->event, true, true, Tick{}});
    }
  }
  const bool first_time =
      std::none_of(waiting_.begin(), end, [](const Waiting& one) { return one.copy; });
  if (first_time && dice_.chance(dice_.faults().replayed_batches)) {
    for (auto one = waiting_.begin(); one != end; ++one) one->copy = true;
    return;  // the answer got lost on Sitoo's side: the same batch goes again
  }
  waiting_.erase(waiting_.begin(), end);
  // libstdc++'s deque moves elements onto themselves when an empty range is inserted.
  if (copies.empty()) return;
  // Copies travel a little behind, so that the first one may be finished or still be worked on.
  const auto behind = std::min<std::size_t>(waiting_.size(), settings_.batch_max * 2);
  waiting_.insert(waiting_.begin() + static_cast<std::ptrdiff_t>(behind), copies.begin(),
                  copies.end());
}

void EventSender::drop_outdated() {
  while (!waiting_.empty() && waiting_.front().first_attempt != Tick{} &&
         clock_.tick() - waiting_.front().first_attempt >= settings_.window) {
    if (!waiting_.front().delivered) ++counts_.dropped;
    waiting_.pop_front();
  }
}

Task<void> EventSender::run() {
  Duration pause = settings_.retry_first;
  while (!tasks_.stopping()) {
    drop_outdated();
    if (waiting_.empty() || subscription_.url.empty()) {
      co_await work_.wait(std::chrono::seconds{1});
      continue;
    }
    std::string body;
    counts_.in_flight = take_batch(body);
    ++counts_.batches;
    outbound::HttpRequest request = request_of(std::move(body));
    const auto answer = co_await transport_.send(std::move(request));
    const std::size_t sent = std::exchange(counts_.in_flight, 0);
    // No answer in time and no connection are temporary trouble under all rules.
    const Verdict verdict = answer ? verdict_of(answer->status, settings_.rules) : Verdict::retry;
    if (verdict == Verdict::retry) {
      co_await tillbridge::sleep_for(loop_, pause);
      pause = std::min(pause * 2, settings_.retry_max);
      continue;
    }
    pause = settings_.retry_first;
    settle(sent, verdict);
  }
}

}  // namespace sandbox::sitoo
