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
#include "app/stock/pending_reads.h"
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
  // An order that may have made or ended a reservation: what it holds is read. To be stored with
  // the order: no transaction tells of a reservation, so that the hint must not be lost.
  std::optional<journal::PutFact> saw(const model::Order& order);
  void read_soon(const std::string& warehouse, const std::string& sku);

  void pause() { paused_ = true; }
  void resume();

  // To be told when warehouses count for other places than before.
  void on_places_changed(std::function<void()> then) { places_changed_ = std::move(then); }
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
  Task<bool> note_places();
  Task<void> load();

  bool feed_due(Tick now) const;
  Task<void> ask_feed();
  Task<void> plan_some();
  void start_reads();
  Task<void> read_skus(PendingReads::Read read);
  void refused(const PendingReads::Read& read, const Outcome& why);
  void tell_unreadable(const connectors::sitoo::LevelPage& page, const std::string& warehouse);
  // Levels that changed since they were read last; all of a warehouse that never was.
  Task<bool> read_changed(std::string warehouse);
  bool changed_due(Tick now) const;
  Task<void> read_changed_where_due();
  Task<bool> recall_reads();
  Task<bool> recall_hints();
  Task<void> forget_hints();
  journal::PutFact hints_fact() const;
  Duration places_every() const;
  Duration changed_every(const model::Warehouse& warehouse) const;
  Task<bool> take_in(std::vector<SkuObservation> batch, StockPlanning::How how);
  void note_before_load(const std::vector<SkuObservation>& batch);
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
  std::int64_t feed_from_ = -1;  // where the next page begins: behind feed_next_ in an overlap
  std::int64_t stored_cursor_ = -1;
  std::size_t feed_num_ = 200;  // transactions per page
  bool feed_more_ = false;
  bool hinted_ = true;
  bool overlap_wanted_ = true;  // the next round starts behind the cursor
  Tick asked_feed_{}, polled_feed_{};
  PendingReads to_read_;
  std::size_t skus_per_read_ = connectors::sitoo::level_skus_max;  // 1 after one was refused
  std::uint32_t reads_under_way_ = 0;
  std::set<std::pair<std::string, std::string>> hints_;  // warehouse, SKU: of orders, not read yet
  bool hints_stored_ = false;                            // the journal has some
  bool reading_changed_ = false;
  std::map<std::string, Instant> levels_read_to_;  // by Sitoo's clock; kept as cursors
  std::map<std::string, Tick> levels_asked_;
  std::set<std::string> known_warehouses_;
  Tick learned_places_{};
  bool warehouse_unknown_ = false;  // something moved in one that we have not heard of
  std::map<std::string, std::set<std::string>> moved_before_load_;  // SKU -> places
  LoadProgress load_;

  Signal wake_;
  TaskGroup reads_;
  std::function<void()> places_changed_;
  bool working_ = false;
  bool paused_ = false;
  bool stopping_ = false;
  std::string trouble_;
  telemetry::Counter feed_calls_, level_calls_;
};

}  // namespace tillbridge::app
