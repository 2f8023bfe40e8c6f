#include "app/stock/stock_planning.h"

#include "app/stock/stock_bench_for_tests.h"

namespace tillbridge::app {
namespace {

using journal::Priority;
using std::chrono::hours;
using std::chrono::seconds;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Two stores; warehouse 9 belongs to nobody.
class PlanningBench : public test::StockBench {
 public:
  explicit PlanningBench(bool shadow = false, StockSettings with = test::stock_settings())
      : StockBench(std::move(with)) {
    make(shadow);
    planning().set_places(flows::StockPlaces(
        {warehouse("1", "S1"), warehouse("2", "S2"), warehouse("9", "")}, settings.places));
  }
  static model::Warehouse warehouse(const std::string& id, const std::string& store) {
    model::Warehouse made;
    made.id = id;
    made.store = store;
    made.sellable = true;
    return made;
  }
  StockPlanning& planning() { return watch->planning; }

  SkuObservation read(const std::string& sku, const std::string& warehouse,
                      const std::string& total, const std::string& reserved = "0") {
    ReadLevel level;
    level.level = {warehouse, sku, *Decimal::parse(total), *Decimal::parse(reserved), {}, {}};
    level.level.available = *add(level.level.total, -level.level.reserved);
    level.level.moved_at = clock.now() - seconds{10};
    level.moment = {ids.next<NoteId>().value, cursor_now, clock.now()};
    SkuObservation made;
    made.moved.sku = sku;
    made.read.push_back(level);
    return made;
  }
  SkuObservation moved(const std::string& sku, const std::string& warehouse, int total_after,
                       int sold = 0) {
    clock.advance(seconds{1});
    SkuObservation made;
    made.moved.sku = sku;
    model::StockMovement movement;
    movement.id = cursor_now++;
    movement.warehouse = warehouse;
    movement.sku = sku;
    movement.kind = sold > 0 ? model::MovementKind::sale : model::MovementKind::inbound;
    movement.total_after = Decimal::of(total_after);
    movement.at = clock.now();
    made.moved.newest.push_back(movement);
    made.moved.sold = Decimal::of(sold);
    made.moved.sold_at = movement.at;
    return made;
  }
  static SkuObservation again(const std::string& sku, std::vector<std::string> places) {
    SkuObservation made;
    made.moved.sku = sku;
    made.send_again = std::move(places);
    return made;
  }
  Result<TakenIn> take_in(SkuObservation one, StockPlanning::How how = {}) {
    std::vector<SkuObservation> batch;
    batch.push_back(std::move(one));
    return await(planning().take_in(std::move(batch), std::move(how)));
  }
  std::string part(const std::string& sku) { return stock(sku)->deliveries.back().parts.front(); }

