// Profiles: identity, upsert, conflicts, merging, jobs, deletion.
#include <gtest/gtest.h>

#include "klaviyo/test_account.h"

namespace sandbox::klaviyo {
namespace {

using test::code;
using test::json;
using test::parsed;
using test::pointers;

class KlaviyoSimProfilesTest : public test::AccountTest {
 protected:
  Reply create(const std::string& attributes) {
    return post("/api/profiles", profile_body(attributes));
  }
  Reply patch(const std::string& id, const std::string& attributes, const std::string& more = "") {
    return send(request("PATCH", "/api/profiles/" + id,
                        profile_body(attributes, R"(,"id":")" + id + "\"" + more)));
  }
  KlaviyoProfile only() {
    const auto all = simulator.profiles();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? KlaviyoProfile{} : all[0];
  }
  static std::string owner(const Reply& reply) {
    return std::string(parsed(reply).at_pointer("/errors/0/meta/duplicate_profile_id").as_string());
  }
};

TEST_F(KlaviyoSimProfilesTest, CreateGivesThatProfileOrTheOneInTheWay) {
  const Reply made = create(R"("email":"Elin@Kund.tillbridge.dev","first_name":"Elin")");
  EXPECT_EQ(made.status, 201);
  const auto data = parsed(made).at("data");
  EXPECT_EQ(data.at("id").as_string().size(), 26U);
  EXPECT_EQ(data.at("attributes").at("email"), "elin@kund.tillbridge.dev");
  EXPECT_FALSE(data.at("attributes").as_object().contains("subscriptions"));
  const Reply again = create(R"("email":"elin@kund.tillbridge.dev")");
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(code(again), "duplicate_profile");
  EXPECT_EQ(owner(again), std::string(data.at("id").as_string()));
  EXPECT_EQ(create(R"("first_name":"Nobody")").status, 400);
  EXPECT_EQ(create(R"("email":"a@b.se","_kx":"x")").status, 400);  // not in this call
}

TEST_F(KlaviyoSimProfilesTest, PhonesHaveToBePlausible) {
  for (const char* bad :
       {"0701740605", "+4670", "+46701740605123", "+1234567890", "+46 701740605"}) {
    const Reply reply = import(fmt::format(R"("email":"a@b.se","phone_number":"{}")", bad));
    EXPECT_EQ(reply.status, 400) << bad;
    EXPECT_EQ(pointers(reply), "/data/attributes/phone_number");
  }
  EXPECT_EQ(import(R"("phone_number":"+46701740605")").status, 201);
  change(R"({"sms_set_up":false})");
  EXPECT_EQ(import(R"("phone_number":"+46701740606")").status, 400);
}

TEST_F(KlaviyoSimProfilesTest, ImportCreatesThenUpdates) {
  EXPECT_EQ(import(R"("email":"a@b.se","first_name":"A","properties":{"x":1,"y":[1]})").status,
            201);
  EXPECT_EQ(import(R"("email":"a@b.se","external_id":"s:1","last_name":"B","properties":{"y":[2]})")
                .status,
            200);
  KlaviyoProfile profile = only();
  EXPECT_EQ(profile.first_name, "A");
  EXPECT_EQ(profile.external_id, "s:1");
  EXPECT_EQ(profile.properties, json(R"({"x":1,"y":[2]})"));
  EXPECT_EQ(import(R"("external_id":"s:1","email":"new@b.se","first_name":null)").status, 200);
  profile = only();
  EXPECT_EQ(profile.email, "new@b.se");
  EXPECT_EQ(profile.first_name, "");
  EXPECT_EQ(import(R"("email":"a@b.se")").status, 201);  // the old address is free again
  EXPECT_EQ(import(R"("email":"a@b.se")", R"(,"id":"01NOBODY")").status, 404);
}

TEST_F(KlaviyoSimProfilesTest, PatchOperations) {
  const std::string id = imported(R"("email":"a@b.se","properties":{"shops":["A"],"old":1})");
  const std::string meta =
      R"(,"meta":{"patch_properties":{"append":{"shops":["A","B"]},"unset":"old"},)"
      R"("patch_identifiers":{"append":{"email":["second@b.se"]}}})";
  EXPECT_EQ(patch(id, "", meta).status, 200);
  EXPECT_EQ(only().properties, json(R"({"shops":["A","B"]})"));
  EXPECT_EQ(import(R"("email":"second@b.se","first_name":"S")").status, 200);
  EXPECT_EQ(only().email, "a@b.se");
  patch(id, "", R"(,"meta":{"patch_properties":{"unappend":{"shops":"A"}}})");
  EXPECT_EQ(only().properties, json(R"({"shops":["B"]})"));
  EXPECT_EQ(send(request("PATCH", "/api/profiles/" + id, profile_body("", R"(,"id":"x")"))).status,
            400);
  EXPECT_EQ(patch("none", "").status, 404);
}

TEST_F(KlaviyoSimProfilesTest, PatchRefusesAnIdentifierOfSomebodyElse) {
  const std::string first = imported(R"("email":"a@b.se")");
  const std::string second = imported(R"("email":"c@b.se")");
  const Reply reply = patch(second, R"("email":"a@b.se")");
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(owner(reply), first);
  EXPECT_EQ(import(R"("email":"a@b.se")", R"(,"id":")" + second + "\"").status, 409);
}

