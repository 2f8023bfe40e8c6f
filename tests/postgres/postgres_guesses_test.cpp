// What goes in without being looked for first, because it is taken for new: when it is not, the
// outcome is the same. Ids are of now, as the hub's are; others are never taken for new.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/ids.h"
#include "journal/postgres/connection.h"
#include "journal/postgres/newness.h"
#include "journal/postgres/postgres_store.h"
#include "throwaway_cluster.h"

namespace tillbridge::journal {
namespace {

using postgres::Connection;
using postgres::open_postgres_store;
using testing::ElementsAre;
using testing::IsEmpty;

class PostgresGuessesTest : public testing::Test {
 protected:
  PostgresGuessesTest() {
    open();
    // Only ids from after the connection was made are taken for new ones.
    while (ids_.next<NoteId>().value <= lowest_id_at(opened_at_ + std::chrono::milliseconds{2})) {
    }
  }
  void open() {
    writer_.reset();
    store_ = std::move(*open_postgres_store(url_));
    writer_ = std::move(*store_->open_writer());
    reader_ = std::move(*store_->open_reader());
    opened_at_ = clock_.now();
  }

  // An event with its record and delivery, as the order feed stores it.
  Step order(const std::string& name) {
    AddArrival a;
    a.id = ids_.next<ArrivalId>();
    a.workspace = "shop";
    a.connection = "feed";
    a.external_id = name;
    a.state = ArrivalState::resolved;
    a.record = ids_.next<RecordId>();
    a.received_at = a.due_at = clock_.now();
    a.payload = "{}";
    PutRecord r;
    r.id = *a.record;
    r.workspace = "shop";
    r.kind = "sale";
    r.key = "order/" + name;
    r.state = RecordState::planned;
    r.happened_at = r.changed_at = clock_.now();
    r.store = "S1";
    r.search_keys = {"order:" + name, "x:7"};
    r.payload = "body of " + name;
    AddDelivery d;
    d.id = ids_.next<DeliveryId>();
    d.workspace = "shop";
    d.record = r.id;
    d.connection = "crm";
    d.effect = "sale/" + name;
    d.happened_at = clock_.now();
    d.parts = {"part of " + name};
    return {.arrivals = {a}, .records = {r}, .deliveries = {d}, .only_if_fresh = true};
  }
  std::vector<Receipt> apply(const std::vector<Step>& steps) {
    auto receipts = writer_->apply(steps);
    EXPECT_TRUE(receipts) << receipts.error().what;
    return receipts ? std::move(*receipts) : std::vector<Receipt>(steps.size());
  }
  // Batches that were made twice are two of the writer's numbers.
  std::int64_t batches_made() {
    return Connection({url_}).query("SELECT max(number) FROM writer")[0].integer(0);
  }
  Counts counts() { return *reader_->counts(); }
  std::uint32_t version_of(const PutRecord& r) {
    const auto found = reader_->records_by_key(r.workspace, {&r.key, 1}, false);
    return found && found->front() ? found->front()->version : 0;
  }
  void expect_sound() { EXPECT_THAT(*reader_->verify(nullptr), IsEmpty()); }

  const std::string url_ = ThrowawayCluster::of_program().url_of_new_schema();
  SystemClock clock_;
  IdSource ids_{clock_, 0};
  Instant opened_at_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Reader> reader_;
};

TEST_F(PostgresGuessesTest, WhatIsNewIsStoredAtOnce) {
  apply({order("1"), order("2")});
  apply({order("3")});
  EXPECT_EQ(batches_made(), 2);
  EXPECT_EQ(counts().records, 3U);
  EXPECT_EQ(counts().deliveries_waiting, 3U);
  const auto found = *reader_->tallies("shop", 0, 10'000'000);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].value, 3);
  EXPECT_EQ(found[1].value, 3);
  expect_sound();
}

TEST_F(PostgresGuessesTest, AKnownEventIsADuplicateAndNothingFollowsFromIt) {
  apply({order("1")});
  const auto again = order("1");
  const auto other = order("2");
  const auto receipts = apply({again, other});
  EXPECT_THAT(receipts[0].duplicate_arrivals, ElementsAre(again.arrivals[0].id));
  EXPECT_THAT(receipts[1].duplicate_arrivals, IsEmpty());
  EXPECT_EQ(batches_made(), 3) << "the second batch was made twice";
  EXPECT_EQ(counts().arrivals, 3U);
  EXPECT_EQ(counts().arrivals_duplicate, 1U);
  EXPECT_EQ(counts().records, 2U);
  EXPECT_EQ(counts().deliveries, 2U);
  expect_sound();
  // For a while everything is looked for.
  EXPECT_THAT(apply({order("1")})[0].duplicate_arrivals, testing::SizeIs(1));
  EXPECT_EQ(batches_made(), 4);
  expect_sound();
}

TEST_F(PostgresGuessesTest, TheSameEventTwiceInOneBatchIsNoWrongGuess) {
  const auto receipts = apply({order("1"), order("1")});
  EXPECT_THAT(receipts[0].duplicate_arrivals, IsEmpty());
  EXPECT_THAT(receipts[1].duplicate_arrivals, testing::SizeIs(1));
  EXPECT_EQ(batches_made(), 1);
  EXPECT_EQ(counts().records, 1U);
  expect_sound();
}

