// The looking part; alert_watch_sending.cpp sends, alert_watch_state.cpp keeps,
// alert_watch_desk.cpp answers people.
#include "app/alerts/alert_watch.h"

#include <algorithm>

#include <fmt/format.h>

#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr Duration recall_again = std::chrono::seconds{2};
constexpr Duration send_pause_min = std::chrono::milliseconds{200};
constexpr Duration shown_after_recovery = std::chrono::hours{24};
constexpr std::size_t recovered_max = 200;

desk::NoticePlace place_of(const AlertWatchParts& parts) {
  desk::NoticePlace place;
  for (const WatchedWorkspace& one : parts.workspaces)
    place.workspace += (place.workspace.empty() ? "" : ", ") + one.name;
  if (!parts.workspaces.empty()) place.zone = parts.workspaces.front().zone;
  place.console_url = parts.console_url;
  while (place.console_url.ends_with('/')) place.console_url.pop_back();
  return place;
}

void log_failure(const std::string& what) {
  telemetry::log(telemetry::Level::error, "alert_task_failed", {{"what", what}});
}

std::optional<std::uint64_t> journal_bytes(const json::Object& status) {
  const json::Object* journal = json::object(status, "journal");
  const auto bytes = journal == nullptr ? std::nullopt : json::integer(*journal, "bytes_on_disk");
  if (!bytes || *bytes < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*bytes);
}

}  // namespace

AlertWatch::AlertWatch(AlertWatchParts parts, AlertWatchSettings settings)
    : parts_(std::move(parts)),
      settings_(std::move(settings)),
      on_(parts_.on),
      subjects_(parts_.workspaces),
      place_(place_of(parts_)),
      rules_(rule_settings(document_.thresholds)),
      notices_(notice_settings(document_, place_)),
      connections_(parts_.workspaces, document_.thresholds),
      disk_(parts_.data_dir, settings_.disk),
      cases_(on_, parts_.workspaces),
      sender_(on_, parts_.mailer, settings_.sending),
      stop_(on_.loop),
      sending_(on_.loop),
      settled_(on_.loop),
      sends_(on_.loop, log_failure),
      background_(on_.loop, log_failure) {
  for (const WatchedWorkspace& one : parts_.workspaces) {
    stores_.push_back(std::make_unique<StoreWatch>(on_, one, subjects_));
    judged_.emplace_back();
    escalations_.push_back(std::make_unique<EscalationWatch>(on_, one, subjects_));
  }
}

AlertWatch::~AlertWatch() = default;

Task<void> AlertWatch::run() {
  while (!stopping_) {
    const auto recalled = co_await recall();
    if (recalled) break;
    log_failure(recalled.error().what);
    co_await stop_.wait(recall_again);
  }
  if (!stopping_) background_.start(run_sending());
  while (!stopping_) {
    co_await look();
    co_await stop_.wait(settings_.look_every);
  }
  co_await background_.join();
}

Task<void> AlertWatch::run_sending() {
  while (!stopping_) {
    co_await send();
    const Instant now = on_.clock.now();
    co_await sending_.wait(std::clamp<Duration>(notices_.look_again_at(now) - now, send_pause_min,
                                                settings_.look_every));
  }
}

void AlertWatch::request_stop() {
  stopping_ = true;
  stop_.notify();
  sending_.notify();
  settled_.notify();
}

void AlertWatch::stored(const journal::Step& step) {
  if (step.records.empty()) return;
  for (const auto& one : stores_) one->stored(step);
}

Task<void> AlertWatch::look() {
  const json::Object status = co_await parts_.status();
  const Instant now = on_.clock.now();
  const Tick tick = on_.clock.tick();
  connections_.take(status, now, tick);
  if (!judges_stores_from_) judges_stores_from_ = tick + settings_.silence_grace;
  if (!read_next_at_ || tick >= *read_next_at_) {
    read_next_at_ = tick + settings_.read_every;
    disk_.take(journal_bytes(status), tick);
    reads_fail_ = !json::object(status, "journal");
    co_await read_journal();
    if (reads_fail_) read_next_at_ = tick + settings_.look_every;
  }
  // From here to the commit nothing is awaited: what people do meanwhile is not lost.
  for (const desk::Transition& transition : rules_.look(now, signals(now, tick))) {
    telemetry::log(transition.state == desk::Transition::State::recovered
                       ? telemetry::Level::info
                       : telemetry::Level::warning,
                   "alert",
                   {{"state", desk::name(transition.state)},
                    {"kind", desk::name(transition.alert.kind)},
                    {"subject", transition.alert.subject},
                    {"level", desk::name(transition.alert.level)},
                    {"text", transition.alert.text}});
    tell(transition, now);
    cases_.follow(transition, unsaved_);
  }
  drop_old_recovered(now);
  // A transition is said once: what could not be stored waits for the next look. It is sent all the
  // same, as the journal may be what is wrong.
  journal::Step step = std::exchange(unsaved_, {});
  journal::Step copy = step;
  const auto stored = co_await store(std::move(copy));
  if (!stored) {
    unsaved_.cases.insert(unsaved_.cases.begin(), step.cases.begin(), step.cases.end());
    unsaved_.closed_cases.insert(unsaved_.closed_cases.begin(), step.closed_cases.begin(),
                                 step.closed_cases.end());
    telemetry::log(telemetry::Level::error, "alerts_not_stored", {{"what", stored.error().what}});
  }
  sending_.notify();
}

