#pragma once
// Who may call what (contract 2): key or OAuth token, scopes, revision; and the token call. Core
// thread.

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "base/entropy.h"
#include "http/message.h"
#include "klaviyo/errors.h"
#include "klaviyo/operation.h"
#include "klaviyo/settings.h"

namespace sandbox::klaviyo {

class Access {
 public:
  explicit Access(tillbridge::Entropy entropy) : entropy_(entropy) {}

  // Whose quota the call uses (all private keys share one), or the refusal.
  std::variant<std::string, Reply> admit(const Settings& settings, const Operation& operation,
                                         const tillbridge::http::Request& request,
                                         tillbridge::Instant now) const;
  // POST /oauth/token. A rotating refresh token changes the settings.
  Reply token(Settings& settings, const tillbridge::http::Request& request,
              tillbridge::Instant now);

 private:
  std::string fresh(std::string_view prefix);

  tillbridge::Entropy entropy_;
  std::map<std::string, tillbridge::Instant> tokens_;  // access token -> until
};

}  // namespace sandbox::klaviyo
