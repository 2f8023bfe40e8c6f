#pragma once
// Klaviyo: key and scopes, the test customer as a profile, one event as history, and the person's
// deletion (klaviyo.md 2, 4, 6, 8, 13, 14). Core thread.

#include <string>

#include "app/klaviyo_account.h"
#include "app/validation/run.h"

namespace tillbridge::app {

class KlaviyoSteps {
 public:
  KlaviyoSteps(ValidationRun& run, KlaviyoAccount& account);

  // Errors are the journal's.
  Task<Result<void>> check();
  Task<Result<void>> clean_up();

 private:
  Task<bool> connect();
  Task<void> scopes();
  Task<Result<void>> create();
  Task<void> look_up();
  Task<Result<void>> track();
  Task<std::string> see_event(Instant at);
  Task<std::string> id_of_metric();
  void webhook();

  ValidationRun& run_;
  KlaviyoAccount& account_;
  std::string currency_;
  bool may_read_events_ = true;
  bool created_ = false;
  bool written_ = false;  // anything of the test person may be there
};

}  // namespace tillbridge::app
