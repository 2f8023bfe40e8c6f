#include "journal/copy/table.h"

#include <array>

namespace tillbridge::journal::copy {
namespace {

using enum Kind;

// The embedded store does not list them. Whatever arrives, is recorded, delivered or a case moves
// a counter, so the counters know the workspaces of all large tables but the notes'.
constexpr std::string_view all_workspaces =
    "(SELECT workspace AS name FROM counter UNION SELECT workspace FROM settings "
    "UNION SELECT workspace FROM audit UNION SELECT workspace FROM note)";
constexpr std::array workspace_columns{Column{"name", text}};

// state_before: PostgreSQL's writer sets it before it looks at it.
constexpr std::array arrival_columns{Column{"workspace", text},
                                     Column{"id"},
                                     Column{"connection", text},
                                     Column{"source", int16},
                                     Column{"external_id", text},
                                     Column{"subject", text},
                                     Column{"announces", text},
                                     Column{"state", int16},
                                     Column{"state_before", int16, "0"},
                                     Column{"reason", text},
                                     Column{"received_at"},
                                     Column{"happened_at"},
                                     Column{"due_at"},
                                     Column{"tries", int32},
                                     Column{"record"}};
constexpr std::array arrival_event_columns{Column{"workspace", text}, Column{"external_id", text},
                                           Column{"connection", text}, Column{"arrival"}};
constexpr std::array record_columns{Column{"workspace", text},
                                    Column{"id"},
                                    Column{"kind", text},
                                    Column{"key", text},
                                    Column{"version"},
                                    Column{"state", int16},
                                    Column{"state_before", int16, "0"},
                                    Column{"reason", text},
                                    Column{"settings_version"},
                                    Column{"happened_at"},
                                    Column{"changed_at"},
                                    Column{"store", text},
                                    Column{"customer", text},
                                    Column{"search_keys", text}};
constexpr std::array search_short_columns{Column{"workspace", text}, Column{"record"},
                                          Column{"text", text}};
constexpr std::array delivery_columns{
    Column{"workspace", text},  Column{"id"},
    Column{"record"},           Column{"connection", text},
    Column{"flow", text},       Column{"effect", text},
    Column{"lane", text},       Column{"priority", int16},
    Column{"on_reject", int16}, Column{"settle", int16},
    Column{"state", int16},     Column{"state_before", int16, "0"},
    Column{"reason", text},     Column{"due_at"},
    Column{"happened_at"},      Column{"settings_version"},
    Column{"attempts", int32},  Column{"parts", int16},
    Column{"parts_done"}};
// The embedded store has indexes for it.
constexpr std::string_view open_deliveries =
    "(SELECT workspace, 1 AS list, id FROM delivery WHERE state < 10 "
    "UNION ALL SELECT workspace, state, id FROM delivery WHERE state IN (3, 11))";
constexpr std::array delivery_open_columns{Column{"workspace", text}, Column{"list", int16},
                                           Column{"id"}};
constexpr std::array attempt_columns{
    Column{"workspace", text, "(SELECT d.workspace FROM delivery d WHERE d.id = attempt.delivery)"},
    Column{"delivery"},
    Column{"number", int32},
    Column{"trigger", int16},
    Column{"at"},
    Column{"took_us"},
    Column{"outcome", text},
    Column{"http_status", int32},
    Column{"reason", text},
    Column{"parts_sent"}};
constexpr std::array payload_columns{
    Column{"workspace", text,
           "coalesce((SELECT a.workspace FROM arrival a WHERE a.id = payload.id),"
           " (SELECT r.workspace FROM record r WHERE r.id = payload.id),"
           " (SELECT d.workspace FROM delivery d WHERE d.id = payload.id))"},
    Column{"id"}, Column{"codec", int16}, Column{"checksum"}, Column{"bytes", bytes}};
constexpr std::array case_group_columns{
    Column{"workspace", text}, Column{"id"},           Column{"type", text},
    Column{"group_", text},    Column{"state", int16}, Column{"owner", text},
    Column{"assignee", text},  Column{"opened_at"},    Column{"due_at"},
    Column{"last_at"},         Column{"closed_at"},    Column{"closed_by", text},
    Column{"escalation"},      Column{"reopened"},     Column{"open"},
    Column{"total"},           Column{"reason", text}, Column{"record"}};
constexpr std::array case_columns{
    Column{"workspace", text}, Column{"id"},         Column{"type", text},   Column{"group_", text},
    Column{"owner", text},     Column{"record"},     Column{"delivery"},     Column{"arrival"},
    Column{"opened_at"},       Column{"due_at"},     Column{"reason", text}, Column{"closed_at"},
    Column{"closed_by", text}, Column{"note", text}, Column{"case_group"}};
constexpr std::array note_columns{Column{"workspace", text}, Column{"id"},
                                  Column{"subject"},         Column{"at"},
                                  Column{"kind", text},      Column{"text", text}};
constexpr std::array audit_columns{
    Column{"workspace", text}, Column{"id"},          Column{"at"},          Column{"by", text},
    Column{"act", text},       Column{"subject"},     Column{"about", text}, Column{"before", text},
    Column{"after", text},     Column{"result", text}};
constexpr std::array cursor_columns{Column{"workspace", text}, Column{"name", text},
                                    Column{"value", text}};
constexpr std::array fact_columns{Column{"workspace", text}, Column{"connection", text},
                                  Column{"key", text}, Column{"value", text}, Column{"changed_at"}};
constexpr std::array pause_columns{Column{"workspace", text}, Column{"connection", text},
                                   Column{"at"}, Column{"by", text}, Column{"reason", text}};
constexpr std::array settings_columns{Column{"workspace", text}, Column{"version"}, Column{"at"},
                                      Column{"by", text}, Column{"document", text}};
// The rows of slot 0, the one node that there was; PostgreSQL adds up the slots.
constexpr std::array counter_columns{Column{"workspace", text}, Column{"name", int16},
                                     Column{"slot", int32, "0"}, Column{"value"}};
constexpr std::array tally_columns{Column{"workspace", text}, Column{"hour"}, Column{"name", text},
                                   Column{"slot", int32, "0"}, Column{"value"}};

constexpr std::array all{
    Table{"workspace", 1, workspace_columns, all_workspaces},
    Table{"settings", 2, settings_columns},
    Table{"arrival", 2, arrival_columns},
    Table{"arrival_event", 3, arrival_event_columns},
    Table{"record", 2, record_columns},
    Table{"search_short", 3, search_short_columns},
    Table{"delivery", 2, delivery_columns},
    Table{"delivery_open", 3, delivery_open_columns, open_deliveries},
    Table{"attempt", 3, attempt_columns},
    Table{"payload", 2, payload_columns, {}, true},
    Table{"case_group", 2, case_group_columns},
    Table{"case_", 2, case_columns},
    Table{"note", 2, note_columns},
    Table{"audit", 2, audit_columns},
    Table{"tally", 4, tally_columns},
    Table{"fact", 3, fact_columns},
    Table{"cursor", 2, cursor_columns},
    Table{"pause", 2, pause_columns},
    Table{"counter", 3, counter_columns},
};

constexpr std::array<std::string_view, 7> of_postgres{
    "writer", "change", "change_removed", "node", "lease", "schema_migration", "copied"};

}  // namespace

std::span<const Table> tables() {
  return all;
}

std::span<const std::string_view> own_tables_of_postgres() {
  return of_postgres;
}

}  // namespace tillbridge::journal::copy
