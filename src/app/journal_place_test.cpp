#include "app/journal_place.h"

#include <gtest/gtest.h>

namespace tillbridge::app {
namespace {

JournalPlace at(const char* url) {
  JournalPlace place;
  place.file = "/data/tillbridge.journal";
  place.url = Secret(url);
  return place;
}

TEST(JournalPlace, IsShownWithoutAPassword) {
  EXPECT_EQ(name(at("")), "/data/tillbridge.journal");
  EXPECT_EQ(name(at("postgresql://hub:p@ss@db1,db2:5433/till?user=a&password=hush")),
            "PostgreSQL db1,db2:5433/till");
  EXPECT_EQ(name(at("postgres://db/till")), "PostgreSQL db/till");
  EXPECT_EQ(name(at("host=db password=hush")), "PostgreSQL");
  EXPECT_EQ(name(at("postgresql://hub:a?b@db/till")), "PostgreSQL");
  EXPECT_EQ(name(at("postgresql://db/till?password=a@b")), "PostgreSQL");
}

TEST(JournalPlace, IsTheEmbeddedStoreUnlessAnUrlIsGiven) {
  Config config;
  config.hub.data_dir = "/data";
  EXPECT_EQ(journal_place(config).file, "/data/tillbridge.journal");
  EXPECT_TRUE(journal_place(config).url.empty());
}

}  // namespace
}  // namespace tillbridge::app
