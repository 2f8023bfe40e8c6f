// Any bytes are no trusted ID token, no key set that crashes, and no claims that are taken without
// what was asked; what is said about them is short and repeats nothing of them.

#include <cstdint>

#include "api/accounts/id_token.h"
#include "api/accounts/secret_text.h"
#include "api/accounts/sign_on_documents.h"
#include "base/assert.h"

namespace {

// Public keys whose private halves nobody has.
constexpr const char* keys_text = R"({"keys":[{"kty":"EC","kid":"e","crv":"P-256",)"
                                  R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                                  R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tillbridge;
  using namespace tillbridge::api;
  static const KeySet keys = KeySet::parse(keys_text).value();
  const std::string text(reinterpret_cast<const char*>(data), size);
  const ExpectedToken expected{"https://id.example.com", "hub", "nonce",
                               from_unix_seconds(1'767'225'600)};
  const auto compact = verified_claims(text, keys, expected);
  TB_ASSERT(!compact && compact.error().what.size() < 200);

  // The header from the input, so that the algorithms are reached without guessing base64.
  const std::size_t half = size / 2;
  const std::string built = base64url_encode(text.substr(0, half)) + "." +
                            base64url_encode(text.substr(half)) + "." +
                            base64url_encode(text.substr(0, 64));
  TB_ASSERT(!verified_claims(built, keys, expected));

  const auto parsed = KeySet::parse(text);
  if (parsed) TB_ASSERT(parsed->size() > 0 && !verified_claims(built, *parsed, expected));

  const auto claims = json::parse(text);
  if (claims && claims->is_object()) {
    const json::Object& object = claims->get_object();
    if (check_claims(object, expected)) {
      TB_ASSERT(json::text(object, "iss") == expected.issuer);
      TB_ASSERT(json::text(object, "nonce") == expected.nonce);
    }
    SingleSignOnSettings settings;
    settings.role_of_others = Role::viewer;
    TB_ASSERT(person_from(object, settings).has_value());
  }
  const auto addresses = addresses_from(text, "https://id.example.com");
  if (addresses) TB_ASSERT(addresses->token.starts_with("https://"));
  const std::string path = safe_return_path(text);
  TB_ASSERT(path.starts_with('/') && !path.starts_with("//"));
  return 0;
}
