// What only PostgreSQL has: several writers, changes for other nodes, notifications, migrations.

#include "journal/postgres/postgres_store.h"

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <limits>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/postgres/changes.h"
#include "journal/postgres/commit_listener.h"
#include "journal/postgres/connection.h"
#include "journal/postgres/params.h"
#include "journal/postgres/row_array.h"
#include "throwaway_cluster.h"

namespace tillbridge::journal {
namespace {

using postgres::ChangeReader;
using postgres::CommitListener;
using postgres::Connection;
using postgres::open_postgres_store;
using postgres::PostgresSettings;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::chrono::seconds patience{20};

AddArrival arrival(std::uint64_t id, const std::string& event) {
  AddArrival a;
  a.id = ArrivalId{id};
  a.workspace = "shop";
  a.connection = "sitoo";
  a.external_id = event;
  a.subject = "order/" + event;
  a.payload = "{}";
  return a;
}

AddDelivery delivery(std::uint64_t id, std::uint64_t record, const std::string& effect) {
  AddDelivery d;
  d.id = DeliveryId{id};
  d.workspace = "shop";
  d.record = RecordId{record};
  d.connection = "crm";
  d.effect = effect;
  d.parts = {"part"};
  return d;
}

PutRecord record(std::uint64_t id, const std::string& key) {
  PutRecord r;
  r.id = RecordId{id};
  r.workspace = "shop";
  r.kind = "sale";
  r.key = key;
  r.store = "S1";
  return r;
}

class PostgresStoreTest : public testing::Test {
 protected:
  // A node on the test's schema.
  struct Node {
    std::unique_ptr<Store> store;
    std::unique_ptr<Writer> writer;
    std::unique_ptr<Reader> reader;
  };
  Node node(std::uint16_t number) {
    PostgresSettings settings;
    settings.node = number;
    Node n;
    n.store = std::move(*open_postgres_store(url_, settings));
    n.writer = std::move(*n.store->open_writer());
    n.reader = std::move(*n.store->open_reader());
    return n;
  }
  static void apply(Node& node, Step step) {
    const auto receipts = node.writer->apply({&step, 1});
    EXPECT_TRUE(receipts) << receipts.error().what;
  }

