#pragma once
// The embedded store: SQLite in WAL mode with synchronous=FULL. One read-write connection in the
// whole system (the Writer, which also runs every checkpoint); all others are read-only
// (docs/adr/0002). A lock file keeps a second hub out.

#include <cstddef>
#include <memory>
#include <string>

#include "journal/store.h"

namespace tillbridge::journal::sqlite {

struct SqliteSettings {
  std::string file;                  // ".../tillbridge.journal"
  std::string vfs = {};              // "": the default; tests name a lying one
  std::string synchronous = "full";  // anything weaker is refused at open with the reason
  bool read_only =
      false;  // for the command line beside a running hub: open_writer() is refused, no migration
  std::size_t search_batch = 256;  // records that the search index takes up together
};

// Opens or creates the file, checks that its settings are durable (journal_mode, synchronous, file
// system: tmpfs and network file systems are refused unless allow_volatile), runs the migrations.
Result<std::unique_ptr<Store>> open(SqliteSettings settings, bool allow_volatile = false);

}  // namespace tillbridge::journal::sqlite
