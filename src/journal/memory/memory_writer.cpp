#include "journal/memory/data.h"
#include "journal/search_keys.h"

namespace tillbridge::journal::memory {
namespace {

constexpr std::size_t parts_max = 64;

tl::unexpected<Error> corrupt(const std::string& what) {
  return fail(Error::Kind::corrupt, "journal: " + what);
}

std::string text_of(std::uint64_t id) {
  return std::to_string(id);
}

// One apply() or retire(): all of its changes, taken back unless kept.
class Transaction {
 public:
  explicit Transaction(Data& data) : data_(data) {}

  Result<Receipt> apply(const Step& step) {
    Receipt receipt;
    for (const auto& a : step.arrivals) TB_CHECK(add(a, receipt));
    for (const auto& u : step.arrival_updates) TB_CHECK(update(u));
    for (const auto& r : step.records) TB_CHECK(put(r));
    for (const auto& d : step.deliveries) TB_CHECK(add(d, receipt));
    for (const auto& u : step.delivery_updates) TB_CHECK(update(u));
    for (const auto& a : step.attempts) TB_CHECK(add(a));
    for (const auto& c : step.cases) TB_CHECK(open(c));
    for (const auto& c : step.closed_cases) TB_CHECK(close(c));
    for (const auto& n : step.notes) {
      if (data_.notes.contains(n.id.value)) return corrupt("note " + text_of(n.id.value));
      changes_.put(data_.notes, n.id.value,
                   StoredNote{{n.at, n.subject, n.kind, n.text}, n.workspace});
      changes_.insert(data_.notes_of_subject, std::pair(n.subject, n.id.value));
    }
    for (const auto& c : step.cursors) {
      changes_.put(data_.cursors, Key2(c.workspace, c.name), c.value);
    }
    for (const auto& f : step.facts) {
      const Key3 key(f.workspace, f.connection, f.key);
      if (f.value.empty()) {
        changes_.remove(data_.facts, key);
      } else {
        changes_.put(data_.facts, key, f.value);
      }
    }
    for (const auto& p : step.pauses) {
      const Key2 key(p.workspace, p.connection);
      if (p.paused) {
        changes_.put(data_.pauses, key, Pause{p.workspace, p.connection, p.at, p.by, p.reason});
      } else {
        changes_.remove(data_.pauses, key);
      }
    }
    for (const auto& s : step.settings) {
      const std::pair key(s.workspace, s.version);
      if (data_.settings.contains(key)) {
        return corrupt("settings version " + text_of(s.version) + " of " + s.workspace);
      }
      changes_.put(data_.settings, key, SettingsVersion{s.version, s.at, s.document});
    }
    return receipt;
  }

  std::uint64_t retire(const Retention& retention, Instant now, std::uint64_t rows_max);

  void commit() {
    for (const auto& [workspace, values] : counters_.by_workspace()) {
      auto& totals = data_.counters[workspace];
      for (std::size_t at = 0; at < values.size(); ++at) totals[at] += values[at];
    }
    changes_.keep();
  }

 private:
  Result<void> add_body(std::uint64_t id, std::vector<std::string> parts) {
    if (data_.bodies.contains(id)) return corrupt("id " + text_of(id) + " is in use");
    changes_.put(data_.bodies, id,
                 std::make_shared<const std::vector<std::string>>(std::move(parts)));
    return {};
  }

  void mark_unfinished(const StoredArrival& a) {
    const std::tuple subject(a.row.workspace, a.row.subject, a.row.id.value);
    if (is_unfinished(a.row.state)) {
      changes_.insert(data_.unfinished_arrivals, a.row.id.value);
      changes_.insert(data_.unfinished_subjects, subject);
    } else {
      changes_.remove(data_.unfinished_arrivals, a.row.id.value);
      changes_.remove(data_.unfinished_subjects, subject);
    }
  }

