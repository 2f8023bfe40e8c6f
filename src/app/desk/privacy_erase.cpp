#include <algorithm>

#include <fmt/format.h>

#include "app/desk/bulk_actions_state.h"
#include "app/desk/privacy.h"
#include "crm/customer_index.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

// What is found after a round came while it ran.
constexpr int rounds_max = 3;
constexpr std::size_t records_per_step = 50;
constexpr std::size_t facts_per_step = 200;

// What may stay findable: it names what was sold, and nobody.
std::vector<std::string> kept_keys(const std::vector<std::string>& keys) {
  std::vector<std::string> kept;
  for (const std::string& key : keys) {
    for (const std::string_view kind : {"order:", "receipt:", "sku:", "external:"}) {
      if (key.starts_with(kind)) kept.push_back(key);
    }
  }
  return kept;
}

bool is_unfinished(journal::DeliveryState state) {
  using State = journal::DeliveryState;
  return state == State::waiting || state == State::held || state == State::blocked ||
         state == State::parked;
}

}  // namespace

// From here on it is carried through, whatever happens to this process.
Task<Result<void>> HubPrivacyDesk::begin(const PrivacyWorkspace& workspace, Identity identity,
                                         std::string by, std::uint64_t id) {
  const auto key = co_await hash_key(workspace.name);
  if (!key) co_return fail(key.error());
  Erasure erasure;
  erasure.id = id;
  erasure.by = std::move(by);
  erasure.at = on_.clock.now();
  for (const Identifier& one : identity.all()) erasure.hashes.push_back(keyed_hash(*key, one));
  for (const PrivacyPlatform& platform : on_.platforms(workspace.name)) {
    for (auto& [kind, value] : platform.identifiers(identity)) {
      PlatformAsk ask;
      ask.connection = platform.connection;
      ask.kind = std::move(kind);
      ask.value = std::move(value);
      ask.at = erasure.at;
      erasure.asks.push_back(std::move(ask));
    }
  }
  std::string secret = secret_text(identity, erasure);
  co_return co_await store(workspace.name, std::move(erasure), std::move(secret));
}

Task<Result<void>> HubPrivacyDesk::store(std::string workspace, Erasure erasure,
                                         std::string secret) {
  const Instant now = on_.clock.now();
  journal::Step step;
  step.facts.push_back({workspace, console_shelf, proof_key(erasure.id), proof_text(erasure), now});
  step.facts.push_back({workspace, console_shelf, erasing_key(erasure.id), std::move(secret), now});
  for (const std::string& hash : erasure.hashes) {
    step.facts.push_back(
        {workspace, console_shelf, erased_key(hash), std::to_string(erasure.id), now});
  }
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return Result<void>{};
}

Task<Result<Erasure>> HubPrivacyDesk::go_on(const PrivacyWorkspace& workspace, std::uint64_t id) {
  const auto turn = co_await turns_.take(proof_key(id));
  auto proof = co_await fact(workspace.name, proof_key(id));
  if (!proof) co_return fail(std::move(proof.error()));
  auto secret = co_await fact(workspace.name, erasing_key(id));
  if (!secret) co_return fail(std::move(secret.error()));
  auto erasure = read_proof(proof->value_or(""));
  if (!erasure) co_return fail(Error::Kind::not_found, fmt::format("there is no erasure {}", id));
  if (!*secret) co_return std::move(*erasure);  // complete
  const auto identity = read_secret(**secret, *erasure);
  if (!identity)
    co_return fail(Error::Kind::corrupt, fmt::format("whom erasure {} is about is unreadable", id));
  if (!erasure->erased) {
    Counted counted;
    auto erased = co_await erase_here(workspace, *identity, id, counted);
    if (!erased) co_return fail(std::move(erased.error()));
    add_lines(*erasure, counted);
    erasure->erased = true;
    auto stored = co_await store(workspace.name, *erasure, secret_text(*identity, *erasure));
    if (!stored) co_return fail(std::move(stored.error()));
    telemetry::log(telemetry::Level::info, "person_erased",
                   {{"workspace", workspace.name},
                    {"erasure", std::to_string(id)},
                    {"records", counted.records},
                    {"facts", counted.facts}});
  }
  co_await ask_platforms(workspace.name, *erasure);
  const bool waits = state_of(*erasure) == "waiting";
  std::string left = waits ? secret_text(*identity, *erasure) : std::string{};
  auto stored = co_await store(workspace.name, *erasure, std::move(left));
  if (!stored) co_return fail(std::move(stored.error()));
  co_return std::move(*erasure);
}

