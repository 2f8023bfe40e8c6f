// [workspace.crm] and markets that share one Sitoo account: every key, every mistake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view bloomreach_table = R"([workspace.bloomreach]
project_token = "token"
key_id = "id"
key_secret = { env = "KEY" }
reference_currency = "SEK"
)";
constexpr std::string_view klaviyo_table = R"([workspace.klaviyo]
api_key = { env = "pk_KEY" }
)";
constexpr std::string_view crm_table = R"([workspace.crm]
user = "sitoo-crm"
password = { env = "CRM" }
)";

// secrets of other names differ
std::string market(const std::string& name, const std::string& more = "",
                   const std::string& events_password = "EVENTS") {
  return "[[workspace]]\nname = \"" + name + "\"\nzone = \"Europe/Stockholm\"\n" + more +
         R"([workspace.sitoo]
base_url = "https://api.sitoo.example"
account_id = 142
api_id = "142-1"
api_password = { env = "API" }
events_user = "tillbridge"
events_password = { env = ")" +
         events_password + "\" }\n";
}
ConfigResult read(const std::string& text) {
  return read_config(text, "t.toml", [](const secrets::Reference& reference) {
    return Result<Secret>(Secret{reference.where});
  });
}
ConfigResult crm(const std::string& more, std::string_view platforms = bloomreach_table) {
  return read(market("nordic") + std::string(platforms) + std::string(crm_table) + more + "\n");
}
const std::string both = std::string(bloomreach_table) + std::string(klaviyo_table);

std::string all(const ConfigResult& result) {
  std::string text;
  for (const auto& problem : result.problems) text += to_text(problem) + "\n";
  return text;
}
// Exactly one problem, about this key.
void expect_problem(const ConfigResult& result, const std::string& key, const std::string& says,
                    int line_min = 16) {
  ASSERT_EQ(result.problems.size(), 1U) << all(result) << "expected: " << key << " " << says;
  EXPECT_EQ(result.problems[0].key, key) << all(result);
  EXPECT_THAT(to_text(result.problems[0]), HasSubstr(says));
  EXPECT_GE(result.problems[0].line, line_min) << all(result);
  EXPECT_FALSE(result.problems[0].fix.empty());
  EXPECT_FALSE(result.problems[0].warning);
}

TEST(ConfigCrm, WithoutTheTableNothingIsServed) {
  const auto result = read(market("nordic") + std::string(bloomreach_table));
  ASSERT_THAT(result.problems, IsEmpty()) << all(result);
  EXPECT_FALSE(result.config.workspaces[0].crm_served);
}

TEST(ConfigCrm, TheDefaults) {
  const auto result = crm("");
  ASSERT_THAT(result.problems, IsEmpty()) << all(result);
  const Workspace& w = result.config.workspaces[0];
  EXPECT_TRUE(w.crm_served);
  EXPECT_EQ(w.crm.workspace, "nordic");
  EXPECT_EQ(w.crm.user, "sitoo-crm");
  EXPECT_EQ(w.crm.password.reveal(), "CRM");
  EXPECT_EQ(w.crm_source, "bloomreach");
  EXPECT_EQ(w.crm.source_label, "Bloomreach");
  EXPECT_EQ(w.crm.country, w.sitoo.country);
  EXPECT_EQ(w.crm.patience, milliseconds{900});
  EXPECT_EQ(w.crm.own_changes_win_for, minutes{10});
  EXPECT_EQ(w.crm.double_press_within, minutes{10});
  EXPECT_EQ(w.crm.unused_after, hours{24});
  EXPECT_EQ(w.crm_sync_every, Duration{0});
  EXPECT_EQ(w.crm_reads_per_second, 10);
  EXPECT_EQ(w.crm_till_share, 0.3);
  EXPECT_THAT(w.crm.categories, IsEmpty());
  EXPECT_THAT(w.crm.promotions, IsEmpty());
  EXPECT_THAT(w.crm.routes, SizeIs(crm::default_routes().size()));

  const auto theirs = crm("", klaviyo_table);
  ASSERT_THAT(theirs.problems, IsEmpty()) << all(theirs);
  EXPECT_EQ(theirs.config.workspaces[0].crm_source, "klaviyo");
  EXPECT_EQ(theirs.config.workspaces[0].crm.source_label, "Klaviyo");
  EXPECT_EQ(crm("", both).config.workspaces[0].crm_source, "bloomreach");
}

const std::string everything = R"(source = "klaviyo"
reads_per_second = 2.5
till_share = 0.5
patience_ms = 1500
own_changes_win_min = 3
double_press_min = 0
added_status = 201
duplicates = "refuse"
unknown_while_down = "error"
sync_every_min = 60
sync_segmentation = "seg-1"
history_max = 7
redeem_unused_h = 48
consents = [
  { id = "newsletter", label = "N", channel = "email", default = "yes", bloomreach = "b", klaviyo = "email" },
  { id = "texts", channel = "sms", klaviyo = "sms" },
  { id = "post", channel = "mail", bloomreach = "letters" },
  { id = "membership" },
]
promotions = [
  { id = "welcome", name = "Welcome", type = "cart_amount", value = 50, kind = "bonus_check" },
  { id = "ten" },
]
[workspace.crm.routes]
search = "GET /find"
get = "GET /customers/{customer_id}/"
redeem = "PATCH /redeem/{customer_id}/{item_id}"
[workspace.sitoo.store_countries]
"OSL-1" = "NO"
)";

