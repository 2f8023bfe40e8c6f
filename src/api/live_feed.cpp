#include "api/live_feed.h"

#include <algorithm>
#include <vector>

#include "base/json.h"

namespace tillbridge::api {
namespace {

constexpr Duration between_events = std::chrono::seconds{1};
constexpr int seconds_between_pings = 20;

std::string event_of(const std::set<std::string>& changed) {
  if (changed.empty()) return "event: ping\ndata: {}\n\n";
  json::Array topics(changed.begin(), changed.end());
  return "event: changed\ndata: " + json::to_text(json::Object{{"topics", std::move(topics)}}) +
         "\n\n";
}

bool is_about_cases(const journal::AddAudit& entry) {
  return entry.act.starts_with("case.");
}

}  // namespace

LiveFeed::LiveFeed(Loop& loop) : loop_(loop), stop_(loop) {}

void LiveFeed::stored(const journal::Step& step) {
  if (consoles_.empty()) return;
  const bool records = !step.arrivals.empty() || !step.records.empty() ||
                       !step.deliveries.empty() || !step.delivery_updates.empty();
  if (records) changed("records");
  if (!step.cases.empty() || !step.closed_cases.empty() || !step.case_groups.empty() ||
      std::any_of(step.audits.begin(), step.audits.end(), is_about_cases))
    changed("cases");
  if (!step.pauses.empty()) changed("connections");
  if (!step.settings.empty()) changed("settings");
}

void LiveFeed::changed(const std::string& topic) {
  for (const auto& console : consoles_) console->topics.insert(topic);
}

http::Reply LiveFeed::subscribe(std::function<bool()> stands) {
  http::Reply reply;
  reply.content_type = "text/event-stream";
  reply.headers.push_back({"Cache-Control", "no-store"});
  reply.headers.push_back({"X-Accel-Buffering", "no"});
  reply.stream = [this, stands = std::move(stands)](std::shared_ptr<http::ByteStream> stream) {
    return serve(std::move(stream), stands);
  };
  return reply;
}

// One writer per console: what changes while its peer does not read gathers in its topics. A peer
// that takes too long is closed by the server.
Task<void> LiveFeed::serve(std::shared_ptr<http::ByteStream> stream, std::function<bool()> stands) {
  const auto console = std::make_shared<Console>(loop_);
  stream->on_closed([console] {
    console->closed = true;
    console->woken.notify();
  });
  if (!co_await stream->write("retry: 2000\n\n")) co_return;
  consoles_.push_back(console);
  while (stream->open() && !console->closed && !stopping_) {
    if (console->topics.empty() && !console->ping) {
      co_await console->woken.wait(std::chrono::minutes{1});
      continue;
    }
    if (console->ping && !stands()) break;
    console->ping = false;
    const std::string event = event_of(std::exchange(console->topics, {}));
    if (!co_await stream->write(event)) break;
  }
  consoles_.remove(console);
}

Task<void> LiveFeed::run() {
  int quiet = 0;
  while (!stopping_) {
    co_await stop_.wait(between_events);
    const bool ping = ++quiet >= seconds_between_pings;
    if (ping) quiet = 0;
    for (const auto& console : consoles_) {
      console->ping = console->ping || ping;
      if (ping || !console->topics.empty()) console->woken.notify();
    }
  }
}

void LiveFeed::request_stop() {
  stopping_ = true;
  stop_.notify();
  for (const auto& console : consoles_) console->woken.notify();
}

}  // namespace tillbridge::api
