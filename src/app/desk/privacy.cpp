#include "app/desk/privacy.h"

#include <algorithm>

#include <fmt/format.h>

#include "api/reply.h"
#include "app/desk/bulk_actions_state.h"
#include "app/desk/privacy_copy.h"
#include "base/zone.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

json::Array texts(const std::vector<std::string>& list) {
  return json::Array(list.begin(), list.end());
}

json::Array addresses_of(const Identity& identity) {
  json::Array out;
  for (const auto kind : {IdentifierKind::email, IdentifierKind::phone}) {
    for (const std::string& value : identity.of(kind)) out.emplace_back(value);
  }
  return out;
}

}  // namespace

HubPrivacyDesk::HubPrivacyDesk(PrivacyParts parts, PrivacySettings settings)
    : on_(std::move(parts)), settings_(std::move(settings)), turns_(on_.loop), changed_(on_.loop) {}

Result<const PrivacyWorkspace*> HubPrivacyDesk::find_workspace(const std::string& name) const {
  std::string names;
  for (const PrivacyWorkspace& one : settings_.workspaces) {
    if (one.name == name || (name.empty() && settings_.workspaces.size() == 1)) return &one;
    names += (names.empty() ? "" : ", ") + one.name;
  }
  return fail(Error::Kind::not_found,
              fmt::format("there is no workspace '{}'; there is {}", name, names));
}

PrivacyPlace HubPrivacyDesk::place_of(const PrivacyWorkspace& workspace) const {
  return {on_.journal, workspace.name, workspace.country};
}

Task<Result<std::optional<std::string>>> HubPrivacyDesk::fact(std::string workspace,
                                                              std::string key) {
  using Values = std::vector<std::optional<std::string>>;
  std::function<Result<Values>(journal::Reader&)> query = [workspace,
                                                           key](journal::Reader& reader) {
    const std::vector<std::string> keys{key};
    return reader.facts(workspace, console_shelf, keys);
  };
  auto found = co_await on_.journal.read<Values>(std::move(query));
  if (!found) co_return fail(std::move(found.error()));
  co_return std::move(found->front());
}

// Made when it is needed first.
Task<Result<std::string>> HubPrivacyDesk::hash_key(std::string workspace) {
  const auto turn = co_await turns_.take(std::string(erasure_key_fact));
  auto known = co_await fact(workspace, erasure_key_fact);
  if (!known) co_return fail(std::move(known.error()));
  if (*known) co_return std::move(**known);
  std::string key = new_hash_key();
  journal::Step step;
  step.facts.push_back({workspace, console_shelf, erasure_key_fact, key, on_.clock.now()});
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return key;
}

// Somebody who was forgotten and has come back: by a late event, or by a backup put back.
Task<Result<json::Array>> HubPrivacyDesk::erased_before(std::string workspace, Identity identity) {
  json::Array before;
  auto key = co_await fact(workspace, erasure_key_fact);
  if (!key) co_return fail(std::move(key.error()));
  if (!*key) co_return before;
  std::set<std::string> ids;
  for (const Identifier& one : identity.all()) {
    auto found = co_await fact(workspace, erased_key(keyed_hash(**key, one)));
    if (!found) co_return fail(std::move(found.error()));
    if (*found) ids.insert(**found);
  }
  for (const std::string& id : ids) before.emplace_back(id);
  co_return before;
}

Task<Result<json::Object>> HubPrivacyDesk::find(std::string workspace, api::Person person) {
  TB_CO_TRY(const PrivacyWorkspace* where, find_workspace(workspace));
  TB_CO_TRY(Identifier asked, identifier_of(person, where->country));
  const PrivacyPlace place = place_of(*where);
  const auto widened = co_await identity_of(place, std::move(asked));
  if (!widened) co_return fail(widened.error());
  const auto held = co_await what_is_held(place, widened->identity);
  if (!held) co_return fail(held.error());
  auto before = co_await erased_before(where->name, widened->identity);
  if (!before) co_return fail(std::move(before.error()));
  json::Object out;
  out["records"] = held->records.size();
  out["facts"] = held->facts.size();
  out["arrivals"] = held->arrivals.size();
  out["addresses"] = addresses_of(widened->identity);
  out["identifiers"] = to_json(widened->identity);
  out["notes"] = texts(widened->notes);
  out["erased_before"] = std::move(*before);
  co_return out;
}

