// Connections that break: nothing is acknowledged that is not there, and nothing twice.

#include <algorithm>
#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/postgres/connection.h"
#include "journal/postgres/postgres_store.h"
#include "lossy_proxy.h"
#include "throwaway_cluster.h"

namespace tillbridge::journal {
namespace {

using postgres::Connection;
using postgres::open_postgres_store;
using postgres::PostgresSettings;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::chrono::seconds patience{20};

AddArrival arrival(std::uint64_t id, const std::string& event) {
  AddArrival a;
  a.id = ArrivalId{id};
  a.workspace = "shop";
  a.connection = "sitoo";
  a.external_id = event;
  a.payload = "{}";
  return a;
}

std::string with(std::string url, const std::string& from, const std::string& to) {
  const auto at = url.find(from);
  EXPECT_NE(at, std::string::npos) << url;
  return url.replace(at, url.find('&', at) - at, to);
}

class PostgresFaultsTest : public testing::Test {
 protected:
  PostgresFaultsTest() : proxy_(socket_of(url_)) {
    // The same schema, through the proxy.
    store_ = std::move(*open_postgres_store(proxy_url()));
    writer_ = std::move(*store_->open_writer());
    auto direct = std::move(*open_postgres_store(url_));
    reader_ = std::move(*direct->open_reader());
    direct_ = std::move(direct);
  }

  static std::string port_of(const std::string& url) {
    const auto at = url.find("port=") + 5;
    return url.substr(at, url.find('&', at) - at);
  }
  static std::string socket_of(const std::string& url) {
    return ThrowawayCluster::of_program().folder() + "/.s.PGSQL." + port_of(url);
  }
  std::string proxy_url() const {
    return with(with(url_, "host=", "host=127.0.0.1&sslmode=disable"),
                "port=", "port=" + std::to_string(proxy_.port()));
  }

  Result<std::vector<Receipt>> apply(Step step) { return writer_->apply({&step, 1}); }
  // As its caller would: again while it is unavailable.
  Receipt apply_until_taken(const Step& step) {
    const auto give_up = std::chrono::steady_clock::now() + patience;
    for (;;) {
      auto receipts = apply(step);
      if (receipts) return receipts->front();
      EXPECT_EQ(receipts.error().kind, Error::Kind::unavailable) << receipts.error().what;
      if (std::chrono::steady_clock::now() > give_up) {
        ADD_FAILURE() << receipts.error().what;
        return {};
      }
      std::this_thread::yield();
    }
  }
  bool is_stored(std::uint64_t id) { return reader_->arrival(ArrivalId{id})->has_value(); }
  void run(const std::string& sql) { Connection({url_}).run(sql); }

