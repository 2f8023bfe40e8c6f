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

Money turned(Money amount, Direction direction) {
  return direction == Direction::returned ? -amount : amount;
}

// unit price before discount with VAT, in the reference currency
Result<Money> original_price(const model::OrderLine& line, const Exchange& exchange) {
  TB_TRY(const Decimal percent, add(Decimal::of(100), line.vat_percent));
  TB_TRY(const Decimal factor, multiply(percent, Decimal::of_scaled(1, 2)));
  TB_TRY(const Money gross, convert(line.unit_original_net, factor, line.net.currency()));
  return convert(gross, exchange.rate, exchange.to);
}

Result<Row> row_of(const model::OrderLine& line, Direction direction, const Exchange& exchange) {
  Row row;
  row.line = &line;
  row.quantity = line.quantity.magnitude();
  TB_TRY(const Money gross, add(line.net, line.vat));
  row.total_local = turned(gross, direction);
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

bool belongs_to(const model::OrderLine& line, Direction direction) {
  return !line.quantity.is_zero() && line.is_return() == (direction == Direction::returned);
}

}  // namespace

Result<Side> side_of(const model::Order& order, Direction direction,
                     const BloomreachSettings& settings) {
  TB_TRY(const Exchange exchange, exchange_of(order, settings));
  Side side;
  side.direction = direction;
  Money gross_local(0, order.currency);
  Money net_local(0, order.currency);
  for (const model::OrderLine& line : order.lines) {
    if (!belongs_to(line, direction)) continue;
    TB_TRY(Row row, row_of(line, direction, exchange));
    TB_TRY(gross_local, add(gross_local, row.total_local));
    TB_TRY(net_local, add(net_local, turned(line.net, direction)));
    TB_TRY(side.quantity, add(side.quantity, row.quantity));
    side.rows.push_back(std::move(row));
  }
  const bool mixed = order.has_sale_lines() && order.has_return_lines();
  side.paid_local = mixed ? gross_local : turned(order.paid, direction);
  if (side.paid_local.is_negative() || net_local.is_negative()) {
    return fail(Error::Kind::invalid_input,
                direction == Direction::sold
                    ? "the total of the sold rows is negative"
                    : "the total of the rows brought back is not a repayment");
  }
  TB_TRY(side.paid, convert(side.paid_local, exchange.rate, exchange.to));
  TB_TRY(side.net, convert(net_local, exchange.rate, exchange.to));
  return side;
}

}  // namespace tillbridge::flows
