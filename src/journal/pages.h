#pragma once
// How far the console's pages look and what they narrow by, the same in every store. Any thread.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "journal/views.h"

namespace tillbridge::journal {

constexpr std::size_t page_rows_max = 500;  // LIMIT
// LIMIT: rows that one page of records or deliveries looks at; the next page goes on from there.
constexpr std::size_t page_examined_max = 5'000;
// LIMIT: closed case groups and audit rows that one page looks at; farther back they are found by
// a later `before` or, for audit rows, by a time.
constexpr std::size_t desk_examined_max = 100'000;

constexpr std::size_t page_rows(std::size_t limit) {
  return std::clamp<std::size_t>(limit, 1, page_rows_max);
}

// from <= id < until
struct IdRange {
  std::uint64_t from = 0;
  std::uint64_t until = std::numeric_limits<std::int64_t>::max();
};
// Ids below `before` (0: any) that were made in this time.
IdRange id_range(const std::optional<Instant>& from, const std::optional<Instant>& until,
                 std::uint64_t before);

// The smallest fact key that facts_under() may give.
std::string first_fact(const std::string& prefix, const std::string& after);
constexpr std::uint64_t versions_below(std::uint32_t before) {
  return before == 0 ? std::numeric_limits<std::uint32_t>::max() + std::uint64_t{1} : before;
}

// The text that is looked for is one that no key can hold: it has a line break.
bool is_in_no_key(std::string_view text);

// Whether a row is asked for. The text and the times of a RecordFilter are not looked at.
bool fits(const RecordFilter& filter, std::string_view kind, std::string_view store,
          RecordState state);
bool fits(const CaseGroupFilter& filter, const CaseGroupRow& row);
bool fits(const AuditFilter& filter, const AuditRow& row);

}  // namespace tillbridge::journal
