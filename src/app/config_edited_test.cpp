#include "app/config_edited.h"

#include <algorithm>

#include <boost/algorithm/string/replace.hpp>
#include <gmock/gmock.h>

namespace tillbridge::app {
namespace {

using testing::HasSubstr;

constexpr const char* file_text = R"(
[hub]
allow_literal_secrets = true
[[workspace]]
name = "shop"
zone = "Europe/Stockholm"
[workspace.sitoo]
base_url = "http://127.0.0.1:1/v2/accounts/1500"
account_id = 1500
api_id = "1500-142"
api_password = "the sitoo password"
events_user = "sitoo"
events_password = "the events password"
[workspace.bloomreach]
base_url = "http://127.0.0.1:2"
project_token = "3f1c0a52-0000-4000-8000-9d5b7c0e1a11"
key_id = "key"
reference_currency = "SEK"
key_secret = "the bloomreach secret"
[workspace.bloomreach.events]
purchase = "kop"
[[workspace]]
name = "other"
zone = "Europe/Oslo"
[workspace.sitoo]
base_url = "http://127.0.0.1:1/v2/accounts/1500"
account_id = 1500
api_id = "1500-142"
api_password = "another password"
events_user = "sitoo"
events_password = "another events password"
[workspace.bloomreach]
base_url = "http://127.0.0.1:2"
project_token = "3f1c0a52-0000-4000-8000-9d5b7c0e1a12"
key_id = "key"
reference_currency = "SEK"
key_secret = "another secret"
)";

ConfigFile file() {
  return {file_text, "tillbridge.toml", [](const secrets::Reference&) -> Result<Secret> {
            return fail(Error::Kind::not_found, "no secret is anywhere else");
          }};
}

std::string all(const ConfigResult& result) {
  std::string text;
  for (const Problem& problem : result.problems) text += to_text(problem) + "\n";
  return text;
}

std::string document_now() {
  const auto config = read_config(file().text, file().name, file().fetch);
  EXPECT_TRUE(config.ok()) << all(config);
  return effective_document(config.config.workspaces.at(0));
}

TEST(EditedSettings, TheCanonicalDocumentGivesTheSameWorkspaceWithItsSecrets) {
  const std::string document = document_now();
  const auto result = read_edited(file(), "shop", document);
  ASSERT_TRUE(result.ok()) << all(result);
  ASSERT_EQ(result.config.workspaces.size(), 1U);
  const Workspace& shop = result.config.workspaces.front();
  EXPECT_EQ(effective_document(shop), document);
  EXPECT_EQ(shop.sitoo.events_password.reveal(), "the events password");
  EXPECT_EQ(shop.sitoo.api_password.reveal(), "the sitoo password");
  EXPECT_EQ(shop.bloomreach.key_secret.reveal(), "the bloomreach secret");
}

TEST(EditedSettings, AChangeIsTakenAndWhatWasTakenOutStaysOut) {
  std::string document = document_now();
  ASSERT_THAT(document, HasSubstr("zone = \"Europe/Stockholm\""));
  ASSERT_THAT(document, HasSubstr("\"kop\""));
  boost::replace_all(document, "Europe/Stockholm", "Europe/Helsinki");
  boost::replace_all(document, "purchase = \"kop\"\n", "");
  boost::replace_all(document, "\"purchase\" = \"kop\"\n", "");
  const auto result = read_edited(file(), "shop", document);
  ASSERT_TRUE(result.ok()) << all(result);
  const Workspace& shop = result.config.workspaces.front();
  EXPECT_EQ(shop.zone.name(), "Europe/Helsinki");
  EXPECT_THAT(effective_document(shop), testing::Not(HasSubstr("kop")));
}

TEST(EditedSettings, ProblemsNameTheDocumentsLines) {
  std::string document = document_now();
  boost::replace_all(document, "Europe/Stockholm", "Europe/Nowhere");
  const auto result = read_edited(file(), "shop", document);
  ASSERT_FALSE(result.ok());
  const auto wrong = std::find_if(result.problems.begin(), result.problems.end(),
                                  [](const Problem& problem) { return !problem.warning; });
  ASSERT_NE(wrong, result.problems.end());
  EXPECT_EQ(wrong->file, "settings");
  EXPECT_EQ(wrong->key, "workspace.zone");
  EXPECT_GT(wrong->line, 0);
  EXPECT_FALSE(read_edited(file(), "shop", "not toml [").ok());
  EXPECT_FALSE(read_edited(file(), "shop", "").ok());
  EXPECT_FALSE(read_edited(file(), "shop", "[hub]\ndata_dir = \"/etc\"\n" + document_now()).ok());
  EXPECT_FALSE(read_edited(file(), "nobody", document_now()).ok());
  // A document of one workspace does not become another's.
  EXPECT_FALSE(read_edited(file(), "other", document_now()).ok());
}

// Else whoever may edit settings could have the platforms' keys sent to a machine of theirs.
TEST(EditedSettings, AnAddressThatSecretsGoToIsTheFiles) {
  for (const char* address : {"http://127.0.0.1:1/v2", "http://127.0.0.1:2\""}) {
    std::string document = document_now();
    ASSERT_THAT(document, HasSubstr(address));
    boost::replace_first(document, std::string(address).substr(0, 18), "http://127.0.0.9:3");
    const auto result = read_edited(file(), "shop", document);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.problems.front().key, "base_url");
    EXPECT_GT(result.problems.front().line, 0);
  }
}