  Result<void> add(const AddArrival& a, Receipt& receipt) {
    if (data_.arrivals.contains(a.id.value)) return corrupt("arrival " + text_of(a.id.value));
    StoredArrival stored;
    stored.row = {a.id,        a.workspace, a.connection, a.source,      a.external_id, a.subject,
                  a.announces, a.state,     a.reason,     a.received_at, a.happened_at, a.due_at,
                  0,           ""};
    const Key3 event(a.workspace, a.connection, a.external_id);
    if (!a.external_id.empty() && data_.event_ids.contains(event)) {
      stored.row.state = ArrivalState::duplicate;
      receipt.duplicate_arrivals.push_back(a.id);
      changes_.insert(data_.duplicates,
                      std::tuple(a.workspace, a.connection, a.external_id, a.id.value));
    } else {
      if (!a.external_id.empty()) changes_.put(data_.event_ids, event, a.id.value);
      if (!a.payload.empty()) TB_CHECK(add_body(a.id.value, {a.payload}));
    }
    counters_.add(a.workspace, Counter::arrivals, 1);
    counters_.add(a.workspace, stored.row.state, 1);
    mark_unfinished(stored);
    changes_.put(data_.arrivals, a.id.value, std::move(stored));
    return {};
  }

  Result<void> update(const UpdateArrival& u) {
    const auto at = data_.arrivals.find(u.id.value);
    if (at == data_.arrivals.end())
      return corrupt("update of unknown arrival " + text_of(u.id.value));
    StoredArrival stored = at->second;
    counters_.add(stored.row.workspace, stored.row.state, -1);
    stored.row.state = u.state;
    stored.row.reason = u.reason;
    stored.row.due_at = u.due_at;
    stored.row.tries = u.tries;
    if (u.record) {
      if (stored.record) {
        changes_.remove(data_.arrivals_of_record, std::pair(stored.record->value, u.id.value));
      }
      stored.record = u.record;
      changes_.insert(data_.arrivals_of_record, std::pair(u.record->value, u.id.value));
    }
    counters_.add(stored.row.workspace, stored.row.state, 1);
    mark_unfinished(stored);
    changes_.put(data_.arrivals, u.id.value, std::move(stored));
    return {};
  }

  Result<void> put(const PutRecord& r) {
    const auto before = data_.records.find(r.id.value);
    const auto same_key = data_.record_keys.find(Key2(r.workspace, r.key));
    if (same_key != data_.record_keys.end() && same_key->second != r.id.value) {
      return corrupt("record " + r.key + " of " + r.workspace + " under a new id");
    }
    if (before != data_.records.end()) {
      const auto& old = before->second;
      if (old.workspace != r.workspace || old.key != r.key) {
        return corrupt("record " + text_of(r.id.value) + " is " + old.key + " and cannot become " +
                       r.key);
      }
      counters_.add(r.workspace, old.state, -1);
      changes_.remove(data_.open_records, std::pair(old.workspace, r.id.value));
      changes_.remove(data_.bodies, r.id.value);
    } else {
      counters_.add(r.workspace, Counter::records, 1);
      changes_.put(data_.record_keys, Key2(r.workspace, r.key), r.id.value);
    }
    counters_.add(r.workspace, r.state, 1);
    if (r.state == RecordState::open) {
      changes_.insert(data_.open_records, std::pair(r.workspace, r.id.value));
    }
    if (!r.payload.empty()) TB_CHECK(add_body(r.id.value, {r.payload}));
    RecordRow row{r.id,
                  r.workspace,
                  r.kind,
                  r.key,
                  r.version,
                  r.state,
                  r.reason,
                  r.settings_version,
                  r.happened_at,
                  r.changed_at,
                  r.store,
                  r.customer,
                  split_keys(join_keys(r.search_keys)),
                  ""};
    changes_.put(data_.records, r.id.value, std::move(row));
    return {};
  }

