// Reading the settings of the alerts: everything is checked before anything is taken.
#include <algorithm>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include "app/alerts/alert_document.h"
#include "desk/local_time.h"

namespace tillbridge::app {
namespace {

constexpr std::size_t channels_max = 50;
constexpr std::size_t receivers_max = 20;
constexpr std::size_t title_bytes_max = 80;
constexpr std::size_t id_bytes_max = 40;
constexpr std::size_t text_bytes_max = 2'000;
constexpr std::string_view kept = "(kept)";

tl::unexpected<Error> wrong(const std::string& member, std::string_view what) {
  return fail(Error::Kind::invalid_input, fmt::format("{}: {}", member, what));
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

Result<std::string> text_at(const json::Object& object, std::string_view key,
                            const std::string& member, std::size_t bytes_max) {
  const json::Value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return std::string{};
  if (!value->is_string()) return wrong(member, "is no text");
  std::string text(value->get_string().data(), value->get_string().size());
  if (text.size() > bytes_max) return wrong(member, "is too long");
  if (has_control_characters(text)) return wrong(member, "holds control characters");
  return text;
}

Result<std::vector<std::string>> texts_at(const json::Object& object, std::string_view key,
                                          const std::string& member, std::size_t most) {
  std::vector<std::string> out;
  const json::Value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return out;
  if (!value->is_array()) return wrong(member, "is no list");
  if (value->get_array().size() > most)
    return wrong(member, fmt::format("has more than {} entries", most));
  for (const json::Value& one : value->get_array()) {
    if (!one.is_string() || one.get_string().empty() || one.get_string().size() > text_bytes_max ||
        has_control_characters(one.get_string()))
      return wrong(member, "has an entry that is no text");
    out.emplace_back(one.get_string().data(), one.get_string().size());
  }
  return out;
}

Result<Duration> clock_at(const json::Object& object, std::string_view key,
                          const std::string& member) {
  const std::string text = json::text(object, key).value_or("");
  const auto digit = [&text](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4))
    return wrong(member, "write a time of day like 22:00");
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (hours > 23 || minutes > 59) return wrong(member, "is no time of day");
  return Duration{std::chrono::hours{hours} + std::chrono::minutes{minutes}};
}

std::string folded(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// "monday", "Mon", 0.
std::optional<int> weekday_of(const json::Value& value) {
  if (value.is_int64()) {
    const auto number = value.get_int64();
    return number >= 0 && number <= 6 ? std::optional(static_cast<int>(number)) : std::nullopt;
  }
  if (!value.is_string()) return std::nullopt;
  const std::string wanted = folded(value.get_string());
  for (int day = 0; day < 7; ++day) {
    const std::string name = folded(desk::weekday_name(day));
    if (wanted == name || wanted == name.substr(0, 3)) return day;
  }
  return std::nullopt;
}

Result<std::optional<AlertChannel::Quiet>> quiet_at(const json::Object& channel,
                                                    const std::string& member) {
  const json::Value* value = channel.if_contains("quiet");
  if (value == nullptr || value->is_null()) return std::optional<AlertChannel::Quiet>{};
  const json::Object* object = value->if_object();
  if (object == nullptr) return wrong(member, "is no object");
  AlertChannel::Quiet quiet;
  TB_TRY(quiet.from, clock_at(*object, "from", member + ".from"));
  TB_TRY(quiet.until, clock_at(*object, "until", member + ".until"));
  if (const json::Array* days = json::array(*object, "days")) {
    for (const json::Value& one : *days) {
      const auto day = weekday_of(one);
      if (!day) return wrong(member + ".days", "names a day that is none; write \"monday\"");
      if (std::find(quiet.days.begin(), quiet.days.end(), *day) == quiet.days.end())
        quiet.days.push_back(*day);
    }
  }
  std::sort(quiet.days.begin(), quiet.days.end());
  return std::optional(quiet);
}

bool is_address(std::string_view text) {
  const auto at = text.find('@');
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7f &&
           std::string_view("<>(),;:\\\"[]").find(c) == std::string_view::npos;
  });
  return plain && at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos;
}

Result<std::string> webhook_url_at(const json::Object& channel, const AlertChannel* present,
                                   const std::string& member, bool plain_http) {
  TB_TRY(std::string url, text_at(channel, "url", member, text_bytes_max));
  if (present != nullptr && !present->url.empty() &&
      (url == masked_url(present->url) || url == kept))
    return present->url;
  if (url.ends_with("/...")) return wrong(member, "write the whole URL");
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->host().empty()) return wrong(member, "is no URL");
  const bool over_tls = parsed->scheme_id() == boost::urls::scheme::https;
  if (!over_tls && !(plain_http && parsed->scheme_id() == boost::urls::scheme::http))
    return wrong(member, "has to begin with https://");
  if (parsed->has_userinfo()) return wrong(member, "may not hold a user or a password");
  return url;
}