Task<Result<void>> HubPrivacyDesk::erase_here(const PrivacyWorkspace& workspace, Identity identity,
                                              std::uint64_t id, Counted& counted) {
  for (int round = 0; round < rounds_max; ++round) {
    auto held = co_await what_is_held(place_of(workspace), identity);
    if (!held) co_return fail(std::move(held.error()));
    if (held->records.empty() && held->facts.empty() && held->arrivals.empty())
      co_return Result<void>{};
    auto records = co_await erase_records(workspace, std::move(held->records), counted);
    if (!records) co_return fail(std::move(records.error()));
    auto arrivals =
        co_await erase_arrivals(workspace, identity, id, std::move(held->arrivals), counted);
    if (!arrivals) co_return fail(std::move(arrivals.error()));
    auto facts = co_await forget_facts(workspace, identity, std::move(held->facts), counted);
    if (!facts) co_return fail(std::move(facts.error()));
  }
  co_return Result<void>{};
}

Task<Result<void>> HubPrivacyDesk::erase_records(const PrivacyWorkspace& workspace,
                                                 std::vector<journal::RecordRow> records,
                                                 Counted& counted) {
  for (std::size_t from = 0; from < records.size(); from += records_per_step) {
    const std::size_t until = std::min(records.size(), from + records_per_step);
    journal::Step step;
    std::vector<journal::OpenDelivery> dropped;
    for (std::size_t at = from; at < until; ++at) {
      using Found = std::optional<journal::Journey>;
      std::function<Result<Found>(journal::Reader&)> query =
          [id = records[at].id](journal::Reader& reader) { return reader.journey(id); };
      const auto journey = co_await on_.journal.read<Found>(std::move(query));
      if (!journey) co_return fail(journey.error());
      if (!*journey) continue;
      counted.records += 1;
      counted.deliveries += (*journey)->deliveries.size();
      counted.arrivals += (*journey)->arrivals.size();
      for (const journal::DeliveryRow& delivery : (*journey)->deliveries) {
        if (!is_unfinished(delivery.state)) continue;
        dropped.push_back(journal::reopened(delivery, (*journey)->record.store));
        dropped.back().state = delivery.state;
      }
      journal::EraseRecord erase;
      erase.id = records[at].id;
      erase.workspace = records[at].workspace;
      erase.search_keys = kept_keys(records[at].search_keys);
      step.erased.push_back(std::move(erase));
    }
    const auto stored = co_await on_.journal.commit(std::move(step));
    if (!stored) co_return fail(stored.error());
    if (!on_.drop) continue;
    for (const journal::OpenDelivery& delivery : dropped) on_.drop(workspace.name, delivery);
  }
  co_return Result<void>{};
}

// The journal erases records; those that never became one are gathered in one that holds nothing
// else. By its search keys, which are gone afterwards, their subjects are known to name the person.
Task<Result<void>> HubPrivacyDesk::erase_arrivals(const PrivacyWorkspace& workspace,
                                                  Identity identity, std::uint64_t id,
                                                  std::vector<journal::ArrivalRow> arrivals,
                                                  Counted& counted) {
  if (arrivals.empty()) co_return Result<void>{};
  const Instant now = on_.clock.now();
  const std::vector<std::string> keys{proof_key(id)};
  using Known = std::vector<std::optional<journal::RecordRow>>;
  std::function<Result<Known>(journal::Reader&)> query = [workspace = workspace.name,
                                                          keys](journal::Reader& reader) {
    return reader.records_by_key(workspace, keys, false);
  };
  const auto known = co_await on_.journal.read<Known>(std::move(query));
  if (!known) co_return fail(known.error());
  journal::PutRecord record;
  record.id = known->front() ? known->front()->id : on_.ids.next<RecordId>();
  record.workspace = workspace.name;
  record.kind = "erasure";
  record.key = keys.front();
  record.state = journal::RecordState::skipped;
  record.reason = "holds the arrivals of a person who was forgotten, without their contents";
  record.happened_at = record.changed_at = now;
  for (const Identifier& one : identity.all())
    record.search_keys.push_back(fmt::format("{}:{}", name(one.kind), one.value));
  journal::Step step;
  for (const journal::ArrivalRow& row : arrivals) {
    journal::UpdateArrival update;
    update.id = row.id;
    update.workspace = workspace.name;
    update.state = row.state;
    update.reason = "erased";
    update.record = record.id;
    update.due_at = row.due_at;
    update.tries = row.tries;
    step.arrival_updates.push_back(std::move(update));
  }
  journal::EraseRecord erase;
  erase.id = record.id;
  erase.workspace = workspace.name;
  step.records.push_back(std::move(record));
  step.erased.push_back(std::move(erase));
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  counted.arrivals += arrivals.size();
  co_return Result<void>{};
}

