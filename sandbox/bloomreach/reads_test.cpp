// C1 to C4 and G1 (contract 7 and 8).
#include <gtest/gtest.h>

#include "bloomreach/test_project.h"

namespace sandbox::bloomreach {
namespace {

class ReadsTest : public test::ProjectTest {
 protected:
  void SetUp() override {
    update(R"({"registered":"a","cookie":"x"})", R"({"first_name":"Ada","email":"a@b.se"})", 1);
    event(R"({"registered":"a"})", "purchase", 30, R"({"purchase_id":"1"})");
    event(R"({"registered":"a"})", "purchase", 10, R"({"purchase_id":"2"})");
    event(R"({"registered":"a"})", "view", 20);
  }
  boost::json::value attribute(const std::string& attribute) {
    const Reply reply =
        read("/customers/attributes",
             R"({"customer_ids":{"registered":"a"},"attributes":[)" + attribute + "]}");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return parsed(reply).at("results").as_array().at(0);
  }
  void consent(double at, const std::string& properties) {
    event(R"({"registered":"a"})", "consent", at, properties);
  }
  boost::json::value consent_valid() {
    return attribute(R"({"type":"consent","category":"newsletter"})").at("value");
  }
};

TEST_F(ReadsTest, AttributesFollowTheRequest) {
  change(
      R"({"keys":[{"id":"sandbox-key","permissions":{"properties_get":{"denied":["email"]}}}]})");
  const Reply reply =
      read("/customers/attributes", R"({"customer_ids":{"registered":"a"},"attributes":[
    {"type":"property","property":"first_name"},{"type":"property","property":"email"},
    {"type":"property","property":"unset"},{"type":"id","id":"registered"},{"type":"id",
        "id":"cookie"},
    {"type":"segmentation","id":"65aa"}]})");
  EXPECT_EQ(parsed(reply), json(R"({"success":true,"results":[{"success":true,"value":"Ada"},
    {"success":false,"error":"No permission"},{"success":true,"value":null},{"success":true,
        "value":"a"},
    {"success":true,"value":["x"]},{"success":true,"value":null}]})"));
}

TEST_F(ReadsTest, UnknownCustomers) {
  const std::string body =
      R"({"customer_ids":{"registered":"zz"},"attributes":[{"type":"property","property":"email"}],
          "event_types":["purchase"]})";
  for (const char* call : {"/customers/attributes", "/customers/export-one", "/customers/events"}) {
    const Reply reply = read(call, body);
    EXPECT_EQ(reply.status, 404) << call;
    EXPECT_EQ(reply.body, R"({"success":false,"errors":{"_global":["Customer does not exist"]}})");
  }
  change(R"({"attributes_unknown_404":false})");
  EXPECT_EQ(read("/customers/attributes", body).body,
            R"({"success":true,"results":[{"success":true,"value":null}]})");
}

TEST_F(ReadsTest, ExportOneHasTwoShapes) {
  const auto flat = exported(R"({"cookie":"x"})");
  EXPECT_EQ(flat.at("ids"), json(R"({"registered":"a","cookie":["x"]})"));
  EXPECT_EQ(flat.at("properties"), json(R"({"first_name":"Ada","email":"a@b.se"})"));
  EXPECT_EQ(flat.at("events").as_array()[0],
            json(R"({"type":"purchase","timestamp":3E1,"properties":{"purchase_id":"1"}})"));
  change(R"({"export_in_value":true})");
  const auto nested = exported(R"({"cookie":"x"})");
  EXPECT_EQ(nested.at("value").at("ids"), flat.at("ids"));
  EXPECT_FALSE(nested.contains("ids"));
  change(R"({"keys":[{"id":"sandbox-key","permissions":{"export_one":false}}]})");
  const Reply refused = read("/customers/export-one", R"({"customer_ids":{"registered":"a"}})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body, R"({"success":false,"error":"No permission to export customer"})");
}

TEST_F(ReadsTest, ExportAllInItsFormats) {
  event(R"({"registered":"b"})", "view", 1);
  const std::string columns =
      R"("attributes":{"type":"some","list":[{"type":"id","id":"registered"},)"
      R"({"type":"property","property":"email"}]}})";
  EXPECT_EQ(parsed(read("/customers/export", R"({"format":"table_json",)" + columns)),
            json(R"({"success":true,"fields":[{"type":"id","id":"registered"},
                     {"type":"property","property":"email"}],"data":[["a",
        "a@b.se"],["b",null]]})"));
  EXPECT_EQ(read("/customers/export", R"({"format":"csv",)" + columns).body,
            "registered,email\na,a@b.se\nb,\n");
  EXPECT_EQ(parsed(read("/customers/export", R"({"format":"native_json"})"))
                .at("fields")
                .as_array()
                .size(),
            5U);
  EXPECT_EQ(read("/customers/export", R"({"format":"xml"})").status, 400);
  EXPECT_EQ(parsed(read("/customers/export", R"({"format":"table_json",
                "filter":{"type":"segment","segmentation_id":"65aa","segment_index":0}})"))
                .at("data")
                .as_array()
                .size(),
            0U);
  change(R"({"keys":[{"id":"sandbox-key","permissions":{"export_all":false}}]})");
  EXPECT_EQ(read("/customers/export", R"({"format":"csv"})").status, 403);
}