TEST(ConfigCrm, EveryKeyIsRead) {
  const auto result = crm(everything, both);
  ASSERT_THAT(result.problems, IsEmpty()) << all(result);
  const Workspace& w = result.config.workspaces[0];
  EXPECT_EQ(w.crm_source, "klaviyo");
  EXPECT_EQ(w.crm_reads_per_second, 2.5);
  EXPECT_EQ(w.crm_till_share, 0.5);
  EXPECT_EQ(w.crm.patience, milliseconds{1500});
  EXPECT_EQ(w.crm.own_changes_win_for, minutes{3});
  EXPECT_EQ(w.crm.double_press_within, Duration{0});
  EXPECT_EQ(w.crm.added_status, 201);
  EXPECT_TRUE(w.crm.refuse_duplicates);
  EXPECT_TRUE(w.crm.unknown_while_down_is_error);
  EXPECT_EQ(w.crm_sync_every, hours{1});
  EXPECT_EQ(w.crm_sync_segmentation, "seg-1");
  EXPECT_EQ(w.crm.history_max, 7U);
  EXPECT_EQ(w.crm.unused_after, hours{48});
  EXPECT_EQ(w.crm.store_countries.at("OSL-1"), "NO");

  ASSERT_THAT(w.crm.categories, SizeIs(4));
  const model::ConsentCategory& newsletter = w.crm.categories[0];
  EXPECT_EQ(newsletter.id, "newsletter");
  EXPECT_EQ(newsletter.label, "N");
  EXPECT_EQ(newsletter.channel, "email");
  EXPECT_TRUE(newsletter.by_default);
  EXPECT_EQ(newsletter.bloomreach, "b");
  EXPECT_EQ(newsletter.klaviyo, model::ConsentChannel::email);
  EXPECT_EQ(w.crm.categories[1].label, "texts");
  EXPECT_EQ(w.crm.categories[1].klaviyo, model::ConsentChannel::sms);
  EXPECT_EQ(w.crm.categories[2].channel, "mail");
  EXPECT_EQ(w.crm.categories[2].klaviyo, std::nullopt);
  EXPECT_EQ(w.crm.categories[3].channel, std::nullopt);
  EXPECT_FALSE(w.crm.categories[3].by_default);

  ASSERT_THAT(w.crm.promotions, SizeIs(2));
  EXPECT_EQ(w.crm.promotions[0].name, "Welcome");
  EXPECT_EQ(w.crm.promotions[0].type, "cart_amount");
  EXPECT_EQ(w.crm.promotions[0].value, 50);
  EXPECT_TRUE(w.crm.promotions[0].bonus_check);
  EXPECT_EQ(w.crm.promotions[1].name, "ten");
  EXPECT_EQ(w.crm.promotions[1].type, "cart_percent");
  EXPECT_FALSE(w.crm.promotions[1].bonus_check);

  EXPECT_EQ(w.crm.routes.at(crm::Operation::search).path, "/find");
  EXPECT_EQ(w.crm.routes.at(crm::Operation::redeem).method, "PATCH");
  EXPECT_EQ(w.crm.routes.at(crm::Operation::redeem).path, "/redeem/{customer_id}/{item_id}");
  EXPECT_EQ(w.crm.routes.at(crm::Operation::add).path, "/customers");
}