  const std::string url_ = ThrowawayCluster::of_program().url_of_new_schema();
};

std::vector<std::uint64_t> ids(const std::vector<OpenArrival>& arrivals) {
  std::vector<std::uint64_t> all;
  for (const auto& a : arrivals) all.push_back(a.id.value);
  return all;
}

TEST_F(PostgresStoreTest, NodesThatStartTogetherMigrateOnce) {
  std::atomic<int> opened = 0;
  std::vector<std::thread> nodes;
  for (int n = 0; n < 4; ++n) {
    nodes.emplace_back([&] {
      const auto store = open_postgres_store(url_);
      EXPECT_TRUE(store) << store.error().what;
      if (store) ++opened;
    });
  }
  for (auto& n : nodes) n.join();
  EXPECT_EQ(opened, 4);
}

TEST_F(PostgresStoreTest, WritersBesideEachOtherKeepOneOfEachEventAndTheCounts) {
  constexpr std::uint64_t batches = 30;
  constexpr std::uint64_t steps_per_batch = 20;
  std::atomic<std::uint64_t> duplicates = 0;
  std::vector<std::thread> nodes;
  for (std::uint16_t number = 1; number <= 3; ++number) {
    nodes.emplace_back([&, number] {
      auto me = node(number);
      for (std::uint64_t batch = 0; batch < batches; ++batch) {
        std::vector<Step> steps(steps_per_batch);
        for (std::uint64_t n = 0; n < steps_per_batch; ++n) {
          const std::uint64_t serial = batch * steps_per_batch + n;
          const std::uint64_t id = number * 1'000'000U + serial * 10;
          // The same events everywhere, in another order on each node.
          const auto event = number == 2 ? batches * steps_per_batch - 1 - serial : serial;
          steps[n].arrivals = {arrival(id, std::to_string(event))};
          steps[n].records = {record(id + 1, "order/" + std::to_string(id))};
          steps[n].deliveries = {delivery(id + 2, id + 1, std::to_string(id)),
                                 delivery(id + 3, id + 1, "b" + std::to_string(id))};
        }
        for (;;) {
          const auto receipts = me.writer->apply(steps);
          if (!receipts) {  // a deadlock, told as unavailable
            ASSERT_EQ(receipts.error().kind, Error::Kind::unavailable) << receipts.error().what;
            continue;
          }
          for (const auto& receipt : *receipts) duplicates += receipt.duplicate_arrivals.size();
          break;
        }
      }
    });
  }
  for (auto& n : nodes) n.join();
  auto me = node(9);
  const auto counts = *me.reader->counts();
  EXPECT_EQ(counts.arrivals, 3 * batches * steps_per_batch);
  EXPECT_EQ(counts.arrivals_duplicate, 2 * batches * steps_per_batch);
  EXPECT_EQ(duplicates, 2 * batches * steps_per_batch);
  EXPECT_EQ(counts.deliveries, 6 * batches * steps_per_batch);
  EXPECT_THAT(*me.reader->verify(nullptr), IsEmpty());
  const auto tallies = *me.reader->tallies("shop", -10, 10);
  ASSERT_EQ(tallies.size(), 2U);
  EXPECT_EQ(tallies[0].value, 6 * static_cast<std::int64_t>(batches * steps_per_batch));
}

TEST_F(PostgresStoreTest, TheNewestSettingsOfEachWorkspaceAreGiven) {
  auto one = node(1);
  ChangeReader changes(url_, {});
  EXPECT_TRUE(changes.newest_settings()->empty());
  apply(one, {.settings = {{"shop", 1, Instant{}, "file", "first"},
                           {"shop", 2, Instant{}, "file", "second"},
                           {"outlet", 1, Instant{}, "file", "outlet"}}});
  apply(one, {.settings = {{"outlet", 2, Instant{}, "file", ""}}});
  const auto newest = *changes.newest_settings();
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest.at("shop").document, "second");
  EXPECT_EQ(newest.at("outlet").version, 2U);
  EXPECT_EQ(newest.at("outlet").document, "") << "nobody who leads has it any more";
}

TEST_F(PostgresStoreTest, ChangesOfOtherNodesAreGivenOnceAndOwnOnesAreNot) {
  auto one = node(1);
  auto two = node(2);
  PostgresSettings mine;
  mine.node = 1;
  ChangeReader changes(url_, mine);
  auto place = *changes.now();
  apply(one, {.arrivals = {arrival(10, "own")}});
  apply(two, {.arrivals = {arrival(20, "a"), arrival(21, "a"), arrival(22, "b")},
              .records = {record(1, "order/1")},
              .deliveries = {delivery(30, 1, "x"), delivery(31, 1, "y")}});
  auto found = *changes.since(place);
  EXPECT_THAT(ids(found.arrivals), ElementsAre(20U, 22U));
  ASSERT_EQ(found.deliveries.size(), 2U);
  EXPECT_EQ(found.deliveries[0].store, "S1");
  EXPECT_FALSE(found.pauses || found.settings || found.missed || found.more);
  found = *changes.since(found.place);
  EXPECT_THAT(found.arrivals, IsEmpty());
  EXPECT_THAT(found.deliveries, IsEmpty());

  // What is finished is told, and so is what is opened again.
  UpdateDelivery update;
  update.id = DeliveryId{30};
  update.state = DeliveryState::parked;
  update.workspace = "shop";
  apply(two, {.delivery_updates = {update}});
  found = *changes.since(found.place);
  ASSERT_EQ(found.deliveries.size(), 1U);
  EXPECT_EQ(found.deliveries[0].id, update.id);
  EXPECT_EQ(found.deliveries[0].state, DeliveryState::parked);
  update.attempts = 3;
  update.state = DeliveryState::delivered;
  apply(two, {.delivery_updates = {update}});
  update.state = DeliveryState::waiting;
  apply(two, {.delivery_updates = {update},
              .pauses = {{"shop", "crm", true, Instant{}, "ann", ""}},
              .settings = {{"shop", 1, Instant{}, "ann", "doc"}}});
  found = *changes.since(found.place);
  ASSERT_EQ(found.deliveries.size(), 1U) << "as it is now, once";
  EXPECT_EQ(found.deliveries[0].state, DeliveryState::waiting);
  EXPECT_EQ(found.deliveries[0].attempts, 3U);
  EXPECT_TRUE(found.pauses);
  EXPECT_TRUE(found.settings);
  // In slices.
  std::vector<std::uint64_t> all;
  for (std::uint64_t n = 0; n < 7; ++n) {
    apply(two, {.arrivals = {arrival(40 + n, "s" + std::to_string(n))}});
  }
  auto from = found.place;
  do {
    found = *changes.since(from, 2);
    for (const auto id : ids(found.arrivals)) all.push_back(id);
    from = found.place;
  } while (found.more);
  EXPECT_THAT(all, ElementsAre(40U, 41U, 42U, 43U, 44U, 45U, 46U));
}

// A reader that goes by the highest id it has seen loses arrival 10 here.
TEST_F(PostgresStoreTest, ACommitThatComesLateWithALowerIdIsNotMissed) {
  auto two = node(2);
  PostgresSettings mine;
  mine.node = 1;
  ChangeReader changes(url_, mine);
  apply(two, {.arrivals = {arrival(5, "before")}});
  const auto place = *changes.now();

  Connection slow({url_});
  slow.run(
      "BEGIN; INSERT INTO arrival (workspace, id, connection, source, external_id, subject, "
      "announces, state, reason, received_at, due_at) "
      "VALUES ('shop', 10, 'sitoo', 1, 'slow', 'order/slow', '', 1, '', 0, 0); "
      "INSERT INTO change (node, kinds, arrivals, deliveries) VALUES (3, 1, '{10}', '{}')");
  apply(two, {.arrivals = {arrival(20, "fast")}});

  auto found = *changes.since(place);
  EXPECT_THAT(ids(found.arrivals), IsEmpty()) << "before the slow one has ended";
  slow.run("COMMIT");
  found = *changes.since(found.place);
  EXPECT_THAT(ids(found.arrivals), ElementsAre(10U, 20U));
  found = *changes.since(found.place);
  EXPECT_THAT(ids(found.arrivals), IsEmpty());

  // To have come to the end is to know all that was committed before it was asked for, whatever is
  // still under way.
  slow.run("BEGIN; INSERT INTO change (node, kinds, arrivals, deliveries) VALUES (3,1,'{}','{}')");
  apply(two, {.arrivals = {arrival(25, "more")}});
  const auto end = *changes.end();
  found = *changes.since(found.place);
  EXPECT_LT(found.place.transaction, end.transaction) << "25 is not known yet";
  slow.run("COMMIT");
  found = *changes.since(found.place);
  EXPECT_THAT(ids(found.arrivals), ElementsAre(25U));
  EXPECT_GE(found.place.transaction, end.transaction);

  // The same when the slow one comes to nothing.
  slow.run("BEGIN; INSERT INTO change (node, kinds, arrivals, deliveries) VALUES (3,1,'{5}','{}')");
  apply(two, {.arrivals = {arrival(30, "next")}});
  EXPECT_THAT(ids(changes.since(found.place)->arrivals), IsEmpty());
  slow.run("ROLLBACK");
  EXPECT_THAT(ids(changes.since(found.place)->arrivals), ElementsAre(30U));
}

TEST_F(PostgresStoreTest, APlaceThatIsTooOldIsToldSo) {
  auto two = node(2);
  ChangeReader changes(url_, {});
  const auto place = *changes.now();
  apply(two, {.arrivals = {arrival(10, "a")}});
  Connection connection({url_});
  connection.run("UPDATE change SET at = now() - interval '2 hours'");
  two.writer->maintain();
  EXPECT_TRUE(changes.since(place)->missed);
  EXPECT_FALSE(changes.since(*changes.now())->missed);
}

TEST_F(PostgresStoreTest, ListenersHearCommitsAlsoAfterALostConnection) {
  auto two = node(2);
  std::mutex mutex;
  std::condition_variable heard_more;
  std::vector<std::string> heard;
  CommitListener listener(url_, {}, [&](const std::string& payload) {
    const std::lock_guard lock(mutex);
    heard.push_back(payload);
    heard_more.notify_all();
  });
  const auto wait_for = [&](std::size_t count) {
    std::unique_lock lock(mutex);
    return heard_more.wait_for(lock, patience, [&] { return heard.size() >= count; });
  };
  ASSERT_TRUE(wait_for(1));
  apply(two, {.arrivals = {arrival(10, "a")}});
  ASSERT_TRUE(wait_for(2));
  apply(two, {.pauses = {{"shop", "crm", true, Instant{}, "ann", ""}}});
  ASSERT_TRUE(wait_for(3));
  Connection connection({url_});
  connection.run(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      "WHERE application_name = 'tillbridge listener'");
  ASSERT_TRUE(wait_for(4));
  apply(two, {.arrivals = {arrival(11, "b")}});
  ASSERT_TRUE(wait_for(5));
  const std::lock_guard lock(mutex);
  EXPECT_THAT(heard, ElementsAre("", "2 arrivals", "2 pauses", "", "2 arrivals"));
}

TEST_F(PostgresStoreTest, RowsTravelAsOneParameter) {
  const auto one = node(1);  // its types
  Connection connection({url_});
  const auto type = connection.query("SELECT 'arrival_update_row'::regtype::oid::bigint");
  postgres::RowArray rows(static_cast<std::uint32_t>(type[0].integer(0)));
  const std::optional<RecordId> none;
  rows.add(std::string("shop"), ArrivalId{7}, ArrivalState::resolved, std::string("a\0b", 3), none,
           -1, 70'000);
  rows.add(std::string(), ArrivalId{~0ULL >> 1U}, ArrivalState::received, std::string("Åsa"),
           std::optional(RecordId{9}), std::int64_t{1} << 40, 0);
  EXPECT_EQ(rows.size(), 2U);
  const auto got = connection.query(
      "SELECT workspace, id, state, reason, record, due_at, tries "
      "FROM unnest($1::arrival_update_row[]) ORDER BY id",
      rows.params());
  ASSERT_EQ(got.size(), 2);
  EXPECT_EQ(got[0].bytes(0), "shop");
  EXPECT_EQ(got[0].integer(1), 7);
  EXPECT_EQ(got[0].integer(2), static_cast<int>(ArrivalState::resolved));
  EXPECT_EQ(got[0].bytes(3),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_TRUE(got[0].is_null(4));
  EXPECT_EQ(got[0].integer(5), -1);
  EXPECT_EQ(got[0].integer(6), 70'000);
  EXPECT_EQ(got[1].bytes(0), "");
  EXPECT_FALSE(got[1].is_null(0));
  EXPECT_EQ(got[1].integer(1), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(got[1].bytes(3), "Åsa");
  EXPECT_EQ(got[1].integer(4), 9);
  EXPECT_EQ(got[1].integer(5), std::int64_t{1} << 40);
}

// One of the statements in queries/.
std::string statement(const std::string& file, const std::string& name) {
  std::ifstream in(std::string(TILLBRIDGE_SOURCE_DIR) + "/src/journal/postgres/queries/" + file);
  std::string text;
  bool here = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("--"))
      here = line == "-- name: " + name;
    else if (here)
      text += line + "\n";
  }
  return text;
}

// Plans are made as soon as a node starts, when the tables are small, and kept while they grow.
TEST_F(PostgresStoreTest, WhatIsKnownByIdAloneIsLookedUpByWorkspaceAndIdTogether) {
  const auto one = node(1);
  Connection connection({url_});
  const std::vector<std::pair<std::string, std::string>> statements{
      {"changes.sql", "open_arrivals_of"}, {"changes.sql", "deliveries_of"},
      {"read.sql", "payloads_anywhere"},   {"write.sql", "arrivals_anywhere"},
      {"write.sql", "records_anywhere"},   {"write.sql", "deliveries_anywhere"},
      {"write.sql", "cases_anywhere"},     {"write.sql", "case_groups_anywhere"}};
  for (const auto& [file, name] : statements) {
    connection.run("PREPARE " + name + " (bigint[]) AS " + statement(file, name));
    const auto plan = connection.query("EXPLAIN EXECUTE " + name + "('{11,12}')");
    std::string text;
    for (int at = 0; at < plan.size(); ++at) text += std::string(plan[at].bytes(0)) + "\n";
    EXPECT_THAT(text, HasSubstr("Index Cond: ((workspace = w.name) AND (id = i.id))")) << name;
    EXPECT_THAT(text, Not(HasSubstr("Filter: ((")))
        << name << ": rows of another table compared one by one";
  }
}

TEST_F(PostgresStoreTest, WhatIsNoLongerOpenIsFoundByAllOfItsKey) {
  const auto one = node(1);
  Connection connection({url_});
  connection.run("PREPARE removed (text[], bigint[], bigint[]) AS " +
                 statement("write.sql", "open_deliveries_removed"));
  const auto plan = connection.query("EXPLAIN EXECUTE removed('{shop,shop}', '{1,3}', '{11,11}')");
  std::string text;
  for (int at = 0; at < plan.size(); ++at) text += std::string(plan[at].bytes(0)) + "\n";
  EXPECT_THAT(text,
              HasSubstr("Index Cond: ((workspace = (i.workspace)::text) AND (list = i.list) AND "
                        "(id = i.id))"));
}

TEST_F(PostgresStoreTest, TextsThatPostgresRefusesDoNotKeepABatchOut) {
  auto one = node(1);
  auto odd = arrival(10, std::string("e\0vent", 6));
  odd.subject = "order/\xff\xc3\x28";
  odd.payload = std::string("\0\xff", 2);
  apply(one, {.arrivals = {odd, arrival(11, "fine")}});
  apply(one, {.arrivals = {arrival(12, std::string("e\0vent", 6))}});
  const auto found = **one.reader->arrival(ArrivalId{10});
  EXPECT_EQ(found.external_id, "e\xef\xbf\xbdvent");
  EXPECT_EQ(found.subject, "order/\xef\xbf\xbd\xef\xbf\xbd(");
  EXPECT_EQ(found.payload, odd.payload);
  EXPECT_EQ((*one.reader->arrival(ArrivalId{12}))->state, ArrivalState::duplicate);
  EXPECT_EQ(postgres::storable("Åsa \xf0\x9f\x91\x8d"), "Åsa \xf0\x9f\x91\x8d");
  EXPECT_FALSE(postgres::is_storable("\xed\xa0\x80")) << "half of a UTF-16 pair";
  EXPECT_FALSE(postgres::is_storable("\xf4\x90\x80\x80"));
  EXPECT_FALSE(postgres::is_storable("\xc0\x80"));
}

// Wherever in a text it stands: most of a text is looked at eight bytes at a time.
TEST(StorableText, OneBadByteIsFoundAnywhere) {
  for (std::size_t size = 1; size <= 20; ++size) {
    EXPECT_TRUE(postgres::is_storable(std::string(size, '\x01')));
    EXPECT_TRUE(postgres::is_storable(std::string(size, '\x7f')));
    for (std::size_t at = 0; at < size; ++at) {
      for (const char bad : {'\0', '\x80', '\xff'}) {
        std::string text(size, 'a');
        text[at] = bad;
        EXPECT_FALSE(postgres::is_storable(text)) << size << " bytes, number " << at;
        EXPECT_TRUE(postgres::is_storable(postgres::storable(text)));
      }
      EXPECT_TRUE(postgres::is_storable(std::string(at, 'a') + "Å" + std::string(size, 'b')));
    }
  }
}

TEST_F(PostgresStoreTest, WhatWouldNotBeDurableIsRefused) {
  const auto volatile_url = url_ + "%20-csynchronous_commit%3Doff";
  const auto store = open_postgres_store(volatile_url);
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().what, HasSubstr("synchronous_commit"));
  PostgresSettings settings;
  settings.allow_volatile = true;
  EXPECT_TRUE(open_postgres_store(volatile_url, settings));
}

TEST_F(PostgresStoreTest, BackupNamesPostgresOwnTools) {
  auto one = node(1);
  const auto outcome = one.writer->backup("/tmp/x", nullptr);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, Error::Kind::invalid_input);
  EXPECT_THAT(outcome.error().what, HasSubstr("pg_dump"));
}

TEST_F(PostgresStoreTest, DamageIsFound) {
  auto one = node(1);
  apply(one, {.arrivals = {arrival(10, "a")},
              .records = {record(1, "order/1")},
              .deliveries = {delivery(20, 1, "x"), delivery(21, 1, "y")}});
  EXPECT_THAT(*one.reader->verify(nullptr), IsEmpty());
  Connection connection({url_});
  connection.run(
      "UPDATE payload SET bytes = 'x' WHERE id = 10; DELETE FROM payload WHERE id = 20;"
      "UPDATE delivery SET record = 99 WHERE id = 21;"
      "UPDATE counter SET value = value + 1 WHERE name = 6");
  const auto findings = *one.reader->verify(nullptr);
  EXPECT_THAT(findings, testing::UnorderedElementsAre(HasSubstr("payload 10: the checksum"),
                                                      HasSubstr("its body is missing"),
                                                      HasSubstr("its record 99 is missing"),
                                                      "counter deliveries says 3, there are 2"));
}

}  // namespace
}  // namespace tillbridge::journal
