#include "app/journal_place.h"

#include <string_view>

#include "journal/postgres/postgres_store.h"
#include "journal/sqlite/sqlite_store.h"

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

}  // namespace tillbridge::app
