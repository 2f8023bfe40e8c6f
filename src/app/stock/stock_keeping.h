#pragma once
// A workspace's stock, all parts of it: observed at Sitoo, kept in the journal, published, compared
// (docs/flows/stock.md). Core thread.

#include <map>
#include <string>

#include "app/bloomreach_connection.h"
#include "app/stock/stock_comparison.h"
#include "app/stock/stock_observer.h"

namespace tillbridge::app {

class StockKeeping {
 public:
  // bloomreach: nullptr where it is not connected; nothing is published then.
  StockKeeping(Surroundings on, Turns& turns, const Workspace& workspace,
               std::uint32_t settings_version, BloomreachConnection* bloomreach,
               StockPlanning::Deliver deliver);

  void start(TaskGroup& tasks);
  void request_stop();
  void pause() { observer_.pause(); }
  void resume() { observer_.resume(); }

  StockObserver& observer() { return observer_; }
  // rejected: Bloomreach is not connected.
  Task<Result<json::Object>> compare(api::StockComparisonAsked asked);

  bool idle() const { return observer_.idle() && !(comparison_ && comparison_->running()); }
  // What is known of this SKU is sent again as it is now.
  Task<Result<void>> send_again(std::string sku);
  json::Object status() const;

 private:
  Task<void> run_confirmations();
  Task<void> run_comparisons();
  void doubt(const std::vector<engine::Parcel>& parcels);
  Task<bool> filled();
  Task<void> note_filled();
  void compare_soon();
  std::optional<Duration> until_comparison(Duration at_least) const;

  Surroundings on_;
  std::string workspace_;
  Zone zone_;
  StockSettings settings_;
  connectors::sitoo::StockClient client_;
  ReadGate gate_;
  StockPlanning planning_;
  StockObserver observer_;
  BloomreachConnection* bloomreach_;
  std::unique_ptr<StockComparison> comparison_;
  std::map<std::pair<std::string, std::string>, Tick> doubts_;  // SKU, place -> when to send again
  Signal stop_;
  bool stopping_ = false;
  bool compare_now_ = false;
  Tick compare_now_from_{};
  std::string last_trouble_;
  json::Object last_report_;
};

}  // namespace tillbridge::app
