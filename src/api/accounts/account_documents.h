#pragma once
// What Accounts keeps, and its documents on the shelf (JSON, times in microseconds since 1970):
//
//   user/<name>               an account, with the hash of its password
//   session/<digest>          a session, under the digest of its secret
//   token/<digest>            an API token, the same
//   view/<user>/<name>        saved views; Accounts only removes them with their user
//
// Pure; any thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/accounts/account_shelf.h"
#include "api/accounts/roles.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace tillbridge::api {

struct User {
  enum class Source : std::uint8_t { password, single_sign_on };

  std::string name;  // lower case: see normal_user_name
  std::string display;
  std::string email;
  Role role = Role::viewer;
  std::vector<std::string> teams;
  Source source = Source::password;
  bool disabled = false;
  bool must_change_password = false;
  Instant created_at;
  std::optional<Instant> last_seen_at;  // to about five minutes
  json::Object preferences;
};

std::string_view name(User::Source source);  // "password", "single_sign_on"

struct Account {
  User user;
  std::string password_hash;    // "" without a password
  std::string issuer, subject;  // of single sign-on
};

struct Session {
  std::string user;
  Instant created_at;
  Instant seen_at;    // in memory to the request, on the shelf to five minutes
  Instant stored_at;  // what of it is on the shelf; not a part of the document
};

struct Token {
  std::string id;  // decimal
  std::string name;
  Role role = Role::viewer;
  std::vector<std::string> teams;
  Instant created_at;
  std::string by;
  std::optional<Instant> expires_at;
  std::optional<Instant> last_seen_at;
};

std::string user_key(std::string_view user);
std::string session_key(std::string_view digest);
std::string token_key(std::string_view digest);
std::string views_prefix(std::string_view user);

std::string document_of(const Account& account);
std::string document_of(const Session& session);
std::string document_of(const Token& token);

// corrupt, naming the key.
Result<Account> account_from(const ShelfEntry& entry);
Result<Session> session_from(const ShelfEntry& entry);
Result<Token> token_from(const ShelfEntry& entry);

// Lower case, 1 to 64 of a-z 0-9 . _ - @ +, beginning with a letter or digit; invalid_input else.
// So a name never clashes with "token ...", "control token" and paths.
Result<std::string> normal_user_name(std::string_view typed);
// A name of this form made of any text, "user" when nothing is left.
std::string user_name_from(std::string_view text);

// Text for people: trimmed, without control characters, 1 to 100 bytes of it.
Result<std::string> display_text(std::string_view text, std::string_view what);
Result<std::string> email_text(std::string_view text);  // "" is none
// Without blanks around, empty ones and doubles; at most 50.
Result<std::vector<std::string>> team_list(const std::vector<std::string>& teams);

}  // namespace tillbridge::api
