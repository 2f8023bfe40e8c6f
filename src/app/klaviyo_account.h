#pragma once
// One workspace's Klaviyo account as its parts share it: the client, with the windows of each
// operation kept (klaviyo.md 5.1). Events of deliveries are paced by their Dispatch; everything
// else passes here. Core thread.

#include <map>
#include <string>
#include <vector>

#include "app/quota_gate.h"
#include "connectors/klaviyo/client.h"
#include "connectors/klaviyo/quotas.h"

namespace tillbridge::app {

class KlaviyoAccount {
 public:
  KlaviyoAccount(Loop& loop, outbound::Transport& transport, const Clock& clock,
                 connectors::klaviyo::Config config);

  // For deliveries: not paced here.
  Task<connectors::klaviyo::Answer> create_event(std::string body);
  Task<connectors::klaviyo::Answer> create_events(std::string body);

  Task<connectors::klaviyo::Page<connectors::klaviyo::Profile>> find_profiles(
      connectors::klaviyo::ProfileKey key, std::vector<std::string> values, bool with_consent);
  // For tills: never waits for the windows (throttled instead), and part of them is kept for it
  // once keep_for_tills() was called.
  Task<connectors::klaviyo::Page<connectors::klaviyo::Profile>> find_person_now(
      connectors::klaviyo::ProfileKey key, std::string value, Duration within);
  Task<connectors::klaviyo::Client::Imported> import_profile(std::string body);
  Task<connectors::klaviyo::Answer> merge_profiles(std::string body);
  Task<connectors::klaviyo::Answer> delete_person(std::string email);
  Task<connectors::klaviyo::Answer> delete_person(connectors::klaviyo::ProfileKey key,
                                                  std::string value);
  Task<connectors::klaviyo::Answer> subscribe(std::string body);
  Task<connectors::klaviyo::Answer> unsubscribe(std::string body);
  Task<connectors::klaviyo::Client::Membership> list_membership(std::string profile_id,
                                                                std::string list_id);
  Task<connectors::klaviyo::Page<connectors::klaviyo::Profile>> changed_since(Instant after,
                                                                              std::string next);
  Task<connectors::klaviyo::Page<connectors::klaviyo::Profile>> left_since(Instant after,
                                                                           std::string next);
  Task<connectors::klaviyo::Page<connectors::klaviyo::Client::Metric>> metrics(std::string next);
  Task<connectors::klaviyo::Page<connectors::klaviyo::Event>> events(std::string metric_id,
                                                                     Instant from, Instant until,
                                                                     std::string next);
  Task<connectors::klaviyo::Client::Account> account();

  connectors::klaviyo::Client& client() { return client_; }
  const connectors::klaviyo::Config& config() const { return config_; }
  // What the windows of an operation allow this account.
  engine::BudgetSettings budget_of(connectors::klaviyo::Operation operation) const;
  // Before the first call: this share of the windows for reading profiles is kept for tills.
  void keep_for_tills(double share) { till_share_ = share; }
  void request_stop();
  bool stopping() const { return stopping_; }

 private:
  template <typename T>
  Task<T> paced(connectors::klaviyo::Operation operation, Task<T> call);
  QuotaGate& gate(connectors::klaviyo::Operation operation);

  Loop& loop_;
  const Clock& clock_;
  connectors::klaviyo::Config config_;
  connectors::klaviyo::Client client_;
  std::map<connectors::klaviyo::Operation, QuotaGate> gates_;
  double till_share_ = 0.0;
  bool stopping_ = false;
};

}  // namespace tillbridge::app
