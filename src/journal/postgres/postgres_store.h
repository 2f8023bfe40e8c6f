#pragma once
// The store for several nodes: PostgreSQL 14 or newer through libpq. Any number of stores, in any
// number of processes, on one database; each has one Writer. The tables lie in the first schema of
// the connection's search_path and are created and brought up to date at open, one node at a time.
//
// apply() is one transaction, two round trips for the common kinds, one more when events arrive.
// Its errors:
//   unavailable  the server cannot be reached, stops, is a standby since a fail-over, is full, or
//                the transaction lost against another one (deadlock). Nothing happened; the next
//                apply() connects again, not sooner than a rising pause after the last attempt.
//   corrupt      a defect of the step (unknown id, id or key in use). Nothing happened.
// A COMMIT whose answer is lost is settled before apply() returns: every transaction writes
// (writer, number) to the table writer; the next connection ends the old one's session, waits for
// its transaction and reads the number. It is written in turn, so that what is believed is also
// where synchronous standbys are. Committed: the receipts are returned. Not: unavailable. A process
// that cannot learn it within settle_time_max stops (abort), as on a failed sync of a local
// journal: its memory and the journal would disagree. So does one that finds an acknowledged number
// gone (a fail-over to a standby that was not synchronous).
//
// For a fail-over put all hosts and target_session_attrs=read-write into the URL.

#include <cstdint>
#include <memory>
#include <string>

#include "journal/store.h"

namespace tillbridge::journal::postgres {

class Fence;  // leases.h

struct PostgresSettings {
  std::uint16_t node = 0;                               // counters and changes are kept apart by it
  bool read_only = false;                               // open_writer() is refused, no migration
  bool allow_volatile = false;                          // fsync or synchronous_commit may be off
  Duration connect_time_max = std::chrono::seconds{5};  // per host of the URL; at least 2 s
  Duration answer_time_max =
      std::chrono::seconds{30};  // of a statement; then the connection is lost
  Duration settle_time_max = std::chrono::minutes{5};
  std::shared_ptr<const Fence> fence = nullptr;  // with several nodes: the leases of this one
};

// url:
// "postgresql://user@host1,host2/db?target_session_attrs=read-write&options=-csearch_path%3Dtb" or
// libpq's "host=... dbname=..." (PostgreSQL manual, "Connection Strings").
Result<std::unique_ptr<Store>> open_postgres_store(const std::string& url,
                                                   PostgresSettings settings = {});

}  // namespace tillbridge::journal::postgres
