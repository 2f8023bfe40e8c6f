#include <deque>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config.h"
#include "app/setup/setup_dialog.h"
#include "app/setup/setup_files.h"
#include "app/setup/setup_preview.h"

namespace tillbridge::app {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* folder = "/etc/tillbridge";

json::Object given() {
  return json::parse(R"({
    "workspace": "nordic", "zone": "Europe/Stockholm", "country": "SE",
    "public_url": "https://hub.nordic.se/",
    "sitoo_base_url": "https://api.mysitoo.com/v2/accounts/1500", "sitoo_api_id": "1500-142",
    "sitoo_api_password": "sitoo \"secret\"",
    "bloomreach": true, "bloomreach_project_token": "token-1", "bloomreach_key_id": "key-1",
    "bloomreach_key_secret": "bloom-secret", "reference_currency": "SEK",
    "klaviyo": "yes", "klaviyo_api_key": "pk_secret",
    "hard_id": "member", "hard_id_from": "email",
    "mapping": [{"from": "email", "to": "ids.member"},
                {"from": "phone", "to": "ids.phone_id"},
                {"from": ["first_name", "last_name"], "to": "properties.full \"name\""},
                {"constant": "pos", "to": "properties.channel"}],
    "consents": [{"id": "newsletter", "label": "Newsletter", "channel": "email", "default": "no",
                  "bloomreach": "newsletter", "klaviyo": "email"},
                 {"id": "texts", "channel": "sms", "default": true}],
    "crm_password": "till-secret"
  })")
      .value()
      .as_object();
}

SetupDocument document_of(const json::Object& answers) {
  auto read = setup_answers_of(answers);
  EXPECT_TRUE(read) << read.error().what;
  return setup_document(completed(read.value()), folder);
}

std::vector<std::string> problems_of(const json::Object& answers) {
  std::vector<std::string> found;
  for (const SetupProblem& problem : document_of(answers).problems)
    found.push_back(problem.step + "/" + problem.field);
  return found;
}

ConfigResult read_back(const SetupDocument& document) {
  return read_config(document.toml, "test", [&](const secrets::Reference& reference) {
    for (const auto& one : document.secrets) {
      if (reference.place == secrets::Reference::Place::file && one.file == reference.where)
        return Result<Secret>(one.secret);
    }
    return Result<Secret>(fail(Error::Kind::not_found, "no such file"));
  });
}

TEST(Setup, AnswersBecomeAConfigurationThatSaysTheSame) {
  const SetupDocument document = document_of(given());
  EXPECT_THAT(document.problems, IsEmpty());
  const ConfigResult read = read_back(document);
  ASSERT_TRUE(read.ok()) << document.toml;
  const Workspace& workspace = read.config.workspaces.at(0);
  EXPECT_EQ(workspace.name, "nordic");
  EXPECT_EQ(workspace.zone.name(), "Europe/Stockholm");
  EXPECT_EQ(workspace.sitoo.account_id, 1500) << "taken from the address";
  EXPECT_EQ(workspace.sitoo.api_password.reveal(), "sitoo \"secret\"");
  EXPECT_EQ(workspace.sitoo.events_user, "sitoo-events");
  EXPECT_GE(workspace.sitoo.events_password.reveal().size(), 32U) << "it is made";
  EXPECT_EQ(workspace.bloomreach.project_token, "token-1");
  EXPECT_EQ(workspace.bloomreach.key_secret.reveal(), "bloom-secret");
  EXPECT_EQ(workspace.bloomreach_flows.hard_id, "member");
  EXPECT_EQ(workspace.bloomreach_flows.hard_id_from, model::IdentitySource::email);
  ASSERT_EQ(workspace.bloomreach_flows.mapping.size(), 4U);
  EXPECT_EQ(workspace.bloomreach_flows.mapping[2].to, "properties.full \"name\"");
  EXPECT_EQ(workspace.bloomreach_flows.mapping[3].constant, "pos");
  EXPECT_EQ(workspace.klaviyo.api_key.reveal(), "pk_secret");
  EXPECT_EQ(workspace.crm.password.reveal(), "till-secret");
  ASSERT_EQ(workspace.crm.categories.size(), 2U);
  EXPECT_EQ(workspace.crm.categories[0].bloomreach, "newsletter");
  EXPECT_EQ(workspace.crm.categories[0].klaviyo, model::ConsentChannel::email);
  EXPECT_FALSE(workspace.crm.categories[0].by_default);
  EXPECT_TRUE(workspace.crm.categories[1].by_default);
  EXPECT_EQ(workspace.crm.categories[1].label, "texts");
}

