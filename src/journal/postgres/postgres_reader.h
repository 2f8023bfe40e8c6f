#pragma once
// The Reader on PostgreSQL. Internal to journal/postgres. What fails because the connection was
// lost is asked once more on a new one.

#include <memory>
#include <string>
#include <unordered_map>

#include "journal/pages.h"
#include "journal/payload.h"
#include "journal/postgres/connection.h"
#include "journal/store.h"

namespace tillbridge::journal::postgres {

class PostgresReader final : public Reader {
 public:
  explicit PostgresReader(ConnectionSettings settings);
  ~PostgresReader() override;

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
  template <typename Work>
  auto asked(const Work& work) -> Result<std::invoke_result_t<Work>>;
  void connect();

  // The body of each id that has one; throws when one is damaged.
  using Bodies = std::unordered_map<std::uint64_t, std::string>;
  Bodies bodies_of(const Rows& rows);
  Bodies bodies_of(const std::string& workspace, const std::vector<std::uint64_t>& ids);
  void add_payloads(std::vector<ArrivalRow>& arrivals);
  RecordPage find_records(const std::string& workspace, const RecordFilter& filter, IdRange ids,
                          std::size_t limit, std::size_t examined_max);
  void add_arrivals(Journey& journey);
  void add_deliveries(Journey& journey);
  void add_cases_and_notes(Journey& journey);
  void verify_payloads(std::vector<std::string>& findings,
                       const std::function<void(double done)>& progress);
  void verify_references(std::vector<std::string>& findings);

  const ConnectionSettings settings_;
  std::unique_ptr<Connection> connection_;
  PayloadOpener opener_;
};

template <typename Work>
auto PostgresReader::asked(const Work& work) -> Result<std::invoke_result_t<Work>> {
  return guarded([&] {
    connect();
    try {
      return work();
    } catch (const Failure& failure) {
      if (!failure.lost() && !connection_->lost()) throw;
    }
    connection_.reset();
    connect();
    return work();
  });
}

}  // namespace tillbridge::journal::postgres
