#pragma once
// The reader's statements, prepared once. Internal to journal/sqlite.

#include "journal/sqlite/connection.h"
#include "journal/sqlite/sql.gen.h"
#include "journal/sqlite/sqlite_reader.h"

namespace tillbridge::journal::sqlite {

struct SqliteReader::Statements {
  explicit Statements(Connection& c) : connection(c) {}
  Connection& connection;
  Statement open_arrivals{connection, sql::open_arrivals};
  Statement open_deliveries{connection, sql::open_deliveries};
  Statement highest_id{connection, sql::highest_id};
  Statement pauses{connection, sql::pauses};
  Statement payload{connection, sql::payload};
  Statement record_by_key{connection, sql::record_by_key};
  Statement record_by_id{connection, sql::record_by_id};
  Statement known_subject{connection, sql::known_subject};
  Statement open_records{connection, sql::open_records};
  Statement cursor{connection, sql::cursor};
  Statement fact{connection, sql::fact};
  Statement deliveries_planned{connection, sql::deliveries_planned};
  Statement latest_settings{connection, sql::latest_settings};
  Statement search_by_trigrams{connection, sql::search_by_trigrams};
  Statement search_by_short_text{connection, sql::search_by_short_text};
  Statement arrivals_of_record{connection, sql::arrivals_of_record};
  Statement duplicates_of_event{connection, sql::duplicates_of_event};
  Statement deliveries_of_record{connection, sql::deliveries_of_record};
  Statement attempts_of_delivery{connection, sql::attempts_of_delivery};
  Statement notes_of_subject{connection, sql::notes_of_subject};
  Statement loose_arrivals_of_workspace{connection, sql::loose_arrivals_of_workspace};
  Statement loose_arrivals{connection, sql::loose_arrivals};
  Statement resolved_arrival_of_event{connection, sql::resolved_arrival_of_event};
  Statement cases_of_record{connection, sql::cases_of_record};
  Statement cases_of_delivery{connection, sql::cases_of_delivery};
  Statement cases_of_arrival{connection, sql::cases_of_arrival};
  Statement open_cases_of_workspace{connection, sql::open_cases_of_workspace};
  Statement cases_of_workspace{connection, sql::cases_of_workspace};
  Statement open_cases{connection, sql::open_cases};
  Statement cases{connection, sql::cases};
  Statement counters{connection, sql::counters};
  Statement payloads_after{connection, sql::payloads_after};
  Statement payload_owner{connection, sql::payload_owner};
  Statement payload_range{connection, sql::payload_range};
  Statement broken_references{connection, sql::broken_references};
  Statement recount{connection, sql::recount};
};

}  // namespace tillbridge::journal::sqlite
