#include "model/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tillbridge::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Order closed_order(std::vector<std::int64_t> quantities) {
  Order order;
  order.id = "1";
  order.state = OrderState::closed;
  order.payment_state = PaymentState::paid;
  order.currency = *Currency::parse("SEK");
  order.ordered_at = from_unix_seconds(1'718'200'341);
  for (const std::int64_t quantity : quantities) {
    OrderLine line;
    line.line_id = std::to_string(order.lines.size());
    line.sku = "SKU";
    line.quantity = Decimal::of(quantity);
    order.lines.push_back(line);
  }
  return order;
}

TEST(Classify, ClosedOrdersGoByTheSignOfTheirRows) {
  EXPECT_EQ(classify(closed_order({1, 2})), OrderKind::sale);
  EXPECT_EQ(classify(closed_order({-1})), OrderKind::returned);
  EXPECT_EQ(classify(closed_order({1, -1})), OrderKind::mixed);
  EXPECT_EQ(classify(closed_order({})), OrderKind::empty);
  EXPECT_EQ(classify(closed_order({0})), OrderKind::empty);
}

TEST(Classify, TypeComesBeforeStateAndStateBeforeRows) {
  const struct {
    OrderType type;
    OrderState state;
    OrderKind kind;
  } cases[] = {
      {OrderType::order, OrderState::open, OrderKind::open},
      {OrderType::order, OrderState::cancelled, OrderKind::cancelled},
      {OrderType::order, OrderState::abandoned, OrderKind::abandoned},
      {OrderType::order, OrderState::unknown, OrderKind::unknown},
      {OrderType::booking, OrderState::closed, OrderKind::booking},
      {OrderType::booking, OrderState::cancelled, OrderKind::booking},
      {OrderType::parked, OrderState::open, OrderKind::parked},
      {OrderType::unknown, OrderState::closed, OrderKind::unknown},
  };
  for (const auto& c : cases) {
    Order order = closed_order({1});
    order.type = c.type;
    order.state = c.state;
    EXPECT_EQ(classify(order), c.kind) << name(c.kind);
  }
}

TEST(MissingParts, NamesWhatIsMissing) {
  EXPECT_THAT(missing_parts(closed_order({1, -1})), IsEmpty());

  Order bare;
  bare.state = OrderState::closed;
  EXPECT_THAT(missing_parts(bare), ElementsAre("no rows", "no currency", "no date", "not paid"));

  Order without_sku = closed_order({1, 1});
  without_sku.lines[1].sku.clear();
  EXPECT_THAT(missing_parts(without_sku), ElementsAre("row 1 has no SKU"));
}

TEST(MissingParts, PaymentMattersOnlyOnceClosed) {
  Order order = closed_order({1});
  for (const PaymentState state :
       {PaymentState::none, PaymentState::pending, PaymentState::reserved, PaymentState::cancelled,
        PaymentState::failed, PaymentState::unknown}) {
    order.payment_state = state;
    order.state = OrderState::closed;
    EXPECT_THAT(missing_parts(order), ElementsAre("not paid"));
    order.state = OrderState::cancelled;
    EXPECT_THAT(missing_parts(order), IsEmpty());
  }
}

}  // namespace
}  // namespace tillbridge::model
