// The test customer: written as tills do, narrowed down where it is refused, found again.
#include <algorithm>

#include <fmt/format.h>

#include "app/validation/bloomreach_steps.h"
#include "app/validation/check_names.h"
#include "flows/bloomreach_event_draft.h"
#include "flows/customer_to_bloomreach.h"

namespace tillbridge::app {

namespace bloomreach_client = connectors::bloomreach;
using Kind = Outcome::Kind;

namespace {

constexpr const char* bloomreach = bloomreach_step_name;

// As tills write a new customer, with what sales write besides.
std::optional<model::CustomerUpdate> update_of(const Workspace& workspace,
                                               const model::Customer& person, Instant at) {
  const flows::BloomreachSettings& settings = workspace.bloomreach_flows;
  constexpr bool fresh = true;
  constexpr std::uint32_t version = 1;
  auto plan = flows::customer_to_bloomreach(person, {}, fresh, "", version, at, settings);
  if (!plan) return std::nullopt;
  auto update = std::get<model::CustomerUpdate>(std::move(plan->parts.front()));
  const std::string last_store = flows::wire_name(settings, "customer", "last_store_id");
  const bool mapped =
      std::any_of(update.properties.begin(), update.properties.end(),
                  [&](const model::Property& one) { return one.name == last_store; });
  if (!last_store.empty() && !mapped)
    update.properties.push_back({last_store, std::string(person.home_store)});
  return update;
}

model::CustomerUpdate reduced(const model::CustomerUpdate& update, std::size_t ids,
                              const std::string& property) {
  model::CustomerUpdate made = update;
  made.who.ids.resize(ids);
  std::erase_if(made.properties, [&](const model::Property& one) { return one.name != property; });
  return made;
}

// The connector's reasons name what is at fault; only the property rights concern us here.
bool is_about_properties(const Outcome& outcome) {
  return outcome.reason.find("customer properties") != std::string::npos;
}

std::string hard_id_advice(const std::string& hard_id) {
  return fmt::format(
      "correct hard_id in [workspace.bloomreach] (case counts), or have an administrator add the "
      "ID "
      "type '{}' to the project: Project settings, Customer IDs",
      hard_id);
}

}  // namespace

Task<Result<void>> BloomreachSteps::create() {
  constexpr const char* step = "customer creation";
  auto update = update_of(run_.workspace, run_.person, run_.clock.now());
  if (!update) {
    run_.steps.failed(bloomreach, step, "the mapping gives a customer no hard ID",
                      "give the hard ID a rule in [[workspace.bloomreach.mapping]]");
    co_return Result<void>{};
  }
  update_ = std::move(*update);
  known_as_ = update_.who.ids.front();
  for (const Id& id : update_.who.ids) asked_ids_.push_back(id.first);
  TB_CO_CHECK(co_await run_.audit(
      fmt::format("writes the test customer {} to bloomreach", known_as_.second)));
  const Outcome outcome = co_await write(update_);
  if (outcome.kind == Kind::delivered) {
    created_ = true;
    report_creation({});
  } else if (outcome.kind == Kind::rejected) {
    co_await narrow_down(outcome);
  } else {
    run_.steps.failed(bloomreach, step, outcome.reason, "validate again when it works");
  }
  co_return Result<void>{};
}

void BloomreachSteps::report_creation(const std::vector<std::string>& refused_properties) {
  constexpr const char* step = "customer creation";
  if (refused_properties.empty()) {
    run_.steps.ok(bloomreach, step,
                  fmt::format("accepted with {} properties", update_.properties.size()));
    return;
  }
  run_.steps.failed(bloomreach, step,
                    fmt::format("the key may not set the customer {} {}",
                                refused_properties.size() == 1 ? "property" : "properties",
                                listed(refused_properties)),
                    "allow the key's group to set them: Project settings, Access management, API "
                    "groups, Customer "
                    "properties; or leave them out of [[workspace.bloomreach.mapping]]");
}

// Bloomreach says that one of them is not allowed, never which: they are written one by one.
Task<void> BloomreachSteps::narrow_down(Outcome refused) {
  constexpr const char* step = "customer creation";
  std::vector<std::string> refused_properties;
  bool of_properties = is_about_properties(refused);
  std::string allowed;
  const model::PropertyList all = update_.properties;
  for (const model::Property& property : all) {
    const Outcome outcome = co_await write(reduced(update_, 1, property.name));
    if (outcome.kind == Kind::delivered) {
      if (allowed.empty()) allowed = property.name;
    } else if (outcome.kind == Kind::rejected) {
      refused_properties.push_back(property.name);
      of_properties = of_properties && is_about_properties(outcome);
    } else {
      run_.steps.failed(bloomreach, step, outcome.reason, "validate again when it works");
      co_return;
    }
  }
  if (allowed.empty() && !of_properties) {
    const std::string& hard_id = update_.who.ids.front().first;
    run_.steps.failed(bloomreach, step, refused.reason, "see the hard ID");
    run_.steps.failed(bloomreach, "hard ID",
                      fmt::format("hard_id '{}' is not an ID type of this project", hard_id),
                      hard_id_advice(hard_id));
    co_return;
  }
  std::erase_if(update_.properties, [&](const model::Property& one) {
    return std::find(refused_properties.begin(), refused_properties.end(), one.name) !=
           refused_properties.end();
  });
  if (allowed.empty()) {
    report_creation(refused_properties);
    co_return;
  }
  co_await narrow_down_ids(refused, allowed);
  const Outcome outcome = co_await write(update_);
  created_ = outcome.kind == Kind::delivered;
  if (created_ || !refused_properties.empty())
    report_creation(refused_properties);
  else
    run_.steps.failed(bloomreach, step, outcome.reason, "see what Bloomreach says about it");
}

Task<void> BloomreachSteps::narrow_down_ids(Outcome refused, std::string property) {
  model::CustomerIds usable;
  usable.ids.push_back(update_.who.ids.front());
  const std::vector<Id> others(update_.who.ids.begin() + 1, update_.who.ids.end());
  for (const Id& id : others) {
    model::CustomerUpdate with = reduced(update_, 1, property);
    with.who.ids.push_back(id);
    const Outcome outcome = co_await write(std::move(with));
    if (outcome.kind == Kind::rejected) {
      run_.steps.failed(bloomreach, "ID type " + id.first,
                        fmt::format("'{}' is not an ID type of this project ({})", id.first,
                                    outcome.reason.empty() ? refused.reason : outcome.reason),
                        fmt::format("correct the mapping to ids.{} (or soft_ids), or have an "
                                    "administrator add the ID type",
                                    id.first));
      std::erase(asked_ids_, id.first);
    } else {
      usable.ids.push_back(id);
    }
  }
  update_.who = std::move(usable);
}

bloomreach_client::WhatToRead BloomreachSteps::what_to_read() const {
  bloomreach_client::WhatToRead what;
  what.ids = asked_ids_;
  for (const model::Property& property : update_.properties)
    what.properties.push_back(property.name);
  if (run_.workspace.crm_served) {
    for (const model::ConsentCategory& category : run_.workspace.crm.categories) {
      if (!category.bloomreach.empty()) what.consent_categories.push_back(category.bloomreach);
    }
  }
  return what;
}

std::vector<std::string> BloomreachSteps::missing_in(
    const bloomreach_client::CustomerRead& read) const {
  std::vector<std::string> missing;
  for (const model::Property& property : update_.properties) {
    const std::string label = "property " + property.name;
    const auto names = [&](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), label) != list.end();
    };
    if (!names(read.denied) && !names(read.refused) && !read.properties.contains(property.name))
      missing.push_back(property.name);
  }
  return missing;
}

