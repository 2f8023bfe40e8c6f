// What the memory store does for people: cases and their groups, replaced parts, erasure.

#include <algorithm>

#include "journal/erasure.h"
#include "journal/memory/transaction.h"
#include "journal/search_keys.h"

namespace tillbridge::journal::memory {

Result<void> Transaction::open(const OpenCase& c) {
  for (const auto id : data_.open_cases) {
    const auto& other = data_.cases.at(id).row;
    if (other.workspace == c.workspace && other.type == c.type && other.group == c.group &&
        other.record.value_or(RecordId{}) == c.record.value_or(RecordId{})) {
      return {};
    }
  }
  if (data_.cases.contains(c.id.value)) return corrupt("case " + text_of(c.id.value));
  const Key3 name(c.workspace, c.type, c.group);
  const auto known = data_.group_names.find(name);
  StoredGroup group;
  if (known != data_.group_names.end()) {
    group = data_.groups.at(known->second);
  } else {
    group.row.id = CaseGroupId{c.id.value};
    group.row.workspace = c.workspace;
    group.row.type = c.type;
    group.row.group = c.group;
    group.row.owner = c.owner;
    changes_.put(data_.group_names, name, c.id.value);
  }
  auto& row = group.row;
  if (row.total == 0 || !is_open(row.state)) {
    if (row.total != 0) ++row.reopened;
    row.state = GroupState::open;
    row.opened_at = c.opened_at;
    row.due_at = c.due_at;
    row.escalation = 0;
    row.closed_at.reset();
    row.closed_by.clear();
  }
  row.due_at = std::min(row.due_at, c.due_at);
  row.last_at = c.opened_at;
  row.reason = c.reason;
  ++row.open;
  ++row.total;
  group.record = c.record;
  StoredCase stored;
  stored.row = {c.id,      c.workspace, c.type,      c.group,  c.owner,      c.record, c.delivery,
                c.arrival, "",          c.opened_at, c.due_at, std::nullopt, c.reason, ""};
  stored.group = row.id;
  changes_.insert(data_.cases_of_group, std::pair(row.id.value, c.id.value));
  changes_.put(data_.groups, row.id.value, std::move(group));
  changes_.put(data_.cases, c.id.value, std::move(stored));
  changes_.insert(data_.open_cases, c.id.value);
  counters_.add(c.workspace, Counter::cases_open, 1);
  return {};
}

Result<void> Transaction::close(const CloseCase& c) {
  const auto at = data_.cases.find(c.id.value);
  if (at == data_.cases.end()) return corrupt("closing of unknown case " + text_of(c.id.value));
  if (at->second.row.closed_at) return {};
  StoredGroup group = data_.groups.at(at->second.group.value);
  if (--group.row.open == 0) {
    group.row.state = GroupState::resolved;
    group.row.closed_at = c.closed_at;
    group.row.closed_by = c.by;
  }
  changes_.put(data_.groups, group.row.id.value, group);
  close(c.id.value, c);
  return {};
}

void Transaction::close(std::uint64_t id, const CloseCase& c) {
  StoredCase stored = data_.cases.at(id);
  stored.row.closed_at = c.closed_at;
  stored.row.note = c.note;
  stored.closed_by = c.by;
  counters_.add(stored.row.workspace, Counter::cases_open, -1);
  changes_.remove(data_.open_cases, id);
  changes_.put(data_.cases, id, std::move(stored));
}

Result<void> Transaction::update(const UpdateCaseGroup& u) {
  const auto at = data_.groups.find(u.id.value);
  if (at == data_.groups.end()) {
    return corrupt("update of unknown case group " + text_of(u.id.value));
  }
  if (!is_open(at->second.row.state)) return {};
  StoredGroup group = at->second;
  group.row.state = u.state;
  group.row.owner = u.owner;
  group.row.assignee = u.assignee;
  group.row.due_at = u.due_at;
  group.row.escalation = u.escalation;
  if (!is_open(u.state)) {
    group.row.open = 0;
    group.row.closed_at = u.at;
    group.row.closed_by = u.by;
    for (auto c = data_.cases_of_group.lower_bound({u.id.value, 0});
         c != data_.cases_of_group.end() && c->first == u.id.value; ++c) {
      if (data_.open_cases.contains(c->second)) {
        close(c->second, CloseCase{CaseId{c->second}, u.at, u.by, u.note});
      }
    }
  }
  changes_.put(data_.groups, u.id.value, std::move(group));
  return {};
}

Result<void> Transaction::add(const AddAudit& a) {
  if (data_.audits.contains(a.id.value)) return corrupt("audit " + text_of(a.id.value));
  changes_.put(data_.audits, a.id.value,
               AuditRow{a.id, a.workspace, a.at, a.by, a.act, a.subject, a.about, a.before, a.after,
                        a.result});
  return {};
}

Result<void> Transaction::replace(const ReplaceDeliveryParts& r) {
  if (r.parts.empty() || r.parts.size() > parts_max) {
    return corrupt("new parts of delivery " + text_of(r.id.value) + ": " + text_of(r.parts.size()) +
                   ", 1 to 64 are allowed");
  }
  const auto at = data_.deliveries.find(r.id.value);
  if (at == data_.deliveries.end()) return {};
  const auto state = at->second.row.state;
  if (!is_unfinished(state) && state != DeliveryState::parked) return {};
  StoredDelivery stored = at->second;
  stored.parts = static_cast<std::uint32_t>(r.parts.size());
  stored.row.parts_done = 0;
  stored.row.settings_version = r.settings_version;
  changes_.put(data_.bodies, r.id.value, std::make_shared<const std::vector<std::string>>(r.parts));
  changes_.put(data_.deliveries, r.id.value, std::move(stored));
  return {};
}

void Transaction::erase(const EraseRecord& e) {
  const auto at = data_.records.find(e.id.value);
  if (at == data_.records.end()) return;
  RecordRow row = at->second;
  const std::string keys = join_keys(e.search_keys);
  const ErasedPerson person(row.customer, join_keys(row.search_keys), keys);
  erase_deliveries(e.id.value, person);
  erase_arrivals(e.id.value, person);
  for (auto a = data_.arrivals_of_record.lower_bound({e.id.value, 0});
       a != data_.arrivals_of_record.end() && a->first == e.id.value; ++a) {
    changes_.remove(data_.bodies, a->second);
  }
  changes_.remove(data_.bodies, e.id.value);
  if (const std::string left = person.left_of(row.key, e.id.value); left != row.key) {
    changes_.remove(data_.record_keys, Key2(row.workspace, row.key));
    changes_.put(data_.record_keys, Key2(row.workspace, left), e.id.value);
    row.key = left;
  }
  row.search_keys = split_keys(keys);
  row.customer = e.customer;
  changes_.put(data_.records, e.id.value, std::move(row));
}

// With them their duplicates, which point at no record and have the same names.
void Transaction::erase_arrivals(std::uint64_t record, const ErasedPerson& person) {
  std::map<Key3, std::set<std::uint64_t>> events;
  for (auto a = data_.arrivals_of_record.lower_bound({record, 0});
       a != data_.arrivals_of_record.end() && a->first == record; ++a) {
    const auto& row = data_.arrivals.at(a->second).row;
    events[Key3(row.workspace, row.connection, row.external_id)].insert(a->second);
  }
  for (auto& [event, ids] : events) {
    const auto& [workspace, connection, external_id] = event;
    std::string left = external_id;
    if (!external_id.empty()) {
      const auto original = data_.event_ids.find(event);
      if (original != data_.event_ids.end()) ids.insert(original->second);
      for (auto d = data_.duplicates.lower_bound({workspace, connection, external_id, 0});
           d != data_.duplicates.end() && std::get<0>(*d) == workspace &&
           std::get<1>(*d) == connection && std::get<2>(*d) == external_id;
           ++d) {
        ids.insert(std::get<3>(*d));
      }
      left = person.left_of(external_id, *ids.begin());
      if (left != external_id && original != data_.event_ids.end()) {
        const auto id = original->second;
        changes_.remove(data_.event_ids, event);
        changes_.put(data_.event_ids, Key3(workspace, connection, left), id);
      }
    }
    for (const auto id : ids)
      rename(id, left, person.left_of(data_.arrivals.at(id).row.subject, id));
  }
}

void Transaction::rename(std::uint64_t arrival, const std::string& external_id,
                         const std::string& subject) {
  StoredArrival stored = data_.arrivals.at(arrival);
  auto& row = stored.row;
  const std::tuple before(row.workspace, row.connection, row.external_id, arrival);
  if (row.external_id != external_id && data_.duplicates.contains(before)) {
    changes_.remove(data_.duplicates, before);
    changes_.insert(data_.duplicates,
                    std::tuple(row.workspace, row.connection, external_id, arrival));
  }
  row.external_id = external_id;
  changes_.remove(data_.unfinished_subjects, std::tuple(row.workspace, row.subject, arrival));
  row.subject = subject;
  mark_unfinished(stored);
  changes_.put(data_.arrivals, arrival, std::move(stored));
}

void Transaction::erase_deliveries(std::uint64_t record, const ErasedPerson& person) {
  for (auto d = data_.deliveries_of_record.lower_bound({record, 0});
       d != data_.deliveries_of_record.end() && d->first == record; ++d) {
    const auto id = d->second;
    StoredDelivery stored = data_.deliveries.at(id);
    auto& row = stored.row;
    if (is_unfinished(row.state) || row.state == DeliveryState::parked) {
      counters_.add(stored.workspace, row.state, -1);
      row.state = DeliveryState::skipped;
      row.reason = erased_reason;
      counters_.add(stored.workspace, row.state, 1);
      changes_.remove(data_.unfinished_deliveries, id);
    }
    row.lane = erased_name(id);
    if (person.is_named_in(row.effect)) {
      changes_.remove(data_.effects, Key3(stored.workspace, row.connection, row.effect));
      row.effect = erased_name(id);
      changes_.put(data_.effects, Key3(stored.workspace, row.connection, row.effect), id);
    }
    changes_.remove(data_.bodies, id);
    changes_.put(data_.deliveries, id, std::move(stored));
  }
}

}  // namespace tillbridge::journal::memory
