#include "api/accounts/sign_on_documents.h"

#include <algorithm>

#include "api/accounts/secret_text.h"

namespace tillbridge::api {
namespace {

constexpr std::size_t url_bytes_max = 2'000;

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != '\\'; });
}

std::string_view host_of(std::string_view url, std::string_view scheme) {
  std::string_view rest = url.substr(scheme.size());
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (rest.find('@') != std::string_view::npos) return {};
  if (rest.starts_with('[')) return rest.substr(0, rest.find(']') + 1);
  return rest.substr(0, rest.find(':'));
}

// https, or http of this machine (for trials).
bool is_address(std::string_view url) {
  constexpr std::string_view https = "https://";
  constexpr std::string_view http = "http://";
  if (!is_plain(url) || url.size() > url_bytes_max || url.find('#') != std::string_view::npos) {
    return false;
  }
  if (url.starts_with(https)) return !host_of(url, https).empty();
  if (!url.starts_with(http)) return false;
  const std::string_view host = host_of(url, http);
  return host == "127.0.0.1" || host == "localhost" || host == "[::1]";
}

tl::unexpected<Error> wrong_setting(std::string what) {
  return fail(Error::Kind::invalid_input, "single sign-on: " + std::move(what));
}

tl::unexpected<Error> wrong_document(std::string what) {
  return fail(Error::Kind::invalid_input,
              "the identity provider's description of itself " + std::move(what));
}

std::vector<std::string> texts_of(const json::Object& claims, const std::string& name) {
  std::vector<std::string> texts;
  if (const auto text = json::text(claims, name)) texts.push_back(*text);
  if (const json::Array* array = json::array(claims, name)) {
    for (const json::Value& value : *array) {
      if (const auto* text = value.if_string()) texts.emplace_back(text->data(), text->size());
    }
  }
  return texts;
}

// A provider's error code for people: such codes are lower-case words.
std::string shown_code(std::string_view code) {
  constexpr std::size_t shown_max = 60;
  std::string shown;
  for (const char c : code.substr(0, shown_max)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    shown.push_back(plain ? c : '?');
  }
  return shown;
}

}  // namespace

std::string form_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string made;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      made.push_back(c);
    } else {
      made.push_back('%');
      made.push_back(hex[static_cast<unsigned char>(c) >> 4U]);
      made.push_back(hex[static_cast<unsigned char>(c) & 15U]);
    }
  }
  return made;
}

Result<void> check_settings(const SingleSignOnSettings& settings) {
  if (!is_address(settings.issuer) || settings.issuer.find('?') != std::string::npos) {
    return wrong_setting("issuer has to be the provider's https address");
  }
  if (!is_address(settings.redirect_url)) {
    return wrong_setting(
        "redirect_url has to be the console's https address with /api/v1/single-sign-on/callback");
  }
  if (settings.client_id.empty()) return wrong_setting("client_id is missing");
  if (settings.client_secret.empty()) return wrong_setting("client_secret is missing");
  const std::string scopes = " " + settings.scopes + " ";
  if (scopes.find(" openid ") == std::string::npos) {
    return wrong_setting("scopes has to contain openid");
  }
  if (!settings.rules.empty() && settings.role_claim.empty()) {
    return wrong_setting("the rules for roles need the name of a claim");
  }
  if (settings.rules.empty() && !settings.role_of_others) {
    return wrong_setting("without rules and without a role for others nobody could sign in");
  }
  return {};
}

std::string discovery_url(const std::string& issuer) {
  const bool slash = issuer.ends_with('/');
  return issuer + (slash ? "" : "/") + ".well-known/openid-configuration";
}