// "Chat of retail" -> "chat-of-retail".
std::string id_from(std::string_view title) {
  std::string out;
  for (const char c : folded(title)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) out += c;
    if (!plain && !out.empty() && out.back() != '-') out += '-';
    if (out.size() >= id_bytes_max - 4) break;
  }
  while (out.ends_with('-')) out.pop_back();
  return out.empty() ? "channel" : out;
}

bool is_id(std::string_view id) {
  return id.size() <= id_bytes_max && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
         });
}

Result<AlertChannel> read_channel(const json::Object& wanted, const AlertDocument& present,
                                  const std::string& member, bool plain_http) {
  AlertChannel channel;
  TB_TRY(channel.id, text_at(wanted, "id", member + ".id", text_bytes_max));
  if (!is_id(channel.id))
    return wrong(member + ".id", "has at most 40 small letters, digits and hyphens");
  const AlertChannel* before = channel.id.empty() ? nullptr : present.channel(channel.id);
  TB_TRY(channel.title, text_at(wanted, "title", member + ".title", title_bytes_max));
  if (channel.title.empty()) return wrong(member + ".title", "is missing");
  const std::string kind = json::text(wanted, "kind").value_or("");
  if (kind != "webhook" && kind != "mail")
    return wrong(member + ".kind", "is \"webhook\" or \"mail\"");
  channel.kind = kind == "mail" ? desk::ChannelKind::email : desk::ChannelKind::webhook;
  if (channel.kind == desk::ChannelKind::webhook) {
    TB_TRY(channel.url, webhook_url_at(wanted, before, member + ".url", plain_http));
  } else {
    TB_TRY(channel.to, texts_at(wanted, "to", member + ".to", receivers_max));
    if (channel.to.empty()) return wrong(member + ".to", "is missing");
    for (const std::string& one : channel.to) {
      if (!is_address(one)) return wrong(member + ".to", "has an entry that is no address");
    }
  }
  const auto level = desk::alert_level(json::text(wanted, "level").value_or("warning"));
  if (!level || *level == desk::AlertLevel::ok)
    return wrong(member + ".level", "is \"warning\" or \"critical\"");
  channel.level = *level;
  TB_TRY(const auto kinds, texts_at(wanted, "kinds", member + ".kinds", desk::alert_kinds.size()));
  for (const std::string& one : kinds) {
    const auto known = desk::alert_kind(one);
    if (!known) return wrong(member + ".kinds", "names a kind of alert that there is not");
    channel.kinds.push_back(*known);
  }
  TB_TRY(channel.teams, texts_at(wanted, "teams", member + ".teams", receivers_max));
  TB_TRY(channel.quiet, quiet_at(wanted, member + ".quiet"));
  channel.critical_in_quiet_hours = json::boolean(wanted, "critical_in_quiet_hours").value_or(true);
  return channel;
}

