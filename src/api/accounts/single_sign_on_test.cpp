#include "api/accounts/single_sign_on.h"

#include <cstdlib>
#include <memory>

#include <boost/asio/co_spawn.hpp>
#include <cjose/cjose.h>
#include <gtest/gtest.h>

#include "api/accounts/accounts_for_tests.h"
#include "api/accounts/secret_text.h"
#include "outbound/fake_transport.h"

namespace tillbridge::api {
namespace {

using namespace std::chrono_literals;
using test::run_on;

const std::string issuer = "https://id.example.com";
const std::string client = "tillbridge-console";

// A provider's key pair.
class SigningKey {
 public:
  static SigningKey rsa(const std::string& id, std::size_t bits = 2048) {
    const std::string exponent("\x01\x00\x01", 3);
    cjose_err error{};
    return SigningKey(
        cjose_jwk_create_RSA_random(bits, reinterpret_cast<const std::uint8_t*>(exponent.data()),
                                    exponent.size(), &error),
        id, "RS256");
  }
  static SigningKey ec(const std::string& id, cjose_jwk_ec_curve curve = CJOSE_JWK_EC_P_256) {
    cjose_err error{};
    return SigningKey(cjose_jwk_create_EC_random(curve, &error), id,
                      curve == CJOSE_JWK_EC_P_256 ? "ES256" : "ES384");
  }
  static SigningKey shared(const std::string& secret, const std::string& id) {
    cjose_err error{};
    return SigningKey(
        cjose_jwk_create_oct_spec(reinterpret_cast<const std::uint8_t*>(secret.data()),
                                  secret.size(), &error),
        id, "HS256");
  }

  std::string sign(const std::string& payload, const std::string& algorithm = "",
                   const std::string& critical = "") const {
    cjose_err error{};
    cjose_header_t* header = cjose_header_new(&error);
    const std::string used = algorithm.empty() ? algorithm_ : algorithm;
    cjose_header_set(header, CJOSE_HDR_ALG, used.c_str(), &error);
    if (!id_.empty()) cjose_header_set(header, CJOSE_HDR_KID, id_.c_str(), &error);
    if (!critical.empty()) cjose_header_set_raw(header, "crit", critical.c_str(), &error);
    cjose_jws_t* jws =
        cjose_jws_sign(key_.get(), header, reinterpret_cast<const std::uint8_t*>(payload.data()),
                       payload.size(), &error);
    EXPECT_NE(jws, nullptr) << error.message;
    const char* text = nullptr;
    cjose_jws_export(jws, &text, &error);
    std::string made = text;
    cjose_jws_release(jws);
    cjose_header_release(header);
    return made;
  }
  std::string public_text() const {
    cjose_err error{};
    char* text = cjose_jwk_to_json(key_.get(), false, &error);
    std::string made = text;
    std::free(text);
    return made;
  }

 private:
  SigningKey(cjose_jwk_t* key, std::string id, std::string algorithm)
      : key_(key, cjose_jwk_release), id_(std::move(id)), algorithm_(std::move(algorithm)) {
    cjose_err error{};
    if (!id_.empty()) cjose_jwk_set_kid(key_.get(), id_.c_str(), id_.size(), &error);
  }
  std::shared_ptr<cjose_jwk_t> key_;
  std::string id_;
  std::string algorithm_;
};

std::string key_set(const std::vector<std::string>& keys) {
  std::string text = "{\"keys\":[";
  for (const auto& key : keys) text += (text.ends_with('[') ? "" : ",") + key;
  return text + "]}";
}

const SigningKey& rsa_key() {
  static const SigningKey key = SigningKey::rsa("rsa-1");
  return key;
}
const SigningKey& ec_key() {
  static const SigningKey key = SigningKey::ec("ec-1");
  return key;
}

class IdToken : public testing::Test {
 protected:
  IdToken() {
    expected = ExpectedToken{issuer, client, "the-nonce", ManualClock{}.now()};
    now = to_unix_seconds(expected.now);
    claims["iss"] = issuer;
    claims["aud"] = client;
    claims["sub"] = "8271";
    claims["exp"] = now + 300;
    claims["iat"] = now;
    claims["nonce"] = "the-nonce";
  }
  Result<json::Object> verify(const std::string& token) {
    return verified_claims(token, keys, expected);
  }
  // What is said about the claims as they are, "" when they are taken.
  std::string verdict() {
    const auto taken = verify(rsa_key().sign(json::to_text(claims)));
    if (taken) return "";
    EXPECT_EQ(taken.error().kind, Error::Kind::auth);
    return taken.error().what.substr(taken.error().what.find(": ") + 2);
  }

