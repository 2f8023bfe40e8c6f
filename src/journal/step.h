#pragma once
// The step primitive's durable half (DESIGN 1): everything that one step changes, applied in one
// transaction or not at all. Plain data: built on the core thread, applied by the journal thread.
// Applied in the order of the members.
//
//   arrival   received -> resolved | duplicate | case        (waiting states: received, held)
//   delivery  waiting <-> held -> delivered | parked | skipped   (blocked: head of a lane that must
//   not be passed)
//
// Ids come from base/ids.h IdSource, so that the parts of a step can point at each other before it
// is stored.
//
// Workspaces: ids are unique across all of them, but a distributed store finds a row by (workspace,
// id). Changes therefore name the workspace of what they change. One that does not ("") is still
// applied, at the price of looking in every workspace.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"

namespace tillbridge::journal {

enum class ArrivalSource : std::uint8_t {
  event = 1,
  poll = 2,
  sweep = 3,
  replay = 4,
  backfill = 5
};
enum class ArrivalState : std::uint8_t {
  received = 1,
  resolved = 10,
  duplicate = 11,
  in_case = 12,
  ignored = 13
};

struct AddArrival {
  ArrivalId id;
  std::string workspace;
  std::string connection;  // where it came from: "sitoo"
  ArrivalSource source = ArrivalSource::event;
  std::string external_id;  // the sender's event id; "" for findings without one. Unique per
                            // (workspace, connection)
  std::string subject;      // what has to be resolved: "order/20417"; "" when nothing has
  std::string
      announces;  // the sender's hint about the state: "closed", "open", "cancelled", "" unknown
  ArrivalState state = ArrivalState::received;
  std::string reason;  // why it is in a final state already (malformed, ignored type)
  Instant received_at;
  std::optional<Instant> happened_at;  // by the sender's clock
  Instant due_at;                      // not to be resolved earlier (settling delay)
  std::string payload;                 // as received, byte for byte
  // What it became, where that is known at once; none when it turns out to be a duplicate.
  std::optional<RecordId> record = std::nullopt;
};

struct UpdateArrival {
  ArrivalId id;
  ArrivalState state = ArrivalState::received;
  std::string reason;
  std::optional<RecordId> record;  // the record it became or belongs to
  Instant due_at;                  // next try while still received
  std::uint32_t tries = 0;
  std::string workspace = {};  // "Workspaces" above
};

enum class RecordState : std::uint8_t {
  open = 1,          // known, not final yet (open order, not paid): read again later
  planned = 2,       // deliveries exist
  unidentified = 3,  // a guest's: kept, attributable later
  skipped = 4,       // nothing to deliver, reason says why
  in_case = 5,       // a person must look
};

// Inserts, or replaces everything but the id when (workspace, key) exists already under this id. A
// record whose key was erased is replaced too, whatever the given key is, and keeps its own.
struct PutRecord {
  RecordId id;
  std::string workspace;
  std::string kind;  // "sale", "return", "exchange", "booking", ...
  std::string key;   // unique per workspace: "order/20417"
  std::uint32_t version = 1;
  RecordState state = RecordState::open;
  std::string reason;
  std::uint32_t settings_version = 0;
  Instant happened_at;   // business time (the till's)
  Instant changed_at;    // ours
  std::string store;     // store code, for people
  std::string customer;  // the customer's key as used for lanes, "" if unidentified
  std::vector<std::string>
      search_keys;      // "order:20417", "receipt:SII...", "email:...": found by any substring
  std::string payload;  // the source document as read
};

enum class DeliveryState : std::uint8_t {
  waiting = 1,  // to be sent when its turn comes
  held = 2,     // waiting on purpose, reason and due_at say for what
  delivered = 10,
  parked = 11,   // needs a person; the lane goes on without it
  skipped = 12,  // will not be sent, reason says why
  blocked = 3,   // needs a person, and its lane waits for it
};

enum class Priority : std::uint8_t { money = 0, sale = 1, profile = 2, maintenance = 3 };
enum class OnReject : std::uint8_t { park = 0, block = 1 };
enum class Settle : std::uint8_t {
  resend = 0,
  read_back = 1
};  // how an ambiguous outcome is settled

// Ignored, and reported in the receipt, when (workspace, connection, effect) exists already.
struct AddDelivery {
  DeliveryId id;
  std::string workspace;
  RecordId record;
  std::string connection;
  std::string flow;    // "sale_to_bloomreach"
  std::string effect;  // unique per (workspace, connection): "sale/20417"
  std::string lane;    // "customer/c-90112"
  Priority priority = Priority::sale;
  OnReject on_reject = OnReject::park;
  Settle settle = Settle::resend;
  DeliveryState state = DeliveryState::waiting;
  std::string reason;
  Instant due_at;
  Instant happened_at;  // business time, for lag
  std::uint32_t settings_version = 0;
  std::vector<std::string> parts;  // exact bytes, one entry per effect within the delivery; 1 to 64
};

struct UpdateDelivery {
  DeliveryId id;
  DeliveryState state = DeliveryState::waiting;
  std::string reason;
  Instant due_at;
  std::uint32_t attempts = 0;    // that count against patience
  std::uint64_t parts_done = 0;  // bit n: part n is with the platform
  std::string workspace = {};    // "Workspaces" above
};

enum class Trigger : std::uint8_t { first = 1, retry = 2, operator_ = 3, replay = 4 };

struct AddAttempt {
  DeliveryId delivery;
  std::uint32_t number = 1;
  Trigger trigger = Trigger::first;
  Instant at;
  Duration took{0};
  std::string outcome;  // name(Outcome::Kind)
  int http_status = 0;
  std::string reason;
  std::uint64_t parts_sent = 0;  // bit n: part n was in this call
  std::string workspace = {};    // "Workspaces" above
};

struct OpenCase {
  CaseId id;
  std::string workspace;
  std::string type;   // "incomplete_order", "rejected_delivery", ...
  std::string group;  // like failures share it: one case, many records. Opening an open (workspace,
                      // type, group, record) again is ignored
  std::string owner;  // team
  std::optional<RecordId> record;
  std::optional<DeliveryId> delivery;
  std::optional<ArrivalId> arrival;
  Instant opened_at;
  Instant due_at;
  std::string reason;  // plain language: what happened, to which record, what to do
};

struct CloseCase {
  CaseId id;
  Instant closed_at;
  std::string by;
  std::string note;
  std::string workspace = {};  // "Workspaces" above
};

// Open cases that share (workspace, type, group) are one thing to people: a case group, with a
// state, an owner team and perhaps a person who has taken it. It comes into being with its first
// case (whose id value becomes the group's) and is resolved by itself when its last open case
// closes. A case that opens in a resolved or ignored group opens the group again.
enum class GroupState : std::uint8_t { open = 1, acknowledged = 2, resolved = 10, ignored = 11 };

// Resolved or ignored: all open cases of the group close with the note.
struct UpdateCaseGroup {
  CaseGroupId id;
  GroupState state = GroupState::open;
  std::string owner;     // team
  std::string assignee;  // user; "" nobody
  Instant due_at;
  std::uint32_t escalation = 0;  // how far up the chain it has been told
  Instant at;
  std::string by;
  std::string note;            // why, for the closed cases
  std::string workspace = {};  // "Workspaces" above
};

// What a person (or the hub in a person's place) did. Kept with the audit class, never changed.
struct AddAudit {
  AuditId id;
  std::string workspace;  // "" about the hub as a whole
  Instant at;
  std::string by;             // user, or "control token"
  std::string act;            // "case.assign", "connection.pause", "user.add"
  std::uint64_t subject = 0;  // id value of what it was done to, 0 when that has none
  std::string about;          // the same for people: "klaviyo", "user anna", "order/20417"
  std::string before, after;  // in words or JSON; no secrets
  std::string result;         // "done", or why not
};

// The bytes of an unfinished or parked delivery are replaced; parts_done starts from zero. Ignored
// when the delivery is delivered or unknown.
struct ReplaceDeliveryParts {
  DeliveryId id;
  std::vector<std::string> parts;
  std::uint32_t settings_version = 0;
  std::string workspace = {};  // "Workspaces" above
};

// A person asked to be forgotten: the bodies of the record, of its arrivals and deliveries go, and
// what names the person in their rows is replaced (format.md "Erasure"). Rows and states stay, so
// that totals do.
struct EraseRecord {
  RecordId id;
  std::vector<std::string> search_keys;  // what may stay findable ("order:20417")
  std::string customer;                  // instead of the customer's key
  std::string workspace = {};            // "Workspaces" above
};

// A line on a journey that is neither attempt nor state: "waited 30 s for arrival ... and moved
// on".
struct AddNote {
  NoteId id;
  std::string workspace;
  std::uint64_t subject = 0;  // id value of the arrival, record or delivery it is about
  Instant at;
  std::string kind;  // "sequencer_moved_on", "hold", "replayed", "audit"
  std::string text;
};

struct SetCursor {
  std::string workspace;
  std::string name;  // "sitoo/order_poll"
  std::string value;
};

// What planning remembers from one order to the next about a person or an order, per connection
// ("person/vera@kund.se"), and under connection "console" the documents of the people who work
// here (accounts, views, alert settings). Replaced as a whole; an empty value forgets it.
struct PutFact {
  std::string workspace;
  std::string connection;
  std::string key;
  std::string value;
  Instant changed_at;
};

struct SetPause {
  std::string workspace;
  std::string connection;
  bool paused = true;
  Instant at;
  std::string by;
  std::string reason;
};

struct PutSettings {
  std::string workspace;
  std::uint32_t version = 0;
  Instant at;
  std::string by;
  std::string document;  // without secrets
};

struct Step {
  std::vector<AddArrival> arrivals = {};
  std::vector<UpdateArrival> arrival_updates = {};
  std::vector<PutRecord> records = {};
  std::vector<AddDelivery> deliveries = {};
  std::vector<ReplaceDeliveryParts> delivery_parts = {};
  std::vector<UpdateDelivery> delivery_updates = {};
  std::vector<AddAttempt> attempts = {};
  std::vector<OpenCase> cases = {};
  std::vector<CloseCase> closed_cases = {};
  std::vector<UpdateCaseGroup> case_groups = {};
  std::vector<AddNote> notes = {};
  std::vector<SetCursor> cursors = {};
  std::vector<PutFact> facts = {};
  std::vector<SetPause> pauses = {};
  std::vector<PutSettings> settings = {};
  std::vector<AddAudit> audits = {};
  std::vector<EraseRecord> erased = {};
  // With several hubs on one journal: the shards of the lanes that it is about (engine/shards.h),
  // which have to be this hub's. None: what only the leading hub does.
  std::vector<std::uint8_t> shards = {};
  // What it holds beside its arrivals is work that follows from them: nothing of that is applied
  // when one of them turns out to be a duplicate. The arrivals are stored all the same.
  bool only_if_fresh = false;
};

struct Receipt {
  std::vector<ArrivalId> duplicate_arrivals;    // stored with state duplicate
  std::vector<DeliveryId> existing_deliveries;  // not stored: the effect exists already
};

}  // namespace tillbridge::journal
