// [[workspace.bloomreach.mapping]] and [[workspace.klaviyo.mapping]]: every key, every mistake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/config.h"
#include "app/config_for_tests.h"

namespace tillbridge::app {
namespace {

using model::Transform;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string sitoo = for_tests::sitoo_workspace;
constexpr std::string_view bloomreach_table = R"([workspace.bloomreach]
project_token = "token"
key_id = "id"
key_secret = { env = "KEY" }
reference_currency = "SEK"
)";
constexpr std::string_view klaviyo_table = R"([workspace.klaviyo]
api_key = { env = "KEY" }
)";
constexpr std::string_view hard = "{ from = \"customer_id\", to = \"ids.registered\" }";

ConfigResult read(std::string_view below) {
  return read_config(sitoo + std::string(below), "t.toml",
                     [](const secrets::Reference&) { return Result<Secret>(Secret{"pk_s"}); });
}
ConfigResult bloomreach(const std::string& more) {
  return read(std::string(bloomreach_table) + more + "\n");
}
ConfigResult klaviyo(const std::string& more) {
  return read(std::string(klaviyo_table) + more + "\n");
}

std::string all(const ConfigResult& result) {
  std::string text;
  for (const auto& problem : result.problems) text += to_text(problem) + "\n";
  return text;
}
// Exactly one problem, about this key.
void expect_problem(const ConfigResult& result, const std::string& key, const std::string& says,
                    bool warning = false) {
  ASSERT_EQ(result.problems.size(), 1U) << all(result) << "expected: " << key << " " << says;
  EXPECT_EQ(result.problems[0].key, key) << all(result);
  EXPECT_THAT(to_text(result.problems[0]), HasSubstr(says));
  EXPECT_GT(result.problems[0].line, 11);
  EXPECT_FALSE(result.problems[0].fix.empty());
  EXPECT_EQ(result.problems[0].warning, warning);
}

TEST(ConfigMapping, WithoutRulesThereAreNone) {
  const auto result = read(std::string(bloomreach_table) + std::string(klaviyo_table));
  ASSERT_THAT(result.problems, IsEmpty()) << all(result);
  EXPECT_THAT(result.config.workspaces[0].bloomreach_flows.mapping, IsEmpty());
  EXPECT_THAT(result.config.workspaces[0].klaviyo_flows.mapping, IsEmpty());
}

TEST(ConfigMapping, EveryKeyOfARule) {
  const auto result = bloomreach(R"(
[[workspace.bloomreach.mapping]]
from = "member_number"
to = "ids.registered"
[[workspace.bloomreach.mapping]]
from = ["first_name", "last_name"]
to = "properties.full_name"
transform = ["trim", "title"]
separator = ", "
[[workspace.bloomreach.mapping]]
constant = "pos"
to = "properties.signup_channel"
[[workspace.bloomreach.mapping]]
from = "phone"
to = "ids.phone_id"
transform = "e164"
)");
  ASSERT_THAT(result.problems, IsEmpty()) << all(result);
  const auto& flow = result.config.workspaces[0].bloomreach_flows;
  ASSERT_EQ(flow.mapping.size(), 4U);
  EXPECT_EQ(flow.mapping[0].to, "ids.registered");
  EXPECT_EQ(flow.mapping[0].separator, " ");
  EXPECT_THAT(flow.mapping[1].from, ElementsAre("first_name", "last_name"));
  EXPECT_THAT(flow.mapping[1].transforms, ElementsAre(Transform::trim, Transform::title));
  EXPECT_EQ(flow.mapping[1].separator, ", ");
  EXPECT_THAT(flow.mapping[2].from, IsEmpty());
  EXPECT_EQ(flow.mapping[2].constant, "pos");
  EXPECT_THAT(flow.mapping[3].transforms, ElementsAre(Transform::e164));
  // Sales are named as the hard ID's rule says.
  EXPECT_EQ(flow.hard_id_from, model::IdentitySource::crm_member_number);
}

TEST(ConfigMapping, KlaviyosTargets) {
  const auto result = klaviyo(R"(mapping = [
  { from = "email", to = "attributes.email" },
  { from = "city", to = "location.city" },
  { from = "home_store", to = "properties.Home Store" },
])");
  ASSERT_THAT(result.problems, IsEmpty()) << all(result);
  EXPECT_EQ(result.config.workspaces[0].klaviyo_flows.mapping.size(), 3U);
}