TEST_F(PostgresGuessesTest, AnEffectThatExistsIsNotStoredAgain) {
  auto first = order("1");
  apply({first});
  // Another record with an effect of the same name.
  auto second = order("1");
  second.arrivals[0].external_id = "2";
  second.records[0].key = "web_order/1";
  const auto receipts = apply({second});
  EXPECT_THAT(receipts[0].existing_deliveries, ElementsAre(second.deliveries[0].id));
  EXPECT_EQ(counts().deliveries, 1U);
  EXPECT_EQ(counts().records, 2U);
  expect_sound();
}

TEST_F(PostgresGuessesTest, ARecordIsReplacedInTheSameBatchAndInALaterOne) {
  auto first = order("1");
  Step closed{.records = first.records};
  closed.records[0].version = 2;
  closed.records[0].search_keys = {"order:1", "y:8"};
  apply({first, closed});
  Step returned{.records = closed.records};
  returned.records[0].version = 3;
  apply({order("2"), returned});
  EXPECT_EQ(batches_made(), 2);
  EXPECT_EQ(counts().records, 2U);
  EXPECT_EQ(version_of(first.records[0]), 3U);
  expect_sound();
}

// Another hub's, or one of this hub before it was started again.
TEST_F(PostgresGuessesTest, ARecordThatAnotherWriterPutIsReplaced) {
  const auto first = order("1");
  {
    const auto other = std::move(*open_postgres_store(url_));
    const auto writer = std::move(*other->open_writer());
    const auto stored = writer->apply({&first, 1});
    ASSERT_TRUE(stored) << stored.error().what;
  }
  Step changed{.records = first.records};
  changed.records[0].version = 2;
  apply({changed});
  EXPECT_EQ(counts().records, 1U);
  EXPECT_EQ(version_of(first.records[0]), 2U);
  open();
  changed.records[0].version = 3;
  apply({changed});
  EXPECT_EQ(batches_made(), 2)
      << "of the first writer: an id from before this one was connected is no guess";
  EXPECT_EQ(version_of(first.records[0]), 3U);
  expect_sound();
}

TEST_F(PostgresGuessesTest, AKeyOfAnotherRecordIsRefusedAsBefore) {
  apply({order("1")});
  auto wrong = order("1");
  wrong.arrivals[0].external_id = "2";
  const auto refused = writer_->apply({&wrong, 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::corrupt);
  apply({order("3")});
  EXPECT_EQ(counts().records, 2U);
  expect_sound();
}

// What a phone number may be is looked for, so that the server's log never tells it.
TEST_F(PostgresGuessesTest, AnEventThatIsNamedLikeAPhoneNumberIsLookedFor) {
  apply({order("0701740601")});
  EXPECT_THAT(apply({order("0701740601")})[0].duplicate_arrivals, testing::SizeIs(1));
  EXPECT_EQ(batches_made(), 2) << "the second batch was refused by a key";
  expect_sound();
}

// What a key did not refuse is no wrong guess: it is not made again, and guessing goes on.
TEST_F(PostgresGuessesTest, ARefusalOfAnotherKindIsNoWrongGuess) {
  Connection connection({url_});
  connection.run("ALTER TABLE record ADD CONSTRAINT no_second CHECK (key <> 'order/2')");
  const auto refused_step = order("2");
  const auto refused = writer_->apply({&refused_step, 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::corrupt);
  apply({order("1")});
  EXPECT_EQ(batches_made(), 2) << "what was refused was made again";
  apply({order("1")});
  EXPECT_EQ(batches_made(), 4) << "nothing is guessed any more";
  expect_sound();
}

TEST(Newness, ThatANameMayStandInIsNotGuessedAt) {
  EXPECT_TRUE(postgres::is_opaque("0197fb1a-7c5e-7b3a-9d51-2f0c7a5e8c11"));
  EXPECT_FALSE(postgres::is_opaque("consent/email/vera@kund.se/2"));
  EXPECT_FALSE(postgres::is_opaque("vera@kund.se"));
  EXPECT_FALSE(postgres::is_opaque("+46701740601"));
  EXPECT_FALSE(postgres::is_opaque("0701740601"));
  EXPECT_FALSE(postgres::is_opaque("070-174 06 01"));
  EXPECT_FALSE(postgres::is_opaque("850709-9805"));
  EXPECT_TRUE(postgres::is_opaque("20417"));
  EXPECT_TRUE(postgres::is_opaque("00000000000000000000000000020417"));
  EXPECT_TRUE(postgres::is_named_after("sale/20417", "order/20417"));
  EXPECT_TRUE(postgres::is_named_after("sale/1000020417", "order/1000020417"));
  EXPECT_FALSE(postgres::is_named_after("customer/vera@kund.se", "customer/vera@kund.se"));
  EXPECT_FALSE(postgres::is_named_after("customer/c-7/3", "customer/c-7/3"));
  EXPECT_FALSE(postgres::is_named_after("profile/c-7/2", "order/20417"));
  EXPECT_FALSE(postgres::is_named_after("sale/20417/2", "order/20417"));
  EXPECT_FALSE(postgres::is_named_after("sale", "sale"));
}

}  // namespace
}  // namespace tillbridge::journal
