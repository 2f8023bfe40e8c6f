// Which orders a workspace plans for, and what its customer register learns in the same step.

#include "app/order_planning.h"

#include "app/index_target.h"
#include "app/test_bench.h"
#include "connectors/sitoo/order_mapping.h"
#include "crm/customer_index.h"

namespace tillbridge::app {
namespace {

using crm::KeyType;
using journal::RecordState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<PlannedTarget> targets() {
  Workspace shop;
  shop.bloomreach_connected = true;
  shop.bloomreach_flows.reference_currency = *Currency::parse("SEK");
  std::vector<PlannedTarget> made = targets_of(shop);
  PlannedTarget index;
  index.target = make_index_target(test::workspace_name);
  index.learns_only = true;
  made.push_back(std::move(index));
  return made;
}

Task<std::optional<Turns::Turn>> take_turn(Turns& turns) {
  co_return co_await turns.take(crm::learning_turn);
}

class Bench : public test::JournalBench {
 public:
  explicit Bench(std::vector<std::string> stores = {})
      : transport([this](const outbound::HttpRequest& request) { return sitoo.answer(request); }),
        client(transport, clock, test::sitoo_config()),
        turns(loop),
        index(clock, journal, test::workspace_name),
        planning(
            loop, clock, journal, ids, metrics, settings(std::move(stores)), targets(), client,
            [this](const journal::AddDelivery& one, const std::string&) {
              effects.push_back(one.effect);
            },
            [](const journal::AddArrival&) {}) {
    planning.share_learning(turns);
  }

  static PlanningSettings settings(std::vector<std::string> stores) {
    PlanningSettings made;
    made.workspace = test::workspace_name;
    made.sitoo = test::sitoo_config();
    made.sitoo.stores = std::move(stores);
    return made;
  }
  ReleasedOrder released(const json::Object& document) {
    connectors::sitoo::OrderRead read{"", json::to_text(document),
                                      connectors::sitoo::to_order(document, test::sitoo_config())};
    EXPECT_TRUE(read.order) << read.order.error().what;
    read.id = read.order->id;
    ReleasedOrder made;
    made.arrival = ids.next<ArrivalId>();
    made.subject = "order/" + read.id;
    made.announces = "closed";
    made.received_at = made.announced_at = clock.now();
    made.read = std::make_shared<connectors::sitoo::OrderRead>(std::move(read));
    journal::AddArrival arrival;
    arrival.id = made.arrival;
    arrival.workspace = test::workspace_name;
    arrival.connection = "sitoo";
    arrival.subject = made.subject;
    arrival.received_at = arrival.due_at = clock.now();
    journal::Step step;
    step.arrivals.push_back(std::move(arrival));
    commit(std::move(step));
    return made;
  }
  void plan(std::vector<ReleasedOrder> batch) {
    EXPECT_TRUE(await(planning.plan(std::move(batch))));
  }
  void plan(const json::Object& document) {
    std::vector<ReleasedOrder> batch;
    batch.push_back(released(document));
    plan(std::move(batch));
  }
  std::vector<std::string> known(KeyType type, const std::string& value) {
    std::vector<std::string> found;
    const auto entries = await(index.find(crm::Key{type, value})).value();
    for (const crm::IndexEntry& entry : entries) found.push_back(entry.customer.customer_id);
    return found;
  }

  test::TillSitoo sitoo;
  outbound::FakeTransport transport;
  connectors::sitoo::Client client;
  Turns turns;
  crm::CustomerIndex index;
  std::vector<std::string> effects;
  OrderPlanning planning;
};

TEST(OrderPlanning, AnOrderOfAnotherMarketsStoreIsSkippedWithAReason) {
  Bench bench({"OSL-1", "OSL-2"});
  bench.plan(bench.sitoo.sale(1));  // STO-01
  const auto seen = bench.journey("1");
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->record.state, RecordState::skipped);
  EXPECT_EQ(seen->record.reason, "store STO-01 feeds another workspace");
  EXPECT_THAT(seen->deliveries, IsEmpty());
  ASSERT_THAT(seen->arrivals, SizeIs(1));
  EXPECT_EQ(seen->arrivals[0].state, journal::ArrivalState::resolved);
  EXPECT_THAT(bench.effects, IsEmpty());
  EXPECT_THAT(bench.known(KeyType::customer_id, "c-90112"), IsEmpty())
      << "the register learns of its own stores only";
}

TEST(OrderPlanning, AnOrderOfNoStoreIsNoMarkets) {
  Bench bench({"OSL-1"});
  bench.sitoo.sale(1)["additionaldata"].as_object().erase("store-externalid");
  bench.plan(bench.sitoo.orders[1]);
  EXPECT_EQ(bench.journey("1")->record.reason, "store (none) feeds another workspace");
}

TEST(OrderPlanning, OwnStoresAreAllOrThoseNamed) {
  for (const std::vector<std::string>& stores :
       {std::vector<std::string>{}, std::vector<std::string>{"OSL-1", "STO-01"}}) {
    Bench bench(stores);
    bench.plan(bench.sitoo.sale(1));
    EXPECT_EQ(bench.state("1"), RecordState::planned);
    EXPECT_THAT(bench.effects, ElementsAre("sale/1"));
  }
}

TEST(OrderPlanning, TheRegisterLearnsInTheSameStep) {
  Bench bench;
  bench.plan(bench.sitoo.sale(1));
  EXPECT_EQ(bench.journey("1")->record.reason, "sale") << "who only learns has no say";
  for (const auto& [type, value] : {std::pair(KeyType::email, "vera.lind@example.org"),
                                    {KeyType::phone, "+46700000001"},
                                    {KeyType::member_number, "70015"},
                                    {KeyType::customer_id, "c-90112"}})
    EXPECT_THAT(bench.known(type, value), ElementsAre("c-90112")) << value;
}

TEST(OrderPlanning, TwoSalesOfOneBatchAreOneCustomer) {
  Bench bench;
  json::Object first = bench.sitoo.sale(1);
  first["phone"] = "";
  json::Object second = bench.sitoo.sale(2);
  second["email"] = "";
  std::vector<ReleasedOrder> batch;
  batch.push_back(bench.released(first));
  batch.push_back(bench.released(second));
  bench.plan(std::move(batch));
  const auto entry = bench.await(bench.index.get("c-90112")).value();
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->customer.email, "vera.lind@example.org");
  EXPECT_THAT(entry->customer.phones, ElementsAre("+46700000001"));
  EXPECT_THAT(bench.known(KeyType::phone, "+46700000001"), ElementsAre("c-90112"));
}

// What the till changes must not be lost to an order that was looked at meanwhile.
TEST(OrderPlanning, WhileTheTillLearnsItWaits) {
  Bench bench;
  std::vector<ReleasedOrder> batch;
  batch.push_back(bench.released(bench.sitoo.sale(1)));
  std::optional<bool> planned;
  {
    const auto turn = bench.await(take_turn(bench.turns));
    boost::asio::co_spawn(bench.loop, bench.planning.plan(std::move(batch)),
                          [&](const std::exception_ptr&, bool done) { planned = done; });
    EXPECT_EQ(bench.counts().records, 0U);
    EXPECT_FALSE(planned);
  }
  EXPECT_TRUE(bench.run_until([&] { return planned.has_value(); }));
  EXPECT_EQ(bench.counts().records, 1U);
}

}  // namespace
}  // namespace tillbridge::app
