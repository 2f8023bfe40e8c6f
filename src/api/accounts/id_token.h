#pragma once
// The ID token of OpenID Connect (Core 1.0, 2 and 3.1.3.7): its signature by cjose, its claims by
// us. RS256 and ES256 only: no token says itself that it needs no signature, or that a public key
// is a shared secret. Pure; any thread.

#include <memory>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace tillbridge::api {

// The provider's public keys that can be used (RFC 7517): RSA of 2048 bits and more, EC P-256, not
// marked for something else than signatures.
class KeySet {
 public:
  KeySet();  // empty
  // invalid_input when it is no key set or has none that can be used.
  static Result<KeySet> parse(std::string_view jwks);

  bool has(std::string_view key_id) const;
  std::size_t size() const;

 private:
  friend class SignedToken;
  struct Keys;
  std::shared_ptr<const Keys> keys_;
};

struct ExpectedToken {
  std::string issuer;
  std::string client_id;
  std::string nonce;
  Instant now;
};

constexpr Duration token_leeway = std::chrono::seconds{60};  // of the clocks
constexpr std::size_t id_token_bytes_max = 64 * 1024;

// Error kinds: not_found      signed by a key that is not in the set: fetch the keys anew
//              auth           not to be trusted; says why, without anything of the token
//              invalid_input  no token
Result<json::Object> verified_claims(std::string_view compact, const KeySet& keys,
                                     const ExpectedToken& expected);

// The second half, without the signature.
Result<void> check_claims(const json::Object& claims, const ExpectedToken& expected);

}  // namespace tillbridge::api
