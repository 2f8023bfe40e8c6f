#pragma once
// Making, storing and comparing what only one side may know. Any thread.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace tillbridge::api {

// This many random bytes from the operating system, as base64url without padding.
std::string random_text(std::size_t bytes);

// For people to read and type: "k3mz-9wq7-..." in groups of characters that cannot be mixed up
// (Crockford's base 32, lower case: 5 bits each).
Secret readable_code(int groups, int group_length);
// The same code however it was typed: capitals, blanks and missing dashes, o for 0, i or l for 1.
std::string normal_code(std::string_view typed);

// BLAKE2b-256 in hex: what is kept of a secret that has at least 128 random bits.
std::string digest_of(std::string_view secret);

// Of everything that changes something, for the session with this secret: needs no storage, and
// tells nothing about the secret.
std::string csrf_token_of(std::string_view session_secret);
// Takes the same time for every candidate.
bool csrf_token_matches(std::string_view session_secret, std::string_view candidate);

// RFC 4648, 5, without padding. SHA-256 in this form is PKCE's S256 (RFC 7636, 4.2).
std::string base64url_encode(std::string_view bytes);
Result<std::string> base64url_decode(std::string_view text);
std::string sha256_base64url(std::string_view text);

// libsodium's one-time start; every function here and the password hashing do it themselves.
void start_sodium();

}  // namespace tillbridge::api
