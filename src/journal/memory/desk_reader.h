#pragma once
// What the console asks of the memory store. Internal to journal/memory.

#include <memory>
#include <string>
#include <vector>

#include "journal/memory/data.h"
#include "journal/pages.h"

namespace tillbridge::journal::memory {

class DeskReader : public Reader {
 public:
  explicit DeskReader(std::shared_ptr<Data> data) : data_(std::move(data)) {}

  Result<std::vector<RecordRow>> search(const std::string& workspace, const std::string& text,
                                        std::size_t limit) override;
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

 protected:
  CaseRow with_key(CaseRow row) const;
  CaseGroupRow with_key(const StoredGroup& group) const;
  std::string key_of(std::optional<RecordId> record) const;  // "" without one

  std::shared_ptr<Data> data_;

 private:
  RecordPage find_records(const std::string& workspace, const RecordFilter& filter, IdRange ids,
                          std::size_t limit, std::size_t examined_max) const;
};

}  // namespace tillbridge::journal::memory
