#include "sitoo/account.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"

namespace sandbox::sitoo {

using tillbridge::fail;
using tillbridge::Result;

namespace {

std::string_view state_name(int state) {
  if (state == state_open) return "open";
  if (state == state_closed) return "closed";
  if (state == state_cancelled) return "cancelled";
  return "";  // the event's enum has no word for abandoned
}

}  // namespace

Account::Account(const tillbridge::Clock& clock, AccountSettings settings)
    : clock_(clock),
      settings_(settings),
      masterdata_(make_masterdata(settings.masterdata)),
      stock_(masterdata_, clock),
      event_ids_(settings.seed ^ 0x517e'0e7e'a75dULL),
      first_id_(settings.first_order_id) {}

std::string Account::event_id() {
  const std::uint64_t high = event_ids_.next();
  return fmt::format("{:016x}{:016x}", high, event_ids_.next());
}

const Order* Account::find(std::int64_t order_id) const {
  if (order_id < first_id_ || order_id >= next_order_id()) return nullptr;
  return &orders_[static_cast<std::size_t>(order_id - first_id_)];
}

std::vector<std::int64_t> Account::by_receipt(std::string_view receipt_id) const {
  const auto found = receipts_.find(std::string(receipt_id));
  if (found == receipts_.end()) return {};
  return {found->second};
}

std::vector<std::int64_t> Account::by_credit(std::int64_t original) const {
  const auto found = credits_.find(original);
  return found == credits_.end() ? std::vector<std::int64_t>{} : found->second;
}

std::optional<std::int64_t> Account::by_external(std::string_view external_id) const {
  const auto found = external_.find(std::string(external_id));
  if (found == external_.end()) return std::nullopt;
  return found->second;
}

std::int64_t Account::create(Order order) {
  order.id = next_order_id();
  compute_totals(order);
  order.log.insert(order.log.begin(), LogItem{now_s(), 0, "", 0});
  if (invisibility_) order.visible_from = clock_.tick() + invisibility_();
  if (!order.external_id.empty()) external_.emplace(order.external_id, order.id);
  if (const auto receipt = order.additional.get("pos-receiptid"); !receipt.empty()) {
    receipts_.emplace(std::string(receipt), order.id);
  }
  if (order.credit_order_id) credits_[*order.credit_order_id].push_back(order.id);
  orders_.push_back(std::move(order));
  Order& stored = orders_.back();
  reserve(stored, 1);
  if (stored.is_final()) finish(stored);
  announce(stored, "add", true);
  return stored.id;
}

Result<void> Account::change(std::int64_t order_id, std::string_view order_event_type,
                             const std::function<void(Order&)>& edit) {
  if (find(order_id) == nullptr) {
    return fail(tillbridge::Error::Kind::not_found, "no such order");
  }
  Order& order = orders_[static_cast<std::size_t>(order_id - first_id_)];
  const int state_before = order.state;
  const std::string external_before = order.external_id;
  const auto credit_before = order.credit_order_id;
  std::optional<Stock::Hold> hold(std::in_place, stock_);
  reserve(order, -1);
  edit(order);
  compute_totals(order);
  reserve(order, 1);
  if (order.external_id != external_before) {
    external_.erase(external_before);
    if (!order.external_id.empty()) external_.emplace(order.external_id, order.id);
  }
  if (order.credit_order_id && order.credit_order_id != credit_before) {
    credits_[*order.credit_order_id].push_back(order.id);
  }
  const bool state_changed = order.state != state_before;
  if (state_changed && order.is_final()) finish(order);
  hold.reset();
  announce(order, order_event_type, state_changed);
  return {};
}

std::int64_t Account::add_delivery(std::int64_t order_id, Delivery delivery, bool ignore_stock) {
  TB_ASSERT(find(order_id) != nullptr);
  Order& order = orders_[static_cast<std::size_t>(order_id - first_id_)];
  delivery.id = ++last_delivery_id_;
  delivery.date_s = now_s();
  StockTransaction sold, returned;
  sold.type = transaction_sales;
  returned.type = transaction_refund;
  for (DeliveryItem& item : delivery.items) {
    item.id = ++last_delivery_item_id_;
    const auto& row = order.items.at(static_cast<std::size_t>(item.order_item));
    auto& moves = (item.quantity < 0 ? returned : sold).moves;
    moves.push_back({row.sku, -std::int64_t{item.quantity} * 1000, 0, 0});
  }
  if (!ignore_stock && order.additional.get("delivery-ignore-stock") != "true") {
    for (StockTransaction* one : {&sold, &returned}) {
      one->warehouse_id = delivery.warehouse_id;
      one->delivery_id = delivery.id;
      book(std::move(*one));
    }
  }
  order.log.push_back({delivery.date_s, 70, "", static_cast<double>(delivery.id)});
  const std::int64_t id = delivery.id;
  order.deliveries.push_back(std::move(delivery));
  return id;
}

std::int64_t Account::book(StockTransaction transaction) {
  Event event;
  event.warehouse_id = transaction.warehouse_id;
  const bool is_of_order = transaction.delivery_id != 0;
  const std::int64_t id = stock_.transact(std::move(transaction));
  const StockSettings& rules = settings_.stock;
  if (id == 0 || rules.events == StockEvents::off || (is_of_order && !rules.events_for_sales)) {
    return id;
  }
  event.id = event_id();
  event.type = warehouse_transaction_event;
  event.date_s = now_s();
  if (rules.events == StockEvents::ids) event.transaction_id = id;
  if (stock_listener_) stock_listener_(event);
  return id;
}

std::int64_t Account::commit(WarehouseBatch& batch) {
  TB_ASSERT(batch.state == batch_open);
  batch.state = batch_closed;
  batch.transaction_id = book(transaction_of(batch));
  return batch.transaction_id;
}

// An open order holds its goods while it has a reservation date.
void Account::reserve(const Order& order, int sign) {
  if (order.is_final() || !order.date_reserved_s || !order.warehouse_id) return;
  for (const OrderItem& item : order.items) {
    stock_.reserve(*order.warehouse_id, item.sku, std::int64_t{sign} * item.quantity * 1000,
                   settings_.stock.reservations_touch_levels);
  }
}

// What leaves (or comes back) with the closing of a sale: the rows not delivered before.
void Account::settle_stock(Order& order) {
  if (!order.warehouse_id || order.type != order_type_sale) return;
  Delivery delivery;
  delivery.warehouse_id = *order.warehouse_id;
  for (std::size_t i = 0; i < order.items.size(); ++i) {
    int open = order.items[i].quantity;
    for (const Delivery& earlier : order.deliveries) {
      for (const DeliveryItem& item : earlier.items) {
        if (item.order_item == static_cast<int>(i)) open -= item.quantity;
      }
    }
    if (open != 0) delivery.items.push_back({0, static_cast<int>(i), open});
  }
  if (!delivery.items.empty()) add_delivery(order.id, std::move(delivery), false);
}

const ZReport& Account::add_z_report(std::size_t till) {
  const Register& reg = masterdata_.registers.at(till);
  ZReport report;
  report.till = till;
  report.added_s = report.opened_s = now_s();
  for (const ZReport& earlier : z_reports_) {
    if (earlier.till == till) report.id = earlier.id;
  }
  ++report.id;
  const std::int64_t from = std::max(z_report_until_[till], first_id_);
  for (std::int64_t id = from; id < next_order_id(); ++id) {
    const Order& order = *find(id);
    if (order.register_id != reg.id || order.state != state_closed) continue;
    report.opened_s = std::min(report.opened_s, order.date_s);
    ++report.receipts;
    (order.gross_all() < 0 ? report.refunds_minor : report.sales_minor) += order.gross_all();
  }
  z_report_until_[till] = next_order_id();
  z_reports_.push_back(report);
  return z_reports_.back();
}

void Account::finish(Order& order) {
  order.date_reserved_s.reset();
  if (order.state == state_abandoned) return;
  if (order.state == state_closed) settle_stock(order);
  order.final_sequence = ++last_final_sequence_;
  order.final_at_us = tillbridge::to_unix_us(clock_.now());
  order.final_event_date_s = now_s();
}

void Account::announce(Order& order, std::string_view order_event_type, bool state_changed) {
  Event event;
  event.id = event_id();
  event.type = order.type == order_type_booking ? "booking" : "order";
  event.date_s = now_s();
  event.order_id = order.id;
  event.warehouse_id = order.warehouse_id;
  event.order_event_type = order_event_type;
  if (state_changed) event.state_changed = state_name(order.state);
  if (listener_) listener_(order, event);
}

}  // namespace sandbox::sitoo