// A new address is no better than a changed one, and a secret may not be named for it.
TEST(EditedSettings, NothingThatIsNewHereLeadsOutOrNamesASecret) {
  ConfigFile with_secrets = file();
  with_secrets.fetch = [](const secrets::Reference&) { return Result<Secret>(Secret("fetched")); };
  const std::string before = document_now();
  const std::pair<const char*, const char*> additions[] = {
      {"[workspace.relay.x]\nurl = \"https://relay.example\"\n", "url"},
      {"[workspace.relay.x]\nauthorization = { env = \"SITOO_PASSWORD\" }\n", "authorization"},
      {"[workspace.relay.x]\nallow_private = true\n", "allow_private"},
      {"[workspace.klaviyo]\nbase_url = \"https://klaviyo.example\"\n", "base_url"},
      {"[workspace.klaviyo]\napi_key = { file = \"/run/secrets/key\" }\n", "api_key"},
  };
  for (const auto& [added, key] : additions) {
    const auto result = read_edited(with_secrets, "shop", before + added);
    ASSERT_FALSE(result.ok()) << added;
    EXPECT_EQ(result.problems.front().key, key);
    EXPECT_GT(result.problems.front().line, 0);
  }
}

TEST(EditedSettings, ASecretThatTheFileNamesMayBeRepeated) {
  ConfigFile with_secrets = file();
  with_secrets.fetch = [](const secrets::Reference&) { return Result<Secret>(Secret("fetched")); };
  boost::replace_first(with_secrets.text, "key_secret = \"the bloomreach secret\"",
                       "key_secret = { env = \"BLOOMREACH\" }");
  std::string document = document_now();
  const std::string table = "[workspace.bloomreach]\n";
  ASSERT_THAT(document, HasSubstr(table));
  std::string same = document;
  boost::replace_first(same, table, table + "key_secret = { env = \"BLOOMREACH\" }\n");
  const auto taken = read_edited(with_secrets, "shop", same);
  EXPECT_TRUE(taken.ok()) << all(taken);
  std::string other = document;
  boost::replace_first(other, table, table + "key_secret = { env = \"SITOO\" }\n");
  EXPECT_FALSE(read_edited(with_secrets, "shop", other).ok());
}

TEST(EditedSettings, AMarketThatLivesOnAnothersEventsCanBeEdited) {
  ConfigFile markets = file();
  boost::replace_first(markets.text, "name = \"other\"",
                       "name = \"other\"\nevents_from = \"shop\"");
  boost::replace_all(markets.text, "another events password", "the events password");
  const auto config = read_config(markets.text, markets.name, markets.fetch);
  ASSERT_TRUE(config.ok()) << all(config);
  std::string document = effective_document(config.config.workspaces.at(1));
  boost::replace_all(document, "Europe/Oslo", "Europe/Helsinki");
  const auto result = read_edited(markets, "other", document);
  ASSERT_TRUE(result.ok()) << all(result);
  EXPECT_EQ(result.config.workspaces.at(0).zone.name(), "Europe/Helsinki");
  EXPECT_EQ(result.config.workspaces.at(0).events_from, "shop");
}

}  // namespace
}  // namespace tillbridge::app
