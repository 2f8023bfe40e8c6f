#include "desk/notice_text.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "desk/local_time.h"

namespace tillbridge::desk {
namespace {

constexpr std::array<std::string_view, 5> state_names = {"opened", "worse", "recovered", "test",
                                                         "digest"};

std::string both_times(Instant at, const Zone& zone) {
  return fmt::format("{} {} ({})", zone.local_text(at), zone.name(),
                     utc_text(std::chrono::floor<std::chrono::seconds>(at)).substr(0, 19) + "Z");
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

std::string headline(const Notice& notice) {
  switch (notice.state) {
    case Notice::State::opened:
      return notice.level == AlertLevel::critical ? "Critical" : "Warning";
    case Notice::State::worse:
      return "Worse, now critical";
    case Notice::State::recovered:
      return "Recovered";
    case Notice::State::test:
      return "Test";
    case Notice::State::digest:
      return "Digest";
  }
  return "Notice";
}

std::string digest_line(const DigestLine& line, Instant now, const Zone& zone) {
  std::string out = fmt::format("- {}: {}, since {}", words(line.kind), line.subject,
                                moment_text(line.since, now, zone));
  if (line.recovered_at) {
    out += fmt::format(", recovered {}", moment_text(*line.recovered_at, now, zone));
  } else {
    out += fmt::format(", still open{}", line.level == AlertLevel::critical ? ", critical" : "");
  }
  if (line.openings > 1) out += fmt::format(" ({} times)", line.openings);
  if (!line.text.empty()) out += ". " + one_line(line.text);
  return out;
}

}  // namespace

std::string_view name(Notice::State state) {
  return state_names.at(static_cast<std::size_t>(state));
}
std::optional<Notice::State> notice_state(std::string_view name) {
  const auto at = std::find(state_names.begin(), state_names.end(), name);
  if (at == state_names.end()) return std::nullopt;
  return static_cast<Notice::State>(at - state_names.begin());
}

std::string alert_path(AlertKind kind, std::string_view subject) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out = fmt::format("/alerts/{}/", name(kind));
  for (const char c : subject) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                       (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '_' || byte == '.';
    if (plain) {
      out += c;
    } else {
      out += {'%', hex[byte >> 4], hex[byte & 15]};
    }
  }
  return out;
}

Notice to_notice(const Transition& transition) {
  Notice notice;
  switch (transition.state) {
    case Transition::State::opened:
      notice.state = Notice::State::opened;
      break;
    case Transition::State::worse:
      notice.state = Notice::State::worse;
      break;
    case Transition::State::recovered:
      notice.state = Notice::State::recovered;
      break;
  }
  const Alert& alert = transition.alert;
  notice.kind = alert.kind;
  notice.subject = alert.subject;
  notice.level = alert.level;
  notice.text = alert.text;
  if (transition.state == Transition::State::recovered)
    notice.text = transition.note.empty() ? fmt::format("It was: {}", alert.text)
                                          : fmt::format("{}: {}", alert.subject, transition.note);
  notice.team = std::string(team_of(alert.kind));
  notice.since = alert.since;
  notice.at = transition.at;
  return notice;
}

Message message_of(const Notice& notice, const NoticePlace& place) {
  Message message;
  message.title =
      one_line(fmt::format("{}: {}: {}", headline(notice), words(notice.kind), notice.subject));
  message.level = notice.level;
  message.kind = std::string(name(notice.kind));
  message.subject = notice.subject;
  message.state = std::string(name(notice.state));
  message.link = place.console_url +
                 (notice.path.empty() ? alert_path(notice.kind, notice.subject) : notice.path);
  message.at = notice.at;
  message.text = fmt::format("{}\n{}\n", message.title, notice.text);
  message.text += fmt::format("Since {}.\n", both_times(notice.since, place.zone));
  if (notice.state == Notice::State::recovered)
    message.text += fmt::format("Over at {}, after {}.\n", both_times(notice.at, place.zone),
                                duration_text(notice.at - notice.since));
  message.text += fmt::format("Workspace {}: {}", place.workspace, message.link);
  return message;
}

Message test_message(const std::string& channel, const NoticePlace& place, Instant now) {
  Message message;
  message.title = "Test: alerts work";
  message.kind = std::string(name(AlertKind::self_test));
  message.subject = channel;
  message.state = std::string(name(Notice::State::test));
  message.link = place.console_url + "/alerts";
  message.at = now;
  message.text = fmt::format(
      "{}\nThe notices of workspace {} reach this channel ({}). Nothing needs to be done.\n"
      "Sent {}: {}",
      message.title, place.workspace, channel, both_times(now, place.zone), message.link);
  return message;
}

Message digest_message(const std::vector<DigestLine>& lines, std::uint64_t over,
                       const NoticePlace& place, Instant now) {
  Message message;
  std::size_t still_open = 0;
  for (const DigestLine& line : lines) {
    message.level = std::max(message.level, line.level);
    if (!line.recovered_at) ++still_open;
  }
  const std::uint64_t total = lines.size() + over;
  message.title = fmt::format("In the quiet hours: {} alert{}, {} still open", total,
                              total == 1 ? "" : "s", still_open);
  message.kind = "digest";
  message.state = std::string(name(Notice::State::digest));
  message.link = place.console_url + "/alerts";
  message.at = now;
  message.text = message.title + "\n";
  for (const DigestLine& line : lines) message.text += digest_line(line, now, place.zone) + "\n";
  if (over > 0) message.text += fmt::format("- and {} more\n", over);
  message.text += fmt::format("Times are of {}; now it is {}.\nWorkspace {}: {}", place.zone.name(),
                              both_times(now, place.zone), place.workspace, message.link);
  return message;
}

std::string webhook_body(const Message& message) {
  json::Object body = to_json(message);
  body["at"] = utc_text(message.at);
  return json::to_text(body);
}

Email email_of(const Message& message) {
  return {one_line("[Tillbridge] " + message.title), message.text + "\n"};
}

json::Object to_json(const Message& message) {
  return {{"text", message.text}, {"title", message.title},      {"level", name(message.level)},
          {"kind", message.kind}, {"subject", message.subject},  {"state", message.state},
          {"link", message.link}, {"at", to_unix_us(message.at)}};
}

Message message_from_json(const json::Object& document) {
  const auto text = [&document](std::string_view key) {
    return json::text(document, key).value_or("");
  };
  Message message;
  message.text = text("text");
  message.title = text("title");
  message.level = alert_level(text("level")).value_or(AlertLevel::ok);
  message.kind = text("kind");
  message.subject = text("subject");
  message.state = text("state");
  message.link = text("link");
  message.at = from_unix_us(json::integer(document, "at").value_or(0));
  return message;
}

json::Object to_json(const DigestLine& line) {
  json::Object out{
      {"kind", name(line.kind)},   {"subject", line.subject},         {"text", line.text},
      {"level", name(line.level)}, {"since", to_unix_us(line.since)}, {"openings", line.openings}};
  if (line.recovered_at) out["recovered_at"] = to_unix_us(*line.recovered_at);
  return out;
}

std::optional<DigestLine> digest_line_from_json(const json::Object& document) {
  const auto kind = alert_kind(json::text(document, "kind").value_or(""));
  if (!kind) return std::nullopt;
  DigestLine line;
  line.kind = *kind;
  line.subject = json::text(document, "subject").value_or("");
  line.text = json::text(document, "text").value_or("");
  line.level = alert_level(json::text(document, "level").value_or("")).value_or(AlertLevel::ok);
  line.since = from_unix_us(json::integer(document, "since").value_or(0));
  line.openings = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(json::integer(document, "openings").value_or(0), 0, 1'000'000));
  if (const auto at = json::integer(document, "recovered_at"))
    line.recovered_at = from_unix_us(*at);
  return line;
}

}  // namespace tillbridge::desk
