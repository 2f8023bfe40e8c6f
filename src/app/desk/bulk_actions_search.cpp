#include "app/desk/bulk_actions_search.h"

#include <algorithm>

#include <fmt/format.h>

namespace tillbridge::app {
namespace {

constexpr std::size_t page_rows = 500;
constexpr std::size_t deliveries_counted_max = 200'000;

struct Walk {
  std::map<RecordId, std::string> keys;  // ascending: the oldest first
  bool exact = true;
};

Task<Result<Walk>> records_of_filter(journal::Journal& journal, api::BulkAsked asked,
                                     std::size_t records_max) {
  Walk walk;
  RecordId before{};
  for (;;) {
    std::function<Result<journal::RecordPage>(journal::Reader&)> query =
        [workspace = asked.workspace, filter = asked.filter, before](journal::Reader& reader) {
          return reader.records(workspace, filter, before, page_rows);
        };
    const auto page = co_await journal.read<journal::RecordPage>(std::move(query));
    if (!page) co_return fail(page.error());
    for (const journal::RecordRow& row : page->rows) {
      if (walk.keys.size() == records_max) {
        walk.exact = false;
        co_return walk;
      }
      walk.keys.emplace(row.id, row.key);
    }
    if (!page->next) co_return walk;
    before = *page->next;
  }
}

Task<Result<Walk>> records_of_case(journal::Journal& journal, api::BulkAsked asked,
                                   std::size_t records_max) {
  using Group = std::optional<journal::CaseGroupRow>;
  std::function<Result<Group>(journal::Reader&)> ask =
      [id = asked.of_case](journal::Reader& reader) { return reader.case_group(id); };
  const auto group = co_await journal.read<Group>(std::move(ask));
  if (!group) co_return fail(group.error());
  if (!*group || (*group)->workspace != asked.workspace) {
    co_return fail(Error::Kind::not_found, fmt::format("workspace {} has no case {}",
                                                       asked.workspace, asked.of_case.value));
  }
  Walk walk;
  CaseId before{};
  for (;;) {
    using Rows = std::vector<journal::CaseRow>;
    std::function<Result<Rows>(journal::Reader&)> query = [id = asked.of_case,
                                                           before](journal::Reader& reader) {
      return reader.cases_of(id, true, before, page_rows);
    };
    const auto rows = co_await journal.read<Rows>(std::move(query));
    if (!rows) co_return fail(rows.error());
    for (const journal::CaseRow& row : *rows) {
      before = row.id;
      if (!row.record || walk.keys.contains(*row.record)) continue;
      if (walk.keys.size() == records_max) {
        walk.exact = false;
        co_return walk;
      }
      walk.keys.emplace(*row.record, row.record_key);
    }
    if (rows->size() < page_rows) co_return walk;
  }
}

Task<Result<Walk>> records_of_deliveries(journal::Journal& journal, api::BulkAsked asked,
                                         std::size_t records_max) {
  Walk walk;
  DeliveryId before{};
  for (;;) {
    std::function<Result<journal::DeliveryPage>(journal::Reader&)> query =
        [workspace = asked.workspace, connection = asked.connection, state = *asked.delivery_state,
         before](journal::Reader& reader) {
          return reader.deliveries_in(workspace, connection, state, before, page_rows);
        };
    const auto page = co_await journal.read<journal::DeliveryPage>(std::move(query));
    if (!page) co_return fail(page.error());
    for (std::size_t at = 0; at < page->rows.size(); ++at) {
      const RecordId record = page->rows[at].record;
      if (walk.keys.contains(record)) continue;
      if (walk.keys.size() == records_max) {
        walk.exact = false;
        co_return walk;
      }
      walk.keys.emplace(record, page->record_keys[at]);
    }
    if (!page->next) co_return walk;
    before = *page->next;
  }
}

bool narrows(const journal::RecordFilter& filter) {
  return !filter.text.empty() || !filter.kind.empty() || !filter.store.empty() || filter.state ||
         filter.from || filter.until;
}

Result<void> check(const api::BulkAsked& asked) {
  const bool by_delivery = asked.delivery_state.has_value();
  const int kinds =
      (narrows(asked.filter) ? 1 : 0) + (asked.of_case ? 1 : 0) + (by_delivery ? 1 : 0);
  if (kinds > 1) {
    return fail(Error::Kind::invalid_input,
                "say which records in one way: by what they are, by a case, or by the state of "
                "their deliveries");
  }
  if (by_delivery && *asked.delivery_state != journal::DeliveryState::parked &&
      *asked.delivery_state != journal::DeliveryState::blocked) {
    return fail(Error::Kind::invalid_input, "delivery_state is parked or blocked");
  }
  if (!asked.connection.empty() && !by_delivery) {
    return fail(Error::Kind::invalid_input,
                "a connection needs delivery_state beside it: parked or blocked");
  }
  return {};
}

}  // namespace

Task<Result<BulkFound>> find_records(journal::Journal& journal, api::BulkAsked asked,
                                     std::size_t records_max) {
  TB_CO_CHECK(check(asked));
  Result<Walk> walk = Walk{};
  if (asked.of_case) {
    walk = co_await records_of_case(journal, asked, records_max);
  } else if (asked.delivery_state) {
    walk = co_await records_of_deliveries(journal, asked, records_max);
  } else {
    walk = co_await records_of_filter(journal, asked, records_max);
  }
  if (!walk) co_return fail(std::move(walk.error()));
  BulkFound found;
  found.exact = walk->exact;
  found.records.assign(walk->keys.begin(), walk->keys.end());
  co_return found;
}

Task<Result<std::map<std::string, std::uint64_t>>> calls_of(journal::Journal& journal,
                                                            std::string workspace,
                                                            BulkFound found) {
  std::map<std::string, std::uint64_t> calls;
  std::size_t seen = 0;
  const auto ours = [&found](RecordId record) {
    const auto at = std::lower_bound(found.records.begin(), found.records.end(), record,
                                     [](const auto& one, RecordId id) { return one.first < id; });
    return at != found.records.end() && at->first == record;
  };
  for (const auto state : {journal::DeliveryState::parked, journal::DeliveryState::blocked}) {
    DeliveryId before{};
    for (bool more = !found.records.empty(); more && seen < deliveries_counted_max;) {
      std::function<Result<journal::DeliveryPage>(journal::Reader&)> query =
          [workspace, state, before](journal::Reader& reader) {
            return reader.deliveries_in(workspace, "", state, before, page_rows);
          };
      const auto page = co_await journal.read<journal::DeliveryPage>(std::move(query));
      if (!page) co_return fail(page.error());
      for (const journal::DeliveryRow& row : page->rows) {
        if (ours(row.record)) ++calls[row.connection];
      }
      seen += page->rows.size();
      more = page->next.has_value();
      if (more) before = *page->next;
    }
  }
  co_return calls;
}

}  // namespace tillbridge::app
