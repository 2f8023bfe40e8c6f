// [workspace.feed] and [workspace.relay.NAME]: every key, every mistake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config.h"
#include "app/config_edited.h"
#include "app/config_for_tests.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::string workspace_head = for_tests::sitoo_workspace;
constexpr std::string_view feed = "[workspace.feed]\ntoken = { env = \"A_LONG_ENOUGH_TOKEN\" }\n";

ConfigResult read(const std::string& more) {
  return read_config(workspace_head + more, "t.toml", [](const secrets::Reference& reference) {
    return Result<Secret>(Secret{reference.where});
  });
}
ConfigResult relay(const std::string& more, const std::string& name = "warehouse") {
  return read(std::string(feed) + "[workspace.relay." + name + "]\n" + more + "\n");
}
std::string all(const ConfigResult& result) {
  std::string text;
  for (const auto& problem : result.problems) text += to_text(problem) + "\n";
  return text;
}
// Exactly one problem, about this key.
void expect_problem(const ConfigResult& result, const std::string& key, const std::string& says) {
  ASSERT_EQ(result.problems.size(), 1U) << all(result) << "expected: " << says;
  EXPECT_EQ(result.problems[0].key, "workspace." + key) << all(result);
  EXPECT_THAT(to_text(result.problems[0]), HasSubstr(says));
  EXPECT_FALSE(result.problems[0].fix.empty());
  EXPECT_FALSE(result.ok());
}

const std::string url = "url = \"https://warehouse.example/orders\"\n";

TEST(ConfigRelay, AFeedAndARelayAreEnoughForAWorkspace) {
  const auto result = relay(url);
  ASSERT_THAT(result.problems, IsEmpty()) << all(result);
  const Workspace& workspace = result.config.workspaces[0];
  EXPECT_TRUE(workspace.feed.on);
  EXPECT_EQ(workspace.feed.token.reveal(), "A_LONG_ENOUGH_TOKEN");
  EXPECT_EQ(workspace.feed.body_bytes_max, 256U * 1024);
  ASSERT_THAT(workspace.relays, SizeIs(1));
  const RelaySettings& made = workspace.relays[0];
  EXPECT_EQ(made.endpoint.name, "warehouse");
  EXPECT_EQ(made.endpoint.url, "https://warehouse.example/orders");
  EXPECT_FALSE(made.endpoint.allow_private);
  EXPECT_TRUE(made.endpoint.authorization.empty());
  EXPECT_TRUE(made.endpoint.signing_key.empty());
  EXPECT_EQ(made.mode, Mode::live);
  EXPECT_EQ(made.calls_in_flight_max, 64U);
  EXPECT_EQ(made.patience, hours{72});
}

