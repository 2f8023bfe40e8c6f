// What the console asks: pages of records, deliveries, case groups and audit rows, totals, facts.

#include <algorithm>

#include "journal/pages.h"
#include "journal/postgres/postgres_reader.h"
#include "journal/postgres/rows.h"
#include "journal/postgres/sql.gen.h"
#include "journal/search_keys.h"

namespace tillbridge::journal::postgres {
namespace {

// A text that one of so many records has is common: then walking from the newest finds a page
// sooner than the index, which has no order.
constexpr std::size_t newest_looked_at = 2'000;
constexpr std::size_t common_one_of = 100;
constexpr std::size_t rows_per_query_max = 1'000;

template <typename IdType>
std::uint64_t below(IdType before) {
  return id_range({}, {}, before.value).until;
}

// LIKE with nothing but the text: its own signs are plain characters.
std::string like_pattern(std::string_view folded_text) {
  std::string pattern = "%";
  for (const char c : folded_text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

// Records that have a text (or all), the newest first, in slices; how they are found changes on the
// way.
class RecordWalk {
 public:
  RecordWalk(Connection& connection, const std::string& workspace, const std::string& text,
             IdRange ids)
      : connection_(connection), workspace_(workspace), text_(folded(text)), ids_(ids) {
    way_ = text.empty() ? Way::by_id : is_short(text) ? Way::by_short_text : Way::newest;
  }

  // At most `limit` more; fewer do not mean that these were all.
  std::vector<RecordRow> next(std::size_t limit) {
    limit = std::min(limit, rows_per_query_max);
    if (way_ == Way::newest) return next_of_newest(limit);
    const auto rows =
        way_ == Way::by_id ? connection_.query(sql::records_by_id,
                                               Params(workspace_, ids_.until, ids_.from, limit))
        : way_ == Way::by_short_text
            ? connection_.query(sql::records_by_short_text,
                                Params(workspace_, ids_.until, ids_.from, limit, text_))
            : connection_.query(sql::records_by_text, Params(workspace_, ids_.until, ids_.from,
                                                             limit, like_pattern(text_)));
    auto found = all_of(rows, record_of);
    ended_ = found.size() < limit;
    if (!found.empty()) ids_.until = found.back().id.value;
    return found;
  }
  bool ended() const { return ended_; }

 private:
  enum class Way { by_id, by_short_text, newest, by_text };

  std::vector<RecordRow> next_of_newest(std::size_t limit) {
    constexpr int fits_column = 13;
    const auto rows = connection_.query(sql::records_by_text_among_newest,
                                        Params(workspace_, ids_.until, ids_.from, newest_looked_at,
                                               like_pattern(text_), newest_looked_at));
    std::vector<RecordRow> found;
    std::size_t fitting = 0;
    ended_ = static_cast<std::size_t>(rows.size()) < newest_looked_at;
    for (int at = 0; at < rows.size(); ++at) {
      if (rows[at].integer(fits_column) == 0) continue;
      ++fitting;
      if (found.size() == limit) {
        ended_ = false;
        break;
      }
      found.push_back(record_of(rows[at]));
    }
    if (found.size() == limit) {
      ids_.until = found.back().id.value;
      return found;
    }
    if (!rows.empty()) ids_.until = static_cast<std::uint64_t>(rows[rows.size() - 1].integer(0));
    if (fitting * common_one_of < newest_looked_at) way_ = Way::by_text;
    return found;
  }

  Connection& connection_;
  const std::string& workspace_;
  std::string text_;
  IdRange ids_;
  Way way_;
  bool ended_ = false;
};

}  // namespace

// A row more than asked for is looked at, so that a full page knows whether it was the last one.
RecordPage PostgresReader::find_records(const std::string& workspace, const RecordFilter& filter,
                                        IdRange ids, std::size_t limit, std::size_t examined_max) {
  RecordPage page;
  if (is_in_no_key(filter.text)) return page;
  RecordWalk walk(*connection_, workspace, filter.text, ids);
  RecordId last;
  std::size_t examined = 0;
  while (!walk.ended()) {
    // When the first rows did not fill the page, few of them fit: the next slice is a large one.
    for (auto& row : walk.next(examined == 0 ? limit + 1 : rows_per_query_max)) {
      if (page.rows.size() >= limit || examined >= examined_max) {
        page.next = last;
        return page;
      }
      ++examined;
      last = row.id;
      if (fits(filter, row.kind, row.store, row.state)) page.rows.push_back(std::move(row));
    }
  }
  return page;
}

Result<std::vector<RecordRow>> PostgresReader::search(const std::string& workspace,
                                                      const std::string& text, std::size_t limit) {
  return asked([&] {
    if (text.empty()) return std::vector<RecordRow>{};
    RecordFilter filter;
    filter.text = text;
    return find_records(workspace, filter, IdRange{}, limit,
                        std::numeric_limits<std::size_t>::max())
        .rows;
  });
}

Result<RecordPage> PostgresReader::records(const std::string& workspace, const RecordFilter& filter,
                                           RecordId before, std::size_t limit) {
  return asked([&] {
    return find_records(workspace, filter, id_range(filter.from, filter.until, before.value),
                        page_rows(limit), page_examined_max);
  });
}

Result<DeliveryPage> PostgresReader::deliveries_in(const std::string& workspace,
                                                   const std::string& connection,
                                                   DeliveryState state, DeliveryId before,
                                                   std::size_t limit) {
  if (state == DeliveryState::delivered || state == DeliveryState::skipped) {
    return fail(Error::Kind::invalid_input, "deliveries are listed while they need something");
  }
  limit = page_rows(limit);
  return asked([&] {
    constexpr int key_column = 14;  // after what delivery_of() reads
    const auto statement = state == DeliveryState::parked    ? sql::deliveries_parked
                           : state == DeliveryState::blocked ? sql::deliveries_blocked
                                                             : sql::deliveries_unfinished;
    DeliveryPage page;
    std::size_t examined = 0;
    DeliveryId last{below(before)};
    for (;;) {
      const std::size_t slice = examined == 0 ? limit + 1 : rows_per_query_max;
      const auto rows = connection_->query(statement, Params(workspace, last, slice));
      for (int at = 0; at < rows.size(); ++at) {
        if (page.rows.size() >= limit || examined >= page_examined_max) {
          page.next = last;
          return page;
        }
        ++examined;
        auto row = delivery_of(rows[at]);
        last = row.id;
        if (row.state != state || (!connection.empty() && row.connection != connection)) continue;
        page.record_keys.emplace_back(rows[at].bytes(key_column));
        page.rows.push_back(std::move(row));
      }
      if (static_cast<std::size_t>(rows.size()) < slice) return page;
    }
  });
}

Result<std::vector<CaseGroupRow>> PostgresReader::case_groups(const std::string& workspace,
                                                              const CaseGroupFilter& filter,
                                                              std::optional<CaseGroupPlace> after,
                                                              std::size_t limit) {
  limit = page_rows(limit);
  return asked([&] {
    std::vector<CaseGroupRow> found;
    auto place = after.value_or(CaseGroupPlace{Instant::min(), CaseGroupId{}});
    std::size_t examined = 0;
    while (examined < desk_examined_max) {
      const auto rows =
          filter.open
              ? connection_->query(sql::case_groups_open,
                                   Params(workspace, place.due_at, place.id, rows_per_query_max))
              : connection_->query(sql::case_groups_closed,
                                   Params(workspace, below(place.id), rows_per_query_max));
      for (int at = 0; at < rows.size(); ++at, ++examined) {
        if (found.size() >= limit) return found;
        auto row = case_group_of(rows[at]);
        if (filter.open && filter.due_before && row.due_at >= *filter.due_before) return found;
        place = {row.due_at, row.id};
        if (fits(filter, row)) found.push_back(std::move(row));
      }
      if (static_cast<std::size_t>(rows.size()) < rows_per_query_max) break;
    }
    return found;
  });
}

Result<std::optional<CaseGroupRow>> PostgresReader::case_group(CaseGroupId id) {
  return asked([&] {
    const auto rows = connection_->query(sql::case_group_by_id, Params(id));
    return rows.empty() ? std::nullopt : std::optional(case_group_of(rows[0]));
  });
}

Result<std::vector<CaseRow>> PostgresReader::cases_of(CaseGroupId id, bool open_only, CaseId before,
                                                      std::size_t limit) {
  return asked([&] {
    return all_of(connection_->query(open_only ? sql::open_cases_of_group : sql::cases_of_group,
                                     Params(id, below(before), page_rows(limit))),
                  case_of);
  });
}

Result<std::vector<CaseTotal>> PostgresReader::case_totals(const std::string& workspace,
                                                           Instant now) {
  return asked([&] {
    std::vector<CaseTotal> found;
    const auto rows = connection_->query(sql::case_totals, Params(workspace, now));
    for (int at = 0; at < rows.size(); ++at) {
      auto& total = found.emplace_back();
      rows[at].read(total.owner, total.open, total.overdue, total.unowned);
    }
    return found;
  });
}

// The narrowest index first; what else is asked for is checked row by row.
Result<std::vector<AuditRow>> PostgresReader::audits(const AuditFilter& filter, AuditId before,
                                                     std::size_t limit) {
  limit = page_rows(limit);
  return asked([&] {
    std::vector<AuditRow> found;
    auto ids = id_range(filter.from, filter.until, before.value);
    std::size_t examined = 0;
    while (examined < desk_examined_max) {
      const auto query = [&](std::string_view statement, const auto&... more) {
        return connection_->query(
            statement, Params(filter.workspace, ids.until, ids.from, rows_per_query_max, more...));
      };
      const auto rows = filter.subject != 0  ? query(sql::audits_of_subject, filter.subject)
                        : !filter.by.empty() ? query(sql::audits_by_person, filter.by)
                                             : query(sql::audits);
      for (int at = 0; at < rows.size(); ++at, ++examined) {
        if (found.size() >= limit) return found;
        auto row = audit_of(rows[at]);
        ids.until = row.id.value;
        if (fits(filter, row)) found.push_back(std::move(row));
      }
      if (static_cast<std::size_t>(rows.size()) < rows_per_query_max) break;
    }
    return found;
  });
}

Result<std::vector<Tally>> PostgresReader::tallies(const std::string& workspace, std::int64_t from,
                                                   std::int64_t until) {
  return asked([&] {
    std::vector<Tally> found;
    const auto rows = connection_->query(sql::tallies, Params(workspace, from, until));
    for (int at = 0; at < rows.size(); ++at) {
      auto& tally = found.emplace_back();
      rows[at].read(tally.hour, tally.name, tally.value);
    }
    return found;
  });
}

Result<std::vector<Fact>> PostgresReader::facts_under(const std::string& workspace,
                                                      const std::string& connection,
                                                      const std::string& prefix,
                                                      const std::string& after, std::size_t limit) {
  return asked([&] {
    std::vector<Fact> found;
    // No stored text has a zero byte: the smallest one after `after` is looked for from it on.
    const bool from_prefix = after < prefix;
    const std::string& first = from_prefix ? prefix : after;
    const auto rows = connection_->query(
        sql::facts_from, Params(workspace, connection, first, page_rows(limit) + 1));
    for (int at = 0; at < rows.size(); ++at) {
      Fact fact;
      rows[at].read(fact.key, fact.value, fact.changed_at);
      if (!from_prefix && fact.key == after) continue;
      if (!fact.key.starts_with(prefix) || found.size() == page_rows(limit)) break;
      found.push_back(std::move(fact));
    }
    return found;
  });
}

Result<std::vector<SettingsVersion>> PostgresReader::settings_versions(const std::string& workspace,
                                                                       std::uint32_t before,
                                                                       std::size_t limit) {
  return asked([&] {
    std::vector<SettingsVersion> found;
    const auto rows = connection_->query(
        sql::settings_versions, Params(workspace, versions_below(before), page_rows(limit)));
    for (int at = 0; at < rows.size(); ++at) {
      auto& settings = found.emplace_back();
      rows[at].read(settings.version, settings.at, settings.by);
    }
    return found;
  });
}

Result<std::optional<SettingsVersion>> PostgresReader::settings(const std::string& workspace,
                                                                std::uint32_t version) {
  return asked([&]() -> std::optional<SettingsVersion> {
    const auto rows = connection_->query(sql::settings_version, Params(workspace, version));
    if (rows.empty()) return std::nullopt;
    SettingsVersion settings;
    rows[0].read(settings.version, settings.at, settings.by, settings.document);
    return settings;
  });
}

}  // namespace tillbridge::journal::postgres
