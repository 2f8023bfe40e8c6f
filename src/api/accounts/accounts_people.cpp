// Accounts: what administrators do with accounts and tokens, and people with their own.

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "api/accounts/accounts.h"
#include "api/accounts/secret_text.h"
#include "base/entropy.h"

namespace tillbridge::api {
namespace {

constexpr int password_groups = 4;  // 100 bits
constexpr int password_group_length = 5;

Secret first_password() {
  return readable_code(password_groups, password_group_length);
}

tl::unexpected<Error> no_account(const std::string& name) {
  return fail(Error::Kind::not_found, "there is no account named " + name);
}

tl::unexpected<Error> last_administrator(const std::string& name) {
  return fail(Error::Kind::rejected, name +
                                         " is the last administrator; make somebody else one "
                                         "first");
}

tl::unexpected<Error> no_password_here() {
  return fail(Error::Kind::rejected,
              "the account signs in through single sign-on; its password is changed there");
}

// Decimal, below 2^63.
std::string random_id() {
  std::array<std::byte, sizeof(std::uint64_t)> bytes{};
  fill_secure(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), bytes.size());
  return std::to_string(number >> 1);
}

}  // namespace

bool Accounts::is_last_administrator(const Account& account) const {
  const auto administers = [](const Account& one) {
    return one.user.role == Role::administrator && !one.user.disabled;
  };
  return administers(account) &&
         std::none_of(accounts_.begin(), accounts_.end(), [&](const auto& one) {
           return one.first != account.user.name && administers(one.second);
         });
}

std::vector<User> Accounts::users() const {
  std::vector<User> found;
  found.reserve(accounts_.size());
  for (const auto& [name, account] : accounts_) found.push_back(account.user);
  return found;
}

std::optional<User> Accounts::user(std::string_view name) const {
  const Account* const account = find(name);
  return account == nullptr ? std::nullopt : std::optional<User>(account->user);
}

Task<Result<void>> Accounts::store(Account account, bool end_sessions, std::string kept_digest) {
  Changes changes;
  changes.push_back(ShelfEntry{user_key(account.user.name), document_of(account)});
  for (const auto& [digest, session] : sessions_) {
    if (end_sessions && session.user == account.user.name && digest != kept_digest) {
      changes.push_back(ShelfEntry{session_key(digest), ""});
    }
  }
  TB_CO_CHECK(co_await shelf_.put(changes));
  drop_sessions(changes);
  std::string name = account.user.name;
  accounts_[std::move(name)] = std::move(account);
  co_return Result<void>{};
}

Task<Result<Accounts::UserAndPassword>> Accounts::add_user(NewUser wish) {
  Account account;
  TB_CO_TRY(account.user.name, normal_user_name(wish.name));
  const std::string& display = wish.display.empty() ? account.user.name : wish.display;
  TB_CO_TRY(account.user.display, display_text(display, "the name that is shown"));
  TB_CO_TRY(account.user.email, email_text(wish.email));
  TB_CO_TRY(account.user.teams, team_list(wish.teams));
  account.user.role = wish.role;
  account.user.created_at = clock_.now();
  UserAndPassword added;
  if (wish.password.empty()) {
    added.password = first_password();
    wish.password = added.password;
    account.user.must_change_password = true;
  } else {
    TB_CO_CHECK(check_new_password(wish.password, account.user.name));
    account.user.must_change_password = wish.must_change_password;
  }
  const std::string taken = "there is an account named " + account.user.name + " already";
  if (find(account.user.name) != nullptr) co_return fail(Error::Kind::rejected, taken);
  TB_CO_TRY(account.password_hash, co_await hasher_.hash(std::move(wish.password)));
  const auto mine = co_await turn();
  if (find(account.user.name) != nullptr) co_return fail(Error::Kind::rejected, taken);
  if (accounts_.size() >= limits_.users_max) {
    co_return fail(Error::Kind::rejected, "the hub has as many accounts as it can; remove some");
  }
  if (accounts_.empty() && account.user.role != Role::administrator) {
    co_return fail(Error::Kind::rejected, "the first account has to be an administrator's");
  }
  added.user = account.user;
  TB_CO_CHECK(co_await store(std::move(account), false, ""));
  co_return added;
}

