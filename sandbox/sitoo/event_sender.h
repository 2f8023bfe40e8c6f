#pragma once
// Delivers the account's events to the one subscription (contract 10.1, 13.10): batches of up to
// ten, in order, one in flight; what is being retried blocks what is behind it. Core thread.

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "base/async.h"
#include "base/task_group.h"
#include "outbound/transport.h"
#include "sitoo/account.h"
#include "sitoo/faults.h"

namespace sandbox::sitoo {

// Three generations of Sitoo's page disagree about 500, 502 and 2xx other than 200.
enum class CodeRules { oldest, newer };

enum class Verdict { done, retry, drop };
Verdict verdict_of(int http_status, CodeRules rules);

struct SenderSettings {
  int account_id = 1500;
  CodeRules rules = CodeRules::newer;
  std::size_t batch_max = 10;
  tillbridge::Duration answer_time_max = std::chrono::seconds{15};
  // Sitoo retries for a day; here the clock is compressed.
  tillbridge::Duration retry_first = std::chrono::milliseconds{50};
  tillbridge::Duration retry_max = std::chrono::seconds{1};
  tillbridge::Duration window = std::chrono::minutes{10};  // from the first attempt, then dropped
};

struct Subscription {
  std::string url;  // base URL; "/events" is added unless it ends in it
  std::string user, password;
};

struct SenderCounts {
  std::uint64_t queued = 0;     // events given to the sender, injected copies not counted
  std::uint64_t delivered = 0;  // distinct events answered with 200
  std::uint64_t dropped = 0;    // distinct events lost: refused by the code table, or too old
  std::uint64_t batches = 0;    // calls made
  std::uint64_t repeated = 0;   // events sent again after they were answered with 200
  std::size_t in_flight = 0;
  std::size_t waiting = 0;
};

class EventSender {
 public:
  using Acknowledged = std::function<void(const std::string& event_id, std::int64_t order_id)>;

  // Everything passed by reference must outlive the sender.
  EventSender(tillbridge::Loop& loop, const tillbridge::Clock& clock,
              tillbridge::outbound::Transport& transport, FaultDice& dice, SenderSettings settings,
              Acknowledged acknowledged);

  // Until there is a subscription, events wait.
  void subscribe(Subscription subscription);
  void set_rules(CodeRules rules) { settings_.rules = rules; }
  void queue(Event event);
  SenderCounts counts() const;

  void start();
  tillbridge::Task<void> stop();  // returns when the running call has ended

 private:
  struct Waiting {
    Event event;
    bool delivered = false;  // an injected copy of one that was answered with 200
    bool copy = false;
    tillbridge::Tick first_attempt{};  // epoch: not tried yet
  };

  tillbridge::Task<void> run();
  std::size_t take_batch(std::string& body);
  void settle(std::size_t batch_size, Verdict verdict);
  void drop_outdated();
  tillbridge::outbound::HttpRequest request_of(std::string body) const;

  tillbridge::Loop& loop_;
  const tillbridge::Clock& clock_;
  tillbridge::outbound::Transport& transport_;
  FaultDice& dice_;
  SenderSettings settings_;
  Acknowledged acknowledged_;
  Subscription subscription_;
  std::deque<Waiting> waiting_;
  SenderCounts counts_;
  tillbridge::Signal work_;
  tillbridge::TaskGroup tasks_;
};

}  // namespace sandbox::sitoo
