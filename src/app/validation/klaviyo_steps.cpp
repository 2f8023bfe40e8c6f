#include "app/validation/klaviyo_steps.h"

#include <fmt/format.h>

#include "app/fact_table.h"
#include "app/validation/check_names.h"
#include "connectors/klaviyo/documents.h"
#include "flows/customer_to_klaviyo.h"

namespace tillbridge::app {

using connectors::klaviyo::Answer;
using connectors::klaviyo::ProfileKey;
using Kind = Outcome::Kind;

namespace {

constexpr const char* klaviyo = "klaviyo";
constexpr const char* metric = "Placed Order";  // of docs/flows/klaviyo.md

bool delivered(const Answer& answer) {
  return answer.outcome.kind == Kind::delivered;
}

bool lacks_scope(const Answer& answer) {
  constexpr int forbidden = 403;
  return answer.outcome.http_status == forbidden && !answer.code.empty();
}

std::string advice_on(const Answer& answer, const std::string& scope) {
  if (lacks_scope(answer)) {
    return fmt::format(
        "give the key the scope {}: Klaviyo, Settings, API keys (a key's scopes are "
        "fixed: make a new private key)",
        scope);
  }
  if (connectors::klaviyo::refuses_credentials(answer)) {
    return "copy a private key (pk_...) from Klaviyo, Settings, API keys to where api_key points; "
           "with OAuth, connect the app again";
  }
  if (answer.outcome.http_status == 0)
    return "check base_url, and that this machine may reach it (proxy, firewall, certificates)";
  return "validate again when it works";
}

// As tills write a new customer.
std::optional<model::CustomerUpdate> update_of(const flows::KlaviyoSettings& settings,
                                               const model::Customer& person, Instant at,
                                               std::string& why_not) {
  constexpr bool fresh = true;
  constexpr std::uint32_t version = 1;
  const FactTable nothing_known;
  auto planned =
      flows::customer_to_klaviyo(person, {}, fresh, version, at, nothing_known, settings);
  why_not = planned.reason;
  if (!planned.plan) return std::nullopt;
  return std::get<model::CustomerUpdate>(std::move(planned.plan->parts.front()));
}

}  // namespace

KlaviyoSteps::KlaviyoSteps(ValidationRun& run, KlaviyoAccount& account)
    : run_(run), account_(account) {}

Task<Result<void>> KlaviyoSteps::check() {
  if (!co_await connect()) {
    for (const char* step : {"scopes", "profile creation", "profile lookup", "order tracking"})
      run_.steps.skipped(klaviyo, step, "Klaviyo cannot be used yet");
  } else {
    co_await scopes();
    TB_CO_CHECK(co_await create());
    if (created_)
      co_await look_up();
    else
      run_.steps.skipped(klaviyo, "profile lookup", "there is no test profile");
    TB_CO_CHECK(co_await track());
  }
  webhook();
  co_return Result<void>{};
}

Task<bool> KlaviyoSteps::connect() {
  const auto account = co_await account_.account();
  if (delivered(account.answer)) {
    currency_ = account.currency;
    run_.steps.ok(klaviyo, "key",
                  fmt::format("account {}{}, its days end in {}, reports in {}", account.id,
                              account.test_account ? " (a test account)" : "", account.timezone,
                              account.currency));
    co_return true;
  }
  run_.steps.failed(klaviyo, "key", account.answer.outcome.reason,
                    advice_on(account.answer, "accounts:read"));
  // A key without this one scope can be good for everything else.
  co_return lacks_scope(account.answer);
}

// Scopes that writing needs are seen when it is tried; those of consent only by a person's own
// decision.
Task<void> KlaviyoSteps::scopes() {
  std::vector<std::string> proven, lacking;
  const auto note = [&](const Answer& answer, const char* scope) {
    if (delivered(answer)) proven.emplace_back(scope);
    if (lacks_scope(answer)) lacking.emplace_back(scope);
  };
  const std::vector<std::string> nobody{run_.person.email};
  const auto profiles = co_await account_.find_profiles(ProfileKey::email, nobody, false);
  note(profiles.answer, "profiles:read");
  if (delivered(profiles.answer)) {
    const auto consents = co_await account_.find_profiles(ProfileKey::email, nobody, true);
    note(consents.answer, "subscriptions:read");
  }
  const auto metrics = co_await account_.metrics("");
  note(metrics.answer, "metrics:read");
  if (!metrics.items.empty()) {
    const Instant now = run_.clock.now();
    const auto events =
        co_await account_.events(metrics.items.front().id, now, now + std::chrono::seconds{1}, "");
    note(events.answer, "events:read");
  }
  for (const std::string& scope : lacking) {
    if (scope == "metrics:read" || scope == "events:read") may_read_events_ = false;
  }
  if (!lacking.empty()) {
    run_.steps.failed(klaviyo, "scopes", fmt::format("the key lacks {}", listed(lacking)),
                      "make a private key with the scopes of docs/setup.md: Klaviyo, Settings, API "
                      "keys");
  } else {
    run_.steps.ok(klaviyo, "scopes",
                  fmt::format("{}; those of consent (lists:write, subscriptions:write) cannot be "
                              "tried without somebody's decision",
                              proven.empty() ? "none seen" : listed(proven)));
  }
}

Task<Result<void>> KlaviyoSteps::create() {
  constexpr const char* step = "profile creation";
  std::string why_not;
  const auto update =
      update_of(run_.workspace.klaviyo_flows, run_.person, run_.clock.now(), why_not);
  if (!update) {
    run_.steps.failed(klaviyo, step, why_not,
                      "check key_from and the mapping of [workspace.klaviyo]");
    co_return Result<void>{};
  }
  const auto parsed =
      connectors::klaviyo::profile_write_of(connectors::klaviyo::part_bytes(*update));
  if (!parsed) co_return fail(parsed.error());
  TB_CO_CHECK(
      co_await run_.audit(fmt::format("writes the test profile {} to klaviyo", run_.person.email)));
  constexpr bool without_phone = false;
  const auto imported = co_await account_.import_profile(
      connectors::klaviyo::profile_import_body(*parsed, "", without_phone));
  written_ = delivered(imported.answer) || imported.answer.outcome.kind == Kind::ambiguous;
  created_ = delivered(imported.answer);
  if (created_) {
    run_.steps.ok(klaviyo, step, "accepted with every mapped attribute");
  } else if (imported.answer.outcome.kind == Kind::rejected) {
    run_.steps.failed(klaviyo, step, imported.answer.outcome.reason,
                      "check the mapping of [workspace.klaviyo] for what the answer points at");
  } else {
    run_.steps.failed(klaviyo, step, imported.answer.outcome.reason,
                      advice_on(imported.answer, "profiles:write"));
  }
  co_return Result<void>{};
}

Task<void> KlaviyoSteps::look_up() {
  constexpr const char* step = "profile lookup";
  const std::vector<std::string> wanted{run_.person.email};
  Waiting waiting(run_);
  for (;;) {
    const auto page = co_await account_.find_profiles(ProfileKey::email, wanted, false);
    if (delivered(page.answer) && !page.items.empty()) {
      run_.steps.ok(klaviyo, step, "found after " + waiting.in_words());
      co_return;
    }
    if (lacks_scope(page.answer)) {
      run_.steps.failed(klaviyo, step, page.answer.outcome.reason,
                        advice_on(page.answer, "profiles:read"));
      co_return;
    }
    if (!co_await waiting.pause()) break;
  }
  run_.steps.failed(klaviyo, step,
                    "accepted, but not found within " + seconds_text(run_.visible_within),
                    "validate again with --visible-within 600; if it stays so, try another "
                    "--email-domain: Klaviyo drops test domains in silence");
}

Task<Result<void>> KlaviyoSteps::track() {
  constexpr const char* step = "order tracking";
  if (!created_) {
    run_.steps.skipped(klaviyo, step, "there is no test profile");
    co_return Result<void>{};
  }
  const Instant at = std::chrono::floor<std::chrono::seconds>(run_.clock.now());
  model::CustomerEvent event;
  event.who.ids.emplace_back("email", run_.person.email);
  event.type = metric;
  event.at = at;
  event.properties = {{"Source Name", std::string(check_source)}};
  if (const auto currency = Currency::parse(currency_)) event.value = Money{0, *currency};
  event.unique_id = run_.person.customer_id;
  event.history = true;  // no flow of the account shall start
  const auto body = connectors::klaviyo::event_body(connectors::klaviyo::part_bytes(event));
  if (!body) co_return fail(body.error());
  TB_CO_CHECK(co_await run_.audit(
      fmt::format("tracks one '{}' of value 0 for {} at klaviyo", metric, run_.person.email)));
  const Answer answer = co_await account_.create_event(*body);
  if (!delivered(answer)) {
    run_.steps.failed(klaviyo, step, answer.outcome.reason, advice_on(answer, "events:write"));
    co_return Result<void>{};
  }
  const std::string seen = co_await see_event(at);
  run_.steps.ok(klaviyo, step,
                fmt::format("one '{}' of value 0 from the source '{}', as history so that no flow "
                            "starts: {}",
                            metric, check_source, seen));
  co_return Result<void>{};
}

// Also so that nothing is queued any more when the person is deleted: a late event would bring the
// profile back (klaviyo.md 13).
Task<std::string> KlaviyoSteps::see_event(Instant at) {
  constexpr Duration around = std::chrono::minutes{1};
  constexpr Duration enough_unseen = std::chrono::seconds{10};
  Waiting waiting(run_);
  for (;;) {
    // The account's first event makes the metric.
    const std::string id = may_read_events_ ? co_await id_of_metric() : std::string{};
    if (!id.empty()) {
      const auto page = co_await account_.events(id, at - around, at + around, "");
      for (const auto& event : page.items) {
        if (event.unique_id == run_.person.customer_id)
          co_return "accepted, and seen after " + waiting.in_words();
      }
      if (lacks_scope(page.answer)) may_read_events_ = false;
    }
    if (!may_read_events_ && waiting.waited() >= enough_unseen) break;
    if (!co_await waiting.pause()) break;
  }
  if (!may_read_events_) co_return "accepted; this key may not read it back";
  co_return fmt::format("accepted, not visible within {}; Klaviyo can take minutes",
                        seconds_text(run_.visible_within));
}

Task<std::string> KlaviyoSteps::id_of_metric() {
  std::string next;
  do {
    auto page = co_await account_.metrics(std::move(next));
    for (const auto& one : page.items) {
      if (one.name == metric && one.integration != "Klaviyo") co_return one.id;
    }
    next = std::move(page.next);
  } while (!next.empty());
  co_return "";
}

void KlaviyoSteps::webhook() {
  constexpr const char* step = "webhook";
  if (run_.workspace.klaviyo.webhook_secret.empty()) {
    run_.steps.skipped(klaviyo, step,
                       fmt::format("no webhook_secret: consent is asked for every {} instead",
                                   seconds_text(run_.workspace.klaviyo_consent_poll_every)));
    return;
  }
  run_.steps.ok(
      klaviyo, step,
      fmt::format("a secret is set; the address is https://<this hub>/klaviyo/{}/webhooks",
                  run_.workspace.name));
}

Task<Result<void>> KlaviyoSteps::clean_up() {
  constexpr const char* step = "clean-up";
  if (!written_) {
    run_.steps.skipped(klaviyo, step, "nothing was written");
    co_return Result<void>{};
  }
  const std::vector<std::string> wanted{run_.person.email};
  TB_CO_CHECK(co_await run_.audit(fmt::format("has {} deleted at klaviyo", run_.person.email)));
  const Answer answer = co_await account_.delete_person(run_.person.email);
  if (!delivered(answer)) {
    run_.steps.failed(
        klaviyo, step,
        fmt::format("{}. The test profile stays: {}", answer.outcome.reason, run_.person.email),
        advice_on(answer, "data-privacy:write") + ", or delete the profile by hand");
    co_return Result<void>{};
  }
  Waiting waiting(run_);
  bool gone = false;
  do {
    const auto page = co_await account_.find_profiles(ProfileKey::email, wanted, false);
    gone = delivered(page.answer) && page.items.empty();
  } while (!gone && co_await waiting.pause());
  run_.steps.ok(klaviyo, step,
                gone ? fmt::format("the test profile is deleted, gone after {}", waiting.in_words())
                     : fmt::format("deletion is asked for; still there after {}: {}",
                                   waiting.in_words(), run_.person.email));
  co_return Result<void>{};
}

}  // namespace tillbridge::app