TEST_F(KlaviyoSimProfilesTest, AWeakOnlyProfileIsSwallowed) {
  event(R"("phone_number":"+46701740605")", "M", R"(,"unique_id":"1")");
  imported(R"("email":"a@b.se")");
  EXPECT_EQ(simulator.profiles().size(), 2U);
  event(R"("email":"a@b.se","phone_number":"+46701740605")", "M", R"(,"unique_id":"2")");
  EXPECT_EQ(only().phone_number, "+46701740605");
  EXPECT_EQ(events_of("a@b.se").size(), 3U);  // and the Merged Profile event
  event(R"("phone_number":"+46701740605")", "M", R"(,"unique_id":"1")");
  EXPECT_EQ(count("/events/conflicting") + count("/events/copies"), 1U);  // the keys moved too
  EXPECT_EQ(count("/merges"), 1U);
}

TEST_F(KlaviyoSimProfilesTest, TwoProfilesWithAddressesAreNotMergedByAPhone) {
  imported(R"("email":"a@b.se","phone_number":"+46701740605")");
  const std::string second = imported(R"("email":"c@b.se")");
  const Reply reply = import(R"("email":"c@b.se","phone_number":"+46701740605")");
  EXPECT_EQ(reply.status, 409);
  change(R"({"conflicting_identifiers":"strongest"})");
  EXPECT_EQ(import(R"("email":"c@b.se","phone_number":"+46701740605","first_name":"C")").status,
            200);
  EXPECT_EQ(simulator.profiles().size(), 2U);
  EXPECT_EQ(parsed(get("/api/profiles/" + second)).at_pointer("/data/attributes/phone_number"),
            nullptr);
  event(R"("email":"c@b.se","phone_number":"+46701740605")", "M");  // an event cannot be refused
  EXPECT_EQ(events_of("c@b.se").size(), 1U);
}

TEST_F(KlaviyoSimProfilesTest, WhoIsKnownByMoreThanTheWeakIdentifierIsNotSwallowed) {
  imported(R"("external_id":"s:1","phone_number":"+46701740605")");
  imported(R"("email":"c@b.se")");
  EXPECT_EQ(import(R"("email":"c@b.se","phone_number":"+46701740605")").status, 409);
  // Nor does a profile with an address take in one with another address.
  imported(R"("external_id":"s:2","email":"a@b.se")");
  EXPECT_EQ(import(R"("external_id":"s:2","email":"c@b.se")").status, 409);
  EXPECT_EQ(simulator.profiles().size(), 3U);
}

TEST_F(KlaviyoSimProfilesTest, WhetherAnExternalIdSwallowsIsASetting) {
  imported(R"("external_id":"s:1")");
  imported(R"("email":"a@b.se")");
  change(R"({"external_id_merges":false})");
  EXPECT_EQ(import(R"("external_id":"s:1","email":"a@b.se")").status, 409);
  change(R"({"external_id_merges":true})");
  EXPECT_EQ(import(R"("external_id":"s:1","email":"a@b.se")").status, 200);
  EXPECT_EQ(only().email, "a@b.se");
}