Result<std::vector<AlertChannel>> read_channels(const json::Value& value,
                                                const AlertDocument& present, bool plain_http) {
  const json::Array* list = value.if_array();
  if (list == nullptr) return wrong("channels", "is no list");
  if (list->size() > channels_max)
    return wrong("channels", fmt::format("has more than {} entries", channels_max));
  std::vector<AlertChannel> out;
  for (std::size_t at = 0; at < list->size(); ++at) {
    const std::string member = fmt::format("channels[{}]", at);
    const json::Object* one = (*list)[at].if_object();
    if (one == nullptr) return wrong(member, "is no object");
    TB_TRY(AlertChannel channel, read_channel(*one, present, member, plain_http));
    out.push_back(std::move(channel));
  }
  const auto taken = [&out](const std::string& id) {
    return std::count_if(out.begin(), out.end(),
                         [&id](const AlertChannel& one) { return one.id == id; });
  };
  for (std::size_t at = 0; at < out.size(); ++at) {
    if (!out[at].id.empty()) {
      if (taken(out[at].id) > 1)
        return wrong(fmt::format("channels[{}].id", at), "is another channel's as well");
      continue;
    }
    const std::string wish = id_from(out[at].title);
    std::string id = wish;
    for (int number = 2; taken(id) > 0; ++number) id = fmt::format("{}-{}", wish, number);
    out[at].id = std::move(id);
  }
  return out;
}

// The mail server is chosen in the console: it must not be sent what belongs to a platform or to
// the hub itself.
Result<void> check_for_mail(std::string_view variable, std::string_view file) {
  const std::string_view name =
      file.substr(file.rfind('/') == std::string_view::npos ? 0 : file.rfind('/') + 1);
  const bool named = variable.starts_with("SMTP_") || name.starts_with("smtp");
  if (named && file.find("..") == std::string_view::npos) return {};
  return wrong("mail.password",
               "is taken from variables that begin with SMTP_ and files whose names begin with "
               "smtp, so that no other secret can be sent to a mail server");
}

Result<std::optional<secrets::Reference>> read_password(
    const json::Value& value, const std::optional<secrets::Reference>& present) {
  using Place = secrets::Reference::Place;
  const std::string member = "mail.password";
  const auto place_of = [](Place place, std::string_view where) {
    return std::optional(secrets::Reference{place, std::string(where)});
  };
  if (value.is_null()) return std::optional<secrets::Reference>{};
  if (const json::Object* object = value.if_object()) {
    const auto variable = json::text(*object, "env");
    const auto file = json::text(*object, "file");
    if (variable.has_value() == file.has_value())
      return wrong(member, "has either \"env\" or \"file\"");
    if (has_control_characters(variable ? *variable : *file))
      return wrong(member, "holds control characters");
    TB_CHECK(check_for_mail(variable.value_or(""), file.value_or("")));
    return variable ? place_of(Place::environment, *variable) : place_of(Place::file, *file);
  }
  TB_TRY(const std::string text,
         text_at(json::Object{{"password", value}}, "password", member, text_bytes_max));
  if (text.empty()) return std::optional<secrets::Reference>{};
  if (text == kept) {
    if (!present) return wrong(member, "there is none that could be kept");
    return present;
  }
  const std::string_view view = text;
  if (view.starts_with("env:") && view.size() > 4) {
    TB_CHECK(check_for_mail(view.substr(4), ""));
    return place_of(Place::environment, view.substr(4));
  }
  if (view.starts_with("file:") && view.size() > 5) {
    TB_CHECK(check_for_mail("", view.substr(5)));
    return place_of(Place::file, view.substr(5));
  }
  return wrong(member,
               "say where it is, \"env:SMTP_PASSWORD\" or \"file:/run/secrets/smtp\"; passwords "
               "themselves are not taken");
}

