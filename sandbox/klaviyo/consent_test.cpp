// The consent engine: subscribe, unsubscribe and the list trap, double opt-in, suppression, people.
#include <gtest/gtest.h>

#include "klaviyo/test_account.h"

namespace sandbox::klaviyo {
namespace {

using test::json;
using test::parsed;
using test::pointers;

const std::string elin = R"("email":"elin@b.se")";
const std::string phone = R"("phone_number":"+46701740605")";

std::string channel(const std::string& name, const std::string& consent, const std::string& at) {
  return "\"" + name + R"(":{"marketing":{"consent":")" + consent + "\"" +
         (at.empty() ? "" : R"(,"consented_at":")" + at + "\"") + "}}";
}

class KlaviyoSimConsentTest : public test::AccountTest {
 protected:
  Reply job(bool subscribe, const std::string& identifiers, const std::string& channels,
            const std::string& more = "", const std::string& list = "") {
    const std::string type =
        subscribe ? "profile-subscription-bulk-create-job" : "profile-subscription-bulk-delete-job";
    const std::string relation =
        list.empty()
            ? ""
            : R"(,"relationships":{"list":{"data":{"type":"list","id":")" + list + R"("}}})";
    return post("/api/" + type + "s",
                R"({"data":{"type":")" + type + R"(","attributes":{"profiles":{"data":[{"type":)" +
                    R"("profile","attributes":{)" + identifiers + R"(,"subscriptions":{)" +
                    channels + "}}}]}" + more + "}" + relation + "}}");
  }
  Reply subscribe(const std::string& identifiers = elin, const std::string& list = "") {
    return job(true, identifiers, channel("email", "SUBSCRIBED", ""), "", list);
  }
  Reply import_consent(const std::string& at, const std::string& list = "") {
    return job(true, elin, channel("email", "SUBSCRIBED", at), R"(,"historical_import":true)",
               list);
  }
  Reply unsubscribe(const std::string& list = "") {
    return job(false, elin, channel("email", "UNSUBSCRIBED", ""), "", list);
  }
  boost::json::value mail() {
    const auto found = simulator.profiles_of("elin@b.se");
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? boost::json::value()
                         : found[0].at_pointer("/attributes/subscriptions/email/marketing");
  }
  std::string new_list(const std::string& opt_in) {
    const Reply reply =
        post("/api/lists", R"({"data":{"type":"list","attributes":{"name":"L","opt_in_process":")" +
                               opt_in + R"("}}})");
    EXPECT_EQ(reply.status, 201);
    return std::string(parsed(reply).at("data").at("id").as_string());
  }
  Reply members(const std::string& method, const std::string& list, const std::string& profile) {
    return send(request(method, "/api/lists/" + list + "/relationships/profiles",
                        R"({"data":[{"type":"profile","id":")" + profile + R"("}]})"));
  }
  std::size_t members_of(const std::string& list) {
    return parsed(get("/api/lists/" + list + "/profiles")).at("data").as_array().size();
  }
  std::vector<std::string> metrics_of_events() {
    std::map<std::string, std::string> names;
    for (const auto& one : test::items(get("/api/metrics")))
      names[one.at("id").as_string().c_str()] = one.at("attributes").at("name").as_string().c_str();
    std::vector<std::string> all;
    for (const auto& one : events_of("elin@b.se"))
      all.push_back(names[one.at_pointer("/relationships/metric/data/id").as_string().c_str()]);
    return all;
  }
};

TEST_F(KlaviyoSimConsentTest, AProfileWriteGivesNone) {
  imported(elin);
  EXPECT_EQ(mail().at("consent"), "NEVER_SUBSCRIBED");
  EXPECT_EQ(mail().at("can_receive_email_marketing"), true);
  EXPECT_TRUE(mail().at("consent_timestamp").is_null());
  change(R"({"never_subscribed_text":"NEVER SUBSCRIBED"})");
  EXPECT_EQ(mail().at("consent"), "NEVER SUBSCRIBED");
}

