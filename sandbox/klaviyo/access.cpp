#include "klaviyo/access.h"

#include <algorithm>

#include <fmt/format.h>

namespace sandbox::klaviyo {

namespace bj = boost::json;
namespace http = tillbridge::http;

namespace {

Reply refused(int status, std::string code, std::string title, std::string detail) {
  ApiError error;
  error.status = status;
  error.code = std::move(code);
  error.title = std::move(title);
  error.detail = std::move(detail);
  error.pointer = "/data/";
  return error_reply(std::move(error));
}

bool has_scopes(const std::set<std::string>& granted, std::string_view needed) {
  if (granted.contains("*")) return true;
  while (!needed.empty()) {
    const std::string_view one = needed.substr(0, needed.find(' '));
    if (!granted.contains(std::string(one))) return false;
    needed.remove_prefix(std::min(one.size() + 1, needed.size()));
  }
  return true;
}

std::optional<Reply> check_revision(const Settings& settings, const http::Request& request) {
  const std::string revision(request.header("revision"));
  if (settings.retired_revisions.contains(revision)) {
    return refused(410, "gone", "Gone.", fmt::format("Revision {} is retired.", revision));
  }
  if (settings.revisions.contains(revision)) return std::nullopt;
  return refused(static_cast<int>(settings.bad_revision_status), "invalid", "Invalid API revision.",
                 revision.empty() ? "The header 'revision' is required."
                                  : fmt::format("'{}' is not a revision of this API.", revision));
}

Reply oauth_error(int status, std::string_view error) {
  bj::object body;
  body["error"] = error;
  Reply reply = json_reply(status, body);
  reply.content_type = "application/json";
  return reply;
}

}  // namespace

std::variant<std::string, Reply> Access::admit(const Settings& settings, const Operation& operation,
                                               const http::Request& request,
                                               tillbridge::Instant now) const {
  constexpr std::string_view key_scheme = "Klaviyo-API-Key ";
  constexpr std::string_view token_scheme = "Bearer ";
  const std::string_view header = request.header("Authorization");
  const auto wrong_key = [&settings] {
    return refused(static_cast<int>(settings.wrong_key_status), "authentication_failed",
                   "Incorrect authentication credentials.", "Invalid API key or access token.");
  };
  const std::set<std::string>* scopes = nullptr;
  std::string who;
  if (header.starts_with(key_scheme)) {
    const std::string_view given = header.substr(key_scheme.size());
    const auto key =
        std::find_if(settings.keys.begin(), settings.keys.end(),
                     [given](const ApiKey& one) { return one.key == given && !one.revoked; });
    if (key == settings.keys.end()) return wrong_key();
    scopes = &key->scopes;
    who = "key";
  } else if (header.starts_with(token_scheme)) {
    const auto token = tokens_.find(std::string(header.substr(token_scheme.size())));
    if (token == tokens_.end() || now >= token->second) return wrong_key();
    scopes = &settings.oauth.scopes;
    who = "app";
  } else {
    return refused(401, "not_authenticated", "Authentication credentials were not provided.",
                   "Missing or malformed Authorization header.");
  }
  if (auto wrong = check_revision(settings, request)) return std::move(*wrong);
  if (!has_scopes(*scopes, operation.scopes)) {
    return refused(403, "permission_denied", "You do not have permission to perform this action.",
                   fmt::format("Needed scopes: {}.", operation.scopes));
  }
  return who;
}

std::string Access::fresh(std::string_view prefix) {
  return fmt::format("{}{:016x}{:016x}", prefix, entropy_.next(), entropy_.next());
}

Reply Access::token(Settings& settings, const http::Request& request, tillbridge::Instant now) {
  OAuthApp& app = settings.oauth;
  const auto credentials = http::basic_credentials(request);
  if (!credentials || credentials->user != app.client_id ||
      credentials->password != app.client_secret)
    return oauth_error(401, "invalid_client");
  if (!request.header("Content-Type").starts_with("application/x-www-form-urlencoded"))
    return oauth_error(400, "invalid_request");
  http::Request form;
  form.query = request.body;
  // The first consent needs a person and a browser; only the renewal is simulated.
  if (form.parameter("grant_type") != "refresh_token")
    return oauth_error(400, "unsupported_grant_type");
  if (form.parameter("refresh_token") != app.refresh_token)
    return oauth_error(400, "invalid_grant");
  if (app.rotates_refresh_token) app.refresh_token = fresh("refresh-");
  const std::string token = fresh("access-");
  tokens_[token] = now + std::chrono::seconds{app.access_token_life_s};
  std::string scopes;
  for (const std::string& scope : app.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
  bj::object body;
  body["access_token"] = token;
  body["refresh_token"] = app.refresh_token;
  body["token_type"] = "bearer";
  body["expires_in"] = app.access_token_life_s;
  body["scope"] = scopes;
  Reply reply = json_reply(200, body);
  reply.content_type = "application/json";
  return reply;
}

}  // namespace sandbox::klaviyo
