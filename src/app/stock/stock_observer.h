#pragma once
// Watches Sitoo's stock: the feed of transactions when something hints at a movement and now and
// then, levels by SKU where the feed is not enough, Virtual warehouses by time, everything once at
// the first start (docs/flows/stock.md "Observing"). Decides what to ask next; app/stock/
// stock_planning.h takes in what was answered. Core thread.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "app/read_gate.h"
#include "app/stock/pending_movements.h"
#include "app/stock/stock_planning.h"
#include "base/json.h"
#include "base/task_group.h"
#include "connectors/sitoo/stock_client.h"
#include "model/order.h"

namespace tillbridge::app {

struct LoadProgress {
  std::size_t warehouses_read = 0, warehouses = 0;
  std::size_t skus_stored = 0, skus = 0;
};

class StockObserver {
 public:
  StockObserver(Surroundings on, std::string workspace, StockSettings settings,
                connectors::sitoo::StockClient& client, ReadGate& gate, StockPlanning& planning);

  Task<void> run();  // until request_stop()
  void request_stop();

  // Something may have moved somewhere.
  void hint();
  // An order that may have made or ended a reservation: what it holds is read.
  void saw(const model::Order& order);
  void read_soon(const std::string& warehouse, const std::string& sku);

  void pause() { paused_ = true; }
  void resume();

  // To be told once, when the first load of this installation is done.
  void on_loaded(std::function<void()> then) { loaded_ = std::move(then); }
  bool idle() const;
  std::int64_t cursor() const { return feed_next_; }
  json::Object status() const;

  // One page of a warehouse's levels, as somebody else asks for it too (load, comparison); waits
  // for its turn at the gate. The moment is that of the asking.
  struct AskedLevels {
    connectors::sitoo::LevelPage page;
    model::ReadMoment moment;
  };
  Task<AskedLevels> ask(connectors::sitoo::LevelQuery query, bool urgent);
  const std::vector<model::Warehouse>& warehouses() const { return warehouses_; }
  bool stopping() const { return stopping_; }

 private:
  Task<bool> learn_places();
  Task<bool> find_cursor();
  Task<bool> store_unmapped();
  Task<void> load();

  bool feed_due(Tick now) const;
  Task<void> ask_feed();
  Task<void> plan_some();
  Task<void> read_some();
  Task<void> read_warehouse(std::string warehouse, std::vector<std::string> skus);
  // Levels that changed since they were read last; all of a warehouse that never was.
  Task<void> read_changed(std::string warehouse);
  Task<void> read_changed_where_due(Tick now);
  Task<bool> recall_reads();
  Duration places_every() const;
  Duration changed_every(const model::Warehouse& warehouse) const;
  Task<bool> take_in(std::vector<SkuObservation> batch, StockPlanning::How how);
  void note(const TakenIn& taken);
  std::optional<journal::SetCursor> cursor_to_store();
  Duration wait_time(Tick now) const;
  Task<void> breathe(const Outcome& outcome);

  Surroundings on_;
  std::string workspace_;
  StockSettings settings_;
  connectors::sitoo::StockClient& client_;
  ReadGate& gate_;
  StockPlanning& planning_;
  std::vector<model::Warehouse> warehouses_;

  PendingMovements pending_;
  std::int64_t feed_next_ = -1;  // the next transaction id; -1: not known yet
  std::int64_t stored_cursor_ = -1;
  std::size_t feed_num_ = 200;  // transactions per page
  bool feed_more_ = false;
  bool hinted_ = true;
  bool overlap_wanted_ = true;  // the next round starts behind the cursor
  Tick asked_feed_{}, polled_feed_{};
  std::map<std::string, std::set<std::string>> to_read_;  // warehouse -> SKUs
  std::map<std::string, Instant> levels_read_to_;         // by Sitoo's clock; kept as cursors
  std::map<std::string, Tick> levels_asked_;
  std::set<std::string> known_warehouses_;
  Tick learned_places_{};
  bool warehouse_unknown_ = false;  // something moved in one that we have not heard of
  std::unordered_set<std::string> moved_before_load_;
  LoadProgress load_;

  Signal wake_;
  TaskGroup reads_;
  std::function<void()> loaded_;
  bool working_ = false;
  bool paused_ = false;
  bool stopping_ = false;
  std::string trouble_;
  telemetry::Counter feed_calls_, level_calls_;
};

}  // namespace tillbridge::app
