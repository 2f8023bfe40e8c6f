// The lists of deliveries that are not over: they say what the deliveries' states say, also in a
// database that was filled before there were lists.

#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/postgres/connection.h"
#include "journal/postgres/open_lists.h"
#include "journal/postgres/postgres_store.h"
#include "journal/postgres/row_array.h"
#include "throwaway_cluster.h"

namespace tillbridge::journal {
namespace {

using postgres::Connection;
using postgres::open_postgres_store;
using postgres::OpenLists;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;
using enum DeliveryState;

TEST(OpenLists, AreOfTheStates) {
  OpenLists lists;
  lists.moved("shop", 3, std::nullopt, waiting);
  lists.moved("shop", 2, std::nullopt, held);
  lists.moved("other", 4, blocked, parked);
  lists.moved("shop", 5, waiting, delivered);
  lists.moved("shop", 6, waiting, held);
  lists.moved("shop", 7, waiting, blocked);
  const auto changes = lists.changes();
  EXPECT_THAT(changes.added, UnorderedElementsAre(Pair(Pair("shop", 1), ElementsAre(2U, 3U)),
                                                  Pair(Pair("other", 11), ElementsAre(4U)),
                                                  Pair(Pair("shop", 3), ElementsAre(7U))));
  EXPECT_THAT(changes.removed, UnorderedElementsAre(Pair(Pair("shop", 1), ElementsAre(5U)),
                                                    Pair(Pair("other", 1), ElementsAre(4U)),
                                                    Pair(Pair("other", 3), ElementsAre(4U))));
}

TEST(OpenLists, WhatComesAndGoesInOneTransactionLeavesNothing) {
  OpenLists lists;
  lists.moved("shop", 1, std::nullopt, waiting);
  lists.moved("shop", 1, waiting, delivered);
  lists.moved("shop", 2, parked, waiting);
  lists.moved("shop", 2, waiting, parked);
  EXPECT_THAT(lists.changes().added, IsEmpty());
  EXPECT_THAT(lists.changes().removed, IsEmpty());
}

class PostgresOpenListsTest : public testing::Test {
 protected:
  // As a hub that knew the migrations up to this number left it.
  void migrate_to(int last) {
    Connection connection({url_});
    connection.run("CREATE TABLE schema_migration (number integer PRIMARY KEY, at timestamptz)");
    std::map<int, std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(
             TILLBRIDGE_SOURCE_DIR "/src/journal/postgres/migrations")) {
      files[std::stoi(entry.path().filename().string())] = entry.path();
    }
    for (const auto& [number, file] : files) {
      if (number > last) break;
      std::ostringstream text;
      text << std::ifstream(file).rdbuf();
      connection.run("BEGIN;" + text.str() + ";INSERT INTO schema_migration VALUES (" +
                     std::to_string(number) + ", now());COMMIT");
    }
  }
  void open() {
    auto store = open_postgres_store(url_);
    ASSERT_TRUE(store) << store.error().what;
    store_ = std::move(*store);
    writer_ = std::move(*store_->open_writer());
    reader_ = std::move(*store_->open_reader());
  }
  std::vector<std::uint64_t> shown(DeliveryState state) {
    std::vector<std::uint64_t> ids;
    const auto page = reader_->deliveries_in("shop", "", state, DeliveryId{}, 100);
    EXPECT_TRUE(page) << page.error().what;
    for (const auto& row : page->rows) ids.push_back(row.id.value);
    return ids;
  }
  std::vector<std::uint64_t> taken_up() {
    std::vector<std::uint64_t> ids;
    const auto rows = reader_->open_deliveries(DeliveryId{}, DeliveryId{1'000}, 100);
    EXPECT_TRUE(rows) << rows.error().what;
    for (const auto& row : *rows) ids.push_back(row.id.value);
    return ids;
  }

  const std::string url_ = ThrowawayCluster::of_program().url_of_new_schema();
  std::unique_ptr<Store> store_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Reader> reader_;
};

constexpr std::string_view filled_before =
    "INSERT INTO workspace VALUES ('shop');"
    "INSERT INTO record (workspace, id, kind, key, version, state, reason, settings_version, "
    "happened_at, changed_at,"
    " store, customer, search_keys) VALUES ('shop', 1, 'sale', 'order/1', 1, 2, '', 1, 0, 0, '', "
    "'', '');"
    "INSERT INTO delivery (workspace, id, record, connection, flow, effect, lane, priority, "
    "on_reject, settle, state,"
    " reason, due_at, happened_at, settings_version, parts)"
    " SELECT 'shop', 10 + n, 1, 'crm', 'sale', 'sale/' || n, '', 1, 0, 0, (ARRAY[1, 2, 3, 10, 11, "
    "12])[n], '', 0, 0, 1, 1"
    " FROM generate_series(1, 6) n;"
    "UPDATE lease SET owner = 7, epoch = 3, until = now() + interval '1 hour' WHERE shard = 5";

TEST_F(PostgresOpenListsTest, AreMadeOfWhatIsThere) {
  migrate_to(5);
  Connection(postgres::ConnectionSettings{url_}).run(std::string(filled_before));
  open();
  EXPECT_THAT(taken_up(), ElementsAre(11U, 12U, 13U));
  EXPECT_THAT(shown(held), ElementsAre(12U));
  EXPECT_THAT(shown(blocked), ElementsAre(13U));
  EXPECT_THAT(shown(parked), ElementsAre(15U));
  std::vector<UpdateDelivery> updates;
  const std::vector<std::pair<DeliveryId, DeliveryState>> moves{
      {DeliveryId{11}, delivered}, {DeliveryId{13}, skipped}, {DeliveryId{15}, waiting}};
  for (const auto& [id, state] : moves) {
    UpdateDelivery update;
    update.id = id;
    update.workspace = "shop";
    update.state = state;
    updates.push_back(update);
  }
  const Step step{.delivery_updates = updates};
  const auto stored = writer_->apply({&step, 1});
  ASSERT_TRUE(stored) << stored.error().what;
  EXPECT_THAT(taken_up(), ElementsAre(12U, 15U));
  EXPECT_THAT(shown(waiting), ElementsAre(15U));
  EXPECT_THAT(shown(blocked), IsEmpty());
  EXPECT_THAT(shown(parked), IsEmpty());
}

// It would not keep the lists: what it writes deliveries with is gone, and so are its leases.
TEST_F(PostgresOpenListsTest, AnOlderHubThatStillRunsCannotWrite) {
  migrate_to(5);
  Connection older({url_});
  older.run(std::string(filled_before));
  constexpr std::string_view as_before =
      "UPDATE delivery d SET state = i.state FROM unnest($1::delivery_update_row[]) AS i "
      "WHERE d.workspace = i.workspace AND d.id = i.id";
  const auto none = [&older] {
    const auto type =
        older.query("SELECT coalesce(to_regtype('delivery_update_row')::oid::bigint, 0)");
    return postgres::RowArray(static_cast<std::uint32_t>(type[0].integer(0))).params();
  };
  EXPECT_TRUE(older.query(as_before, none()).empty());  // prepared
  open();
  EXPECT_THROW(older.query(as_before, none()), postgres::Failure);
  EXPECT_THROW(Connection({url_}).query(as_before, none()), postgres::Failure);
  const auto lease = Connection({url_}).query(
      "SELECT owner IS NULL, epoch FROM lease WHERE shard = 5 AND until < now()");
  ASSERT_EQ(lease.size(), 1);
  EXPECT_EQ(lease[0].integer(0), 1);
  EXPECT_EQ(lease[0].integer(1), 4);
}

// As pg_dump does, which is recommended while hubs run: they go on meanwhile.
TEST_F(PostgresOpenListsTest, AreMadeWhenWhoReadsTheTableHasEndedAndKeepNobodyFromRenewing) {
  migrate_to(5);
  Connection dump({url_});
  Connection hub({url_});
  hub.run(std::string(filled_before));
  dump.run("BEGIN; SELECT count(*) FROM delivery");
  auto opened = std::async(std::launch::async, [this] { return open_postgres_store(url_); });
  const auto lists = "SELECT to_regclass('delivery_open') IS NOT NULL";
  for (int times = 0; times < 2; ++times) {
    hub.run(
        "SET lock_timeout = '8s'; UPDATE lease SET until = now() + interval '1 hour' WHERE shard = "
        "5");
    EXPECT_EQ(opened.wait_for(std::chrono::seconds{2}), std::future_status::timeout);
    EXPECT_EQ(hub.query(lists)[0].integer(0), 0);
  }
  dump.run("ROLLBACK");
  const auto store = opened.get();
  ASSERT_TRUE(store) << store.error().what;
  EXPECT_EQ(hub.query(lists)[0].integer(0), 1);
}

TEST_F(PostgresOpenListsTest, WhatTheyLackOrHaveTooMuchIsFound) {
  migrate_to(5);
  Connection connection({url_});
  connection.run(std::string(filled_before));
  open();
  const auto found_of_lists = [this] {
    std::vector<std::string> found;
    const auto findings = reader_->verify(nullptr);
    EXPECT_TRUE(findings) << findings.error().what;
    for (const auto& finding : *findings) {
      if (finding.find("delivery_open") != std::string::npos) found.push_back(finding);
    }
    return found;
  };
  EXPECT_THAT(found_of_lists(), IsEmpty());
  connection.run(
      "DELETE FROM delivery_open WHERE id = 12; INSERT INTO delivery_open VALUES ('shop', 11, 14)");
  EXPECT_THAT(found_of_lists(),
              UnorderedElementsAre("delivery 12: is not in list 1 of delivery_open",
                                   "delivery 14: does not belong into list 11 of delivery_open"));
}

// As who takes them up at its start reads them: page by page, and a short one is the last.
TEST_F(PostgresOpenListsTest, ARowWithoutItsDeliveryHidesNothingThatIsBehindIt) {
  migrate_to(5);
  Connection connection({url_});
  connection.run(std::string(filled_before));
  open();
  connection.run(
      "INSERT INTO delivery_open SELECT 'shop', 1, n FROM generate_series(1, 5) n;"
      "DELETE FROM delivery WHERE id = 12; INSERT INTO delivery_open VALUES ('shop', 1, 99)");
  for (const std::size_t rows_per_page : {1U, 2U, 3U, 100U}) {
    std::vector<std::uint64_t> ids;
    for (bool more = true; more;) {
      const DeliveryId after{ids.empty() ? 0 : ids.back()};
      const auto page = reader_->open_deliveries(after, DeliveryId{1'000}, rows_per_page);
      ASSERT_TRUE(page) << page.error().what;
      for (const auto& row : *page) ids.push_back(row.id.value);
      more = page->size() == rows_per_page;
    }
    EXPECT_THAT(ids, ElementsAre(11U, 13U)) << rows_per_page;
  }
}

}  // namespace
}  // namespace tillbridge::journal