  KeySet keys = KeySet::parse(key_set({rsa_key().public_text(), ec_key().public_text()})).value();
  ExpectedToken expected;
  std::int64_t now = 0;
  json::Object claims;
};

TEST_F(IdToken, IsTakenWithEitherAlgorithm) {
  EXPECT_EQ(keys.size(), 2U);
  for (const SigningKey* key : {&rsa_key(), &ec_key()}) {
    const auto taken = verify(key->sign(json::to_text(claims)));
    ASSERT_TRUE(taken) << taken.error().what;
    EXPECT_EQ(json::text(*taken, "sub"), "8271");
  }
}

TEST_F(IdToken, ItsClaimsAreHeldAgainstWhatWasAsked) {
  EXPECT_EQ(verdict(), "");
  claims["iss"] = issuer + "/";
  EXPECT_EQ(verdict(), "another issuer's");
  claims["iss"] = issuer;
  claims["aud"] = "somebody-else";
  EXPECT_EQ(verdict(), "made for another application");
  claims["aud"] = json::Array{"somebody-else"};
  EXPECT_EQ(verdict(), "made for another application");
  claims.erase("aud");
  EXPECT_EQ(verdict(), "made for another application");
  claims["aud"] = json::Array{"somebody-else", json::Value(client)};
  EXPECT_EQ(verdict(), "handed out to another application");
  claims["azp"] = "somebody-else";
  EXPECT_EQ(verdict(), "handed out to another application");
  claims["azp"] = client;
  EXPECT_EQ(verdict(), "");
  claims["aud"] = client;
  claims["azp"] = 17;
  EXPECT_EQ(verdict(), "handed out to another application");
  claims.erase("azp");
  claims["nonce"] = "another";
  EXPECT_EQ(verdict(), "it belongs to another sign-in");
  claims.erase("nonce");
  EXPECT_EQ(verdict(), "it belongs to another sign-in");
  claims["nonce"] = "the-nonce";
  claims["sub"] = "";
  EXPECT_EQ(verdict(), "it does not say who it is about");
}

TEST_F(IdToken, ItsTimesHaveAMinuteOfLeeway) {
  claims["exp"] = now - 59;
  EXPECT_EQ(verdict(), "");
  claims["exp"] = now - 60;
  EXPECT_NE(verdict().find("it has expired"), std::string::npos);
  claims["exp"] = "9999999999";
  EXPECT_NE(verdict().find("it has expired"), std::string::npos);
  claims.erase("exp");
  EXPECT_NE(verdict().find("it has expired"), std::string::npos);
  claims["exp"] = static_cast<double>(now) + 0.5;
  EXPECT_EQ(verdict(), "");
  claims["iat"] = now + 60;
  EXPECT_EQ(verdict(), "");
  claims["iat"] = now + 61;
  EXPECT_NE(verdict().find("made in the future"), std::string::npos);
  claims.erase("iat");
  EXPECT_NE(verdict().find("made in the future"), std::string::npos);
  claims["iat"] = now;
  claims["nbf"] = now + 61;
  EXPECT_NE(verdict().find("not valid yet"), std::string::npos);
}

TEST_F(IdToken, NoneOtherThanTheTwoAlgorithmsIsTaken) {
  const std::string payload = json::to_text(claims);
  const std::string body = "." + base64url_encode(payload) + ".";
  for (const char* header : {R"({"alg":"none"})", R"({"alg":"None","kid":"rsa-1"})", R"({})",
                             R"({"alg":"none","kid":"rsa-1"})", R"({"alg":["RS256"]})", "not json",
                             R"({"alg":"RS256","kid":"rsa-1"})"}) {
    for (const char* signature : {"", "AAAA"}) {
      const auto taken = verify(base64url_encode(header) + body + signature);
      ASSERT_FALSE(taken) << header;
      EXPECT_EQ(taken.error().kind, Error::Kind::auth) << header;
    }
  }
  EXPECT_FALSE(verify(rsa_key().sign(payload, "RS512")));
  EXPECT_FALSE(verify(rsa_key().sign(payload, "PS256")));
  EXPECT_FALSE(verify(rsa_key().sign(payload, "", "[\"exp\"]")));
}

TEST_F(IdToken, APublicKeyIsNoSharedSecret) {
  const std::string payload = json::to_text(claims);
  const auto parsed = json::parse(rsa_key().public_text()).value();
  const std::string modulus = json::text(parsed.as_object(), "n").value();
  for (const std::string& secret :
       {rsa_key().public_text(), modulus, base64url_decode(modulus).value()}) {
    const auto taken = verify(SigningKey::shared(secret, "rsa-1").sign(payload));
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().kind, Error::Kind::auth);
    EXPECT_NE(taken.error().what.find("neither RS256 nor ES256"), std::string::npos);
  }
  // Nor would one in the set be used.
  const std::string shared = R"({"kty":"oct","kid":"rsa-1","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQ"})";
  EXPECT_FALSE(KeySet::parse(key_set({shared})));
}

TEST_F(IdToken, ATamperedOneIsRefused) {
  const std::string token = rsa_key().sign(json::to_text(claims));
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  claims["sub"] = "1";
  const std::string forged =
      token.substr(0, first + 1) + base64url_encode(json::to_text(claims)) + token.substr(second);
  EXPECT_EQ(verify(forged).error().kind, Error::Kind::auth);
  for (std::size_t at = 0; at < token.size(); at += 7) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'Q' : 'A';
    EXPECT_FALSE(verify(changed)) << at;
    EXPECT_FALSE(verify(token.substr(0, at)));
  }
  EXPECT_FALSE(verify(""));
  EXPECT_FALSE(verify(".."));
  EXPECT_FALSE(verify(token + ".x"));
  EXPECT_FALSE(verify(std::string(100'000, 'A')));
}

// cjose's own decoder ends the process on these (found by fuzzing).
TEST_F(IdToken, WhatIsNoBase64urlIsRefusedBeforeItIsDecoded) {
  const std::string token = rsa_key().sign(json::to_text(claims));
  const std::string rest = token.substr(token.find('.'));
  for (const char* header : {"5=", "5=\xda\xda", "5", "e30=", "e3 0", "+/8A"}) {
    EXPECT_FALSE(verify(header + rest)) << header;
    EXPECT_FALSE(verify(token + header)) << header;
    json::Object key = json::parse(rsa_key().public_text())->as_object();
    key["n"] = header;
    EXPECT_FALSE(KeySet::parse(key_set({json::to_text(key)}))) << header;
    key = json::parse(ec_key().public_text())->as_object();
    key["y"] = header;
    EXPECT_FALSE(KeySet::parse(key_set({json::to_text(key)}))) << header;
  }
  EXPECT_FALSE(verify("5=\xda." + token));
}

TEST_F(IdToken, KeysThatAreNotKnownAreToldFromWrongSignatures) {
  const std::string payload = json::to_text(claims);
  EXPECT_EQ(verify(SigningKey::rsa("rsa-2").sign(payload)).error().kind, Error::Kind::not_found);
  EXPECT_EQ(verify(SigningKey::rsa("rsa-1").sign(payload)).error().kind, Error::Kind::auth);
  EXPECT_EQ(verify(SigningKey::ec("rsa-1").sign(payload)).error().kind, Error::Kind::auth);
  EXPECT_EQ(verified_claims(rsa_key().sign(payload), KeySet{}, expected).error().kind,
            Error::Kind::not_found);
}

TEST_F(IdToken, KeysThatCannotBeTrustedAreLeftOut) {
  json::Object encrypting = json::parse(rsa_key().public_text())->as_object();
  encrypting["use"] = "enc";
  const std::string weak = SigningKey::rsa("weak", 1024).public_text();
  const std::string other = SigningKey::ec("p384", CJOSE_JWK_EC_P_384).public_text();
  const auto set = KeySet::parse(key_set({json::to_text(encrypting), weak, other, "17", "{}",
                                          R"({"kty":"RSA"})", ec_key().public_text()}));
  ASSERT_TRUE(set);
  EXPECT_EQ(set->size(), 1U);
  EXPECT_TRUE(set->has("ec-1"));
  EXPECT_FALSE(KeySet::parse(key_set({weak})));
  EXPECT_FALSE(KeySet::parse("{}"));
  EXPECT_FALSE(KeySet::parse("<html>"));
}

// As the hub asks its provider, over a transport that tests answer for.
class FakeLine final : public ProviderLine {
 public:
  explicit FakeLine(outbound::Transport& transport) : transport_(transport) {}
  Task<Result<ProviderAnswer>> ask(ProviderQuestion question) override {
    outbound::HttpRequest request;
    request.url = std::move(question.url);
    if (!question.form.empty()) request.method = "POST";
    request.basic_user = std::move(question.user);
    request.basic_password = std::move(question.password);
    request.body = std::move(question.form);
    auto answer = co_await transport_.send(std::move(request));
    if (!answer) co_return fail(answer.error());
    co_return ProviderAnswer{answer->status, std::move(answer->body)};
  }

 private:
  outbound::Transport& transport_;
};

// A provider behind the transport; tests change what it answers.
class SingleSignOnTest : public testing::Test {
 protected:
  SingleSignOnTest() : transport([this](const auto& request) { return answer(request); }) {
    settings.issuer = issuer;
    settings.client_id = client;
    settings.client_secret = Secret{"s3cret/with+signs"};
    settings.label = "Company account";
    settings.redirect_url = "https://hub.example.com/api/v1/single-sign-on/callback";
    settings.rules = {RoleRule{"hub-ops", Role::operator_, {"service"}},
                      RoleRule{"hub-admins", Role::administrator, {"it"}}};
    EXPECT_TRUE(check_settings(settings));
    groups = {"hub-ops"};
    published = {rsa_key().public_text()};
    start_over();
  }
  void start_over() { sign_on.emplace(loop, clock, line, settings); }

  Result<outbound::HttpAnswer> answer(const outbound::HttpRequest& request) {
    if (down) return fail(Error::Kind::retry, "connection refused");
    outbound::HttpAnswer made;
    made.status = 200;
    if (request.url == issuer + "/.well-known/openid-configuration") {
      ++discoveries;
      made.body = R"({"issuer":")" + issuer + R"(","authorization_endpoint":")" + issuer +
                  R"(/auth","token_endpoint":")" + issuer + R"(/token","jwks_uri":")" + issuer +
                  R"(/keys"})";
    } else if (request.url == issuer + "/keys") {
      ++key_fetches;
      made.body = key_set(published);
    } else if (request.url == issuer + "/token") {
      redeemed = request;
      made.status = token_status;
      json::Object claims;
      const auto now = to_unix_seconds(clock.now());
      claims["iss"] = issuer;
      claims["aud"] = client;
      claims["sub"] = "8271";
      claims["exp"] = now + 300;
      claims["iat"] = now;
      claims["nonce"] = nonce;
      claims["preferred_username"] = "anna";
      claims["name"] = "Anna A";
      claims["email"] = "anna@example.com";
      claims["groups"] = groups;
      json::Object body;
      body["id_token"] = signer->sign(json::to_text(claims));
      if (token_status != 200) body["error"] = "invalid_client";
      made.body = json::to_text(body);
    } else {
      made.status = 404;
    }
    return made;
  }