Task<Result<std::pair<User, User>>> Accounts::change_user(std::string name, UserChange change) {
  const auto mine = co_await turn();
  const Account* const known = find(name);
  if (known == nullptr) co_return no_account(name);
  Account account = *known;
  User& user = account.user;
  if (change.display) {
    TB_CO_TRY(user.display, display_text(*change.display, "the name that is shown"));
  }
  if (change.email) {
    TB_CO_TRY(user.email, email_text(*change.email));
  }
  if (change.teams) {
    TB_CO_TRY(user.teams, team_list(*change.teams));
  }
  user.role = change.role.value_or(user.role);
  user.disabled = change.disabled.value_or(user.disabled);
  const bool administers = user.role == Role::administrator && !user.disabled;
  if (!administers && is_last_administrator(*known)) co_return last_administrator(name);
  std::pair<User, User> change_made{known->user, user};
  const bool ends = user.disabled;
  TB_CO_CHECK(co_await store(std::move(account), ends, ""));
  co_return change_made;
}

Task<Result<User>> Accounts::remove_user(std::string name) {
  const auto mine = co_await turn();
  const Account* const known = find(name);
  if (known == nullptr) co_return no_account(name);
  if (is_last_administrator(*known)) co_return last_administrator(name);
  User removed = known->user;
  TB_CO_TRY(const auto views, co_await shelf_.under(views_prefix(name)));
  Changes changes;
  changes.push_back(ShelfEntry{user_key(name), ""});
  for (const auto& view : views) changes.push_back(ShelfEntry{view.key, ""});
  for (const auto& [digest, session] : sessions_) {
    if (session.user == name) changes.push_back(ShelfEntry{session_key(digest), ""});
  }
  TB_CO_CHECK(co_await shelf_.put(changes));
  drop_sessions(changes);
  accounts_.erase(name);
  co_return removed;
}

Task<Result<Secret>> Accounts::reset_password(std::string name) {
  const Account* const known = find(name);
  if (known == nullptr) co_return no_account(name);
  if (known->user.source != User::Source::password) co_return no_password_here();
  const Secret password = first_password();
  TB_CO_TRY(std::string hash, co_await hasher_.hash(password));
  const auto mine = co_await turn();
  const Account* const still = find(name);
  if (still == nullptr) co_return no_account(name);
  Account account = *still;
  account.password_hash = std::move(hash);
  account.user.must_change_password = true;
  TB_CO_CHECK(co_await store(std::move(account), true, ""));
  co_return password;
}

Task<Result<void>> Accounts::change_password(Caller caller, Secret old_password,
                                             Secret new_password) {
  const Account* const known = find(caller.name);
  if (caller.via != Caller::Via::session || known == nullptr) {
    co_return fail(Error::Kind::auth, "only somebody who is signed in has a password to change");
  }
  if (known->user.source != User::Source::password) co_return no_password_here();
  TB_CO_CHECK(check_new_password(new_password, caller.name));
  if (old_password.matches(new_password.reveal())) {
    co_return fail(Error::Kind::invalid_input, "the new password is the old one");
  }
  // Whoever finds an open browser may not try out passwords any faster than at the door.
  const Duration wait = throttle_.begin(caller.name, caller.session_key, clock_.tick());
  if (wait > Duration{0}) co_return fail(too_many_tries(wait));
  const std::string before = known->password_hash;
  const bool too_long = old_password.reveal().size() > password_bytes_max;
  const std::string tried = too_long ? std::string{} : before;
  const auto verdict = co_await hasher_.verify(tried, std::move(old_password));
  if (!verdict) {
    throttle_.undecided(caller.name, caller.session_key, clock_.tick());
    co_return fail(verdict.error());
  }
  if (!verdict->right) co_return fail(Error::Kind::auth, "the old password is wrong");
  throttle_.succeeded(caller.name, caller.session_key, clock_.tick());
  TB_CO_TRY(std::string hash, co_await hasher_.hash(std::move(new_password)));
  const auto mine = co_await turn();
  const Account* const still = find(caller.name);
  if (still == nullptr || still->password_hash != before || !still_stands(caller)) {
    co_return fail(Error::Kind::auth, "the account was changed meanwhile; sign in again");
  }
  Account account = *still;
  account.password_hash = std::move(hash);
  account.user.must_change_password = false;
  const std::string kept = caller.session_key.substr(session_key("").size());
  TB_CO_CHECK(co_await store(std::move(account), true, kept));
  co_return Result<void>{};
}

Task<Result<void>> Accounts::set_preferences(Caller caller, json::Object preferences) {
  if (json::to_text(preferences).size() > limits_.preferences_bytes_max) {
    co_return fail(Error::Kind::invalid_input, "the preferences are too large");
  }
  const auto mine = co_await turn();
  const Account* const known = find(caller.name);
  if (caller.via != Caller::Via::session || known == nullptr) {
    co_return fail(Error::Kind::auth, "only somebody who is signed in has preferences");
  }
  Account account = *known;
  account.user.preferences = std::move(preferences);
  TB_CO_CHECK(co_await store(std::move(account), false, ""));
  co_return Result<void>{};
}

