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
  Statement arrival_by_id{connection, sql::arrival_by_id};
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
  Statement records_by_id{connection, sql::records_by_id};
  Statement records_by_trigrams{connection, sql::records_by_trigrams};
  Statement records_by_short_text{connection, sql::records_by_short_text};
  Statement deliveries_parked{connection, sql::deliveries_parked};
  Statement deliveries_blocked{connection, sql::deliveries_blocked};
  Statement deliveries_unfinished{connection, sql::deliveries_unfinished};
  Statement record_key{connection, sql::record_key};
  Statement case_groups_open{connection, sql::case_groups_open};
  Statement case_groups_closed{connection, sql::case_groups_closed};
  Statement case_group_by_id{connection, sql::case_group_by_id};
  Statement case_totals{connection, sql::case_totals};
  Statement cases_of_group{connection, sql::cases_of_group};
  Statement open_cases_of_group{connection, sql::open_cases_of_group};
  Statement audits{connection, sql::audits};
  Statement audits_of_workspace{connection, sql::audits_of_workspace};
  Statement audits_by_person{connection, sql::audits_by_person};
  Statement audits_of_subject{connection, sql::audits_of_subject};
  Statement tallies{connection, sql::tallies};
  Statement facts_from{connection, sql::facts_from};
  Statement settings_versions{connection, sql::settings_versions};
  Statement settings_version{connection, sql::settings_version};
  Statement payloads_after{connection, sql::payloads_after};
  Statement payload_owner{connection, sql::payload_owner};
  Statement payload_range{connection, sql::payload_range};
  Statement broken_references{connection, sql::broken_references};
  Statement recount{connection, sql::recount};
};

}  // namespace tillbridge::journal::sqlite
