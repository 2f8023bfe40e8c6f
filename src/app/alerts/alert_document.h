#pragma once
// The settings of the alerts as a document (docs/console.md "Alerts"): read with checks, shown
// without secrets, stored. Passwords are places (secrets/reference.h), so that none is in the
// journal; what follows the host of a webhook's URL may be a token and is not shown. Any thread.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "desk/alert_rules.h"
#include "desk/error_rate.h"
#include "desk/notices.h"
#include "outbound/mail.h"
#include "secrets/reference.h"

namespace tillbridge::app {

struct AlertThresholds {
  double opened_after_s = 60;      // wrong for so long: told
  double recovered_after_s = 120;  // right for so long: over
  double repeat_after_s = 900;     // openings of one alert are not closer than that
  double errors_warning_percent = 5;
  double errors_critical_percent = 25;
  double errors_attempts_min = 20;
  double breaker_critical_s = 300;
  double lag_critical_factor = 4;   // times the workspace's own threshold
  double unidentified_points = 20;  // percentage points above what is usual
  double unidentified_sales_min = 20;
  double disk_free_percent = 10;
  double disk_free_gb = 1;
};

struct AlertChannel {
  struct Quiet {
    std::vector<int> days;  // 0 Monday ... 6 Sunday; empty: every day
    Duration from{0}, until{0};
  };
  std::string id;     // "chat-of-retail": made from the title, stays when that changes
  std::string title;  // for people
  desk::ChannelKind kind = desk::ChannelKind::webhook;
  std::string url;              // of a webhook, as a whole
  std::vector<std::string> to;  // of mails
  desk::AlertLevel level = desk::AlertLevel::warning;
  std::vector<desk::AlertKind> kinds;  // empty: all
  std::vector<std::string> teams;      // empty: all
  std::optional<Quiet> quiet;
  bool critical_in_quiet_hours = true;
};

struct AlertMail {
  std::string url, from, user;
  std::optional<secrets::Reference> password;
  outbound::MailServer::Tls tls = outbound::MailServer::Tls::required;
};

struct AlertDocument {
  std::vector<AlertChannel> channels;
  AlertMail mail;
  std::optional<Duration> self_test_at = std::chrono::hours{8};  // local; nullopt: none
  AlertThresholds thresholds;

  const AlertChannel* channel(std::string_view id) const;  // nullptr: there is none
};

// What is left out stays as `present` has it, also the secrets that come back as they were shown.
// invalid_input names the member. plain_http: webhooks without TLS are taken.
Result<AlertDocument> read_alert_document(const json::Object& wanted, const AlertDocument& present,
                                          bool plain_http);
// What read_alert_document() takes back, secrets as places and URLs as a whole.
json::Object stored_form(const AlertDocument& document);
// For people; `states` of the channels, by their ids.
json::Object shown_form(const AlertDocument& document,
                        const std::vector<desk::ChannelState>& states);

desk::NoticeSettings notice_settings(const AlertDocument& document, const desk::NoticePlace& place);
desk::AlertSettings rule_settings(const AlertThresholds& thresholds);
desk::ErrorRateSettings error_settings(const AlertThresholds& thresholds);

// "https://hooks.example.com/..."; unchanged when nothing follows the host.
std::string masked_url(const std::string& url);

struct NamedThreshold {
  std::string_view name;
  double AlertThresholds::* value;
  double min, max;
};
inline constexpr std::array named_thresholds = {
    NamedThreshold{"opened_after_s", &AlertThresholds::opened_after_s, 0, 3600},
    NamedThreshold{"recovered_after_s", &AlertThresholds::recovered_after_s, 0, 3600},
    NamedThreshold{"repeat_after_s", &AlertThresholds::repeat_after_s, 0, 86'400},
    NamedThreshold{"errors_warning_percent", &AlertThresholds::errors_warning_percent, 0.1, 100},
    NamedThreshold{"errors_critical_percent", &AlertThresholds::errors_critical_percent, 0.1, 100},
    NamedThreshold{"errors_attempts_min", &AlertThresholds::errors_attempts_min, 1, 1'000'000},
    NamedThreshold{"breaker_critical_s", &AlertThresholds::breaker_critical_s, 0, 86'400},
    NamedThreshold{"lag_critical_factor", &AlertThresholds::lag_critical_factor, 1, 100},
    NamedThreshold{"unidentified_points", &AlertThresholds::unidentified_points, 1, 100},
    NamedThreshold{"unidentified_sales_min", &AlertThresholds::unidentified_sales_min, 1, 100'000},
    NamedThreshold{"disk_free_percent", &AlertThresholds::disk_free_percent, 0, 90},
    NamedThreshold{"disk_free_gb", &AlertThresholds::disk_free_gb, 0, 10'000},
};

}  // namespace tillbridge::app