TEST(ConfigCrm, MistakesOfOneKey) {
  const struct {
    const char* line;
    const char* key;
    const char* says;
  } cases[] = {
      {"source = \"sitoo\"", "source", "one of the allowed words"},
      {"source = \"klaviyo\"", "source", "klaviyo is not connected"},
      {"reads_per_second = 0", "reads_per_second", "out of range"},
      {"till_share = 0.95", "till_share", "between 0 and 0.9"},
      {"patience_ms = 99", "patience_ms", "out of range"},
      {"patience_ms = 9001", "patience_ms", "out of range"},
      {"own_changes_win_min = -1", "own_changes_win_min", "out of range"},
      {"double_press_min = 1441", "double_press_min", "out of range"},
      {"added_status = 204", "added_status", "between 200 and 201"},
      {"duplicates = \"yes\"", "duplicates", "join, refuse"},
      {"unknown_while_down = \"nothing\"", "unknown_while_down", "nobody, error"},
      {"sync_every_min = 10081", "sync_every_min", "out of range"},
      {"sync_segmentation = 7", "sync_segmentation", "must be"},
      {"history_max = 0", "history_max", "between 1 and 200"},
      {"redeem_unused_h = 0", "redeem_unused_h", "out of range"},
      {"patiense_ms = 900", "patiense_ms", "did you mean 'patience_ms'"},
  };
  for (const auto& one : cases)
    expect_problem(crm(one.line), std::string("workspace.crm.") + one.key, one.says);
}

TEST(ConfigCrm, UserAndPasswordAreNeeded) {
  const std::string start = market("nordic") + std::string(bloomreach_table);
  expect_problem(read(start + "[workspace.crm]\npassword = { env = \"CRM\" }\n"),
                 "workspace.crm.user", "is missing");
  expect_problem(read(start + "[workspace.crm]\nuser = \"\"\npassword = { env = \"CRM\" }\n"),
                 "workspace.crm.user", "is empty");
  expect_problem(read(start + "[workspace.crm]\nuser = \"till\"\n"), "workspace.crm.password",
                 "is missing");
  expect_problem(read(start + "[workspace.crm]\nuser = \"till\"\npassword = \"hush\"\n"),
                 "workspace.crm.password", "a secret stands in the configuration file");
}

TEST(ConfigCrm, ASourceThatIsNotConnected) {
  expect_problem(crm("source = \"bloomreach\"", klaviyo_table), "workspace.crm.source",
                 "bloomreach is not connected");
  EXPECT_THAT(crm("source = \"klaviyo\"", both).problems, IsEmpty());
  const auto nobody = crm("", "");
  EXPECT_THAT(all(nobody), HasSubstr("sends to nobody"));
}

