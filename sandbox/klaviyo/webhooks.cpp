#include "klaviyo/webhooks.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "klaviyo/times.h"

namespace sandbox::klaviyo {

namespace bj = boost::json;
using tillbridge::Task;

std::string webhook_signature(std::string_view secret, std::string_view body,
                              std::string_view timestamp) {
  std::string message(body);
  message += timestamp;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
       &size);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::string topic_part(std::string_view metric_name) {
  std::string part;
  for (const char c : metric_name) {
    const auto letter = static_cast<unsigned char>(c);
    part += std::isalnum(letter) != 0 ? static_cast<char>(std::tolower(letter)) : '_';
  }
  return part;
}

Webhooks::Webhooks(tillbridge::Loop& loop, const tillbridge::Clock& clock,
                   tillbridge::outbound::Transport& transport, tillbridge::Entropy entropy,
                   const Settings& settings)
    : loop_(loop), clock_(clock), transport_(transport), entropy_(entropy), settings_(settings) {}

void Webhooks::queue(const std::string& topic, const bj::object& entry) {
  for (const auto& [id, hook] : hooks_)
    if (hook.enabled && hook.topics.contains(topic)) queue_for(id, entry);
}

void Webhooks::queue_for(const std::string& webhook_id, const bj::object& entry) {
  ++counts_.queued;
  const auto due = clock_.tick() + std::chrono::milliseconds{settings_.webhook_delay_ms};
  waiting_[webhook_id].push_back({due, entry});
}

std::optional<tillbridge::Tick> Webhooks::next_due() const {
  std::optional<tillbridge::Tick> next;
  for (const auto& [id, queue] : waiting_)
    if (!queue.empty()) next = std::min(next.value_or(queue.front().due), queue.front().due);
  return next;
}

void Webhooks::send_due(tillbridge::TaskGroup& tasks) {
  for (auto& [id, queue] : waiting_) {
    bj::array entries;
    while (!queue.empty() && queue.front().due <= clock_.tick() &&
           entries.size() < static_cast<std::size_t>(settings_.webhook_batch_max)) {
      entries.push_back(std::move(queue.front().entry));
      queue.pop_front();
    }
    if (entries.empty() || !hooks_.contains(id)) continue;
    if (entropy_.chance(settings_.webhook_disorder)) {
      for (std::size_t i = entries.size(); i > 1; --i)
        entries[i - 1].swap(entries[entropy_.below(i)]);
    }
    const bool repeats = entropy_.chance(settings_.webhook_repeat);
    tasks.start(deliver(tasks, id, body_of(id, std::move(entries)), repeats));
  }
}

std::string Webhooks::body_of(const std::string& webhook_id, bj::array entries) const {
  bj::object meta;
  meta["timestamp"] = exact_time_text(clock_.now());
  meta["klaviyo_webhook_id"] = webhook_id;
  meta["klaviyo_account_id"] = settings_.account_id;
  meta["version"] = "2024-06-28";
  bj::object body;
  body["meta"] = std::move(meta);
  body["data"] = std::move(entries);
  return tillbridge::json::to_text(body);
}

Task<void> Webhooks::deliver(tillbridge::TaskGroup& tasks, std::string webhook_id, std::string body,
                             bool repeats) {
  auto pause = std::chrono::milliseconds{settings_.webhook_retry_ms};
  for (std::int64_t tries = 1; !tasks.stopping(); ++tries) {
    const bool taken = co_await attempt(webhook_id, body);
    if (taken && !repeats) co_return;
    if (taken) {
      repeats = false;
      ++counts_.repeated;
      continue;
    }
    ++counts_.failed;
    if (tries >= settings_.webhook_attempts_max) break;
    co_await tillbridge::sleep_for(loop_, pause);
    pause *= 2;
  }
  ++counts_.given_up;
}

Task<bool> Webhooks::attempt(std::string webhook_id, std::string body) {
  const auto hook = hooks_.find(webhook_id);
  if (hook == hooks_.end()) co_return true;  // deleted meanwhile: nothing more to do
  const auto shift = std::chrono::seconds{settings_.webhook_clock_shift_s};
  const std::string timestamp = http_date(clock_.now() + shift);
  tillbridge::outbound::HttpRequest request;
  request.method = "POST";
  request.url = hook->second.endpoint_url;
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Klaviyo-Webhook-Id", webhook_id);
  request.headers.emplace_back("Klaviyo-Timestamp", timestamp);
  request.headers.emplace_back("Klaviyo-Signature",
                               webhook_signature(hook->second.secret_key, body, timestamp));
  request.body = std::move(body);
  request.total_time_max = std::chrono::seconds{3};
  ++counts_.deliveries;
  const auto answer = co_await transport_.send(std::move(request));
  const bool taken = answer && answer->status >= 200 && answer->status < 300;
  if (taken) ++counts_.delivered;
  co_return taken;
}

}  // namespace sandbox::klaviyo
