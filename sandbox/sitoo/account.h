#pragma once
// The Sitoo account in memory: orders with their indexes, stock, and the announcement of every
// change to whoever listens (the ledger and the event sender). Core thread.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/result.h"
#include "sitoo/masterdata.h"
#include "sitoo/order.h"
#include "sitoo/stock.h"
#include "sitoo/warehouse_batches.h"

namespace sandbox::sitoo {

constexpr std::string_view warehouse_transaction_event = "warehouse-transaction";

// One queued announcement (contract 10.2).
struct Event {
  std::string id;         // 32 hex digits
  std::string_view type;  // "order", "booking" or "warehouse-transaction"
  std::int64_t date_s = 0;
  std::int64_t order_id = 0;
  std::optional<int> warehouse_id;
  std::string_view order_event_type;  // add, update, ready-for-pickup, pickup-rejected
  std::string_view state_changed;     // open, closed, cancelled; "" when the state did not change
  std::int64_t transaction_id = 0;    // of a warehouse transaction; 0: its data are empty
};

// The fields of warehouse-transaction events are not known.
enum class StockEvents { ids, empty, off };

struct StockSettings {
  StockEvents events = StockEvents::ids;
  bool events_for_sales = false;           // false: a sale announces its order only
  bool reservations_touch_levels = false;  // a reservation changes datelastmodified (5.2)
  bool one_open_batch = true;              // per type and warehouse (5.4)
};

struct AccountSettings {
  int account_id = 1500;
  std::int64_t first_order_id = 20'001;
  std::uint64_t seed = 1;
  MasterdataSettings masterdata;
  StockSettings stock;
};

// Totals of one register since its previous report (contract 8).
struct ZReport {
  int id = 0;  // counts per register
  std::size_t till = 0;
  std::int64_t opened_s = 0, added_s = 0;
  std::int64_t receipts = 0, sales_minor = 0, refunds_minor = 0;
};

class Account {
 public:
  // Told after every committed change, in the order of the commits.
  using Listener = std::function<void(const Order& order, const Event& event)>;
  using StockListener = std::function<void(const Event& event)>;
  // How long a new order stays unseen by readers (fault 13.13); zero: at once.
  using Invisibility = std::function<tillbridge::Duration()>;

  Account(const tillbridge::Clock& clock, AccountSettings settings);

  void listen(Listener listener) { listener_ = std::move(listener); }
  void listen_to_stock(StockListener listener) { stock_listener_ = std::move(listener); }
  // Told of each level before it can be read or is announced.
  void listen_to_levels(Stock::LevelChanged listener) { stock_.listen(std::move(listener)); }
  void set_invisibility(Invisibility invisibility) { invisibility_ = std::move(invisibility); }

  int id() const { return settings_.account_id; }
  const Masterdata& masterdata() const { return masterdata_; }
  Register& till(std::size_t index) { return masterdata_.registers.at(index); }
  const Stock& stock() const { return stock_; }
  StockSettings& stock_settings() { return settings_.stock; }
  WarehouseBatches& batches() { return batches_; }

  std::int64_t next_order_id() const {
    return first_id_ + static_cast<std::int64_t>(orders_.size());
  }
  std::int64_t first_order_id() const { return first_id_; }

  // Commits a new order: gives it its id, books stock and reservations, announces `add`.
  std::int64_t create(Order order);
  // Commits a change made by `edit`; announces it with the state change, if there was one.
  // not_found: no such order.
  tillbridge::Result<void> change(std::int64_t order_id, std::string_view order_event_type,
                                  const std::function<void(Order&)>& edit);
  std::int64_t add_delivery(std::int64_t order_id, Delivery delivery, bool ignore_stock);

  // Books and announces; 0: nothing to book, or no FIFO warehouse.
  std::int64_t book(StockTransaction transaction);
  // Sets what an external system sets. It makes no transaction and no event.
  void put_level(int warehouse_id, std::string_view sku, const LevelPut& put) {
    stock_.put(warehouse_id, sku, put);
  }
  // Closes an open batch: its one transaction, or 0 for an empty one.
  std::int64_t commit(WarehouseBatch& batch);

  // Closes the register's day over all orders since its previous report.
  const ZReport& add_z_report(std::size_t till);
  const std::vector<ZReport>& z_reports() const { return z_reports_; }

  // The truth, seen or not. nullptr: none.
  const Order* find(std::int64_t order_id) const;
  // What a reader is shown now.
  bool visible(const Order& order) const { return order.visible_from <= clock_.tick(); }
  const std::deque<Order>& orders() const { return orders_; }
  std::vector<std::int64_t> by_receipt(std::string_view receipt_id) const;
  std::vector<std::int64_t> by_credit(std::int64_t original) const;
  std::optional<std::int64_t> by_external(std::string_view external_id) const;

  std::int64_t now_s() const { return tillbridge::to_unix_seconds(clock_.now()); }

 private:
  void reserve(const Order& order, int sign);
  void settle_stock(Order& order);
  void finish(Order& order);
  void announce(Order& order, std::string_view order_event_type, bool state_changed);
  std::string event_id();

  const tillbridge::Clock& clock_;
  AccountSettings settings_;
  Masterdata masterdata_;
  Stock stock_;
  WarehouseBatches batches_;
  tillbridge::Entropy event_ids_;
  Listener listener_;
  StockListener stock_listener_;
  Invisibility invisibility_;
  std::int64_t first_id_;
  std::deque<Order> orders_;  // id = first_id_ + index
  std::unordered_map<std::string, std::int64_t> external_;
  std::unordered_map<std::string, std::int64_t> receipts_;
  std::unordered_map<std::int64_t, std::vector<std::int64_t>> credits_;
  std::vector<ZReport> z_reports_;
  std::map<std::size_t, std::int64_t> z_report_until_;  // by till: orders below are reported
  std::uint64_t last_final_sequence_ = 0;
  std::int64_t last_delivery_id_ = 9'000;
  std::int64_t last_delivery_item_id_ = 40'000;
};

}  // namespace sandbox::sitoo
