#pragma once
// What Klaviyo has: events of metrics in spans of time, read page by page (klaviyo.md 8.6). Core
// thread. An answer that is no answer ends the reading with an error in words: half a picture is
// none.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "app/klaviyo_account.h"
#include "desk/event_comparison.h"
#include "journal/journal.h"

namespace tillbridge::app {

struct TimeSpan {
  Instant from, until;  // from <= time < until
  bool contains(Instant at) const { return from <= at && at < until; }
};

// "Klaviyo could not be read (...)": for people.
Error not_readable(const std::string& what, const Outcome& outcome);

// Events of the metrics of these names, of which Klaviyo may have several or none. Only those that
// `keep` wants are kept.
Task<Result<std::vector<desk::FoundEvent>>> read_events_back(
    KlaviyoAccount& account, std::vector<std::string> metrics, std::vector<TimeSpan> spans,
    std::function<bool(const desk::FoundEvent&)> keep);

// Those of the events that no delivery of the journal explains, whenever it was planned: an event's
// id names its order. LIMIT: 20 000 of them, the rest is not judged and logged.
Task<Result<std::vector<desk::FoundEvent>>> without_explanation(
    journal::Journal& journal, std::string workspace, std::string id_prefix,
    std::vector<desk::FoundEvent> events);

}  // namespace tillbridge::app