TEST(ConfigRelay, EveryKey) {
  const auto result = read(
      "[workspace.feed]\ntoken = { env = \"A_LONG_ENOUGH_TOKEN\" }\nbody_bytes_max = 2048\n"
      "[workspace.relay.dwh]\nmode = \"shadow\"\nurl = \"http://10.0.0.7:8080/o?to=dwh\"\n"
      "allow_private = true\nauthorization = { env = \"AUTH\" }\n"
      "signing_key = { env = \"SIXTEEN_CHARACTERS\" }\ncalls_per_second = 5\n"
      "calls_in_flight_max = 2\npatience_days = 1\nconnect_time_max_s = 3\ntotal_time_max_s = 4\n"
      "[workspace.relay.loyalty]\n" +
      url + "[workspace.retry]\npatience_days = 7\n");
  ASSERT_THAT(result.problems, IsEmpty()) << all(result);
  const Workspace& workspace = result.config.workspaces[0];
  EXPECT_EQ(workspace.feed.body_bytes_max, 2'048U);
  ASSERT_THAT(workspace.relays, SizeIs(2));
  const RelaySettings& made = workspace.relays[0];
  EXPECT_EQ(made.mode, Mode::shadow);
  EXPECT_EQ(made.endpoint.url, "http://10.0.0.7:8080/o?to=dwh");
  EXPECT_TRUE(made.endpoint.allow_private);
  EXPECT_EQ(made.endpoint.authorization.reveal(), "AUTH");
  EXPECT_EQ(made.endpoint.signing_key.reveal(), "SIXTEEN_CHARACTERS");
  EXPECT_EQ(made.calls_per_second, 5);
  EXPECT_EQ(made.calls_in_flight_max, 2U);
  EXPECT_EQ(made.patience, hours{24});
  EXPECT_EQ(made.endpoint.connect_time_max, seconds{3});
  EXPECT_EQ(made.endpoint.total_time_max, seconds{4});
  EXPECT_EQ(workspace.relays[1].patience, hours{7 * 24}) << "the workspace's";
}

TEST(ConfigRelay, PrivateAddressesAreRefusedUnlessTheyAreMeant) {
  for (const char* host :
       {"127.0.0.1", "127.0.0.1:8080", "10.1.2.3", "192.168.0.4:1", "169.254.169.254", "[::1]",
        "[::1]:80", "[fd00::1]", "localhost", "localhost:3000", "a.localhost"}) {
    const std::string one = std::string("url = \"https://") + host + "/x\"\n";
    expect_problem(relay(one), "relay.warehouse.url", "is a private address");
    const auto meant = relay(one + "allow_private = true");
    EXPECT_THAT(meant.problems, IsEmpty()) << host << all(meant);
  }
  for (const char* host : {"example.com", "8.8.8.8", "[2a00:1450:4001::1]:443"})
    EXPECT_THAT(relay(std::string("url = \"https://") + host + "\"").problems, IsEmpty()) << host;
}

TEST(ConfigRelay, EachMistakeIsNamed) {
  expect_problem(read(std::string("[workspace.relay.warehouse]\n") + url), "relay",
                 "has nothing to tell");
  expect_problem(read(std::string("[workspace.bloomreach]\nproject_token = \"t\"\nkey_id = \"i\"\n"
                                  "key_secret = { env = \"K\" }\nreference_currency = \"SEK\"\n") +
                      std::string(feed)),
                 "feed", "has nobody to tell");
  expect_problem(read("[workspace.feed]\n[workspace.relay.warehouse]\n" + url), "feed.token",
                 "is missing");
  expect_problem(
      read("[workspace.feed]\ntoken = { env = \"SHORT\" }\n[workspace.relay.warehouse]\n" + url),
      "feed.token", "is shorter than 16 characters");
  expect_problem(relay(url + "signing_key = { env = \"SHORT\" }"), "relay.warehouse.signing_key",
                 "is shorter than 16 characters");
  expect_problem(relay(""), "relay.warehouse.url", "is missing");
  for (const char* odd : {"warehouse.example", "ftp://x/y", "https://", "https://u@h/x",
                          "https://h/#x", "https://h/a b"})
    expect_problem(relay(std::string("url = \"") + odd + "\""), "relay.warehouse.url",
                   "is not a URL that can be posted to");
  expect_problem(relay(url + "calls_in_flight_max = 0"), "relay.warehouse.calls_in_flight_max",
                 "out of range");
  expect_problem(relay(url + "mode = \"off\""), "relay.warehouse.mode", "not one of the allowed");
  expect_problem(relay(url + "urls = 1"), "relay.warehouse.urls", "did you mean 'url'?");
  for (const char* name : {"klaviyo", "sitoo", "feed", "Warehouse", "-x", "\"a b\""}) {
    const auto result = relay(url, name);
    ASSERT_EQ(result.problems.size(), 1U) << name << all(result);
    EXPECT_THAT(to_text(result.problems[0]), HasSubstr("cannot be the name of a connection"));
  }
}

TEST(ConfigRelay, PlainHttpToTheInternetIsWarnedOf) {
  const auto result = relay("url = \"http://warehouse.example/orders\"");
  EXPECT_TRUE(result.ok());
  EXPECT_THAT(all(result), HasSubstr("unencrypted"));
}

TEST(ConfigRelay, TheSettingsDocumentHoldsEverythingButTheSecrets) {
  const auto result = relay(url + "authorization = { env = \"HUSH_HUSH\" }");
  ASSERT_TRUE(result.ok()) << all(result);
  const std::string document = effective_document(result.config.workspaces[0]);
  EXPECT_THAT(document, HasSubstr("[workspace.feed]\nbody_bytes_max = 262144\n"));
  EXPECT_THAT(document, HasSubstr("[workspace.relay.warehouse]\nmode = \"live\"\n"
                                  "url = \"https://warehouse.example/orders\"\n"));
  EXPECT_THAT(document, Not(HasSubstr("HUSH")));
  EXPECT_THAT(document, Not(HasSubstr("TOKEN")));
}

TEST(ConfigRelay, WhereTheSecretsGoIsChangedInTheFileOnly) {
  const std::string text = workspace_head + std::string(feed) + "[workspace.relay.warehouse]\n" +
                           url + "authorization = { env = \"HUSH_HUSH\" }\n";
  const ConfigFile file{text, "t.toml", [](const secrets::Reference& reference) {
                          return Result<Secret>(Secret{reference.where});
                        }};
  const auto before = read(text.substr(workspace_head.size()));
  std::string document = effective_document(before.config.workspaces.at(0));
  const auto same = read_edited(file, "nordic", document);
  ASSERT_TRUE(same.ok()) << all(same);
  EXPECT_EQ(same.config.workspaces.at(0).relays.at(0).endpoint.authorization.reveal(), "HUSH_HUSH");
  EXPECT_EQ(same.config.workspaces.at(0).feed.token.reveal(), "A_LONG_ENOUGH_TOKEN");
  const std::string host = "warehouse.example";
  document.replace(document.find(host), host.size(), "elsewhere.example");
  const auto elsewhere = read_edited(file, "nordic", document);
  EXPECT_FALSE(elsewhere.ok());
  EXPECT_THAT(all(elsewhere), HasSubstr("is not the address in the configuration file"));
}

}  // namespace
}  // namespace tillbridge::app
