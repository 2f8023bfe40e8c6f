// What the console asks: pages of records, deliveries, case groups and audit rows, totals, facts.

#include <algorithm>

#include "journal/pages.h"
#include "journal/search_keys.h"
#include "journal/sqlite/reader_statements.h"
#include "journal/sqlite/rows.h"
#include "journal/sqlite/sqlite_reader.h"

namespace tillbridge::journal::sqlite {
namespace {

// Columns of the record statements that are looked at before a whole row is read.
constexpr int workspace_column = 1;
constexpr int kind_column = 2;
constexpr int state_column = 5;
constexpr int store_column = 10;
constexpr int keys_column = 12;

// Of the delivery statements: after what delivery_of() reads.
constexpr int delivery_workspace_column = 14;

template <typename IdType>
std::uint64_t below(IdType before) {
  return id_range({}, {}, before.value).until;
}

}  // namespace

// A row more than asked for is stepped to, so that a full page knows whether it was the last one.
RecordPage SqliteReader::find_records(const std::string& workspace, const RecordFilter& filter,
                                      IdRange ids, std::size_t limit, std::size_t examined_max) {
  RecordPage page;
  if (is_in_no_key(filter.text)) return page;
  const std::string wanted = folded(filter.text);
  const bool by_trigrams = !filter.text.empty() && !is_short(filter.text);
  const std::string query = by_trigrams ? trigram_query(filter.text) : wanted;
  auto rows = filter.text.empty() ? sql_->records_by_id.rows(ids.until, ids.from)
              : by_trigrams       ? sql_->records_by_trigrams.rows(ids.until, ids.from, query)
                                  : sql_->records_by_short_text.rows(ids.until, ids.from, query);
  RecordId last;
  for (std::size_t examined = 0; rows.next(); ++examined) {
    if (page.rows.size() >= limit || examined >= examined_max) {
      page.next = last;
      break;
    }
    rows.read(last);
    if (!workspace.empty() && rows.bytes(workspace_column) != workspace) continue;
    if (!fits(filter, rows.bytes(kind_column), rows.bytes(store_column),
              static_cast<RecordState>(rows.integer(state_column)))) {
      continue;
    }
    if (by_trigrams && !contains(rows.bytes(keys_column), wanted)) continue;
    page.rows.push_back(record_of(rows));
  }
  return page;
}

Result<std::vector<RecordRow>> SqliteReader::search(const std::string& workspace,
                                                    const std::string& text, std::size_t limit) {
  return guarded([&] {
    if (text.empty()) return std::vector<RecordRow>{};
    RecordFilter filter;
    filter.text = text;
    return find_records(workspace, filter, IdRange{}, limit,
                        std::numeric_limits<std::size_t>::max())
        .rows;
  });
}

Result<RecordPage> SqliteReader::records(const std::string& workspace, const RecordFilter& filter,
                                         RecordId before, std::size_t limit) {
  return guarded([&] {
    return find_records(workspace, filter, id_range(filter.from, filter.until, before.value),
                        page_rows(limit), page_examined_max);
  });
}

Result<DeliveryPage> SqliteReader::deliveries_in(const std::string& workspace,
                                                 const std::string& connection, DeliveryState state,
                                                 DeliveryId before, std::size_t limit) {
  if (state == DeliveryState::delivered || state == DeliveryState::skipped) {
    return fail(Error::Kind::invalid_input, "deliveries are listed while they need something");
  }
  limit = page_rows(limit);
  return guarded([&] {
    DeliveryPage page;
    Transaction snapshot(*connection_, Transaction::Kind::read);
    auto rows =
        state == DeliveryState::parked    ? sql_->deliveries_parked.rows(workspace, below(before))
        : state == DeliveryState::blocked ? sql_->deliveries_blocked.rows(workspace, below(before))
                                          : sql_->deliveries_unfinished.rows(below(before));
    DeliveryId last;
    for (std::size_t examined = 0; rows.next(); ++examined) {
      if (page.rows.size() >= limit || examined >= page_examined_max) {
        page.next = last;
        break;
      }
      rows.read(last);
      auto row = delivery_of(rows);
      if (row.state != state || rows.bytes(delivery_workspace_column) != workspace) continue;
      if (!connection.empty() && row.connection != connection) continue;
      auto key = sql_->record_key.rows(row.record);
      page.record_keys.emplace_back(key.next() ? key.bytes(0) : std::string_view());
      page.rows.push_back(std::move(row));
    }
    return page;
  });
}

Result<std::vector<CaseGroupRow>> SqliteReader::case_groups(const std::string& workspace,
                                                            const CaseGroupFilter& filter,
                                                            std::optional<CaseGroupPlace> after,
                                                            std::size_t limit) {
  limit = page_rows(limit);
  return guarded([&] {
    std::vector<CaseGroupRow> found;
    const auto due_at = after ? after->due_at : Instant::min();
    const auto id = after ? after->id : CaseGroupId{};
    auto rows = filter.open ? sql_->case_groups_open.rows(workspace, due_at, id)
                            : sql_->case_groups_closed.rows(workspace, below(id));
    for (std::size_t examined = 0;
         examined < desk_examined_max && found.size() < limit && rows.next(); ++examined) {
      auto row = case_group_of(rows);
      if (filter.open && filter.due_before && row.due_at >= *filter.due_before) break;
      if (fits(filter, row)) found.push_back(std::move(row));
    }
    return found;
  });
}

Result<std::optional<CaseGroupRow>> SqliteReader::case_group(CaseGroupId id) {
  return guarded([&] {
    auto rows = sql_->case_group_by_id.rows(id);
    return rows.next() ? std::optional(case_group_of(rows)) : std::nullopt;
  });
}

Result<std::vector<CaseRow>> SqliteReader::cases_of(CaseGroupId id, bool open_only, CaseId before,
                                                    std::size_t limit) {
  return guarded([&] {
    std::vector<CaseRow> found;
    auto& statement = open_only ? sql_->open_cases_of_group : sql_->cases_of_group;
    append(found, statement.rows(id, below(before), page_rows(limit)), case_of);
    return found;
  });
}

Result<std::vector<CaseTotal>> SqliteReader::case_totals(const std::string& workspace,
                                                         Instant now) {
  return guarded([&] {
    std::vector<CaseTotal> found;
    auto rows = sql_->case_totals.rows(workspace, now);
    while (rows.next()) {
      auto& total = found.emplace_back();
      rows.read(total.owner, total.open, total.overdue, total.unowned);
    }
    return found;
  });
}

// The narrowest index first; what else is asked for is checked row by row.
Result<std::vector<AuditRow>> SqliteReader::audits(const AuditFilter& filter, AuditId before,
                                                   std::size_t limit) {
  limit = page_rows(limit);
  return guarded([&] {
    std::vector<AuditRow> found;
    const auto ids = id_range(filter.from, filter.until, before.value);
    auto rows = filter.subject != 0
                    ? sql_->audits_of_subject.rows(ids.until, ids.from, filter.subject)
                : !filter.by.empty() ? sql_->audits_by_person.rows(ids.until, ids.from, filter.by)
                : !filter.workspace.empty()
                    ? sql_->audits_of_workspace.rows(ids.until, ids.from, filter.workspace)
                    : sql_->audits.rows(ids.until, ids.from);
    for (std::size_t examined = 0;
         examined < desk_examined_max && found.size() < limit && rows.next(); ++examined) {
      auto row = audit_of(rows);
      if (fits(filter, row)) found.push_back(std::move(row));
    }
    return found;
  });
}

Result<std::vector<Tally>> SqliteReader::tallies(const std::string& workspace, std::int64_t from,
                                                 std::int64_t until) {
  return guarded([&] {
    std::vector<Tally> found;
    auto rows = sql_->tallies.rows(workspace, from, until);
    while (rows.next()) {
      auto& tally = found.emplace_back();
      rows.read(tally.hour, tally.name, tally.value);
    }
    return found;
  });
}

Result<std::vector<Fact>> SqliteReader::facts_under(const std::string& workspace,
                                                    const std::string& connection,
                                                    const std::string& prefix,
                                                    const std::string& after, std::size_t limit) {
  return guarded([&] {
    std::vector<Fact> found;
    const std::string first = first_fact(prefix, after);
    auto rows = sql_->facts_from.rows(workspace, connection, first, page_rows(limit));
    while (rows.next()) {
      Fact fact;
      rows.read(fact.key, fact.value, fact.changed_at);
      if (!fact.key.starts_with(prefix)) break;
      found.push_back(std::move(fact));
    }
    return found;
  });
}

Result<std::vector<SettingsVersion>> SqliteReader::settings_versions(const std::string& workspace,
                                                                     std::uint32_t before,
                                                                     std::size_t limit) {
  return guarded([&] {
    std::vector<SettingsVersion> found;
    auto rows = sql_->settings_versions.rows(workspace, versions_below(before), page_rows(limit));
    while (rows.next()) {
      auto& settings = found.emplace_back();
      rows.read(settings.version, settings.at, settings.by);
    }
    return found;
  });
}

Result<std::optional<SettingsVersion>> SqliteReader::settings(const std::string& workspace,
                                                              std::uint32_t version) {
  return guarded([&]() -> std::optional<SettingsVersion> {
    auto rows = sql_->settings_version.rows(workspace, version);
    if (!rows.next()) return std::nullopt;
    SettingsVersion settings;
    rows.read(settings.version, settings.at, settings.by, settings.document);
    return settings;
  });
}

}  // namespace tillbridge::journal::sqlite