TEST_F(KlaviyoSimConsentTest, SubscribeAndUnsubscribe) {
  change(R"({"consent_delay_ms":50})");
  clock.advance(std::chrono::milliseconds{970});
  EXPECT_EQ(subscribe().status, 202);
  EXPECT_TRUE(simulator.profiles().empty());
  pass(std::chrono::milliseconds{50});
  EXPECT_EQ(mail().at("consent"), "SUBSCRIBED");
  EXPECT_EQ(mail().at("method"), "API");
  // The time of the call, not of its coming true.
  EXPECT_EQ(mail().at("consent_timestamp"), "2026-01-01T00:00:00+00:00");
  EXPECT_EQ(mail().at("last_updated"), "2026-01-01T00:00:01+00:00");
  clock.advance(std::chrono::seconds{9});
  EXPECT_EQ(unsubscribe().status, 202);
  pass(std::chrono::milliseconds{50});
  EXPECT_EQ(mail().at("consent"), "UNSUBSCRIBED");
  EXPECT_EQ(mail().at("consent_timestamp"), "2026-01-01T00:00:10+00:00");
  EXPECT_EQ(mail().at("can_receive_email_marketing"), false);
  EXPECT_EQ(mail().at_pointer("/suppression/0/reason"), "UNSUBSCRIBE");
  change(R"({"suppression_names":"filters"})");
  EXPECT_EQ(mail().at_pointer("/suppression/0/reason"), "UNSUBSCRIBE");
  EXPECT_EQ(metrics_of_events(), (std::vector<std::string>{"Subscribed to Email Marketing",
                                                           "Unsubscribed from Email Marketing"}));
}

TEST_F(KlaviyoSimConsentTest, SubscribeLiftsEverySuppressionButTheLastingOnes) {
  subscribe();
  unsubscribe();
  ASSERT_TRUE(simulator.marks_as_spam("elin@b.se").has_value());
  EXPECT_EQ(mail().at("suppression").as_array().size(), 2U);
  subscribe();
  EXPECT_EQ(mail().at("suppression").as_array().size(), 0U);
  EXPECT_EQ(mail().at("consent"), "SUBSCRIBED");  // the trap of replayed consent
  ASSERT_TRUE(simulator.bounces("elin@b.se").has_value());
  EXPECT_FALSE(simulator.bounces("nobody@b.se").has_value());
  subscribe();
  EXPECT_EQ(mail().at_pointer("/suppression/0/reason"), "HARD_BOUNCE");
  EXPECT_EQ(mail().at("can_receive_email_marketing"), false);
}

TEST_F(KlaviyoSimConsentTest, ShapesAndCounts) {
  const std::string place = "/data/attributes/profiles/data/0/attributes/subscriptions";
  EXPECT_EQ(pointers(job(true, elin, channel("email", "UNSUBSCRIBED", ""))),
            place + "/email/marketing/consent");
  EXPECT_EQ(pointers(job(true, elin, "")), place);
  EXPECT_EQ(pointers(job(true, elin, channel("sms", "SUBSCRIBED", ""))),
            "/data/attributes/profiles/data/0/attributes/phone_number");
  EXPECT_EQ(pointers(job(false, elin, channel("email", "UNSUBSCRIBED", "2025-01-01"))),
            place + "/email/marketing/consented_at");
  EXPECT_EQ(pointers(job(true, elin + R"(,"first_name":"E")", channel("email", "SUBSCRIBED", ""))),
            "/data/attributes/profiles/data/0/attributes/first_name");
  EXPECT_EQ(subscribe(elin, "none").status, 404);
}

TEST_F(KlaviyoSimConsentTest, HistoricalImportRules) {
  const std::string place =
      "/data/attributes/profiles/data/0/attributes/subscriptions/email/marketing/consented_at";
  EXPECT_EQ(pointers(job(true, elin, channel("email", "SUBSCRIBED", "2025-01-01T00:00:00Z"))),
            place);
  EXPECT_EQ(pointers(import_consent("")), place);
  EXPECT_EQ(pointers(import_consent("2026-01-02T00:00:00Z")), place);
  const std::string list = new_list("double_opt_in");
  EXPECT_EQ(import_consent("2025-03-01T10:30:00+01:00", list).status, 202);
  EXPECT_EQ(mail().at("consent"), "SUBSCRIBED");  // no confirmation
  EXPECT_EQ(mail().at("consent_timestamp"), "2025-03-01T09:30:00+00:00");
  EXPECT_EQ(mail().at("double_optin"), false);
  EXPECT_EQ(members_of(list), 1U);
  EXPECT_FALSE(simulator.status().at("flow_triggers").as_object().contains("Subscribed to List"));
}

