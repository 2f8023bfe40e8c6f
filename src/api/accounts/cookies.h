#pragma once
// The two cookies of the console (RFC 6265bis): HttpOnly, SameSite=Lax, Path=/, and Secure with the
// __Host- prefix when the listener is TLS. Lax, because the identity provider sends the browser
// back with a link. Pure; any thread.

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace tillbridge::api {

std::string session_cookie(bool tls);  // its name: "__Host-tillbridge" or "tillbridge"
// Binds a single sign-on to the browser that began it: "__Host-tillbridge-sso", "tillbridge-sso".
std::string single_sign_on_cookie(bool tls);

// Values of a Set-Cookie header. The value holds base64url only.
std::string set_cookie(std::string_view cookie, std::string_view value, bool tls, Duration max_age);
std::string clear_cookie(std::string_view cookie, bool tls);

// The first of this name in a Cookie header.
std::optional<std::string> cookie_in(std::string_view header, std::string_view cookie);

}  // namespace tillbridge::api
