#pragma once
// What a person may do to one record, on the running workspaces. Each act holds its record, so that
// two people (or a person and a bulk action) do not do it twice. Everything an act changes is one
// step; what it sends goes into its lane after that is durable, and after a crash in between it is
// taken up at the next start. Core thread.

#include <memory>
#include <vector>

#include "api/record_acts.h"
#include "app/desk/claims.h"
#include "app/desk/order_preview.h"
#include "app/workspace.h"

namespace tillbridge::app {

using Workspaces = std::vector<std::unique_ptr<WorkspaceRuntime>>;
// name "": the only one. not_found says which there are.
Result<WorkspaceRuntime*> find_workspace(const Workspaces& workspaces, const std::string& name);

class HubRecordActs final : public api::RecordActs {
 public:
  // All outlive this.
  HubRecordActs(const Clock& clock, journal::Journal& journal, IdSource& ids,
                Workspaces& workspaces);

  Task<Result<json::Object>> preview(std::string workspace, RecordId record) override;
  Task<Result<std::string>> send_again(std::string workspace, RecordId record,
                                       std::string by) override;
  // A delivery keeps its lane and its place in it; what of it the platform has already, byte for
  // byte, is not sent again. What today's settings do not plan any more is left as it is and named;
  // what they plan beside it comes in by reading the order again.
  Task<Result<std::string>> rebuild(std::string workspace, RecordId record, std::string by,
                                    std::string note) override;
  Task<Result<std::string>> attribute(std::string workspace, RecordId record, std::string customer,
                                      std::string by) override;
  Task<Result<std::string>> edit(std::string workspace, DeliveryId delivery,
                                 std::vector<std::string> parts, std::string by,
                                 std::string note) override;
  Task<Result<std::string>> skip(std::string workspace, DeliveryId delivery, std::string by,
                                 std::string note) override;

  // The command line's: by the order's number or key, also of what never became a record. Parked
  // and blocked deliveries with the same bytes, else it is read and planned again.
  Task<Result<std::string>> replay(std::string workspace, std::string key, std::string customer,
                                   std::string by);

 private:
  // A parked or blocked delivery that is to be sent, with the bytes and done parts it then has.
  struct Again {
    journal::DeliveryRow delivery;
    bool other_bytes = false;
  };
  // Who did it, and what of it the deliveries, the closed cases and the journey say.
  struct Saying {
    std::string by, reason, closed;
    journal::AddNote note;
  };
  struct Held {  // a delivery that needs a person, and its record
    Claims::Claim claim;
    journal::Journey journey;
    journal::DeliveryRow delivery;
  };

  Task<Result<journal::Journey>> journey_of(WorkspaceRuntime& workspace, RecordId record);
  Task<Result<Held>> hold(WorkspaceRuntime& workspace, DeliveryId delivery);
  Result<void> check_sendable(const WorkspaceRuntime& workspace,
                              const journal::DeliveryRow& delivery) const;
  Task<Result<void>> send(WorkspaceRuntime& workspace, journal::Journey journey,
                          std::vector<Again> again, Saying saying);
  Task<Result<std::string>> send_same_bytes(WorkspaceRuntime& workspace, journal::Journey journey,
                                            std::string by);
  Task<Result<std::string>> send_stock_again(WorkspaceRuntime& workspace, journal::Journey journey,
                                             std::string by);
  Task<Result<std::string>> send_other_bytes(WorkspaceRuntime& workspace, journal::Journey journey,
                                             Preview preview, std::string by, std::string note);
  Task<Result<std::uint32_t>> settings_version(std::string workspace);

  // What is read again: announces as in order_planning.h, why for the journey. record: where the
  // note goes, 0 when it never became one.
  struct Reading {
    std::string subject, announces, by, why;
    std::uint64_t record = 0;
    std::vector<journal::CaseRow> cases;  // to be closed
  };
  Task<Result<std::string>> read_again(WorkspaceRuntime& workspace, Reading reading);
  Task<Result<std::string>> read_record_again(WorkspaceRuntime& workspace, journal::Journey journey,
                                              std::string announces, std::string by,
                                              std::string why);
  Task<Result<RecordId>> find_record(std::string workspace, std::string key);
  Task<Result<std::string>> read_lost_again(WorkspaceRuntime& workspace, std::string key,
                                            std::string customer, std::string by);
  journal::AddNote note(const std::string& workspace, std::uint64_t subject, std::string kind,
                        std::string text);

  const Clock& clock_;
  journal::Journal& journal_;
  IdSource& ids_;
  Workspaces& workspaces_;
  Claims claims_;
};

}  // namespace tillbridge::app
