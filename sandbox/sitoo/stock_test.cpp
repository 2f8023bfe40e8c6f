#include "sitoo/stock.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "sitoo/stock_mover.h"
#include "sitoo/test_account.h"
#include "sitoo/warehouse_work.h"

namespace sandbox::sitoo {
namespace {

struct Change {
  int warehouse;
  std::string sku;
  std::int64_t available_milli;
  std::int64_t at_us;
};

class SitooStock : public ::testing::Test {
 protected:
  SitooStock() {
    sitoo_.account.listen_to_levels(
        [this](int warehouse, std::string_view sku, std::int64_t milli, std::int64_t at_us) {
          changes_.push_back({warehouse, std::string(sku), milli, at_us});
        });
  }
  const std::string& sku(std::size_t index) {
    return sitoo_.account.masterdata().products[index].sku;
  }
  std::int64_t available(int warehouse, std::string_view of) {
    return sitoo_.account.stock().level(warehouse, of)->available_milli();
  }
  std::vector<std::string> listed(int warehouse, const LevelQuery& query) {
    std::vector<std::string> skus;
    for (const StockLevel& level : sitoo_.account.stock().levels(warehouse, query).levels) {
      skus.emplace_back(level.sku);
    }
    return skus;
  }

  TestAccount sitoo_;
  WarehouseWork work_{sitoo_.account};
  std::vector<Change> changes_;
};

TEST_F(SitooStock, OnlyTheFirstStoresVirtualWarehouseHoldsAnythingAndItsFifoDoesNotHoldIt) {
  const Masterdata& data = sitoo_.account.masterdata();
  LevelQuery all;
  all.num = 1000;
  EXPECT_EQ(data.products_online, 30U);  // half of a small assortment
  EXPECT_EQ(make_masterdata({2, 500, 1, 1500}).products_online, 50U);
  EXPECT_TRUE(data.find_warehouse(2)->sellable);
  EXPECT_FALSE(data.find_warehouse(4)->sellable);
  EXPECT_TRUE(data.find_warehouse(3)->sellable);
  EXPECT_EQ(listed(1, all).size(), 30U);
  EXPECT_EQ(listed(3, all).size(), 60U);
  EXPECT_EQ(listed(4, all).size(), 0U);
  const auto online = listed(2, all);
  EXPECT_EQ(online.size(), 30U);
  for (const std::string& one : online) {
    EXPECT_FALSE(sitoo_.account.stock().level(1, one)) << one;
  }
  EXPECT_EQ(listed(99, all).size(), 0U);
}

TEST_F(SitooStock, PagesAreBySkuAndDoNotOverlap) {
  LevelQuery query;
  query.num = 1000;
  const auto all = listed(3, query);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  std::vector<std::string> paged;
  query.num = 7;
  for (query.start = 0; query.start < all.size(); query.start += query.num) {
    for (std::string& one : listed(3, query)) paged.push_back(std::move(one));
    // What moves meanwhile does not disturb the order.
    ASSERT_TRUE(work_.receive(3, {{all[query.start], 1'000}}));
  }
  EXPECT_EQ(paged, all);
}

TEST_F(SitooStock, UnknownSkusFindTheirPlaceAmongTheOthers) {
  ASSERT_TRUE(work_.receive(3, {{"AAA", 1'000}, {"MMM", 2'500}, {"ZZZ", 3'000}}));
  LevelQuery query;
  query.num = 1000;
  const auto all = listed(3, query);
  EXPECT_EQ(all.size(), 63U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(available(3, "MMM"), 2'500);
  EXPECT_FALSE(sitoo_.account.stock().level(1, "MMM"));
  query.skus = {"ZZZ", sku(4), "nothing", "AAA", "ZZZ"};
  EXPECT_EQ(listed(3, query), (std::vector<std::string>{"AAA", sku(4), "ZZZ"}));
  std::set<std::int64_t> ids;
  query.skus.clear();
  for (const int warehouse : {1, 2, 3, 5}) {
    for (const auto& level : sitoo_.account.stock().levels(warehouse, query).levels) {
      EXPECT_TRUE(ids.insert(level.item_id).second);
    }
  }
}

TEST_F(SitooStock, WhatChangedSinceIsFoundWithoutTheRest) {
  LevelQuery query;
  query.num = 1000;
  const std::int64_t start = sitoo_.account.now_s();
  query.from_s = start;
  EXPECT_EQ(listed(3, query).size(), 0U);
  ASSERT_TRUE(work_.receive(3, {{sku(9), 1'000}}));
  ASSERT_TRUE(work_.receive(3, {{sku(9), 1'000}, {sku(2), 1'000}}));
  sitoo_.clock.advance(std::chrono::seconds{10});
  ASSERT_TRUE(work_.receive(3, {{sku(5), 1'000}, {sku(2), 1'000}}));
  EXPECT_EQ(listed(3, query).size(), 3U);
  query.from_s = start + 1;
  auto both = std::vector<std::string>{sku(5), sku(2)};
  std::sort(both.begin(), both.end());
  EXPECT_EQ(listed(3, query), both);
  query.from_s = start;
  query.to_s = start + 5;
  EXPECT_EQ(listed(3, query), std::vector<std::string>{sku(9)});
  query.from_s.reset();
  query.to_s.reset();
  query.skus = {sku(9), sku(2)};
  query.from_s = start + 1;
  EXPECT_EQ(listed(3, query), std::vector<std::string>{sku(2)});
  // The clock of the machine may step back, the account's stamps do not.
  sitoo_.clock.step_wall(-std::chrono::hours{1});
  ASSERT_TRUE(work_.receive(3, {{sku(7), 1'000}}));
  EXPECT_GE(sitoo_.account.stock().level(3, sku(7))->modified_s, start + 10);
  // The notes about changes are tidied up and lose nothing.
  for (int i = 0; i < 5'000; ++i) {
    sitoo_.clock.advance(std::chrono::hours{1});
    ASSERT_TRUE(work_.receive(3, {{sku(static_cast<std::size_t>(i % 50)), 1'000}}));
  }
  query = {};
  query.num = 1000;
  query.from_s = start;
  EXPECT_EQ(listed(3, query).size(), 50U);
  query.from_s = sitoo_.account.stock().level(3, sku(49))->modified_s - 9 * 3600;
  EXPECT_EQ(listed(3, query).size(), 10U);
}

TEST_F(SitooStock, MovementsOfAllKinds) {
  ASSERT_TRUE(work_.receive(3, {{sku(0), 4'000}}));
  ASSERT_TRUE(work_.take_out(3, {{sku(0), 1'500}}));
  ASSERT_TRUE(work_.count(3, {{sku(0), 9'000}, {sku(1), 500'000}}));
  const auto ids = work_.transfer(3, 5, {{sku(0), 2'000}});
  ASSERT_TRUE(ids);
  const auto& all = sitoo_.account.stock().transactions();
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[0].type, 10);
  EXPECT_EQ(all[0].moves[0].total_milli, 504'000);
  EXPECT_EQ(all[1].type, 20);
  EXPECT_EQ(all[1].moves[0].change_milli, -1'500);
  EXPECT_EQ(all[2].type, 50);
  ASSERT_EQ(all[2].moves.size(), 2U);  // by SKU
  EXPECT_EQ(all[2].moves[0].sku, sku(1));
  EXPECT_EQ(all[2].moves[0].change_milli, 0);
  EXPECT_EQ(all[2].moves[1].sku, sku(0));
  EXPECT_EQ(all[2].moves[1].change_milli, 9'000 - 502'500);
  EXPECT_EQ(all[2].moves[1].total_milli, 9'000);
  EXPECT_EQ(sitoo_.account.stock().level(3, sku(1))->counted_s, sitoo_.account.now_s());
  EXPECT_EQ(all[3].type, 20);
  EXPECT_EQ(all[4].type, 10);
  EXPECT_EQ(all[4].warehouse_id, 5);
  EXPECT_EQ(ids->in, 5);
  EXPECT_EQ(available(3, sku(0)), 7'000);
  EXPECT_EQ(available(5, sku(0)), 502'000);
  ASSERT_TRUE(work_.set_online(2, {sku(59), 3'000}));
  EXPECT_EQ(available(2, sku(59)), 3'000);
  EXPECT_EQ(all.size(), 5U);  // Virtual: no transaction

  EXPECT_FALSE(work_.receive(2, {{sku(0), 1'000}}));
  EXPECT_FALSE(work_.set_online(1, {sku(0), 1'000}));
  EXPECT_FALSE(work_.receive(99, {{sku(0), 1'000}}));
  EXPECT_FALSE(work_.receive(1, {{sku(0), -1'000}}));
  EXPECT_FALSE(work_.transfer(1, 1, {{sku(0), 1'000}}));
  EXPECT_EQ(all.size(), 5U);
}

TEST_F(SitooStock, TheTruthHearsEachLevelOnceAndBeforeTheEvent) {
  std::vector<std::size_t> heard_before_event;
  sitoo_.account.listen_to_stock(
      [&](const Event&) { heard_before_event.push_back(changes_.size()); });
  ASSERT_TRUE(work_.transfer(3, 5, {{sku(0), 2'000}}));
  ASSERT_EQ(changes_.size(), 2U);
  EXPECT_EQ(heard_before_event, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(changes_[0].warehouse, 3);
  EXPECT_EQ(changes_[0].available_milli, 498'000);
  EXPECT_EQ(changes_[0].at_us, tillbridge::to_unix_us(sitoo_.clock.now()));
  EXPECT_EQ(changes_[1].available_milli, 502'000);
  ASSERT_TRUE(work_.receive(3, {{sku(1), 1'000}, {sku(1), 1'000}}));  // two rows, one change
  ASSERT_EQ(changes_.size(), 3U);
  EXPECT_EQ(changes_[2].available_milli, 502'000);
  ASSERT_TRUE(work_.count(3, {{sku(1), 502'000}}));  // as expected: no change
  EXPECT_EQ(changes_.size(), 3U);
  ASSERT_TRUE(work_.set_online(2, {sku(59), 3'000}));
  EXPECT_EQ(changes_.back().available_milli, 3'000);
  EXPECT_EQ(sitoo_.account.stock().levels_changed(), changes_.size());
}

TEST_F(SitooStock, AReservationThatBecomesASaleIsNoChangeOfWhatIsAvailable) {
  const std::int64_t booking = sitoo_.tills.book(sitoo_.basket(2));
  ASSERT_EQ(changes_.size(), 1U);
  EXPECT_EQ(changes_[0].available_milli, 498'000);
  const std::int64_t open = sitoo_.tills.open_order(sitoo_.basket(3), Handover::home_delivery);
  ASSERT_EQ(changes_.size(), 2U);
  EXPECT_EQ(changes_[1].available_milli, 495'000);
  ASSERT_TRUE(sitoo_.tills.ready_for_pickup(open));  // given back and taken again: nothing
  EXPECT_EQ(changes_.size(), 2U);
  ASSERT_TRUE(sitoo_.tills.close(open));
  EXPECT_EQ(changes_.size(), 2U);
  EXPECT_EQ(sitoo_.account.stock().level(1, sku(0))->total_milli, 497'000);
  EXPECT_EQ(sitoo_.account.stock().level(1, sku(0))->reserved_milli, 2'000);
  // A booking is released before its sale is a transaction, as two commits.
  ASSERT_TRUE(sitoo_.tills.sell_from(booking, 0, "Card"));
  ASSERT_EQ(changes_.size(), 4U);
  EXPECT_EQ(changes_[2].available_milli, 497'000);
  EXPECT_EQ(changes_[3].available_milli, 495'000);
}

TEST_F(SitooStock, WhetherAReservationTouchesTheLevelIsASetting) {
  sitoo_.tills.book(sitoo_.basket(1));
  EXPECT_EQ(sitoo_.account.stock().level(1, sku(0))->modified_s, 0);
  sitoo_.account.stock_settings().reservations_touch_levels = true;
  sitoo_.tills.book(sitoo_.basket(1));
  EXPECT_EQ(sitoo_.account.stock().level(1, sku(0))->modified_s, sitoo_.account.now_s());
}

TEST_F(SitooStock, EventsAreAnnouncedAsSet) {
  std::vector<Event> events;
  sitoo_.account.listen_to_stock([&](const Event& event) { events.push_back(event); });
  sitoo_.tills.sell(sitoo_.basket());
  EXPECT_EQ(events.size(), 0U);
  ASSERT_TRUE(work_.receive(3, {{sku(0), 1'000}}));
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].type, "warehouse-transaction");
  EXPECT_EQ(events[0].warehouse_id, 3);
  EXPECT_EQ(events[0].transaction_id, 2);
  EXPECT_EQ(events[0].order_id, 0);
  EXPECT_EQ(events[0].id.size(), 32U);
  sitoo_.account.stock_settings().events_for_sales = true;
  sitoo_.account.stock_settings().events = StockEvents::empty;
  sitoo_.tills.sell(sitoo_.basket());
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[1].transaction_id, 0);
  sitoo_.account.stock_settings().events = StockEvents::off;
  sitoo_.tills.sell(sitoo_.basket());
  ASSERT_TRUE(work_.receive(3, {{sku(0), 1'000}}));
  EXPECT_EQ(events.size(), 2U);
}

TEST_F(SitooStock, OpeningsAndChangesTogetherAreTheLevels) {
  std::map<std::pair<int, std::string>, std::int64_t> known;
  const auto note = [&known](int warehouse, std::string_view of, std::int64_t milli) {
    known[{warehouse, std::string(of)}] = milli;
  };
  sitoo_.account.stock().each_level(note);
  EXPECT_EQ(known.size(), 30U + 30U + 60U + 60U);
  StockMover mover(sitoo_.account, 5);
  for (int i = 0; i < 3'000; ++i) {
    mover.step();
    if (i % 10 == 0) sitoo_.tills.sell(sitoo_.basket());
  }
  for (const Change& change : changes_) {
    auto& before = known[{change.warehouse, change.sku}];
    EXPECT_NE(before, change.available_milli);
    before = change.available_milli;
  }
  std::set<int> types;
  for (const auto& one : sitoo_.account.stock().transactions()) types.insert(one.type);
  EXPECT_EQ(types, (std::set<int>{10, 20, 30, 50}));
  std::size_t compared = 0;
  sitoo_.account.stock().each_level([&](int warehouse, std::string_view of, std::int64_t milli) {
    EXPECT_EQ((known[{warehouse, std::string(of)}]), milli) << warehouse << ' ' << of;
    ++compared;
  });
  EXPECT_EQ(compared, known.size());
}

TEST_F(SitooStock, TheSameSeedMovesTheSame) {
  const auto moved = [](std::uint64_t seed) {
    TestAccount sitoo;
    StockMover mover(sitoo.account, seed);
    std::string all;
    for (int i = 0; i < 200; ++i) mover.step();
    for (const auto& one : sitoo.account.stock().transactions()) {
      for (const auto& move : one.moves)
        all += std::string(move.sku) + std::to_string(move.total_milli);
    }
    return all;
  };
  EXPECT_EQ(moved(3), moved(3));
  EXPECT_NE(moved(3), moved(4));
}

TEST_F(SitooStock, StocktakingChangesAsManyDistinctLevelsAsAsked) {
  const auto done = take_stock(sitoo_.account, 100, 7);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->levels_changed, 100U);
  EXPECT_EQ(done->transactions, 3U);
  std::set<std::pair<int, std::string>> distinct;
  for (const Change& change : changes_) distinct.insert({change.warehouse, change.sku});
  EXPECT_EQ(changes_.size(), 100U);
  EXPECT_EQ(distinct.size(), 100U);
  for (const auto& one : sitoo_.account.stock().transactions()) EXPECT_EQ(one.type, 50);
  EXPECT_EQ(take_stock(sitoo_.account, 180, 8)->levels_changed, 180U);
  EXPECT_FALSE(take_stock(sitoo_.account, 181, 8));
}

TEST(SitooStockScale, FortyStoresWithTwentyThousandSkus) {
  const tillbridge::SystemClock clock;
  const tillbridge::Tick began = clock.tick();
  AccountSettings settings;
  settings.masterdata = {40, 20'000, 1, 1500};
  Account account(clock, settings);
  std::size_t levels = 0;
  account.stock().each_level([&levels](int, std::string_view, std::int64_t) { ++levels; });
  EXPECT_EQ(levels, 800'000U);
  // Generous bounds: debug builds and busy machines; a release build takes a tenth of it.
  EXPECT_LT(clock.tick() - began, std::chrono::seconds{8});
  const tillbridge::Tick counting = clock.tick();
  const auto done = take_stock(account, 100'000, 3);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->levels_changed, 100'000U);
  EXPECT_EQ(account.stock().levels_changed(), 100'000U);
  EXPECT_EQ(done->transactions, 120U);  // 2 500 levels a warehouse: three batches each
  EXPECT_LT(clock.tick() - counting, std::chrono::seconds{8});
}

TEST(SitooMasterdata, TheWarehouseWithoutAStoreIsThereWhenAsked) {
  MasterdataSettings settings{2, 10, 1, 1500};
  EXPECT_EQ(make_masterdata(settings).warehouses.size(), 4U);
  settings.unmapped_warehouse = "CENTRAL-01";
  const Masterdata data = make_masterdata(settings);
  ASSERT_EQ(data.warehouses.size(), 5U);
  EXPECT_FALSE(data.warehouses.back().store);
  EXPECT_TRUE(data.warehouses.back().sellable);
  EXPECT_EQ(data.warehouses.back().external_id, "CENTRAL-01");
  EXPECT_EQ(data.find_product(data.products[7].sku), &data.products[7]);
  EXPECT_EQ(data.find_product("nothing"), nullptr);
}

}  // namespace
}  // namespace sandbox::sitoo