// The IDs are there as soon as the properties are: they came in one command.
bool BloomreachSteps::shows_everything(const bloomreach_client::CustomerRead& read) const {
  return missing_in(read).empty();
}

Task<void> BloomreachSteps::look_up() {
  Waiting waiting(run_);
  for (;;) {
    read_ = co_await customers_.read(known_as_.first, known_as_.second, what_to_read(),
                                     run_.workspace.bloomreach.total_time_max);
    found_ = read_.outcome.kind == Kind::delivered && read_.customer;
    if (found_ && shows_everything(*read_.customer)) break;
    if (read_.outcome.kind == Kind::rejected || !co_await waiting.pause()) break;
  }
  if (!found_) {
    co_await look_up_otherwise(read_.outcome, waiting);
    co_return;
  }
  visible_after_ = waiting.waited();
  if (const auto missing = missing_in(*read_.customer); missing.empty()) {
    run_.steps.ok(bloomreach, "customer lookup", "found after " + waiting.in_words());
  } else {
    run_.steps.failed(bloomreach, "customer lookup",
                      fmt::format("found, but without {} within {}", listed(missing),
                                  seconds_text(run_.visible_within)),
                      "look at the customer in Bloomreach: a property may be one that the project "
                      "does not keep");
  }
  run_.steps.ok(bloomreach, "hard ID", fmt::format("'{}' finds the customer", known_as_.first));
  report_ids();
  report_rights();
}

