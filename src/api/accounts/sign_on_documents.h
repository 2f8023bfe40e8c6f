#pragma once
// The texts of OpenID Connect's authorization code flow: settings, discovery document, links and
// token answers, and what an ID token's claims make of somebody. Pure; any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/accounts/accounts.h"
#include "api/accounts/roles.h"
#include "base/json.h"
#include "base/result.h"
#include "base/secret.h"

namespace tillbridge::api {

struct RoleRule {
  std::string value;  // of the claim: "tillbridge-operators"
  Role role = Role::viewer;
  std::vector<std::string> teams;
};

struct SingleSignOnSettings {
  std::string issuer;  // "https://id.example.com", as the provider writes it
  std::string client_id;
  Secret client_secret;
  std::string label;  // on the button: "Company account"
  std::string scopes = "openid profile email";
  std::string redirect_url;  // ".../api/v1/single-sign-on/callback", as registered there
  // Which claim of the ID token the rules look at: a text or a list of texts. Of the rules that
  // fit, the highest role counts and all teams.
  std::string role_claim = "groups";
  std::vector<RoleRule> rules;
  // Of whom no rule fits; none: is refused.
  std::optional<Role> role_of_others;
};

// invalid_input: what is missing or cannot be. https everywhere, but for this machine.
Result<void> check_settings(const SingleSignOnSettings& settings);

struct ProviderAddresses {
  std::string authorization, token, keys;
};

// Where the provider says what it offers (Discovery 1.0, 4).
std::string discovery_url(const std::string& issuer);
Result<ProviderAddresses> addresses_from(std::string_view document, const std::string& issuer);

struct SignOnSecrets {
  std::string state, nonce, verifier;  // 256 random bits each
};

// Where the browser is sent (Core 1.0, 3.1.2.1; RFC 7636).
std::string authorization_url(const SingleSignOnSettings& settings,
                              const ProviderAddresses& addresses, const SignOnSecrets& secrets);
// The body with which the code is redeemed (RFC 6749, 4.1.3).
std::string redemption_body(const SingleSignOnSettings& settings, const std::string& code,
                            const std::string& verifier);
// The ID token of the provider's answer; auth with the provider's error otherwise.
Result<std::string> id_token_from(int status, std::string_view body);

// auth when no rule fits and others are refused.
Result<SignedOnPerson> person_from(const json::Object& claims,
                                   const SingleSignOnSettings& settings);

// A path of this console to go back to; "/" for everything else.
std::string safe_return_path(std::string_view path);

// application/x-www-form-urlencoded, everything but letters, digits and - . _ ~ as %XX.
std::string form_encoded(std::string_view text);

}  // namespace tillbridge::api
