#include "api/accounts/account_documents.h"

#include <algorithm>

namespace tillbridge::api {
namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t display_bytes_max = 100;
constexpr std::size_t email_bytes_max = 254;  // RFC 5321, 4.5.3.1.3
constexpr std::size_t teams_max = 50;

constexpr std::string_view user_prefix = "user/";
constexpr std::string_view session_prefix = "session/";
constexpr std::string_view token_prefix = "token/";

json::Array to_array(const std::vector<std::string>& texts) {
  json::Array array;
  for (const auto& text : texts) array.emplace_back(text);
  return array;
}

std::vector<std::string> texts_of(const json::Object& object, std::string_view member) {
  std::vector<std::string> texts;
  const json::Array* array = json::array(object, member);
  if (array == nullptr) return texts;
  for (const json::Value& value : *array) {
    if (const auto* text = value.if_string()) texts.emplace_back(text->data(), text->size());
  }
  return texts;
}

void put_time(json::Object& object, std::string_view member, const std::optional<Instant>& at) {
  if (at) object[member] = to_unix_us(*at);
}

std::optional<Instant> time_of(const json::Object& object, std::string_view member) {
  const auto us = json::integer(object, member);
  return us ? std::optional<Instant>(from_unix_us(*us)) : std::nullopt;
}

tl::unexpected<Error> unreadable(const ShelfEntry& entry) {
  return fail(Error::Kind::corrupt,
              "the document " + entry.key + " of the console's accounts cannot be read");
}

std::optional<json::Object> object_of(const ShelfEntry& entry) {
  auto parsed = json::parse(entry.value);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  return std::move(parsed->get_object());
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' ||
         c == '@' || c == '+';
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

std::string_view name(User::Source source) {
  return source == User::Source::password ? "password" : "single_sign_on";
}

std::string user_key(std::string_view user) {
  return std::string(user_prefix) + std::string(user);
}
std::string session_key(std::string_view digest) {
  return std::string(session_prefix) + std::string(digest);
}
std::string token_key(std::string_view digest) {
  return std::string(token_prefix) + std::string(digest);
}
std::string views_prefix(std::string_view user) {
  return "view/" + std::string(user) + "/";
}

std::string document_of(const Account& account) {
  const User& user = account.user;
  json::Object object;
  object["name"] = user.name;
  object["display"] = user.display;
  object["email"] = user.email;
  object["role"] = name(user.role);
  object["teams"] = to_array(user.teams);
  object["source"] = name(user.source);
  object["disabled"] = user.disabled;
  object["must_change_password"] = user.must_change_password;
  put_time(object, "created_at", user.created_at);
  put_time(object, "last_seen_at", user.last_seen_at);
  object["preferences"] = user.preferences;
  if (!account.password_hash.empty()) object["password"] = account.password_hash;
  if (!account.subject.empty()) {
    object["issuer"] = account.issuer;
    object["subject"] = account.subject;
  }
  return json::to_text(object);
}

std::string document_of(const Session& session) {
  json::Object object;
  object["user"] = session.user;
  put_time(object, "created_at", session.created_at);
  put_time(object, "seen_at", session.seen_at);
  return json::to_text(object);
}

std::string document_of(const Token& token) {
  json::Object object;
  object["id"] = token.id;
  object["name"] = token.name;
  object["role"] = name(token.role);
  object["teams"] = to_array(token.teams);
  object["by"] = token.by;
  put_time(object, "created_at", token.created_at);
  put_time(object, "expires_at", token.expires_at);
  put_time(object, "last_seen_at", token.last_seen_at);
  return json::to_text(object);
}

Result<Account> account_from(const ShelfEntry& entry) {
  const auto object = object_of(entry);
  if (!object) return unreadable(entry);
  const auto user_name = json::text(*object, "name");
  const auto role = role_named(json::text(*object, "role").value_or(""));
  const auto created_at = time_of(*object, "created_at");
  if (!user_name || !role || !created_at || entry.key != user_key(*user_name)) {
    return unreadable(entry);
  }
  Account account;
  account.user.name = *user_name;
  account.user.display = json::text(*object, "display").value_or(*user_name);
  account.user.email = json::text(*object, "email").value_or("");
  account.user.role = *role;
  account.user.teams = texts_of(*object, "teams");
  account.user.source = json::text(*object, "source") == "single_sign_on"
                            ? User::Source::single_sign_on
                            : User::Source::password;
  account.user.disabled = json::boolean(*object, "disabled").value_or(false);
  account.user.must_change_password =
      json::boolean(*object, "must_change_password").value_or(false);
  account.user.created_at = *created_at;
  account.user.last_seen_at = time_of(*object, "last_seen_at");
  const json::Object* preferences = json::object(*object, "preferences");
  if (preferences != nullptr) account.user.preferences = *preferences;
  account.password_hash = json::text(*object, "password").value_or("");
  account.issuer = json::text(*object, "issuer").value_or("");
  account.subject = json::text(*object, "subject").value_or("");
  return account;
}

Result<Session> session_from(const ShelfEntry& entry) {
  const auto object = object_of(entry);
  if (!object) return unreadable(entry);
  const auto user = json::text(*object, "user");
  const auto created_at = time_of(*object, "created_at");
  const auto seen_at = time_of(*object, "seen_at");
  if (!user || !created_at || !seen_at) return unreadable(entry);
  return Session{*user, *created_at, *seen_at, *seen_at};
}

Result<Token> token_from(const ShelfEntry& entry) {
  const auto object = object_of(entry);
  if (!object) return unreadable(entry);
  const auto id = json::text(*object, "id");
  const auto role = role_named(json::text(*object, "role").value_or(""));
  const auto created_at = time_of(*object, "created_at");
  // A limit that cannot be read must not become no limit.
  const auto expires_at = time_of(*object, "expires_at");
  const bool limit_lost = object->contains("expires_at") && !expires_at;
  if (!id || !role || !created_at || limit_lost) return unreadable(entry);
  Token token;
  token.id = *id;
  token.name = json::text(*object, "name").value_or(*id);
  token.role = *role;
  token.teams = texts_of(*object, "teams");
  token.by = json::text(*object, "by").value_or("");
  token.created_at = *created_at;
  token.expires_at = expires_at;
  token.last_seen_at = time_of(*object, "last_seen_at");
  return token;
}

Result<std::string> normal_user_name(std::string_view typed) {
  std::string user(trimmed(typed));
  std::transform(user.begin(), user.end(), user.begin(), lower);
  const bool right = !user.empty() && user.size() <= name_bytes_max &&
                     is_letter_or_digit(user.front()) &&
                     std::all_of(user.begin(), user.end(), is_name_character);
  if (!right) {
    return fail(Error::Kind::invalid_input,
                "an account's name has 1 to 64 letters a-z, digits and . _ - @ +, and begins with "
                "a letter or digit");
  }
  if (user == "me" || user == "hub" || user == "nobody") {
    return fail(Error::Kind::invalid_input, "the name " + user + " has a meaning of its own here");
  }
  return user;
}

std::string user_name_from(std::string_view text) {
  std::string user;
  for (const char c : text) {
    const char folded = lower(c);
    if (user.empty() ? is_letter_or_digit(folded) : is_name_character(folded)) {
      user.push_back(folded);
    }
    constexpr std::size_t room_for_a_number = 4;
    if (user.size() >= name_bytes_max - room_for_a_number) break;
  }
  return normal_user_name(user).value_or("user");
}

Result<std::string> display_text(std::string_view text, std::string_view what) {
  const std::string_view shown = trimmed(text);
  if (shown.empty() || shown.size() > display_bytes_max || has_control_characters(shown)) {
    return fail(Error::Kind::invalid_input,
                std::string(what) + " has 1 to 100 bytes of text on one line");
  }
  return std::string(shown);
}

Result<std::string> email_text(std::string_view text) {
  const std::string_view address = trimmed(text);
  if (address.empty()) return std::string{};
  const std::size_t at = address.find('@');
  const bool right = address.size() <= email_bytes_max && at != std::string_view::npos && at > 0 &&
                     at + 1 < address.size() && !has_control_characters(address) &&
                     address.find(' ') == std::string_view::npos;
  if (!right) return fail(Error::Kind::invalid_input, "the e-mail address is not one");
  return std::string(address);
}

Result<std::vector<std::string>> team_list(const std::vector<std::string>& teams) {
  std::vector<std::string> list;
  for (const auto& team : teams) {
    if (trimmed(team).empty()) continue;
    TB_TRY(auto shown, display_text(team, "a team's name"));
    if (std::find(list.begin(), list.end(), shown) == list.end()) list.push_back(std::move(shown));
  }
  if (list.size() > teams_max) {
    return fail(Error::Kind::invalid_input, "nobody can be in more than 50 teams");
  }
  return list;
}

}  // namespace tillbridge::api
