// The connection, consent categories, events and the clean-up; the customer is in
// bloomreach_customer_steps.cpp.
#include "app/validation/bloomreach_steps.h"

#include <fmt/format.h>

#include "app/validation/check_names.h"
#include "connectors/bloomreach/commands.h"
#include "connectors/bloomreach/tracking_client.h"
#include "flows/bloomreach_event_draft.h"
#include "flows/customer_to_bloomreach.h"

namespace tillbridge::app {

namespace bloomreach_client = connectors::bloomreach;
using Kind = Outcome::Kind;

namespace {

constexpr const char* bloomreach = bloomreach_step_name;

// The failure ladder of bloomreach.md 3: project, then key, then secret.
enum class Rung { reach, project, key, secret, none };

Rung rung_of(const Outcome& outcome) {
  constexpr int bad_request = 400;
  constexpr int unauthorized = 401;
  constexpr int forbidden = 403;
  if (outcome.kind == Kind::delivered) return Rung::none;
  const bool of_project = outcome.reason.find("project_token") != std::string::npos;
  if (outcome.http_status == bad_request && of_project) return Rung::project;
  if (outcome.http_status == unauthorized) return Rung::key;
  if (outcome.http_status == forbidden) return Rung::secret;
  return Rung::reach;
}

struct RungText {
  Rung rung;
  const char* step;
  const char* good;
  const char* advice;
};
constexpr RungText rungs[] = {
    {Rung::reach, "reachable", "it answers",
     "check base_url (Project settings, Access management, API shows it), and that this machine "
     "may "
     "reach it (proxy, firewall, certificates)"},
    {Rung::project, "project token", "it knows the project",
     "copy the project token from Project settings, Access management, API to project_token"},
    {Rung::key, "key id", "it knows the API key",
     "copy the API Key ID of a private API group to key_id: Project settings, Access management, "
     "API"},
    {Rung::secret, "secret", "it takes the secret",
     "the secret is shown once only: rotate the key in Project settings, Access management, API, "
     "and put the new secret where key_secret points"},
};

struct Sample {
  const char* event;  // documented name
  std::vector<std::pair<const char*, std::string>> texts;
};

// One event of each type that the flows of this workspace can send, worth nothing.
std::vector<model::CustomerEvent> sample_events(const Workspace& workspace,
                                                const model::CustomerIds& who, Instant at) {
  using flows::BloomreachSettings;
  const BloomreachSettings& settings = workspace.bloomreach_flows;
  const std::string id = workspace.name + "-" + who.ids.front().second;
  const std::pair<const char*, std::string> source{"purchase_source_name", check_source};
  std::vector<Sample> samples{{"purchase", {{"purchase_id", id}, source}},
                              {"purchase_item", {{"purchase_id", id}, {"sku", check_source}}}};
  if (settings.returns == BloomreachSettings::Returns::event) {
    samples.push_back({"return", {{"return_id", id}, source}});
    samples.push_back({"return_item", {{"return_id", id}, {"sku", check_source}}});
  }
  if (settings.cancelled == BloomreachSettings::Cancelled::event)
    samples.push_back({"cancel_order", {{"purchase_id", id}, source}});
  std::vector<model::CustomerEvent> events;
  for (const Sample& sample : samples) {
    flows::EventDraft draft(sample.event, settings);
    for (const auto& [attribute, text] : sample.texts) draft.text(attribute, text);
    draft.number("total_price", Decimal::of(0));
    if (auto event = std::move(draft).finish(who, at)) events.push_back(std::move(*event));
  }
  return events;
}

// What tells the project that nobody is addressed; nullopt without a category.
std::optional<model::CustomerEvent> sample_consent(const Workspace& workspace,
                                                   const model::CustomerIds& who, Instant at) {
  if (!workspace.crm_served) return std::nullopt;
  for (const model::ConsentCategory& category : workspace.crm.categories) {
    if (category.bloomreach.empty()) continue;
    model::CustomerEvent event;
    event.who = who;
    event.type = "consent";
    event.at = at;
    event.properties = {{"action", std::string("reject")},
                        {"category", category.bloomreach},
                        {"source", std::string("pos")},
                        {"message", std::string(check_source)}};
    return event;
  }
  return std::nullopt;
}

}  // namespace

BloomreachSteps::BloomreachSteps(ValidationRun& run, bloomreach_client::CustomerClient& customers)
    : run_(run), customers_(customers) {}

Task<Result<void>> BloomreachSteps::check() {
  connected_ = co_await connect();
  if (!connected_) {
    for (const char* step : {"consent categories", "customer creation", "customer lookup",
                             "reading rights", "order tracking"})
      run_.steps.skipped(bloomreach, step, "Bloomreach cannot be used yet");
    co_return Result<void>{};
  }
  co_await categories();
  TB_CO_CHECK(co_await create());
  if (created_) {
    co_await look_up();
  } else {
    run_.steps.skipped(bloomreach, "customer lookup", "there is no test customer");
    run_.steps.skipped(bloomreach, "reading rights", "there is no test customer");
  }
  co_return co_await track();
}

Task<bool> BloomreachSteps::connect() {
  bloomreach_client::TrackingClient tracking(run_.transport, run_.clock, run_.workspace.bloomreach);
  const Outcome outcome = co_await tracking.ping();
  const Rung failed = rung_of(outcome);
  bool over = false;
  for (const RungText& text : rungs) {
    if (over) {
      run_.steps.skipped(bloomreach, text.step, "not known yet");
    } else if (text.rung == failed) {
      run_.steps.failed(bloomreach, text.step, outcome.reason, text.advice);
      over = true;
    } else {
      run_.steps.ok(bloomreach, text.step, text.good);
    }
  }
  co_return failed == Rung::none;
}

Task<void> BloomreachSteps::categories() {
  std::vector<std::string> wanted;
  if (run_.workspace.crm_served) {
    for (const model::ConsentCategory& category : run_.workspace.crm.categories) {
      if (!category.bloomreach.empty()) wanted.push_back(category.bloomreach);
    }
  }
  if (wanted.empty()) {
    run_.steps.skipped(bloomreach, "consent categories", "none are configured");
    co_return;
  }
  const bloomreach_client::CategoriesAnswer answer = co_await customers_.consent_categories();
  if (answer.outcome.kind != Kind::delivered) {
    run_.steps.failed(bloomreach, "consent categories", answer.outcome.reason,
                      "the consents of [workspace.crm] cannot be held against the project's");
    co_return;
  }
  std::vector<std::string> there;
  there.reserve(answer.categories.size());
  for (const auto& category : answer.categories) there.push_back(category.id);
  for (const std::string& id : wanted) {
    const std::string step = "consent category " + id;
    const auto found = std::find_if(answer.categories.begin(), answer.categories.end(),
                                    [&](const auto& category) { return category.id == id; });
    if (found == answer.categories.end()) {
      run_.steps.failed(
          bloomreach, step, fmt::format("the project has no consent category '{}'", id),
          fmt::format("correct it in the consents of [workspace.crm], or create it in Bloomreach "
                      "(Project settings, Consents); it has {}",
                      there.empty() ? "none" : listed(there)));
    } else if (!found->private_api_allowed) {
      run_.steps.failed(bloomreach, step, "the project lets no API change it",
                        "allow the source private API for this category in Bloomreach (Project "
                        "settings, Consents)");
    } else {
      run_.steps.ok(bloomreach, step, "it exists, and tills' decisions may change it");
    }
  }
}

Task<Result<void>> BloomreachSteps::track() {
  constexpr const char* step = "order tracking";
  if (!created_) {
    run_.steps.skipped(bloomreach, step, "there is no test customer");
    co_return Result<void>{};
  }
  const Instant at = std::chrono::floor<std::chrono::seconds>(run_.clock.now());
  auto events = sample_events(run_.workspace, update_.who, at);
  if (auto consent = sample_consent(run_.workspace, update_.who, at))
    events.push_back(std::move(*consent));
  std::vector<std::string> types;
  types.reserve(events.size());
  for (const model::CustomerEvent& event : events) types.push_back(event.type);
  TB_CO_CHECK(
      co_await run_.audit(fmt::format("tracks events of the test customer {} at "
                                      "bloomreach: {}",
                                      known_as_.second, listed(types))));
  std::vector<std::string> taken, refused;
  std::string reason;
  for (model::CustomerEvent& event : events) {
    const std::string type = event.type;
    const Outcome outcome = co_await write(std::move(event));
    if (outcome.kind == Kind::delivered) {
      taken.push_back(type);
      continue;
    }
    refused.push_back(type);
    if (reason.empty()) reason = outcome.reason;
  }
  const std::string seen = taken.empty() ? std::string{} : co_await see_events(taken);
  if (refused.empty()) {
    run_.steps.ok(bloomreach, step, fmt::format("{}: {}", listed(taken), seen));
  } else {
    run_.steps.failed(
        bloomreach, step, fmt::format("{} refused: {}", listed(refused), reason),
        fmt::format("allow the key's group to set events of type {}: Project settings, Access "
                    "management, API groups, Events; or give them other names in "
                    "[workspace.bloomreach.events]",
                    listed(refused)));
  }
  co_return Result<void>{};
}

// Also so that nothing is queued any more when the customer is taken away: a late event would bring
// the profile back (bloomreach.md 14).
Task<std::string> BloomreachSteps::see_events(std::vector<std::string> types) {
  Waiting waiting(run_);
  for (;;) {
    const auto read = co_await customers_.events(known_as_.first, known_as_.second, types,
                                                 static_cast<int>(types.size()) * 2,
                                                 run_.workspace.bloomreach.total_time_max);
    if (read.outcome.kind == Kind::rejected) break;
    const bool all = std::all_of(types.begin(), types.end(), [&](const std::string& type) {
      return std::any_of(read.events.begin(), read.events.end(),
                         [&](const auto& event) { return event.type == type; });
    });
    if (all) co_return "accepted, and seen after " + waiting.in_words();
    if (!co_await waiting.pause())
      co_return "accepted, not visible within " + seconds_text(run_.visible_within);
  }
  // The key may not read them: they get as long as the customer needed.
  const Duration enough = visible_after_ + visible_after_ / 2;
  while (waiting.waited() < enough && co_await waiting.pause()) {
  }
  co_return "accepted; this key may not read them back";
}

Task<Result<void>> BloomreachSteps::clean_up() {
  constexpr const char* step = "clean-up";
  if (!written_) {
    run_.steps.skipped(bloomreach, step, "nothing was written");
    co_return Result<void>{};
  }
  const std::string who = fmt::format("{} {}", known_as_.first, known_as_.second);
  TB_CO_CHECK(co_await run_.audit("anonymises the test customer at bloomreach, " + who));
  const Outcome outcome = co_await customers_.anonymize(known_as_.first, known_as_.second);
  if (outcome.kind != Kind::delivered) {
    run_.steps.failed(bloomreach, step,
                      fmt::format("{}. The test customer stays: {}", outcome.reason, who),
                      "allow the key's group GDPR, Anonymize customer (Project settings, Access "
                      "management, API groups), or anonymise the customer in Bloomreach by hand");
  } else if (!found_) {
    run_.steps.ok(bloomreach, step,
                  fmt::format("asked for; if the test customer appears later all the same, "
                              "anonymise it by hand: {}",
                              who));
  } else {
    Waiting waiting(run_);
    bool gone = co_await is_gone();
    while (!gone && co_await waiting.pause()) gone = co_await is_gone();
    run_.steps.ok(
        bloomreach, step,
        gone ? fmt::format("the test customer is anonymised, gone after {}", waiting.in_words())
             : fmt::format("asked for; the test customer is still there after {}: {}",
                           waiting.in_words(), who));
  }
  co_return Result<void>{};
}

Task<bool> BloomreachSteps::is_gone() {
  const bloomreach_client::WhatToRead nothing_but_the_id;
  const auto read = co_await customers_.read(known_as_.first, known_as_.second, nothing_but_the_id,
                                             run_.workspace.bloomreach.total_time_max);
  co_return read.outcome.kind == Kind::delivered && !read.customer;
}

Task<Outcome> BloomreachSteps::write(model::TrackedEffect effect) {
  Outcome outcome = co_await customers_.write(bloomreach_client::part_bytes(effect));
  // An answer that never came may hide a write that was done.
  if (outcome.kind == Kind::delivered || outcome.kind == Kind::ambiguous) written_ = true;
  co_return outcome;
}

}  // namespace tillbridge::app
