// What apply() does for people: cases and their groups, replaced parts, erasure.

#include <map>
#include <tuple>

#include "journal/erasure.h"
#include "journal/search_keys.h"
#include "journal/sqlite/refusal.h"
#include "journal/sqlite/search_index.h"
#include "journal/sqlite/sqlite_writer.h"
#include "journal/sqlite/writer_statements.h"

namespace tillbridge::journal::sqlite {
namespace {

constexpr bool is_open(GroupState state) {
  return state == GroupState::open || state == GroupState::acknowledged;
}

}  // namespace

void SqliteWriter::open(const OpenCase& c, CounterChanges& counters) {
  CaseGroupId group{c.id.value};
  {
    auto rows = sql_->group_of_name.rows(c.workspace, c.type, c.group);
    if (rows.next()) rows.read(group);
  }
  const auto name = [&] { return "case " + text_of(c.id.value); };
  insert(
      [&] {
        sql_->open_case.run(c.id, c.workspace, c.type, c.group, c.owner, c.record, c.delivery,
                            c.arrival, c.opened_at, c.due_at, c.reason, group);
      },
      name);
  if (connection_->changes() == 0) return;  // it is open already
  insert(
      [&] {
        sql_->open_in_group.run(group, c.workspace, c.type, c.group, c.owner, c.opened_at, c.due_at,
                                c.reason, c.record);
      },
      name);
  counters.add(c.workspace, Counter::cases_open, 1);
}

void SqliteWriter::close(const CloseCase& c, CounterChanges& counters) {
  std::string workspace;
  std::optional<Instant> closed_at;
  CaseGroupId group;
  {
    auto rows = sql_->case_before.rows(c.id);
    if (!rows.next()) corrupt("closing of unknown case " + text_of(c.id.value));
    rows.read(workspace, closed_at, group);
  }
  if (closed_at) return;  // who closed it first, closed it
  sql_->close_case.run(c.id, c.closed_at, c.by, c.note);
  sql_->close_in_group.run(group, c.closed_at, c.by);
  counters.add(workspace, Counter::cases_open, -1);
}

void SqliteWriter::update(const UpdateCaseGroup& change, CounterChanges& counters) {
  std::string workspace;
  auto before = GroupState::open;
  {
    auto rows = sql_->group_before.rows(change.id);
    if (!rows.next()) corrupt("update of unknown case group " + text_of(change.id.value));
    rows.read(workspace, before);
  }
  if (!is_open(before)) return;  // only a case that opens in it opens it again
  sql_->update_group.run(change.id, change.state, change.owner, change.assignee, change.due_at,
                         change.escalation);
  if (is_open(change.state)) return;
  sql_->close_group.run(change.id, change.at, change.by);
  sql_->close_cases_of_group.run(change.id, change.at, change.by, change.note);
  counters.add(workspace, Counter::cases_open, -connection_->changes());
}

void SqliteWriter::add(const AddAudit& a) {
  insert(
      [&] {
        sql_->add_audit.run(a.id, a.workspace, a.at, a.by, a.act, a.subject, a.about, a.before,
                            a.after, a.result);
      },
      [&] { return "audit " + text_of(a.id.value); });
}

void SqliteWriter::replace(const ReplaceDeliveryParts& change) {
  if (change.parts.empty() || change.parts.size() > parts_max) {
    corrupt("new parts of delivery " + text_of(change.id.value) + ": " +
            text_of(change.parts.size()) + ", 1 to 64 are allowed");
  }
  {
    std::string workspace;
    auto state = DeliveryState::waiting;
    auto rows = sql_->delivery_before.rows(change.id);
    if (!rows.next()) return;
    rows.read(workspace, state);
    if (!is_unfinished(state) && state != DeliveryState::parked) return;
  }
  sql_->replace_parts.run(change.id, change.parts.size(), change.settings_version);
  const std::string body = join_parts(change.parts);
  const auto stored = packer_.pack(body);
  sql_->replace_payload.run(change.id, stored.codec, stored.checksum, Blob{stored.bytes});
}

void SqliteWriter::erase(const EraseRecord& e, CounterChanges& counters) {
  std::string workspace;
  std::string key;
  std::string keys_before;
  std::string customer;
  {
    auto rows = sql_->record_to_erase.rows(e.id);
    if (!rows.next()) return;  // retention was faster
    rows.read(workspace, key, keys_before, customer);
  }
  const std::string keys = join_keys(e.search_keys);
  const ErasedPerson person(customer, keys_before, keys);
  erase_deliveries(e.id, workspace, person, counters);
  sql_->erase_payloads.run(e.id);
  erase_arrivals(e.id, person);
  search_->erase(e.id, keys_before);
  search_->add(e.id, workspace, keys);
  sql_->erase_record.run(e.id, person.left_of(key, e.id.value), keys, e.customer);
}

// With them their duplicates, which point at no record and have the same names.
void SqliteWriter::erase_arrivals(RecordId record, const ErasedPerson& person) {
  using Event = std::tuple<std::string, std::string, std::string>;
  std::map<Event, std::map<ArrivalId, std::string>> subjects;
  {
    auto rows = sql_->arrivals_to_erase.rows(record);
    while (rows.next()) {
      ArrivalId id;
      Event event;
      std::string subject;
      rows.read(id, std::get<0>(event), std::get<1>(event), std::get<2>(event), subject);
      subjects[std::move(event)][id] = std::move(subject);
    }
  }
  for (auto& [event, arrivals] : subjects) {
    const auto& [workspace, connection, external_id] = event;
    std::string left = external_id;
    if (!external_id.empty()) {
      auto rows = sql_->arrivals_of_event.rows(workspace, connection, external_id);
      while (rows.next()) {
        ArrivalId id;
        std::string subject;
        rows.read(id, subject);
        arrivals.try_emplace(id, std::move(subject));
      }
      left = person.left_of(external_id, arrivals.begin()->first.value);
    }
    if (left != external_id) sql_->erase_event.run(workspace, connection, external_id, left);
    for (const auto& [id, subject] : arrivals) {
      const std::string subject_left = person.left_of(subject, id.value);
      if (left == external_id && subject_left == subject) continue;
      sql_->erase_arrival.run(id, left, subject_left);
    }
  }
}

// What has no body any more can never be sent: neither now nor by a person.
void SqliteWriter::erase_deliveries(RecordId record, const std::string& workspace,
                                    const ErasedPerson& person, CounterChanges& counters) {
  struct Old {
    DeliveryId id;
    DeliveryState state = DeliveryState::delivered;
    std::string reason;
    std::string effect;
  };
  std::vector<Old> old;
  {
    auto rows = sql_->deliveries_to_erase.rows(record);
    while (rows.next()) {
      auto& d = old.emplace_back();
      rows.read(d.id, d.state, d.reason, d.effect);
    }
  }
  for (auto& d : old) {
    if (is_unfinished(d.state) || d.state == DeliveryState::parked) {
      counters.add(workspace, d.state, -1);
      d.state = DeliveryState::skipped;
      d.reason = erased_reason;
      counters.add(workspace, d.state, 1);
    }
    sql_->erase_delivery.run(d.id, d.state, d.reason, erased_name(d.id.value),
                             person.left_of(d.effect, d.id.value));
  }
}

}  // namespace tillbridge::journal::sqlite
