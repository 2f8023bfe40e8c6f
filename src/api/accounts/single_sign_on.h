#pragma once
// Signing in through an identity provider: OpenID Connect's authorization code flow with PKCE, the
// client authenticated by client_secret_basic. Its description and keys are fetched when they are
// needed first and kept; a token with an unknown key fetches the keys anew, at most once a minute.
// Core thread. Outlives its calls.
//
//   start   -> the browser goes to `url`, with the cookie (cookies.h: single_sign_on_cookie)
//   finish  -> what came back, and who it is: Accounts::sign_on(person), then to return_path

#include <optional>
#include <string>

#include "api/accounts/id_token.h"
#include "api/accounts/provider_line.h"
#include "api/accounts/sign_on_documents.h"
#include "api/accounts/sign_on_tries.h"
#include "base/turns.h"

namespace tillbridge::api {

class SingleSignOn {
 public:
  // The settings have passed check_settings.
  SingleSignOn(Loop& loop, const Clock& clock, ProviderLine& provider,
               SingleSignOnSettings settings);

  const std::string& label() const { return settings_.label; }

  struct Start {
    std::string url;
    std::string cookie_value;  // good for SignOnTries::lasts
  };
  // return_path: of the console; anything else becomes "/". unavailable when the provider cannot be
  // asked, invalid_input when what it says of itself cannot be used.
  Task<Result<Start>> start(std::string return_path);

  struct Answer {  // query parameters of the callback, decoded; "" when absent
    std::string code, state, error, issuer;  // issuer: "iss" (RFC 9207)
  };
  struct Finish {
    SignedOnPerson person;
    std::string return_path;
  };
  // auth: refused, in words for the person. unavailable: the provider cannot be asked.
  Task<Result<Finish>> finish(Answer answer, std::string cookie_value);

 private:
  Task<Result<ProviderAddresses>> addresses();
  Task<Result<void>> fetch_keys(std::string url);
  Task<Result<json::Object>> claims_of(std::string id_token, std::string nonce,
                                       std::string keys_url);
  Task<Result<std::string>> get(std::string url);

  const Clock& clock_;
  ProviderLine& provider_;
  const SingleSignOnSettings settings_;
  Turns turns_;  // one fetch at a time, for whoever waits for it
  SignOnTries tries_;
  std::optional<ProviderAddresses> addresses_;
  Tick addresses_at_;
  std::optional<KeySet> keys_;
  Tick keys_tried_at_;
  Tick keys_at_;
};

}  // namespace tillbridge::api
