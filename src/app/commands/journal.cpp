// journal verify, stats, backup.

#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "app/commands/where.h"
#include "base/json.h"

namespace tillbridge::app {
namespace {

void show_progress(const char* what, double done) {
  if (::isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r{} {:3.0f} %", what, done * 100);
}

void end_progress() {
  if (::isatty(STDERR_FILENO) == 1) fmt::print(stderr, "\r                    \r");
}

}  // namespace

int journal_verify(const Where& where) {
  const auto journal = open_journal(where);
  if (!journal) return exit_failed;
  const auto findings =
      journal->reader->verify([](double done) { show_progress("verifying", done); });
  end_progress();
  if (!findings) return report(findings.error());
  if (where.json) {
    json::Array lines;
    for (const std::string& finding : *findings) lines.emplace_back(finding);
    fmt::print("{}\n", json::to_text(json::Object{{"sound", findings->empty()},
                                                  {"findings", std::move(lines)}}));
  } else {
    for (const std::string& finding : *findings) fmt::print("{}\n", finding);
    fmt::print("{}: {}\n", journal->file,
               findings->empty() ? "sound" : fmt::format("{} findings", findings->size()));
  }
  return findings->empty() ? exit_done : exit_failed;
}

int journal_stats(const Where& where) {
  const auto journal = open_journal(where);
  if (!journal) return exit_failed;
  const auto counts = journal->reader->counts();
  if (!counts) return report(counts.error());
  const std::pair<const char*, std::uint64_t> rows[] = {
      {"arrivals", counts->arrivals},
      {"arrivals_waiting", counts->arrivals_waiting},
      {"arrivals_duplicate", counts->arrivals_duplicate},
      {"records", counts->records},
      {"records_open", counts->records_open},
      {"records_unidentified", counts->records_unidentified},
      {"deliveries", counts->deliveries},
      {"deliveries_waiting", counts->deliveries_waiting},
      {"deliveries_parked", counts->deliveries_parked},
      {"attempts", counts->attempts},
      {"cases_open", counts->cases_open},
      {"bytes_on_disk", counts->bytes_on_disk},
  };
  json::Object out;
  for (const auto& [name, value] : rows) {
    out[name] = value;
    if (!where.json) fmt::print("{:<22}{:>14}\n", name, value);
  }
  if (where.json) fmt::print("{}\n", json::to_text(out));
  return exit_done;
}

// The hub copies its own journal while it runs; without one, this process is the only writer.
int journal_backup(const Where& where, const std::string& target) {
  const std::string file = std::filesystem::absolute(target).string();
  if (std::filesystem::exists(file)) {
    return report(Error{Error::Kind::invalid_input,
                        fmt::format("{} exists already; a backup never overwrites", file)});
  }
  const auto control = where.data_dir.empty() ? control_of(where) : nullptr;
  if (control && control->text("/healthz")) {
    const auto copied =
        control->call("POST", "/api/v1/journal/backup", json::Object{{"target", file}});
    if (!copied) return report(copied.error());
  } else {
    auto place = place_of(where);
    if (!place) return exit_failed;
    if (!place->url.empty()) {
      return report(
          Error{Error::Kind::invalid_input,
                "the journal is on PostgreSQL: use pg_dump, or base backups with their WAL"});
    }
    place->allow_volatile = true;
    auto store = open_store(*place);
    if (!store) return report(store.error());
    auto writer = (*store)->open_writer();
    if (!writer) return report(writer.error());
    const auto copied =
        (*writer)->backup(file, [](double done) { show_progress("copying", done); });
    end_progress();
    if (!copied) return report(copied.error());
  }
  if (where.json) {
    fmt::print("{}\n", json::to_text(json::Object{{"backup", file}}));
  } else {
    fmt::print("copied to {}\n", file);
  }
  return exit_done;
}

}  // namespace tillbridge::app
