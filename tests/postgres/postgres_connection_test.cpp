// Which answers are waited for, and whose failures count (connection.h).

#include <gtest/gtest.h>

#include "journal/postgres/connection.h"
#include "throwaway_cluster.h"

namespace tillbridge::journal {
namespace {

using postgres::Connection;
using postgres::Failure;
using postgres::Rows;

class PostgresConnectionTest : public testing::Test {
 protected:
  Connection::Handler into(std::int64_t& answer) {
    return [&answer](const Rows& rows) { answer = rows[0].integer(0); };
  }

  const std::string url_ = ThrowawayCluster::of_program().url_of_new_schema();
  Connection connection_{{url_}};
};

TEST_F(PostgresConnectionTest, AnswersAreHeardWhileTheServerIsStillBusy) {
  Connection holder({url_});
  holder.run("SELECT pg_advisory_lock(1)");
  std::int64_t answer = 0;
  connection_.send("SELECT 7::bigint", {}, into(answer));
  connection_.start_answering();
  connection_.send("SELECT pg_advisory_lock(1)");
  connection_.sync_later();
  connection_.hear();
  EXPECT_EQ(answer, 7);
  holder.run("SELECT pg_advisory_unlock(1)");
  EXPECT_EQ(connection_.query("SELECT 8::bigint")[0].integer(0), 8);
}

TEST_F(PostgresConnectionTest, AFailureThatNobodyWaitedForIsForgotten) {
  std::int64_t answer = 0;
  connection_.send("SELECT 1 / (1 - 1)");
  connection_.sync_later();
  connection_.send("SELECT 7::bigint", {}, into(answer));
  connection_.hear();
  EXPECT_EQ(answer, 7);
  connection_.sync();
  connection_.send("SELECT 1 / (2 - 2)");
  connection_.sync_later();
  EXPECT_EQ(connection_.query("SELECT 8::bigint")[0].integer(0), 8);
  connection_.send("SELECT 1 / (3 - 3)");
  connection_.sync_later();
  connection_.run("SELECT 9");
  EXPECT_FALSE(connection_.lost());
}

// A notification that cannot be kept is refused there, too.
TEST_F(PostgresConnectionTest, WhatOnlyTheEndRefusesIsForgottenAsWell) {
  connection_.run("CREATE TABLE once (n int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
  connection_.send("INSERT INTO once VALUES (1), (1)");
  connection_.sync_later();
  EXPECT_EQ(connection_.query("SELECT 8::bigint")[0].integer(0), 8);
  connection_.send("INSERT INTO once VALUES (2), (2)");
  EXPECT_THROW(connection_.sync(), Failure) << "this one is waited for";
  connection_.send("INSERT INTO once VALUES (3), (3)");
  connection_.sync_later();
  connection_.run("SELECT 9");
  EXPECT_FALSE(connection_.lost());
  EXPECT_EQ(connection_.query("SELECT count(*) FROM once")[0].integer(0), 0);
}

TEST_F(PostgresConnectionTest, AFailureIsHeardAndTheConnectionIsOfUseAfterwards) {
  std::int64_t answer = 0;
  connection_.send("BEGIN");
  connection_.send("SELECT 1 / (1 - 1)");
  connection_.send("SELECT 7::bigint", {}, into(answer));
  connection_.start_answering();
  connection_.send("SELECT 8::bigint");
  EXPECT_THROW(connection_.hear(), Failure);
  EXPECT_EQ(answer, 0);
  connection_.forget_handlers();
  EXPECT_THROW(connection_.sync(), Failure) << "what came after it was not executed";
  EXPECT_FALSE(connection_.lost());
  EXPECT_TRUE(connection_.in_transaction());
  connection_.run("ROLLBACK");
  EXPECT_EQ(connection_.query("SELECT 8::bigint")[0].integer(0), 8);
}

}  // namespace
}  // namespace tillbridge::journal
