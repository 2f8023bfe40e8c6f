#pragma once
// Where an installation's journal is, and opening it there: the one place that knows which stores
// there are.

#include <memory>
#include <string>

#include "app/config.h"
#include "base/secret.h"
#include "journal/journal.h"

namespace tillbridge::journal::postgres {
class Fence;
}

namespace tillbridge::app {

struct JournalPlace {
  Secret url;        // PostgreSQL as libpq names it; empty: the embedded store in `file`
  std::string file;  // ".../tillbridge.journal"
  std::string synchronous = "full";  // of the embedded store
  bool read_only = false;            // beside a running hub
  bool allow_volatile = false;       // also a place that a power cut can make forget
  bool carries_only = false;         // another hub retires what is old
  std::uint16_t node = 0;            // of PostgreSQL
  std::shared_ptr<const journal::postgres::Fence> fence = nullptr;
};

std::string journal_file(const std::string& data_dir);
JournalPlace journal_place(const Config& config);

// For people: the file, or the URL's host and database.
std::string name(const JournalPlace& place);

Result<std::unique_ptr<journal::Store>> open_store(const JournalPlace& place);

// Opened and running, with the configuration's readers and retention. The process ends when the
// journal can be neither trusted nor done without.
Result<std::unique_ptr<journal::Journal>> start_journal(Loop& loop, const Clock& clock,
                                                        telemetry::Metrics& metrics,
                                                        const Config& config,
                                                        const JournalPlace& place);
[[noreturn]] void end_process(const std::string& what);

}  // namespace tillbridge::app
