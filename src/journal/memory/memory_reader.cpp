#include <algorithm>

#include "journal/journey_limit.h"
#include "journal/memory/desk_reader.h"
#include "journal/search_keys.h"

namespace tillbridge::journal::memory {
namespace {

class MemoryReader final : public DeskReader {
 public:
  explicit MemoryReader(std::shared_ptr<Data> data) : DeskReader(std::move(data)) {}

  Result<void> open_arrivals(const std::function<void(const OpenArrival&)>& on_arrival) override {
    const std::lock_guard lock(data_->mutex);
    for (const auto id : data_->unfinished_arrivals) {
      const auto& a = data_->arrivals.at(id).row;
      on_arrival({a.id, a.workspace, a.connection, a.subject, a.announces, a.source, a.received_at,
                  a.happened_at, a.due_at, a.tries});
    }
    return {};
  }

  Result<std::vector<OpenDelivery>> open_deliveries(DeliveryId after, DeliveryId until,
                                                    std::size_t limit) override {
    const std::lock_guard lock(data_->mutex);
    std::vector<OpenDelivery> found;
    const auto& open = data_->unfinished_deliveries;
    for (auto id = open.upper_bound(after.value);
         id != open.end() && *id <= until.value && found.size() < limit; ++id) {
      const auto& d = data_->deliveries.at(*id);
      const auto& row = d.row;
      const auto record = data_->records.find(row.record.value);
      found.push_back({row.id, row.record, d.workspace, row.connection, row.flow,
                       record == data_->records.end() ? std::string{} : record->second.store,
                       row.lane, row.priority, d.on_reject, d.settle, row.state, row.due_at,
                       row.happened_at, row.attempts,
                       static_cast<std::uint32_t>(attempts_of(*id).size()), row.parts_done,
                       d.parts});
    }
    return found;
  }

  Result<std::uint64_t> highest_id() override {
    const std::lock_guard lock(data_->mutex);
    const auto last = [](const auto& map) { return map.empty() ? 0 : map.rbegin()->first; };
    return std::max({last(data_->arrivals), last(data_->records), last(data_->deliveries),
                     last(data_->cases), last(data_->notes), last(data_->groups),
                     last(data_->audits)});
  }

  Result<std::vector<Pause>> pauses() override {
    const std::lock_guard lock(data_->mutex);
    std::vector<Pause> found;
    for (const auto& [key, pause] : data_->pauses) found.push_back(pause);
    return found;
  }

  Result<std::vector<DeliveryBody>> delivery_bodies(std::span<const DeliveryId> ids) override {
    const std::lock_guard lock(data_->mutex);
    std::vector<DeliveryBody> found;
    for (const auto id : ids) {
      const auto body = data_->bodies.find(id.value);
      if (body == data_->bodies.end()) {
        return fail(Error::Kind::corrupt, "journal: delivery " + std::to_string(id.value) +
                                              ": its body is gone or never was");
      }
      found.push_back({id, *body->second});
    }
    return found;
  }

  Result<std::vector<std::optional<RecordRow>>> records_by_key(const std::string& workspace,
                                                               std::span<const std::string> keys,
                                                               bool with_payload) override {
    const std::lock_guard lock(data_->mutex);
    std::vector<std::optional<RecordRow>> found(keys.size());
    for (std::size_t at = 0; at < keys.size(); ++at) {
      const auto id = data_->record_keys.find(Key2(workspace, keys[at]));
      if (id == data_->record_keys.end()) continue;
      found[at] = data_->records.at(id->second);
      if (with_payload) found[at]->payload = payload_of(id->second);
    }
    return found;
  }

  Result<std::vector<bool>> known_subjects(const std::string& workspace,
                                           std::span<const std::string> subjects) override {
    const std::lock_guard lock(data_->mutex);
    std::vector<bool> known;
    for (const auto& subject : subjects) {
      const auto& set = data_->unfinished_subjects;
      const auto at = set.lower_bound({workspace, subject, 0});
      const bool waiting =
          at != set.end() && std::get<0>(*at) == workspace && std::get<1>(*at) == subject;
      known.push_back(waiting || data_->record_keys.contains(Key2(workspace, subject)));
    }
    return known;
  }

  Result<std::vector<RecordRow>> open_records(const std::string& workspace, RecordId after,
                                              std::size_t limit) override {
    const std::lock_guard lock(data_->mutex);
    std::vector<RecordRow> found;
    for (auto at = data_->open_records.upper_bound({workspace, after.value});
         at != data_->open_records.end() && at->first == workspace && found.size() < limit; ++at) {
      found.push_back(data_->records.at(at->second));
    }
    return found;
  }

  Result<std::optional<std::string>> cursor(const std::string& workspace,
                                            const std::string& name) override {
    const std::lock_guard lock(data_->mutex);
    const auto at = data_->cursors.find(Key2(workspace, name));
    return at == data_->cursors.end() ? std::nullopt : std::optional(at->second);
  }

