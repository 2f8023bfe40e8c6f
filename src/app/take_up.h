#pragma once
// What a hub does with the work that it finds at its start. Pauses and arrivals first, before
// anything runs; then the waiting deliveries, oldest first, page by page, while the couriers
// already send those that are there: of a million, the first goes at once, and they never have to
// fit into memory as rows.
//
// Until the last page is in, what is planned or sent again meanwhile waits in its courier
// (engine/courier.h): in its lane there may be older ones that are not read yet. Receiving,
// reading and planning go on. Only ids below those that this process gives are read, so that what
// it plans itself is not found here once more. Core thread.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/workspace.h"

namespace tillbridge::app {

class TakeUp {
 public:
  // LIMIT: rows in memory, and what the core thread takes in without a pause: a few milliseconds.
  static constexpr std::size_t rows_per_page = 2'000;

  // highest: the highest id in the journal at the start. on_fatal: a page is damaged, and nothing
  // new may go out before what is on it.
  TakeUp(Loop& loop, journal::Journal& journal,
         const std::vector<std::unique_ptr<WorkspaceRuntime>>& workspaces, std::uint64_t highest,
         std::function<void(const std::string& what)> on_fatal,
         std::size_t page_rows = rows_per_page);

  // Before the workspaces start: all but the deliveries, and of those the first page.
  Task<Result<void>> begin();
  // The other pages. While the journal cannot be asked, it is asked again.
  Task<void> run();
  void request_stop();

 private:
  using Page = std::vector<journal::OpenDelivery>;
  Task<Result<void>> take_arrivals();
  Task<Result<void>> take_pauses();
  Task<Result<Page>> next_page();
  void take(const Page& page);
  void end();
  WorkspaceRuntime* find(const std::string& workspace);

  journal::Journal& journal_;
  const std::vector<std::unique_ptr<WorkspaceRuntime>>& workspaces_;
  Signal stop_;
  DeliveryId taken_;  // all up to here
  const DeliveryId until_;
  const std::function<void(const std::string&)> on_fatal_;
  const std::size_t page_rows_;
  bool all_taken_ = false;
  bool stopping_ = false;
  std::size_t arrivals_ = 0;
  std::size_t deliveries_ = 0;
  std::size_t foreign_ = 0;  // of workspaces that are not configured
};

}  // namespace tillbridge::app