TEST(Setup, NoSecretStandsInTheConfiguration) {
  const SetupDocument document = document_of(given());
  for (const auto& one : document.secrets)
    EXPECT_THAT(document.toml, Not(HasSubstr(std::string(one.secret.reveal())))) << one.file;
  EXPECT_THAT(document.toml,
              HasSubstr(R"(file = "/etc/tillbridge/nordic.bloomreach_key_secret.secret")"));
  const auto preview = setup_preview(given());
  ASSERT_TRUE(preview);
  const std::string shown = json::to_text(*preview);
  for (const char* secret : {"bloom-secret", "pk_secret", "till-secret", "sitoo \\\""})
    EXPECT_THAT(shown, Not(HasSubstr(secret)));
  const json::Object& sitoo = preview->at("sitoo").as_object();
  EXPECT_EQ(json::text(sitoo, "events_base_url"), "https://hub.nordic.se/sitoo/nordic");
  EXPECT_EQ(json::text(sitoo, "crm_base_url"), "https://hub.nordic.se/crm/nordic");
  EXPECT_TRUE(json::array(*preview, "problems")->empty());
}

TEST(Setup, ProblemsComeBackWithTheirQuestion) {
  struct Wrong {
    const char* field;
    json::Value value;
    const char* problem;
  };
  const Wrong wrong[] = {
      {"workspace", "Nordic Shop", "company/workspace"},
      {"zone", "Europe/Atlantis", "company/zone"},
      {"country", "Sweden", "company/country"},
      {"public_url", "hub.nordic.se", "company/public_url"},
      {"port", 70'000, "company/port"},
      {"port", "eighty", "company/port"},
      {"control_port", 8080, "company/control_port"},
      {"sitoo_base_url", "api.mysitoo.com", "authentication/sitoo_base_url"},
      {"sitoo_account_id", "none", "authentication/sitoo_account_id"},
      {"sitoo_api_password", "", "authentication/sitoo_api_password"},
      {"bloomreach", "perhaps", "authentication/bloomreach"},
      {"bloomreach_project_token", "", "authentication/bloomreach_project_token"},
      {"reference_currency", "crowns", "authentication/reference_currency"},
      {"klaviyo_api_key", "", "authentication/klaviyo_api_key"},
      {"hard_id", "registered", "mapping/mapping"},
      {"crm", "no", "webhooks/crm"},
  };
  for (const Wrong& one : wrong) {
    json::Object answers = given();
    answers[one.field] = one.value;
    EXPECT_THAT(problems_of(answers), Contains(one.problem)) << one.field;
  }
  json::Object rule = given();
  rule["mapping"].as_array().push_back(json::Object{{"from", "shoe_size"}, {"to", "properties.x"}});
  EXPECT_THAT(problems_of(rule), Contains("mapping/mapping"));
  json::Object twice = given();
  twice["consents"].as_array().push_back(json::Object{{"id", "newsletter"}});
  EXPECT_THAT(problems_of(twice), Contains("consents/consents"));
  json::Object nobody = given();
  nobody["bloomreach"] = false;
  nobody["klaviyo"] = false;
  EXPECT_THAT(problems_of(nobody), Contains("authentication/klaviyo"));
}

TEST(Setup, WhatIsNoAnswerIsRefusedWithoutItsValue) {
  for (const char* text :
       {R"({"workspce":"s3cret"})", R"({"workspace":{"a":"s3cret"}})", R"({"mapping":"s3cret"})",
        R"({"mapping":[{"form":"s3cret"}]})", R"({"mapping":[7]})", R"({"consents":[[]]})"}) {
    const auto read = setup_answers_of(json::parse(text).value().as_object());
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, Error::Kind::invalid_input);
    EXPECT_THAT(read.error().what, Not(HasSubstr("s3cret")));
  }
}

class ScriptedTerminal final : public Terminal {
 public:
  explicit ScriptedTerminal(std::vector<std::string> lines) : lines_(lines.begin(), lines.end()) {}
  void say(std::string_view text) override { said += text; }
  std::optional<std::string> ask(const std::string& prompt, bool hidden) override {
    said += prompt;
    if (hidden) hidden_prompts.push_back(prompt);
    if (lines_.empty()) return std::nullopt;
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }
  std::size_t left() const { return lines_.size(); }
  std::string said;
  std::vector<std::string> hidden_prompts;

 private:
  std::deque<std::string> lines_;
};

const std::vector<std::string> company{"nordic", "", "", "https://hub.nordic.se", "", "", ""};