  Result<std::vector<std::optional<std::string>>> facts(
      const std::string& workspace, const std::string& connection,
      std::span<const std::string> keys) override {
    const std::lock_guard lock(data_->mutex);
    std::vector<std::optional<std::string>> found;
    for (const std::string& key : keys) {
      const auto at = data_->facts.find(Key3(workspace, connection, key));
      found.push_back(at == data_->facts.end() ? std::nullopt : std::optional(at->second.value));
    }
    return found;
  }

  Result<std::vector<DeliveryRow>> deliveries_planned(const std::string& workspace,
                                                      const std::string& connection,
                                                      DeliveryId after, DeliveryId until,
                                                      std::size_t limit) override {
    const std::lock_guard lock(data_->mutex);
    std::vector<DeliveryRow> found;
    for (auto at = data_->deliveries.upper_bound(after.value);
         at != data_->deliveries.end() && at->first < until.value && found.size() < limit; ++at) {
      const StoredDelivery& stored = at->second;
      if (stored.workspace == workspace && stored.row.connection == connection)
        found.push_back(stored.row);
    }
    return found;
  }

  Result<std::optional<SettingsVersion>> latest_settings(const std::string& workspace) override {
    const std::lock_guard lock(data_->mutex);
    std::optional<SettingsVersion> latest;
    for (auto at = data_->settings.lower_bound({workspace, 0});
         at != data_->settings.end() && at->first.first == workspace; ++at) {
      latest = at->second;
    }
    return latest;
  }

  Result<std::optional<Journey>> journey(RecordId record) override {
    const std::lock_guard lock(data_->mutex);
    const auto at = data_->records.find(record.value);
    if (at == data_->records.end()) return std::nullopt;
    Journey journey;
    journey.record = at->second;
    journey.record.payload = payload_of(record.value);
    std::set<std::uint64_t> arrivals;
    for (const auto id : second_of(data_->arrivals_of_record, record.value)) {
      arrivals.insert(id);
      const auto& a = data_->arrivals.at(id).row;
      for (auto d = data_->duplicates.lower_bound({a.workspace, a.connection, a.external_id, 0});
           d != data_->duplicates.end() && std::get<0>(*d) == a.workspace &&
           std::get<1>(*d) == a.connection && std::get<2>(*d) == a.external_id;
           ++d) {
        arrivals.insert(std::get<3>(*d));
      }
    }
    std::set<std::uint64_t> notes;
    const auto add_notes = [&](std::uint64_t subject) {
      for (const auto id : second_of(data_->notes_of_subject, subject)) notes.insert(id);
    };
    add_notes(record.value);
    for (const auto id : arrivals) {
      journey.arrivals.push_back(data_->arrivals.at(id).row);
      journey.arrivals.back().payload = payload_of(id);
      add_notes(id);
    }
    std::set<std::uint64_t> deliveries;
    auto newest = second_of(data_->deliveries_of_record, record.value);
    if (newest.size() > journey_deliveries_max)
      newest.erase(newest.begin(), newest.end() - journey_deliveries_max);
    for (const auto id : newest) {
      deliveries.insert(id);
      auto& row = journey.deliveries.emplace_back(data_->deliveries.at(id).row);
      if (const auto body = data_->bodies.find(id); body != data_->bodies.end()) {
        row.parts = *body->second;
      }
      row.tries = attempts_of(id);
      add_notes(id);
    }
    for (const auto& [id, stored] : data_->cases) {
      const auto& c = stored.row;
      const bool by_record = c.record == record;
      const bool by_delivery = !c.record && c.delivery && deliveries.contains(c.delivery->value);
      const bool by_arrival =
          !c.record && !c.delivery && c.arrival && arrivals.contains(c.arrival->value);
      if (by_record || by_delivery || by_arrival) journey.cases.push_back(with_key(c));
    }
    for (const auto id : notes) journey.notes.push_back(data_->notes.at(id).row);
    return journey;
  }

  Result<std::optional<ArrivalRow>> arrival(ArrivalId id) override {
    const std::lock_guard lock(data_->mutex);
    const auto at = data_->arrivals.find(id.value);
    if (at == data_->arrivals.end()) return std::nullopt;
    ArrivalRow row = at->second.row;
    row.payload = payload_of(id.value);
    return row;
  }