TEST(ConfigCrm, MistakesOfConsents) {
  const struct {
    const char* list;
    const char* key;
    const char* says;
  } cases[] = {
      {R"([{ label = "x" }])", ".id", "is missing"},
      {R"([{ id = "" }])", ".id", "is empty"},
      {R"([{ id = "a b" }])", ".id", "is no id"},
      {R"([{ id = "a/b" }])", ".id", "is no id"},
      {R"([{ id = "a" }, { id = "a" }])", ".id", "'a' is used twice"},
      {R"([{ id = "a", channel = "email" }, { id = "b", channel = "email" }])", ".channel",
       "belongs to another category already"},
      {R"([{ id = "a", channel = "push" }])", ".channel", "one of the allowed words"},
      {R"([{ id = "a", klaviyo = "mail" }])", ".klaviyo", "one of the allowed words"},
      {R"([{ id = "a", default = true }])", ".default", "must be"},
      {R"([{ id = "a", bloomreech = "news" }])", ".bloomreech", "did you mean 'bloomreach'"},
  };
  for (const auto& one : cases) {
    expect_problem(crm(std::string("consents = ") + one.list),
                   std::string("workspace.crm.consents") + one.key, one.says);
  }
  EXPECT_THAT(
      crm(R"(consents = [{ id = "a", channel = "" }, { id = "b", channel = "" }])").problems,
      IsEmpty());
}

TEST(ConfigCrm, MistakesOfPromotions) {
  const struct {
    const char* list;
    const char* key;
    const char* says;
  } cases[] = {
      {R"([{ name = "x" }])", ".id", "is missing"},
      {R"([{ id = "a b" }])", ".id", "is no id"},
      {R"([{ id = "a", value = -1 }])", ".value", "out of range"},
      {R"([{ id = "a", kind = "gift" }])", ".kind", "promotion, bonus_check"},
      {R"([{ id = "a", amount = 1 }])", ".amount", "known here"},
      {R"([{ id = "a" }, { id = "a", kind = "bonus_check" }])", ".id", "'a' is used twice"},
  };
  for (const auto& one : cases) {
    expect_problem(crm(std::string("promotions = ") + one.list),
                   std::string("workspace.crm.promotions") + one.key, one.says);
  }
}

TEST(ConfigCrm, ListsThatAreNone) {
  for (const char* list : {"consents", "promotions"}) {
    const std::string key = std::string("workspace.crm.") + list;
    expect_problem(crm(std::string(list) + " = \"newsletter\""), key, "must be a list");
    const auto text = crm(std::string(list) + " = [\"newsletter\"]");
    EXPECT_FALSE(text.ok()) << list;
    const auto table = crm("[workspace.crm." + std::string(list) + "]\nid = \"a\"");
    EXPECT_FALSE(table.ok()) << "one table: two brackets are meant";
  }
}

TEST(ConfigCrm, MistakesOfRoutes) {
  const struct {
    const char* route;
    const char* key;
    const char* says;
  } cases[] = {
      {"serch = \"GET /customers\"", ".serch", "is no operation of the register"},
      {"search = \"/customers\"", ".search", "the method of search"},
      {"search = \"FETCH /customers\"", ".search", "not 'FETCH'"},
      {"search = \"GET\"", ".search", "does not begin with '/'"},
      {"search = \"GET customers\"", ".search", "does not begin with '/'"},
      {"get = \"GET /customers/{id}\"", ".get", "a capture is one of"},
      {"get = \"GET /{customer_id}/{customer_id}\"", ".get", "captures the same twice"},
      {"lookup = \"GET /customers\"", "", "the routes of search and lookup are the same"},
      {"get = \"GET /customers/{key}\"\nlookup = \"GET /customers/{customer_id}\"", "",
       "are the same"},
  };
  for (const auto& one : cases) {
    expect_problem(crm(std::string("[workspace.crm.routes]\n") + one.route),
                   std::string("workspace.crm.routes") + one.key, one.says);
  }
  EXPECT_THAT(
      crm("[workspace.crm.routes]\nsearch = \"GET /lookup\"\nlookup = \"GET /customers\"").problems,
      IsEmpty())
      << "two routes may change places";
}

