#pragma once
// The Reader on SQLite. Internal to journal/sqlite.

#include <memory>
#include <string>

#include "journal/pages.h"
#include "journal/payload.h"
#include "journal/sqlite/connection.h"
#include "journal/store.h"

namespace tillbridge::journal::sqlite {

class SqliteReader final : public Reader {
 public:
  SqliteReader(std::unique_ptr<Connection> connection, std::string file);
  ~SqliteReader() override;

  Result<void> open_arrivals(const std::function<void(const OpenArrival&)>& on_arrival) override;
  Result<std::vector<OpenDelivery>> open_deliveries(DeliveryId after, DeliveryId until,
                                                    std::size_t limit) override;
  Result<std::uint64_t> highest_id() override;
  Result<std::vector<Pause>> pauses() override;
  Result<std::vector<DeliveryBody>> delivery_bodies(std::span<const DeliveryId> ids) override;
  Result<std::vector<std::optional<RecordRow>>> records_by_key(const std::string& workspace,
                                                               std::span<const std::string> keys,
                                                               bool with_payload) override;
  Result<std::vector<bool>> known_subjects(const std::string& workspace,
                                           std::span<const std::string> subjects) override;
  Result<std::vector<RecordRow>> open_records(const std::string& workspace, RecordId after,
                                              std::size_t limit) override;
  Result<std::optional<std::string>> cursor(const std::string& workspace,
                                            const std::string& name) override;
  Result<std::vector<std::optional<std::string>>> facts(const std::string& workspace,
                                                        const std::string& connection,
                                                        std::span<const std::string> keys) override;
  Result<std::vector<DeliveryRow>> deliveries_planned(const std::string& workspace,
                                                      const std::string& connection,
                                                      DeliveryId after, DeliveryId until,
                                                      std::size_t limit) override;
  Result<std::optional<SettingsVersion>> latest_settings(const std::string& workspace) override;
  Result<std::vector<RecordRow>> search(const std::string& workspace, const std::string& text,
                                        std::size_t limit) override;
  Result<std::optional<Journey>> journey(RecordId record) override;
  Result<std::optional<ArrivalRow>> arrival(ArrivalId id) override;
  Result<std::vector<ArrivalRow>> search_arrivals(const std::string& workspace,
                                                  const std::string& text,
                                                  std::size_t limit) override;
  Result<std::vector<CaseRow>> cases(const std::string& workspace, bool open_only,
                                     std::size_t limit) override;
  Result<Counts> counts() override;
  Result<RecordPage> records(const std::string& workspace, const RecordFilter& filter,
                             RecordId before, std::size_t limit) override;
  Result<DeliveryPage> deliveries_in(const std::string& workspace, const std::string& connection,
                                     DeliveryState state, DeliveryId before,
                                     std::size_t limit) override;
  Result<std::vector<CaseGroupRow>> case_groups(const std::string& workspace,
                                                const CaseGroupFilter& filter,
                                                std::optional<CaseGroupPlace> after,
                                                std::size_t limit) override;
  Result<std::optional<CaseGroupRow>> case_group(CaseGroupId id) override;
  Result<std::vector<CaseRow>> cases_of(CaseGroupId id, bool open_only, CaseId before,
                                        std::size_t limit) override;
  Result<std::vector<CaseTotal>> case_totals(const std::string& workspace, Instant now) override;
  Result<std::vector<AuditRow>> audits(const AuditFilter& filter, AuditId before,
                                       std::size_t limit) override;
  Result<std::vector<Tally>> tallies(const std::string& workspace, std::int64_t from,
                                     std::int64_t until) override;
  Result<std::vector<Fact>> facts_under(const std::string& workspace, const std::string& connection,
                                        const std::string& prefix, const std::string& after,
                                        std::size_t limit) override;
  Result<std::vector<SettingsVersion>> settings_versions(const std::string& workspace,
                                                         std::uint32_t before,
                                                         std::size_t limit) override;
  Result<std::optional<SettingsVersion>> settings(const std::string& workspace,
                                                  std::uint32_t version) override;
  Result<std::vector<std::string>> verify(
      const std::function<void(double done)>& progress) override;

 private:
  struct Statements;

  std::string payload_of(std::uint64_t id);  // "" when there is none (retired); throws when damaged
  RecordPage find_records(const std::string& workspace, const RecordFilter& filter, IdRange ids,
                          std::size_t limit, std::size_t examined_max);
  void add_arrivals(Journey& journey);
  void add_deliveries(Journey& journey);
  void add_cases_and_notes(Journey& journey);
  void verify_structure(std::vector<std::string>& findings);
  void verify_payloads(std::vector<std::string>& findings,
                       const std::function<void(double done)>& progress);
  void verify_references(std::vector<std::string>& findings);

  std::unique_ptr<Connection> connection_;
  std::string file_;
  PayloadOpener opener_;
  std::unique_ptr<Statements> sql_;
};

}  // namespace tillbridge::journal::sqlite