  Result<void> add(const AddDelivery& d, Receipt& receipt) {
    if (d.parts.empty() || d.parts.size() > parts_max) {
      return corrupt("delivery " + d.effect + " has " + text_of(d.parts.size()) +
                     " parts, 1 to 64 are allowed");
    }
    const Key3 effect(d.workspace, d.connection, d.effect);
    if (data_.effects.contains(effect)) {
      receipt.existing_deliveries.push_back(d.id);
      return {};
    }
    if (data_.deliveries.contains(d.id.value))
      return corrupt("delivery " + d.effect + " (" + text_of(d.id.value) + ")");
    TB_CHECK(add_body(d.id.value, d.parts));
    StoredDelivery stored;
    stored.row = {
        d.id,    d.record, d.connection, d.flow,        d.effect, d.lane, d.priority,
        d.state, d.reason, d.due_at,     d.happened_at, 0,        0,      d.settings_version,
        {},      {}};
    stored.workspace = d.workspace;
    stored.on_reject = d.on_reject;
    stored.settle = d.settle;
    stored.parts = static_cast<std::uint32_t>(d.parts.size());
    changes_.put(data_.effects, effect, d.id.value);
    changes_.insert(data_.deliveries_of_record, std::pair(d.record.value, d.id.value));
    if (is_unfinished(d.state)) changes_.insert(data_.unfinished_deliveries, d.id.value);
    counters_.add(d.workspace, Counter::deliveries, 1);
    counters_.add(d.workspace, d.state, 1);
    changes_.put(data_.deliveries, d.id.value, std::move(stored));
    return {};
  }

  Result<void> update(const UpdateDelivery& u) {
    const auto at = data_.deliveries.find(u.id.value);
    if (at == data_.deliveries.end())
      return corrupt("update of unknown delivery " + text_of(u.id.value));
    StoredDelivery stored = at->second;
    counters_.add(stored.workspace, stored.row.state, -1);
    stored.row.state = u.state;
    stored.row.reason = u.reason;
    stored.row.due_at = u.due_at;
    stored.row.attempts = u.attempts;
    stored.row.parts_done = u.parts_done;
    counters_.add(stored.workspace, stored.row.state, 1);
    if (is_unfinished(u.state)) {
      changes_.insert(data_.unfinished_deliveries, u.id.value);
    } else {
      changes_.remove(data_.unfinished_deliveries, u.id.value);
    }
    changes_.put(data_.deliveries, u.id.value, std::move(stored));
    return {};
  }

  Result<void> add(const AddAttempt& a) {
    const auto delivery = data_.deliveries.find(a.delivery.value);
    if (delivery == data_.deliveries.end())
      return corrupt("attempt of unknown delivery " + text_of(a.delivery.value));
    const std::pair key(a.delivery.value, a.number);
    if (data_.attempts.contains(key))
      return corrupt("attempt of delivery " + text_of(a.delivery.value));
    changes_.put(data_.attempts, key,
                 AttemptRow{a.number, a.trigger, a.at, a.took, a.outcome, a.http_status, a.reason,
                            a.parts_sent});
    counters_.add(delivery->second.workspace, Counter::attempts, 1);
    return {};
  }

  Result<void> open(const OpenCase& c) {
    for (const auto id : data_.open_cases) {
      const auto& other = data_.cases.at(id).row;
      if (other.workspace == c.workspace && other.type == c.type && other.group == c.group &&
          other.record.value_or(RecordId{}) == c.record.value_or(RecordId{})) {
        return {};
      }
    }
    if (data_.cases.contains(c.id.value)) return corrupt("case " + text_of(c.id.value));
    StoredCase stored;
    stored.row = {c.id,      c.workspace, c.type,      c.group,  c.owner,      c.record, c.delivery,
                  c.arrival, "",          c.opened_at, c.due_at, std::nullopt, c.reason, ""};
    changes_.put(data_.cases, c.id.value, std::move(stored));
    changes_.insert(data_.open_cases, c.id.value);
    counters_.add(c.workspace, Counter::cases_open, 1);
    return {};
  }

