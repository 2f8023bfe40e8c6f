#pragma once
// What a notice says, as e-mail and as the body of a webhook that chat tools understand (they read
// "text"). Plain English; times in the workspace's zone and in UTC. Pure; any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/zone.h"
#include "desk/alert_rules.h"

namespace tillbridge::desk {

struct Notice {
  enum class State : std::uint8_t { opened, worse, recovered, test, digest };
  State state = State::opened;
  AlertKind kind = AlertKind::lag;
  std::string subject;
  AlertLevel level = AlertLevel::warning;
  std::string text;  // a sentence; no personal data
  std::string team;  // "" of team_of(kind)
  Instant since;     // when it began
  Instant at;        // of this notice
  std::string path;  // in the console, from its root: "/cases/17"; "" that of the alert
};
std::string_view name(Notice::State state);
std::optional<Notice::State> notice_state(std::string_view name);
Notice to_notice(const Transition& transition);
std::string alert_path(AlertKind kind, std::string_view subject);  // "/alerts/silence/store%201001"

struct NoticePlace {
  std::string workspace;    // as people call it
  std::string console_url;  // without a slash at its end: "https://hub.kund.se"
  Zone zone;
};

// Ready to be sent, except for the form of its channel.
struct Message {
  std::string title;  // one line
  std::string text;   // with times and link, line breaks between
  AlertLevel level = AlertLevel::ok;
  std::string kind, subject, state, link;
  Instant at;
};
Message message_of(const Notice& notice, const NoticePlace& place);
Message test_message(const std::string& channel, const NoticePlace& place, Instant now);

// What happened to one alert in quiet hours.
struct DigestLine {
  AlertKind kind = AlertKind::lag;
  std::string subject, text;
  AlertLevel level = AlertLevel::ok;  // the worst
  Instant since;
  std::uint32_t openings = 0;
  std::optional<Instant> recovered_at;  // nullopt: still open
};
// `over`: further lines that were not kept.
Message digest_message(const std::vector<DigestLine>& lines, std::uint64_t over,
                       const NoticePlace& place, Instant now);

// {"text","title","level","kind","subject","state","link","at"}; "text" says everything.
std::string webhook_body(const Message& message);
struct Email {
  std::string subject, body;  // plain text; the subject has no line breaks
};
Email email_of(const Message& message);

json::Object to_json(const Message& message);
Message message_from_json(const json::Object& document);
json::Object to_json(const DigestLine& line);
std::optional<DigestLine> digest_line_from_json(const json::Object& document);

}  // namespace tillbridge::desk
