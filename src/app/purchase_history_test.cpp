#include "app/purchase_history.h"

#include "app/test_bench.h"

namespace tillbridge::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class Bench : public test::JournalBench {
 public:
  // The contract's sale, or another kind of record about it, at this time.
  void keep(int order, const std::string& customer, std::int64_t at,
            const std::string& kind = "sale") {
    json::Object& document = sitoo.sale(order);
    document["orderdate"] = at;
    put(order, customer, at, kind, json::to_text(document));
  }
  void put(int order, const std::string& customer, std::int64_t at, const std::string& kind,
           std::string payload, const std::string& workspace = test::workspace_name) {
    journal::PutRecord record;
    record.id = ids.next<RecordId>();
    record.workspace = workspace;
    record.kind = kind;
    record.key = fmt::format("order/{}", order);
    record.state = journal::RecordState::planned;
    record.happened_at = from_unix_seconds(at);
    record.changed_at = clock.now();
    record.search_keys = {fmt::format("order:{}", order), "customer:" + customer};
    record.payload = std::move(payload);
    journal::Step step;
    step.records.push_back(std::move(record));
    commit(std::move(step));
  }
  std::vector<crm::Purchase> of(const std::string& id, std::size_t limit = 20) {
    model::Customer customer;
    customer.customer_id = id;
    auto found = await(history.of(customer, limit));
    EXPECT_TRUE(found) << found.error().what;
    return found.value_or(std::vector<crm::Purchase>{});
  }
  std::vector<std::string> orders_of(const std::string& id, std::size_t limit = 20) {
    std::vector<std::string> orders;
    for (const crm::Purchase& one : of(id, limit)) orders.push_back(one.order_id);
    return orders;
  }

  test::TillSitoo sitoo;
  PurchaseHistory history{journal, test::workspace_name, test::sitoo_config()};
};

TEST(PurchaseHistory, AsTillsShowIt) {
  Bench bench;
  bench.keep(1, "c-1", 1'718'200'341);
  const auto purchases = bench.of("c-1");
  ASSERT_THAT(purchases, SizeIs(1));
  const crm::Purchase& sale = purchases[0];
  EXPECT_EQ(sale.order_id, "1");
  EXPECT_EQ(sale.receipt_id, "SII00000015000074812");
  EXPECT_EQ(sale.kind, "sale");
  EXPECT_EQ(sale.at, from_unix_seconds(1'718'200'341));
  EXPECT_EQ(sale.store, "STO-01");
  EXPECT_EQ(sale.total, "798.00");
  EXPECT_EQ(sale.currency, "SEK");
  ASSERT_THAT(sale.rows, SizeIs(2));
  EXPECT_EQ(sale.rows[0].sku, "TEE-WHT-M");
  EXPECT_EQ(sale.rows[0].title, "Tee white M");
  EXPECT_EQ(sale.rows[0].total, "498.00");
  EXPECT_EQ(sale.rows[1].total, "300.00");
}

TEST(PurchaseHistory, NewestFirstByTheTillsTime) {
  Bench bench;
  bench.keep(1, "c-1", 1'718'200'000);
  bench.keep(2, "c-1", 1'718'300'000);
  bench.keep(3, "c-1", 1'718'100'000);  // a backfill brought it in later
  EXPECT_THAT(bench.orders_of("c-1"), ElementsAre("2", "1", "3"));
  EXPECT_THAT(bench.orders_of("c-1", 2), SizeIs(2));
}

TEST(PurchaseHistory, OnlyTheirsOfThisWorkspaceAndOnlyPurchases) {
  Bench bench;
  bench.keep(1, "c-1", 1'718'200'000);
  bench.keep(2, "c-12", 1'718'200'001);
  bench.keep(3, "C-1", 1'718'200'002);
  bench.keep(4, "c-1", 1'718'200'003, "booking");
  bench.keep(5, "c-1", 1'718'200'004, "return");
  bench.put(6, "c-1", 1'718'200'005, "sale", json::to_text(bench.sitoo.sale(6)), "elsewhere");
  EXPECT_THAT(bench.orders_of("c-1"), ElementsAre("5", "1"));
  EXPECT_THAT(bench.orders_of("c-12"), ElementsAre("2"));
  EXPECT_THAT(bench.orders_of("c-2"), IsEmpty());
}

// Numbers that begin alike are found by the same search.
TEST(PurchaseHistory, ThoseOfLongerNumbersDoNotCrowdThemOut) {
  Bench bench;
  bench.keep(1, "10", 1'718'200'000);
  for (int order = 2; order < 40; ++order)
    bench.put(order, fmt::format("10{}", order), 1'718'200'000 + order, "sale", "{}");
  EXPECT_THAT(bench.orders_of("10", 2), ElementsAre("1"));
}

TEST(PurchaseHistory, WhatIsNoLongerKeptOrMakesNoSenseIsLeftOut) {
  Bench bench;
  bench.keep(1, "c-1", 1'718'200'000);
  bench.put(2, "c-1", 1'718'200'001, "sale", "");
  bench.put(3, "c-1", 1'718'200'002, "sale", "not json");
  bench.put(4, "c-1", 1'718'200'003, "sale", "[]");
  bench.put(5, "c-1", 1'718'200'004, "sale", "{}");
  EXPECT_THAT(bench.orders_of("c-1"), ElementsAre("1"));
}

}  // namespace
}  // namespace tillbridge::app
