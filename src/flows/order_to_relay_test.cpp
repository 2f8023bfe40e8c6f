#include "flows/order_to_relay.h"

#include <limits>

#include <gtest/gtest.h>

namespace tillbridge::flows {
namespace {

const Currency sek = *Currency::parse("SEK");

model::OrderEvent event() {
  model::OrderEvent made;
  made.event_id = "e-1";
  made.order_number = "W-1";
  made.currency = sek;
  made.total = Money{90'200, sek};
  made.customer = {"C-1", "vera@kund.se", "+46701", "Vera", "Kund"};
  return made;
}

model::OrderEvent::Line line(const char* quantity, std::int64_t price, const char* vat) {
  model::OrderEvent::Line made;
  made.sku = "SKU";
  made.quantity = *Decimal::parse(quantity);
  made.unit_price = Money{price, sek};
  made.vat_percent = *Decimal::parse(vat);
  return made;
}

TEST(OrderToRelay, OneEffectPerEventInTheCustomersLane) {
  auto made = event();
  const auto plan = plan_for_relay(made);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->effect, "order_event/e-1");
  EXPECT_EQ(plan->lane, "customer/C-1");
  EXPECT_EQ(plan->order.event.order_number, "W-1");
}

TEST(OrderToRelay, WhoHasNoNumberIsKnownByTheNextBest) {
  auto made = event();
  made.customer.number.clear();
  EXPECT_EQ(plan_for_relay(made)->lane, "customer/vera@kund.se");
  made.customer.email = "Vera@Kund.SE";
  EXPECT_EQ(plan_for_relay(made)->lane, "customer/vera@kund.se");
  made.customer.email.clear();
  EXPECT_EQ(plan_for_relay(made)->lane, "customer/+46701");
  made.customer.phone.clear();
  EXPECT_EQ(plan_for_relay(made)->lane, "order/W-1");
}

struct Amounts {
  const char* quantity;
  std::int64_t price;
  const char* vat;
  std::int64_t total;
  std::int64_t tax;
};

TEST(OrderToRelay, RowTotalsAndTheVatWithinThem) {
  const Amounts rows[] = {
      {"2", 19'900, "25", 39'800, 7'960},     // 398.00 with 25 %
      {"1", 50'400, "25", 50'400, 10'080},    //
      {"-1", 10'000, "25", -10'000, -2'000},  // brought back
      {"0.375", 9'990, "12", 3'746, 401},     // 37.4625 -> 37.46; 33.45 net
      {"3", 333, "6", 999, 57},               // 9.99 / 1.06 = 9.4245 -> 9.42
      {"1", 10'000, "0", 10'000, 0},          //
      {"1", 10'000, "12.5", 10'000, 1'111},   // 100 / 1.125 = 88.888...
      {"0", 10'000, "25", 0, 0},              //
  };
  for (const Amounts& row : rows) {
    auto made = event();
    made.lines.push_back(line(row.quantity, row.price, row.vat));
    const auto plan = plan_for_relay(made);
    ASSERT_TRUE(plan) << plan.error().what;
    EXPECT_EQ(plan->order.lines[0].total.minor(), row.total) << row.quantity << " x " << row.price;
    EXPECT_EQ(plan->order.lines[0].vat.minor(), row.tax) << row.quantity << " x " << row.price;
    EXPECT_EQ(plan->order.vat, plan->order.lines[0].vat);
  }
}

TEST(OrderToRelay, TheVatOfTheOrderIsTheSumOverItsRows) {
  auto made = event();
  made.lines = {line("2", 19'900, "25"), line("1", 50'400, "25"), line("-1", 10'000, "25")};
  EXPECT_EQ(plan_for_relay(made)->order.vat.minor(), 7'960 + 10'080 - 2'000);
}

TEST(OrderToRelay, AmountsThatCannotBeCountedWithAreRefused) {
  auto made = event();
  made.lines = {line("1000000000", std::numeric_limits<std::int64_t>::max() / 2, "25")};
  const auto plan = plan_for_relay(made);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, Error::Kind::invalid_input);
}

}  // namespace
}  // namespace tillbridge::flows