  std::int64_t cursor_now = 700;
};

TEST(StockPlanning, AChangeMakesRecordDeliveryAndCursorInOneStep) {
  PlanningBench bench;
  StockPlanning::How how;
  how.cursor = journal::SetCursor{test::workspace_name, "stock/feed", "701"};
  const auto taken = bench.take_in(bench.read("CAP", "1", "7.000", "2.000"), how);
  ASSERT_TRUE(taken) << taken.error().what;
  EXPECT_EQ(taken->changed, 1U);
  EXPECT_EQ(taken->deliveries, 1U);

  const auto steps = bench.store->taken();
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_THAT(steps[0].records, SizeIs(1));
  EXPECT_THAT(steps[0].deliveries, SizeIs(1));
  EXPECT_THAT(steps[0].cursors, SizeIs(1));
  EXPECT_EQ(bench.cursor(), "701");

  const auto journey = bench.stock("CAP");
  ASSERT_TRUE(journey);
  EXPECT_EQ(journey->record.kind, "stock");
  EXPECT_EQ(journey->record.version, 1U);
  EXPECT_EQ(journey->record.settings_version, 7U);
  EXPECT_THAT(journey->record.search_keys, ElementsAre("sku:CAP"));
  ASSERT_THAT(journey->deliveries, SizeIs(1));
  const journal::DeliveryRow& row = journey->deliveries[0];
  EXPECT_EQ(row.flow, "stock_level_to_bloomreach");
  EXPECT_EQ(row.lane, "stock/S1/CAP");
  EXPECT_EQ(row.effect, "stock/S1/CAP/1");
  EXPECT_EQ(row.state, journal::DeliveryState::waiting);
  const auto at = to_unix_seconds(bench.clock.now() - seconds{10});
  EXPECT_EQ(row.parts.front(),
            fmt::format(R"({{"item_id":"S1__CAP","properties":{{"store_id":"S1","sku":"CAP",)"
                        R"("quantity":5,"updated_at":{}}},"upsert":true}})",
                        at));
  ASSERT_THAT(bench.planned, SizeIs(1));
  EXPECT_EQ(bench.planned[0].id, row.id);
  EXPECT_THAT(bench.places, ElementsAre("S1"));
}

TEST(StockPlanning, QuantitiesAndIdsAreWrittenAsTheCatalogTakesThem) {
  PlanningBench bench;
  ASSERT_TRUE(bench.take_in(bench.read("TEA/5%", "1", "0.500")));
  EXPECT_THAT(bench.part("TEA/5%"),
              AllOf(HasSubstr(R"("item_id":"S1__TEA%2F5%25")"), HasSubstr(R"("sku":"TEA/5%")"),
                    HasSubstr(R"("quantity":0.5,)")));
  ASSERT_TRUE(bench.take_in(bench.read("OWED", "1", "-1.000")));
  EXPECT_THAT(bench.part("OWED"), HasSubstr(R"("quantity":0,)"));
}

TEST(StockPlanning, NothingIsPlannedForNoChange) {
  PlanningBench bench;
  ASSERT_TRUE(bench.take_in(bench.read("CAP", "1", "5")));
  const auto same = bench.take_in(bench.read("CAP", "1", "6", "1"));
  ASSERT_TRUE(same);
  EXPECT_EQ(same->changed, 0U);
  EXPECT_EQ(same->deliveries, 0U);
  EXPECT_EQ(bench.stock("CAP")->record.version, 2U) << "what is reserved is learned";
  const std::size_t steps = bench.store->taken().size();
  auto old = bench.moved("CAP", "1", 3);
  old.moved.newest[0].id = 10;
  old.moved.newest[0].at = bench.clock.now() - hours{1};
  ASSERT_TRUE(bench.take_in(old));
  EXPECT_EQ(bench.store->taken().size(), steps) << "an older movement is no step";
  EXPECT_EQ(bench.level("CAP", "1"), "5");
  EXPECT_THAT(bench.planned, SizeIs(1));
}

// Version and effect: what is sent again with the same quantity is a delivery of its own.
TEST(StockPlanning, EachVersionHasItsOwnEffect) {
  PlanningBench bench;
  bench.planning().set_loaded();
  ASSERT_TRUE(bench.take_in(bench.read("CAP", "1", "5")));
  ASSERT_TRUE(bench.take_in(bench.moved("CAP", "1", 4, 1)));
  ASSERT_TRUE(bench.take_in(bench.again("CAP", {"S1", ""})));
  const auto journey = bench.stock("CAP");
  EXPECT_EQ(journey->record.version, 3U);
  std::vector<std::string> effects;
  for (const auto& one : journey->deliveries) effects.push_back(one.effect);
  EXPECT_THAT(effects, ElementsAre("stock/S1/CAP/1", "stock/*/CAP/1", "stock/S1/CAP/2",
                                   "stock/*/CAP/2", "stock/S1/CAP/3", "stock/*/CAP/3"));
  EXPECT_EQ(bench.planned_for("stock/S1/CAP"), "4");
}

TEST(StockPlanning, SumsOnlyWhenAllLevelsAreKnown) {
  PlanningBench bench;
  ASSERT_TRUE(bench.take_in(bench.read("CAP", "1", "5")));
  EXPECT_THAT(bench.lanes(), ElementsAre("stock/S1/CAP"));
  bench.planning().set_loaded();
  ASSERT_TRUE(bench.take_in(bench.read("CAP", "2", "3")));
  EXPECT_EQ(bench.planned_for("stock/*/CAP"), "8");
  EXPECT_EQ(bench.planned.back().flow, "stock_sum_to_bloomreach");
  EXPECT_THAT(bench.planned.back().parts.front(),
              R"({"item_id":"CAP","properties":{"stock_level":8}})")
      << "no upsert: an unknown SKU stays unknown";
}

TEST(StockPlanning, ActiveFollowsTheSumWhereThatIsWanted) {
  auto settings = test::stock_settings();
  settings.bloomreach.active_from_stock = true;
  PlanningBench bench(false, settings);
  bench.planning().set_loaded();
  ASSERT_TRUE(bench.take_in(bench.read("CAP", "1", "1")));
  EXPECT_THAT(bench.part("CAP"), HasSubstr(R"("stock_level":1,"active":true)"));
  ASSERT_TRUE(bench.take_in(bench.moved("CAP", "1", 0, 1)));
  EXPECT_THAT(bench.part("CAP"), HasSubstr(R"("stock_level":0,"active":false)"));
}

TEST(StockPlanning, NoSumsWithoutACatalogForThem) {
  auto settings = test::stock_settings();
  settings.bloomreach.variants_catalog.clear();
  PlanningBench bench(false, settings);
  bench.planning().set_loaded();
  ASSERT_TRUE(bench.take_in(bench.read("CAP", "1", "1")));
  EXPECT_THAT(bench.lanes(), ElementsAre("stock/S1/CAP"));
}

TEST(StockPlanning, WhatIsOnlyLearnedIsNotPublished) {
  PlanningBench bench;
  StockPlanning::How how;
  how.publish = false;
  ASSERT_TRUE(bench.take_in(bench.read("CAP", "1", "5"), how));
  EXPECT_THAT(bench.planned, IsEmpty());
  EXPECT_EQ(bench.level("CAP", "1"), "5");
}

TEST(StockPlanning, ShadowModePlansAndSendsNothing) {
  PlanningBench bench(true);
  ASSERT_TRUE(bench.take_in(bench.read("CAP", "1", "5")));
  EXPECT_THAT(bench.planned, IsEmpty());
  const auto journey = bench.stock("CAP");
  ASSERT_THAT(journey->deliveries, SizeIs(1));
  EXPECT_EQ(journey->deliveries[0].state, journal::DeliveryState::skipped);
  EXPECT_THAT(journey->deliveries[0].reason, HasSubstr("shadow"));
}

TEST(StockPlanning, AJournalThatRefusesChangesNothing) {
  PlanningBench bench;
  ASSERT_TRUE(bench.take_in(bench.read("CAP", "1", "5")));
  bench.store->refuses = true;
  StockPlanning::How how;
  how.cursor = journal::SetCursor{test::workspace_name, "stock/feed", "800"};
  const auto change = bench.moved("CAP", "1", 4, 1);
  const auto refused = bench.take_in(change, how);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::unavailable);
  EXPECT_THAT(bench.planned, SizeIs(1)) << "nobody was told of a delivery that is not stored";
  EXPECT_EQ(bench.level("CAP", "1"), "5");
  EXPECT_EQ(bench.stock("CAP")->record.version, 1U);
  EXPECT_EQ(bench.cursor(), "none");
  EXPECT_FALSE(bench.planning().busy());

