#pragma once
// Asks Klaviyo what people decided there (docs/flows/klaviyo.md "Consent"): those who left, by the
// time of their suppression, and the events of the account's consent metrics. Both go on where the
// journal's cursors are; what is known is not stored twice. Core thread.

#include <map>
#include <string>
#include <vector>

#include "app/klaviyo_consent.h"
#include "app/surroundings.h"
#include "base/task_group.h"
#include "connectors/klaviyo/webhook.h"

namespace tillbridge::app {

class ConsentPoll {
 public:
  ConsentPoll(Surroundings on, std::string workspace, Duration every, KlaviyoAccount& account,
              ConsentBook& consents);

  Task<void> run();   // until request_stop()
  Task<void> look();  // once
  void request_stop();

 private:
  struct Metric {
    std::string id, name;
    connectors::klaviyo::ConsentMeaning meaning;
  };
  // Where a round that could not be finished goes on.
  struct Unfinished {
    std::string next;
    Instant reached;
  };

  Task<Result<void>> look_for_leavers();
  Task<Result<void>> look_up_metrics();
  Task<Result<void>> look_at(Metric metric);
  Task<Result<Instant>> keep_events(Metric metric, std::vector<connectors::klaviyo::Event> events);
  Task<Result<std::optional<Instant>>> cursor(std::string name);
  Task<Result<void>> keep_cursor(std::string name, Instant reached);
  // Logs trouble when it begins, changes and ends.
  void tell(const std::string& feed, const Result<void>& looked);

  Surroundings on_;
  std::string workspace_;
  Duration every_;
  KlaviyoAccount& account_;
  ConsentBook& consents_;
  std::optional<Unfinished> leavers_;
  std::vector<Metric> metrics_;
  std::optional<Tick> metrics_looked_up_;
  std::map<std::string, std::string> trouble_;  // by feed
  Signal stop_;
  bool stopping_ = false;
  telemetry::Counter kept_;
};

}  // namespace tillbridge::app
