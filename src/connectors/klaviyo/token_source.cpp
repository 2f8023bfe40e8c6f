#include "connectors/klaviyo/token_source.h"

#include <algorithm>

#include <boost/asio/this_coro.hpp>

#include "base/json.h"
#include "connectors/http_answer.h"
#include "connectors/klaviyo/url_text.h"

namespace tillbridge::connectors::klaviyo {
namespace {

// A token that ends sooner than this is not used any more: the call must still arrive in time.
constexpr Duration margin = std::chrono::minutes{1};
constexpr std::int64_t lifetime_seconds_default = 3'600;
constexpr std::int64_t lifetime_seconds_max = 86'400;

Outcome trouble(int status, std::string reason) {
  Outcome outcome;
  outcome.kind = Outcome::Kind::transient;
  outcome.http_status = status;
  outcome.connection_at_fault = true;
  outcome.reason = std::move(reason);
  return outcome;
}

// {"error":"invalid_grant"} of the token call, which has an error form of its own.
std::string oauth_error(const std::string& body) {
  const auto parsed = json::parse(body);
  const json::Object* object = parsed ? parsed->if_object() : nullptr;
  const auto error = object == nullptr ? std::nullopt : json::text(*object, "error");
  return error ? ": " + connectors::safe_excerpt(*error) : std::string{};
}

}  // namespace

TokenSource::TokenSource(outbound::Transport& transport, const Clock& clock, Config config)
    : transport_(transport), clock_(clock), config_(std::move(config)) {}

bool TokenSource::is_fresh() const {
  return !access_token_.empty() && clock_.tick() + margin < ends_at_;
}

void TokenSource::refused(std::uint64_t generation) {
  if (generation == generation_) access_token_ = Secret{};
}

outbound::HttpRequest TokenSource::refresh_request() const {
  outbound::HttpRequest request;
  request.method = "POST";
  request.url = config_.base_url + "/oauth/token";
  request.headers.emplace_back("Accept", "application/json");
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  request.basic_user = config_.oauth.client_id;
  request.basic_password = config_.oauth.client_secret;
  request.body =
      "grant_type=refresh_token&refresh_token=" + url_encoded(config_.oauth.refresh_token.reveal());
  request.connect_time_max = config_.connect_time_max;
  request.total_time_max = config_.total_time_max;
  return request;
}

Answer TokenSource::take(const Result<outbound::HttpAnswer>& answer) {
  Answer made = classify(answer);
  const int status = made.outcome.http_status;
  made.body.clear();
  made.quota.reset();  // not of the calls that the caller counts
  if (made.outcome.kind == Outcome::Kind::throttled) return made;
  if (made.outcome.kind != Outcome::Kind::delivered) {
    // Nothing of the caller's data was sent: whatever went wrong is the connection's.
    std::string why = "no OAuth token: " + made.outcome.reason;
    if (answer && status >= 400 && status < 500)
      why = "no OAuth token: Klaviyo answered " + std::to_string(status) +
            oauth_error(answer->body) +
            ": check client_id and client_secret, or connect the app "
            "again";
    made.outcome = trouble(status, std::move(why));
    return made;
  }
  const auto parsed = json::parse(answer->body);
  const json::Object* object = parsed ? parsed->if_object() : nullptr;
  const auto access = object == nullptr ? std::nullopt : json::text(*object, "access_token");
  if (!access) {
    made.outcome = trouble(status, "no OAuth token: Klaviyo's answer holds none: check base_url");
    return made;
  }
  access_token_ = Secret{*access};
  ++generation_;
  const std::int64_t lifetime =
      json::integer(*object, "expires_in").value_or(lifetime_seconds_default);
  ends_at_ = clock_.tick() +
             std::chrono::seconds{std::clamp<std::int64_t>(lifetime, 0, lifetime_seconds_max)};
  const auto rotated = json::text(*object, "refresh_token");
  if (rotated && *rotated != config_.oauth.refresh_token.reveal()) {
    config_.oauth.refresh_token = Secret{*rotated};
    if (on_refresh_token) on_refresh_token(config_.oauth.refresh_token);
  }
  return made;
}

Task<void> TokenSource::refresh() {
  refreshing_ = true;
  const Result<outbound::HttpAnswer> answer = co_await transport_.send(refresh_request());
  refreshing_ = false;
  ++refreshes_;
  last_ = take(answer);
  if (refreshed_) refreshed_->notify();
}

Task<TokenSource::Token> TokenSource::token() {
  Token token;
  token.answer.outcome.kind = Outcome::Kind::delivered;
  if (!is_fresh()) {
    if (refreshing_) {
      const std::uint64_t seen = refreshes_;
      if (!refreshed_) {
        Loop& loop = (co_await boost::asio::this_coro::executor).context();
        refreshed_ = std::make_unique<Signal>(loop);
      }
      // The transport ends every call, so this does not wait for ever.
      while (refreshes_ == seen) co_await refreshed_->wait(config_.total_time_max);
    } else {
      co_await refresh();
    }
    token.answer = last_;
  }
  token.text = access_token_;
  token.generation = generation_;
  co_return token;
}

}  // namespace tillbridge::connectors::klaviyo
