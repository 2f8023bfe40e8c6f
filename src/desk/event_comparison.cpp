#include "desk/event_comparison.h"

#include <algorithm>
#include <unordered_set>

namespace tillbridge::desk {
namespace {

using Standing = DeliveredEvent::Standing;

// Metric names are no ids: the length keeps ("a", "bc") and ("ab", "c") apart.
template <typename Event>
std::string key_of(const Event& event) {
  return std::to_string(event.metric.size()) + ':' + event.metric + event.unique_id;
}

}  // namespace

bool is_ours(std::string_view unique_id, std::string_view source_name, const EventMarks& marks) {
  return !unique_id.empty() && unique_id.starts_with(marks.id_prefix) &&
         std::find(marks.source_names.begin(), marks.source_names.end(), source_name) !=
             marks.source_names.end();
}

EventComparison compare_events(std::span<const DeliveredEvent> delivered,
                               std::span<const FoundEvent> found, const EventMarks& marks,
                               Instant now, Duration visible_after) {
  EventComparison result;
  std::unordered_set<std::string> there;
  there.reserve(found.size());
  for (const FoundEvent& event : found) there.insert(key_of(event));

  std::unordered_set<std::string> explained;
  explained.reserve(delivered.size());
  for (std::size_t at = 0; at < delivered.size(); ++at) {
    const DeliveredEvent& event = delivered[at];
    std::string key = key_of(event);
    const bool present = there.contains(key);
    explained.insert(std::move(key));
    if (event.standing == Standing::not_taken) continue;
    if (!present && event.standing == Standing::shares_id) continue;
    ++result.expected;
    if (present) {
      ++result.present;
    } else if (event.standing == Standing::under_way || now - event.accepted_at <= visible_after) {
      result.late.push_back(at);
    } else {
      result.missing.push_back(at);
    }
  }
  for (std::size_t at = 0; at < found.size(); ++at) {
    const FoundEvent& event = found[at];
    if (is_ours(event.unique_id, event.source_name, marks) &&
        explained.insert(key_of(event)).second)
      result.orphaned.push_back(at);
  }
  return result;
}

}  // namespace tillbridge::desk
