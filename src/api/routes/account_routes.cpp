#include <algorithm>

#include <fmt/format.h>

#include "api/reading.h"
#include "api/reply.h"
#include "api/rooms.h"
#include "api/routes/routes.h"

namespace tillbridge::api {
namespace {

constexpr std::size_t views_max = 100;
constexpr std::size_t view_bytes_max = 4'000;

std::vector<std::string> texts_of(const json::Object& body, const char* member) {
  std::vector<std::string> out;
  const json::Array* const given = json::array(body, member);
  for (std::size_t at = 0; given != nullptr && at < given->size(); ++at) {
    if ((*given)[at].is_string()) out.emplace_back((*given)[at].get_string());
  }
  return out;
}

json::Array list_of(const std::vector<std::string>& texts) {
  json::Array out;
  for (const std::string& text : texts) out.emplace_back(text);
  return out;
}

json::Value time_text(const std::optional<Instant>& at) {
  return at ? json::Value(utc_text(*at)) : json::Value(nullptr);
}

json::Object user_view(const User& user) {
  json::Object out;
  out["name"] = user.name;
  out["display"] = user.display;
  out["email"] = user.email;
  out["role"] = name(user.role);
  out["teams"] = list_of(user.teams);
  out["source"] = name(user.source);
  out["disabled"] = user.disabled;
  out["must_change_password"] = user.must_change_password;
  out["created_at"] = utc_text(user.created_at);
  out["last_seen_at"] = time_text(user.last_seen_at);
  return out;
}

json::Object token_view(const Token& token) {
  json::Object out;
  out["id"] = token.id;
  out["name"] = token.name;
  out["role"] = name(token.role);
  out["teams"] = list_of(token.teams);
  out["created_at"] = utc_text(token.created_at);
  out["by"] = token.by;
  out["expires_at"] = time_text(token.expires_at);
  out["last_seen_at"] = time_text(token.last_seen_at);
  return out;
}

Result<Role> role_of(const std::string& text) {
  if (const auto role = role_named(text)) return *role;
  return fail(Error::Kind::invalid_input,
              "role is one of viewer, operator, steward, administrator");
}

std::string rights(const User& user) {
  std::string teams;
  for (const std::string& team : user.teams) teams += (teams.empty() ? "" : ", ") + team;
  return fmt::format("{}{}{}", name(user.role), teams.empty() ? "" : " of " + teams,
                     user.disabled ? ", disabled" : "");
}

Task<http::Reply> people(const Rooms& rooms, Call) {
  json::Array items;
  for (const User& user : rooms.accounts.users()) {
    if (user.disabled) continue;
    items.push_back(json::Object{
        {"name", user.name}, {"display", user.display}, {"teams", list_of(user.teams)}});
  }
  co_return json_reply(page(std::move(items), ""));
}

Task<http::Reply> users(const Rooms& rooms, Call) {
  json::Array items;
  for (const User& user : rooms.accounts.users()) items.push_back(user_view(user));
  co_return json_reply(page(std::move(items), ""));
}

Task<http::Reply> add_user(const Rooms& rooms, Call call) {
  NewUser wish;
  wish.name = call.text("name");
  wish.display = call.text("display", wish.name);
  wish.email = call.text("email");
  wish.teams = texts_of(call.body, "teams");
  wish.password = Secret(call.text("password"));
  wish.must_change_password = json::boolean(call.body, "must_change_password").value_or(true);
  const auto role = role_of(call.text("role", "viewer"));
  if (!role) co_return error_reply(role.error());
  wish.role = *role;
  call.trail->about = "user " + wish.name;
  const auto added = co_await rooms.accounts.add_user(std::move(wish));
  if (!added) co_return error_reply(added.error());
  call.trail->after = rights(added->user);
  json::Object out;
  out["user"] = user_view(added->user);
  out["password"] =
      added->password.empty() ? json::Value(nullptr) : json::Value(added->password.reveal());
  co_return json_reply(out);
}

Task<http::Reply> change_user(const Rooms& rooms, Call call) {
  UserChange change;
  change.display = json::text(call.body, "display");
  if (call.body.contains("email")) change.email = call.text("email");
  if (const auto text = json::text(call.body, "role")) {
    const auto role = role_of(*text);
    if (!role) co_return error_reply(role.error());
    change.role = *role;
  }
  if (json::array(call.body, "teams") != nullptr) change.teams = texts_of(call.body, "teams");
  change.disabled = json::boolean(call.body, "disabled");
  call.trail->about = "user " + call.capture("name");
  const auto changed = co_await rooms.accounts.change_user(call.capture("name"), std::move(change));
  if (!changed) co_return error_reply(changed.error());
  call.trail->before = rights(changed->first);
  call.trail->after = rights(changed->second);
  co_return json_reply(user_view(changed->second));
}

Task<http::Reply> remove_user(const Rooms& rooms, Call call) {
  call.trail->about = "user " + call.capture("name");
  const auto gone = co_await rooms.accounts.remove_user(call.capture("name"));
  if (!gone) co_return error_reply(gone.error());
  call.trail->before = rights(*gone);
  co_return done();
}

Task<http::Reply> reset_password(const Rooms& rooms, Call call) {
  call.trail->about = "user " + call.capture("name");
  const auto made = co_await rooms.accounts.reset_password(call.capture("name"));
  if (!made) co_return error_reply(made.error());
  co_return json_reply(json::Object{{"password", made->reveal()}});
}

Task<http::Reply> tokens(const Rooms& rooms, Call) {
  json::Array items;
  for (const Token& token : rooms.accounts.tokens()) items.push_back(token_view(token));
  co_return json_reply(page(std::move(items), ""));
}

Task<http::Reply> add_token(const Rooms& rooms, Call call) {
  TokenWish wish;
  wish.name = call.text("name");
  wish.teams = texts_of(call.body, "teams");
  const auto role = role_of(call.text("role", "viewer"));
  if (!role) co_return error_reply(role.error());
  wish.role = *role;
  const auto expires = time_of(call.text("expires_at"), "expires_at");
  if (!expires) co_return error_reply(expires.error());
  wish.expires_at = *expires;
  call.trail->about = "token " + wish.name;
  const auto added = co_await rooms.accounts.add_token(std::move(wish), call.by());
  if (!added) co_return error_reply(added.error());
  call.trail->after = name(added->token.role);
  json::Object out = token_view(added->token);
  out["token"] = added->secret.reveal();
  co_return json_reply(out);
}

Task<http::Reply> remove_token(const Rooms& rooms, Call call) {
  const auto gone = co_await rooms.accounts.remove_token(call.capture("id"));
  if (!gone) co_return error_reply(gone.error());
  call.trail->about = "token " + gone->name;
  co_return done();
}

Task<Result<std::vector<journal::Fact>>> views_of(const Rooms* rooms, std::string user);

Task<http::Reply> views(const Rooms& rooms, Call call) {
  const auto facts = co_await views_of(&rooms, call.caller.name);
  if (!facts) co_return error_reply(facts.error());
  json::Array items;
  for (const journal::Fact& fact : *facts) {
    if (auto view = json::parse(fact.value); view) items.push_back(std::move(*view));
  }
  co_return json_reply(page(std::move(items), ""));
}

Task<Result<std::vector<journal::Fact>>> views_of(const Rooms* rooms, std::string user) {
  std::function<Result<std::vector<journal::Fact>>(journal::Reader&)> query =
      [prefix = views_prefix(user)](journal::Reader& reader) {
        return reader.facts_under("", "console", prefix, "", views_max);
      };
  co_return co_await rooms->journal.read<std::vector<journal::Fact>>(std::move(query));
}

Task<http::Reply> store_view(const Rooms* rooms, Call call, std::string value) {
  const auto kept = co_await views_of(rooms, call.caller.name);
  if (!kept) co_return error_reply(kept.error());
  const std::string own_key = views_prefix(call.caller.name) + call.capture("name");
  const bool is_new = std::none_of(kept->begin(), kept->end(),
                                   [&own_key](const auto& fact) { return fact.key == own_key; });
  if (!value.empty() && is_new && kept->size() >= views_max)
    co_return error_reply(Error{Error::Kind::invalid_input,
                                fmt::format("there are {} views already; remove one", views_max)});
  const std::string name = call.capture("name");
  if (name.empty() || name.size() > 100)
    co_return error_reply(
        Error{Error::Kind::invalid_input, "a view's name has 1 to 100 characters"});
  journal::PutFact fact;
  fact.connection = "console";
  fact.key = views_prefix(call.caller.name) + name;
  fact.value = std::move(value);
  fact.changed_at = rooms->clock.now();
  journal::Step step;
  step.facts.push_back(std::move(fact));
  const auto stored = co_await rooms->journal.commit(std::move(step));
  co_return stored ? done() : error_reply(stored.error());
}

Task<http::Reply> put_view(const Rooms& rooms, Call call) {
  json::Object view;
  view["name"] = call.capture("name");
  view["page"] = call.text("page");
  view["query"] = call.text("query");
  std::string text = json::to_text(view);
  if (text.size() > view_bytes_max)
    co_return error_reply(Error{Error::Kind::invalid_input, "this view is too long to keep"});
  co_return co_await store_view(&rooms, std::move(call), std::move(text));
}

Task<http::Reply> remove_view(const Rooms& rooms, Call call) {
  return store_view(&rooms, std::move(call), "");
}

}  // namespace

void add_account_routes(RouteTable& table) {
  constexpr Access admin = Access::administrator;
  table.push_back(route("GET", "/api/v1/people", "people.list", "To whom a case can be given",
                        Access::viewer, people, "Page"));
  table.push_back(route("GET", "/api/v1/users", "user.list", "Accounts", admin, users, "Page"));
  table.push_back(route("POST", "/api/v1/users", "user.add",
                        "Adds an account; makes its first password when none is given", admin,
                        add_user, "NewUser", "UserWish"));
  table.push_back(route("PUT", "/api/v1/users/{name}", "user.change",
                        "Changes role, teams, name or address, or disables the account", admin,
                        change_user, "User", "UserWish"));
  table.push_back(route("DELETE", "/api/v1/users/{name}", "user.remove",
                        "Removes an account; the last administrator stays", admin, remove_user,
                        "Done"));
  table.push_back(route("POST", "/api/v1/users/{name}/password", "user.reset_password",
                        "A new first password; its sessions end", admin, reset_password,
                        "FirstPassword", "Scope"));
  table.push_back(
      route("GET", "/api/v1/tokens", "token.list", "API tokens", admin, tokens, "Page"));
  table.push_back(route("POST", "/api/v1/tokens", "token.add",
                        "Makes an API token; its secret is shown once", admin, add_token, "Token",
                        "TokenWish"));
  table.push_back(route("DELETE", "/api/v1/tokens/{id}", "token.remove", "Revokes an API token",
                        admin, remove_token, "Done"));
  table.push_back(route("GET", "/api/v1/views", "view.list", "One's saved views", Access::viewer,
                        views, "Page"));
  table.push_back(route("PUT", "/api/v1/views/{name}", "view.put", "Saves a view", Access::viewer,
                        put_view, "Done", "View"));
  table.back().changes = false;
  table.push_back(route("DELETE", "/api/v1/views/{name}", "view.remove", "Forgets a view",
                        Access::viewer, remove_view, "Done"));
  table.back().changes = false;
}

}  // namespace tillbridge::api
