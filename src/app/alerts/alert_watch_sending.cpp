// Notices on their way: one after the other per channel, channels beside each other.
#include "app/alerts/alert_watch.h"
#include "telemetry/log.h"

namespace tillbridge::app {

void AlertWatch::collect(Instant now) {
  for (desk::DueSend& due : notices_.due(now)) {
    const std::string channel = due.channel;
    outbox_[channel].push_back(std::move(due));
  }
}

Task<void> AlertWatch::send() {
  if (!recalled_) co_return;
  collect(on_.clock.now());
  for (const auto& [channel, due] : outbox_) {
    if (!due.empty() && !draining_.contains(channel)) sends_.start(drain(channel));
  }
  co_await sends_.join();
}

Task<Result<void>> AlertWatch::send_one(desk::DueSend due) {
  const AlertChannel* known = document_.channel(due.channel);
  if (known == nullptr) co_return fail(Error::Kind::not_found, "the channel is gone");
  AlertChannel channel = *known;
  AlertMail mail = document_.mail;
  co_return co_await sender_.send(std::move(channel), std::move(mail), std::move(due.message),
                                  due.id);
}

Task<void> AlertWatch::drain(std::string channel) {
  if (!draining_.insert(channel).second) co_return;
  std::optional<Error> trouble;  // of the channel as a whole: the others need not wait for it too
  while (!stopping_ && !outbox_[channel].empty()) {
    desk::DueSend next = std::move(outbox_[channel].front());
    outbox_[channel].pop_front();
    const std::uint64_t id = next.id;
    Result<void> sent;
    if (trouble) {
      sent = tl::unexpected(*trouble);
    } else {
      sent = co_await send_one(std::move(next));
    }
    const Instant now = on_.clock.now();
    if (sent) {
      notices_.sent(id, now);
    } else {
      notices_.failed(id, sent.error().what, now);
      telemetry::log(telemetry::Level::warning, "notice_not_sent",
                     {{"channel", channel}, {"what", sent.error().what}});
      if (sent.error().kind != Error::Kind::rejected) trouble = sent.error();
    }
    if (const auto waiting = awaited_.find(id); waiting != awaited_.end()) waiting->second = sent;
    settled_.notify();
    const auto stored = co_await store({});
    if (!stored)
      telemetry::log(telemetry::Level::error, "alerts_not_stored", {{"what", stored.error().what}});
  }
  draining_.erase(channel);
}

}  // namespace tillbridge::app
