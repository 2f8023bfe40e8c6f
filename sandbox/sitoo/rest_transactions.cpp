#include <algorithm>
#include <array>

#include "sitoo/order_json.h"
#include "sitoo/rest_endpoints.h"
#include "sitoo/rest_stock.h"
#include "sitoo/warehouse_batches.h"

namespace sandbox::sitoo {

namespace json = tillbridge::json;
using json::append_quoted;
using json::Object;
using tillbridge::fail;
using tillbridge::Result;
using tillbridge::http::Reply;
using Kind = tillbridge::Error::Kind;
using Transactions = std::deque<StockTransaction>;

namespace {

void append_moves(std::string& out, const StockTransaction& transaction) {
  out += '[';
  for (const StockMove& move : transaction.moves) {
    if (&move != &transaction.moves.front()) out += ',';
    out += "{\"sku\":";
    append_quoted(out, move.sku);
    out += ",\"decimalquantity\":";
    append_decimal(out, move.change_milli);
    out += ",\"decimaltotal\":";
    append_decimal(out, move.total_milli);
    out += ",\"moneypricein\":";
    if (move.price_in_minor == 0) {
      out += "null";
    } else {
      append_money(out, move.price_in_minor);
    }
    out += R"(,"moneytotal":"0.00","moneyvalue":"0.00"})";
  }
  out += ']';
}

using Out = std::string;
using Row = StockTransaction;
using Member = RowMember<Row>;
constexpr std::array members = {
    Member{"warehousetransactionid", [](Out& out, const Row& row) { append_integer(out, row.id); }},
    Member{"warehouseid", [](Out& out, const Row& row) { append_integer(out, row.warehouse_id); }},
    Member{"datecreated", [](Out& out, const Row& row) { append_integer(out, row.created_s); }},
    Member{"transactiontype", [](Out& out, const Row& row) { append_integer(out, row.type); }},
    Member{"description", [](Out& out, const Row& row) { append_quoted(out, row.description); }},
    Member{"orderdeliveryid",
           [](Out& out, const Row& row) {
             if (row.delivery_id == 0) {
               out += "null";
             } else {
               append_integer(out, row.delivery_id);
             }
           }},
    Member{"shipmentid", [](Out& out, const Row&) { out += "null"; }},
    Member{"externalid", [](Out& out, const Row& row) { append_quoted(out, row.external_id); }},
    Member{"reasoncode", [](Out& out, const Row& row) { append_quoted(out, row.reason); }},
    Member{"items", [](Out& out, const Row& row) { append_moves(out, row); }}};

struct Filter {
  std::vector<std::int64_t> ids, from, to, created_from, created_to, warehouses, types;
};

bool any_of(const std::vector<std::int64_t>& wanted, std::int64_t value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

// Ids and times rise together, so each of these filters is a piece of the list.
std::pair<Transactions::const_iterator, Transactions::const_iterator> range_of(
    const Transactions& all, const Filter& filter) {
  constexpr auto by_id = [](const StockTransaction& one, std::int64_t id) { return one.id < id; };
  constexpr auto by_time = [](const StockTransaction& one, std::int64_t at_s) {
    return one.created_s < at_s;
  };
  auto begin = all.begin();
  auto end = all.end();
  if (!filter.from.empty()) begin = std::lower_bound(begin, end, filter.from.front(), by_id);
  if (!filter.to.empty()) end = std::lower_bound(begin, end, filter.to.front(), by_id);
  if (!filter.created_from.empty()) {
    begin = std::lower_bound(begin, end, filter.created_from.front(), by_time);
  }
  if (!filter.created_to.empty()) {
    end = std::lower_bound(begin, end, filter.created_to.front() + 1, by_time);
  }
  return {begin, end};
}

// Without further filters a page costs what it holds.
std::vector<const StockTransaction*> page_of_all(const Transactions& all, const Filter& filter,
                                                 bool ascending, const Page& page,
                                                 std::size_t& total) {
  const auto [begin, end] = range_of(all, filter);
  std::vector<const StockTransaction*> found;
  const auto take = [&](std::size_t count, const auto& at) {
    total = count;
    const std::size_t last = std::min(count, page.start + std::min(page.num, stock_page_max));
    for (std::size_t i = page.start; i < last; ++i)
      found.push_back(at(ascending ? i : count - 1 - i));
  };
  if (filter.ids.empty() && filter.warehouses.empty() && filter.types.empty()) {
    take(static_cast<std::size_t>(end - begin),
         [&, from = begin](std::size_t i) { return &from[static_cast<std::ptrdiff_t>(i)]; });
    return found;
  }
  std::vector<const StockTransaction*> passing;
  for (auto one = begin; one != end; ++one) {
    if (any_of(filter.ids, one->id) && any_of(filter.warehouses, one->warehouse_id) &&
        any_of(filter.types, one->type)) {
      passing.push_back(&*one);
    }
  }
  take(passing.size(), [&passing](std::size_t i) { return passing[i]; });
  return found;
}

// What may be written: types 30, 40 and 50 are Sitoo's own (contract 3).
bool is_writable(std::int64_t type) {
  return type == transaction_move_in || type == transaction_move_out;
}

Result<json::Value> post_one(Account& account, const Object& body) {
  const auto id = json::integer(body, "warehouseid");
  const Warehouse* warehouse = id ? warehouse_of(account, *id) : nullptr;
  if (warehouse == nullptr) {
    return fail(Kind::invalid_input, "warehouseid is missing or unknown");
  }
  if (warehouse->type != warehouse_fifo) {
    return fail(Kind::rejected, "a virtual warehouse has no transactions");
  }
  const auto type = json::integer(body, "transactiontype");
  if (!type || !is_writable(*type)) {
    return fail(Kind::invalid_input, "transactiontype is missing or cannot be written");
  }
  const json::Array* items = json::array(body, "items");
  if (items == nullptr || items->empty()) return fail(Kind::invalid_input, "items is missing");
  std::vector<std::string> skus;
  skus.reserve(items->size());  // the moves look into them
  StockTransaction transaction;
  transaction.warehouse_id = warehouse->id;
  transaction.type = static_cast<int>(*type);
  transaction.description = json::text(body, "description").value_or("");
  transaction.external_id = json::text(body, "externalid").value_or("");
  transaction.reason = json::text(body, "reasoncode").value_or("");
  for (const json::Value& item : *items) {
    if (!item.is_object()) return fail(Kind::invalid_input, "an item is not an object");
    TB_TRY(std::string sku, needed_text(item.get_object(), "sku"));
    TB_TRY(const std::int64_t quantity, needed_units(item.get_object(), "decimalquantity", 3));
    TB_TRY(const auto price_in, units_of(item.get_object(), "moneypricein", 2));
    if (const auto fault = quantity_fault(transaction.type, quantity); !fault.empty()) {
      return fail(Kind::invalid_input, std::string(fault));
    }
    if (price_in && transaction.type != transaction_move_in) {
      return fail(Kind::invalid_input, "moneypricein belongs to what moves in");
    }
    transaction.moves.push_back(
        {skus.emplace_back(std::move(sku)), quantity, 0, price_in.value_or(0)});
  }
  return json::Value(account.book(std::move(transaction)));
}

}  // namespace

Reply list_transactions(const RestCall& call) {
  Filter filter;
  const std::pair<std::string_view, std::vector<std::int64_t>*> wanted[] = {
      {"warehousetransactionid", &filter.ids},  {"warehousetransactionidfrom", &filter.from},
      {"warehousetransactionidto", &filter.to}, {"datecreatedfrom", &filter.created_from},
      {"datecreatedto", &filter.created_to},    {"warehouseid", &filter.warehouses},
      {"transactiontype", &filter.types}};
  for (const auto& [name, list] : wanted) {
    const auto read = integers_of(call, name);
    if (!read) return error_reply(400, "Malformed parameter");
    *list = *read;
  }
  if (!call.ids.empty()) {
    const Warehouse* warehouse = warehouse_of(call);
    if (warehouse == nullptr) return error_reply(404, "Unknown warehouse");
    filter.warehouses = {warehouse->id};
  }
  const auto page = page_of(call);
  const std::string sort = call.request.parameter("sort").value_or("-warehousetransactionid");
  const bool ascending = sort == "warehousetransactionid";
  if (!page || (!ascending && sort != "-warehousetransactionid")) {
    return error_reply(400, "Malformed parameter");
  }
  std::size_t total = 0;
  const auto found =
      page_of_all(call.account.stock().transactions(), filter, ascending, *page, total);
  const auto chosen = members_for(call, members);
  std::string body = "{\"totalcount\":" + std::to_string(total) + ",\"items\":[";
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i > 0) body += ',';
    append_row(body, *found[i], chosen);
  }
  return json_reply(body + "]}");
}

Reply post_transactions(const RestCall& call) {
  const auto body = json::parse(call.request.body);
  if (!body) return error_reply(400, "The body is not JSON");
  const EntryWork post = [&call](const Object& entry) { return post_one(call.account, entry); };
  if (body->is_object()) {
    const auto id = post(body->get_object());
    return id ? json_reply(json::to_text(*id)) : error_reply(400, id.error().what);
  }
  if (!body->is_array()) return error_reply(400, "The body must be an object or an array");
  constexpr std::size_t items_max = 1000;  // contract 5.3
  std::size_t items = 0;
  for (const json::Value& entry : body->get_array()) {
    const json::Array* rows =
        entry.is_object() ? json::array(entry.get_object(), "items") : nullptr;
    items += std::max<std::size_t>(1, rows == nullptr ? 0 : rows->size());
  }
  if (items > items_max) return error_reply(400, "At most 1000 items per request");
  return json_reply(json::to_text(results_of(body->get_array(), post)));
}

}  // namespace sandbox::sitoo