  Result<std::vector<ArrivalRow>> search_arrivals(const std::string& workspace,
                                                  const std::string& text,
                                                  std::size_t limit) override {
    const std::lock_guard lock(data_->mutex);
    std::vector<ArrivalRow> found;
    const std::string wanted = folded(text);
    for (auto at = data_->arrivals.rbegin(); at != data_->arrivals.rend() && found.size() < limit;
         ++at) {
      const auto& a = at->second.row;
      const bool of_event = a.external_id == text && a.state != ArrivalState::duplicate;
      if (!at->second.record || !of_event || text.empty()) continue;
      if (!workspace.empty() && a.workspace != workspace) continue;
      found.push_back(a);
      found.back().payload = payload_of(at->first);
    }
    for (auto at = data_->arrivals.rbegin(); at != data_->arrivals.rend() && found.size() < limit;
         ++at) {
      const auto& a = at->second.row;
      if (at->second.record || a.state == ArrivalState::duplicate) continue;
      if (!workspace.empty() && a.workspace != workspace) continue;
      if (!contains(a.external_id, wanted) && !contains(a.subject, wanted)) continue;
      found.push_back(a);
      found.back().payload = payload_of(at->first);
    }
    return found;
  }

  Result<std::vector<CaseRow>> cases(const std::string& workspace, bool open_only,
                                     std::size_t limit) override {
    const std::lock_guard lock(data_->mutex);
    std::vector<CaseRow> found;
    for (auto at = data_->cases.rbegin(); at != data_->cases.rend() && found.size() < limit; ++at) {
      const auto& c = at->second.row;
      if (!workspace.empty() && c.workspace != workspace) continue;
      if (open_only && c.closed_at) continue;
      found.push_back(with_key(c));
    }
    return found;
  }

  Result<Counts> counts() override {
    const std::lock_guard lock(data_->mutex);
    return to_counts(totals());
  }

  Result<std::vector<std::string>> verify(const std::function<void(double)>& progress) override {
    const std::lock_guard lock(data_->mutex);
    std::vector<std::string> findings;
    CounterChanges real;
    for (const auto& [id, a] : data_->arrivals) {
      real.add("", Counter::arrivals, 1);
      real.add("", a.row.state, 1);
      if (a.record && !data_->records.contains(a.record->value)) {
        findings.push_back("arrival " + std::to_string(id) + ": its record is missing");
      }
    }
    for (const auto& [id, r] : data_->records) {
      real.add("", Counter::records, 1);
      real.add("", r.state, 1);
    }
    for (const auto& [id, d] : data_->deliveries) {
      real.add("", Counter::deliveries, 1);
      real.add("", d.row.state, 1);
      if (!data_->records.contains(d.row.record.value)) {
        findings.push_back("delivery " + std::to_string(id) + ": its record is missing");
      }
    }
    real.add("", Counter::attempts, static_cast<std::int64_t>(data_->attempts.size()));
    real.add("", Counter::cases_open, static_cast<std::int64_t>(data_->open_cases.size()));
    check_groups(findings);
    const auto& by_workspace = real.by_workspace();
    const auto counted = by_workspace.empty() ? CounterChanges::Values{} : by_workspace.at("");
    if (counted != totals()) findings.emplace_back("the counters differ from a recount");
    if (progress) progress(1.0);
    return findings;
  }

 private:
  void check_groups(std::vector<std::string>& findings) const {
    std::map<std::uint64_t, std::uint64_t> open;
    for (const auto id : data_->open_cases) ++open[data_->cases.at(id).group.value];
    for (const auto& [id, g] : data_->groups) {
      const bool fits = g.row.open == open[id] && is_open(g.row.state) == (g.row.open > 0);
      if (!fits) findings.push_back("case group " + std::to_string(id) + " is miscounted");
    }
    if (open.size() != data_->groups.size()) findings.emplace_back("a case without its group");
  }
  static std::vector<std::uint64_t> second_of(
      const std::set<std::pair<std::uint64_t, std::uint64_t>>& set, std::uint64_t first) {
    std::vector<std::uint64_t> found;
    for (auto at = set.lower_bound({first, 0}); at != set.end() && at->first == first; ++at) {
      found.push_back(at->second);
    }
    return found;
  }
  std::vector<AttemptRow> attempts_of(std::uint64_t delivery) const {
    std::vector<AttemptRow> found;
    for (auto at = data_->attempts.lower_bound({delivery, 0});
         at != data_->attempts.end() && at->first.first == delivery; ++at) {
      found.push_back(at->second);
    }
    return found;
  }
  std::string payload_of(std::uint64_t id) const {
    const auto body = data_->bodies.find(id);
    return body == data_->bodies.end() ? std::string() : body->second->front();
  }
  CounterChanges::Values totals() const {
    CounterChanges::Values sum{};
    for (const auto& [workspace, values] : data_->counters) {
      for (std::size_t at = 0; at < values.size(); ++at) sum[at] += values[at];
    }
    return sum;
  }
};

}  // namespace

std::unique_ptr<Reader> make_reader(std::shared_ptr<Data> data) {
  return std::make_unique<MemoryReader>(std::move(data));
}

}  // namespace tillbridge::journal::memory