  SingleSignOn::Start start(const std::string& path = "/cases") {
    auto begun = run_on(loop, sign_on->start(path));
    EXPECT_TRUE(begun) << begun.error().what;
    nonce = parameter(begun->url, "nonce");
    return *begun;
  }
  static std::string parameter(const std::string& url, const std::string& name) {
    const auto at = url.find(name + "=") + name.size() + 1;
    return url.substr(at, url.find('&', at) - at);
  }
  SingleSignOn::Answer back(const SingleSignOn::Start& begun) {
    SingleSignOn::Answer made;
    made.code = "the-code";
    made.state = parameter(begun.url, "state");
    return made;
  }
  Result<SingleSignOn::Finish> finish(const SingleSignOn::Answer& came, const std::string& cookie) {
    return run_on(loop, sign_on->finish(came, cookie));
  }
  Result<SingleSignOn::Finish> whole() {
    const auto begun = start();
    return finish(back(begun), begun.cookie_value);
  }

  Loop loop;
  ManualClock clock;
  outbound::FakeTransport transport;
  FakeLine line{transport};
  SingleSignOnSettings settings;
  std::optional<SingleSignOn> sign_on;
  std::vector<std::string> published;
  const SigningKey* signer = &rsa_key();
  json::Array groups;
  std::string nonce;
  int token_status = 200;
  bool down = false;
  int discoveries = 0;
  int key_fetches = 0;
  outbound::HttpRequest redeemed;
};

