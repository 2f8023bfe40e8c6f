#include "desk/alert_rules.h"

#include <algorithm>

#include <fmt/format.h>

namespace tillbridge::desk {
namespace {

constexpr std::array<std::string_view, alert_kinds.size()> kind_names = {
    "lag", "errors", "breaker", "silence", "unidentified", "overdue_cases", "journal", "self_test"};
constexpr std::array<std::string_view, alert_kinds.size()> kind_words = {
    "Behind the tills",         "Failed deliveries", "Connection down", "No sales",
    "Sales without a customer", "Overdue cases",     "Journal",         "Alert channel"};
constexpr std::array<std::string_view, 3> level_names = {"ok", "warning", "critical"};

// Elapsed by a clock that may have been stepped back: then it counts as long ago.
bool passed(const std::optional<Instant>& since, Instant now, Duration wanted) {
  return !since || now < *since || now - *since >= wanted;
}

json::Value moment(const std::optional<Instant>& at) {
  return at ? json::Value(to_unix_us(*at)) : json::Value(nullptr);
}
std::optional<Instant> moment(const json::Object& object, std::string_view key) {
  const auto us = json::integer(object, key);
  return us ? std::optional(from_unix_us(*us)) : std::nullopt;
}
Duration length(const json::Object& object, std::string_view key) {
  return Duration{std::max<std::int64_t>(0, json::integer(object, key).value_or(0))};
}
AlertLevel level(const json::Object& object, std::string_view key) {
  return alert_level(json::text(object, key).value_or("")).value_or(AlertLevel::ok);
}

}  // namespace

std::string_view name(AlertKind kind) {
  return kind_names.at(static_cast<std::size_t>(kind));
}
std::string_view words(AlertKind kind) {
  return kind_words.at(static_cast<std::size_t>(kind));
}
std::optional<AlertKind> alert_kind(std::string_view name) {
  const auto at = std::find(kind_names.begin(), kind_names.end(), name);
  if (at == kind_names.end()) return std::nullopt;
  return static_cast<AlertKind>(at - kind_names.begin());
}
std::string_view team_of(AlertKind kind) {
  const bool of_stores = kind == AlertKind::silence || kind == AlertKind::unidentified ||
                         kind == AlertKind::overdue_cases;
  return of_stores ? "retail operations" : "integration";
}
std::string_view name(AlertLevel level) {
  return level_names.at(static_cast<std::size_t>(level));
}
std::optional<AlertLevel> alert_level(std::string_view name) {
  const auto at = std::find(level_names.begin(), level_names.end(), name);
  if (at == level_names.end()) return std::nullopt;
  return static_cast<AlertLevel>(at - level_names.begin());
}
std::string_view name(Transition::State state) {
  switch (state) {
    case Transition::State::opened:
      return "opened";
    case Transition::State::worse:
      return "worse";
    case Transition::State::recovered:
      return "recovered";
  }
  return "unknown";
}
std::string alert_id(AlertKind kind, std::string_view subject) {
  return fmt::format("{}/{}", name(kind), subject);
}

std::vector<Transition> AlertRules::look(Instant now, const std::vector<Signal>& signals) {
  const Duration gap =
      looked_at_ ? std::clamp(now - *looked_at_, Duration{0}, settings_.look_gap_max) : Duration{0};
  looked_at_ = now;
  std::map<std::string, const Signal*> worst;
  for (const Signal& signal : signals) {
    const Signal*& known = worst[alert_id(signal.kind, signal.subject)];
    if (known == nullptr || signal.level > known->level) known = &signal;
  }
  for (const auto& [id, signal] : worst) {
    if (signal->level == AlertLevel::ok || entries_.contains(id)) continue;
    Entry& entry = entries_[id];
    entry.alert.kind = signal->kind;
    entry.alert.subject = signal->subject;
    entry.alert.level = AlertLevel::ok;
  }
  std::vector<Transition> transitions;
  for (auto at = entries_.begin(); at != entries_.end();) {
    Entry& entry = at->second;
    const auto signal = worst.find(at->first);
    see(entry, signal == worst.end() ? nullptr : signal->second, now, gap);
    if (auto transition = decide(entry, now)) transitions.push_back(std::move(*transition));
    const bool idle = entry.seen == AlertLevel::ok && entry.alert.level == AlertLevel::ok &&
                      !entry.alert.muted_until &&
                      passed(entry.opened_at, now, settings_.rule(entry.alert.kind).repeat_min);
    at = idle ? entries_.erase(at) : std::next(at);
  }
  return transitions;
}

// A level counts from its first look on: what was before it is not known to have been so.
void AlertRules::see(Entry& entry, const Signal* signal, Instant now, Duration gap) {
  const AlertLevel level = signal == nullptr ? AlertLevel::ok : signal->level;
  const AlertLevel before = entry.seen;
  const auto held = [gap](bool was, bool is, Duration& time) {
    time = !is ? Duration{0} : was ? time + gap : Duration{0};
  };
  held(before != AlertLevel::ok, level != AlertLevel::ok, entry.bad_for);
  held(before == AlertLevel::critical, level == AlertLevel::critical, entry.critical_for);
  held(before == AlertLevel::ok, level == AlertLevel::ok, entry.ok_for);
  held(before != AlertLevel::critical, level != AlertLevel::critical, entry.not_critical_for);
  entry.seen = level;
  entry.reported = signal != nullptr;
  Alert& alert = entry.alert;
  if (alert.muted_until && now >= *alert.muted_until) alert.muted_until.reset();
  if (level == AlertLevel::ok) {
    if (!alert.ok_since) alert.ok_since = signal == nullptr ? now : signal->measured_at;
    return;
  }
  if (alert.level == AlertLevel::ok && before == AlertLevel::ok) alert.since = signal->measured_at;
  alert.ok_since.reset();
  alert.text = signal->text;
}

std::optional<Transition> AlertRules::decide(Entry& entry, Instant now) {
  using State = Transition::State;
  const AlertRule& rule = settings_.rule(entry.alert.kind);
  Alert& alert = entry.alert;
  const auto told = [&](State state) {
    entry.worst = std::max(entry.worst, alert.level);
    return Transition{state, alert, now, ""};
  };
  const bool holds_critical =
      entry.seen == AlertLevel::critical && entry.critical_for >= rule.sustained;
  if (alert.level == AlertLevel::ok) {
    if (entry.seen == AlertLevel::ok || entry.bad_for < rule.sustained || alert.muted_until)
      return std::nullopt;
    alert.level = holds_critical ? AlertLevel::critical : AlertLevel::warning;
    entry.opened_at = now;
    entry.worse_at.reset();
    entry.worst = AlertLevel::ok;
    return told(State::opened);
  }
  if (alert.level == AlertLevel::warning && holds_critical && !alert.muted_until) {
    alert.level = AlertLevel::critical;
    entry.worse_at = now;
    return told(State::worse);
  }
  if (entry.seen == AlertLevel::ok && entry.ok_for >= rule.recovered_after &&
      passed(entry.opened_at, now, rule.repeat_min)) {
    Transition over{State::recovered, alert, now, ""};
    over.alert.level = entry.worst;
    if (!entry.reported) over.note = "it is not watched any more";
    alert.level = AlertLevel::ok;
    alert.acknowledged_by.clear();
    return over;
  }
  if (alert.level == AlertLevel::critical && entry.seen != AlertLevel::critical &&
      entry.not_critical_for >= rule.recovered_after &&
      passed(entry.worse_at ? entry.worse_at : entry.opened_at, now, rule.repeat_min))
    alert.level = AlertLevel::warning;  // shown, not told
  return std::nullopt;
}

std::vector<Alert> AlertRules::open() const {
  std::vector<Alert> out;
  for (const auto& [id, entry] : entries_) {
    if (entry.alert.level != AlertLevel::ok) out.push_back(entry.alert);
  }
  return out;
}

const Alert* AlertRules::find(const std::string& id) const {
  const auto at = entries_.find(id);
  const bool is_open = at != entries_.end() && at->second.alert.level != AlertLevel::ok;
  return is_open ? &at->second.alert : nullptr;
}

bool AlertRules::acknowledge(const std::string& id, std::string by) {
  if (find(id) == nullptr) return false;
  entries_.at(id).alert.acknowledged_by = std::move(by);
  return true;
}

void AlertRules::mute(AlertKind kind, const std::string& subject, std::optional<Instant> until) {
  const std::string id = alert_id(kind, subject);
  auto known = entries_.find(id);
  if (known == entries_.end()) {
    if (!until) return;
    known = entries_.emplace(id, Entry{}).first;
    known->second.alert.kind = kind;
    known->second.alert.subject = subject;
    known->second.alert.level = AlertLevel::ok;
  }
  known->second.alert.muted_until = until;
}

json::Object AlertRules::to_json() const {
  json::Array alerts;
  for (const auto& [id, entry] : entries_) {
    alerts.push_back(json::Object{
        {"kind", name(entry.alert.kind)},
        {"subject", entry.alert.subject},
        {"level", name(entry.alert.level)},
        {"text", entry.alert.text},
        {"since", to_unix_us(entry.alert.since)},
        {"ok_since", moment(entry.alert.ok_since)},
        {"acknowledged_by", entry.alert.acknowledged_by},
        {"muted_until", moment(entry.alert.muted_until)},
        {"worst", name(entry.worst)},
        {"seen", name(entry.seen)},
        {"bad_us", entry.bad_for.count()},
        {"critical_us", entry.critical_for.count()},
        {"ok_us", entry.ok_for.count()},
        {"not_critical_us", entry.not_critical_for.count()},
        {"opened_at", moment(entry.opened_at)},
        {"worse_at", moment(entry.worse_at)},
    });
  }
  return {{"looked_at", moment(looked_at_)}, {"alerts", std::move(alerts)}};
}

Result<AlertRules> AlertRules::from_json(AlertSettings settings, const json::Object& document) {
  AlertRules rules(settings);
  rules.looked_at_ = moment(document, "looked_at");
  const json::Array* alerts = json::array(document, "alerts");
  if (alerts == nullptr)
    return fail(Error::Kind::invalid_input, "the state of alerts has no list 'alerts'");
  for (std::size_t at = 0; at < alerts->size(); ++at) {
    const json::Object* one = (*alerts)[at].if_object();
    if (one == nullptr)
      return fail(Error::Kind::invalid_input, fmt::format("alerts[{}] is no object", at));
    const auto kind = alert_kind(json::text(*one, "kind").value_or(""));
    if (!kind) continue;
    Entry entry;
    entry.alert.kind = *kind;
    entry.alert.subject = json::text(*one, "subject").value_or("");
    entry.alert.level = level(*one, "level");
    entry.alert.text = json::text(*one, "text").value_or("");
    entry.alert.since = moment(*one, "since").value_or(Instant{});
    entry.alert.ok_since = moment(*one, "ok_since");
    entry.alert.acknowledged_by = json::text(*one, "acknowledged_by").value_or("");
    entry.alert.muted_until = moment(*one, "muted_until");
    entry.worst = level(*one, "worst");
    entry.seen = level(*one, "seen");
    entry.bad_for = length(*one, "bad_us");
    entry.critical_for = length(*one, "critical_us");
    entry.ok_for = length(*one, "ok_us");
    entry.not_critical_for = length(*one, "not_critical_us");
    entry.opened_at = moment(*one, "opened_at");
    entry.worse_at = moment(*one, "worse_at");
    rules.entries_.insert_or_assign(alert_id(*kind, entry.alert.subject), std::move(entry));
  }
  return rules;
}

}  // namespace tillbridge::desk
