#pragma once
// System webhooks (contract 11): what is registered, and the signed, batched, repeated, disordered
// and delayed deliveries. Core thread.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/json.h"
#include "base/task_group.h"
#include "klaviyo/settings.h"
#include "outbound/transport.h"

namespace sandbox::klaviyo {

struct Webhook {
  std::string id, name, description, endpoint_url, secret_key;
  bool enabled = true;
  tillbridge::Instant created{}, updated{};
  std::set<std::string> topics;
};

// Lower-case hex HMAC-SHA256 of the body followed by the timestamp's text.
std::string webhook_signature(std::string_view secret, std::string_view body,
                              std::string_view timestamp);
// "Unsubscribed from Email Marketing" -> "unsubscribed_from_email_marketing".
std::string topic_part(std::string_view metric_name);

class Webhooks {
 public:
  struct Counts {
    std::uint64_t queued = 0, deliveries = 0, delivered = 0, repeated = 0, failed = 0, given_up = 0;
  };

  Webhooks(tillbridge::Loop& loop, const tillbridge::Clock& clock,
           tillbridge::outbound::Transport& transport, tillbridge::Entropy entropy,
           const Settings& settings);

  std::map<std::string, Webhook>& all() { return hooks_; }
  const std::map<std::string, Webhook>& all() const { return hooks_; }
  // entry: one member of the delivery's data; goes to every enabled webhook with this topic.
  void queue(const std::string& topic, const boost::json::object& entry);
  // To one webhook, whatever its topics (the test button).
  void queue_for(const std::string& webhook_id, const boost::json::object& entry);

  // Sends what is due. The tasks belong to the group, which must not outlive this.
  void send_due(tillbridge::TaskGroup& tasks);
  std::optional<tillbridge::Tick> next_due() const;
  const Counts& counts() const { return counts_; }

 private:
  struct Waiting {
    tillbridge::Tick due{};
    boost::json::object entry;
  };
  std::string body_of(const std::string& webhook_id, boost::json::array entries) const;
  tillbridge::Task<void> deliver(tillbridge::TaskGroup& tasks, std::string webhook_id,
                                 std::string body, bool repeats);
  tillbridge::Task<bool> attempt(std::string webhook_id, std::string body);

  tillbridge::Loop& loop_;
  const tillbridge::Clock& clock_;
  tillbridge::outbound::Transport& transport_;
  tillbridge::Entropy entropy_;
  const Settings& settings_;
  std::map<std::string, Webhook> hooks_;
  std::map<std::string, std::deque<Waiting>> waiting_;  // by webhook
  Counts counts_;
};

}  // namespace sandbox::klaviyo
