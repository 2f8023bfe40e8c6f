// Contract 6.2, by its rows.
#include <gtest/gtest.h>

#include "bloomreach/test_project.h"

namespace sandbox::bloomreach {
namespace {

class IdentityTest : public test::ProjectTest {
 protected:
  std::string a = R"({"registered":"A"})";
  std::size_t profiles() { return simulator.profiles().size(); }
  boost::json::value ids(const std::string& of) { return exported(of).at("ids"); }
  std::size_t events(const std::string& of) { return exported(of).at("events").as_array().size(); }
};

TEST_F(IdentityTest, Rows1And2OneProfilePerId) {
  event(a, "p", 1);
  event(a, "p", 2);
  event(R"({"registered":"a"})", "p", 1);  // hard ids are case sensitive
  EXPECT_EQ(profiles(), 2U);
  EXPECT_EQ(events(a), 2U);
}

TEST_F(IdentityTest, Row3AnonymousProfilesAreMerged) {
  event(R"({"cookie":"X"})", "visit", 1);
  event(a, "p", 2);
  update(R"({"cookie":"X"})", R"({"k":"old","only":1})", 10);
  update(a, R"({"k":"new"})", 11);
  event(R"({"registered":"A","cookie":"X"})", "p", 3);
  EXPECT_EQ(profiles(), 1U);
  EXPECT_EQ(ids(a), json(R"({"registered":"A","cookie":["X"]})"));
  EXPECT_EQ(exported(a).at("properties"), json(R"({"k":"new","only":1})"));
  EXPECT_EQ(events(a), 4U);  // visit, p, p and merge
  EXPECT_EQ(simulator.status().at("merges"), 1U);
}

TEST_F(IdentityTest, TheOlderProfileSurvivesAMerge) {
  event(R"({"cookie":"X"})", "visit", 1);
  const std::string oldest = simulator.profiles().all()[0]->internal_id();
  event(a, "p", 2);
  event(R"({"registered":"A","cookie":"X"})", "p", 3);
  ASSERT_EQ(profiles(), 1U);
  EXPECT_EQ(simulator.profiles().all()[0]->internal_id(), oldest);
  EXPECT_EQ(oldest.size(), 24U);
}

TEST_F(IdentityTest, Row4UnknownSoftIdsAreAdded) {
  event(a, "p", 1);
  event(R"({"registered":"A","cookie":"X"})", "p", 2);
  EXPECT_EQ(ids(a), json(R"({"registered":"A","cookie":["X"]})"));
}

TEST_F(IdentityTest, Row5SoftIdsAreStolenAndHistoryStays) {
  event(R"({"registered":"B","cookie":"X"})", "p", 1);
  event(R"({"registered":"A","cookie":"X"})", "p", 2);
  EXPECT_EQ(profiles(), 2U);
  EXPECT_EQ(ids(a), json(R"({"registered":"A","cookie":["X"]})"));
  EXPECT_EQ(ids(R"({"registered":"B"})"), json(R"({"registered":"B"})"));
  EXPECT_EQ(events(R"({"registered":"B"})"), 1U);
}

TEST_F(IdentityTest, Rows6To8HardIdsOfTwoTypes) {
  event(R"({"registered":"A","email_id":"e1"})", "p", 1);
  EXPECT_EQ(ids(a), json(R"({"registered":"A","email_id":"e1"})"));
  event(R"({"registered":"B"})", "p", 1);
  event(R"({"registered":"B","email_id":"e2"})", "p", 2);
  EXPECT_EQ(ids(R"({"email_id":"e2"})"), json(R"({"registered":"B","email_id":"e2"})"));
  event(R"({"registered":"C"})", "p", 1);
  event(R"({"email_id":"e3"})", "p", 1);
  EXPECT_EQ(profiles(), 4U);
  event(R"({"registered":"C","email_id":"e3"})", "p", 2);
  EXPECT_EQ(profiles(), 3U);
  EXPECT_EQ(events(R"({"registered":"C"})"), 4U);
}

TEST_F(IdentityTest, Rows9And10AreDroppedByDefault) {
  event(R"({"registered":"A","email_id":"e1"})", "p", 1);
  event(R"({"registered":"B","email_id":"e2"})", "p", 1);
  EXPECT_EQ(event(R"({"registered":"A","email_id":"e2"})", "p", 2).status, 200);  // row 9
  EXPECT_EQ(event(R"({"registered":"A","email_id":"e3"})", "p", 2).status, 200);  // row 10
  EXPECT_EQ(events(a), 1U);
  EXPECT_EQ(simulator.status().at("dropped_conflicts"), 2U);
  EXPECT_EQ(profiles(), 2U);
}

TEST_F(IdentityTest, Rows9And10AsErrors) {
  change(R"({"conflicting_ids":"reject_error"})");
  event(R"({"registered":"A","email_id":"e1"})", "p", 1);
  EXPECT_EQ(event(R"({"registered":"A","email_id":"e3"})", "p", 2).status, 400);
  const Reply batch = track("/batch", R"({"commands":[{"name":"customers/events","data":{
      "customer_ids":{"registered":"A","email_id":"e3"},"event_type":"p"}}]})");
  EXPECT_EQ(parsed(batch).at("results").as_array()[0].at("success"), false);
  EXPECT_EQ(ledger.received_events(), 1U);
}

