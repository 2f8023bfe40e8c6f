#pragma once
// Where an installation's journal is, and opening it there: the one place that knows which stores
// there are.

#include <memory>
#include <string>

#include "app/config.h"
#include "base/secret.h"
#include "journal/store.h"

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
  std::uint16_t node = 0;            // of PostgreSQL
  std::shared_ptr<const journal::postgres::Fence> fence = nullptr;
};

std::string journal_file(const std::string& data_dir);
JournalPlace journal_place(const Config& config);

// For people: the file, or the URL's host and database.
std::string name(const JournalPlace& place);

Result<std::unique_ptr<journal::Store>> open_store(const JournalPlace& place);

}  // namespace tillbridge::app
