// Adding and correcting customers: lookup before create, one step, then the answer.

#include <algorithm>

#include <fmt/format.h>

#include "base/json.h"
#include "crm/customer_desk.h"
#include "crm/index_learning.h"
#include "crm/redemption_rules.h"
#include "engine/case_types.h"

namespace tillbridge::crm {
namespace {

std::string where_text(const AtTill& at) {
  return at.store.empty() ? "Till" : "Till, " + at.store;
}

json::Object till_document(const AtTill& at, const model::CustomerChange& change) {
  json::Array given;
  for (const std::string& field : change.given) given.emplace_back(field);
  json::Object consents;
  for (const auto& [category, yes] : change.consents) consents[category] = yes;
  return {{"store", at.store},
          {"staff", at.staff},
          {"register", at.cash_register},
          {"given", std::move(given)},
          {"consents", std::move(consents)}};
}

std::vector<std::string> search_keys(const IndexEntry& entry) {
  std::vector<std::string> keys{"customer:" + entry.customer.customer_id};
  const auto add = [&keys](std::string_view kind, const std::string& value) {
    if (!value.empty()) keys.push_back(fmt::format("{}:{}", kind, value));
  };
  add("member", entry.customer.member_number);
  add("email", entry.customer.email);
  for (const std::string& phone : entry.customer.phones) add("phone", phone);
  return keys;
}

void leave_out(model::CustomerChange& change, KeyType type) {
  const std::string field(type == KeyType::phone ? model::phone_field : name(type));
  change.given.erase(field);
  model::set_values(change.values, field, {});
}

bool is_double_press(const IndexEntry& entry, const model::CustomerChange& change, Instant now,
                     Duration within) {
  const bool recent = entry.created_at && now - *entry.created_at < within;
  // A phone that was somebody else's was not taken over the first time either.
  const bool same_phone = change.values.phones.empty() || entry.customer.phones.empty() ||
                          std::find(entry.customer.phones.begin(), entry.customer.phones.end(),
                                    change.values.phones.front()) != entry.customer.phones.end();
  return recent && same_phone &&
         (change.values.email.empty() || entry.customer.email == change.values.email);
}

}  // namespace

std::vector<Key> CustomerDesk::keys_of(const model::CustomerChange& change,
                                       const model::Customer& customer) const {
  std::vector<Key> keys;
  const auto add = [&](KeyType type, std::string_view field, const std::string& given,
                       const std::string& known) {
    if (change.given.contains(field) && !given.empty() && given != known)
      keys.push_back({type, given});
  };
  add(KeyType::customer_id, "customer_id", change.values.customer_id, customer.customer_id);
  add(KeyType::member_number, "member_number", change.values.member_number, customer.member_number);
  add(KeyType::email, "email", change.values.email, customer.email);
  const model::TextList& phones = change.values.phones;
  const bool theirs = !phones.empty() && std::find(customer.phones.begin(), customer.phones.end(),
                                                   phones.front()) != customer.phones.end();
  if (!phones.empty() && !theirs) add(KeyType::phone, model::phone_field, phones.front(), "");
  return keys;
}

Task<Result<std::vector<Sighting>>> CustomerDesk::sight(std::vector<Key> keys, Tick until,
                                                        Duration& platform_took) {
  std::vector<Sighting> sightings;
  for (const Key& key : keys) {
    auto finding = co_await look_up(key, until, platform_took);
    if (!finding.seen) co_return fail(finding.seen.error());
    if (key.type == KeyType::phone && finding.seen->entry && !sightings.empty()) {
      // A shared phone: of all who have it, the one whom a surer identifier has found.
      auto holders = co_await on_.index.find(key);
      if (!holders) co_return fail(holders.error());
      for (IndexEntry& holder : *holders) {
        const bool found = std::any_of(sightings.begin(), sightings.end(), [&](const auto& other) {
          return other.known && other.known->customer.customer_id == holder.customer.customer_id;
        });
        if (found) finding.seen->entry = std::move(holder);
      }
    }
    sightings.push_back({key, std::move(finding.seen->entry), finding.asked});
  }
  co_return sightings;
}

// Who is added twice at the same time is added once: the second waits for the first, and finds it.
Task<Answered<ShownCustomer>> CustomerDesk::add(model::CustomerChange change, AtTill at) {
  const std::vector<Key> keys = keys_of(change, {});
  if (keys.empty()) {
    Answered<ShownCustomer> answered{ShownCustomer{}};
    answered.result =
        fail(Error::Kind::invalid_input, "Please give an e-mail address or a mobile number.");
    co_return answered;
  }
  std::vector<std::string> names;
  for (const Key& key : keys) names.push_back(link_key(key));
  const auto turn = co_await people_.take(std::move(names));
  co_return co_await add_alone(std::move(change), std::move(at));
}

Task<Answered<ShownCustomer>> CustomerDesk::add_alone(model::CustomerChange change, AtTill at) {
  Answered<ShownCustomer> answered{ShownCustomer{}};
  const std::vector<Key> keys = keys_of(change, {});
  const auto pressed = co_await on_.index.find(keys.front());
  if (!pressed) {
    answered.result = fail(pressed.error());
    co_return answered;
  }
  for (const IndexEntry& entry : *pressed) {
    if (!is_double_press(entry, change, on_.clock.now(), settings_.double_press_within)) continue;
    answered.result = co_await show(entry, false);
    co_return answered;
  }
  const auto sightings = co_await sight(keys, patience_ends(), answered.platform_took);
  if (!sightings) {
    answered.result = fail(sightings.error());
    co_return answered;
  }
  const Match matched = match(*sightings, change.values.email);
  for (const KeyType type : matched.not_theirs) leave_out(change, type);
  if (matched.who && settings_.refuse_duplicates) {
    answered.result =
        fail(Error::Kind::rejected,
             fmt::format("This customer exists already. Search for the {} instead.",
                         matched.who->by.type == KeyType::phone ? "mobile number"
                                                                : name(matched.who->by.type)));
    co_return answered;
  }
  Write write;
  if (matched.who) write.customer_id = matched.who->known->customer.customer_id;
  write.change = std::move(change);
  write.look_up_first = !matched.who && matched.unsure;
  write.conflict = matched.conflict;
  write.at = std::move(at);
  answered.result = co_await store_and_show(std::move(write));
  co_return answered;
}

Task<Answered<ShownCustomer>> CustomerDesk::update(std::string customer_id,
                                                   model::CustomerChange change, AtTill at) {
  Answered<ShownCustomer> answered{ShownCustomer{}};
  std::vector<std::string> names{entry_key(customer_id)};
  for (const Key& key : keys_of(change, {})) names.push_back(link_key(key));
  const auto turn = co_await people_.take(std::move(names));
  auto entry = co_await known(std::move(customer_id), answered.platform_took);
  if (!entry) {
    answered.result = fail(entry.error());
    co_return answered;
  }
  co_return co_await update_alone(std::move(*entry), std::move(change), std::move(at),
                                  answered.platform_took);
}

Task<Answered<ShownCustomer>> CustomerDesk::update_alone(IndexEntry entry,
                                                         model::CustomerChange change, AtTill at,
                                                         Duration platform_took) {
  Answered<ShownCustomer> answered{ShownCustomer{}, platform_took};
  const std::string id = entry.customer.customer_id;
  auto sightings =
      co_await sight(keys_of(change, entry.customer), patience_ends(), answered.platform_took);
  if (!sightings) {
    answered.result = fail(sightings.error());
    co_return answered;
  }
  Sighting self;
  self.by = {KeyType::customer_id, id};
  self.known = std::move(entry);
  sightings->insert(sightings->begin(), std::move(self));
  const Match matched = match(*sightings, {});
  for (const KeyType type : matched.not_theirs) leave_out(change, type);
  Write write;
  write.customer_id = id;
  write.change = std::move(change);
  write.conflict = matched.conflict;
  write.at = std::move(at);
  answered.result = co_await store_and_show(std::move(write));
  co_return answered;
}

Task<Result<ShownCustomer>> CustomerDesk::store_and_show(Write write) {
  constexpr bool from_index = false;
  auto stored = co_await store(std::move(write));
  if (!stored) co_return fail(stored.error());
  co_return co_await show(std::move(*stored), from_index);
}

Task<Result<IndexEntry>> CustomerDesk::store(Write write) {
  // Held by whoever stores something just now: for long only when the disk does not take it.
  const auto turn = co_await on_.turns.take_until(learning_turn, on_.clock, patience_ends());
  if (!turn) co_return fail(Error::Kind::unavailable, unreachable);
  std::optional<IndexEntry> before;
  if (!write.customer_id.empty()) {
    auto known = co_await on_.index.get(write.customer_id);
    if (!known) co_return fail(known.error());
    before = std::move(*known);
  }
  if (before) {
    auto with_all = co_await with_consents(std::move(*before));
    if (!with_all) co_return fail(with_all.error());
    before = std::move(*with_all);
  }
  const Instant now = on_.clock.now();
  const std::string id = before ? before->customer.customer_id : new_customer_id();
  IndexEntry after = with_change(before, id, write.change, now);
  // Somebody new to us may have decided elsewhere already: no default may speak for them.
  std::optional<IndexEntry> decided = before;
  if (!before) {
    auto elsewhere = co_await with_consents(after);
    if (!elsewhere) co_return fail(elsewhere.error());
    if (!elsewhere->consents.empty() || write.look_up_first) decided = *elsewhere;
    after.consents = std::move(elsewhere->consents);
  }
  auto decisions =
      decisions_of(decided, write.change, settings_.categories, where_text(write.at), now);
  for (const model::ConsentDecision& decision : decisions)
    after.consents[decision.category] = decision;
  const bool changes = !before || !(before->customer == after.customer) || !decisions.empty();
  if (!changes) {
    const auto told = co_await open_conflict(*before, write.conflict);
    if (!told) co_return fail(told.error());
    co_return *before;
  }
  after.version = (before ? before->version : 0) + 1;
  const auto stored =
      co_await commit(std::move(write), std::move(before), after, std::move(decisions));
  if (!stored) co_return fail(stored.error());
  co_return after;
}

Task<Result<void>> CustomerDesk::commit(Write write, std::optional<IndexEntry> before,
                                        IndexEntry after,
                                        std::vector<model::ConsentDecision> decisions) {
  const Instant now = on_.clock.now();
  const std::string key = entry_key(after.customer.customer_id);
  CustomerAct act;
  act.fresh = !before;
  if (before) act.before = before->customer;
  act.look_up_first = write.look_up_first;
  act.consents = std::move(decisions);
  act.version = after.version;
  act.store = write.at.store;
  act.at = now;
  act.entry = after;
  auto planned = co_await on_.writer.plan(std::move(act));
  if (!planned) co_return fail(planned.error());
  for (auto& [connection, handle] : planned->handles) after.handles[connection] = handle;
  auto facts = co_await on_.index.changes(before, after);
  if (!facts) co_return fail(facts.error());
  const auto known = co_await record_of(after.customer.customer_id);
  if (!known) co_return fail(known.error());

  journal::PutRecord record;
  record.id = *known ? (*known)->id : on_.ids.next<RecordId>();
  record.workspace = settings_.workspace;
  record.kind = "customer";
  record.key = key;
  record.version = *known ? (*known)->version + 1 : 1;
  record.state =
      planned->deliveries.empty() ? journal::RecordState::skipped : journal::RecordState::planned;
  record.reason = before ? "corrected at the till" : "added at the till";
  record.settings_version = settings_version_;
  record.happened_at = record.changed_at = now;
  record.store = write.at.store;
  record.customer = after.customer.customer_id;
  record.search_keys = search_keys(after);
  record.payload = to_text(after);

  journal::AddArrival arrival;
  arrival.id = on_.ids.next<ArrivalId>();
  arrival.workspace = settings_.workspace;
  arrival.connection = "till";
  arrival.source = journal::ArrivalSource::event;
  arrival.external_id = fmt::format("{}/{}", key, after.version);
  arrival.subject = key;
  arrival.announces = before ? "corrected" : "added";
  arrival.received_at = arrival.due_at = now;
  arrival.payload = json::to_text(till_document(write.at, write.change));
  journal::UpdateArrival resolved;
  resolved.id = arrival.id;
  resolved.workspace = settings_.workspace;
  resolved.state = journal::ArrivalState::resolved;
  resolved.record = record.id;
  resolved.due_at = now;

  journal::Step step;
  for (journal::AddDelivery& delivery : planned->deliveries) delivery.record = record.id;
  step.deliveries = planned->deliveries;
  step.facts = std::move(planned->facts);
  step.facts.insert(step.facts.end(), facts->begin(), facts->end());
  if (!write.conflict.empty()) planned->conflicts.push_back(write.conflict);
  for (const std::string& conflict : planned->conflicts)
    step.cases.push_back(conflict_case(after.customer.customer_id, conflict, record.id));
  step.arrivals.push_back(std::move(arrival));
  step.arrival_updates.push_back(std::move(resolved));
  step.records.push_back(std::move(record));
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  std::erase_if(planned->deliveries, [&](const journal::AddDelivery& delivery) {
    return std::find(stored->existing_deliveries.begin(), stored->existing_deliveries.end(),
                     delivery.id) != stored->existing_deliveries.end();
  });
  on_.writer.stored(planned->deliveries, write.at.store);
  co_return Result<void>{};
}

Task<Result<std::optional<journal::RecordRow>>> CustomerDesk::record_of(std::string customer_id) {
  using Row = std::optional<journal::RecordRow>;
  std::function<Result<Row>(journal::Reader&)> query =
      [workspace = settings_.workspace,
       key = entry_key(customer_id)](journal::Reader& reader) -> Result<Row> {
    constexpr bool with_payload = false;
    const std::vector<std::string> keys{key};
    TB_TRY(auto rows, reader.records_by_key(workspace, keys, with_payload));
    return std::move(rows.front());
  };
  co_return co_await on_.journal.read<Row>(std::move(query));
}

journal::OpenCase CustomerDesk::conflict_case(const std::string& customer_id,
                                              const std::string& conflict,
                                              std::optional<RecordId> record) {
  auto opened = engine::open_case(on_.ids.next<CaseId>(), engine::CaseType::profile_conflict,
                                  settings_.workspace, conflict, on_.clock.now(),
                                  fmt::format("Customer {}: {}.", customer_id, conflict));
  opened.record = record;
  return opened;
}

Task<Result<void>> CustomerDesk::open_conflict(IndexEntry entry, std::string conflict) {
  if (conflict.empty()) co_return Result<void>{};
  const std::string& id = entry.customer.customer_id;
  const auto known = co_await record_of(id);
  if (!known) co_return fail(known.error());
  std::optional<RecordId> record;
  if (*known) record = (*known)->id;
  journal::Step step;
  step.cases.push_back(conflict_case(id, conflict, record));
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return Result<void>{};
}

Task<Result<void>> CustomerDesk::merge(std::string into, std::string from, std::string by,
                                       std::vector<journal::PutFact> more) {
  const auto turn = co_await on_.turns.take_until(learning_turn, on_.clock, patience_ends());
  if (!turn) co_return fail(Error::Kind::unavailable, unreachable);
  const auto kept = co_await on_.index.get(into);
  const auto gone = co_await on_.index.get(from);
  if (!kept) co_return fail(kept.error());
  if (!gone) co_return fail(gone.error());
  if (!*kept || !*gone || (*kept)->customer.customer_id == (*gone)->customer.customer_id) {
    co_return fail(Error::Kind::not_found,
                   fmt::format("there is no customer {} to merge", !*kept ? into : from));
  }
  IndexEntry before = **gone;
  IndexEntry after = before;
  after.merged_into = (*kept)->customer.customer_id;
  after.changed_at = on_.clock.now();
  auto facts = co_await on_.index.changes(before, after);
  if (!facts) co_return fail(facts.error());
  const auto redeemed =
      co_await on_.redemptions.merged(after.merged_into, before.customer.customer_id);
  if (!redeemed) co_return fail(redeemed.error());
  journal::Step step;
  step.facts = std::move(*facts);
  step.facts.insert(step.facts.end(), redeemed->begin(), redeemed->end());
  step.facts.insert(step.facts.end(), more.begin(), more.end());
  step.facts.push_back({settings_.workspace, redemption_shelf,
                        redemption_alias_key(before.customer.customer_id), after.merged_into,
                        on_.clock.now()});
  journal::AddNote note;
  note.id = on_.ids.next<NoteId>();
  note.workspace = settings_.workspace;
  note.at = on_.clock.now();
  note.kind = "audit";
  note.text = fmt::format("{} merged the customer {} into {}", by, from, into);
  step.notes.push_back(std::move(note));
  const auto stored = co_await on_.journal.commit(std::move(step));
  if (!stored) co_return fail(stored.error());
  co_return Result<void>{};
}

}  // namespace tillbridge::crm