TEST_F(KlaviyoSimConsentTest, DoubleOptInWaitsForTheClick) {
  const std::string list = new_list("double_opt_in");
  subscribe(elin, list);
  subscribe(elin, list);
  EXPECT_EQ(mail().at("consent"), "NEVER_SUBSCRIBED");
  EXPECT_EQ(members_of(list), 0U);
  clock.advance(std::chrono::seconds{60});
  ASSERT_TRUE(simulator.confirms_opt_in("elin@b.se").has_value());
  EXPECT_EQ(mail().at("consent"), "SUBSCRIBED");
  EXPECT_EQ(mail().at("double_optin"), true);
  EXPECT_EQ(mail().at("consent_timestamp"), "2026-01-01T00:01:00+00:00");
  EXPECT_EQ(members_of(list), 1U);
  EXPECT_FALSE(simulator.confirms_opt_in("elin@b.se").has_value());
  change(R"({"default_opt_in":"double_opt_in"})");
  unsubscribe();
  subscribe();
  EXPECT_EQ(mail().at("consent"), "UNSUBSCRIBED");
}

TEST_F(KlaviyoSimConsentTest, TheListTrap) {
  const std::string list = new_list("single_opt_in");
  subscribe(elin, list);
  unsubscribe(list);
  EXPECT_EQ(mail().at("consent"), "SUBSCRIBED");
  EXPECT_EQ(mail().at_pointer("/list_suppressions/0/list_id"), list.c_str());
  EXPECT_EQ(mail().at("suppression").as_array().size(), 0U);
  EXPECT_EQ(members_of(list), 0U);
  unsubscribe(list);  // not on it any more
  EXPECT_EQ(mail().at("consent"), "UNSUBSCRIBED");
}

TEST_F(KlaviyoSimConsentTest, ListMembershipLeavesConsentAlone) {
  const std::string list = new_list("single_opt_in");
  const std::string id = imported(elin);
  EXPECT_EQ(members("POST", list, id).status, 204);
  EXPECT_EQ(mail().at("consent"), "NEVER_SUBSCRIBED");
  EXPECT_EQ(parsed(get("/api/profiles/" + id + "/lists")).at("data").at(0).at("id"), list.c_str());
  EXPECT_EQ(parsed(get("/api/lists/" + list + "/relationships/profiles")).at("data").at(0),
            json(R"({"type":"profile","id":")" + id + "\"}"));
  EXPECT_EQ(parsed(get("/api/lists/" + list + "?additional-fields[list]=profile_count"))
                .at_pointer("/data/attributes/profile_count"),
            1);
  EXPECT_EQ(parsed(get("/api/lists?filter=equals(name,'L')")).at("data").as_array().size(), 1U);
  EXPECT_EQ(members("DELETE", list, id).status, 204);
  EXPECT_EQ(members_of(list), 0U);
  EXPECT_EQ(members("POST", list, "none").status, 404);
  EXPECT_EQ(members("POST", "none", id).status, 404);
}

TEST_F(KlaviyoSimConsentTest, SmsIsCheckedAtOnce) {
  const auto sms = [this](const std::string& number, const std::string& more = "") {
    return job(true, R"("phone_number":")" + number + "\"" + more,
               channel("sms", "SUBSCRIBED", ""));
  };
  EXPECT_EQ(sms("+46701740605").status, 202);
  EXPECT_EQ(sms("+81312345678").status, 400);
  change(R"({"sms_age_gated_countries":["+46"]})");
  EXPECT_EQ(sms("+46701740605").status, 400);
  EXPECT_EQ(sms("+46701740605", R"(,"age_gated_date_of_birth":"1990-01-01")").status, 202);
  change(R"({"sms_age_gated_countries":[]})");
  const std::string list = new_list("double_opt_in");
  EXPECT_EQ(job(true, phone, channel("sms", "SUBSCRIBED", "2025-01-01T00:00:00Z"),
                R"(,"historical_import":true)", list)
                .status,
            400);
  EXPECT_EQ(job(false, phone, channel("sms", "UNSUBSCRIBED", "")).status, 202);
  change(R"({"sms_set_up":false})");
  EXPECT_EQ(sms("+46701740605").status, 400);
}

TEST_F(KlaviyoSimConsentTest, PeopleDecideThemselves) {
  imported(elin + "," + phone);
  const auto at = clock.now() - std::chrono::hours{1};
  ASSERT_TRUE(simulator.person_decides("elin@b.se", Channel::email, false, at).has_value());
  ASSERT_TRUE(simulator.person_decides("+46701740605", Channel::sms, true).has_value());
  EXPECT_FALSE(simulator.person_decides("x@b.se", Channel::email, true).has_value());
  EXPECT_EQ(mail().at("consent"), "UNSUBSCRIBED");
  EXPECT_EQ(mail().at("method"), "PREFERENCE_PAGE");
  EXPECT_EQ(mail().at("consent_timestamp"), "2025-12-31T23:00:00+00:00");
  const auto sms =
      simulator.profiles_of("elin@b.se")[0].at_pointer("/attributes/subscriptions/sms/marketing");
  EXPECT_EQ(sms.at("consent"), "SUBSCRIBED");
  EXPECT_EQ(sms.at("can_receive_sms_marketing"), true);
}

