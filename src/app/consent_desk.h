#pragma once
// Takes what customers decide at the till (docs/flows/klaviyo.md "Consent"): stores the decision
// with the act that tells Klaviyo, and puts the act into its lane. Core thread.

#include <optional>
#include <string>

#include "app/consent_book.h"
#include "app/surroundings.h"
#include "app/target_connection.h"
#include "flows/klaviyo.h"

namespace tillbridge::app {

struct ConsentDeskSettings {
  std::string workspace;
  flows::KlaviyoSettings flows;
  bool shadow = false;  // keep everything, send nothing
  bool double_opt_in = false;
  std::uint32_t settings_version = 0;
};

class ConsentDesk {
 public:
  ConsentDesk(Surroundings on, ConsentDeskSettings settings, ConsentBook& consents,
              TargetConnection& klaviyo);

  struct Decision {
    std::string address;  // e-mail or phone as typed
    std::string country;  // of the phone, ISO 3166; "" : it begins with +
    model::ConsentChannel channel = model::ConsentChannel::email;
    model::ConsentState state = model::ConsentState::unsubscribed;
    std::optional<Instant> at;  // nullopt: now
    std::string source;         // "Till, Uppsala Centrum"
  };
  struct Decided {
    std::string key;      // of its record
    bool fresh = false;   // false: it was known already
    std::string message;  // what will happen, in words
  };
  // Durable when it returns. invalid_input: the address cannot be right, is nobody's, or the time
  // lies ahead.
  Task<Result<Decided>> decide(Decision decision);

 private:
  journal::AddDelivery delivery_of(const flows::ConsentPlan& plan, const std::string& effect);
  std::string words(const flows::ConsentPlan& plan, const ConsentBook::Taken& taken) const;

  Surroundings on_;
  ConsentDeskSettings settings_;
  ConsentBook& consents_;
  TargetConnection& klaviyo_;
  telemetry::Counter decisions_;
};

}  // namespace tillbridge::app