  bench.store->refuses = false;
  ASSERT_TRUE(bench.take_in(change, how));
  EXPECT_EQ(bench.level("CAP", "1"), "4");
  EXPECT_EQ(bench.stock("CAP")->record.version, 2U);
  EXPECT_EQ(bench.cursor(), "800");
  EXPECT_EQ(bench.planned_for("stock/S1/CAP"), "4");
}

TEST(StockPlanning, AFullQueueIsUnavailable) {
  test::JournalBench full(journal::JournalSettings{.steps_queued_max = 0});
  outbound::FakeTransport nowhere([](const auto&) { return test::no_answer(); });
  Turns turns(full.loop);
  PlanningBench source;
  int told = 0;
  StockPlanning planning({full.loop, full.clock, full.journal, full.ids, full.metrics, nowhere},
                         turns, source.planning_settings(),
                         [&](const journal::AddDelivery&, const std::string&) { ++told; });
  planning.set_places(source.planning().places());
  std::vector<SkuObservation> batch;
  batch.push_back(source.read("CAP", "1", "5"));
  const auto refused = full.await(planning.take_in(batch, {}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::unavailable);
  EXPECT_EQ(told, 0);
  EXPECT_EQ(full.counts().records, 0U);
}

TEST(StockPlanning, ReadAgainIsSaidOfMappedWarehousesOnly) {
  PlanningBench bench;
  const auto unknown = bench.take_in(bench.moved("CAP", "1", 4));
  ASSERT_TRUE(unknown);
  EXPECT_THAT(unknown->read_again, ElementsAre(TakenIn::ReadAgain{"1", "CAP", 700}));
  EXPECT_FALSE(bench.stock("CAP")) << "what is available is not known";
  const auto nobodys = bench.take_in(bench.moved("CAP", "9", 4));
  ASSERT_TRUE(nobodys);
  EXPECT_THAT(nobodys->read_again, IsEmpty());

  ASSERT_TRUE(bench.take_in(bench.read("HAT", "2", "5", "1")));
  const auto reserved = bench.take_in(bench.moved("HAT", "2", 4));
  ASSERT_TRUE(reserved);
  EXPECT_THAT(reserved->read_again, ElementsAre(TakenIn::ReadAgain{"2", "HAT", 702}));
  EXPECT_EQ(bench.level("HAT", "2"), "4") << "5 less 1 reserved, until it is read";
}

TEST(StockPlanning, WhatAReadTellsThatNoMovementToldIsMissed) {
  PlanningBench bench;
  ASSERT_TRUE(bench.take_in(bench.read("CAP", "1", "5")));
  const auto taken = bench.take_in(bench.read("CAP", "1", "3"));
  ASSERT_TRUE(taken);
  ASSERT_THAT(taken->missed, SizeIs(1));
  EXPECT_EQ(taken->missed[0].before, Decimal::of(5));
  EXPECT_EQ(taken->missed[0].after, Decimal::of(3));
}

TEST(StockPlanning, UrgentIsWhatSoldOrRunsOut) {
  PlanningBench bench;
  const auto last = [&] { return bench.planned.back().priority; };
  ASSERT_TRUE(bench.take_in(bench.read("CAP", "1", "5")));
  EXPECT_EQ(last(), Priority::money) << "it becomes available";
  ASSERT_TRUE(bench.take_in(bench.moved("CAP", "1", 9)));
  EXPECT_EQ(last(), Priority::maintenance) << "it never sold";
  ASSERT_TRUE(bench.take_in(bench.moved("CAP", "1", 8, 1)));
  EXPECT_EQ(last(), Priority::money) << "it just sold";
  bench.clock.advance(hours{2});
  ASSERT_TRUE(bench.take_in(bench.moved("CAP", "1", 20)));
  EXPECT_EQ(last(), Priority::sale) << "it sold lately";
  bench.clock.advance(hours{24 * 8});
  ASSERT_TRUE(bench.take_in(bench.moved("CAP", "1", 30)));
  EXPECT_EQ(last(), Priority::maintenance) << "it sold long ago";
  ASSERT_TRUE(bench.take_in(bench.moved("CAP", "1", 0)));
  EXPECT_EQ(last(), Priority::money) << "it runs out";
}

TEST(StockPlanning, ARecordThatCannotBeReadIsBegunAnew) {
  PlanningBench bench;
  ASSERT_TRUE(bench.take_in(bench.read("CAP", "1", "5")));
  journal::Step step;
  journal::PutRecord spoiled = bench.store->taken().front().records.front();
  spoiled.payload = "{";
  spoiled.version = 2;
  step.records.push_back(spoiled);
  ASSERT_TRUE(bench.await(bench.kept.commit(std::move(step))));
  ASSERT_TRUE(bench.take_in(bench.read("CAP", "1", "4")));
  EXPECT_EQ(bench.level("CAP", "1"), "4");
  EXPECT_EQ(bench.stock("CAP")->record.version, 3U);
  EXPECT_EQ(bench.planned_for("stock/S1/CAP"), "4");
}

}  // namespace
}  // namespace tillbridge::app
