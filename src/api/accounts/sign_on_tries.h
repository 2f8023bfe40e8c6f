#pragma once
// Sign-ins that are with the identity provider right now: what has to come back with them, each
// bound to the browser that began it, good for one answer within ten minutes. Pure; core thread.

#include <map>
#include <optional>
#include <string>

#include "api/accounts/sign_on_documents.h"
#include "base/clock.h"

namespace tillbridge::api {

class SignOnTries {
 public:
  struct Begun {
    SignOnSecrets secrets;
    std::string browser;  // the cookie's value
  };
  struct Try {
    SignOnSecrets secrets;
    std::string return_path;
  };

  explicit SignOnTries(std::size_t tries_max = 1'000) : tries_max_(tries_max) {}

  // When there are too many, the oldest goes.
  Begun begin(std::string return_path, Tick now);
  // Once; nullopt for an unknown or old state and for another browser's.
  std::optional<Try> take(const std::string& state, const std::string& browser, Tick now);

  std::size_t size() const { return tries_.size(); }
  static constexpr Duration lasts = std::chrono::minutes{10};

 private:
  struct Kept {
    Try what;
    std::string browser_digest;
    Tick began;
  };

  const std::size_t tries_max_;
  std::map<std::string, Kept, std::less<>> tries_;  // by digest of the state
};

}  // namespace tillbridge::api