TEST_F(ReadsTest, EventsAreOrderedAndPaged) {
  const auto purchases = [this](const std::string& more) {
    const Reply reply = read("/customers/events", R"({"customer_ids":{"registered":"a"},
                             "event_types":["purchase"])" +
                                                      more + "}");
    std::string order;
    const auto body = parsed(reply);
    for (const auto& one : body.at("data").as_array())
      order += one.at("properties").at("purchase_id").as_string().c_str();
    return order;
  };
  EXPECT_EQ(purchases(""), "21");
  EXPECT_EQ(purchases(R"(,"order":"desc")"), "12");
  EXPECT_EQ(purchases(R"(,"order":"desc","limit":1)"), "1");
  EXPECT_EQ(purchases(R"(,"skip":1)"), "1");
  EXPECT_EQ(read("/customers/events", R"({"customer_ids":{"registered":"a"}})").status, 400);
  change(R"({"keys":[{"id":"sandbox-key","permissions":{"events_get":{"denied":["view"]}}}]})");
  EXPECT_EQ(read("/customers/events", R"({"customer_ids":{"registered":"a"},
                 "event_types":["purchase","view"]})")
                .status,
            403);
}

TEST_F(ReadsTest, TheNewestConsentDecides) {
  EXPECT_EQ(consent_valid(), false);
  consent(
      100,
      R"({"action":"accept","category":"newsletter","valid_until":"unlimited","source":"pos"})");
  EXPECT_EQ(consent_valid(), true);
  EXPECT_EQ(attribute(R"({"type":"consent","category":"newsletter","mode":"source"})").at("value"),
            "pos");
  EXPECT_EQ(
      attribute(R"({"type":"consent","category":"newsletter","mode":"timestamp"})").at("value"),
      100.0);
  consent(99, R"({"action":"reject","category":"newsletter"})");  // arrives later, is older
  EXPECT_EQ(consent_valid(), true);
  consent(101, R"({"action":"reject","category":"newsletter"})");
  EXPECT_EQ(consent_valid(), false);
}

TEST_F(ReadsTest, MalformedAndExpiredConsentsAreNone) {
  const std::string accept = R"({"action":"accept","category":"newsletter","valid_until":)";
  consent(100, accept + "\"unlimited\"}");
  consent(101, R"({"action":"accept","category":"newsletter"})");
  EXPECT_EQ(consent_valid(), false);
  consent(102, accept + "\"unlimited\"}");
  consent(103, R"({"action":"ACCEPT","category":"newsletter","valid_until":"unlimited"})");
  EXPECT_EQ(consent_valid(), false);
  consent(104, accept + "1767225700}");
  EXPECT_EQ(consent_valid(), true);
  clock.advance(std::chrono::seconds{100});
  EXPECT_EQ(consent_valid(), false);
  consent(105, R"({"action":"accept","category":"Newsletter","valid_until":"unlimited"})");
  EXPECT_EQ(consent_valid(), false);
  EXPECT_EQ(attribute(R"({"type":"consent","category":"Newsletter"})").at("success"), false);
}

TEST_F(ReadsTest, ConsentCategoriesNameTheirSources) {
  const Reply reply = send(request("GET", path("data", "/consent/categories"), ""));
  const auto category = parsed(reply).at("results").as_array().at(0);
  EXPECT_EQ(category.at("id"), "newsletter");
  EXPECT_EQ(category.at("sources").at("private_api"), true);
  change(R"({"consent_categories":["newsletter","sms"],"categories_closed_to_api":["sms"]})");
  const auto both = parsed(send(request("GET", path("data", "/consent/categories"), "")));
  EXPECT_EQ(both.at("results").at(0).at("sources").at("private_api"), true);
  EXPECT_EQ(both.at("results").at(1).at("sources").at("private_api"), false);
}

