#include "app/klaviyo_read_back.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/klaviyo_deliveries.h"
#include "telemetry/log.h"

namespace tillbridge::app {
namespace {

using desk::FoundEvent;
using Events = std::vector<FoundEvent>;

constexpr std::size_t looked_up_max = 20'000;
constexpr std::size_t looked_up_at_once = 100;

bool is_answer(const connectors::klaviyo::Answer& answer) {
  return answer.outcome.kind == Outcome::Kind::delivered;
}

// Klaviyo's ids of the metrics of these names.
Task<Result<std::multimap<std::string, std::string>>> ids_of_metrics(
    KlaviyoAccount& account, std::vector<std::string> names) {
  std::multimap<std::string, std::string> ids;
  std::string next;
  do {
    const auto page = co_await account.metrics(next);
    if (!is_answer(page.answer)) co_return fail(not_readable("metrics", page.answer.outcome));
    for (const auto& metric : page.items) {
      if (std::find(names.begin(), names.end(), metric.name) != names.end())
        ids.emplace(metric.name, metric.id);
    }
    const bool stuck = page.next == next;
    next = stuck ? std::string{} : page.next;
  } while (!next.empty());
  co_return ids;
}

// Of the order that the id was made of: "sitoo:20417:3" -> "20417".
std::string order_of(const std::string& unique_id, const std::string& id_prefix) {
  const std::string rest = unique_id.substr(std::min(id_prefix.size(), unique_id.size()));
  return rest.substr(0, rest.find(':'));
}

// The records that may have planned an event with this id: the order of the id, and the return that
// took a sale's id for its own (docs/flows/klaviyo.md "Refunded Order").
Result<bool> is_explained(journal::Reader& reader, const std::string& workspace,
                          const std::string& order, const FoundEvent& event) {
  std::vector<std::string> keys{"order/" + order};
  const std::vector<std::string> fact_key{"refund/" + order};
  TB_TRY(const auto taken_by, reader.facts(workspace, "klaviyo", fact_key));
  if (taken_by.front()) keys.push_back("order/" + *taken_by.front());
  constexpr bool with_payload = false;
  TB_TRY(const auto records, reader.records_by_key(workspace, keys, with_payload));
  for (const auto& record : records) {
    if (!record) continue;
    TB_TRY(const auto journey, reader.journey(record->id));
    if (journey && may_explain(*journey, event.metric, event.unique_id)) return true;
  }
  return false;
}

}  // namespace

Error not_readable(const std::string& what, const Outcome& outcome) {
  return {Error::Kind::unavailable,
          fmt::format("Klaviyo could not be read ({}): {}. Nothing was judged and nothing was sent "
                      "again; compare again when it answers",
                      what, outcome.reason)};
}

Task<Result<Events>> read_events_back(KlaviyoAccount& account, std::vector<std::string> metrics,
                                      std::vector<TimeSpan> spans,
                                      std::function<bool(const FoundEvent&)> keep) {
  TB_CO_TRY(const auto ids, co_await ids_of_metrics(account, metrics));
  Events found;
  for (const auto& [name, id] : ids) {
    for (const TimeSpan& span : spans) {
      std::string next;
      do {
        const auto page = co_await account.events(id, span.from, span.until, next);
        if (!is_answer(page.answer))
          co_return fail(not_readable("events of " + name, page.answer.outcome));
        for (const auto& event : page.items) {
          FoundEvent one{name, event.unique_id, event.source_name, event.at};
          if (keep(one)) found.push_back(std::move(one));
        }
        const bool stuck = !page.next.empty() && page.next == next;
        if (stuck)
          co_return fail(Error::Kind::unavailable,
                         "Klaviyo could not be read: its pages of events lead in a circle");
        next = page.next;
      } while (!next.empty());
    }
  }
  co_return found;
}

Task<Result<Events>> without_explanation(journal::Journal& journal, std::string workspace,
                                         std::string id_prefix, Events events) {
  if (events.size() > looked_up_max) {
    telemetry::log(telemetry::Level::warning, "orphans_not_all_looked_up",
                   {{"workspace", workspace}, {"events", events.size()}});
    events.resize(looked_up_max);
  }
  Events orphaned;
  for (std::size_t from = 0; from < events.size(); from += looked_up_at_once) {
    const std::size_t to = std::min(events.size(), from + looked_up_at_once);
    const Events some(events.begin() + static_cast<std::ptrdiff_t>(from),
                      events.begin() + static_cast<std::ptrdiff_t>(to));
    std::function<Result<Events>(journal::Reader&)> query =
        [workspace, id_prefix, some](journal::Reader& reader) -> Result<Events> {
      Events left;
      for (const FoundEvent& event : some) {
        TB_TRY(const bool explained,
               is_explained(reader, workspace, order_of(event.unique_id, id_prefix), event));
        if (!explained) left.push_back(event);
      }
      return left;
    };
    auto left = co_await journal.read<Events>(std::move(query));
    if (!left) co_return fail(std::move(left.error()));
    std::move(left->begin(), left->end(), std::back_inserter(orphaned));
  }
  co_return orphaned;
}

}  // namespace tillbridge::app