// Not found by the hard ID: if another ID finds it, Bloomreach has dropped the hard one.
Task<void> BloomreachSteps::look_up_otherwise(Outcome outcome, Waiting waiting) {
  const std::string hard_id = known_as_.first;
  const std::vector<Id> others(update_.who.ids.begin() + 1, update_.who.ids.end());
  bool again = !others.empty();
  while (again && !found_) {
    for (const Id& id : others) {
      auto read = co_await customers_.read(id.first, id.second, what_to_read(),
                                           run_.workspace.bloomreach.total_time_max);
      if (read.outcome.kind != Kind::delivered || !read.customer) continue;
      found_ = true;
      read_ = std::move(read);
      known_as_ = id;
      break;
    }
    again = !found_ && co_await waiting.pause();
  }
  visible_after_ = waiting.waited();
  if (found_) {
    run_.steps.failed(
        bloomreach, "hard ID",
        fmt::format("hard_id '{}' is not an ID type of this project: Bloomreach keeps "
                    "the customer without it",
                    hard_id),
        hard_id_advice(hard_id));
    run_.steps.ok(bloomreach, "customer lookup", "found by " + known_as_.first + " only");
    report_rights();
    co_return;
  }
  if (outcome.kind == Kind::delivered) {
    run_.steps.failed(
        bloomreach, "customer lookup",
        fmt::format("accepted, but not visible within {}", seconds_text(run_.visible_within)),
        fmt::format("Bloomreach's queue can take longer, hours at worst: validate again with "
                    "--visible-within 600; if it stays so, check hard_id '{}'",
                    hard_id));
  } else {
    run_.steps.failed(bloomreach, "customer lookup", outcome.reason,
                      outcome.kind == Kind::rejected
                          ? "allow the key's group to read: Project settings, Access management, "
                            "API groups, Customer properties, Get"
                          : "validate again when it works");
  }
  run_.steps.skipped(bloomreach, "reading rights", "the test customer was not found");
}

void BloomreachSteps::report_ids() {
  for (std::size_t i = 1; i < update_.who.ids.size(); ++i) {
    const auto& [type, value] = update_.who.ids[i];
    const auto there = read_.customer->ids.find(type);
    const bool kept =
        there != read_.customer->ids.end() &&
        std::find(there->second.begin(), there->second.end(), value) != there->second.end();
    if (kept) {
      run_.steps.ok(bloomreach, "ID type " + type, "it is kept");
      continue;
    }
    run_.steps.failed(
        bloomreach, "ID type " + type,
        fmt::format("'{}' is not an ID type of this project: it never appeared", type),
        fmt::format("correct the mapping to ids.{} (or soft_ids), or have an "
                    "administrator add the ID type: Project settings, Customer IDs",
                    type));
  }
}

void BloomreachSteps::report_rights() {
  constexpr const char* step = "reading rights";
  const bool needed = run_.workspace.crm_served && run_.workspace.crm_source == bloomreach;
  if (!needed) {
    run_.steps.skipped(bloomreach, step,
                       "not needed: the tills' customer register does not read "
                       "here");
    return;
  }
  std::vector<std::string> refused = read_.customer->refused;
  // Missing categories have had their step.
  std::erase_if(refused, [](const std::string& one) { return one.starts_with("consent "); });
  if (const auto& denied = read_.customer->denied; !denied.empty()) {
    run_.steps.failed(bloomreach, step, fmt::format("the key may not read {}", listed(denied)),
                      "allow the key's group to get them: Project settings, Access management, API "
                      "groups, Customer properties (Get), and Events, consent (Get)");
  } else if (!refused.empty()) {
    run_.steps.failed(bloomreach, step,
                      fmt::format("Bloomreach refuses to read {}", listed(refused)),
                      "check that the project has them under these names");
  } else {
    run_.steps.ok(bloomreach, step, "everything that tills show can be read");
  }
}

}  // namespace tillbridge::app
