// What the journal keeps of the alerts, and the settings.
#include <algorithm>

#include "app/alerts/alert_watch.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

constexpr const char* connection = "console";
constexpr const char* state_key = "alerts/state";
constexpr const char* settings_key = "alerts/settings";

json::Object alert_form(const desk::Alert& alert, Instant at) {
  return {{"kind", desk::name(alert.kind)},   {"subject", alert.subject},
          {"level", desk::name(alert.level)}, {"text", alert.text},
          {"since", to_unix_us(alert.since)}, {"at", to_unix_us(at)}};
}

// The state without what moves on at every look: how long something has been so is written with
// the next change, and a restart counts it from there.
std::string lasting_text(json::Object document) {
  json::Object& rules = document.at("rules").as_object();
  rules.erase("looked_at");
  for (json::Value& value : rules.at("alerts").as_array()) {
    for (const char* member : {"bad_us", "critical_us", "ok_us", "not_critical_us"})
      value.as_object().erase(member);
  }
  return json::to_text(document);
}

bool is_empty(const journal::Step& step) {
  return step.cases.empty() && step.closed_cases.empty() && step.case_groups.empty() &&
         step.audits.empty() && step.facts.empty();
}

}  // namespace

json::Object AlertWatch::state_document() const {
  json::Array recovered;
  for (const Recovered& one : recovered_) recovered.push_back(alert_form(one.alert, one.at));
  return {{"rules", rules_.to_json()},
          {"notices", notices_.to_json()},
          {"recovered", std::move(recovered)}};
}

Task<Result<void>> AlertWatch::store(journal::Step step) {
  const json::Object document = state_document();
  const std::string lasting = lasting_text(document);
  // Also now and then without a change: that the journal takes nothing has to be noticed.
  const Tick tick = on_.clock.tick();
  if (lasting != stored_state_ || tick - written_at_ >= settings_.read_every)
    step.facts.push_back({"", connection, state_key, json::to_text(document), on_.clock.now()});
  if (is_empty(step)) co_return Result<void>{};
  // Taken as stored at once: steps are stored in the order of their commits.
  stored_state_ = lasting;
  written_at_ = tick;
  const auto stored = co_await on_.journal.commit(std::move(step));
  writes_fail_ = !stored;
  if (stored) co_return Result<void>{};
  stored_state_.clear();  // unknown: written again at the next look
  co_return fail(stored.error());
}

Result<void> AlertWatch::take_state(const std::string& text) {
  TB_TRY(const json::Value value, json::parse(text));
  const json::Object* document = value.if_object();
  const json::Object* rules = document ? json::object(*document, "rules") : nullptr;
  const json::Object* notices = document ? json::object(*document, "notices") : nullptr;
  if (rules == nullptr || notices == nullptr)
    return fail(Error::Kind::corrupt, "the stored state of the alerts is no such document");
  TB_TRY(rules_, desk::AlertRules::from_json(rule_settings(document_.thresholds), *rules));
  TB_TRY(notices_, desk::Notices::from_json(notice_settings(document_, place_), *notices));
  const json::Array* recovered = json::array(*document, "recovered");
  for (std::size_t at = 0; recovered != nullptr && at < recovered->size(); ++at) {
    const json::Object* one = (*recovered)[at].if_object();
    const auto kind = one ? desk::alert_kind(json::text(*one, "kind").value_or("")) : std::nullopt;
    if (!kind) continue;
    Recovered row;
    row.alert.kind = *kind;
    row.alert.subject = json::text(*one, "subject").value_or("");
    row.alert.level = desk::alert_level(json::text(*one, "level").value_or(""))
                          .value_or(desk::AlertLevel::warning);
    row.alert.text = json::text(*one, "text").value_or("");
    row.alert.since = from_unix_us(json::integer(*one, "since").value_or(0));
    row.at = from_unix_us(json::integer(*one, "at").value_or(0));
    recovered_.push_back(std::move(row));
  }
  stored_state_ = lasting_text(state_document());
  return {};
}

Task<Result<void>> AlertWatch::recall() {
  using Values = std::vector<std::optional<std::string>>;
  std::function<Result<Values>(journal::Reader&)> query = [](journal::Reader& reader) {
    const std::vector<std::string> keys{settings_key, state_key};
    return reader.facts("", connection, keys);
  };
  const auto values = co_await on_.journal.read<Values>(std::move(query));
  if (!values) co_return fail(values.error());
  // What cannot be read any more must not keep the alerts from working.
  const auto complain = [](const char* what, const Error& error) {
    telemetry::log(telemetry::Level::error, what, {{"what", error.what}});
  };
  if (const auto& text = values->at(0)) {
    const auto parsed = json::parse(*text);
    const json::Object* object = parsed ? parsed->if_object() : nullptr;
    auto read = read_alert_document(object ? *object : json::Object{}, AlertDocument{}, true);
    if (read) {
      document_ = std::move(*read);
    } else {
      complain("alert_settings_unreadable", read.error());
    }
  }
  rules_ = desk::AlertRules(rule_settings(document_.thresholds));
  notices_ = desk::Notices(notice_settings(document_, place_));
  recovered_.clear();
  connections_.change(document_.thresholds);
  if (const auto& text = values->at(1)) {
    const auto taken = take_state(*text);
    if (!taken) complain("alert_state_unreadable", taken.error());
  }
  connections_.adopt(rules_.open());
  auto adopted = co_await cases_.adopt(rules_.open());
  if (!adopted) co_return fail(adopted.error());
  unsaved_ = std::move(*adopted);
  recalled_ = true;
  co_return Result<void>{};
}

Result<void> AlertWatch::check_recalled() const {
  if (recalled_) return {};
  return fail(Error::Kind::unavailable, "the alerts are starting; try again in a moment");
}

Task<Result<json::Object>> AlertWatch::put_settings(json::Object wanted, std::string) {
  TB_CO_CHECK(check_recalled());
  TB_CO_TRY(AlertDocument document,
            read_alert_document(wanted, document_, sender_.allows_plain_http()));
  const std::string text = json::to_text(stored_form(document));
  document_ = std::move(document);
  notices_.change_settings(notice_settings(document_, place_));
  std::erase_if(outbox_, [this](const auto& one) {
    return document_.channel(one.first) == nullptr && !draining_.contains(one.first);
  });
  auto rules = desk::AlertRules::from_json(rule_settings(document_.thresholds), rules_.to_json());
  if (rules) rules_ = std::move(*rules);
  connections_.change(document_.thresholds);
  journal::Step step;
  step.facts.push_back({"", connection, settings_key, text, on_.clock.now()});
  TB_CO_CHECK(co_await store(std::move(step)));
  tell_consoles();
  sending_.notify();
  co_return settings();
}

}  // namespace tillbridge::app
