#pragma once
// One act on many records (docs/console.md "Doing many at once"): what it is about is fixed and
// stored when it begins, then its records are acted on one at a time, oldest first. Every result is
// stored, so a restart goes on where it was; what the restart repeats finds nothing left to do. One
// action per workspace at a time. Core thread.
//
// "send_again" and "rebuild" are acts on records (api/record_acts.h): they take all deliveries of a
// record that wait for a person, also when the filter named one connection.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/bulk_acts.h"
#include "api/record_acts.h"
#include "app/desk/bulk_actions_item.h"
#include "app/desk/bulk_actions_state.h"
#include "base/task_group.h"
#include "engine/budget.h"
#include "journal/journal.h"

namespace tillbridge::app {

struct BulkFound;

struct BulkSettings {
  std::vector<std::string> workspaces;
  double items_per_second = 50;
  std::size_t records_max = 100'000;  // LIMIT: larger actions are refused
  std::size_t kept_max = 200;         // LIMIT: actions per workspace, the oldest go
  Duration retry_pause = std::chrono::seconds{1};
  Duration save_every = std::chrono::seconds{1};  // what a kill can make happen twice at most ...
  std::size_t save_after = 25;                    // ... and in items
};

// Everything outlives the actions.
struct BulkParts {
  Loop& loop;
  const Clock& clock;
  journal::Journal& journal;
  IdSource& ids;
  api::RecordActs& acts;
  // How many calls a second the connection's budget allows now; 0: not known.
  std::function<double(const std::string& workspace, const std::string& connection)>
      calls_per_second;
  std::function<void()> on_changed;  // for the live feed; may be empty
};

class HubBulkActions final : public api::BulkActs {
 public:
  HubBulkActions(BulkParts parts, BulkSettings settings);
  ~HubBulkActions() override;

  // Takes up what a stop cut off. Once, before the first request.
  void start(TaskGroup& tasks);
  void request_stop();
  bool idle() const;  // nothing is running

  Task<Result<json::Object>> estimate(api::BulkAsked asked) override;
  Task<Result<json::Object>> begin(api::BulkAsked asked) override;
  Task<Result<json::Object>> cancel(std::string workspace, std::string id, std::string by) override;
  Task<Result<json::Object>> list(std::string workspace, std::string after,
                                  std::size_t limit) override;
  Task<Result<json::Object>> read(std::string workspace, std::string id) override;
  Task<Result<json::Object>> items(std::string workspace, std::string id, bool only_failed,
                                   std::string after, std::size_t limit) override;

 private:
  struct Action;
  struct Desk;  // of a workspace
  using ActionRef = std::shared_ptr<Action>;

  Result<Desk*> find(const std::string& workspace) const;  // "": the only one
  Task<Result<void>> recall(Desk& desk);
  Task<Result<ActionRef>> find_action(std::string workspace, std::string id);
  Result<void> refuse(const Desk& desk, const api::BulkAsked& asked, const BulkFound& found) const;
  Task<Result<ActionRef>> store_new(Desk& desk, api::BulkAsked asked, BulkFound found);
  void drop_oldest(const Desk& desk, journal::Step& step) const;

  Task<void> work(Desk& desk);
  Task<bool> prepare(Desk& desk, ActionRef action);
  Task<void> go_on(Desk& desk, ActionRef action);
  Task<BulkItem> act(Desk& desk, ActionRef action, RecordId record);
  Task<void> finish(Desk& desk, ActionRef action);
  Task<Result<void>> close_rest_of_case(Desk& desk, ActionRef action);
  journal::Step progress(const Desk& desk, Action& action) const;
  Task<bool> save(Desk& desk, ActionRef action);
  Task<Result<std::vector<std::string>>> facts(std::string workspace,
                                               std::vector<std::string> keys);
  void put(const Desk& desk, journal::Step& step, std::string key, std::string value) const;
  void tell() const;

  BulkParts on_;
  BulkSettings settings_;
  std::map<std::string, std::unique_ptr<Desk>> desks_;
  bool stopping_ = false;
};

}  // namespace tillbridge::app