TEST_F(IdentityTest, Rows9And10OverwriteWhenAsked) {
  change(R"({"conflicting_ids":"overwrite"})");
  event(R"({"registered":"A","email_id":"e1"})", "p", 1);
  event(R"({"registered":"B","email_id":"e2"})", "p", 1);
  event(R"({"registered":"A","email_id":"e2"})", "p", 2);
  EXPECT_EQ(ids(a), json(R"({"registered":"A","email_id":"e2"})"));
  EXPECT_EQ(ids(R"({"registered":"B"})"), json(R"({"registered":"B"})"));
  EXPECT_EQ(read("/customers/export-one", R"({"customer_ids":{"email_id":"e1"}})").status, 404);
  EXPECT_EQ(events(a), 2U);
}

TEST_F(IdentityTest, The65thSoftIdPushesOutTheLeastRecentlyUsed) {
  for (int i = 0; i < 64; ++i)
    event(R"({"registered":"A","cookie":"c)" + std::to_string(i) + "\"}", "p", i);
  event(R"({"registered":"A","cookie":"c0"})", "p", 100);  // used again
  event(R"({"registered":"A","cookie":"new"})", "p", 101);
  EXPECT_EQ(ids(a).at("cookie").as_array().size(), 64U);
  EXPECT_EQ(read("/customers/export-one", R"({"customer_ids":{"cookie":"c1"}})").status, 404);
  EXPECT_EQ(read("/customers/export-one", R"({"customer_ids":{"cookie":"c0"}})").status, 200);
}

TEST_F(IdentityTest, AnonymisedCustomersComeBackAsNewProfiles) {
  update(a, R"({"email":"a@b.se","tier":"gold"})", 1);
  event(a, "p", 1);
  EXPECT_EQ(read("/customers/anonymize", R"({"customer_ids":{"registered":"A"}})").body,
            R"({"success":true})");
  EXPECT_EQ(read("/customers/export-one", R"({"customer_ids":{"registered":"A"}})").status, 404);
  const Profile* left = simulator.profiles().all()[0];
  EXPECT_TRUE(left->hard.empty());
  EXPECT_EQ(left->soft.at("cookie").size(), 1U);
  EXPECT_FALSE(left->properties.contains("email"));
  EXPECT_TRUE(left->properties.contains("tier"));
  EXPECT_EQ(left->events.size(), 2U);
  event(a, "p", 2);
  EXPECT_EQ(profiles(), 2U);
  EXPECT_EQ(events(a), 1U);
}

TEST_F(IdentityTest, BulkAnonymisingNamesTheRequest) {
  event(a, "p", 1);
  event(R"({"registered":"B"})", "p", 1);
  const std::string internal = simulator.profiles().all()[1]->internal_id();
  const Reply reply = read("/customers/anonymize_bulk",
                           R"({"customers":[{"customer_ids":{"registered":"A"}},{"internal_id":")" +
                               internal + R"("}]})");
  EXPECT_TRUE(parsed(reply).at("bulk_id").is_string());
  for (const Profile* profile : simulator.profiles().all()) EXPECT_TRUE(profile->hard.empty());
  change(R"({"keys":[{"id":"sandbox-key","permissions":{"anonymize":false}}]})");
  EXPECT_EQ(read("/customers/anonymize", R"({"customer_ids":{"registered":"A"}})").status, 403);
}

}  // namespace
}  // namespace sandbox::bloomreach