Account* Accounts::linked(const std::string& issuer, const std::string& subject) {
  for (auto& [name, account] : accounts_) {
    if (account.user.source == User::Source::single_sign_on && account.subject == subject &&
        account.issuer == issuer) {
      return &account;
    }
  }
  return nullptr;
}

std::string Accounts::free_name(const std::string& wanted) const {
  std::string name = wanted;
  for (int number = 2; accounts_.contains(name); ++number) {
    name = wanted + "-" + std::to_string(number);
  }
  return name;
}

Task<Result<Accounts::SignedIn>> Accounts::sign_on(SignedOnPerson person) {
  if (person.issuer.empty() || person.subject.empty()) {
    co_return fail(Error::Kind::auth, "the identity provider did not say who it is");
  }
  TB_CO_TRY(std::vector<std::string> teams, team_list(person.teams));
  const auto mine = co_await turn();
  const Account* const known = linked(person.issuer, person.subject);
  if (known != nullptr && known->user.disabled) {
    co_return fail(Error::Kind::auth,
                   "the account " + known->user.name + " is disabled here; ask an administrator");
  }
  Account account;
  const bool created = known == nullptr;
  if (created) {
    if (accounts_.size() >= limits_.users_max) {
      co_return fail(Error::Kind::rejected, "the hub has as many accounts as it can");
    }
    if (accounts_.empty() && person.role != Role::administrator) {
      co_return fail(Error::Kind::rejected,
                     "the hub has no administrator yet: do the first run with its code");
    }
    account.user.name = free_name(user_name_from(person.name));
    account.user.source = User::Source::single_sign_on;
    account.user.created_at = clock_.now();
    account.issuer = person.issuer;
    account.subject = person.subject;
  } else {
    account = *known;
  }
  account.user.display = display_text(person.display, "").value_or(account.user.name);
  account.user.email = email_text(person.email).value_or("");
  if (created || person.provider_decides) {
    const bool stays = !created && is_last_administrator(account);
    account.user.role = stays ? Role::administrator : person.role;
    account.user.teams = std::move(teams);
  }
  auto signed_in = co_await begin_session(std::move(account));
  if (signed_in) signed_in->created = created;
  if (signed_in) first_run_code_ = Secret{};
  co_return signed_in;
}

std::vector<Token> Accounts::tokens() const {
  std::vector<Token> found;
  found.reserve(tokens_.size());
  for (const auto& [digest, token] : tokens_) found.push_back(token);
  std::sort(found.begin(), found.end(), [](const Token& a, const Token& b) {
    return std::pair(b.created_at, a.name) < std::pair(a.created_at, b.name);
  });
  return found;
}

Task<Result<Accounts::TokenAndSecret>> Accounts::add_token(TokenWish wish, std::string by) {
  constexpr std::size_t secret_bytes = 32;
  TokenAndSecret added;
  Token& token = added.token;
  TB_CO_TRY(token.name, display_text(wish.name, "a token's name"));
  TB_CO_TRY(token.teams, team_list(wish.teams));
  token.role = wish.role;
  token.created_at = clock_.now();
  token.by = std::move(by);
  token.expires_at = wish.expires_at;
  if (wish.expires_at && *wish.expires_at <= token.created_at) {
    co_return fail(Error::Kind::invalid_input, "the token would have expired already");
  }
  const auto mine = co_await turn();
  const bool taken = std::any_of(tokens_.begin(), tokens_.end(),
                                 [&](const auto& one) { return one.second.name == token.name; });
  if (taken) {
    co_return fail(Error::Kind::rejected, "there is a token named " + token.name + " already");
  }
  if (tokens_.size() >= limits_.tokens_max) {
    co_return fail(Error::Kind::rejected, "the hub has as many tokens as it can; remove some");
  }
  token.id = random_id();
  added.secret = Secret{"tb_" + random_text(secret_bytes)};
  const std::string digest = digest_of(added.secret.reveal());
  Changes changes;
  changes.push_back(ShelfEntry{token_key(digest), document_of(token)});
  TB_CO_CHECK(co_await shelf_.put(std::move(changes)));
  tokens_[digest] = token;
  co_return added;
}

Task<Result<Token>> Accounts::remove_token(std::string id) {
  const auto mine = co_await turn();
  const auto found = std::find_if(tokens_.begin(), tokens_.end(),
                                  [&](const auto& one) { return one.second.id == id; });
  if (found == tokens_.end()) co_return fail(Error::Kind::not_found, "there is no such token");
  const Token removed = found->second;
  const std::string digest = found->first;
  Changes changes;
  changes.push_back(ShelfEntry{token_key(digest), ""});
  TB_CO_CHECK(co_await shelf_.put(std::move(changes)));
  tokens_.erase(digest);
  co_return removed;
}

}  // namespace tillbridge::api