  Result<void> close(const CloseCase& c) {
    const auto at = data_.cases.find(c.id.value);
    if (at == data_.cases.end()) return corrupt("closing of unknown case " + text_of(c.id.value));
    if (at->second.row.closed_at) return {};
    StoredCase stored = at->second;
    stored.row.closed_at = c.closed_at;
    stored.row.note = c.note;
    stored.closed_by = c.by;
    counters_.add(stored.row.workspace, Counter::cases_open, -1);
    changes_.remove(data_.open_cases, c.id.value);
    changes_.put(data_.cases, c.id.value, std::move(stored));
    return {};
  }

  template <typename Of>
  bool has_open_case(const Of& of) const {
    for (const auto id : data_.open_cases) {
      if (of(data_.cases.at(id).row)) return true;
    }
    return false;
  }
  bool is_needed(const StoredArrival& a) const {
    return is_unfinished(a.row.state) ||
           has_open_case([&](const CaseRow& c) { return c.arrival == a.row.id; });
  }
  bool is_needed(const StoredDelivery& d) const {
    return is_unfinished(d.row.state) ||
           has_open_case([&](const CaseRow& c) { return c.delivery == d.row.id; });
  }
  bool is_needed(const RecordRow& r) const {
    return r.state == RecordState::open || r.kind == "stock" ||
           has_open_case([&](const CaseRow& c) { return c.record == r.id; });
  }
  template <typename Set>
  static bool any_of(const Set& set, std::uint64_t first) {
    const auto at = set.lower_bound({first, 0});
    return at != set.end() && at->first == first;
  }

  bool body_is_needed(std::uint64_t id) const;
  template <typename Map, typename Remove>
  void retire_from(const Map& map, std::uint64_t below, const Remove& remove);

