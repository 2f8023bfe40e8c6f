#include "journal/memory/desk_reader.h"

#include <algorithm>

#include "journal/search_keys.h"

namespace tillbridge::journal::memory {
namespace {

template <typename IdType>
std::uint64_t below(IdType before) {
  return id_range({}, {}, before.value).until;
}

bool has_text(const RecordRow& record, const std::string& wanted) {
  if (wanted.empty()) return true;
  const std::string keys = join_keys(record.search_keys);
  if (!is_short(wanted)) return contains(keys, wanted);
  const auto shorts = short_texts(keys);
  return std::find(shorts.begin(), shorts.end(), wanted) != shorts.end();
}

// Calls take(row) for from <= id < until, the newest first, until it says false.
template <typename Map, typename Take>
void newest_first(const Map& map, IdRange ids, const Take& take) {
  for (auto at = map.lower_bound(ids.until); at != map.begin();) {
    --at;
    if (at->first < ids.from || !take(at->second)) return;
  }
}

}  // namespace

RecordPage DeskReader::find_records(const std::string& workspace, const RecordFilter& filter,
                                    IdRange ids, std::size_t limit,
                                    std::size_t examined_max) const {
  RecordPage page;
  if (is_in_no_key(filter.text)) return page;
  const std::string wanted = folded(filter.text);
  RecordId last;
  std::size_t examined = 0;
  newest_first(data_->records, ids, [&](const RecordRow& row) {
    if (page.rows.size() >= limit || examined >= examined_max) {
      page.next = last;
      return false;
    }
    ++examined;
    last = row.id;
    const bool wants = (workspace.empty() || row.workspace == workspace) &&
                       fits(filter, row.kind, row.store, row.state) && has_text(row, wanted);
    if (wants) page.rows.push_back(row);
    return true;
  });
  return page;
}

Result<std::vector<RecordRow>> DeskReader::search(const std::string& workspace,
                                                  const std::string& text, std::size_t limit) {
  const std::lock_guard lock(data_->mutex);
  if (text.empty()) return std::vector<RecordRow>{};
  RecordFilter filter;
  filter.text = text;
  return find_records(workspace, filter, IdRange{}, limit, std::numeric_limits<std::size_t>::max())
      .rows;
}

Result<RecordPage> DeskReader::records(const std::string& workspace, const RecordFilter& filter,
                                       RecordId before, std::size_t limit) {
  const std::lock_guard lock(data_->mutex);
  return find_records(workspace, filter, id_range(filter.from, filter.until, before.value),
                      page_rows(limit), page_examined_max);
}

Result<DeliveryPage> DeskReader::deliveries_in(const std::string& workspace,
                                               const std::string& connection, DeliveryState state,
                                               DeliveryId before, std::size_t limit) {
  if (state == DeliveryState::delivered || state == DeliveryState::skipped) {
    return fail(Error::Kind::invalid_input, "deliveries are listed while they need something");
  }
  const std::lock_guard lock(data_->mutex);
  limit = page_rows(limit);
  DeliveryPage page;
  newest_first(data_->deliveries, id_range({}, {}, before.value), [&](const StoredDelivery& d) {
    if (d.row.state != state || d.workspace != workspace) return true;
    if (!connection.empty() && d.row.connection != connection) return true;
    if (page.rows.size() >= limit) {
      page.next = page.rows.back().id;
      return false;
    }
    page.record_keys.push_back(key_of(d.row.record));
    page.rows.push_back(d.row);
    return true;
  });
  return page;
}

Result<std::vector<CaseGroupRow>> DeskReader::case_groups(const std::string& workspace,
                                                          const CaseGroupFilter& filter,
                                                          std::optional<CaseGroupPlace> after,
                                                          std::size_t limit) {
  const std::lock_guard lock(data_->mutex);
  std::vector<CaseGroupRow> found;
  const auto place = [](const CaseGroupRow& row) { return std::pair(row.due_at, row.id); };
  for (const auto& [id, group] : data_->groups) {
    const auto& row = group.row;
    if (row.workspace != workspace || is_open(row.state) != filter.open || !fits(filter, row)) {
      continue;
    }
    const bool past = !after || (filter.open ? place(row) > std::pair(after->due_at, after->id)
                                             : row.id < after->id);
    if (past) found.push_back(with_key(group));
  }
  std::sort(found.begin(), found.end(), [&](const CaseGroupRow& a, const CaseGroupRow& b) {
    return filter.open ? place(a) < place(b) : a.id > b.id;
  });
  if (found.size() > page_rows(limit)) found.resize(page_rows(limit));
  return found;
}

Result<std::optional<CaseGroupRow>> DeskReader::case_group(CaseGroupId id) {
  const std::lock_guard lock(data_->mutex);
  const auto at = data_->groups.find(id.value);
  return at == data_->groups.end() ? std::nullopt : std::optional(with_key(at->second));
}

Result<std::vector<CaseRow>> DeskReader::cases_of(CaseGroupId id, bool open_only, CaseId before,
                                                  std::size_t limit) {
  const std::lock_guard lock(data_->mutex);
  std::vector<CaseRow> found;
  const auto& all = data_->cases_of_group;
  for (auto at = all.lower_bound({id.value, below(before)});
       at != all.begin() && found.size() < page_rows(limit);) {
    --at;
    if (at->first != id.value) break;
    const auto& row = data_->cases.at(at->second).row;
    if (!open_only || !row.closed_at) found.push_back(with_key(row));
  }
  return found;
}

Result<std::vector<CaseTotal>> DeskReader::case_totals(const std::string& workspace, Instant now) {
  const std::lock_guard lock(data_->mutex);
  std::map<std::string, CaseTotal> totals;
  for (const auto& [id, group] : data_->groups) {
    const auto& row = group.row;
    if (row.workspace != workspace || !is_open(row.state)) continue;
    auto& total = totals[row.owner];
    total.owner = row.owner;
    ++total.open;
    if (row.due_at < now) ++total.overdue;
    if (row.assignee.empty()) ++total.unowned;
  }
  std::vector<CaseTotal> found;
  for (auto& [owner, total] : totals) found.push_back(std::move(total));
  return found;
}

Result<std::vector<AuditRow>> DeskReader::audits(const AuditFilter& filter, AuditId before,
                                                 std::size_t limit) {
  const std::lock_guard lock(data_->mutex);
  std::vector<AuditRow> found;
  newest_first(data_->audits, id_range(filter.from, filter.until, before.value),
               [&](const AuditRow& row) {
                 if (fits(filter, row)) found.push_back(row);
                 return found.size() < page_rows(limit);
               });
  return found;
}

Result<std::vector<Tally>> DeskReader::tallies(const std::string& workspace, std::int64_t from,
                                               std::int64_t until) {
  const std::lock_guard lock(data_->mutex);
  std::vector<Tally> found;
  for (auto at = data_->tallies.lower_bound({workspace, from, ""});
       at != data_->tallies.end() && at->first.workspace == workspace && at->first.hour < until;
       ++at) {
    found.push_back({at->first.hour, at->first.name, at->second});
  }
  return found;
}

Result<std::vector<Fact>> DeskReader::facts_under(const std::string& workspace,
                                                  const std::string& connection,
                                                  const std::string& prefix,
                                                  const std::string& after, std::size_t limit) {
  const std::lock_guard lock(data_->mutex);
  std::vector<Fact> found;
  for (auto at = data_->facts.lower_bound(Key3(workspace, connection, first_fact(prefix, after)));
       at != data_->facts.end() && found.size() < page_rows(limit); ++at) {
    const auto& [of_workspace, of_connection, key] = at->first;
    if (of_workspace != workspace || of_connection != connection || !key.starts_with(prefix)) break;
    found.push_back(at->second);
  }
  return found;
}

Result<std::vector<SettingsVersion>> DeskReader::settings_versions(const std::string& workspace,
                                                                   std::uint32_t before,
                                                                   std::size_t limit) {
  const std::lock_guard lock(data_->mutex);
  std::vector<SettingsVersion> found;
  for (auto at = before == 0 ? data_->settings.upper_bound(
                                   std::pair(workspace, std::numeric_limits<std::uint32_t>::max()))
                             : data_->settings.lower_bound(std::pair(workspace, before));
       at != data_->settings.begin() && found.size() < page_rows(limit);) {
    --at;
    if (at->first.first != workspace) break;
    auto& settings = found.emplace_back(at->second);
    settings.document.clear();
  }
  return found;
}

Result<std::optional<SettingsVersion>> DeskReader::settings(const std::string& workspace,
                                                            std::uint32_t version) {
  const std::lock_guard lock(data_->mutex);
  const auto at = data_->settings.find(std::pair(workspace, version));
  return at == data_->settings.end() ? std::nullopt : std::optional(at->second);
}

CaseRow DeskReader::with_key(CaseRow row) const {
  row.record_key = key_of(row.record);
  return row;
}

CaseGroupRow DeskReader::with_key(const StoredGroup& group) const {
  CaseGroupRow row = group.row;
  row.record_key = key_of(group.record);
  return row;
}

std::string DeskReader::key_of(std::optional<RecordId> record) const {
  if (!record) return {};
  const auto at = data_->records.find(record->value);
  return at == data_->records.end() ? std::string() : at->second.key;
}

}  // namespace tillbridge::journal::memory
