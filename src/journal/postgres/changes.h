#pragma once
// What other nodes have added to the work and what became of it, for a node on the same PostgreSQL
// database: without polling all open work, and without missing any of it. Only for PostgreSQL: a
// SQLite journal has one node.
//
// Ids do not tell what is new: a transaction that began earlier may commit later, with lower ids.
// So every apply() that adds work or changes its state writes a row with its transaction id, and
// since() gives only rows below every transaction that is still under way. What is given was
// committed, and nothing below it can appear any more. A transaction that stays open for long (on
// any database of that server) delays what is given; nothing is lost by it.
//
//   const auto place = changes.now();     // before the open work is read: what comes twice is
//   known by its id; for each notification, and every few seconds: changes.since(place)
//
// Rows are kept for an hour (the writers' maintain() removes them). One thread each.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "journal/postgres/postgres_store.h"
#include "journal/views.h"

namespace tillbridge::journal::postgres {

class Connection;

struct ChangePlace {
  std::uint64_t transaction = 0;
  std::uint64_t number = 0;
};

struct Changes {
  // Of other nodes, as they are now, each once. In id order.
  std::vector<OpenArrival> arrivals;     // unfinished still
  std::vector<OpenDelivery> deliveries;  // in any state
  bool pauses = false;                   // read Reader::pauses()
  bool settings = false;                 // read the latest settings
  bool missed = false;  // the place is older than what is kept: read all open work again
  bool more = false;    // ask again at once
  // A transaction is under way that began before others ended: what those did comes once it is
  // over.
  bool more_may_come = false;
  ChangePlace place;  // ask from here the next time
};

class ChangeReader {
 public:
  // settings.node: whose changes are left out.
  ChangeReader(std::string url, PostgresSettings settings);
  ~ChangeReader();

  // Errors of all: unavailable; the next call connects again.
  Result<ChangePlace> now();
  // Once since() has come to this place, all that was committed before this call has been given.
  Result<ChangePlace> end();
  // Words for the listeners of the other nodes (commit_listener.h), at most 4,000 bytes of them.
  // They may go unheard.
  Result<void> tell(const std::string& words);
  // The newest of each workspace: what the hub that leads goes by.
  Result<std::map<std::string, SettingsVersion>> newest_settings();
  Result<Changes> since(ChangePlace place, std::size_t commits_max = 500);

 private:
  template <typename Work>
  auto asked(const Work& work) -> Result<std::invoke_result_t<Work>>;

  const std::string url_;
  const PostgresSettings settings_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace tillbridge::journal::postgres
