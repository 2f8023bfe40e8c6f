#include "app/config.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tillbridge::app {
namespace {

using testing::HasSubstr;

constexpr std::string_view minimal = R"(
[[workspace]]
name = "nordic"
zone = "Europe/Stockholm"
[workspace.sitoo]
base_url = "https://api.sitoo.example/v2/accounts/142/"
account_id = 142
api_id = "142-1"
api_password = { env = "API" }
events_user = "tillbridge"
events_password = { env = "EVENTS" }
[workspace.bloomreach]
project_token = "token"
key_id = "id"
key_secret = { env = "KEY" }
reference_currency = "sek"
)";

Result<Secret> any_secret(const secrets::Reference& reference) {
  return Secret{"secret of " + reference.where};
}

ConfigResult read(std::string_view text) {
  return read_config(text, "t.toml", any_secret);
}

// The minimal document with one more line in the table that ends it, or further tables.
std::string with(std::string_view more) {
  return std::string(minimal) + std::string(more) + "\n";
}
std::string without(std::string_view line_start) {
  std::istringstream in{std::string(minimal)};
  std::string kept;
  for (std::string line; std::getline(in, line);)
    if (!line.starts_with(line_start)) kept += line + "\n";
  return kept;
}
std::string replaced(std::string_view from, std::string_view to) {
  std::string text(minimal);
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string all(const ConfigResult& result) {
  std::string text;
  for (const auto& problem : result.problems) text += to_text(problem) + "\n";
  return text;
}
// Exactly one problem, about this key.
void expect_problem(const std::string& text, const std::string& key, const std::string& says) {
  const auto result = read(text);
  ASSERT_EQ(result.problems.size(), 1U) << all(result) << "expected: " << key << " " << says;
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(result.problems[0].key, key);
  EXPECT_THAT(to_text(result.problems[0]), HasSubstr(says));
  EXPECT_GT(result.problems[0].line, 0);
  EXPECT_FALSE(result.problems[0].fix.empty());
}

TEST(Config, AMinimalFileGetsTheDefaults) {
  const auto result = read(minimal);
  ASSERT_TRUE(result.ok()) << all(result);
  EXPECT_TRUE(result.problems.empty()) << all(result);
  ASSERT_EQ(result.config.workspaces.size(), 1U);
  const auto& workspace = result.config.workspaces[0];
  EXPECT_EQ(workspace.name, "nordic");
  EXPECT_EQ(workspace.zone.name(), "Europe/Stockholm");
  EXPECT_EQ(workspace.sitoo.base_url, "https://api.sitoo.example/v2/accounts/142");
  EXPECT_EQ(workspace.sitoo.api_password.reveal(), "secret of API");
  EXPECT_EQ(workspace.sitoo.orders_per_list_max, connectors::sitoo::Config{}.orders_per_list_max);
  EXPECT_EQ(workspace.bloomreach.base_url, connectors::bloomreach::Config{}.base_url);
  EXPECT_EQ(workspace.bloomreach_flows.reference_currency.code(), "SEK");
  EXPECT_EQ(workspace.settling, std::chrono::milliseconds{2000});
  EXPECT_EQ(workspace.breaker.open_first, std::chrono::seconds{5});
  EXPECT_EQ(workspace.bloomreach_mode, Mode::live);
  EXPECT_EQ(result.config.hub.listen.port, 8080);
  EXPECT_EQ(result.config.journal.synchronous, "full");
}

TEST(Config, EverySettingIsRead) {
  const auto result = read(with(R"(
mode = "shadow"
hard_id = "customer_id"
hard_id_from = "email"
soft_ids = [{ id = "phone_id", from = "phone" }, { id = "email_id", from = "email" }]
returns = "status"
cancelled = "none"
purchase_id_from = "receipt"
profile_window = "22:00-06:00"
requests_per_second = 12.5
total_time_max_s = 1.5
[workspace.bloomreach.rates]
EUR = "11.42"
NOK = 0.98
jpy = 1
[workspace.bloomreach.events]
purchase = "pos_purchase"
"return.reason" = "why"
"customer.phone" = ""
[workspace.sitoo.store_countries]
OSL1 = "NO"
[workspace.timing]
settling_ms = 500
complete_within_s = 60
[workspace.poll]
overlap = 7
[workspace.backfill]
orders_per_second = 0.5
open_orders_max = 7
[workspace.retry]
patience_days = 0.5
[workspace.breaker]
failures = 2
[hub]
log_level = "debug"
[hub.listen]
port = 0
[journal.retention]
payload_days = 30
[outbound]
proxy = "http://proxy.example:3128"
)"));
  ASSERT_TRUE(result.ok()) << all(result);
  const auto& w = result.config.workspaces[0];
  const auto& flow = w.bloomreach_flows;
  EXPECT_EQ(w.bloomreach_mode, Mode::shadow);
  EXPECT_EQ(flow.hard_id, "customer_id");
  EXPECT_EQ(flow.hard_id_from, model::IdentitySource::email);
  ASSERT_EQ(flow.soft_ids.size(), 2U);
  EXPECT_EQ(flow.soft_ids[0].first, "phone_id");  // in the order written
  EXPECT_EQ(flow.soft_ids[1].second, model::IdentitySource::email);
  EXPECT_EQ(flow.returns, flows::BloomreachSettings::Returns::status);
  EXPECT_EQ(flow.cancelled, flows::BloomreachSettings::Cancelled::none);
  EXPECT_EQ(flow.purchase_id_from, flows::BloomreachSettings::PurchaseId::receipt);
  EXPECT_TRUE(flow.profile_window);
  ASSERT_TRUE(w.profile_window.has_value());
  EXPECT_EQ(w.profile_window->to_text(), "22:00-06:00");
  EXPECT_EQ(flow.rates.at("EUR").to_text(), "11.42");
  EXPECT_EQ(flow.rates.at("NOK").to_text(), "0.98");
  EXPECT_EQ(flow.rates.at("JPY").to_text(), "1");
  EXPECT_EQ(flow.names.at("purchase"), "pos_purchase");
  EXPECT_EQ(flow.names.at("return.reason"), "why");
  EXPECT_EQ(flow.names.at("customer.phone"), "");
  EXPECT_EQ(w.sitoo.store_countries.at("OSL1"), "NO");
  EXPECT_EQ(w.bloomreach.requests_per_second, 12.5);
  EXPECT_EQ(w.bloomreach.total_time_max, std::chrono::milliseconds{1500});
  EXPECT_EQ(w.settling, std::chrono::milliseconds{500});
  EXPECT_EQ(w.complete_within, std::chrono::minutes{1});
  EXPECT_EQ(w.poll.overlap, 7U);
  EXPECT_EQ(w.backfill.orders_per_second, 0.5);
  EXPECT_EQ(w.backfill.open_orders_max, 7U);
  EXPECT_EQ(w.retry.patience, std::chrono::hours{12});
  EXPECT_EQ(w.breaker.failures, 2U);
  EXPECT_EQ(result.config.hub.log_level, telemetry::Level::debug);
  EXPECT_EQ(result.config.journal.retention.payload, std::chrono::hours{24 * 30});
  EXPECT_EQ(result.config.outbound.proxy, "http://proxy.example:3128");
}

TEST(Config, NamesOfEventsMayBeNestedTables) {
  const auto result = read(with("[workspace.bloomreach.events.return]\nreason = \"why\""));
  ASSERT_TRUE(result.ok()) << all(result);
  EXPECT_EQ(result.config.workspaces[0].bloomreach_flows.names.at("return.reason"), "why");
}

TEST(Config, UnknownKeysNameTheNearest) {
  expect_problem(with("reference_curency = \"SEK\""), "workspace.bloomreach.reference_curency",
                 "did you mean 'reference_currency'?");
  expect_problem(with("[workspace.timing]\nsetling_ms = 1"), "workspace.timing.setling_ms",
                 "did you mean 'settling_ms'?");
  expect_problem(with("[hubb]"), "hubb", "did you mean 'hub'?");
  expect_problem(with("[workspace.postcards]"), "workspace.postcards", "known here: ");
  expect_problem(with("[workspace.bloomreach.events]\npurchse = \"x\""),
                 "workspace.bloomreach.events.purchse", "did you mean 'purchase'?");
  expect_problem(with("[workspace.bloomreach.events]\n\"return.reson\" = \"x\""),
                 "workspace.bloomreach.events.return.reson", "did you mean 'reason'?");
}

TEST(Config, WrongTypesAndRanges) {
  expect_problem(with("requests_per_second = \"fast\""), "workspace.bloomreach.requests_per_second",
                 "must be a number");
  expect_problem(with("requests_in_flight_max = 2.5"),
                 "workspace.bloomreach.requests_in_flight_max", "must be a whole number");
  expect_problem(with("commands_per_batch_max = 51"), "workspace.bloomreach.commands_per_batch_max",
                 "between 1 and 50");
  expect_problem(with("requests_per_second = nan"), "workspace.bloomreach.requests_per_second",
                 "out of range");
  expect_problem(with("[hub.listen]\nport = 70000"), "hub.listen.port", "between 0 and 65535");
  expect_problem(with("[hub]\nlisten = 8080"), "hub.listen", "must be a table");
  expect_problem(with("[workspace.backfill]\norders_per_second = 0"),
                 "workspace.backfill.orders_per_second", "out of range");
  expect_problem(with("mode = \"on\""), "workspace.bloomreach.mode", "live, shadow, paused");
  expect_problem(with("[journal]\nsynchronous = \"off\""), "journal.synchronous", "full, extra");
  expect_problem(with("[journal]\nstore = \"mysql\""), "journal.store", "sqlite, postgresql");
  expect_problem(with("[journal]\nstore = \"postgresql\""), "journal.url", "missing");
  expect_problem(with("[journal]\nurl = \"postgresql://localhost/hub\""), "journal.url",
                 "not a known key");
  expect_problem(with("profile_window = \"22-6\""), "workspace.bloomreach.profile_window",
                 "22:00-06:00");
  expect_problem(with("[workspace.retry]\nfirst_ms = 5000\nmax_s = 2"), "workspace.retry.first_ms",
                 "longer than max_s");
}

TEST(Config, MissingKeys) {
  expect_problem(without("name"), "workspace.name", "is missing");
  expect_problem(without("account_id"), "workspace.sitoo.account_id", "is missing");
  expect_problem(without("key_secret"), "workspace.bloomreach.key_secret", "{ env = \"NAME\" }");
  expect_problem(without("reference_currency"), "workspace.bloomreach.reference_currency",
                 "is missing");
  expect_problem(replaced("project_token = \"token\"", "project_token = \"\""),
                 "workspace.bloomreach.project_token", "is empty");
  expect_problem("[[workspace]]\nname = \"a\"\nzone = \"Etc/UTC\"\n" +
                     std::string(minimal.substr(minimal.find("[workspace.bloomreach]"))),
                 "workspace.sitoo", "is missing");
}

TEST(Config, AtLeastOneTargetIsConnected) {
  const std::string nobody(minimal.substr(0, minimal.find("[workspace.bloomreach]")));
  expect_problem(nobody, "workspace", "[workspace.klaviyo] or [workspace.relay.NAME]");
  const auto one = read(minimal);
  EXPECT_TRUE(one.config.workspaces[0].bloomreach_connected);
  EXPECT_FALSE(one.config.workspaces[0].klaviyo_connected);
}

TEST(Config, TheLagAlarmEndsBelowWhereItBegins) {
  const auto result = read(with("[workspace.lag]\nalert_s = 120\nrecover_s = 30"));
  ASSERT_TRUE(result.ok()) << all(result);
  EXPECT_EQ(result.config.workspaces[0].lag_alert, std::chrono::minutes{2});
  EXPECT_EQ(result.config.workspaces[0].lag_recover, std::chrono::seconds{30});
  expect_problem(with("[workspace.lag]\nalert_s = 120"), "workspace.lag.recover_s",
                 "longer than alert_s");
}

TEST(Config, PlacesAndMoney) {
  expect_problem(replaced("Europe/Stockholm", "Europe/Stokholm"), "workspace.zone", "IANA");
  expect_problem(replaced("\"sek\"", "\"crowns\""), "workspace.bloomreach.reference_currency",
                 "three letters");
  expect_problem(with("[workspace.bloomreach.rates]\nEURO = \"1\""),
                 "workspace.bloomreach.rates.EURO", "three letters");
  expect_problem(with("[workspace.bloomreach.rates]\nEUR = \"11,42\""),
                 "workspace.bloomreach.rates.EUR", "above zero");
  expect_problem(with("[workspace.bloomreach.rates]\nEUR = 0"), "workspace.bloomreach.rates.EUR",
                 "above zero");
  expect_problem(with("[workspace.bloomreach.rates]\nSEK = 2"), "workspace.bloomreach.rates.SEK",
                 "reference currency itself");
  expect_problem(with("[workspace.sitoo.store_countries]\nOSL = \"Norway\""),
                 "workspace.sitoo.store_countries.OSL", "two capital letters");
  expect_problem(with("cookie_id = \"cookie\""), "workspace.bloomreach.cookie_id", "cookie_from");
  expect_problem(replaced("name = \"nordic\"", "name = \"Nordic AB\""), "workspace.name", "a-z");
}

TEST(Config, BaseUrls) {
  for (const auto* url : {"api.sitoo.example", "ftp://a", "https://", "https://user@host",
                          "https://a?b", "https://a b"})
    expect_problem(replaced("https://api.sitoo.example/v2/accounts/142/", url),
                   "workspace.sitoo.base_url", "base URL");
  const auto plain = read(replaced("https://api.sitoo.example", "http://api.sitoo.example"));
  EXPECT_TRUE(plain.ok());
  EXPECT_THAT(all(plain), HasSubstr("unencrypted"));
  const auto local = read(replaced("https://api.sitoo.example", "http://127.0.0.1:9000"));
  EXPECT_TRUE(local.problems.empty()) << all(local);
}

TEST(Config, WorkspacesAreToldApart) {
  std::string twice(minimal);
  twice += minimal;
  expect_problem(twice, "workspace.name", "two workspaces of the name nordic");
  expect_problem("[hub]\n", "workspace", "there is no workspace");
  expect_problem("[workspace]\nname = \"a\"\n", "workspace", "[[workspace]]");
}

TEST(Config, SecretsInTheFileAreRefusedUnlessAllowed) {
  const auto literal = replaced("{ env = \"KEY\" }", "\"hunter2\"");
  expect_problem(literal, "workspace.bloomreach.key_secret", "stands in the configuration file");
  EXPECT_THAT(all(read(literal)), testing::Not(HasSubstr("hunter2")));
  const auto allowed = read("[hub]\nallow_literal_secrets = true\n" + literal);
  EXPECT_TRUE(allowed.ok()) << all(allowed);
  ASSERT_EQ(allowed.problems.size(), 1U);
  EXPECT_TRUE(allowed.problems[0].warning);
  EXPECT_EQ(allowed.config.workspaces[0].bloomreach.key_secret.reveal(), "hunter2");
}

TEST(Config, SecretsThatCannotBeFetchedAreNamed) {
  const SecretSource nothing = [](const secrets::Reference& reference) -> Result<Secret> {
    return fail(Error::Kind::not_found,
                "the environment variable " + reference.where + " is not set");
  };
  const auto result = read_config(minimal, "t.toml", nothing);
  EXPECT_EQ(result.problems.size(), 3U) << all(result);
  EXPECT_THAT(all(result),
              HasSubstr("t.toml:9: workspace.sitoo.api_password: the environment variable API"));
  expect_problem(replaced("{ env = \"KEY\" }", "{ env = \"KEY\", file = \"x\" }"),
                 "workspace.bloomreach.key_secret", "does not say where");
  expect_problem(replaced("{ env = \"KEY\" }", "{ variable = \"KEY\" }"),
                 "workspace.bloomreach.key_secret", "does not say where");
}

TEST(Config, AllProblemsAreCollectedInTheOrderOfTheFile) {
  auto text = replaced("account_id = 142", "account_id = -1");
  text += "mode = \"on\"\ncolour = \"red\"\n[workspace.retry]\nmax_s = 0\n";
  const auto result = read(text);
  ASSERT_EQ(result.problems.size(), 4U) << all(result);
  EXPECT_TRUE(std::is_sorted(result.problems.begin(), result.problems.end(),
                             [](const Problem& a, const Problem& b) { return a.line < b.line; }));
  EXPECT_EQ(result.problems[0].line, 7);
  EXPECT_EQ(result.problems[1].key, "workspace.bloomreach.mode");
}

TEST(Config, BrokenTomlNamesItsLine) {
  const auto result = read("[hub]\ndata_dir = /var\n");
  ASSERT_EQ(result.problems.size(), 1U);
  EXPECT_EQ(result.problems[0].line, 2);
  EXPECT_THAT(to_text(result.problems[0]), HasSubstr("t.toml:2: not TOML"));
  EXPECT_FALSE(read(std::string(2 * 1024 * 1024, '#')).ok());
  // Beginnings of names that the library would rather stop the process for.
  for (const auto* broken : {"[#", "[", "[[", "[[#", "[a.", "[a.#]", "a.", "a", "=", "[ ]", "a = [",
                             "[a\xd2\x90]", "\xc3\xa5 = 1", "a\xe3\x81\x82", "a = {"}) {
    const auto begun = read(broken);
    ASSERT_EQ(begun.problems.size(), 1U) << broken;
    EXPECT_THAT(begun.problems[0].what, HasSubstr("not TOML")) << broken;
  }
}

TEST(Config, AnOpenListenerWithoutTlsIsWarnedOf) {
  const auto result = read(with("[hub.listen]\naddress = \"0.0.0.0\""));
  EXPECT_TRUE(result.ok());
  EXPECT_THAT(all(result), HasSubstr("without TLS"));
  expect_problem(with("[hub.listen]\ntls_key_file = \"a.pem\""), "hub.listen.tls_key_file",
                 "needs both");
  expect_problem(with("[hub.control]\nport = 8080"), "hub.control", "hub.listen");
}

TEST(Config, TheSampleFileLoads) {
  const std::string path = std::string(TILLBRIDGE_SOURCE_DIR) + "/packaging/tillbridge.sample.toml";
  const auto result = load_config(path, [](const std::string& name) {
    return (name == "KLAVIYO_API_KEY" ? "pk_value of " : "value of ") + name;
  });
  EXPECT_TRUE(result.problems.empty()) << all(result);
  ASSERT_EQ(result.config.workspaces.size(), 1U);
  EXPECT_EQ(result.config.workspaces[0].bloomreach.key_secret.reveal(),
            "value of BLOOMREACH_KEY_SECRET");
  EXPECT_EQ(result.config.workspaces[0].klaviyo.api_key.reveal(), "pk_value of KLAVIYO_API_KEY");
  EXPECT_FALSE(load_config("/nowhere/tillbridge.toml", secrets::process_environment()).ok());
}

// The sample promises to show the defaults: leaving its optional keys out must change nothing.
TEST(Config, TheSampleShowsTheDefaults) {
  const std::string path = std::string(TILLBRIDGE_SOURCE_DIR) + "/packaging/tillbridge.sample.toml";
  const auto sample = load_config(path, [](const std::string&) { return "x"; });
  auto ours = read(with("[workspace.klaviyo]\napi_key = { env = \"KEY\" }\n[workspace.crm]\nuser = "
                        "\"sitoo-crm\"\npassword = { env = \"CRM\" }\n[workspace.stock]"))
                  .config.workspaces[0];
  const auto& theirs = sample.config.workspaces[0];
  ours.bloomreach.project_token = theirs.bloomreach.project_token;
  ours.bloomreach.key_id = theirs.bloomreach.key_id;
  ours.bloomreach_flows.soft_ids = theirs.bloomreach_flows.soft_ids;
  ours.crm.categories = theirs.crm.categories;
  ours.bloomreach_flows.rates = theirs.bloomreach_flows.rates;
  EXPECT_EQ(effective_document(ours), effective_document(theirs));
  EXPECT_EQ(sample.config.journal.retention.audit, journal::Retention{}.audit);
  EXPECT_EQ(sample.config.hub.listen.body_bytes_max, HubSettings{}.listen.body_bytes_max);
  EXPECT_EQ(sample.config.hub.control.body_bytes_max, HubSettings{}.control.body_bytes_max);
}

TEST(EffectiveDocument, IsCanonicalCompleteAndWithoutSecrets) {
  const auto first = read(with(R"(
soft_ids = [{ id = "b\"\u007f", from = "phone" }, { id = "a", from = "email" }]
total_time_max_s = 1.5
[workspace.bloomreach.events]
"return.reason" = "why"
purchase = "p"
[workspace.bloomreach.rates]
NOK = "0.980"
EUR = "11.42"
)"));
  ASSERT_TRUE(first.ok()) << all(first);
  const auto document = effective_document(first.config.workspaces[0]);
  EXPECT_THAT(document, testing::Not(HasSubstr("secret of")));
  EXPECT_THAT(document, testing::Not(HasSubstr("password")));

  // Read back, only the secrets are missing and the settings are the same.
  const auto second = read(document);
  EXPECT_EQ(second.problems.size(), 3U) << all(second);
  for (const auto& problem : second.problems)
    EXPECT_EQ(problem.what, "is missing") << to_text(problem);
  EXPECT_EQ(effective_document(second.config.workspaces[0]), document);
}

TEST(EffectiveDocument, ChangesWithEverySetting) {
  const auto document = [](const std::string& text) {
    return effective_document(read(text).config.workspaces.at(0));
  };
  const auto base = document(std::string(minimal));
  for (const auto* more :
       {"mode = \"paused\"", "requests_per_second = 9", "returns = \"status\"",
        "profile_window = \"01:00-02:00\"", "[workspace.bloomreach.rates]\nEUR = 11",
        "[workspace.bloomreach.events]\npurchase = \"\"", "[workspace.timing]\nsettling_ms = 1",
        "[workspace.poll]\noverlap = 1", "[workspace.backfill]\norders_per_second = 6",
        "[workspace.backfill]\nopen_orders_max = 51", "[workspace.retry]\nfirst_ms = 1",
        "[workspace.breaker]\nfailures = 1", "[workspace.lag]\nalert_s = 901",
        "[workspace.sitoo.store_countries]\nA = \"NO\""})
    EXPECT_NE(document(with(more)), base) << more;
}

}  // namespace
}  // namespace tillbridge::app
