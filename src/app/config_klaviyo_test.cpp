// [workspace.klaviyo]: every key, every mistake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config.h"
#include "app/config_for_tests.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string sitoo = for_tests::sitoo_workspace + R"([workspace.klaviyo]
)";
constexpr std::string_view key = "api_key = { env = \"KEY\" }\n";
constexpr std::string_view app = R"([workspace.klaviyo.oauth]
client_id = "app-1"
client_secret = { env = "CLIENT" }
refresh_token = { file = "/run/refresh" }
)";

Result<Secret> any_secret(const secrets::Reference& reference) {
  if (reference.where == "SHORT") return Secret{"fifteen letters"};
  return Secret{"pk_secret of " + reference.where};
}

ConfigResult read(std::string_view below) {
  return read_config(sitoo + std::string(below), "t.toml", any_secret);
}
ConfigResult with(std::string_view more) {
  return read(std::string(key) + std::string(more) + "\n");
}

std::string all(const ConfigResult& result) {
  std::string text;
  for (const auto& problem : result.problems) text += to_text(problem) + "\n";
  return text;
}
// Exactly one problem, about this key of [workspace.klaviyo].
void expect_problem(const ConfigResult& result, const std::string& about, const std::string& says) {
  ASSERT_EQ(result.problems.size(), 1U) << all(result) << "expected: " << about << " " << says;
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.problems[0].key, "workspace.klaviyo" + (about.empty() ? "" : "." + about));
  EXPECT_THAT(to_text(result.problems[0]), HasSubstr(says));
  EXPECT_GT(result.problems[0].line, 0);
  EXPECT_FALSE(result.problems[0].fix.empty());
  EXPECT_THAT(to_text(result.problems[0]), Not(HasSubstr("pk_secret")));
}

TEST(ConfigKlaviyo, AMinimalTableGetsTheDefaults) {
  const auto result = with("");
  ASSERT_TRUE(result.problems.empty()) << all(result);
  const Workspace& w = result.config.workspaces[0];
  EXPECT_TRUE(w.klaviyo_connected);
  EXPECT_FALSE(w.bloomreach_connected);
  EXPECT_EQ(w.klaviyo_mode, Mode::live);
  EXPECT_EQ(w.klaviyo.api_key.reveal(), "pk_secret of KEY");
  EXPECT_EQ(w.klaviyo.base_url, "https://a.klaviyo.com");
  EXPECT_EQ(w.klaviyo.revision, "2026-07-15");
  EXPECT_TRUE(w.klaviyo.webhook_secret.empty());
  EXPECT_EQ(w.klaviyo_flows.key_from, model::IdentitySource::email);
  EXPECT_EQ(w.klaviyo_flows.external_id_from, model::IdentitySource::crm_customer_id);
  EXPECT_EQ(w.klaviyo_flows.cancelled_metric, "Cancelled Order");
  EXPECT_EQ(w.klaviyo_flows.test_domains, flows::KlaviyoSettings{}.test_domains);
  EXPECT_FALSE(w.klaviyo_double_opt_in);
  EXPECT_EQ(w.klaviyo_consent_fresh, minutes{15});
  EXPECT_EQ(w.klaviyo_consent_poll_every, seconds{60});
  EXPECT_FALSE(w.klaviyo_profile_window.has_value());
  EXPECT_EQ(w.klaviyo_comparison.every, hours{24});
  EXPECT_TRUE(w.klaviyo_comparison.repair);
  EXPECT_EQ(w.lag_alert, minutes{15});
  EXPECT_EQ(w.lag_recover, minutes{10});
}