  Data& data_;
  Changes changes_;
  CounterChanges counters_;
  std::uint64_t left_ = 0;  // rows that retire() may still take
};

bool Transaction::body_is_needed(std::uint64_t id) const {
  if (const auto a = data_.arrivals.find(id); a != data_.arrivals.end() && is_needed(a->second)) {
    return true;
  }
  if (const auto d = data_.deliveries.find(id);
      d != data_.deliveries.end() && is_needed(d->second)) {
    return true;
  }
  const auto r = data_.records.find(id);
  if (r == data_.records.end()) return false;
  if (is_needed(r->second)) return true;
  for (auto at = data_.deliveries_of_record.lower_bound({id, 0});
       at != data_.deliveries_of_record.end() && at->first == id; ++at) {
    if (data_.unfinished_deliveries.contains(at->second)) return true;
  }
  return false;
}

// remove says whether it took the row.
template <typename Map, typename Remove>
void Transaction::retire_from(const Map& map, std::uint64_t below, const Remove& remove) {
  for (auto at = map.begin(); at != map.end() && at->first < below && left_ > 0;) {
    const auto [id, row] = *at++;
    if (remove(id, row)) --left_;
  }
}

std::uint64_t Transaction::retire(const Retention& retention, Instant now, std::uint64_t rows_max) {
  left_ = rows_max;
  const auto metadata = lowest_id_at(now - retention.metadata);
  const auto audit = lowest_id_at(now - retention.audit);
  retire_from(data_.bodies, lowest_id_at(now - retention.payload), [&](auto id, const Body&) {
    if (body_is_needed(id)) return false;
    changes_.remove(data_.bodies, id);
    return true;
  });
  retire_from(data_.arrivals, metadata, [&](auto id, const StoredArrival& a) {
    if (is_needed(a)) return false;
    const Key3 event(a.row.workspace, a.row.connection, a.row.external_id);
    if (const auto e = data_.event_ids.find(event); e != data_.event_ids.end() && e->second == id) {
      changes_.remove(data_.event_ids, event);
    }
    changes_.remove(data_.duplicates,
                    std::tuple(a.row.workspace, a.row.connection, a.row.external_id, id));
    if (a.record) changes_.remove(data_.arrivals_of_record, std::pair(a.record->value, id));
    changes_.remove(data_.bodies, id);
    changes_.remove(data_.arrivals, id);
    counters_.add(a.row.workspace, Counter::arrivals, -1);
    counters_.add(a.row.workspace, a.row.state, -1);
    return true;
  });
  retire_from(data_.deliveries, metadata, [&](auto id, const StoredDelivery& d) {
    if (is_needed(d)) return false;
    for (auto a = data_.attempts.lower_bound({id, 0});
         a != data_.attempts.end() && a->first.first == id;) {
      changes_.remove(data_.attempts, (a++)->first);
      counters_.add(d.workspace, Counter::attempts, -1);
    }
    changes_.remove(data_.effects, Key3(d.workspace, d.row.connection, d.row.effect));
    changes_.remove(data_.deliveries_of_record, std::pair(d.row.record.value, id));
    changes_.remove(data_.bodies, id);
    changes_.remove(data_.deliveries, id);
    counters_.add(d.workspace, Counter::deliveries, -1);
    counters_.add(d.workspace, d.row.state, -1);
    return true;
  });
  retire_from(data_.records, metadata, [&](auto id, const RecordRow& r) {
    if (is_needed(r) || any_of(data_.arrivals_of_record, id) ||
        any_of(data_.deliveries_of_record, id)) {
      return false;
    }
    changes_.remove(data_.record_keys, Key2(r.workspace, r.key));
    changes_.remove(data_.bodies, id);
    changes_.remove(data_.records, id);
    counters_.add(r.workspace, Counter::records, -1);
    counters_.add(r.workspace, r.state, -1);
    return true;
  });
  retire_from(data_.notes, metadata, [&](auto id, const StoredNote& n) {
    if (n.row.kind == "audit" && id >= audit) return false;
    changes_.remove(data_.notes_of_subject, std::pair(n.row.subject, id));
    changes_.remove(data_.notes, id);
    return true;
  });
  retire_from(data_.cases, audit, [&](auto id, const StoredCase& c) {
    if (!c.row.closed_at) return false;
    changes_.remove(data_.cases, id);
    return true;
  });
  for (auto at = data_.settings.begin(); at != data_.settings.end() && left_ > 0;) {
    const auto next = std::next(at);
    const bool newest = next == data_.settings.end() || next->first.first != at->first.first;
    if (!newest && at->second.at < now - retention.audit) {
      changes_.remove(data_.settings, at->first);
      --left_;
    }
    at = next;
  }
  return rows_max - left_;
}

class MemoryWriter final : public Writer {
 public:
  explicit MemoryWriter(std::shared_ptr<Data> data) : data_(std::move(data)) {}

  Result<std::vector<Receipt>> apply(std::span<const Step> steps) override {
    const std::lock_guard lock(data_->mutex);
    std::vector<Receipt> receipts;
    Transaction transaction(*data_);
    for (const auto& step : steps) {
      TB_TRY(auto receipt, transaction.apply(step));
      receipts.push_back(std::move(receipt));
    }
    transaction.commit();
    return receipts;
  }

  void maintain() override {}

  Result<std::uint64_t> retire(const Retention& retention, Instant now,
                               std::uint64_t rows_max) override {
    const std::lock_guard lock(data_->mutex);
    Transaction transaction(*data_);
    const auto gone = transaction.retire(retention, now, rows_max);
    transaction.commit();
    return gone;
  }

  Result<void> backup(const std::string&, std::function<void(double)>) override {
    return fail(Error::Kind::unavailable, "a journal in memory has nothing to back up");
  }

 private:
  std::shared_ptr<Data> data_;
};

}  // namespace

std::unique_ptr<Writer> make_writer(std::shared_ptr<Data> data) {
  return std::make_unique<MemoryWriter>(std::move(data));
}

}  // namespace tillbridge::journal::memory
