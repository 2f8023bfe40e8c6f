#pragma once
// What a till did, as the sandbox itself knows it: the truth that the ledger holds the platforms
// against. Written by the Sitoo simulator and the shopping day, read by the ledger. Shares nothing
// with the hub.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sandbox {

struct TillRow {
  int index = 0;  // orderitemid
  std::string sku;
  std::string title;
  int quantity = 0;            // negative on returned rows
  std::int64_t net_minor = 0;  // row total, signed as on the wire
  std::int64_t vat_minor = 0;
  std::int64_t unit_original_net_minor = 0;  // before discount, positive
  std::int64_t unit_discount_net_minor = 0;  // 0: no discount
  int vat_percent = 25;
  std::string voucher_code;
  std::string reason;  // returned rows
  std::optional<int> original_index;
};

enum class TillKind { sale, returned, mixed, booking, parked, open_order, manual_return };
enum class TillState { open = 0, closed = 10, cancelled = 20, abandoned = -1 };

struct TillOrder {
  std::int64_t order_id = 0;
  TillKind kind = TillKind::sale;
  TillState state = TillState::closed;
  int order_type = 10;
  int payment_state = 20;
  std::int64_t order_date_s = 0;  // by the till; an offline till's is old when it uploads
  std::string currency;           // "SEK"
  std::int64_t paid_minor = 0;    // moneytotal_gross_all
  std::int64_t roundoff_minor = 0;
  std::string customer_id;  // crm-customerid; "" for guests
  std::string member_number, email, phone, name_first, name_last;
  std::string cookie;  // additionaldata "web-cookie"
  std::string store_code, store_name, register_id, staff_code, receipt_id;
  std::string zone;
  std::optional<std::int64_t> original_order_id;   // linked return
  std::optional<std::int64_t> exchange_sale_id;    // on a return: the sale made with it
  std::optional<std::int64_t> exchange_return_id;  // on a sale: the return made with it
  std::optional<std::int64_t> source_order_id;     // sale of a booking
  std::string reason;                              // order-level refund reason
  std::vector<std::string> payment_names;          // without virtual payments
  bool has_virtual_payment = false;
  std::vector<TillRow> rows;
  // When it became final at Sitoo: rises with each closing or cancellation over all tills ("the
  // till's order").
  std::uint64_t final_sequence = 0;  // 0: not final yet
  std::int64_t final_at_us = 0;      // real time at which the till finished it (start of the lag)
  std::int64_t final_event_date_s = 0;  // event_date of the announcing event
};

}  // namespace sandbox
