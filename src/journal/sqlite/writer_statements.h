#pragma once
// The writer's statements, prepared once. Internal to journal/sqlite.

#include "journal/sqlite/connection.h"
#include "journal/sqlite/sql.gen.h"
#include "journal/sqlite/sqlite_writer.h"

namespace tillbridge::journal::sqlite {

struct SqliteWriter::Statements {
  explicit Statements(Connection& c) : connection(c) {}
  Connection& connection;
  Statement add_event{connection, sql::add_event};
  Statement add_arrival{connection, sql::add_arrival};
  Statement arrival_before{connection, sql::arrival_before};
  Statement update_arrival{connection, sql::update_arrival};
  Statement record_before{connection, sql::record_before};
  Statement add_record{connection, sql::add_record};
  Statement update_record{connection, sql::update_record};
  Statement add_delivery{connection, sql::add_delivery};
  Statement delivery_before{connection, sql::delivery_before};
  Statement update_delivery{connection, sql::update_delivery};
  Statement add_attempt{connection, sql::add_attempt};
  Statement add_payload{connection, sql::add_payload};
  Statement replace_payload{connection, sql::replace_payload};
  Statement remove_payload{connection, sql::remove_payload};
  Statement open_case{connection, sql::open_case};
  Statement case_before{connection, sql::case_before};
  Statement close_case{connection, sql::close_case};
  Statement add_note{connection, sql::add_note};
  Statement set_cursor{connection, sql::set_cursor};
  Statement put_fact{connection, sql::put_fact};
  Statement forget_fact{connection, sql::forget_fact};
  Statement set_pause{connection, sql::set_pause};
  Statement lift_pause{connection, sql::lift_pause};
  Statement put_settings{connection, sql::put_settings};
  Statement add_to_counter{connection, sql::add_to_counter};
  Statement group_of_name{connection, sql::group_of_name};
  Statement open_in_group{connection, sql::open_in_group};
  Statement close_in_group{connection, sql::close_in_group};
  Statement group_before{connection, sql::group_before};
  Statement update_group{connection, sql::update_group};
  Statement close_group{connection, sql::close_group};
  Statement close_cases_of_group{connection, sql::close_cases_of_group};
  Statement add_audit{connection, sql::add_audit};
  Statement add_to_tally{connection, sql::add_to_tally};
  Statement replace_parts{connection, sql::replace_parts};
  Statement record_to_erase{connection, sql::record_to_erase};
  Statement erase_record{connection, sql::erase_record};
  Statement arrivals_to_erase{connection, sql::arrivals_to_erase};
  Statement arrivals_of_event{connection, sql::arrivals_of_event};
  Statement erase_event{connection, sql::erase_event};
  Statement erase_arrival{connection, sql::erase_arrival};
  Statement deliveries_to_erase{connection, sql::deliveries_to_erase};
  Statement erase_delivery{connection, sql::erase_delivery};
  Statement erase_payloads{connection, sql::erase_payloads};
};

struct SqliteWriter::RetireStatements {
  explicit RetireStatements(Connection& c) : connection(c) {}
  Connection& connection;
  Statement payloads{connection, sql::retire_payloads};
  Statement old_arrivals{connection, sql::old_arrivals};
  Statement remove_arrival{connection, sql::remove_arrival};
  Statement remove_event{connection, sql::remove_event};
  Statement old_deliveries{connection, sql::old_deliveries};
  Statement remove_delivery{connection, sql::remove_delivery};
  Statement remove_attempts{connection, sql::remove_attempts};
  Statement old_records{connection, sql::old_records};
  Statement remove_record{connection, sql::remove_record};
  Statement notes{connection, sql::retire_notes};
  Statement audit_notes{connection, sql::retire_audit_notes};
  Statement cases{connection, sql::retire_cases};
  Statement settings{connection, sql::retire_settings};
  Statement case_groups{connection, sql::retire_case_groups};
  Statement audits{connection, sql::retire_audits};
  Statement tallies{connection, sql::retire_tallies};
};

}  // namespace tillbridge::journal::sqlite
