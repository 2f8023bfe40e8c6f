#include "flows/bloomreach_amounts.h"

namespace tillbridge::flows {
namespace {

struct Exchange {
  Decimal rate;
  Currency to;
};

Result<Exchange> exchange_of(const model::Order& order, const BloomreachSettings& settings) {
  Exchange exchange;
  exchange.to = settings.reference_currency;
  exchange.rate = Decimal::of(1);
  if (order.currency == exchange.to) return exchange;
  const auto rate = settings.rates.find(std::string(order.currency.code()));
  if (rate == settings.rates.end()) {
    return fail(Error::Kind::invalid_input, "no rate from " + std::string(order.currency.code()) +
                                                " into " + std::string(exchange.to.code()) +
                                                " is configured");
  }
  exchange.rate = rate->second;
  return exchange;
}

// unit price before discount with VAT, in the reference currency
Result<Money> original_price(const model::OrderLine& line, const Exchange& exchange) {
  TB_TRY(const Decimal percent, add(Decimal::of(100), line.vat_percent));
  TB_TRY(const Decimal factor, multiply(percent, Decimal::of_scaled(1, 2)));
  TB_TRY(const Money gross, convert(line.unit_original_net, factor, line.net.currency()));
  return convert(gross, exchange.rate, exchange.to);
}

Result<Row> row_of(const SideRow& local, const Exchange& exchange) {
  const model::OrderLine& line = *local.line;
  Row row;
  row.line = local.line;
  row.quantity = local.quantity;
  row.total_local = local.gross;
  TB_TRY(row.total, convert(row.total_local, exchange.rate, exchange.to));
  TB_TRY(const Money price_local, divide(row.total_local, row.quantity));
  TB_TRY(row.price, convert(price_local, exchange.rate, exchange.to));
  if (!line.unit_discount_net.is_zero() && !line.unit_original_net.is_zero()) {
    TB_TRY(const Money original, original_price(line, exchange));
    TB_TRY(const Money undiscounted, convert(original, row.quantity, exchange.to));
    TB_TRY(const Money saved, add(undiscounted, -row.total));
    row.original_price = original;
    row.discount_value = saved;
  }
  return row;
}

}  // namespace

Result<Side> side_of(const model::Order& order, Direction direction,
                     const BloomreachSettings& settings) {
  TB_TRY(const Exchange exchange, exchange_of(order, settings));
  Side side;
  TB_TRY(side.local, order_side(order, direction));
  for (const SideRow& local : side.local.rows) {
    TB_TRY(Row row, row_of(local, exchange));
    side.rows.push_back(std::move(row));
  }
  TB_TRY(side.paid, convert(side.local.paid, exchange.rate, exchange.to));
  TB_TRY(side.net, convert(side.local.net, exchange.rate, exchange.to));
  return side;
}

}  // namespace tillbridge::flows