TEST_F(SingleSignOnTest, TheWholeWay) {
  const auto begun = start("/cases?state=open");
  EXPECT_TRUE(begun.url.starts_with(issuer + "/auth?response_type=code&client_id=" + client));
  EXPECT_EQ(parameter(begun.url, "redirect_uri"),
            "https%3A%2F%2Fhub.example.com%2Fapi%2Fv1%2Fsingle-sign-on%2Fcallback");
  EXPECT_EQ(parameter(begun.url, "scope"), "openid%20profile%20email");
  EXPECT_EQ(parameter(begun.url, "code_challenge_method"), "S256");
  EXPECT_EQ(begun.url.find(begun.cookie_value), std::string::npos);
  const auto done = finish(back(begun), begun.cookie_value);
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(done->return_path, "/cases?state=open");
  EXPECT_EQ(done->person.subject, "8271");
  EXPECT_EQ(done->person.name, "anna");
  EXPECT_EQ(done->person.role, Role::operator_);
  EXPECT_TRUE(done->person.provider_decides);
  EXPECT_EQ(redeemed.basic_user, client);
  EXPECT_EQ(redeemed.basic_password.reveal(), "s3cret%2Fwith%2Bsigns");
  EXPECT_EQ(redeemed.body.find("s3cret"), std::string::npos);
  EXPECT_EQ(parameter(redeemed.body, "code"), "the-code");
  EXPECT_EQ(sha256_base64url(parameter(redeemed.body, "code_verifier")),
            parameter(begun.url, "code_challenge"));
}

