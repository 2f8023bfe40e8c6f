#include "api/accounts/id_token.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <vector>

#include <cjose/cjose.h>

#include "api/accounts/secret_text.h"
#include "base/secret.h"

namespace tillbridge::api {
namespace {

constexpr std::size_t keys_max = 100;
constexpr std::size_t rsa_bits_min = 2048;
constexpr std::size_t rsa_bits_max = 8192;  // more would only cost

struct ReleaseKey {
  void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
};
using Key = std::unique_ptr<cjose_jwk_t, ReleaseKey>;

struct ReleaseToken {
  void operator()(cjose_jws_t* token) const { cjose_jws_release(token); }
};
using Jws = std::unique_ptr<cjose_jws_t, ReleaseToken>;

struct Free {
  void operator()(char* text) const { std::free(text); }
};

enum class Algorithm { rs256, es256 };

std::optional<Algorithm> algorithm_named(std::string_view text) {
  if (text == "RS256") return Algorithm::rs256;
  if (text == "ES256") return Algorithm::es256;
  return std::nullopt;
}

struct PublicKey {
  std::string id;  // "" none
  Algorithm algorithm = Algorithm::rs256;
  Key key;
};

// The algorithm comes from the key, never from the token alone.
std::optional<Algorithm> algorithm_of(const cjose_jwk_t* key) {
  cjose_err error{};
  const cjose_jwk_kty_t type = cjose_jwk_get_kty(key, &error);
  if (type == CJOSE_JWK_KTY_RSA) {
    const std::size_t bits = cjose_jwk_get_keysize(key, &error);
    if (bits >= rsa_bits_min && bits <= rsa_bits_max) return Algorithm::rs256;
  }
  if (type == CJOSE_JWK_KTY_EC && cjose_jwk_EC_get_curve(key, &error) == CJOSE_JWK_EC_P_256) {
    return Algorithm::es256;
  }
  return std::nullopt;
}

bool is_for_signatures(const json::Object& object) {
  if (json::text(object, "use").value_or("sig") != "sig") return false;
  const json::Array* operations = json::array(object, "key_ops");
  if (operations == nullptr) return true;
  return std::any_of(operations->begin(), operations->end(), [](const json::Value& operation) {
    return operation.is_string() && operation.get_string() == "verify";
  });
}

// The public half alone, as cjose is to see it: its decoder ends the process on a text that is no
// base64url (an assertion on a digit too many), so that nothing unchecked may reach it.
std::optional<json::Object> public_half(const json::Object& object) {
  const auto type = json::text(object, "kty");
  if (type != "RSA" && type != "EC") return std::nullopt;
  json::Object half{{"kty", *type}};
  if (type == "EC") half["crv"] = json::text(object, "crv").value_or("");
  for (const char* member : {type == "RSA" ? "n" : "x", type == "RSA" ? "e" : "y"}) {
    const auto number = json::text(object, member);
    if (!number || number->empty() || !base64url_decode(*number)) return std::nullopt;
    half[member] = *number;
  }
  return half;
}

std::optional<PublicKey> usable_key(const json::Value& value) {
  const json::Object* object = value.if_object();
  if (object == nullptr || !is_for_signatures(*object)) return std::nullopt;
  const auto half = public_half(*object);
  if (!half) return std::nullopt;
  const std::string document = json::to_text(*half);
  cjose_err error{};
  Key key(cjose_jwk_import(document.data(), document.size(), &error));
  if (!key) return std::nullopt;
  const auto algorithm = algorithm_of(key.get());
  if (!algorithm) return std::nullopt;
  const auto said = json::text(*object, "alg");
  if (said && algorithm_named(*said) != algorithm) return std::nullopt;
  PublicKey made;
  made.id = json::text(*object, "kid").value_or("");
  made.algorithm = *algorithm;
  made.key = std::move(key);
  return made;
}

// Three parts of base64url, as RFC 7515 (3.1) writes a signed token; for the same reason.
bool has_form_of_token(std::string_view compact) {
  for (int part = 0; part < 3; ++part) {
    const std::size_t end = part < 2 ? compact.find('.') : compact.size();
    if (end == std::string_view::npos || !base64url_decode(compact.substr(0, end))) return false;
    compact.remove_prefix(std::min(end + 1, compact.size()));
  }
  return true;
}

std::string header_text(cjose_header_t* header, const char* member) {
  cjose_err error{};
  const char* text = cjose_header_get(header, member, &error);
  return text == nullptr ? std::string{} : std::string(text);
}

bool header_has(cjose_header_t* header, const char* member) {
  cjose_err error{};
  const std::unique_ptr<char, Free> raw(cjose_header_get_raw(header, member, &error));
  return raw != nullptr;
}

tl::unexpected<Error> distrusted(std::string why) {
  return fail(Error::Kind::auth,
              "the identity provider's token is not to be trusted: " + std::move(why));
}

// Seconds since 1970, with a fraction at most (RFC 7519, NumericDate).
std::optional<double> seconds_of(const json::Object& claims, std::string_view name) {
  const json::Value* value = claims.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

bool is_for(const json::Object& claims, const std::string& client_id) {
  const json::Value* audience = claims.if_contains("aud");
  if (audience == nullptr) return false;
  if (audience->is_string()) return audience->get_string() == client_id;
  const json::Array* several = audience->if_array();
  return several != nullptr &&
         std::any_of(several->begin(), several->end(), [&](const json::Value& one) {
           return one.is_string() && one.get_string() == client_id;
         });
}

}  // namespace

struct KeySet::Keys {
  std::vector<PublicKey> all;
};

KeySet::KeySet() : keys_(std::make_shared<Keys>()) {}

Result<KeySet> KeySet::parse(std::string_view jwks) {
  const auto parsed = json::parse(jwks);
  const json::Object* object = parsed ? parsed->if_object() : nullptr;
  const json::Array* array = object == nullptr ? nullptr : json::array(*object, "keys");
  if (array == nullptr) {
    return fail(Error::Kind::invalid_input, "the identity provider's answer holds no keys");
  }
  auto keys = std::make_shared<Keys>();
  for (const json::Value& value : *array) {
    auto key = usable_key(value);
    if (key) keys->all.push_back(std::move(*key));
    if (keys->all.size() >= keys_max) break;
  }
  if (keys->all.empty()) {
    return fail(Error::Kind::invalid_input,
                "none of the identity provider's keys can be used (RSA from 2048 bits, or P-256)");
  }
  KeySet set;
  set.keys_ = std::move(keys);
  return set;
}

bool KeySet::has(std::string_view key_id) const {
  return std::any_of(keys_->all.begin(), keys_->all.end(),
                     [&](const PublicKey& key) { return key.id == key_id; });
}

std::size_t KeySet::size() const {
  return keys_->all.size();
}

// A token's form and signature.
class SignedToken {
 public:
  static Result<std::string> payload(std::string_view compact, const KeySet& keys);

