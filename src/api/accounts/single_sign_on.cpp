#include "api/accounts/single_sign_on.h"

namespace tillbridge::api {
namespace {

constexpr Duration kept_for = std::chrono::hours{12};  // addresses and keys
constexpr Duration between_fetches = std::chrono::minutes{1};
constexpr int ok = 200;

tl::unexpected<Error> not_reached(const std::string& why) {
  return fail(Error::Kind::unavailable,
              "the identity provider cannot be asked right now: " + why + "; try again later");
}

tl::unexpected<Error> start_again() {
  return fail(Error::Kind::auth,
              "this sign-in was begun in another browser, too long ago, or is done already; sign "
              "in again");
}

std::string words_for(const std::string& error) {
  if (error == "access_denied") return "the identity provider did not let you in";
  if (error == "login_required" || error == "interaction_required") {
    return "the identity provider asks for a sign-in of your own";
  }
  if (error == "temporarily_unavailable" || error == "server_error") {
    return "the identity provider has a problem; try again later";
  }
  return "the identity provider refused the sign-in; its settings for this console may be wrong";
}

}  // namespace

SingleSignOn::SingleSignOn(Loop& loop, const Clock& clock, ProviderLine& provider,
                           SingleSignOnSettings settings)
    : clock_(clock), provider_(provider), settings_(std::move(settings)), turns_(loop) {}

Task<Result<std::string>> SingleSignOn::get(std::string url) {
  ProviderQuestion question;
  question.url = std::move(url);
  auto answer = co_await provider_.ask(std::move(question));
  if (!answer) co_return not_reached(answer.error().what);
  if (answer->status != ok) {
    co_return not_reached("it answered " + std::to_string(answer->status));
  }
  co_return std::move(answer->body);
}

Task<Result<ProviderAddresses>> SingleSignOn::addresses() {
  const auto mine = co_await turns_.take(std::string("addresses"));
  const Tick now = clock_.tick();
  if (addresses_ && now - addresses_at_ < kept_for) co_return *addresses_;
  const auto document = co_await get(discovery_url(settings_.issuer));
  if (document) {
    auto found = addresses_from(*document, settings_.issuer);
    if (!found && !addresses_) co_return fail(found.error());
    if (found) addresses_ = std::move(*found);
  }
  // Old addresses are better than none while the provider stumbles.
  if (!addresses_) co_return fail(document.error());
  addresses_at_ = now;
  co_return *addresses_;
}

Task<Result<void>> SingleSignOn::fetch_keys(std::string url) {
  const auto asked_at = clock_.tick();
  const auto mine = co_await turns_.take(std::string("keys"));
  // Somebody else has fetched them while we waited, or just before.
  const bool tried = keys_tried_at_ != Tick{};
  if (tried && (keys_tried_at_ >= asked_at || asked_at - keys_tried_at_ < between_fetches)) {
    if (keys_) co_return Result<void>{};
    co_return not_reached("its keys could not be fetched a moment ago");
  }
  keys_tried_at_ = clock_.tick();
  TB_CO_TRY(const std::string document, co_await get(std::move(url)));
  TB_CO_TRY(keys_, KeySet::parse(document));
  keys_at_ = clock_.tick();
  co_return Result<void>{};
}

Task<Result<SingleSignOn::Start>> SingleSignOn::start(std::string return_path) {
  TB_CO_TRY(const ProviderAddresses to, co_await addresses());
  auto begun = tries_.begin(safe_return_path(return_path), clock_.tick());
  Start start;
  start.url = authorization_url(settings_, to, begun.secrets);
  start.cookie_value = std::move(begun.browser);
  co_return start;
}

Task<Result<json::Object>> SingleSignOn::claims_of(std::string id_token, std::string nonce,
                                                   std::string keys_url) {
  if (!keys_ || clock_.tick() - keys_at_ >= kept_for) {
    const auto fetched = co_await fetch_keys(keys_url);
    if (!fetched && !keys_) co_return fail(fetched.error());
  }
  ExpectedToken expected{settings_.issuer, settings_.client_id, std::move(nonce), clock_.now()};
  auto claims = verified_claims(id_token, *keys_, expected);
  if (!claims && claims.error().kind == Error::Kind::not_found) {
    TB_CO_CHECK(co_await fetch_keys(std::move(keys_url)));
    claims = verified_claims(id_token, *keys_, expected);
  }
  if (!claims && claims.error().kind != Error::Kind::auth) {
    co_return fail(Error::Kind::auth,
                   "the identity provider's token is not to be trusted: " + claims.error().what);
  }
  co_return claims;
}

Task<Result<SingleSignOn::Finish>> SingleSignOn::finish(Answer answer, std::string cookie_value) {
  // First, whatever else it holds: a state is good for one answer.
  const auto begun = tries_.take(answer.state, cookie_value, clock_.tick());
  if (!begun) co_return start_again();
  if (!answer.issuer.empty() && answer.issuer != settings_.issuer) {
    co_return fail(Error::Kind::auth, "the answer came from another identity provider");
  }
  if (!answer.error.empty()) co_return fail(Error::Kind::auth, words_for(answer.error));
  if (answer.code.empty()) {
    co_return fail(Error::Kind::auth, "the identity provider's answer holds no code");
  }
  TB_CO_TRY(const ProviderAddresses to, co_await addresses());
  ProviderQuestion question;
  question.url = to.token;
  // RFC 6749, 2.3.1: both are form-encoded before they become Basic.
  question.user = form_encoded(settings_.client_id);
  question.password = Secret{form_encoded(settings_.client_secret.reveal())};
  question.form = redemption_body(settings_, answer.code, begun->secrets.verifier);
  const auto redeemed = co_await provider_.ask(std::move(question));
  if (!redeemed) co_return not_reached(redeemed.error().what);
  TB_CO_TRY(std::string id_token, id_token_from(redeemed->status, redeemed->body));
  TB_CO_TRY(const json::Object claims,
            co_await claims_of(std::move(id_token), begun->secrets.nonce, to.keys));
  Finish finish;
  TB_CO_TRY(finish.person, person_from(claims, settings_));
  finish.return_path = begun->return_path;
  co_return finish;
}

}  // namespace tillbridge::api
