#pragma once
// A Klaviyo account as the tills' customer register: searched by e-mail, phone and number, within
// the share of its windows that is kept for tills (docs/flows/till.md "Search"). Core thread.

#include <string>

#include "app/klaviyo_account.h"
#include "app/read_gate.h"
#include "crm/profile_source.h"
#include "model/customer_mapping.h"

namespace tillbridge::app {

struct KlaviyoSourceSettings {
  std::string connection = "klaviyo";
  model::CustomerMapping mapping;
  std::vector<model::ConsentCategory> categories;
  std::string country;            // of phones without +
  bool numbers_are_ours = false;  // the external id is our customer id, with the prefix
  std::string id_prefix;
};

class KlaviyoSource final : public crm::ProfileSource {
 public:
  KlaviyoSource(KlaviyoAccount& account, ReadGate& gate, KlaviyoSourceSettings settings);

  std::string connection() const override { return settings_.connection; }
  bool searches_by(crm::KeyType type) const override;
  Task<crm::SourceAnswer> find(crm::Key key, Duration within) override;
  Task<crm::SourcePage> changed(Instant since, std::string next) override;

 private:
  crm::FoundProfile to_profile(const connectors::klaviyo::Profile& read) const;

  KlaviyoAccount& account_;
  ReadGate& gate_;
  KlaviyoSourceSettings settings_;
};

}  // namespace tillbridge::app