TEST_F(KlaviyoSimProfilesTest, ManualMergeTakesItsTime) {
  change(R"({"merge_delay_ms":200})");
  const std::string to = imported(R"("email":"a@b.se","first_name":"To","properties":{"x":1})");
  const std::string from =
      imported(R"("email":"c@b.se","first_name":"From","phone_number":"+46701740605",)"
               R"("properties":{"x":2,"y":2})");
  const auto merge = [&](const std::string& source) {
    return post("/api/profile-merge", R"({"data":{"type":"profile-merge","id":")" + to +
                                          R"(","relationships":{"profiles":{"data":[{"type":)"
                                          R"("profile","id":")" +
                                          source + R"("}]}}}})");
  };
  EXPECT_EQ(merge("none").status, 404);
  EXPECT_EQ(merge(to).status, 400);
  const Reply reply = merge(from);
  EXPECT_EQ(reply.status, 201);
  EXPECT_EQ(parsed(reply).at("data").at("id"), to.c_str());
  EXPECT_EQ(get("/api/profiles/" + from).status, 200);
  pass(std::chrono::milliseconds{200});
  EXPECT_EQ(get("/api/profiles/" + from).status, 404);
  const KlaviyoProfile merged = only();
  EXPECT_EQ(merged.first_name, "To");
  EXPECT_EQ(merged.email, "a@b.se");
  EXPECT_EQ(merged.phone_number, "+46701740605");
  EXPECT_EQ(merged.properties, json(R"({"x":1,"y":2})"));
  imported(R"("email":"c@b.se")");  // the vanished address makes a new profile
  EXPECT_EQ(simulator.profiles().size(), 2U);
}

TEST_F(KlaviyoSimProfilesTest, ReadingWithFiltersSortsAndPages) {
  for (int i = 0; i < 5; ++i) {
    imported(fmt::format(R"("email":"p{}@b.se","external_id":"s:{}")", i, i));
    clock.advance(std::chrono::seconds{1});
  }
  const auto emails = [this](const std::string& query) {
    std::string all;
    for (const auto& one : test::items(get("/api/profiles?" + query)))
      all += std::string(one.at("attributes").at("email").as_string()).substr(0, 2) + " ";
    return all;
  };
  EXPECT_EQ(emails("filter=equals(email,'P3@b.se')"), "p3 ");
  EXPECT_EQ(emails("filter=any(external_id,[\"s:1\",\"s:2\",\"s:9\"])&sort=-email"), "p2 p1 ");
  EXPECT_EQ(emails("filter=and(greater-than(created,2026-01-01T00:00:00Z),less-than(created,"
                   "2026-01-01T00:00:03Z))&sort=created"),
            "p1 p2 ");
  EXPECT_EQ(emails("sort=-created&page[size]=2"), "p4 p3 ");
  EXPECT_EQ(pointers(get("/api/profiles?filter=contains(email,'a')")), "filter");
  EXPECT_EQ(pointers(get("/api/profiles?filter=equals(first_name,'a')")), "filter");
  EXPECT_EQ(pointers(get("/api/profiles?filter=equals(email,'a'")), "filter");
  EXPECT_EQ(pointers(get("/api/profiles?filter=greater-than(created,soon)")), "filter");
  EXPECT_EQ(pointers(get("/api/profiles?page[size]=101")), "page[size]");
  EXPECT_EQ(pointers(get("/api/profiles?page[cursor]=x")), "page[cursor]");
  EXPECT_EQ(pointers(get("/api/profiles?sort=first_name")), "sort");
  const auto sparse = parsed(get("/api/profiles?fields[profile]=email&page[size]=1")).at("data");
  EXPECT_EQ(sparse.at(0).at("attributes").as_object().size(), 1U);
}