 private:
  static bool is_signed_by(std::string_view compact, const PublicKey& key, std::string& payload);
};

bool SignedToken::is_signed_by(std::string_view compact, const PublicKey& key,
                               std::string& payload) {
  cjose_err error{};
  // Taken in anew for each key: cjose keeps the digest of the last try.
  const Jws token(cjose_jws_import(compact.data(), compact.size(), &error));
  if (!token || !cjose_jws_verify(token.get(), key.key.get(), &error)) return false;
  std::uint8_t* bytes = nullptr;
  std::size_t size = 0;
  if (!cjose_jws_get_plaintext(token.get(), &bytes, &size, &error)) return false;
  payload.assign(reinterpret_cast<const char*>(bytes), size);
  return true;
}

Result<std::string> SignedToken::payload(std::string_view compact, const KeySet& keys) {
  if (compact.size() > id_token_bytes_max || !has_form_of_token(compact)) {
    return fail(Error::Kind::invalid_input, "the identity provider's answer holds no ID token");
  }
  cjose_err error{};
  const Jws token(cjose_jws_import(compact.data(), compact.size(), &error));
  if (!token) {
    // cjose does not even take in what it could not verify, "none" for one.
    return distrusted("its form or its algorithm is not one that is taken");
  }
  cjose_header_t* const header = cjose_jws_get_protected(token.get());
  const auto algorithm = algorithm_named(header_text(header, CJOSE_HDR_ALG));
  if (!algorithm) return distrusted("its algorithm is neither RS256 nor ES256");
  if (header_has(header, "crit")) return distrusted("it asks for what is not known here");
  const std::string key_id = header_text(header, CJOSE_HDR_KID);
  bool known = false;
  for (const PublicKey& key : keys.keys_->all) {
    if (key.algorithm != *algorithm || (!key_id.empty() && key.id != key_id)) continue;
    known = true;
    std::string payload;
    if (is_signed_by(compact, key, payload)) return payload;
  }
  // A token without a key's name may be signed by a new key too.
  const bool may_be_new = key_id.empty() || !keys.has(key_id);
  if (!known && may_be_new) {
    return fail(Error::Kind::not_found, "the token is signed by a key that is not known");
  }
  return distrusted("its signature is wrong");
}

Result<void> check_claims(const json::Object& claims, const ExpectedToken& expected) {
  if (json::text(claims, "iss") != expected.issuer) return distrusted("another issuer's");
  if (!is_for(claims, expected.client_id)) return distrusted("made for another application");
  const json::Value* audience = claims.if_contains("aud");
  const bool several = audience->is_array() && audience->get_array().size() > 1;
  const bool names_party = claims.contains("azp");
  if ((several || names_party) && json::text(claims, "azp") != expected.client_id) {
    return distrusted("handed out to another application");
  }
  const double now = std::chrono::duration<double>(expected.now.time_since_epoch()).count();
  const double leeway = std::chrono::duration<double>(token_leeway).count();
  const auto expires = seconds_of(claims, "exp");
  if (!expires || !(now < *expires + leeway)) {
    return distrusted("it has expired; compare the clocks of both machines");
  }
  const auto issued = seconds_of(claims, "iat");
  if (!issued || !(*issued <= now + leeway)) {
    return distrusted("it was made in the future; compare the clocks of both machines");
  }
  const auto begins = seconds_of(claims, "nbf");
  if (claims.contains("nbf") && (!begins || !(*begins <= now + leeway))) {
    return distrusted("it is not valid yet; compare the clocks of both machines");
  }
  const auto nonce = json::text(claims, "nonce");
  if (expected.nonce.empty() || !nonce || !Secret{expected.nonce}.matches(*nonce)) {
    return distrusted("it belongs to another sign-in");
  }
  constexpr std::size_t subject_bytes_max = 255;  // OpenID Connect Core, 2
  const auto subject = json::text(claims, "sub");
  if (!subject || subject->size() > subject_bytes_max) {
    return distrusted("it does not say who it is about");
  }
  return {};
}

Result<json::Object> verified_claims(std::string_view compact, const KeySet& keys,
                                     const ExpectedToken& expected) {
  TB_TRY(const std::string payload, SignedToken::payload(compact, keys));
  auto parsed = json::parse(payload);
  if (!parsed || !parsed->is_object()) return distrusted("it holds no claims");
  TB_CHECK(check_claims(parsed->get_object(), expected));
  return std::move(parsed->get_object());
}

}  // namespace tillbridge::api