  const std::string url_ = ThrowawayCluster::of_program().url_of_new_schema();
  LossyProxy proxy_;
  std::unique_ptr<Store> store_, direct_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Reader> reader_;
};

TEST_F(PostgresFaultsTest, ACommitWhoseAnswerIsLostIsReportedAsDone) {
  ASSERT_TRUE(apply({.arrivals = {arrival(10, "a")}}));
  proxy_.lose_next_commit_answer();
  const auto receipts = apply({.arrivals = {arrival(11, "b"), arrival(12, "a")}});
  ASSERT_TRUE(receipts) << receipts.error().what;
  EXPECT_TRUE(proxy_.lost_one());
  EXPECT_THAT(receipts->front().duplicate_arrivals, ElementsAre(ArrivalId{12}));
  EXPECT_TRUE(is_stored(11));
  ASSERT_TRUE(apply({.arrivals = {arrival(13, "c")}}));
  EXPECT_EQ(reader_->counts()->arrivals, 4U);
  EXPECT_THAT(*reader_->verify(nullptr), IsEmpty());
}

TEST_F(PostgresFaultsTest, ACommitThatNeverArrivedDidNotHappen) {
  proxy_.lose_next_commit();  // the first apply() prepares it: its text goes by
  const auto receipts = apply({.arrivals = {arrival(11, "b")}});
  ASSERT_FALSE(receipts);
  EXPECT_TRUE(proxy_.lost_one());
  EXPECT_EQ(receipts.error().kind, Error::Kind::unavailable);
  EXPECT_FALSE(is_stored(11));
  EXPECT_THAT(apply_until_taken({.arrivals = {arrival(11, "b")}}).duplicate_arrivals, IsEmpty());
  EXPECT_EQ(reader_->counts()->arrivals, 1U);
}

TEST_F(PostgresFaultsTest, AServerThatGoesAtTheCommitIsAskedWhatItDid) {
  // Runs within COMMIT, and ends the session there.
  run("CREATE FUNCTION go() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
      "CREATE CONSTRAINT TRIGGER go AFTER INSERT ON note DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION go()");
  const AddNote note{NoteId{60}, "shop", 10, Instant{}, "hold", "text"};
  const auto receipts = apply({.arrivals = {arrival(10, "a")}, .notes = {note}});
  ASSERT_FALSE(receipts);
  EXPECT_EQ(receipts.error().kind, Error::Kind::unavailable);
  EXPECT_FALSE(is_stored(10));
  run("DROP TRIGGER go ON note");
  apply_until_taken({.arrivals = {arrival(10, "a")}, .notes = {note}});
  EXPECT_TRUE(is_stored(10));
}

TEST_F(PostgresFaultsTest, EndedSessionsLoseAndDoubleNothing) {
  std::uint64_t taken = 0;
  std::uint64_t duplicates = 0;
  std::atomic<bool> killing = true;
  std::thread killer([&] {
    for (int n = 0; n < 30; ++n) {
      run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
          "WHERE application_name LIKE 'tillbridge writer%'");
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + n));
    }
    killing = false;
  });
  for (std::uint64_t n = 0; killing || n < 3; ++n) {
    duplicates += apply_until_taken({.arrivals = {arrival(100 + n, std::to_string(n))}})
                      .duplicate_arrivals.size();
    ++taken;
  }
  killer.join();
  EXPECT_EQ(duplicates, 0U) << "an apply() that was said to have failed had happened";
  EXPECT_EQ(reader_->counts()->arrivals, taken);
  EXPECT_THAT(*reader_->verify(nullptr), IsEmpty());
}

TEST_F(PostgresFaultsTest, AReaderAsksAgainOnANewConnection) {
  ASSERT_TRUE(apply({.arrivals = {arrival(10, "a")}}));
  EXPECT_TRUE(is_stored(10));
  run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      "WHERE application_name = 'tillbridge reader'");
  EXPECT_TRUE(is_stored(10));
}

TEST_F(PostgresFaultsTest, AServerThatIsReadOnlyIsUnavailable) {
  ASSERT_TRUE(apply({.arrivals = {arrival(10, "a")}}));
  run("ALTER DATABASE tillbridge SET default_transaction_read_only = on;"
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
      "WHERE application_name LIKE 'tillbridge writer%'");
  for (int n = 0; n < 5; ++n) {
    const auto receipts = apply({.arrivals = {arrival(11, "b")}});
    ASSERT_FALSE(receipts);
    EXPECT_EQ(receipts.error().kind, Error::Kind::unavailable) << receipts.error().what;
  }
  Connection connection({url_});
  connection.run("SET default_transaction_read_only = off");
  connection.run("ALTER DATABASE tillbridge RESET default_transaction_read_only");
  apply_until_taken({.arrivals = {arrival(11, "b")}});
  EXPECT_TRUE(is_stored(11));
}

TEST_F(PostgresFaultsTest, ALockThatIsHeldTooLongTakesTheApplyBack) {
  ASSERT_TRUE(apply({.cursors = {{"shop", "c", "1"}}}));
  Connection holder({url_});
  holder.run("BEGIN; UPDATE cursor SET value = '9'");
  PostgresSettings quick;
  quick.answer_time_max = std::chrono::milliseconds(300);
  auto quick_store = std::move(*open_postgres_store(url_, quick));
  auto quick_writer = std::move(*quick_store->open_writer());
  Step step{.arrivals = {arrival(10, "a")}, .cursors = {{"shop", "c", "2"}}};
  const auto receipts = quick_writer->apply({&step, 1});
  ASSERT_FALSE(receipts);
  EXPECT_EQ(receipts.error().kind, Error::Kind::unavailable);
  EXPECT_FALSE(is_stored(10));
  holder.run("ROLLBACK");
  const auto give_up = std::chrono::steady_clock::now() + patience;
  while (!quick_writer->apply({&step, 1})) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up);
  }
  EXPECT_TRUE(is_stored(10));
}

}  // namespace
}  // namespace tillbridge::journal