TEST_F(KlaviyoSimConsentTest, TheFeedOfThoseWhoLeft) {
  const std::string field = "subscriptions.email.marketing.suppression.";
  imported(elin);
  imported(R"("email":"stays@b.se")");
  imported(R"("email":"early@b.se")");
  ASSERT_TRUE(simulator.person_decides("early@b.se", Channel::email, false).has_value());
  clock.advance(std::chrono::seconds{100});
  ASSERT_TRUE(simulator.marks_as_spam("elin@b.se").has_value());
  const std::string sort = "&sort=" + field + "timestamp&additional-fields[profile]=subscriptions";
  const auto left = [&](const std::string& filter) {
    std::string all;
    for (const auto& one : test::items(get("/api/profiles?filter=" + filter + sort)))
      all += std::string(one.at_pointer("/attributes/email").as_string()) + " ";
    return all;
  };
  EXPECT_EQ(left("greater-than(" + field + "timestamp,2025-12-01T00:00:00Z)"),
            "early@b.se elin@b.se ");
  EXPECT_EQ(left("greater-than(" + field + "timestamp,2026-01-01T00:00:50Z)"), "elin@b.se ");
  for (const char* name : {"SPAM_COMPLAINT", "SPAM_REPORT"})
    EXPECT_EQ(left("equals(" + field + "reason,\"" + name + "\")"), "elin@b.se ");
}

TEST_F(KlaviyoSimConsentTest, SuppressionJobs) {
  subscribe();
  const auto suppression = [this](const std::string& kind, const std::string& email) {
    const std::string type = "profile-suppression-bulk-" + kind + "-job";
    return post("/api/" + type + "s",
                R"({"data":{"type":")" + type + R"(","attributes":{"profiles":{"data":[{"type":)" +
                    R"("profile","attributes":{"email":")" + email + R"("}}]}}}})");
  };
  Reply reply = suppression("create", "elin@b.se");
  ASSERT_EQ(reply.status, 202);
  EXPECT_EQ(mail().at("consent"), "SUBSCRIBED");
  EXPECT_EQ(mail().at("can_receive_email_marketing"), false);
  EXPECT_EQ(mail().at_pointer("/suppression/0/reason"), "USER_SUPPRESSED");
  reply = suppression("create", "elin@b.se");
  const auto job = parsed(get("/api/profile-suppression-bulk-create-jobs/" +
                              std::string(parsed(reply).at_pointer("/data/id").as_string())));
  EXPECT_EQ(job.at_pointer("/data/attributes/status"), "complete");
  EXPECT_EQ(job.at_pointer("/data/attributes/skipped_count"), 1);
  ASSERT_TRUE(simulator.person_decides("elin@b.se", Channel::email, false).has_value());
  suppression("delete", "elin@b.se");
  EXPECT_EQ(mail().at("suppression").as_array().size(), 1U);  // their own leaving stays
  EXPECT_EQ(parsed(get("/api/profile-suppression-bulk-delete-jobs")).at("data").as_array().size(),
            1U);
}

TEST_F(KlaviyoSimConsentTest, AMergeKeepsTheNewerDecisionAndLeavingWinsATie) {
  imported(elin);
  imported(R"("email":"old@b.se")");
  ASSERT_TRUE(simulator.person_decides("elin@b.se", Channel::email, true).has_value());
  ASSERT_TRUE(simulator.person_decides("old@b.se", Channel::email, false).has_value());
  const std::string to(simulator.profiles_of("elin@b.se")[0].at("id").as_string());
  const std::string from(simulator.profiles_of("old@b.se")[0].at("id").as_string());
  post("/api/profile-merge", R"({"data":{"type":"profile-merge","id":")" + to +
                                 R"(","relationships":{"profiles":{"data":[{"type":"profile",)" +
                                 R"("id":")" + from + R"("}]}}}})");
  EXPECT_EQ(mail().at("consent"), "UNSUBSCRIBED");
}

}  // namespace
}  // namespace sandbox::klaviyo