TEST_F(KlaviyoSimProfilesTest, ABulkImportGoesThroughItsStates) {
  change(R"({"job_start_ms":10,"job_run_ms":10,"job_life_s":60})");
  imported(R"("email":"a@b.se","phone_number":"+46701740605")");
  const auto one = [](const std::string& attributes) {
    return R"({"type":"profile","attributes":{)" + attributes + "}}";
  };
  const Reply reply =
      post("/api/profile-bulk-import-jobs",
           R"({"data":{"type":"profile-bulk-import-job","attributes":{"profiles":{"data":[)" +
               one(R"("email":"n@b.se")") + "," + one(R"("email":"x@b.se","phone_number":"12")") +
               "," + one(R"("email":"n@b.se","phone_number":"+46701740605")") + "]}}}}");
  ASSERT_EQ(reply.status, 202) << reply.body;
  const std::string id(parsed(reply).at("data").at("id").as_string());
  const std::string path = "/api/profile-bulk-import-jobs/" + id;
  const auto attribute = [&](const char* name) {
    return parsed(get(path)).at("data").at("attributes").at(name);
  };
  EXPECT_EQ(attribute("status"), "queued");
  EXPECT_EQ(attribute("total_count"), 3);
  pass(std::chrono::milliseconds{10});
  EXPECT_EQ(attribute("status"), "processing");
  EXPECT_EQ(simulator.profiles().size(), 1U);
  pass(std::chrono::milliseconds{10});
  EXPECT_EQ(attribute("status"), "complete");
  EXPECT_EQ(attribute("completed_count"), 1);
  EXPECT_EQ(attribute("failed_count"), 2);
  EXPECT_EQ(simulator.profiles().size(), 2U);
  const auto errors = parsed(get(path + "/import-errors")).at("data").as_array();
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].at_pointer("/attributes/source/pointer"),
            "/data/attributes/profiles/data/1/attributes/phone_number");
  EXPECT_EQ(errors[1].at_pointer("/attributes/code"), "duplicate_profile");
  EXPECT_EQ(parsed(get("/api/profile-bulk-import-jobs?filter=equals(status,'complete')"))
                .at("data")
                .as_array()
                .size(),
            1U);
  pass(std::chrono::seconds{60});
  EXPECT_EQ(get(path).status, 404);
}

TEST_F(KlaviyoSimProfilesTest, DeletionComesLaterAndAnEventBringsTheProfileBack) {
  change(R"({"deletion_delay_ms":100})");
  const std::string id = imported(R"("email":"a@b.se")");
  event(R"("email":"a@b.se")", "M", R"(,"unique_id":"1")");
  const auto deletion = [this](const std::string& more, const std::string& attributes) {
    return post("/api/data-privacy-deletion-jobs",
                R"({"data":{"type":"data-privacy-deletion-job","attributes":{"profile":{"data":)"
                R"({"type":"profile")" +
                    more + R"(,"attributes":{)" + attributes + "}}}}}}");
  };
  EXPECT_EQ(deletion("", R"("email":"a@b.se","phone_number":"+46701740605")").status, 400);
  EXPECT_EQ(deletion("", "").status, 400);
  EXPECT_EQ(deletion("", R"("email":"a@b.se")").status, 202);
  EXPECT_EQ(get("/api/profiles/" + id).status, 200);
  pass(std::chrono::milliseconds{100});
  EXPECT_EQ(get("/api/profiles/" + id).status, 404);
  EXPECT_EQ(parsed(get("/api/events")).at("data").as_array().size(), 0U);
  event(R"("email":"a@b.se")", "M", R"(,"unique_id":"1")");
  EXPECT_FALSE(received.back().exact_copy);
  EXPECT_NE(only().id, id);
  EXPECT_EQ(deletion(R"(,"id":")" + only().id + "\"", "").status, 202);
  pass(std::chrono::milliseconds{100});
  EXPECT_TRUE(simulator.profiles().empty());
}

TEST_F(KlaviyoSimProfilesTest, TheHookCreatesWhatWasThereBefore) {
  const auto made =
      simulator.create_profile(json(R"({"email":"a@b.se","first_name":"A"})").as_object());
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(only().id, *made);
  EXPECT_FALSE(simulator.create_profile(json(R"({"email":"a@b.se"})").as_object()).has_value());
  EXPECT_FALSE(simulator.create_profile(json(R"({"email":"bad"})").as_object()).has_value());
}

}  // namespace
}  // namespace sandbox::klaviyo