Result<ProviderAddresses> addresses_from(std::string_view document, const std::string& issuer) {
  const auto parsed = json::parse(document);
  const json::Object* object = parsed ? parsed->if_object() : nullptr;
  if (object == nullptr) return wrong_document("cannot be read; is the issuer right?");
  if (json::text(*object, "issuer") != issuer) {
    return wrong_document(
        "names another issuer than the settings do; they have to be the same to "
        "the letter");
  }
  ProviderAddresses addresses;
  addresses.authorization = json::text(*object, "authorization_endpoint").value_or("");
  addresses.token = json::text(*object, "token_endpoint").value_or("");
  addresses.keys = json::text(*object, "jwks_uri").value_or("");
  const bool trial = issuer.starts_with("http://");
  for (const auto& url : {addresses.authorization, addresses.token, addresses.keys}) {
    if (!is_address(url) || (!trial && !url.starts_with("https://"))) {
      return wrong_document("has an address that is missing or not https");
    }
  }
  return addresses;
}

std::string authorization_url(const SingleSignOnSettings& settings,
                              const ProviderAddresses& addresses, const SignOnSecrets& secrets) {
  const bool has_query = addresses.authorization.find('?') != std::string::npos;
  std::string url = addresses.authorization + (has_query ? "&" : "?") + "response_type=code";
  url += "&client_id=" + form_encoded(settings.client_id);
  url += "&redirect_uri=" + form_encoded(settings.redirect_url);
  url += "&scope=" + form_encoded(settings.scopes);
  url += "&state=" + form_encoded(secrets.state);
  url += "&nonce=" + form_encoded(secrets.nonce);
  url += "&code_challenge=" + sha256_base64url(secrets.verifier) + "&code_challenge_method=S256";
  return url;
}

std::string redemption_body(const SingleSignOnSettings& settings, const std::string& code,
                            const std::string& verifier) {
  return "grant_type=authorization_code&code=" + form_encoded(code) +
         "&redirect_uri=" + form_encoded(settings.redirect_url) +
         "&code_verifier=" + form_encoded(verifier);
}

Result<std::string> id_token_from(int status, std::string_view body) {
  constexpr int ok = 200;
  const auto parsed = json::parse(body);
  const json::Object* object = parsed ? parsed->if_object() : nullptr;
  if (status != ok) {
    const auto code = object == nullptr ? std::nullopt : json::text(*object, "error");
    const std::string said = code ? " (" + shown_code(*code) + ")" : std::string{};
    const bool theirs = status >= 500 || status == 429;
    return fail(theirs ? Error::Kind::unavailable : Error::Kind::auth,
                "the identity provider did not redeem the sign-in: it answered " +
                    std::to_string(status) + said +
                    (theirs ? "; try again later" : "; check client_id and client_secret"));
  }
  auto token = object == nullptr ? std::nullopt : json::text(*object, "id_token");
  if (!token) {
    return fail(Error::Kind::auth,
                "the identity provider's answer holds no ID token; scopes has to contain openid");
  }
  return std::move(*token);
}

Result<SignedOnPerson> person_from(const json::Object& claims,
                                   const SingleSignOnSettings& settings) {
  SignedOnPerson person;
  person.issuer = json::text(claims, "iss").value_or("");
  person.subject = json::text(claims, "sub").value_or("");
  person.email = json::text(claims, "email").value_or("");
  person.name = json::text(claims, "preferred_username").value_or(person.email);
  person.display = json::text(claims, "name").value_or(person.name);
  person.provider_decides = !settings.rules.empty();
  std::optional<Role> role;
  const std::vector<std::string> values = texts_of(claims, settings.role_claim);
  for (const RoleRule& rule : settings.rules) {
    if (std::find(values.begin(), values.end(), rule.value) == values.end()) continue;
    role = std::max(role.value_or(rule.role), rule.role);
    person.teams.insert(person.teams.end(), rule.teams.begin(), rule.teams.end());
  }
  if (!role) role = settings.role_of_others;
  if (!role) {
    return fail(Error::Kind::auth,
                "you are known to the identity provider, but none of your groups may use this "
                "console; ask an administrator");
  }
  person.role = *role;
  return person;
}

std::string safe_return_path(std::string_view path) {
  // "//host" and "/\host" lead browsers elsewhere.
  const bool ours = path.starts_with('/') && !path.starts_with("//") && is_plain(path) &&
                    path.size() <= url_bytes_max;
  return ours ? std::string(path) : std::string("/");
}

}  // namespace tillbridge::api