TEST_F(SingleSignOnTest, AStateIsGoodForOneAnswerOfTheSameBrowserInTime) {
  const auto begun = start();
  ASSERT_TRUE(finish(back(begun), begun.cookie_value));
  const auto requests = transport.requests().size();
  EXPECT_EQ(finish(back(begun), begun.cookie_value).error().kind, Error::Kind::auth);
  const auto other = start();
  EXPECT_FALSE(finish(back(other), begun.cookie_value));
  EXPECT_FALSE(finish(back(other), other.cookie_value));  // used up by the wrong browser
  EXPECT_FALSE(finish(back(start()), ""));
  const auto late = start();
  clock.advance(10min + 1s);
  EXPECT_FALSE(finish(back(late), late.cookie_value));
  SingleSignOn::Answer made_up;
  made_up.code = "the-code";
  made_up.state = "x";
  EXPECT_FALSE(finish(made_up, begun.cookie_value));
  EXPECT_EQ(transport.requests().size(), requests);  // nothing of this was worth a call
}

TEST_F(SingleSignOnTest, AnswersOfAnotherSignInAreRefused) {
  const auto first = start();
  const auto second = start();  // the provider's token now has the second's nonce
  const auto mixed = finish(back(first), first.cookie_value);
  ASSERT_FALSE(mixed);
  EXPECT_NE(mixed.error().what.find("another sign-in"), std::string::npos);
  auto foreign = back(second);
  foreign.issuer = "https://evil.example.com";
  EXPECT_FALSE(finish(foreign, second.cookie_value));
}

TEST_F(SingleSignOnTest, WhatTheProviderRefusesIsSaidInPlainWords) {
  const auto begun = start();
  auto refused = back(begun);
  refused.error = "access_denied";
  EXPECT_EQ(finish(refused, begun.cookie_value).error().what,
            "the identity provider did not let you in");
  token_status = 401;
  const auto wrong = whole();
  EXPECT_EQ(wrong.error().kind, Error::Kind::auth);
  EXPECT_NE(wrong.error().what.find("invalid_client"), std::string::npos);
  token_status = 503;
  EXPECT_EQ(whole().error().kind, Error::Kind::unavailable);
  token_status = 200;
  groups = {"warehouse"};
  const auto stranger = whole();
  EXPECT_EQ(stranger.error().kind, Error::Kind::auth);
  EXPECT_NE(stranger.error().what.find("none of your groups"), std::string::npos);
}

TEST_F(SingleSignOnTest, NewKeysAreFetchedAtMostOnceAMinute) {
  ASSERT_TRUE(whole());
  ASSERT_TRUE(whole());
  EXPECT_EQ(discoveries, 1);
  EXPECT_EQ(key_fetches, 1);
  // The provider has changed its key.
  signer = &ec_key();
  published = {ec_key().public_text()};
  clock.advance(2min);
  ASSERT_TRUE(whole());
  EXPECT_EQ(key_fetches, 2);
  // Keys nobody knows, one after the other.
  const SigningKey unknown = SigningKey::ec("ec-9");
  signer = &unknown;
  for (int n = 0; n < 10; ++n) EXPECT_EQ(whole().error().kind, Error::Kind::auth);
  EXPECT_EQ(key_fetches, 2);
  clock.advance(1min);
  for (int n = 0; n < 10; ++n) EXPECT_EQ(whole().error().kind, Error::Kind::auth);
  EXPECT_EQ(key_fetches, 3);
  signer = &ec_key();
  EXPECT_TRUE(whole());
}

TEST_F(SingleSignOnTest, AProviderThatIsDownIsNoReasonToForgetIt) {
  down = true;
  const auto begun = run_on(loop, sign_on->start("/"));
  EXPECT_EQ(begun.error().kind, Error::Kind::unavailable);
  down = false;
  ASSERT_TRUE(whole());
  clock.advance(24h);
  down = true;
  const auto old = run_on(loop, sign_on->start("/"));
  EXPECT_TRUE(old);
  EXPECT_EQ(finish(back(*old), old->cookie_value).error().kind, Error::Kind::unavailable);
}

}  // namespace
}  // namespace tillbridge::api