TEST(ConfigCrm, TheEffectiveDocumentIsCompleteAndWithoutSecrets) {
  const auto first = crm(everything, both);
  ASSERT_THAT(first.problems, IsEmpty()) << all(first);
  const std::string document = effective_document(first.config.workspaces[0]);
  EXPECT_THAT(document, testing::Not(HasSubstr("CRM")));
  const auto second = read(document);
  for (const auto& problem : second.problems)
    EXPECT_EQ(problem.what, "is missing") << to_text(problem) << document;
  EXPECT_EQ(effective_document(second.config.workspaces.at(0)), document);
}

TEST(ConfigCrm, TheEffectiveDocumentChangesWithEverySetting) {
  const auto document = [](const ConfigResult& result) {
    EXPECT_THAT(result.problems, IsEmpty()) << all(result);
    return effective_document(result.config.workspaces.at(0));
  };
  const std::string base = document(crm("", both));
  for (const char* more :
       {"source = \"klaviyo\"", "reads_per_second = 9", "till_share = 0.2", "patience_ms = 901",
        "own_changes_win_min = 9", "double_press_min = 9", "added_status = 201",
        "duplicates = \"refuse\"", "unknown_while_down = \"error\"", "sync_every_min = 5",
        "sync_segmentation = \"s\"", "history_max = 21", "redeem_unused_h = 23",
        "consents = [{ id = \"a\" }]", "promotions = [{ id = \"a\" }]",
        "[workspace.crm.routes]\nlookup = \"GET /find\""})
    EXPECT_NE(document(crm(more, both)), base) << more;
  EXPECT_NE(document(read(market("nordic") + both)), base) << "not served";
}

// Two workspaces of one Sitoo account, each with its own stores.
std::string markets(const std::string& more, const std::string& password = "EVENTS") {
  return market("nordic") + "stores = [\"STO-01\"]\n" + std::string(bloomreach_table) +
         market("norway", more, password) + "stores = [\"OSL-1\", \"OSL-2\"]\n" +
         std::string(bloomreach_table);
}

TEST(ConfigMarkets, OneTakesTheEventsForAll) {
  const auto result = read(markets("events_from = \"nordic\"\n"));
  ASSERT_THAT(result.problems, IsEmpty()) << all(result);
  ASSERT_THAT(result.config.workspaces, SizeIs(2));
  EXPECT_EQ(result.config.workspaces[0].events_from, "");
  EXPECT_EQ(result.config.workspaces[1].events_from, "nordic");
  EXPECT_THAT(result.config.workspaces[0].sitoo.stores, ElementsAre("STO-01"));
  EXPECT_THAT(result.config.workspaces[1].sitoo.stores, ElementsAre("OSL-1", "OSL-2"));
  const std::string document = effective_document(result.config.workspaces[1]);
  EXPECT_THAT(document, HasSubstr("events_from = \"nordic\""));
  EXPECT_THAT(document, HasSubstr("\"OSL-2\""));
}

TEST(ConfigMarkets, Mistakes) {
  const std::string key = "workspace.events_from";
  expect_problem(read(markets("events_from = \"sweden\"\n")), key, "there is no workspace sweden");
  expect_problem(read(markets("events_from = \"nordic\"\n", "OTHER")), key, "other credentials");
  expect_problem(read(markets("events_from = \"norway\"\n")), key, "names this workspace itself");
  expect_problem(
      read(markets("events_from = \"nordic\"\n") + market("finland", "events_from = \"norway\"\n") +
           std::string(bloomreach_table)),
      key, "norway gets its events from another", 32);
  expect_problem(read(market("nordic") + "stores = [\"\"]\n" + std::string(bloomreach_table)),
                 "workspace.sitoo.stores", "not a text with content", 10);
}

TEST(ConfigMarkets, AMistakeElsewhereDoesNotHideTheirs) {
  auto text = markets("events_from = \"sweden\"\n");
  text.replace(text.find("Europe/Stockholm"), 16, "Europe/Nowhere");
  const auto result = read(text);
  EXPECT_THAT(result.problems, SizeIs(2)) << all(result);
}

}  // namespace
}  // namespace tillbridge::app