TEST(ConfigKlaviyo, EverySettingIsRead) {
  const auto result = with(R"(
mode = "shadow"
base_url = "https://klaviyo.example/"
revision = "2027-01-15.pre"
webhook_secret = { env = "HOOK" }
list_id = "Ab12Cd"
quota_factor = 0.5
requests_in_flight_max = 3
events_per_job_max = 77
job_bytes_max = 20000
connect_time_max_s = 2
total_time_max_s = 3.5
key_from = "phone"
external_id_from = "crm_member_number"
id_prefix = "till:"
cancelled_metric = "Canceled Order"
refund_ids = "refund"
value = "net"
source_name = "Shop"
purchased_skus_property = "Bought"
purchased_skus_max = 5
test_domains = ["Kund.Example", ".invalid"]
shared_addresses = [" Kassan@Butik.se "]
opt_in = "double"
consent_fresh_min = 5
consent_poll_every_s = 30
profile_window = "22:00-06:00"
[workspace.klaviyo.comparison]
every_h = 0x0c
sample_profiles = 0
repair = false
visible_after_min = 2.5
)");
  ASSERT_TRUE(result.problems.empty()) << all(result);
  const Workspace& w = result.config.workspaces[0];
  const auto& c = w.klaviyo;
  const auto& f = w.klaviyo_flows;
  EXPECT_EQ(w.klaviyo_mode, Mode::shadow);
  EXPECT_EQ(c.base_url, "https://klaviyo.example");
  EXPECT_EQ(c.revision, "2027-01-15.pre");
  EXPECT_EQ(c.webhook_secret.reveal(), "pk_secret of HOOK");
  EXPECT_EQ(c.list_id, "Ab12Cd");
  EXPECT_EQ(c.quota_factor, 0.5);
  EXPECT_EQ(c.requests_in_flight_max, 3U);
  EXPECT_EQ(c.events_per_job_max, 77U);
  EXPECT_EQ(c.job_bytes_max, 20'000U);
  EXPECT_EQ(c.connect_time_max, seconds{2});
  EXPECT_EQ(c.total_time_max, std::chrono::milliseconds{3'500});
  EXPECT_EQ(f.key_from, model::IdentitySource::phone);
  EXPECT_EQ(f.external_id_from, model::IdentitySource::crm_member_number);
  EXPECT_EQ(f.id_prefix, "till:");
  EXPECT_EQ(f.cancelled_metric, "Canceled Order");
  EXPECT_EQ(f.refund_ids, flows::KlaviyoSettings::RefundIds::refund);
  EXPECT_EQ(f.value, flows::KlaviyoSettings::Value::net);
  EXPECT_EQ(f.source_name, "Shop");
  EXPECT_EQ(f.purchased_skus_property, "Bought");
  EXPECT_EQ(f.purchased_skus_max, 5U);
  EXPECT_THAT(f.test_domains, ElementsAre("kund.example", ".invalid"));
  EXPECT_THAT(f.shared_addresses, ElementsAre("kassan@butik.se"));
  EXPECT_TRUE(w.klaviyo_double_opt_in);
  EXPECT_EQ(w.klaviyo_consent_fresh, minutes{5});
  EXPECT_EQ(w.klaviyo_consent_poll_every, seconds{30});
  ASSERT_TRUE(w.klaviyo_profile_window.has_value());
  EXPECT_EQ(w.klaviyo_profile_window->to_text(), "22:00-06:00");
  EXPECT_EQ(w.klaviyo_comparison.every, hours{12});
  EXPECT_EQ(w.klaviyo_comparison.sample_profiles, 0);
  EXPECT_FALSE(w.klaviyo_comparison.repair);
  EXPECT_EQ(w.klaviyo_comparison.visible_after, seconds{150});
}

TEST(ConfigKlaviyo, CredentialsComeExactlyOneWay) {
  const auto by_app = read(app);
  ASSERT_TRUE(by_app.problems.empty()) << all(by_app);
  const auto& oauth = by_app.config.workspaces[0].klaviyo.oauth;
  EXPECT_EQ(oauth.client_id, "app-1");
  EXPECT_EQ(oauth.client_secret.reveal(), "pk_secret of CLIENT");
  EXPECT_EQ(oauth.refresh_token.reveal(), "pk_secret of /run/refresh");
  EXPECT_TRUE(by_app.config.workspaces[0].klaviyo.api_key.empty());

  expect_problem(read(""), "api_key", "{ env = \"NAME\" }");
  expect_problem(with(app), "api_key", "keep one of them");
  expect_problem(read("[workspace.klaviyo.oauth]\nclient_id = \"a\"\n"
                      "client_secret = { env = \"C\" }"),
                 "oauth.refresh_token", "is missing");
  expect_problem(read("oauth = 1"), "oauth", "must be a table");
  expect_problem(read("api_key = \"pk_1\""), "api_key", "stands in the configuration file");
}

TEST(ConfigKlaviyo, APublicKeyIsWarnedOf) {
  const auto result =
      read_config(sitoo + std::string(key), "t.toml",
                  [](const secrets::Reference&) -> Result<Secret> { return Secret{"Ab12Cd"}; });
  EXPECT_TRUE(result.ok());
  EXPECT_THAT(all(result), HasSubstr("private key"));
  EXPECT_THAT(all(result), Not(HasSubstr("Ab12Cd")));
}

TEST(ConfigKlaviyo, Mistakes) {
  const struct {
    const char* text;
    const char* about;
    const char* says;
  } cases[] = {
      {"mode = \"on\"", "mode", "live, shadow, paused"},
      {"base_url = \"a.klaviyo.com\"", "base_url", "base URL"},
      {"revision = \"latest\"", "revision", "2026-07-15"},
      {"revision = \"2026-07-1\"", "revision", "2026-07-15"},
      {"revision = \"2026-07-15.\"", "revision", "2026-07-15"},
      {"revision = \"2026-07-15\\n\"", "revision", "2026-07-15"},
      {"webhook_secret = { env = \"SHORT\" }", "webhook_secret", "at least 16"},
      {"list_id = \"my list\"", "list_id", "list's id"},
      {"quota_factor = 0", "quota_factor", "between 0.01"},
      {"requests_in_flight_max = 0", "requests_in_flight_max", "between 1 and 256"},
      {"events_per_job_max = 1001", "events_per_job_max", "between 1 and 1000"},
      {"job_bytes_max = 5000001", "job_bytes_max", "5000000"},
      {"total_time_max_s = 0.5", "total_time_max_s", "between 1"},
      {"key_from = \"name\"", "key_from", "crm_customer_id, crm_member_number, email, phone"},
      {"external_id_from = \"email\"", "external_id_from",
       "crm_customer_id, crm_member_number, \"\""},
      {"key_from = \"crm_member_number\"\nexternal_id_from = \"crm_customer_id\"",
       "external_id_from", "another number than key_from"},
      {"key_from = \"crm_customer_id\"\nexternal_id_from = \"\"", "external_id_from",
       "another number than key_from"},
      {"id_prefix = \"si too\"", "id_prefix", "without blanks"},
      {"cancelled_metric = \"Order Cancelled\"", "cancelled_metric",
       "Cancelled Order, Canceled Order, \"\""},
      {"refund_ids = \"last\"", "refund_ids", "order, refund, first"},
      {"value = \"brutto\"", "value", "gross, net"},
      {"source_name = \"\"", "source_name", "is empty"},
      {"purchased_skus_property = \"Last Store\"", "purchased_skus_property", "another property"},
      {"purchased_skus_property = \"$skus\"", "purchased_skus_property", "begin with $"},
      {"purchased_skus_max = 0", "purchased_skus_max", "between 1 and 1000"},
      {"test_domains = \"example.com\"", "test_domains", "must be a list"},
      {"test_domains = [1]", "test_domains", "not a text"},
      {"test_domains = [\"a@example.com\"]", "test_domains", "not a domain"},
      {"shared_addresses = [\"kassan\"]", "shared_addresses", "whole addresses"},
      {"shared_addresses = [\" \"]", "shared_addresses", "whole addresses"},
      {"opt_in = true", "opt_in", "must be a text"},
      {"opt_in = \"triple\"", "opt_in", "single, double"},
      {"consent_fresh_min = 0", "consent_fresh_min", "between 1"},
      {"consent_poll_every_s = 1", "consent_poll_every_s", "between 5"},
      {"profile_window = \"22-6\"", "profile_window", "22:00-06:00"},
      {"comparison = true", "comparison", "must be a table"},
      {"[workspace.klaviyo.comparison]\nsample_profiles = -1", "comparison.sample_profiles",
       "between 0"},
      {"[workspace.klaviyo.comparison]\nevery = 1", "comparison.every", "did you mean 'every_h'?"},
      {"refundids = \"first\"", "refundids", "did you mean 'refund_ids'?"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    expect_problem(with(c.text), c.about, c.says);
  }
  const auto plain = with("base_url = \"http://klaviyo.example\"");
  EXPECT_TRUE(plain.ok());
  EXPECT_THAT(all(plain), HasSubstr("unencrypted"));
  EXPECT_THAT(with("base_url = \"http://127.0.0.1:9\"").problems, IsEmpty());
}

TEST(ConfigKlaviyo, TheExternalIdFollowsANumberAsKey) {
  const auto result = with("key_from = \"crm_member_number\"");
  ASSERT_TRUE(result.problems.empty()) << all(result);
  EXPECT_EQ(result.config.workspaces[0].klaviyo_flows.external_id_from,
            model::IdentitySource::crm_member_number);
  const auto none = with("external_id_from = \"\"");
  ASSERT_TRUE(none.problems.empty()) << all(none);
  EXPECT_FALSE(none.config.workspaces[0].klaviyo_flows.external_id_from.has_value());
}

TEST(ConfigKlaviyo, TheEffectiveDocumentIsCompleteAndWithoutSecrets) {
  for (const auto credentials : {key, app}) {
    const auto first = read(credentials);
    ASSERT_TRUE(first.ok()) << all(first);
    const auto document = effective_document(first.config.workspaces[0]);
    EXPECT_THAT(document, Not(HasSubstr("pk_secret")));
    EXPECT_THAT(document, Not(HasSubstr("[workspace.bloomreach]")));
    const auto second = read_config(document, "again.toml", any_secret);
    for (const auto& problem : second.problems)
      EXPECT_EQ(problem.what, "is missing") << to_text(problem);
    EXPECT_EQ(effective_document(second.config.workspaces[0]), document);
  }
}

TEST(ConfigKlaviyo, TheEffectiveDocumentChangesWithEverySetting) {
  const auto document = [](const ConfigResult& result) {
    EXPECT_TRUE(result.ok()) << all(result);
    return effective_document(result.config.workspaces.at(0));
  };
  const auto base = document(with(""));
  for (const auto* more : {"mode = \"paused\"",
                           "base_url = \"https://k.example\"",
                           "revision = \"2027-01-15\"",
                           "list_id = \"Ab12Cd\"",
                           "quota_factor = 2",
                           "requests_in_flight_max = 3",
                           "events_per_job_max = 77",
                           "job_bytes_max = 20000",
                           "connect_time_max_s = 2",
                           "total_time_max_s = 3",
                           "key_from = \"phone\"",
                           "external_id_from = \"\"",
                           "id_prefix = \"\"",
                           "cancelled_metric = \"\"",
                           "refund_ids = \"order\"",
                           "value = \"net\"",
                           "source_name = \"Shop\"",
                           "purchased_skus_property = \"\"",
                           "purchased_skus_max = 5",
                           "test_domains = []",
                           "shared_addresses = [\"a@b.se\"]",
                           "opt_in = \"double\"",
                           "consent_fresh_min = 5",
                           "consent_poll_every_s = 30",
                           "profile_window = \"01:00-02:00\"",
                           "[workspace.klaviyo.comparison]\nevery_h = 1",
                           "[workspace.klaviyo.comparison]\nsample_profiles = 1",
                           "[workspace.klaviyo.comparison]\nrepair = false",
                           "[workspace.klaviyo.comparison]\nvisible_after_min = 1",
                           "[workspace.lag]\nalert_s = 901",
                           "[workspace.lag]\nrecover_s = 1"})
    EXPECT_NE(document(with(more)), base) << more;
}

}  // namespace
}  // namespace tillbridge::app