Task<Result<json::Object>> HubPrivacyDesk::copy(std::string workspace, api::Person person) {
  TB_CO_TRY(const PrivacyWorkspace* where, find_workspace(workspace));
  TB_CO_TRY(Identifier asked, identifier_of(person, where->country));
  const PrivacyPlace place = place_of(*where);
  const auto widened = co_await identity_of(place, std::move(asked));
  if (!widened) co_return fail(widened.error());
  auto held = co_await what_is_held(place, widened->identity);
  if (!held) co_return fail(std::move(held.error()));
  auto document = co_await copy_of(place, std::move(*held));
  if (!document) co_return fail(std::move(document.error()));
  (*document)["at"] = utc_text(on_.clock.now());
  (*document)["identifiers"] = to_json(widened->identity);
  (*document)["notes"] = texts(widened->notes);
  co_return document;
}

Task<Result<json::Object>> HubPrivacyDesk::erase(std::string workspace, api::Person person,
                                                 std::string by) {
  TB_CO_TRY(const PrivacyWorkspace* where, find_workspace(workspace));
  TB_CO_TRY(Identifier asked, identifier_of(person, where->country));
  const auto widened = co_await identity_of(place_of(*where), std::move(asked));
  if (!widened) co_return fail(widened.error());
  const std::uint64_t id = on_.ids.next<NoteId>().value;
  auto begun = co_await begin(*where, widened->identity, std::move(by), id);
  if (!begun) co_return fail(std::move(begun.error()));
  auto erasure = co_await go_on(*where, id);
  if (!erasure) {
    changed_.notify();  // it goes on by itself
    co_return fail(std::move(erasure.error()));
  }
  json::Object out = view_of(*erasure);
  out["notes"] = texts(widened->notes);
  co_return out;
}

Task<Result<json::Object>> HubPrivacyDesk::erasures(std::string workspace, std::string after,
                                                    std::size_t limit) {
  TB_CO_TRY(const PrivacyWorkspace* where, find_workspace(workspace));
  const auto facts = co_await all_facts(on_.journal, where->name, console_shelf, proof_prefix);
  if (!facts) co_return fail(facts.error());
  std::vector<Erasure> all;
  for (const journal::Fact& fact : *facts) {
    if (auto erasure = read_proof(fact.value)) all.push_back(std::move(*erasure));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
  const std::uint64_t below = id_of_text(after);
  json::Array page;
  std::string next;
  for (const Erasure& erasure : all) {
    if (below != 0 && erasure.id >= below) continue;
    if (page.size() == limit) co_return api::page(std::move(page), std::move(next));
    page.emplace_back(view_of(erasure));
    next = std::to_string(erasure.id);
  }
  co_return api::page(std::move(page), "");
}

Task<Result<json::Object>> HubPrivacyDesk::erasure(std::string workspace, std::string id) {
  TB_CO_TRY(const PrivacyWorkspace* where, find_workspace(workspace));
  auto known = co_await fact(where->name, proof_key(id_of_text(id)));
  if (!known) co_return fail(std::move(known.error()));
  const auto erasure = read_proof(known->value_or(""));
  if (!erasure) co_return fail(Error::Kind::not_found, fmt::format("there is no erasure {}", id));
  co_return view_of(*erasure);
}

void HubPrivacyDesk::request_stop() {
  stopping_ = true;
  changed_.notify();
}

Task<void> HubPrivacyDesk::run() {
  while (!stopping_) {
    for (const PrivacyWorkspace& workspace : settings_.workspaces) co_await take_up(workspace);
    if (!stopping_) co_await changed_.wait(settings_.ask_again);
  }
}

Task<void> HubPrivacyDesk::take_up(const PrivacyWorkspace& workspace) {
  const std::string prefix = "erasing/";
  const auto open = co_await all_facts(on_.journal, workspace.name, console_shelf, prefix);
  if (!open) co_return;
  for (const journal::Fact& fact : *open) {
    if (stopping_) co_return;
    const auto done = co_await go_on(workspace, id_of_text(fact.key.substr(prefix.size())));
    if (done) continue;
    telemetry::log(telemetry::Level::warning, "erasure_delayed",
                   {{"workspace", workspace.name}, {"what", done.error().what}});
  }
}

}  // namespace tillbridge::app
