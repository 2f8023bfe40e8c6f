#pragma once
// What the journal gives back. Plain data, no behaviour.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "journal/step.h"

namespace tillbridge::journal {

// The compact facts that the engine keeps in memory for unfinished work; bodies stay on disk.
struct OpenArrival {
  ArrivalId id;
  std::string workspace;
  std::string connection;
  std::string subject;
  std::string announces;
  ArrivalSource source = ArrivalSource::event;
  Instant received_at;
  std::optional<Instant> happened_at;  // by the sender's clock
  Instant due_at;
  std::uint32_t tries = 0;
};

struct OpenDelivery {
  DeliveryId id;
  RecordId record;
  std::string workspace;
  std::string connection;
  std::string flow;
  std::string store;  // of its record
  std::string lane;
  Priority priority = Priority::sale;
  OnReject on_reject = OnReject::park;
  Settle settle = Settle::resend;
  DeliveryState state = DeliveryState::waiting;
  Instant due_at;
  Instant happened_at;
  std::uint32_t attempts = 0;       // that count against patience
  std::uint32_t attempts_made = 0;  // rows in attempt
  std::uint64_t parts_done = 0;
  std::uint32_t parts = 1;
};

struct DeliveryBody {
  DeliveryId id;
  std::vector<std::string> parts;
};

struct RecordRow {
  RecordId id;
  std::string workspace;
  std::string kind;
  std::string key;
  std::uint32_t version = 1;
  RecordState state = RecordState::open;
  std::string reason;
  std::uint32_t settings_version = 0;
  Instant happened_at;
  Instant changed_at;
  std::string store;
  std::string customer;
  std::vector<std::string> search_keys;
  std::string payload;  // only where asked for; "" when retired
};

struct ArrivalRow {
  ArrivalId id;
  std::string workspace;
  std::string connection;
  ArrivalSource source = ArrivalSource::event;
  std::string external_id;
  std::string subject;
  std::string announces;
  ArrivalState state = ArrivalState::received;
  std::string reason;
  Instant received_at;
  std::optional<Instant> happened_at;
  Instant due_at;
  std::uint32_t tries = 0;
  std::string payload;
};

struct AttemptRow {
  std::uint32_t number = 1;
  Trigger trigger = Trigger::first;
  Instant at;
  Duration took{0};
  std::string outcome;
  int http_status = 0;
  std::string reason;
  std::uint64_t parts_sent = 0;
};

struct DeliveryRow {
  DeliveryId id;
  RecordId record;
  std::string connection;
  std::string flow;
  std::string effect;
  std::string lane;
  Priority priority = Priority::sale;
  DeliveryState state = DeliveryState::waiting;
  std::string reason;
  Instant due_at;
  Instant happened_at;
  std::uint32_t attempts = 0;
  std::uint64_t parts_done = 0;
  std::uint32_t settings_version = 0;
  std::vector<std::string> parts;  // exact bytes; empty when retired
  std::vector<AttemptRow> tries;
};

// A finished delivery as the engine takes it up when it is sent again; store: of its record.
inline OpenDelivery reopened(const DeliveryRow& row, const std::string& store) {
  OpenDelivery open;
  open.id = row.id;
  open.record = row.record;
  open.connection = row.connection;
  open.flow = row.flow;
  open.store = store;
  open.lane = row.lane;
  open.priority = row.priority;
  open.happened_at = row.happened_at;
  open.attempts_made = static_cast<std::uint32_t>(row.tries.size());
  open.parts_done = row.parts_done;
  open.parts = static_cast<std::uint32_t>(row.parts.size());
  return open;
}

struct CaseRow {
  CaseId id;
  std::string workspace;
  std::string type;
  std::string group;
  std::string owner;
  std::optional<RecordId> record;
  std::optional<DeliveryId> delivery;
  std::optional<ArrivalId> arrival;
  std::string record_key;  // for people; "" without record
  Instant opened_at;
  Instant due_at;
  std::optional<Instant> closed_at;
  std::string reason;
  std::string note;
};

struct CaseGroupRow {
  CaseGroupId id;
  std::string workspace;
  std::string type;
  std::string group;
  GroupState state = GroupState::open;
  std::string owner;
  std::string assignee;
  Instant opened_at;  // of this opening, not of the first
  Instant due_at;
  Instant last_at;  // when a case was last added
  std::optional<Instant> closed_at;
  std::string closed_by;
  std::uint32_t escalation = 0;
  std::uint32_t reopened = 0;  // times
  std::uint64_t open = 0;      // cases
  std::uint64_t total = 0;
  std::string reason;      // of the newest case
  std::string record_key;  // of the newest case; "" without record
};

// What is asked for; empty members do not narrow.
struct CaseGroupFilter {
  bool open = true;  // open or acknowledged, soonest due first; else closed, newest first
  std::string owner = {}, assignee = {}, type = {}, group = {};
  bool unowned = false;  // nobody has taken it
  std::optional<Instant> due_before = {};
};
// Where a page ended.
struct CaseGroupPlace {
  Instant due_at;
  CaseGroupId id;
};
struct CaseTotal {
  std::string owner;
  std::uint64_t open = 0, overdue = 0, unowned = 0;
};

struct AuditRow {
  AuditId id;
  std::string workspace;
  Instant at;
  std::string by, act;
  std::uint64_t subject = 0;
  std::string about, before, after, result;
};
struct AuditFilter {
  std::string workspace = {}, by = {}, act = {};  // act: this or what begins with it and a dot
  std::uint64_t subject = 0;
  std::optional<Instant> from = {}, until = {};
};

// Records newest first; empty members do not narrow.
struct RecordFilter {
  std::string text = {};  // as in search()
  std::string kind = {}, store = {};
  std::optional<RecordState> state = {};
  std::optional<Instant> from = {}, until = {};  // when we came to know of it (the id's time)
};
// A page may be short or empty although there is more: a narrow filter looks at a bounded number
// of records per page, so that no page costs more than another.
struct RecordPage {
  std::vector<RecordRow> rows;
  std::optional<RecordId> next;  // ask again with before = next; nullopt: that was all
};

struct DeliveryPage {
  std::vector<DeliveryRow> rows;  // without bodies and attempts
  std::vector<std::string> record_keys;
  std::optional<DeliveryId> next;
};

// Counted per hour as it happened, in the transaction that it counts (format.md "tally").
struct Tally {
  std::int64_t hour = 0;  // since 1970 UTC
  std::string name;       // "record/sale/1001", "planned/klaviyo", "delivered/klaviyo"
  std::int64_t value = 0;
};

struct Fact {
  std::string key, value;
  Instant changed_at;
};

struct NoteRow {
  Instant at;
  std::uint64_t subject = 0;
  std::string kind;
  std::string text;
};

struct Journey {
  RecordRow record;
  std::vector<ArrivalRow> arrivals;     // in id order
  std::vector<DeliveryRow> deliveries;  // in id order
  std::vector<CaseRow> cases;
  std::vector<NoteRow> notes;  // of the record, its arrivals and deliveries
};

struct Pause {
  std::string workspace;
  std::string connection;
  Instant at;
  std::string by;
  std::string reason;
};

struct SettingsVersion {
  std::uint32_t version = 0;
  Instant at;
  std::string by;
  std::string document;
};

struct Counts {
  std::uint64_t arrivals = 0;
  std::uint64_t arrivals_waiting = 0;
  std::uint64_t arrivals_duplicate = 0;
  std::uint64_t records = 0;
  std::uint64_t records_unidentified = 0;
  std::uint64_t records_open = 0;
  std::uint64_t deliveries = 0;
  std::uint64_t deliveries_waiting = 0;  // waiting, held or blocked
  std::uint64_t deliveries_parked = 0;
  std::uint64_t attempts = 0;
  std::uint64_t cases_open = 0;
  std::uint64_t bytes_on_disk = 0;
};

}  // namespace tillbridge::journal
