// What is made of the settings, and how they are shown and stored; alert_document_read.cpp reads
// them.
#include "app/alerts/alert_document.h"

#include <algorithm>

#include <fmt/format.h>

#include "desk/local_time.h"

namespace tillbridge::app {
namespace {

enum class Form { stored, shown };

std::string clock_form(Duration of_day) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(of_day).count();
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

json::Array texts(const std::vector<std::string>& list) {
  json::Array out;
  for (const std::string& one : list) out.emplace_back(one);
  return out;
}

json::Object channel_form(const AlertChannel& channel, Form form) {
  json::Object out;
  out["id"] = channel.id;
  out["kind"] = channel.kind == desk::ChannelKind::webhook ? "webhook" : "mail";
  out["title"] = channel.title;
  out["url"] = form == Form::stored ? channel.url : masked_url(channel.url);
  out["to"] = texts(channel.to);
  out["level"] = desk::name(channel.level);
  json::Array kinds;
  for (const desk::AlertKind kind : channel.kinds) kinds.emplace_back(desk::name(kind));
  out["kinds"] = std::move(kinds);
  out["teams"] = texts(channel.teams);
  out["quiet"] = nullptr;
  if (channel.quiet) {
    json::Array days;
    for (const int day : channel.quiet->days) days.emplace_back(lower(desk::weekday_name(day)));
    out["quiet"] = json::Object{{"days", std::move(days)},
                                {"from", clock_form(channel.quiet->from)},
                                {"until", clock_form(channel.quiet->until)}};
  }
  out["critical_in_quiet_hours"] = channel.critical_in_quiet_hours;
  return out;
}

std::string_view tls_name(outbound::MailServer::Tls tls) {
  using Tls = outbound::MailServer::Tls;
  return tls == Tls::never ? "never" : tls == Tls::if_offered ? "if_offered" : "required";
}

json::Object mail_form(const AlertMail& mail, Form form) {
  json::Object out{{"url", mail.url},
                   {"from", mail.from},
                   {"user", mail.user},
                   {"password", ""},
                   {"tls", tls_name(mail.tls)}};
  if (!mail.password) return out;
  const bool in_file = mail.password->place == secrets::Reference::Place::file;
  if (form == Form::stored) {
    out["password"] = json::Object{{in_file ? "file" : "env", mail.password->where}};
  } else {
    out["password"] = "(kept)";
    out["password_from"] = (in_file ? "file:" : "env:") + mail.password->where;
  }
  return out;
}

json::Object form_of(const AlertDocument& document, Form form) {
  json::Object out;
  json::Array channels;
  for (const AlertChannel& one : document.channels) channels.push_back(channel_form(one, form));
  out["channels"] = std::move(channels);
  out["mail"] = mail_form(document.mail, form);
  out["self_test_at"] = nullptr;
  if (document.self_test_at) out["self_test_at"] = clock_form(*document.self_test_at);
  json::Object thresholds;
  for (const NamedThreshold& one : named_thresholds)
    thresholds[one.name] = document.thresholds.*one.value;
  out["thresholds"] = std::move(thresholds);
  return out;
}

// In words for the console.
std::string state_of(const desk::ChannelState& state) {
  if (state.failing_since)
    return state.given_up > 0  ? fmt::format("failing, {} given up", state.given_up)
           : state.waiting > 0 ? fmt::format("failing, {} waiting to be sent again", state.waiting)
                               : "failing";
  if (state.kept > 0) return fmt::format("quiet hours, {} kept", state.kept);
  if (state.waiting > 0) return "sending";
  return state.last_sent ? "working" : "not used yet";
}

Duration seconds_of(double seconds) {
  return std::chrono::round<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

const AlertChannel* AlertDocument::channel(std::string_view id) const {
  const auto at = std::find_if(channels.begin(), channels.end(),
                               [id](const AlertChannel& one) { return one.id == id; });
  return at == channels.end() ? nullptr : &*at;
}

std::string masked_url(const std::string& url) {
  const auto host = url.find("://");
  if (host == std::string::npos) return url;
  const auto after = url.find_first_of("/?#", host + 3);
  if (after == std::string::npos || url.substr(after) == "/") return url;
  return url.substr(0, after) + "/...";
}

json::Object stored_form(const AlertDocument& document) {
  return form_of(document, Form::stored);
}

json::Object shown_form(const AlertDocument& document,
                        const std::vector<desk::ChannelState>& states) {
  json::Object out = form_of(document, Form::shown);
  for (json::Value& value : out.at("channels").as_array()) {
    json::Object& channel = value.as_object();
    const std::string id = json::text(channel, "id").value_or("");
    const auto state =
        std::find_if(states.begin(), states.end(),
                     [&id](const desk::ChannelState& one) { return one.channel == id; });
    const bool known = state != states.end();
    channel["state"] = state_of(known ? *state : desk::ChannelState{});
    channel["last_error"] = nullptr;
    channel["last_sent_at"] = nullptr;
    if (known && !state->why.empty()) channel["last_error"] = state->why;
    if (known && state->last_sent) channel["last_sent_at"] = utc_text(*state->last_sent);
  }
  return out;
}

desk::NoticeSettings notice_settings(const AlertDocument& document,
                                     const desk::NoticePlace& place) {
  desk::NoticeSettings settings;
  settings.place = place;
  settings.self_test_at = document.self_test_at;
  for (const AlertChannel& one : document.channels) {
    desk::Channel channel;
    channel.name = one.id;
    channel.kind = one.kind;
    channel.level_min = one.level;
    channel.kinds = one.kinds;
    channel.teams = one.teams;
    channel.critical_in_quiet_hours = one.critical_in_quiet_hours;
    if (one.quiet)
      channel.quiet =
          desk::QuietHours{one.quiet->days, one.quiet->from, one.quiet->until, place.zone};
    settings.channels.push_back(std::move(channel));
  }
  return settings;
}

desk::AlertSettings rule_settings(const AlertThresholds& thresholds) {
  desk::AlertSettings settings;
  settings.rules.fill({seconds_of(thresholds.opened_after_s),
                       seconds_of(thresholds.recovered_after_s),
                       seconds_of(thresholds.repeat_after_s)});
  return settings;
}

desk::ErrorRateSettings error_settings(const AlertThresholds& thresholds) {
  desk::ErrorRateSettings settings;
  settings.attempts_min = static_cast<std::uint64_t>(thresholds.errors_attempts_min);
  settings.warning = thresholds.errors_warning_percent / 100;
  settings.critical = thresholds.errors_critical_percent / 100;
  return settings;
}

}  // namespace tillbridge::app
