#pragma once
// What must be true of a database before a journal may live in it. Internal to journal/postgres;
// failures are thrown.

#include "journal/postgres/connection.h"

namespace tillbridge::journal::postgres {

void check_durable(Connection& connection);
// Makes the tables or brings them up to date; nodes that start together do it one after the other.
void migrate(Connection& connection);
// The tables are those of this version.
void check_schema(Connection& connection);
// The journal is no copy that is still under way or failed its proof (journal/copy).
void check_complete(Connection& connection);

}  // namespace tillbridge::journal::postgres
