#pragma once
// The people and tokens that may use the console's API: accounts, sessions, tokens, the first run.
// All of it is held in memory (people are few) and kept on an AccountShelf; whatever was answered
// is durable. Core thread. Outlives its calls.
//
// Errors: auth           wrong name, password, code or session
//         rate_limited   too many tries; retry_after says how long
//         invalid_input  what was typed cannot be taken; says why
//         not_found      no such account or token
//         rejected       against the state of things: exists already, is the last administrator
//         unavailable    the journal or the machine is too busy

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/accounts/account_documents.h"
#include "api/accounts/account_shelf.h"
#include "api/accounts/password.h"
#include "api/accounts/roles.h"
#include "api/accounts/sign_in_throttle.h"
#include "base/async.h"
#include "base/secret.h"
#include "base/turns.h"

namespace tillbridge::api {

struct AccountLimits {
  Duration session_idle_max = std::chrono::hours{12};
  Duration session_age_max = std::chrono::hours{24 * 7};
  Duration seen_written_every = std::chrono::minutes{5};
  std::size_t users_max = 1'000;             // LIMIT
  std::size_t tokens_max = 200;              // LIMIT
  std::size_t sessions_of_user_max = 20;     // LIMIT: the one unused for longest ends
  std::size_t preferences_bytes_max = 8192;  // LIMIT
  ThrottleLimits throttle = {};
};

struct NewUser {
  std::string name, display, email;
  Role role = Role::viewer;
  std::vector<std::string> teams;
  Secret password;                   // empty: a first password is made
  bool must_change_password = true;  // of the given one; a made one always has to be changed
};

struct UserChange {  // what is absent stays
  std::optional<std::string> display, email;
  std::optional<Role> role;
  std::optional<std::vector<std::string>> teams;
  std::optional<bool> disabled;
};

struct TokenWish {
  std::string name;
  Role role = Role::viewer;
  std::vector<std::string> teams;
  std::optional<Instant> expires_at;
};

// Somebody whom an identity provider has vouched for.
struct SignedOnPerson {
  std::string issuer, subject;       // together who it is
  std::string name, display, email;  // as the provider says; proposals
  Role role = Role::viewer;
  std::vector<std::string> teams;
  // The provider's groups decide role and teams at every sign-in; else at the first only.
  bool provider_decides = false;
};

class Accounts {
 public:
  struct SignedIn {
    Caller caller;
    Secret session_secret;  // the cookie's value
    bool created = false;   // the account came into being with it (single sign-on)
  };
  struct UserAndPassword {
    User user;
    Secret password;  // the one made; empty when one was given
  };
  struct TokenAndSecret {
    Token token;
    Secret secret;  // "tb_...": shown once
  };

  Accounts(Loop& loop, const Clock& clock, AccountShelf& shelf, PasswordHasher& hasher,
           AccountLimits limits = {});

  // Before anything else. corrupt when an account cannot be read: to go on without it could open
  // the first run to anybody.
  Task<Result<void>> load();

  // There is no account yet. The code is made by load() (140 bits) and is worth nothing any more
  // once there is an account.
  bool is_first_run() const { return accounts_.empty(); }
  std::optional<Secret> first_run_code() const;
  // The first administrator, signed in. not_found when there are accounts already.
  Task<Result<SignedIn>> first_run(std::string code, std::string name, std::string display,
                                   Secret password, std::string peer);

  // The same answer for a wrong password and for an account that does not exist, is disabled or has
  // no password.
  Task<Result<SignedIn>> sign_in(std::string name, Secret password, std::string peer);
  // Links by (issuer, subject), never by name or address. auth for a disabled account; rejected
  // when this would make the first account of the hub without being an administrator.
  Task<Result<SignedIn>> sign_on(SignedOnPerson person);
  Task<Result<void>> sign_out(std::string session_key);

  // Whose session (the cookie's value) or token ("tb_...") this is. Now and then notes durably when
  // it was last seen; that it could not be noted is no reason to refuse.
  Task<std::optional<Caller>> session(std::string session_secret);
  Task<std::optional<Caller>> token(std::string token_secret);
  // For answers that go on: whether the session or token still stands.
  bool still_stands(const Caller& caller) const;

  // Other sessions of the account end.
  Task<Result<void>> change_password(Caller caller, Secret old_password, Secret new_password);
  Task<Result<void>> set_preferences(Caller caller, json::Object preferences);

  std::vector<User> users() const;  // by name
  std::optional<User> user(std::string_view name) const;
  Task<Result<UserAndPassword>> add_user(NewUser wish);
  // before, after
  Task<Result<std::pair<User, User>>> change_user(std::string name, UserChange change);
  Task<Result<User>> remove_user(std::string name);
  Task<Result<Secret>> reset_password(std::string name);

  std::vector<Token> tokens() const;  // newest first
  Task<Result<TokenAndSecret>> add_token(TokenWish wish, std::string by);
  Task<Result<Token>> remove_token(std::string id);

  const AccountLimits& limits() const { return limits_; }

 private:
  using Sessions = std::map<std::string, Session, std::less<>>;  // by digest
  using Changes = std::vector<ShelfEntry>;

  // Everything that changes something holds it from reading to storing.
  Task<Turns::Turn> turn() { return turns_.take(std::string("accounts")); }
  Account* find(std::string_view name);
  const Account* find(std::string_view name) const;
  bool is_alive(const Session& session, Instant now) const;
  Caller caller_of(const Account& account, const std::string& digest) const;
  bool is_last_administrator(const Account& account) const;
  Account* linked(const std::string& issuer, const std::string& subject);
  std::string free_name(const std::string& wanted) const;

  // Stores the account and the end of its sessions but for one; takes it over once it is durable.
  Task<Result<void>> store(Account account, bool end_sessions, std::string kept_digest);
  // Stores the account with a new session. With the turn held.
  Task<Result<SignedIn>> begin_session(Account account);
  void forget_ended_sessions(const std::string& user, Changes& changes) const;
  void drop_sessions(const Changes& changes);
  Task<void> note_seen(std::string digest);
  Task<void> note_token_seen(std::string digest);
  Error too_many_tries(Duration wait) const;

  const Clock& clock_;
  AccountShelf& shelf_;
  PasswordHasher& hasher_;
  const AccountLimits limits_;
  Turns turns_;
  SignInThrottle throttle_;
  std::map<std::string, Account, std::less<>> accounts_;
  Sessions sessions_;
  std::map<std::string, Token, std::less<>> tokens_;  // by digest
  Secret first_run_code_;
};

}  // namespace tillbridge::api
