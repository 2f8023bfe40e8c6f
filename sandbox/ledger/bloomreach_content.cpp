#include <algorithm>
#include <set>

#include "ledger/amounts.h"
#include "ledger/expected_bloomreach.h"
#include "ledger/identity_text.h"

namespace sandbox {
namespace {

namespace bj = boost::json;

// Amounts of one order, in its own and in the reference currency.
class Amounts {
 public:
  Amounts(const TillOrder& order, const Expectations& expectations)
      : digits_(minor_digits(order.currency)),
        reference_digits_(minor_digits(expectations.reference_currency)),
        rate_(rate_of(expectations.rates, order.currency, expectations.reference_currency)
                  .value_or(Rate{})) {}

  double local(std::int64_t minor) const { return in_major_units(minor, digits_); }
  std::int64_t reference_minor(std::int64_t minor) const {
    return converted(minor, digits_, rate_, reference_digits_);
  }
  double reference(std::int64_t minor) const {
    return in_major_units(reference_minor(minor), reference_digits_);
  }
  double reference_major(std::int64_t reference_minor) const {
    return in_major_units(reference_minor, reference_digits_);
  }

 private:
  int digits_;
  int reference_digits_;
  Rate rate_;
};

std::string source_type(const TillOrder& order) {
  return order.register_id.empty() ? "online" : "store";
}

std::string payment_type(const TillOrder& order) {
  std::vector<std::string> distinct;
  for (const std::string& name : order.payment_names) {
    const std::string lower = in_lower_case(name);
    if (std::find(distinct.begin(), distinct.end(), lower) == distinct.end())
      distinct.push_back(lower);
  }
  std::string joined;
  for (const std::string& name : distinct) joined += (joined.empty() ? "" : ",") + name;
  return joined;
}

// product_list, product_ids, quantities, amounts, payment, store: what both kinds of header share.
void add_header_common(bj::object& into, const TillOrder& order, bool returned,
                       const Amounts& amounts) {
  bj::array list;
  bj::array ids;
  std::set<std::string> known;
  std::int64_t quantity = 0;
  for (const TillRow* row : side_of(order, returned)) {
    const std::int64_t pieces = std::abs(row->quantity);
    list.push_back(bj::object{{"product_id", row->sku}, {"quantity", pieces}});
    if (known.insert(row->sku).second) ids.push_back(bj::string(row->sku));
    quantity += pieces;
  }
  const std::int64_t paid = paid_minor(order, returned);
  into["product_list"] = std::move(list);
  into["product_ids"] = std::move(ids);
  into["total_quantity"] = quantity;
  into["total_price"] = amounts.reference(paid);
  into["total_price_without_tax"] = amounts.reference(net_minor(order, returned));
  into["total_price_local_currency"] = amounts.local(paid);
  into["local_currency"] = order.currency;
  into["purchase_source_type"] = source_type(order);
  put_text(into, "purchase_source_name", order.store_name);
  put_text(into, "payment_type", payment_type(order));
  put_text(into, "store_id", order.store_code);
  put_text(into, "register_id", order.register_id);
  put_text(into, "staff_id", order.staff_code);
  put_text(into, "receipt_id", order.receipt_id);
}

std::string first_voucher(const TillOrder& order, bool returned) {
  for (const TillRow* row : side_of(order, returned))
    if (!row->voucher_code.empty()) return row->voucher_code;
  return {};
}

void add_purchase_only(bj::object& into, const TillOrder& order, bool returned) {
  put_text(into, "voucher_code", first_voucher(order, returned));
  if (order.exchange_return_id)
    into["exchange_return_id"] = std::to_string(*order.exchange_return_id);
}

void add_item_common(bj::object& into, const TillOrder& order, const TillRow& row,
                     const Amounts& amounts) {
  const std::int64_t gross = std::abs(row.net_minor + row.vat_minor);
  const std::int64_t quantity = std::abs(row.quantity);
  into["line_id"] = std::to_string(row.index);
  into["product_id"] = row.sku;
  into["sku"] = row.sku;
  put_text(into, "title", row.title);
  into["quantity"] = quantity;
  into["total_price"] = amounts.reference(gross);
  into["total_price_local_currency"] = amounts.local(gross);
  into["local_currency"] = order.currency;
  into["price"] = amounts.reference(rounded_quotient(gross, quantity));
  put_text(into, "store_id", order.store_code);
}

void add_purchase_item_only(bj::object& into, const TillOrder& order, const TillRow& row,
                            const Amounts& amounts) {
  into["purchase_source_type"] = source_type(order);
  put_text(into, "voucher_code", row.voucher_code);
  if (row.unit_discount_net_minor == 0) return;
  const std::int64_t original_local = rounded_quotient(
      static_cast<__int128>(row.unit_original_net_minor) * (100 + row.vat_percent), 100);
  const std::int64_t original = amounts.reference_minor(original_local);
  const std::int64_t total = amounts.reference_minor(std::abs(row.net_minor + row.vat_minor));
  into["original_price"] = amounts.reference_major(original);
  into["discount_value"] = amounts.reference_major(original * std::abs(row.quantity) - total);
}

void fill_customer_update(ExpectedContent& content, const TillOrder& order) {
  const SourcedId email = sourced_id(order, "email");
  if (!email.text.empty())
    (email.possible ? content.properties : content.allowed)["email"] = email.text;
  const SourcedId phone = sourced_id(order, "phone");
  if (phone.possible) {
    content.properties["phone"] = phone.text;
  } else if (!phone.text.empty()) {
    content.allowed["phone"] =
        nullptr;  // by the country of the store, which the ledger does not know
  }
  put_text(content.properties, "first_name", order.name_first);
  put_text(content.properties, "last_name", order.name_last);
  put_text(content.properties, "last_store_id", order.store_code);
}

void fill_return(ExpectedContent& content, const TillOrder& order, const TillRow* row,
                 const Amounts& amounts, const Expectations& expectations) {
  bj::object& properties = content.properties;
  const std::string own = std::to_string(order.order_id);
  const std::string original =
      order.original_order_id ? std::to_string(*order.original_order_id) : std::string();
  const bool by_status = expectations.returns == "status";
  if (row != nullptr) {
    add_item_common(properties, order, *row, amounts);
  } else {
    add_header_common(properties, order, true, amounts);
  }
  if (by_status) {
    content.type = row != nullptr ? "purchase_item" : "purchase";
    properties["purchase_status"] = "refund";
    properties["refund_id"] = own;
    properties["purchase_id"] = original.empty() ? own : original;
    if (row != nullptr) {
      add_purchase_item_only(properties, order, *row, amounts);
      if (row->original_index)
        content.allowed["original_line_id"] = std::to_string(*row->original_index);
    } else {
      add_purchase_only(properties, order, true);
      if (order.exchange_sale_id)
        content.allowed["exchange_purchase_id"] = std::to_string(*order.exchange_sale_id);
    }
  } else {
    content.type = row != nullptr ? "return_item" : "return";
    properties["return_id"] = own;
    put_text(properties, "purchase_id", original);
    if (row != nullptr && row->original_index)
      properties["original_line_id"] = std::to_string(*row->original_index);
    if (row == nullptr && order.exchange_sale_id)
      properties["exchange_purchase_id"] = std::to_string(*order.exchange_sale_id);
  }
  if (row != nullptr && !row->reason.empty()) {
    properties["reason"] = row->reason;
  } else if (row == nullptr) {
    put_return_reason(content, order, "reason");
  } else if (!order.reason.empty()) {
    properties["reason"] = order.reason;
  } else {
    content.allowed["reason"] = nullptr;  // the header's fallback may count as "the order's"
  }
}

void fill_cancellation(ExpectedContent& content, const TillOrder& order, const Amounts& amounts,
                       const Expectations& expectations) {
  content.type = "purchase";
  add_header_common(content.properties, order, false, amounts);
  add_purchase_only(content.properties, order, false);
  content.properties["purchase_id"] = std::to_string(order.order_id);
  if (expectations.cancelled == "event") {
    content.type = "cancel_order";
  } else {
    content.properties["purchase_status"] = "cancelled";
  }
  set_time_of_cancellation(content, order);
}

void fill_ids(ExpectedContent& content, const TillOrder& order, const std::string& hard_id,
              bool identity_from_original, const Expectations& expectations) {
  content.ids[expectations.hard_id] = hard_id;
  for (const auto& [type, source] : expectations.soft_ids) {
    if (identity_from_original) {
      content.ids_allowed[type] = nullptr;  // the original's or none
      continue;
    }
    const SourcedId id = sourced_id(order, source);
    if (id.possible && is_possible_id(id.text)) {
      content.ids[type] = id.text;
    } else if (source == "phone" && !id.text.empty()) {
      content.ids_allowed[type] = nullptr;
    }
  }
  if (!expectations.cookie_id.empty() && !order.cookie.empty())
    content.ids_allowed[expectations.cookie_id] = trimmed(order.cookie);
}

}  // namespace

ExpectedContent content_for_bloomreach(const TillOrder& order, EffectKey key,
                                       const std::string& hard_id, bool identity_from_original,
                                       const Expectations& expectations) {
  const Amounts amounts(order, expectations);
  ExpectedContent content;
  content.timestamp_min = static_cast<double>(order.order_date_s);
  content.timestamp_max = content.timestamp_min;
  fill_ids(content, order, hard_id, identity_from_original, expectations);

  const auto found = std::find_if(order.rows.begin(), order.rows.end(), [&key](const TillRow& row) {
    return row.index == key.row && row.quantity != 0;
  });
  const TillRow* row = found == order.rows.end() ? nullptr : &*found;
  switch (key.kind) {
    case EffectKind::customer_update:
      fill_customer_update(content, order);
      break;
    case EffectKind::purchase:
    case EffectKind::purchase_item:
      content.type = std::string(bloomreach_name(key.kind));
      content.properties["purchase_id"] = std::to_string(order.order_id);
      content.properties["purchase_status"] = "success";
      if (key.kind == EffectKind::purchase) {
        add_header_common(content.properties, order, false, amounts);
        add_purchase_only(content.properties, order, false);
      } else if (row != nullptr) {
        add_item_common(content.properties, order, *row, amounts);
        add_purchase_item_only(content.properties, order, *row, amounts);
      }
      break;
    case EffectKind::return_header:
    case EffectKind::return_item:
      fill_return(content, order, key.kind == EffectKind::return_item ? row : nullptr, amounts,
                  expectations);
      break;
    case EffectKind::cancellation:
      fill_cancellation(content, order, amounts, expectations);
      break;
  }
  return content;
}

}  // namespace sandbox
