#pragma once
// Join the engine's parcels with Klaviyo's calls: one channel per duty, so that profiles and
// consents never make a sale wait. Core thread.

#include "app/consent_book.h"
#include "app/klaviyo_profiles.h"
#include "engine/case_types.h"
#include "engine/courier.h"

namespace tillbridge::app {

// What the channels of one connection share.
struct KlaviyoParts {
  const Clock& clock;
  IdSource& ids;
  std::string workspace;
  KlaviyoAccount& account;
  KlaviyoProfiles& profiles;
  ConsentBook& consents;
  bool double_opt_in = false;
  Duration consent_fresh = std::chrono::minutes{15};
};

// What a profile write has to leave behind: Klaviyo's id as a fact, a conflict as a case.
void note_written(const KlaviyoProfiles::Written& written, const engine::Parcel& parcel,
                  const KlaviyoParts& parts, engine::Channel::Answer& answer);

// Sales, returns and cancellations: the usual way is a request per event, the bulk way a job for
// many customers. A profile write at the head of a delivery goes first, on its own.
class KlaviyoEventChannel final : public engine::Channel {
 public:
  explicit KlaviyoEventChannel(KlaviyoParts parts) : parts_(std::move(parts)) {}
  Task<Answer> send(std::vector<engine::Parcel> parcels, engine::Route route) override;

 private:
  Task<Answer> send_one(engine::Parcel parcel);
  Task<Answer> send_bulk(std::vector<engine::Parcel> parcels);
  KlaviyoParts parts_;
};

class KlaviyoProfileChannel final : public engine::Channel {
 public:
  explicit KlaviyoProfileChannel(KlaviyoParts parts) : parts_(std::move(parts)) {}
  Task<Answer> send(std::vector<engine::Parcel> parcels, engine::Route route) override;

 private:
  KlaviyoParts parts_;
};

// One consent act per call (docs/flows/klaviyo.md "Consent").
class KlaviyoConsentChannel final : public engine::Channel {
 public:
  explicit KlaviyoConsentChannel(KlaviyoParts parts) : parts_(std::move(parts)) {}
  Task<Answer> send(std::vector<engine::Parcel> parcels, engine::Route route) override;

 private:
  Task<Outcome> act_on(model::ConsentAct act);
  // nullopt: nothing speaks against it.
  Task<std::optional<Outcome>> objection(model::ConsentAct act, std::string address,
                                         std::optional<connectors::klaviyo::Profile> theirs);
  Task<Outcome> carry_out(model::ConsentAct act, std::string address, std::string profile_id);
  KlaviyoParts parts_;
};

}  // namespace tillbridge::app
