#pragma once
// The contract of a durable store: what sqlite/, memory/ and later postgres/ implement, and what
// tests/conformance/journal_suite holds them to. Synchronous; Journal (journal.h) puts it on
// threads.
//
//   Writer  one per journal, used by one thread. apply() makes all the given steps durable in ONE
//   transaction and
//           returns after the sync. If it returns an error, none of the steps happened.
//   Reader  any number, one thread each; sees every step whose apply() has returned.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "journal/step.h"
#include "journal/views.h"

namespace tillbridge::journal {

// How long each class of data is kept; counted from the id's time. Unfinished work is never
// removed.
struct Retention {
  Duration payload = std::chrono::hours{24 * 90};  // bodies (arrival, record, delivery)
  Duration metadata =
      std::chrono::hours{24 * 400};  // rows of arrivals, records, deliveries, attempts, notes
  Duration audit =
      std::chrono::hours{24 * 365 * 7};  // cases, audit rows, settings versions, "audit" notes
};

class Writer {
 public:
  virtual ~Writer() = default;

  // One transaction for all steps. Errors: unavailable (disk full, busy: nothing happened, may be
  // tried again). A failed sync is not an error value: the state of the disk is unknown, the
  // process stops.
  virtual Result<std::vector<Receipt>> apply(std::span<const Step> steps) = 0;

  // Called when the queue is empty or now and then under load: checkpoints and such. Cheap when
  // there is nothing to do.
  virtual void maintain() = 0;

  // Removes at most `rows_max` rows that are older than their class allows; returns how many went.
  virtual Result<std::uint64_t> retire(const Retention& retention, Instant now,
                                       std::uint64_t rows_max) = 0;

  // Copies the live journal to a new file (SQLite's online backup), step by step so that writing
  // goes on.
  virtual Result<void> backup(const std::string& target_file,
                              std::function<void(double done)> progress) = 0;
};

class Reader {
 public:
  virtual ~Reader() = default;

  // At start: every arrival that is not finished, in id order, and the highest id ever given.
  virtual Result<void> open_arrivals(const std::function<void(const OpenArrival&)>& on_arrival) = 0;
  virtual Result<std::uint64_t> highest_id() = 0;
  // Deliveries that are not finished with after < id <= until, in id order: asked page by page,
  // each page costs the same. A delivery that stays unfinished meanwhile comes exactly once; pages
  // see what was committed between them.
  virtual Result<std::vector<OpenDelivery>> open_deliveries(DeliveryId after, DeliveryId until,
                                                            std::size_t limit) = 0;
  virtual Result<std::vector<Pause>> pauses() = 0;

  // The exact bytes of deliveries, in the order asked. corrupt if one cannot be read.
  virtual Result<std::vector<DeliveryBody>> delivery_bodies(std::span<const DeliveryId> ids) = 0;

  // Records by key ("order/20417"), in the order asked; nullopt where there is none. with_payload
  // costs a read each.
  virtual Result<std::vector<std::optional<RecordRow>>> records_by_key(
      const std::string& workspace, std::span<const std::string> keys, bool with_payload) = 0;
  // Which of these arrival subjects have an unfinished arrival or a record.
  virtual Result<std::vector<bool>> known_subjects(const std::string& workspace,
                                                   std::span<const std::string> subjects) = 0;

  // Records in state open, in id order, after `after` (exclusive).
  virtual Result<std::vector<RecordRow>> open_records(const std::string& workspace, RecordId after,
                                                      std::size_t limit) = 0;

  virtual Result<std::optional<std::string>> cursor(const std::string& workspace,
                                                    const std::string& name) = 0;
  // What is remembered under these keys, in the order asked; nullopt where there is nothing.
  virtual Result<std::vector<std::optional<std::string>>> facts(
      const std::string& workspace, const std::string& connection,
      std::span<const std::string> keys) = 0;
  // Deliveries of a connection with after < id < until, in id order, without bodies and attempts:
  // an id holds the time at which it was planned, so the cost is that of the time asked about.
  virtual Result<std::vector<DeliveryRow>> deliveries_planned(const std::string& workspace,
                                                              const std::string& connection,
                                                              DeliveryId after, DeliveryId until,
                                                              std::size_t limit) = 0;
  virtual Result<std::optional<SettingsVersion>> latest_settings(const std::string& workspace) = 0;

