#pragma once
// A Bloomreach project as the tills' customer register: read by identifier, through the mapping
// (docs/flows/till.md "Search", "Mapping"). Core thread.

#include <map>
#include <string>

#include "app/read_gate.h"
#include "connectors/bloomreach/customer_client.h"
#include "crm/profile_source.h"
#include "model/customer_mapping.h"

namespace tillbridge::app {

struct BloomreachSourceSettings {
  std::string connection = "bloomreach";
  std::string hard_id;             // "registered"
  model::CustomerMapping mapping;  // complete: with the hard ID's rule
  std::vector<model::ConsentCategory> categories;
  std::string country;            // of phones without +
  std::string sync_segmentation;  // "": all customers
};

class BloomreachSource final : public crm::ProfileSource {
 public:
  BloomreachSource(connectors::bloomreach::CustomerClient& client, ReadGate& gate,
                   BloomreachSourceSettings settings);

  std::string connection() const override { return settings_.connection; }
  bool searches_by(crm::KeyType type) const override { return id_types_.contains(type); }
  Task<crm::SourceAnswer> find(crm::Key key, Duration within) override;
  // The whole segmentation in one answer, whatever changed (bloomreach.md 7.4).
  Task<crm::SourcePage> changed(Instant since, std::string next) override;

  const connectors::bloomreach::WhatToRead& what_is_read() const { return what_; }

 private:
  crm::FoundProfile to_profile(const connectors::bloomreach::CustomerRead& read) const;

  connectors::bloomreach::CustomerClient& client_;
  ReadGate& gate_;
  BloomreachSourceSettings settings_;
  std::map<crm::KeyType, std::string> id_types_;  // by which a key can be asked
  connectors::bloomreach::WhatToRead what_;
};

}  // namespace tillbridge::app