// Several phones of one person are one property.
TEST_F(ReadsTest, ListsAreValuesLikeOthers) {
  const auto phones = json(R"(["+46701740601","+46725000001"])");
  update(R"({"registered":"a"})", R"({"phone":["+46701740601","+46725000001"]})", 5);
  EXPECT_EQ(attribute(R"({"type":"property","property":"phone"})").at("value"), phones);
  EXPECT_EQ(exported(R"({"registered":"a"})").at("properties").at("phone"), phones);
  const std::string columns =
      R"("attributes":{"type":"some","list":[{"type":"property","property":"phone"}]}})";
  EXPECT_EQ(parsed(read("/customers/export", R"({"format":"native_json",)" + columns)).at("data"),
            json(R"([[["+46701740601","+46725000001"]]])"));
  EXPECT_EQ(read("/customers/export", R"({"format":"csv",)" + columns).body,
            "phone\n\"[\"\"+46701740601\"\",\"\"+46725000001\"\"]\"\n");
  EXPECT_EQ(simulator.profiles_with("phone", "+46725000001").size(), 1U);
  EXPECT_EQ(simulator.profiles_with("phone", "+4672").size(), 0U);
  update(R"({"registered":"a"})", R"({"phone":["+46701740601"]})", 6);
  EXPECT_EQ(attribute(R"({"type":"property","property":"phone"})").at("value"),
            json(R"(["+46701740601"])"));
}

TEST_F(ReadsTest, WhatStoodThereBeforeIsReadAndNotReported) {
  const std::uint64_t received = ledger.received_events();
  const ExternalIds ids = {{"registered", "c-1"}, {"email_id", "v@k.se"}, {"unknown_type", "x"}};
  ASSERT_TRUE(simulator.put_profile(ids, {{"first_name", "Vera"}, {"phone", "+4670"}}, 1000));
  ASSERT_TRUE(simulator.put_profile(ids, {{"first_name", "Vera"}, {"phone", "+4670"}}, 1000));
  EXPECT_EQ(simulator.profiles_of("email_id", "v@k.se"),
            simulator.profiles_of("registered", "c-1"));
  const auto found = simulator.profiles_of("registered", "c-1");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].at("ids"), json(R"({"registered":"c-1","email_id":"v@k.se"})"));
  EXPECT_EQ(found[0].at("properties"), json(R"({"first_name":"Vera","phone":"+4670"})"));
  EXPECT_EQ(found[0].at("events"), 0U);
  EXPECT_EQ(found[0].at("internal_id").as_string().size(), 24U);
  EXPECT_EQ(ledger.received_events(), received);
  update(R"({"registered":"c-1"})", R"({"first_name":"Vera Maria"})", 1001);
  EXPECT_EQ(exported(R"({"email_id":"v@k.se"})").at("properties").at("first_name"), "Vera Maria");
  EXPECT_FALSE(simulator.put_profile({{"registered", "c-2"}, {"email_id", "v@k.se"}}, {}, 1));
  EXPECT_FALSE(simulator.put_profile({{"unknown_type", "x"}}, {{"a", 1}}, 1));
}

TEST_F(ReadsTest, PeopleDecideInsideBloomreach) {
  const std::uint64_t received = ledger.received_events();
  const ExternalIds ids = {{"registered", "a"}};
  ASSERT_TRUE(simulator.person_decides(ids, "newsletter", true, 100));
  EXPECT_EQ(consent_valid(), true);
  ASSERT_TRUE(simulator.person_decides(ids, "newsletter", false, 101));
  EXPECT_EQ(consent_valid(), false);
  EXPECT_EQ(ledger.received_events(), received);
  EXPECT_FALSE(simulator.person_decides({{"registered", "zz"}}, "newsletter", true, 1));
  EXPECT_FALSE(simulator.person_decides(ids, "Newsletter", true, 1));
}

TEST_F(ReadsTest, AnonymisedPeopleAreNotFoundAndComeBackAsOthers) {
  const std::string before =
      simulator.profiles_of("registered", "a")[0].at("internal_id").as_string().c_str();
  EXPECT_EQ(read("/customers/anonymize", R"({"customer_ids":{"registered":"a"}})").status, 200);
  EXPECT_EQ(simulator.profiles_of("registered", "a").size(), 0U);
  EXPECT_EQ(simulator.profiles_with("email", "a@b.se").size(), 0U);
  update(R"({"registered":"a"})", R"({"email":"a@b.se"})", 50);
  const std::string after =
      simulator.profiles_of("registered", "a")[0].at("internal_id").as_string().c_str();
  EXPECT_NE(before, after);
  const Reply bulk =
      read("/customers/anonymize_bulk", R"({"customers":[{"internal_id":")" + after + R"("},
                              {"customer_ids":{"registered":"nobody"}}]})");
  EXPECT_EQ(bulk.status, 200);
  EXPECT_TRUE(parsed(bulk).at("bulk_id").is_string());
  EXPECT_EQ(simulator.profiles_of("registered", "a").size(), 0U);
}

}  // namespace
}  // namespace sandbox::bloomreach