Result<AlertMail> read_mail(const json::Value& value, const AlertMail& present) {
  using Tls = outbound::MailServer::Tls;
  const json::Object* wanted = value.if_object();
  if (wanted == nullptr) return wrong("mail", "is no object");
  AlertMail mail = present;
  const auto take = [&](std::string_view key, std::string& into) -> Result<void> {
    if (!wanted->contains(key)) return {};
    TB_TRY(into, text_at(*wanted, key, "mail." + std::string(key), text_bytes_max));
    return {};
  };
  TB_CHECK(take("url", mail.url));
  TB_CHECK(take("from", mail.from));
  TB_CHECK(take("user", mail.user));
  if (const json::Value* password = wanted->if_contains("password")) {
    TB_TRY(mail.password, read_password(*password, present.password));
  }
  if (const auto tls = json::text(*wanted, "tls")) {
    if (*tls != "required" && *tls != "if_offered" && *tls != "never")
      return wrong("mail.tls", "is \"required\", \"if_offered\" or \"never\"");
    mail.tls = *tls == "never"        ? Tls::never
               : *tls == "if_offered" ? Tls::if_offered
                                      : Tls::required;
  }
  if (!mail.url.empty()) {
    const auto parsed = boost::urls::parse_uri(mail.url);
    if (!parsed || parsed->host().empty() ||
        (parsed->scheme() != "smtp" && parsed->scheme() != "smtps"))
      return wrong("mail.url", "write it like smtp://mail.example.com:587");
    if (parsed->has_userinfo()) return wrong("mail.url", "user and password have their own places");
  }
  if (!mail.from.empty() && !is_address(mail.from)) return wrong("mail.from", "is no address");
  if (!mail.user.empty() && !mail.password) return wrong("mail.password", "is missing");
  return mail;
}

Result<AlertThresholds> read_thresholds(const json::Value& value, AlertThresholds thresholds) {
  const json::Object* wanted = value.if_object();
  if (wanted == nullptr) return wrong("thresholds", "is no object");
  for (const auto& [key, entry] : *wanted) {
    const std::string member = "thresholds." + std::string(key);
    const auto named =
        std::find_if(named_thresholds.begin(), named_thresholds.end(),
                     [name = std::string_view(key)](const auto& one) { return one.name == name; });
    if (named == named_thresholds.end()) return wrong(member, "there is no such threshold");
    if (!entry.is_number()) return wrong(member, "is no number");
    const double number = entry.to_number<double>();
    if (!(number >= named->min && number <= named->max))
      return wrong(member, fmt::format("is between {} and {}", named->min, named->max));
    thresholds.*(named->value) = number;
  }
  if (thresholds.errors_critical_percent < thresholds.errors_warning_percent)
    return wrong("thresholds.errors_critical_percent", "is not below errors_warning_percent");
  return thresholds;
}

}  // namespace

Result<AlertDocument> read_alert_document(const json::Object& wanted, const AlertDocument& present,
                                          bool plain_http) {
  AlertDocument document = present;
  if (const json::Value* channels = wanted.if_contains("channels")) {
    TB_TRY(document.channels, read_channels(*channels, present, plain_http));
  }
  if (const json::Value* mail = wanted.if_contains("mail")) {
    TB_TRY(document.mail, read_mail(*mail, present.mail));
  }
  if (const json::Value* at = wanted.if_contains("self_test_at")) {
    document.self_test_at.reset();
    if (!at->is_null() && !(at->is_string() && at->get_string().empty())) {
      TB_TRY(document.self_test_at, clock_at(wanted, "self_test_at", "self_test_at"));
    }
  }
  if (const json::Value* thresholds = wanted.if_contains("thresholds")) {
    TB_TRY(document.thresholds, read_thresholds(*thresholds, present.thresholds));
  }
  const bool mails =
      std::any_of(document.channels.begin(), document.channels.end(),
                  [](const AlertChannel& one) { return one.kind == desk::ChannelKind::email; });
  if (mails && document.mail.url.empty()) return wrong("mail.url", "is missing");
  if (mails && document.mail.from.empty()) return wrong("mail.from", "is missing");
  return document;
}

}  // namespace tillbridge::app
