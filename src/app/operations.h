#pragma once
// What an operator may do to a running hub; each act is stored with who did it. Core thread.

#include <memory>
#include <vector>

#include "api/operations.h"
#include "app/desk/record_acts.h"
#include "app/workspace.h"

namespace tillbridge::app {

class HubOperations final : public api::Operations {
 public:
  HubOperations(SystemClock& clock, journal::Journal& journal, IdSource& ids,
                std::vector<std::unique_ptr<WorkspaceRuntime>>& workspaces, bool drills);

  // The same acts as replay(), by record or delivery.
  HubRecordActs& record_acts() { return record_acts_; }
  void set_ready(bool ready) { ready_ = ready; }
  // Our public listener as this machine reaches it; "": it speaks HTTPS under its own name.
  void set_public_url(std::string url) { public_url_ = std::move(url); }

  std::vector<api::WorkspaceFacts> workspaces() const override;
  Task<json::Object> status() override;
  bool ready() const override { return ready_; }
  Task<Result<void>> pause(std::string workspace, std::string connection, std::string by,
                           std::string reason) override;
  Task<Result<void>> resume(std::string workspace, std::string connection, std::string by) override;
  Task<Result<void>> pause_part(std::string workspace, std::string kind, std::string name,
                                bool paused, std::string by, std::string reason) override;
  Task<Result<std::string>> replay(std::string workspace, std::string key, std::string customer,
                                   std::string by) override;
  Task<Result<json::Object>> consent(ConsentAct act) override;
  Task<Result<json::Object>> consents(std::string workspace, std::string email, std::string phone,
                                      std::string country) override;
  Task<Result<std::string>> merge(std::string workspace, std::string connection, std::string into,
                                  std::string from, std::string by) override;
  Task<Result<json::Object>> compare(std::string workspace, std::string connection,
                                     api::ComparisonAsked asked) override;
  Task<Result<json::Object>> compare_stock(std::string workspace,
                                           api::StockComparisonAsked asked) override;
  Task<Result<json::Object>> backfill(std::string workspace, api::BackfillAsked asked) override;
  Task<Result<json::Object>> backfill_state(std::string workspace) override;
  Task<Result<json::Object>> backfill_act(std::string workspace, std::string act,
                                          std::string by) override;
  Task<Result<json::Object>> validate(std::string workspace, api::ValidationAsked asked) override;
  Result<json::Object> setup_preview(const json::Object& answers) override;
  Task<Result<json::Object>> sync_customers(std::string workspace, std::string by) override;
  Result<void> step_clock(Duration by) override;

 private:
  Result<WorkspaceRuntime*> find(const std::string& workspace) const;  // "" : the only one
  Task<Result<std::string>> merge_customers(WorkspaceRuntime* workspace, std::string into,
                                            std::string from, std::string by);
  Task<Result<std::string>> merge_at_klaviyo(KlaviyoAccount& account, std::string stays_email,
                                             std::string vanishes_email);
  Task<Result<std::string>> profile_id_of(KlaviyoAccount& account, std::string whom);
  Task<Result<void>> store_audit(std::string workspace, std::string text);
  Task<Result<void>> store_pause(std::string workspace, std::string connection, bool paused,
                                 std::string by, std::string reason);
  journal::AddNote audit(const std::string& workspace, std::uint64_t subject, std::string text);

  SystemClock& clock_;
  journal::Journal& journal_;
  IdSource& ids_;
  std::vector<std::unique_ptr<WorkspaceRuntime>>& workspaces_;
  bool drills_;
  bool ready_ = false;
  HubRecordActs record_acts_;
  bool validating_ = false;
  std::string public_url_;
};

}  // namespace tillbridge::app
