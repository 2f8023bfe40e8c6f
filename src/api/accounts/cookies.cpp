#include "api/accounts/cookies.h"

namespace tillbridge::api {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string prefixed(std::string_view cookie, bool tls) {
  return (tls ? "__Host-" : "") + std::string(cookie);
}

}  // namespace

std::string session_cookie(bool tls) {
  return prefixed("tillbridge", tls);
}

std::string single_sign_on_cookie(bool tls) {
  return prefixed("tillbridge-sso", tls);
}

std::string set_cookie(std::string_view cookie, std::string_view value, bool tls,
                       Duration max_age) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(max_age).count();
  std::string text = std::string(cookie) + "=" + std::string(value);
  text += "; Path=/; Max-Age=" + std::to_string(seconds) + "; HttpOnly; SameSite=Lax";
  if (tls) text += "; Secure";
  return text;
}

std::string clear_cookie(std::string_view cookie, bool tls) {
  return set_cookie(cookie, "", tls, Duration{0});
}

std::optional<std::string> cookie_in(std::string_view header, std::string_view cookie) {
  while (!header.empty()) {
    const std::size_t end = header.find(';');
    const std::string_view pair = trimmed(header.substr(0, end));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && trimmed(pair.substr(0, equals)) == cookie) {
      std::string_view value = trimmed(pair.substr(equals + 1));
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      return std::string(value);
    }
    if (end == std::string_view::npos) break;
    header.remove_prefix(end + 1);
  }
  return std::nullopt;
}

}  // namespace tillbridge::api