  // Records whose search keys contain this text (case-insensitive; exact for texts under 3
  // characters), newest first. workspace empty: all workspaces.
  virtual Result<std::vector<RecordRow>> search(const std::string& workspace,
                                                const std::string& text, std::size_t limit) = 0;
  virtual Result<std::optional<Journey>> journey(RecordId record) = 0;
  // With its payload, "" when retired.
  virtual Result<std::optional<ArrivalRow>> arrival(ArrivalId id) = 0;
  // The arrival of exactly this event id although it belongs to a record, then arrivals that never
  // became one (malformed, waiting), by event id or subject substring, newest first.
  virtual Result<std::vector<ArrivalRow>> search_arrivals(const std::string& workspace,
                                                          const std::string& text,
                                                          std::size_t limit) = 0;
  virtual Result<std::vector<CaseRow>> cases(const std::string& workspace, bool open_only,
                                             std::size_t limit) = 0;
  virtual Result<Counts> counts() = 0;

  // For the console. Pages cost the same however deep they are; `limit` is at most 500.
  // Newest first, ids below `before` (RecordId{}: from the newest).
  virtual Result<RecordPage> records(const std::string& workspace, const RecordFilter& filter,
                                     RecordId before, std::size_t limit) = 0;
  // Deliveries of a connection ("" any) that are parked, blocked, held or waiting, newest first;
  // invalid_input for other states. A page may be short although there is more, as of records.
  virtual Result<DeliveryPage> deliveries_in(const std::string& workspace,
                                             const std::string& connection, DeliveryState state,
                                             DeliveryId before, std::size_t limit) = 0;
  // Closed groups: those that fit among the next 100,000 below `after` (pages.h).
  virtual Result<std::vector<CaseGroupRow>> case_groups(const std::string& workspace,
                                                        const CaseGroupFilter& filter,
                                                        std::optional<CaseGroupPlace> after,
                                                        std::size_t limit) = 0;
  virtual Result<std::optional<CaseGroupRow>> case_group(CaseGroupId id) = 0;
  // Cases of a group, newest first, ids below `before`.
  virtual Result<std::vector<CaseRow>> cases_of(CaseGroupId id, bool open_only, CaseId before,
                                                std::size_t limit) = 0;
  // Open groups per owner team.
  virtual Result<std::vector<CaseTotal>> case_totals(const std::string& workspace, Instant now) = 0;
  // Newest first, ids below `before`. What an index does not narrow (subject, person, workspace,
  // time) is looked for among 100,000 rows (pages.h).
  virtual Result<std::vector<AuditRow>> audits(const AuditFilter& filter, AuditId before,
                                               std::size_t limit) = 0;
  // By hour, then name; from <= hour < until.
  virtual Result<std::vector<Tally>> tallies(const std::string& workspace, std::int64_t from,
                                             std::int64_t until) = 0;
  // Facts whose key begins with `prefix`, in key order, after `after` (exclusive, "" from the
  // first).
  virtual Result<std::vector<Fact>> facts_under(const std::string& workspace,
                                                const std::string& connection,
                                                const std::string& prefix, const std::string& after,
                                                std::size_t limit) = 0;
  // Newest first, versions below `before` (0: from the newest), without the documents.
  virtual Result<std::vector<SettingsVersion>> settings_versions(const std::string& workspace,
                                                                 std::uint32_t before,
                                                                 std::size_t limit) = 0;
  virtual Result<std::optional<SettingsVersion>> settings(const std::string& workspace,
                                                          std::uint32_t version) = 0;
  // Structure and content checks: database integrity, bodies decompress, references resolve. One
  // line per finding.
  virtual Result<std::vector<std::string>> verify(
      const std::function<void(double done)>& progress) = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual Result<std::unique_ptr<Writer>> open_writer() = 0;  // once
  virtual Result<std::unique_ptr<Reader>>
  open_reader() = 0;  // after the writer (or beside another process's)
};

}  // namespace tillbridge::journal
