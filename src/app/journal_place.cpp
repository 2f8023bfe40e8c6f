#include "app/journal_place.h"

#include <cstdlib>
#include <string_view>

#include "journal/postgres/postgres_store.h"
#include "journal/sqlite/sqlite_store.h"
#include "telemetry/log.h"

namespace tillbridge::app {

std::string journal_file(const std::string& data_dir) {
  return data_dir + "/tillbridge.journal";
}

JournalPlace journal_place(const Config& config) {
  JournalPlace place;
  place.url = config.journal.url;
  place.file = journal_file(config.hub.data_dir);
  place.synchronous = config.journal.synchronous;
  return place;
}

std::string name(const JournalPlace& place) {
  if (place.url.empty()) return place.file;
  const std::string_view url = place.url.reveal();
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return "PostgreSQL";
  const auto user_end = url.rfind('@');
  const auto host = user_end == std::string_view::npos ? scheme_end + 3 : user_end + 1;
  const auto options = url.find('?', scheme_end);
  if (options < host) return "PostgreSQL";  // a password or an option holds one of both signs
  return "PostgreSQL " + std::string(url.substr(host, options - host));
}

Result<std::unique_ptr<journal::Store>> open_store(const JournalPlace& place) {
  if (place.url.empty()) {
    journal::sqlite::SqliteSettings settings;
    settings.file = place.file;
    settings.synchronous = place.synchronous;
    settings.read_only = place.read_only;
    return journal::sqlite::open(settings, place.allow_volatile);
  }
  journal::postgres::PostgresSettings settings;
  settings.read_only = place.read_only;
  settings.allow_volatile = place.allow_volatile;
  settings.node = place.node;
  settings.fence = place.fence;
  return journal::postgres::open_postgres_store(std::string(place.url.reveal()), settings);
}

void end_process(const std::string& what) {
  telemetry::log(telemetry::Level::error, "journal_failed", {{"what", what}});
  telemetry::stop_log();
  std::abort();
}

Result<std::unique_ptr<journal::Journal>> start_journal(Loop& loop, const Clock& clock,
                                                        telemetry::Metrics& metrics,
                                                        const Config& config,
                                                        const JournalPlace& place) {
  constexpr Duration never = std::chrono::hours{24 * 365};
  TB_TRY(auto store, open_store(place));
  journal::JournalSettings settings;
  settings.readers = config.journal.readers;
  settings.retention = config.journal.retention;
  if (place.carries_only) settings.retire_every = never;
  auto journal = std::make_unique<journal::Journal>(loop, clock, metrics, std::move(store),
                                                    settings, end_process);
  TB_CHECK(journal->start());
  return journal;
}

}  // namespace tillbridge::app
