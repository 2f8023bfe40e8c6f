// journal copy: from the embedded store to PostgreSQL, with the proof.

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "app/commands/where.h"
#include "base/clock.h"
#include "base/json.h"
#include "journal/copy/copy.h"
#include "journal/postgres/copy_target.h"
#include "journal/sqlite/copy_source.h"

namespace tillbridge::app {
namespace {

using journal::copy::Progress;
using journal::copy::Proof;

constexpr Duration shown_every = std::chrono::milliseconds{250};

// One line on a terminal that is written over: rows, rate, time left.
class ProgressLine {
 public:
  ~ProgressLine() { clear(); }
  void show(const Progress& progress) {
    if (!on_terminal_) return;
    const Tick now = clock_.tick();
    if (progress.phase != phase_) {
      phase_ = progress.phase;
      began_ = now;
    } else if (now < shown_ + shown_every) {
      return;
    }
    shown_ = now;
    clear();
    fmt::print(stderr, "{}", text(progress, now));
    std::fflush(stderr);
  }

 private:
  static std::string_view doing(Progress::Phase phase) {
    if (phase == Progress::Phase::settling)
      return "making the index for searching, gathering statistics";
    return phase == Progress::Phase::copying ? "copying" : "comparing";
  }
  std::string text(const Progress& progress, Tick now) const {
    if (progress.phase == Progress::Phase::settling) return std::string(doing(progress.phase));
    const double seconds = std::chrono::duration<double>(now - began_).count();
    const double rate = seconds > 0 ? static_cast<double>(progress.rows_done) / seconds : 0;
    std::string line = fmt::format("{} {}: {} of {} rows", doing(progress.phase), progress.table,
                                   progress.rows_done, progress.rows_all);
    if (rate < 1) return line;
    const auto rows_left = progress.rows_all - std::min(progress.rows_done, progress.rows_all);
    return line +
           fmt::format(", {:.0f}/s, {:.0f} s left", rate, static_cast<double>(rows_left) / rate);
  }
  void clear() const {
    if (on_terminal_) fmt::print(stderr, "\r{:78}\r", "");
  }

  const SystemClock clock_;
  const bool on_terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::optional<Progress::Phase> phase_;
  Tick began_;
  Tick shown_;
};

struct Ends {
  std::string file;
  JournalPlace target;
};

std::optional<Ends> ends_of(const Where& where, const JournalCopyOptions& options) {
  Ends ends;
  if (where.data_dir.empty()) {
    const auto config = load(where);
    if (!config) return std::nullopt;
    ends.target = journal_place(*config);
    ends.file = ends.target.file;
  } else {
    ends.file = journal_file(where.data_dir);
  }
  if (!options.to.empty()) ends.target.url = Secret(options.to);
  return ends;
}

Result<Proof> copied(const Ends& ends, const JournalCopyOptions& options) {
  TB_TRY(const auto source, journal::sqlite::CopySource::open(ends.file));
  TB_TRY(const auto target, journal::postgres::CopyTarget::open(
                                std::string(ends.target.url.reveal()), options.verify_only));
  ProgressLine line;
  const auto show = [&line](const Progress& progress) { line.show(progress); };
  if (options.verify_only) return journal::copy::prove(*source, *target, show);
  return journal::copy::copy_journal(*source, *target, options.start_over, show);
}

json::Object to_json(const Ends& ends, const Proof& proof) {
  json::Array tables;
  for (const auto& table : proof.tables) {
    json::Array differences;
    for (const auto& line : table.differences) differences.emplace_back(line);
    tables.push_back(json::Object{{"table", table.table},
                                  {"source_rows", table.source_rows},
                                  {"target_rows", table.target_rows},
                                  {"source_checksum", table.source_sum},
                                  {"target_checksum", table.target_sum},
                                  {"same", table.same},
                                  {"differences", std::move(differences)}});
  }
  return {{"from", ends.file},
          {"to", name(ends.target)},
          {"same", proof.same()},
          {"texts_replaced", proof.texts_replaced},
          {"bodies_unreadable", proof.bodies_unreadable},
          {"tables", std::move(tables)}};
}

void print(const Ends& ends, const JournalCopyOptions& options, const Proof& proof) {
  fmt::print("{:<14}{:>12}  {:<34}{:<34}{}\n", "table", "rows", "checksum of source",
             "checksum of target", "same");
  for (const auto& table : proof.tables) {
    fmt::print("{:<14}{:>12}  {:<34}{:<34}{}\n", table.table, table.source_rows, table.source_sum,
               table.target_sum, table.same ? "yes" : "NO");
  }
  for (const auto& table : proof.tables) {
    if (table.source_rows != table.target_rows) {
      fmt::print("{}: {} rows in the source, {} in the target\n", table.table, table.source_rows,
                 table.target_rows);
    }
    for (const auto& line : table.differences) fmt::print("{}\n", line);
  }
  if (proof.texts_replaced > 0) {
    fmt::print("{} texts have bytes that PostgreSQL cannot hold: U+FFFD stands for them there\n",
               proof.texts_replaced);
  }
  if (proof.bodies_unreadable > 0) {
    fmt::print("{} bodies cannot be read, as before (journal verify names them)\n",
               proof.bodies_unreadable);
  }
  if (!proof.same()) {
    fmt::print("{} is NOT what {} is{}\n", name(ends.target), ends.file,
               options.verify_only ? "" : ": no hub serves it; copy again with --start-over");
  } else if (options.verify_only) {
    fmt::print("{} is what {} is\n", name(ends.target), ends.file);
  } else {
    fmt::print(
        "{} is what {} is and may be served. Put its URL into the configuration, and the "
        "file away: a hub that starts on it sends everything unfinished a second time\n",
        name(ends.target), ends.file);
  }
}

}  // namespace

int journal_copy(const Where& where, const JournalCopyOptions& options) {
  const auto ends = ends_of(where, options);
  if (!ends) return exit_failed;
  if (ends->target.url.empty()) {
    fmt::print(stderr,
               "tillbridge: say with --to where the copy goes, or write it into the configuration "
               "([journal] store = \"postgresql\" and url)\n");
    return exit_usage;
  }
  const auto proof = copied(*ends, options);
  if (!proof) return report(proof.error());
  if (where.json) {
    fmt::print("{}\n", json::to_text(to_json(*ends, *proof)));
  } else {
    print(*ends, options, *proof);
  }
  return proof->same() ? exit_done : exit_failed;
}

}  // namespace tillbridge::app