TEST(ConfigMapping, MistakesOfARuleHaveItsLine) {
  const struct {
    const char* rule;
    const char* key;
    const char* says;
  } cases[] = {
      {"from = \"first_nam\"\nto = \"properties.x\"", "", "first_nam"},
      {"from = \"city\"\nto = \"attributes.city\"", "", "attributes.city"},
      {"from = \"city\"\nto = \"ids.registered\"", "", "two rules"},
      {"from = \"city\"\nconstant = \"x\"\nto = \"properties.x\"", "", "constant"},
      {"to = \"properties.x\"", "", "gets nothing"},
      {"from = \"city\"", ".to", "is missing"},
      {"from = 7\nto = \"properties.x\"", ".from", "must be a list"},
      {"from = [\"\"]\nto = \"properties.x\"", ".from", "not a text"},
      {"from = \"city\"\nto = \"properties.x\"\ntransform = [\"capitals\"]", ".transform",
       "'capitals' is no transform"},
      {"form = \"city\"\nconstant = \"c\"\nto = \"properties.x\"", ".form", "did you mean 'from'"},
  };
  for (const auto& c : cases) {
    const auto result = bloomreach(
        "[[workspace.bloomreach.mapping]]\nfrom = \"customer_id\"\nto = \"ids.registered\"\n"
        "[[workspace.bloomreach.mapping]]\n" +
        std::string(c.rule));
    expect_problem(result, std::string("workspace.bloomreach.mapping") + c.key, c.says);
    EXPECT_GE(result.problems.at(0).line, 19) << all(result);  // of the second rule
  }
}

TEST(ConfigMapping, MistakesOfTheWhole) {
  const std::string mapping = "workspace.bloomreach.mapping";
  expect_problem(bloomreach("mapping = 7"), mapping, "write [[workspace.bloomreach.mapping]]");
  expect_problem(bloomreach("mapping = [{ from = \"city\", to = \"ids.city\" }]"), mapping,
                 "no rule for the hard ID 'ids.registered'");
  expect_problem(bloomreach("mapping = []"), mapping, "no rule for the hard ID");
  expect_problem(bloomreach("mapping = [{ from = \"city\", to = \"ids.registered\" }]"), mapping,
                 "comes from city");
  expect_problem(bloomreach("hard_id_from = \"email\"\nmapping = [" + std::string(hard) + "]"),
                 "workspace.bloomreach.hard_id_from", "another field");
  expect_problem(bloomreach("soft_ids = [{ id = \"e\", from = \"email\" }]\nmapping = [" +
                            std::string(hard) + "]"),
                 "workspace.bloomreach.soft_ids", "not used beside rules", true);
  std::string many = "mapping = [";
  for (int i = 0; i < 201; ++i)
    many += "{ constant = \"x\", to = \"properties.p" + std::to_string(i) + "\" },";
  expect_problem(bloomreach(many + "]"), mapping, "201 rules");

  const std::string theirs = "workspace.klaviyo.mapping";
  const struct {
    const char* settings;
    const char* says;
  } cases[] = {
      {"mapping = [{ from = \"city\", to = \"attributes.city\" }]", "attributes.city"},
      {"mapping = [{ from = \"city\", to = \"properties.Last Store\" }]", "written by sales"},
      {"mapping = [{ from = \"city\", to = \"properties.Purchased SKUs\" }]", "written by sales"},
      {"mapping = [{ from = \"city\", to = \"properties.$city\" }]", "Klaviyo's own"},
      {"key_from = \"phone\"\nmapping = [{ from = \"city\", to = \"location.city\" }]", "the key"},
  };
  for (const auto& c : cases) expect_problem(klaviyo(c.settings), theirs, c.says);
}

TEST(ConfigMapping, TheEffectiveDocumentHasTheRules) {
  const std::string rules = "mapping = [" + std::string(hard) +
                            ", { from = [\"zip\", \"city\"], to = \"properties.a\\\"b\", "
                            "transform = [\"trim\", \"digits\"], separator = \"/\" }, "
                            "{ constant = \"pos\", to = \"properties.c\" }]\n";
  const auto first =
      read(std::string(bloomreach_table) + rules + std::string(klaviyo_table) +
           "mapping = [{ from = \"birthday\", to = \"properties.Born\", transform = \"date\" }]\n");
  ASSERT_THAT(first.problems, IsEmpty()) << all(first);
  const auto& before = first.config.workspaces[0];
  const auto document = effective_document(before);
  const auto second = read_config(
      document, "t.toml", [](const secrets::Reference&) { return Result<Secret>(Secret{"pk_s"}); });
  for (const auto& problem : second.problems)
    EXPECT_EQ(problem.what, "is missing") << to_text(problem) << document;  // secrets only
  const auto& after = second.config.workspaces.at(0);
  EXPECT_EQ(effective_document(after), document);
  ASSERT_EQ(after.bloomreach_flows.mapping.size(), 3U);
  EXPECT_EQ(after.bloomreach_flows.mapping[1].to, "properties.a\"b");
  EXPECT_EQ(after.bloomreach_flows.mapping[1].separator, "/");
  EXPECT_EQ(after.bloomreach_flows.mapping[2].constant, "pos");
  ASSERT_EQ(after.klaviyo_flows.mapping.size(), 1U);
  EXPECT_THAT(after.klaviyo_flows.mapping[0].transforms, ElementsAre(Transform::date));
}

}  // namespace
}  // namespace tillbridge::app
