#include "api/accounts/accounts.h"

#include <algorithm>

#include "api/accounts/secret_text.h"
#include "telemetry/log.h"

namespace tillbridge::api {
namespace {

constexpr int code_groups = 7;  // 140 bits
constexpr int code_group_length = 4;

constexpr std::string_view session_prefix = "session/";
constexpr std::string_view token_prefix = "token/";

std::string digest_in(const std::string& key, std::string_view prefix) {
  return key.substr(prefix.size());
}

}  // namespace

Accounts::Accounts(Loop& loop, const Clock& clock, AccountShelf& shelf, PasswordHasher& hasher,
                   AccountLimits limits)
    : clock_(clock),
      shelf_(shelf),
      hasher_(hasher),
      limits_(limits),
      turns_(loop),
      throttle_(limits.throttle) {}

Task<Result<void>> Accounts::load() {
  using Entries = std::vector<ShelfEntry>;
  TB_CO_TRY(const Entries users, co_await shelf_.under("user/"));
  for (const auto& entry : users) {
    TB_CO_TRY(Account account, account_from(entry));
    accounts_[account.user.name] = std::move(account);
  }
  TB_CO_TRY(const Entries tokens, co_await shelf_.under(std::string(token_prefix)));
  for (const auto& entry : tokens) {
    TB_CO_TRY(Token token, token_from(entry));
    tokens_[digest_in(entry.key, token_prefix)] = std::move(token);
  }
  TB_CO_TRY(const Entries sessions, co_await shelf_.under(std::string(session_prefix)));
  Changes ended;
  const Instant now = clock_.now();
  for (const auto& entry : sessions) {
    auto session = session_from(entry);
    if (session && is_alive(*session, now)) {
      sessions_[digest_in(entry.key, session_prefix)] = std::move(*session);
    } else {
      ended.push_back(ShelfEntry{entry.key, ""});
    }
  }
  if (!ended.empty()) {
    const auto removed = co_await shelf_.put(std::move(ended));
    if (!removed) {  // no reason not to start
      telemetry::log(telemetry::Level::warning, "ended_sessions_kept",
                     {{"reason", removed.error().what}});
    }
  }
  if (accounts_.empty()) first_run_code_ = readable_code(code_groups, code_group_length);
  co_return Result<void>{};
}

Account* Accounts::find(std::string_view name) {
  const auto found = accounts_.find(name);
  return found == accounts_.end() ? nullptr : &found->second;
}

const Account* Accounts::find(std::string_view name) const {
  const auto found = accounts_.find(name);
  return found == accounts_.end() ? nullptr : &found->second;
}

bool Accounts::is_alive(const Session& session, Instant now) const {
  const Account* const account = find(session.user);
  return account != nullptr && !account->user.disabled &&
         now - session.seen_at < limits_.session_idle_max &&
         now - session.created_at < limits_.session_age_max;
}

Caller Accounts::caller_of(const Account& account, const std::string& digest) const {
  Caller caller;
  caller.name = account.user.name;
  caller.display = account.user.display;
  caller.role = account.user.role;
  caller.teams = account.user.teams;
  caller.via = Caller::Via::session;
  caller.session_key = session_key(digest);
  caller.must_change_password = account.user.must_change_password;
  return caller;
}

std::optional<Secret> Accounts::first_run_code() const {
  if (!is_first_run()) return std::nullopt;
  return first_run_code_;
}

Error Accounts::too_many_tries(Duration wait) const {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  return Error{Error::Kind::rate_limited,
               "too many tries; try again in " + std::to_string(seconds.count()) + " s", seconds};
}

Task<Result<Accounts::SignedIn>> Accounts::first_run(std::string code, std::string name,
                                                     std::string display, Secret password,
                                                     std::string peer) {
  if (!is_first_run()) {
    co_return fail(Error::Kind::not_found, "the hub has accounts already: sign in");
  }
  const Duration wait = throttle_.begin("", peer, clock_.tick());
  if (wait > Duration{0}) co_return fail(too_many_tries(wait));
  const Secret expected{normal_code(first_run_code_.reveal())};
  if (expected.empty() || !expected.matches(normal_code(code))) {
    co_return fail(Error::Kind::auth,
                   "the code is wrong: it is in the hub's log, of its latest start");
  }
  throttle_.succeeded("", peer, clock_.tick());
  Account account;
  TB_CO_TRY(account.user.name, normal_user_name(name));
  TB_CO_TRY(account.user.display, display_text(display, "the name that is shown"));
  TB_CO_CHECK(check_new_password(password, account.user.name));
  TB_CO_TRY(account.password_hash, co_await hasher_.hash(std::move(password)));
  account.user.role = Role::administrator;
  account.user.created_at = clock_.now();
  const auto mine = co_await turn();
  if (!is_first_run()) {
    co_return fail(Error::Kind::not_found, "the hub has accounts already: sign in");
  }
  auto signed_in = co_await begin_session(std::move(account));
  if (signed_in) first_run_code_ = Secret{};
  co_return signed_in;
}

Task<Result<Accounts::SignedIn>> Accounts::sign_in(std::string name, Secret password,
                                                   std::string peer) {
  const Error wrong{Error::Kind::auth, "name or password is wrong"};
  const std::string known = normal_user_name(name).value_or("");
  const Duration wait = throttle_.begin(known, peer, clock_.tick());
  if (wait > Duration{0}) co_return fail(too_many_tries(wait));
  std::string hash;
  if (const Account* account = find(known); account != nullptr && !account->user.disabled) {
    hash = account->password_hash;
  }
  // Longer ones are no password of ours; hashing them would only cost.
  if (password.reveal().size() > password_bytes_max) hash.clear(), password = Secret{};
  const auto verdict = co_await hasher_.verify(hash, password);
  if (!verdict) {
    throttle_.undecided(known, peer, clock_.tick());
    co_return fail(verdict.error());
  }
  if (!verdict->right) co_return fail(wrong);
  throttle_.succeeded(known, peer, clock_.tick());
  std::string better;
  if (verdict->outdated) {
    better = (co_await hasher_.hash(std::move(password))).value_or("");
  }
  const auto mine = co_await turn();
  const Account* const now = find(known);
  if (now == nullptr || now->user.disabled || now->password_hash != hash) co_return fail(wrong);
  Account account = *now;
  if (!better.empty()) account.password_hash = better;
  co_return co_await begin_session(std::move(account));
}

void Accounts::forget_ended_sessions(const std::string& user, Changes& changes) const {
  const Instant now = clock_.now();
  std::vector<std::pair<Instant, std::string>> alive;
  for (const auto& [digest, session] : sessions_) {
    if (!is_alive(session, now)) {
      changes.push_back(ShelfEntry{session_key(digest), ""});
    } else if (session.user == user) {
      alive.emplace_back(session.seen_at, digest);
    }
  }
  std::sort(alive.begin(), alive.end());
  for (std::size_t at = 0; at + limits_.sessions_of_user_max <= alive.size(); ++at) {
    changes.push_back(ShelfEntry{session_key(alive[at].second), ""});
  }
}

void Accounts::drop_sessions(const Changes& changes) {
  for (const auto& change : changes) {
    if (change.value.empty() && change.key.starts_with(session_prefix)) {
      sessions_.erase(digest_in(change.key, session_prefix));
    }
  }
}

Task<Result<Accounts::SignedIn>> Accounts::begin_session(Account account) {
  constexpr std::size_t secret_bytes = 32;
  SignedIn made;
  made.session_secret = Secret{random_text(secret_bytes)};
  const std::string digest = digest_of(made.session_secret.reveal());
  const Instant now = clock_.now();
  const Session session{account.user.name, now, now, now};
  account.user.last_seen_at = now;
  Changes changes;
  forget_ended_sessions(account.user.name, changes);
  changes.push_back(ShelfEntry{user_key(account.user.name), document_of(account)});
  changes.push_back(ShelfEntry{session_key(digest), document_of(session)});
  TB_CO_CHECK(co_await shelf_.put(changes));
  drop_sessions(changes);
  sessions_[digest] = session;
  made.caller = caller_of(account, digest);
  std::string name = account.user.name;
  accounts_[std::move(name)] = std::move(account);
  co_return made;
}

Task<Result<void>> Accounts::sign_out(std::string key) {
  const auto mine = co_await turn();
  Changes changes;
  changes.push_back(ShelfEntry{key, ""});
  if (!key.starts_with(session_prefix) || !sessions_.contains(digest_in(key, session_prefix))) {
    co_return Result<void>{};
  }
  TB_CO_CHECK(co_await shelf_.put(changes));
  drop_sessions(changes);
  co_return Result<void>{};
}

Task<std::optional<Caller>> Accounts::session(std::string session_secret) {
  const std::string digest = digest_of(session_secret);
  const Instant now = clock_.now();
  const auto found = sessions_.find(digest);
  // One that has ended is removed with the next sign-in, or the next start.
  if (found == sessions_.end() || !is_alive(found->second, now)) co_return std::nullopt;
  found->second.seen_at = now;
  const Duration unwritten = now - found->second.stored_at;
  if (unwritten >= limits_.seen_written_every || unwritten < Duration{0}) {
    found->second.stored_at = now;  // first, so that requests beside this one do not write too
    co_await note_seen(digest);
    const auto still = sessions_.find(digest);
    if (still == sessions_.end() || !is_alive(still->second, now)) co_return std::nullopt;
    co_return caller_of(*find(still->second.user), digest);
  }
  co_return caller_of(*find(found->second.user), digest);
}

Task<void> Accounts::note_seen(std::string digest) {
  const auto mine = co_await turn();
  const auto found = sessions_.find(digest);
  if (found == sessions_.end()) co_return;
  Account* const account = find(found->second.user);
  if (account == nullptr) co_return;
  account->user.last_seen_at = found->second.seen_at;
  Changes changes;
  changes.push_back(ShelfEntry{user_key(account->user.name), document_of(*account)});
  changes.push_back(ShelfEntry{session_key(digest), document_of(found->second)});
  const auto stored = co_await shelf_.put(std::move(changes));
  if (!stored) {
    telemetry::log(telemetry::Level::warning, "session_not_noted",
                   {{"reason", stored.error().what}});
  }
}

Task<std::optional<Caller>> Accounts::token(std::string token_secret) {
  const std::string digest = digest_of(token_secret);
  const Instant now = clock_.now();
  const auto found = tokens_.find(digest);
  if (found == tokens_.end()) co_return std::nullopt;
  Token& token = found->second;
  if (token.expires_at && *token.expires_at <= now) co_return std::nullopt;
  Caller caller;
  caller.name = "token " + token.name;
  caller.display = token.name;
  caller.role = token.role;
  caller.teams = token.teams;
  caller.via = Caller::Via::token;
  caller.session_key = token_key(digest);
  const bool note = !token.last_seen_at || now < *token.last_seen_at ||
                    now - *token.last_seen_at >= limits_.seen_written_every;
  if (note) {
    token.last_seen_at = now;
    co_await note_token_seen(digest);
    if (!tokens_.contains(digest)) co_return std::nullopt;
  }
  co_return caller;
}

Task<void> Accounts::note_token_seen(std::string digest) {
  const auto mine = co_await turn();
  const auto found = tokens_.find(digest);
  if (found == tokens_.end()) co_return;
  Changes changes;
  changes.push_back(ShelfEntry{token_key(digest), document_of(found->second)});
  const auto stored = co_await shelf_.put(std::move(changes));
  if (!stored) {
    telemetry::log(telemetry::Level::warning, "token_not_noted", {{"reason", stored.error().what}});
  }
}

bool Accounts::still_stands(const Caller& caller) const {
  const Instant now = clock_.now();
  switch (caller.via) {
    case Caller::Via::control:
      return true;
    case Caller::Via::session: {
      if (!caller.session_key.starts_with(session_prefix)) return false;
      const auto found = sessions_.find(digest_in(caller.session_key, session_prefix));
      return found != sessions_.end() && is_alive(found->second, now);
    }
    case Caller::Via::token: {
      if (!caller.session_key.starts_with(token_prefix)) return false;
      const auto found = tokens_.find(digest_in(caller.session_key, token_prefix));
      return found != tokens_.end() &&
             (!found->second.expires_at || *found->second.expires_at > now);
    }
    case Caller::Via::nobody:
      break;
  }
  return false;
}

}  // namespace tillbridge::api
