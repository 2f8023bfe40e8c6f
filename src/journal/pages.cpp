#include "journal/pages.h"

#include <algorithm>

namespace tillbridge::journal {
namespace {

bool is_or_any(std::string_view wanted, std::string_view value) {
  return wanted.empty() || wanted == value;
}

}  // namespace

IdRange id_range(const std::optional<Instant>& from, const std::optional<Instant>& until,
                 std::uint64_t before) {
  IdRange range;
  if (before != 0) range.until = std::min(range.until, before);
  if (until) range.until = std::min(range.until, lowest_id_at(*until));
  if (from) range.from = lowest_id_at(*from);
  return range;
}

std::string first_fact(const std::string& prefix, const std::string& after) {
  // The text that follows `after` directly is itself with a zero byte.
  return after < prefix ? prefix : after + '\0';
}

bool is_in_no_key(std::string_view text) {
  return text.find_first_of(std::string_view("\n\r\0", 3)) != std::string_view::npos;
}

bool fits(const RecordFilter& filter, std::string_view kind, std::string_view store,
          RecordState state) {
  return is_or_any(filter.kind, kind) && is_or_any(filter.store, store) &&
         filter.state.value_or(state) == state;
}

bool fits(const CaseGroupFilter& filter, const CaseGroupRow& row) {
  return is_or_any(filter.owner, row.owner) && is_or_any(filter.assignee, row.assignee) &&
         is_or_any(filter.type, row.type) && is_or_any(filter.group, row.group) &&
         (!filter.unowned || row.assignee.empty()) &&
         (!filter.due_before || row.due_at < *filter.due_before);
}

bool fits(const AuditFilter& filter, const AuditRow& row) {
  const bool act = is_or_any(filter.act, row.act) || row.act.starts_with(filter.act + ".");
  return act && is_or_any(filter.workspace, row.workspace) && is_or_any(filter.by, row.by) &&
         (filter.subject == 0 || filter.subject == row.subject);
}

}  // namespace tillbridge::journal
