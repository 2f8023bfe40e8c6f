#pragma once
// A workspace's Klaviyo account: couriers for events, profiles and consents, what is read back
// about consent, and the comparison. Core thread.

#include "app/consent_poll.h"
#include "app/klaviyo_channels.h"
#include "app/klaviyo_comparison.h"
#include "app/klaviyo_source.h"
#include "app/target_connection.h"

namespace tillbridge::app {

class KlaviyoConnection final : public TargetConnection {
 public:
  // keep_token_in: where OAuth's current refresh token is kept between starts.
  KlaviyoConnection(Surroundings on, const Workspace& workspace, engine::LagBoard& lag,
                    ConsentBook& consents, const std::string& keep_token_in);

  void start(TaskGroup& tasks) override;
  std::vector<std::string> flows() const override;
  void request_stop() override;
  json::Object status() const override;  // with the last comparison
  KlaviyoAccount& account() { return account_; }
  KlaviyoComparison& comparison() { return comparison_; }
  KlaviyoSource& source() { return source_; }  // the tills' customer register, where it is

 private:
  KlaviyoAccount account_;
  ReadGate reads_;
  KlaviyoSource source_;
  KlaviyoProfiles profiles_;
  ConsentPoll consent_poll_;
  KlaviyoComparison comparison_;
};

}  // namespace tillbridge::app
