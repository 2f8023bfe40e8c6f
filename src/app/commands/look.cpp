// journey, cases, status: what people look at.

#include <cstdio>

#include <fmt/format.h>

#include "app/commands/where.h"
#include "desk/consent_lines.h"
#include "desk/journey_view.h"

namespace tillbridge::app {
namespace {

constexpr std::size_t rows_max = 20;
constexpr std::size_t cases_max = 500;

// Arrivals that never became a record: malformed events, ignored types, orders still waiting to be
// read.
int arrivals_only(const ReadOnlyJournal& journal, const Where& where, const std::string& text,
                  bool with_bodies) {
  const auto arrivals = journal.reader->search_arrivals("", text, rows_max);
  if (!arrivals) return report(arrivals.error());
  if (arrivals->empty()) {
    return report(Error{
        Error::Kind::not_found,
        fmt::format(
            "nothing matches '{}': tried order number, receipt, e-mail, customer, SKU and event id",
            text)});
  }
  json::Array out;
  for (const auto& arrival : *arrivals) {
    if (where.json) {
      out.push_back(desk::arrival_json(arrival, with_bodies));
    } else {
      fmt::print("{}", desk::arrival_text(arrival, journal.zone, with_bodies));
    }
  }
  if (where.json)
    fmt::print("{}\n", json::to_text(json::Object{{"journeys", json::Array{}},
                                                  {"arrivals", std::move(out)}}));
  return exit_done;
}

}  // namespace

int journey(const Where& where, const std::string& text, bool with_bodies) {
  const auto journal = open_journal(where);
  if (!journal) return exit_failed;
  auto records = journal->reader->search("", "order:" + text, rows_max);
  if (records) std::erase_if(*records, [&](const auto& row) { return row.key != "order/" + text; });
  if (records && records->empty()) records = journal->reader->search("", text, rows_max);
  if (!records) return report(records.error());
  if (records->empty()) {
    // An event id leads to its arrival, and the arrival's subject to the record.
    const auto arrivals = journal->reader->search_arrivals("", text, 1);
    if (arrivals && !arrivals->empty() && !arrivals->front().subject.empty()) {
      const std::vector<std::string> subject{arrivals->front().subject};
      auto found = journal->reader->records_by_key(arrivals->front().workspace, subject, false);
      if (found && found->front()) records->push_back(*found->front());
    }
  }
  if (records->empty()) return arrivals_only(*journal, where, text, with_bodies);
  json::Array out;
  for (const auto& record : *records) {
    const auto found = journal->reader->journey(record.id);
    if (!found) return report(found.error());
    if (!*found) continue;
    const auto consents = desk::consents_of(*journal->reader, (*found)->record);
    if (!consents) return report(consents.error());
    if (where.json) {
      out.push_back(desk::journey_json(**found, with_bodies, *consents));
    } else {
      fmt::print("{}\n", desk::journey_text(**found, journal->zone, with_bodies, *consents));
    }
  }
  if (where.json) fmt::print("{}\n", json::to_text(json::Object{{"journeys", std::move(out)}}));
  return exit_done;
}

int cases(const Where& where, bool all) {
  const auto journal = open_journal(where);
  if (!journal) return exit_failed;
  const auto rows = journal->reader->cases("", !all, cases_max);
  if (!rows) return report(rows.error());
  if (where.json) {
    fmt::print("{}\n", json::to_text(json::Object{{"cases", desk::cases_json(*rows)}}));
  } else {
    fmt::print("{}", desk::cases_text(*rows));
  }
  return exit_done;
}

int status(const Where& where) {
  const auto control = control_of(where);
  if (!control) return exit_failed;
  const auto answer = control->call("GET", "/api/v1/status");
  if (!answer) return report(answer.error());
  fmt::print("{}\n", json::to_text(*answer));
  return exit_done;
}

}  // namespace tillbridge::app