TEST(SetupDialog, AsksExplainsAndAsksAgain) {
  std::vector<std::string> lines{"?",
                                 "Nordic Shop",
                                 "nordic",
                                 "Atlantis",
                                 "",
                                 "",
                                 "hub.nordic.se",
                                 "https://hub.nordic.se",
                                 "",
                                 "",
                                 ""};
  // Sitoo, Bloomreach, no Klaviyo.
  for (const char* line : {"https://api.mysitoo.com/v2/accounts/1500", "", "", "1500-142", "", "pw",
                           "y", "", "token", "key", "secret", "", "no"})
    lines.emplace_back(line);
  for (const char* line : {"member", "email"}) lines.emplace_back(line);
  // Mapping: a rule that cannot be, then two that can.
  for (const char* line :
       {"no", "shoe_size = properties.x", "", "nonsense",
        "first_name, last_name = properties.full_name", "phone=ids.phone_id", ""})
    lines.emplace_back(line);
  for (const char* line : {"newsletter", "", "email", "", "newsletter", ""})
    lines.emplace_back(line);
  for (const char* line : {"", "", "yes", "", ""}) lines.emplace_back(line);
  ScriptedTerminal terminal(lines);
  const auto answers = ask_setup(terminal, "/nowhere/tillbridge.toml");
  ASSERT_TRUE(answers) << terminal.said;
  EXPECT_EQ(terminal.left(), 0U) << terminal.said;
  const SetupDocument document = setup_document(completed(*answers), folder);
  EXPECT_THAT(document.problems, IsEmpty()) << terminal.said;
  const ConfigResult read = read_back(document);
  ASSERT_TRUE(read.ok());
  const Workspace& workspace = read.config.workspaces.at(0);
  EXPECT_EQ(workspace.sitoo.account_id, 1500);
  EXPECT_FALSE(workspace.klaviyo_connected);
  ASSERT_EQ(workspace.bloomreach_flows.mapping.size(), 3U);
  EXPECT_EQ(workspace.bloomreach_flows.mapping[0].to, "ids.member");
  EXPECT_EQ(workspace.bloomreach_flows.mapping[1].from.size(), 2U);
  EXPECT_EQ(workspace.crm.categories.at(0).bloomreach, "newsletter");
  EXPECT_THAT(terminal.said, AllOf(HasSubstr("Up to 32 of a-z"), HasSubstr("cannot be used"),
                                   HasSubstr("is not a time zone"), HasSubstr("is no address"),
                                   HasSubstr("is not given yet")));
  EXPECT_EQ(terminal.hidden_prompts.size(), 5U) << "secrets are typed unseen";
}

TEST(SetupDialog, EndsWhenTheInputEnds) {
  ScriptedTerminal nothing({});
  EXPECT_FALSE(ask_setup(nothing, "/nowhere/tillbridge.toml"));
  EXPECT_THAT(nothing.said, HasSubstr("nothing was written"));
  ScriptedTerminal half(company);
  EXPECT_FALSE(ask_setup(half, "/nowhere/tillbridge.toml"));
}

class SetupFiles : public testing::Test {
 protected:
  SetupFiles()
      : dir_(std::filesystem::temp_directory_path() /
             fmt::format("tillbridge-setup-{}", ::getpid())) {
    std::filesystem::create_directories(dir_);
  }
  ~SetupFiles() override { std::filesystem::remove_all(dir_); }

  std::filesystem::path dir_;
};

TEST_F(SetupFiles, SecretsAreReadableByTheirOwnerOnly) {
  const std::string output = (dir_ / "tillbridge.toml").string();
  const auto answers = completed(setup_answers_of(given()).value());
  const SetupDocument document = setup_document(answers, dir_.string());
  ASSERT_TRUE(write_setup(document, output));
  ASSERT_FALSE(document.secrets.empty());
  for (const auto& one : document.secrets) {
    struct stat facts{};
    ASSERT_EQ(::stat(one.file.c_str(), &facts), 0) << one.file;
    EXPECT_EQ(facts.st_mode & 0777U, 0600U) << one.file;
  }
  const auto read = load_config(output, [](const std::string&) { return std::nullopt; });
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.config.workspaces[0].bloomreach.key_secret.reveal(), "bloom-secret");
  EXPECT_THAT(farewell_of(answers, output),
              AllOf(HasSubstr("https://hub.nordic.se/sitoo/nordic"), HasSubstr("till-secret"),
                    HasSubstr("tillbridge validate --config " + output)));
  const auto lost = write_setup(document, (dir_ / "no" / "such.toml").string());
  ASSERT_FALSE(lost);
  EXPECT_THAT(lost.error().what, HasSubstr("such.toml cannot be written"));
}

TEST_F(SetupFiles, AFileThatIsThereStaysUnlessItMayGo) {
  const std::string output = (dir_ / "tillbridge.toml").string();
  std::ofstream(output) << "mine\n";
  ScriptedTerminal no({"no"});
  EXPECT_FALSE(ask_setup(no, output));
  EXPECT_THAT(no.said, HasSubstr("Nothing was written"));
  ScriptedTerminal enter({""});
  EXPECT_FALSE(ask_setup(enter, output)) << "Enter means no";
}

}  // namespace
}  // namespace tillbridge::app
