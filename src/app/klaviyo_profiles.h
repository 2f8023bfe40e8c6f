#pragma once
// Writes people to Klaviyo (docs/flows/klaviyo.md "Profile write"): looked up first, written under
// the id found, created only when nobody is there. Core thread.

#include <optional>
#include <string>
#include <vector>

#include "app/klaviyo_account.h"
#include "connectors/klaviyo/documents.h"
#include "journal/journal.h"

namespace tillbridge::app {

class KlaviyoProfiles {
 public:
  KlaviyoProfiles(KlaviyoAccount& account, journal::Journal& journal, std::string workspace)
      : account_(account), journal_(journal), workspace_(std::move(workspace)) {}

  struct Written {
    Outcome outcome;
    std::string note;               // what was done differently, for the journey
    std::string conflict;           // two profiles or customers: for a case; "" none
    std::string fact_key, fact_id;  // Klaviyo's id of this person, to be remembered
  };
  // Parts of kind profile_write; answers in the same order.
  Task<std::vector<Written>> write(std::vector<std::string> parts);

 private:
  struct Person;
  Task<void> recall(std::vector<Person>& people);
  Task<Outcome> look_up(std::vector<Person>& people, connectors::klaviyo::ProfileKey key);
  Task<void> import(Person& person);

  KlaviyoAccount& account_;
  journal::Journal& journal_;
  std::string workspace_;
};

}  // namespace tillbridge::app