// What is learned about people may have changed since it was looked at: looked at again in turn.
Task<Result<void>> HubPrivacyDesk::forget_facts(const PrivacyWorkspace& workspace,
                                                Identity identity, std::vector<FactFound> facts,
                                                Counted& counted) {
  std::optional<Turns::Turn> turn;
  if (workspace.turns != nullptr)
    turn.emplace(co_await workspace.turns->take(std::string(crm::learning_turn)));
  for (std::size_t from = 0; from < facts.size(); from += facts_per_step) {
    const std::size_t until = std::min(facts.size(), from + facts_per_step);
    const std::vector<FactFound> some(facts.begin() + static_cast<std::ptrdiff_t>(from),
                                      facts.begin() + static_cast<std::ptrdiff_t>(until));
    std::function<Result<std::vector<FactFound>>(journal::Reader&)> query =
        [workspace = workspace.name, identity,
         some](journal::Reader& reader) -> Result<std::vector<FactFound>> {
      std::vector<FactFound> still;
      for (const FactFound& fact : some) {
        const std::vector<std::string> keys{fact.key};
        TB_TRY(const auto values, reader.facts(workspace, fact.shelf, keys));
        if (!values.front()) continue;
        if (auto found = look_into(identity, fact.shelf, fact.key, *values.front()))
          still.push_back(std::move(*found));
      }
      return still;
    };
    auto still = co_await on_.journal.read<std::vector<FactFound>>(std::move(query));
    if (!still) co_return fail(std::move(still.error()));
    journal::Step step;
    for (FactFound& fact : *still) {
      step.facts.push_back(
          {workspace.name, fact.shelf, std::move(fact.key), std::move(fact.left), on_.clock.now()});
    }
    const std::size_t put = step.facts.size();
    const auto stored = co_await on_.journal.commit(std::move(step));
    if (!stored) co_return fail(stored.error());
    counted.facts += put;
  }
  co_return Result<void>{};
}

void HubPrivacyDesk::add_lines(Erasure& erasure, const Counted& counted) const {
  const Instant now = on_.clock.now();
  const auto add = [&](std::string what, std::uint64_t count, std::string answer) {
    erasure.lines.push_back({std::move(what), "journal", count, now, std::move(answer)});
  };
  add("records", counted.records, "documents, names and identifiers erased; totals stay");
  add("deliveries", counted.deliveries, "bytes erased; what was not sent yet is not sent");
  add("arrivals", counted.arrivals, "bytes erased");
  add("facts", counted.facts, "forgotten");
  add("hashes of identifiers", erasure.hashes.size(),
      "kept: they show when the person comes back by a late event or from a backup");
  add("texts written by staff", 0, "kept with the audit trail until its retention ends");
}

Task<void> HubPrivacyDesk::ask_platforms(std::string workspace, Erasure& erasure) {
  const std::vector<PrivacyPlatform> platforms = on_.platforms(workspace);
  for (PlatformAsk& ask : erasure.asks) {
    if (ask.state != "waiting" || stopping_) continue;
    const auto platform = std::find_if(
        platforms.begin(), platforms.end(),
        [&ask](const PrivacyPlatform& one) { return one.connection == ask.connection; });
    if (platform == platforms.end()) {
      ask.answer = "not connected any more: connect it again, or ask the platform by hand";
      continue;
    }
    const Outcome outcome = co_await platform->ask(ask.kind, ask.value);
    ask.at = on_.clock.now();
    ask.answer = outcome.reason;
    if (outcome.kind == Outcome::Kind::delivered) {
      ask.state = "asked";
      if (ask.answer.empty()) ask.answer = "taken; it happens some time later";
    } else if (outcome.kind == Outcome::Kind::rejected) {
      ask.state = "refused";
    }
  }
}

}  // namespace tillbridge::app
