// What apply() does for people: cases and their groups, notes, facts, pauses, settings, the audit
// trail, erasure.

#include <map>
#include <tuple>

#include "journal/postgres/batch.h"
#include "journal/postgres/sql.gen.h"
#include "journal/search_keys.h"

namespace tillbridge::journal::postgres {

void PostgresWriter::send_desk(const Wave& wave, Batch& batch) {
  // By group: nodes that open cases in several groups lock them in one order.
  using Name = std::tuple<std::string_view, std::string_view, std::string_view>;
  std::multimap<Name, const OpenCase*> cases;
  for (const auto& part : wave.cases) {
    const auto& c = *part.change;
    cases.emplace(Name(c.workspace, c.type, c.group), &c);
  }
  for (const auto& [name, opened] : cases) {
    const auto& c = *opened;
    connection_->send(sql::hold_group, Params(c.workspace, c.id, c.type, c.group, c.owner,
                                              c.opened_at, c.due_at, c.reason, c.record));
    connection_->send(sql::open_case,
                      Params(c.workspace, c.id, c.type, c.group, c.owner, c.record, c.delivery,
                             c.arrival, c.opened_at, c.due_at, c.reason),
                      [&batch, &c](const Rows& rows) {
                        batch.counters.add(c.workspace, Counter::cases_open, rows[0].integer(0));
                      });
  }
  for (const auto& part : wave.closed_cases) {
    const auto& c = *part.change;
    connection_->send(sql::close_case, Params(part.workspace, c.id, c.closed_at, c.by, c.note),
                      [&batch, &c, workspace = std::string(part.workspace)](const Rows& rows) {
                        if (rows[0].integer(1) == 0)
                          corrupt("closing of unknown case " + text_of(c.id.value));
                        batch.counters.add(workspace, Counter::cases_open, -rows[0].integer(0));
                      });
  }
  for (const auto& part : wave.case_groups) {
    const auto& u = *part.change;
    connection_->send(sql::update_group,
                      Params(part.workspace, u.id, u.state, u.owner, u.assignee, u.due_at,
                             u.escalation, u.at, u.by, u.note),
                      [&batch, &u, workspace = std::string(part.workspace)](const Rows& rows) {
                        if (rows[0].integer(1) == 0) {
                          corrupt("update of unknown case group " + text_of(u.id.value));
                        }
                        batch.counters.add(workspace, Counter::cases_open, -rows[0].integer(0));
                      });
  }
}

void PostgresWriter::send_small(const Wave& wave, Batch& batch) {
  ArrayRows notes;
  for (const auto& part : wave.notes) {
    const auto& n = *part.change;
    notes.add(n.workspace, n.id, n.subject, n.at, n.kind, n.text);
  }
  if (!notes.empty()) connection_->send(sql::add_notes, notes.params());
  ArrayRows cursors;
  for (const auto& part : wave.cursors) {
    cursors.add(part.change->workspace, part.change->name, part.change->value);
  }
  if (!cursors.empty()) connection_->send(sql::set_cursors, cursors.params());
  send_facts(wave.facts);
  for (const auto& part : wave.pauses) {
    const auto& p = *part.change;
    batch.kinds |= change_pauses;
    if (p.paused) {
      connection_->send(sql::set_pause, Params(p.workspace, p.connection, p.at, p.by, p.reason));
    } else {
      connection_->send(sql::lift_pause, Params(p.workspace, p.connection));
    }
  }
  for (const auto& part : wave.settings) {
    const auto& s = *part.change;
    batch.kinds |= change_settings;
    connection_->send(sql::put_settings, Params(s.workspace, s.version, s.at, s.by, s.document));
  }
  ArrayRows audits;
  for (const auto& part : wave.audits) {
    const auto& a = *part.change;
    audits.add(a.workspace, a.id, a.at, a.by, a.act, a.subject, a.about, a.before, a.after,
               a.result);
  }
  if (!audits.empty()) connection_->send(sql::add_audits, audits.params());
}

void PostgresWriter::send_facts(const Parts<PutFact>& parts) {
  ArrayRows put;
  ArrayRows forgotten;
  for (const auto& part : parts) {
    const auto& f = *part.change;
    if (f.value.empty()) {
      forgotten.add(f.workspace, f.connection, f.key);
    } else {
      put.add(f.workspace, f.connection, f.key, f.value, f.changed_at);
    }
  }
  if (!put.empty()) connection_->send(sql::put_facts, put.params());
  if (!forgotten.empty()) connection_->send(sql::forget_facts, forgotten.params());
}

void PostgresWriter::erase(const EraseRecord& e, std::string_view workspace, Batch& batch) {
  const std::string keys = join_keys(e.search_keys);
  std::string key;
  std::string keys_before;
  std::string customer;
  {
    const auto rows = connection_->query(sql::record_to_erase, Params(workspace, e.id));
    if (rows.empty()) return;
    rows[0].read(key, keys_before, customer);
  }
  const ErasedPerson person(customer, keys_before, keys);
  connection_->send(sql::erase_record,
                    Params(workspace, e.id, person.left_of(key, e.id.value), keys, e.customer));
  ArrayRows record;
  record.add(workspace, e.id);
  connection_->send(sql::remove_short_texts, record.params());
  ArrayRows short_keys;
  for (const auto& text : short_texts(keys)) short_keys.add(workspace, text, e.id);
  if (!short_keys.empty()) connection_->send(sql::add_short_texts, short_keys.params());
  connection_->send(sql::erase_payloads, Params(workspace, e.id));
  erase_arrivals(e.id, workspace, person);
  erase_deliveries(e.id, workspace, person, batch);
  connection_->sync();
}

// All arrivals of an event name the same: the first one and its duplicates, which point at no
// record.
void PostgresWriter::erase_arrivals(RecordId record, std::string_view workspace,
                                    const ErasedPerson& person) {
  using Event = std::pair<std::string, std::string>;
  std::map<Event, std::map<ArrivalId, std::string>> subjects;
  {
    const auto rows = connection_->query(sql::arrivals_to_erase, Params(workspace, record));
    for (int at = 0; at < rows.size(); ++at) {
      ArrivalId id;
      Event event;
      std::string subject;
      rows[at].read(id, event.first, event.second, subject);
      subjects[std::move(event)][id] = std::move(subject);
    }
  }
  for (auto& [event, arrivals] : subjects) {
    const auto& [connection, external_id] = event;
    std::string left = external_id;
    if (!external_id.empty()) {
      const auto rows =
          connection_->query(sql::arrivals_of_event, Params(workspace, connection, external_id));
      for (int at = 0; at < rows.size(); ++at) {
        ArrivalId id;
        std::string subject;
        rows[at].read(id, subject);
        arrivals.try_emplace(id, std::move(subject));
      }
      left = person.left_of(external_id, arrivals.begin()->first.value);
    }
    if (left != external_id) {
      connection_->send(sql::erase_event, Params(workspace, connection, external_id, left));
    }
    for (const auto& [id, subject] : arrivals) {
      const std::string subject_left = person.left_of(subject, id.value);
      if (left == external_id && subject_left == subject) continue;
      connection_->send(sql::erase_arrival, Params(workspace, id, left, subject_left));
    }
  }
}

// What has no body any more can never be sent: neither now nor by a person.
void PostgresWriter::erase_deliveries(RecordId record, std::string_view workspace,
                                      const ErasedPerson& person, Batch& batch) {
  const auto rows = connection_->query(sql::deliveries_to_erase, Params(workspace, record));
  const std::string owner(workspace);
  for (int at = 0; at < rows.size(); ++at) {
    DeliveryId id;
    auto state = DeliveryState::delivered;
    std::string reason;
    std::string effect;
    rows[at].read(id, state, reason, effect);
    if (is_unfinished(state) || state == DeliveryState::parked) {
      batch.counters.add(owner, state, -1);
      batch.open.moved(owner, id.value, state, DeliveryState::skipped);
      state = DeliveryState::skipped;
      reason = erased_reason;
      batch.counters.add(owner, state, 1);
      batch.deliveries.push_back(id.value);
    }
    connection_->send(sql::erase_delivery,
                      Params(workspace, id, state, reason, erased_name(id.value),
                             person.left_of(effect, id.value)));
  }
}

}  // namespace tillbridge::journal::postgres
