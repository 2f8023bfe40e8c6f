#include "bloomreach/access.h"

#include <algorithm>

namespace sandbox::bloomreach {
namespace {

std::optional<std::string> public_token_of(const tillbridge::http::Request& request) {
  constexpr std::string_view scheme = "Token ";
  const std::string_view header = request.header("Authorization");
  if (header.starts_with(scheme)) return std::string(header.substr(scheme.size()));
  if (header.empty()) return request.parameter("access_token");
  return std::nullopt;
}

}  // namespace

std::variant<Access, Reply> admit(const Settings& settings, const Target& target,
                                  const tillbridge::http::Request& request,
                                  tillbridge::Instant now) {
  if (target.project_token != settings.project_token) {
    const bool truncated = target.project_token.size() != settings.project_token.size();
    return error_text(400, truncated ? "Invalid project id" : "Could not authenticate");
  }
  if (const auto token = public_token_of(request);
      token && allows_public_access(target.route) && !settings.public_token.empty()) {
    if (*token != settings.public_token) return error_text(401, "access key not found");
    return Access{};
  }
  const auto credentials = tillbridge::http::basic_credentials(request);
  if (!credentials) return error_text(401, "access key not provided");
  const auto key =
      std::find_if(settings.keys.begin(), settings.keys.end(), [&credentials](const ApiKey& known) {
        return known.id == credentials->user && !known.revoked;
      });
  if (key == settings.keys.end()) return error_text(401, "access key not found");
  const bool by_previous = !key->previous_secret.empty() && now < key->previous_until &&
                           credentials->password == key->previous_secret;
  if (credentials->password != key->secret && !by_previous)
    return error_text(403, "invalid secret");
  return Access{key->permissions};
}

}  // namespace sandbox::bloomreach