Task<void> AlertWatch::read_journal() {
  for (const auto& one : stores_) {
    if (!co_await one->refresh()) reads_fail_ = true;
  }
  judge_stores(on_.clock.now());
  for (const auto& one : escalations_) co_await escalate(*one);
}

Task<void> AlertWatch::escalate(EscalationWatch& watch) {
  auto found = co_await watch.look();
  if (!found) {
    reads_fail_ = true;
    co_return;
  }
  const Instant now = on_.clock.now();
  for (const desk::Notice& notice : found->notices) notices_.add(notice, now);
  if (found->step.case_groups.empty()) co_return;
  const auto stored = co_await store(std::move(found->step));
  if (stored) {
    watch.stored();
    if (parts_.changed) parts_.changed("cases");
  } else {
    telemetry::log(telemetry::Level::error, "escalation_not_stored",
                   {{"what", stored.error().what}});
  }
}

std::vector<desk::Signal> AlertWatch::signals(Instant now, Tick tick) {
  std::vector<desk::Signal> out = connections_.signals(now, tick);
  for (std::size_t at = 0; at < stores_.size(); ++at) {
    add_store_signals(at, now, out);
    const auto overdue = escalations_[at]->signals(rules_.open(), now);
    out.insert(out.end(), overdue.begin(), overdue.end());
  }
  out.push_back(disk_.signal(document_.thresholds, now));
  desk::Signal journal;
  journal.kind = desk::AlertKind::journal;
  journal.subject = "journal";
  journal.level = reads_fail_ || writes_fail_ ? desk::AlertLevel::critical : desk::AlertLevel::ok;
  journal.text = "The journal does not answer or takes nothing. See the hub's log.";
  journal.measured_at = now;
  out.push_back(std::move(journal));
  const auto channels = notices_.signals(now);
  out.insert(out.end(), channels.begin(), channels.end());
  return out;
}

// As often as they are read: a week of hours of every store is looked through.
void AlertWatch::judge_stores(Instant now) {
  std::set<std::string> silent;
  std::set<std::string> unidentified;
  for (const desk::Alert& alert : rules_.open()) {
    if (alert.kind == desk::AlertKind::silence) silent.insert(alert.subject);
    if (alert.kind == desk::AlertKind::unidentified) unidentified.insert(alert.subject);
  }
  for (std::size_t at = 0; at < stores_.size(); ++at) {
    const StoreWatch& stores = *stores_[at];
    const std::string& workspace = parts_.workspaces[at].name;
    judged_[at] = {};
    if (!stores.is_loaded()) continue;
    judged_[at].unidentified = stores.unidentified(document_.thresholds, unidentified, now);
    if (on_.clock.tick() < *judges_stores_from_ || connections_.source_is_paused(workspace))
      continue;
    judged_[at].silence = stores.silence(connections_.source_answers(workspace), silent, now);
  }
}

void AlertWatch::add_store_signals(std::size_t workspace, Instant now,
                                   std::vector<desk::Signal>& out) const {
  const auto add = [&](desk::AlertKind kind,
                       const std::optional<std::vector<desk::Signal>>& judged) {
    if (judged) {
      for (desk::Signal signal : *judged) {
        signal.measured_at = now;
        out.push_back(std::move(signal));
      }
      return;
    }
    // What cannot be measured now stays as it was said.
    for (const desk::Alert& alert : rules_.open()) {
      const bool here = subjects_.split(alert.subject).first == parts_.workspaces[workspace].name;
      if (alert.kind != kind || !here) continue;
      desk::Signal signal;
      signal.kind = kind;
      signal.subject = alert.subject;
      signal.level = alert.level;
      signal.text = alert.text;
      signal.measured_at = now;
      out.push_back(std::move(signal));
    }
  };
  add(desk::AlertKind::silence, judged_[workspace].silence);
  add(desk::AlertKind::unidentified, judged_[workspace].unidentified);
}

void AlertWatch::tell(const desk::Transition& transition, Instant now) {
  using State = desk::Transition::State;
  remember_recovered(transition);
  tell_consoles();
  // Of overdue cases each one is told by its escalation.
  const bool told_already = transition.alert.kind == desk::AlertKind::overdue_cases &&
                            transition.state != State::recovered;
  if (!told_already) notices_.add(desk::to_notice(transition), now);
}

void AlertWatch::remember_recovered(const desk::Transition& transition) {
  const std::string id = desk::alert_id(transition.alert.kind, transition.alert.subject);
  std::erase_if(recovered_, [&id](const Recovered& one) {
    return desk::alert_id(one.alert.kind, one.alert.subject) == id;
  });
  if (transition.state != desk::Transition::State::recovered) return;
  recovered_.push_back({transition.alert, transition.at});
  if (recovered_.size() > recovered_max) recovered_.pop_front();
}

void AlertWatch::drop_old_recovered(Instant now) {
  const std::size_t before = recovered_.size();
  std::erase_if(recovered_,
                [now](const Recovered& one) { return now - one.at > shown_after_recovery; });
  if (recovered_.size() != before) tell_consoles();
}

void AlertWatch::tell_consoles() {
  if (parts_.changed) parts_.changed("alerts");
}

}  // namespace tillbridge::app
