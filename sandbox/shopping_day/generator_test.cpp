#include "shopping_day/generator.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/json.h"
#include "sitoo/test_account.h"

namespace sandbox::shopping_day {
namespace {

using sitoo::Order;
using sitoo::TestAccount;

constexpr std::size_t customer_count = 300;

struct Day {
  explicit Day(DaySettings settings)
      : customers(customer_count, 5), generator(shop.account, shop.tills, customers, settings) {
    tillbridge::Duration now{0};
    while (const auto due = generator.next_due()) {
      shop.clock.advance(*due - now);
      now = *due;
      lasted = now;
      generator.step();
    }
  }
  std::string text() const {
    std::string all;
    for (const Order& order : shop.account.orders()) {
      sitoo::append_order(all, order, sitoo::all_fields());
    }
    return all;
  }

  TestAccount shop;
  Customers customers;
  Generator generator;
  tillbridge::Duration lasted{0};
};

DaySettings settings(std::uint64_t seed) {
  DaySettings made;
  made.orders_per_second = 100;
  made.seconds = 60;
  made.seed = seed;
  return made;
}

// One day for the tests that only look.
const Day& a_day() {
  static const Day day(settings(2));
  return day;
}

TEST(ShoppingDayGenerator, TheSameSeedMakesTheSameDay) {
  const auto short_day = [](std::uint64_t seed) {
    DaySettings made = settings(seed);
    made.seconds = 10;
    return made;
  };
  const Day one(short_day(11));
  const Day same(short_day(11));
  const Day other(short_day(12));
  EXPECT_EQ(one.text(), same.text());
  EXPECT_NE(one.text(), other.text());
  ASSERT_EQ(one.shop.events.size(), same.shop.events.size());
  for (std::size_t i = 0; i < one.shop.events.size(); ++i) {
    ASSERT_EQ(one.shop.events[i].id, same.shop.events[i].id);
  }
}

TEST(ShoppingDayGenerator, TheRateHoldsAndEverythingBecomesFinal) {
  const Day& day = a_day();
  EXPECT_NEAR(static_cast<double>(day.generator.orders_made()), 6'000, 300);
  EXPECT_EQ(day.generator.orders_made(), day.shop.account.orders().size());
  EXPECT_LE(day.lasted, std::chrono::seconds{65});
  for (const Order& order : day.shop.account.orders()) {
    if (order.kind == TillKind::open_order || order.kind == TillKind::booking) {
      EXPECT_TRUE(order.is_final()) << order.id;
    }
  }
}

TEST(ShoppingDayGenerator, TheMixIsAsDescribed) {
  const Day& day = a_day();
  std::map<TillKind, double> kinds;
  double guests = 0, cancelled = 0, exchanges = 0, late = 0, faulty = 0, long_receipts = 0;
  double anonymous_returns = 0;
  std::set<std::string> currencies;
  for (const Order& order : day.shop.account.orders()) {
    const TillOrder till = till_order_of(order);
    ++kinds[till.kind];
    currencies.insert(till.currency);
    guests += till.kind == TillKind::sale && till.customer_id.empty();
    cancelled += till.state == TillState::cancelled;
    exchanges += till.exchange_return_id.has_value();
    late += till.order_date_s + 3'000 < till.final_event_date_s;
    faulty += !till.customer_id.empty() && !till.customer_id.starts_with("c-");
    long_receipts += till.rows.size() >= 60;
    anonymous_returns += till.kind == TillKind::returned && till.customer_id.empty();
  }
  const auto all = static_cast<double>(day.shop.account.orders().size());
  const auto near = [all](double count, double share) {
    EXPECT_GT(count, all * share * 0.5) << share;
    EXPECT_LT(count, all * share * 1.7) << share;
  };
  near(guests, 0.21);
  near(kinds[TillKind::returned], 0.09);  // plain ones and those of the exchanges
  near(exchanges, 0.03);
  near(kinds[TillKind::mixed], 0.01);
  near(kinds[TillKind::booking], 0.01);
  near(kinds[TillKind::open_order], 0.02);
  near(cancelled, 0.004);
  near(late, 0.01);
  EXPECT_GT(kinds[TillKind::parked], 0);
  EXPECT_GT(kinds[TillKind::manual_return], 0);
  EXPECT_GT(faulty, 0);
  EXPECT_GT(long_receipts, 0);
  EXPECT_GT(anonymous_returns, 0);
  EXPECT_EQ(currencies, (std::set<std::string>{"EUR", "NOK", "SEK"}));
}

TEST(ShoppingDayGenerator, AmountsAddUpAndReturnsStayWithinSales) {
  const Day& day = a_day();
  std::map<std::pair<std::int64_t, int>, int> returned;
  for (const Order& order : day.shop.account.orders()) {
    const TillOrder till = till_order_of(order);
    const auto served = day.shop.served(order.id);
    std::int64_t net = 0, vat = 0;
    for (const TillRow& row : till.rows) {
      net += row.net_minor;
      vat += row.vat_minor;
      if (row.quantity < 0 && till.original_order_id && row.original_index) {
        returned[{*till.original_order_id, *row.original_index}] -= row.quantity;
      }
    }
    EXPECT_EQ(sitoo::minor_of(served.at("moneytotal_net")), net);
    EXPECT_EQ(sitoo::minor_of(served.at("moneytotal_vat")), vat);
    EXPECT_EQ(sitoo::minor_of(served.at("moneytotal_gross_all")), net + vat + till.roundoff_minor);
    EXPECT_EQ(till.paid_minor, net + vat + till.roundoff_minor);
    if (order.payment_state != sitoo::payment_successful) continue;
    std::int64_t paid = 0;
    for (const auto& payment : served.at("payments").as_array()) {
      paid += sitoo::minor_of(payment.at("moneyamount"));
    }
    EXPECT_EQ(paid, till.paid_minor) << order.id;
  }
  EXPECT_GT(returned.size(), 100U);
  for (const auto& [row, quantity] : returned) {
    const Order& original = *day.shop.account.find(row.first);
    EXPECT_LE(quantity, original.items.at(static_cast<std::size_t>(row.second)).quantity);
  }
}

TEST(ShoppingDayGenerator, TheTillsRecordIsTheServedOrder) {
  const Day& day = a_day();
  for (const Order& order : day.shop.account.orders()) {
    const TillOrder till = till_order_of(order);
    const auto served = day.shop.served(order.id);
    const auto& more = served.at("additionaldata").as_object();
    const auto key = [&more](std::string_view name) {
      const auto* value = more.if_contains(name);
      return value == nullptr ? std::string{} : std::string(value->as_string());
    };
    ASSERT_EQ(served.at("orderid").as_int64(), till.order_id);
    ASSERT_EQ(served.at("orderstateid").as_int64(), static_cast<int>(till.state));
    ASSERT_EQ(served.at("ordertypeid").as_int64(), till.order_type);
    ASSERT_EQ(served.at("orderdate").as_int64(), till.order_date_s);
    ASSERT_EQ(sitoo::text_of(served.at("currencycode")), till.currency);
    ASSERT_EQ(sitoo::text_of(served.at("email")), till.email);
    ASSERT_EQ(sitoo::text_of(served.at("phone")), till.phone);
    ASSERT_EQ(key("crm-customerid"), till.customer_id);
    ASSERT_EQ(key("store-externalid"), till.store_code);
    ASSERT_EQ(key("pos-receiptid"), till.receipt_id);
    ASSERT_EQ(served.at("registerid").is_null(), till.register_id.empty());
    const auto& rows = served.at("orderitems").as_array();
    ASSERT_EQ(rows.size(), till.rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const TillRow& row = till.rows[i];
      ASSERT_EQ(rows[i].at("orderitemid").as_int64(), row.index);
      ASSERT_EQ(sitoo::text_of(rows[i].at("sku")), row.sku);
      ASSERT_EQ(rows[i].at("quantity").as_int64(), row.quantity);
      ASSERT_EQ(rows[i].at("vatvalue").as_int64(), row.vat_percent);
      ASSERT_EQ(sitoo::minor_of(rows[i].at("moneyitemtotal_net")), row.net_minor);
      ASSERT_EQ(sitoo::minor_of(rows[i].at("moneyitemtotal_vat")), row.vat_minor);
      ASSERT_EQ(sitoo::minor_of(rows[i].at("moneyoriginalprice")), row.unit_original_net_minor);
      ASSERT_EQ(sitoo::minor_of(rows[i].at("moneydiscount")), row.unit_discount_net_minor);
    }
  }
}

TEST(ShoppingDayGenerator, OrdersOfOneCustomerFollowEachOtherWithinMilliseconds) {
  const Day& day = a_day();
  std::map<std::string, std::int64_t> last;
  int close = 0;
  for (const TillOrder& till : day.shop.truths) {
    if (till.final_sequence == 0 || till.customer_id.empty()) continue;
    auto [seen, is_new] = last.try_emplace(till.customer_id, till.final_at_us);
    if (!is_new && till.final_at_us - seen->second < 20'000) ++close;
    seen->second = till.final_at_us;
  }
  EXPECT_GT(close, 50);
}

TEST(ShoppingDayGenerator, EventsAreChronologicalAndFinalSequencesRise) {
  const Day& day = a_day();
  std::int64_t date = 0;
  for (const auto& event : day.shop.events) {
    EXPECT_GE(event.date_s, date);
    date = event.date_s;
  }
  std::uint64_t sequence = 0;
  for (const TillOrder& till : day.shop.truths) {
    if (till.final_sequence == 0 || till.final_sequence <= sequence) continue;
    EXPECT_EQ(till.final_sequence, sequence + 1);
    sequence = till.final_sequence;
  }
  EXPECT_GT(sequence, 5'000U);
}

TEST(ShoppingDayBaskets, SomeProductsSellMuchMoreThanOthersInAHundredThousand) {
  sitoo::MasterdataSettings big;
  big.stores = 3;
  big.products = 100'000;
  const sitoo::Masterdata data = make_masterdata(big);
  tillbridge::Entropy entropy(9);
  BasketMaker baskets(data, entropy);
  std::map<int, int> sold;
  int popular = 0;
  constexpr int rows = 20'000;
  for (const sitoo::BasketRow& row : baskets.rows(rows, "SEK")) {
    ++sold[row.product->id];
    popular += row.product < &data.products[1'000];
  }
  EXPECT_GT(popular, rows / 4);  // a hundredth of the assortment
  EXPECT_LT(popular, rows * 3 / 4);
  EXPECT_LT(sold[data.products.front().id], rows / 20);
  EXPECT_GT(sold.size(), 5'000U);
  EXPECT_GT(sold.rbegin()->first, 90'000);  // the tail is bought, too
}

TEST(ShoppingDayCustomers, SomeComeMuchMoreOftenAndNamesAreNotAllAscii) {
  const Customers customers(1'000, 1);
  tillbridge::Entropy entropy(9);
  std::map<std::string, int> visits;
  for (int i = 0; i < 10'000; ++i) ++visits[customers.draw(entropy).shopper.customer_id];
  EXPECT_GT(visits["c-90000"], 300);
  EXPECT_GT(visits.size(), 500U);
  bool non_ascii = false;
  int test_addresses = 0;
  for (const Customer& customer : customers.all()) {
    const sitoo::Shopper& shopper = customer.shopper;
    for (const char c : shopper.name_first) non_ascii |= static_cast<unsigned char>(c) > 127;
    const bool at_test_domain = shopper.email.ends_with("@example.org");
    test_addresses += at_test_domain;
    if (!shopper.email.empty() && !at_test_domain)
      EXPECT_TRUE(shopper.email.ends_with("@kund.tillbridge.dev")) << shopper.email;
    if (!shopper.phone.empty()) EXPECT_EQ(shopper.phone.front(), '+');
  }
  EXPECT_TRUE(non_ascii);
  EXPECT_GE(test_addresses, 5);  // 1 % of the 1000, less those without a mail
  EXPECT_LE(test_addresses, 10);
  EXPECT_EQ(customers.find("c-90112")->shopper.member_number, "70112");
  EXPECT_EQ(customers.find("c-1"), nullptr);
}

}  // namespace
}  // namespace sandbox::shopping_day
