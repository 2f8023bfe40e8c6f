#include "desk/handbook.h"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "engine/case_types.h"

namespace tillbridge::desk {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Handbook, APageOfACaseTypeGuidesTheDesk) {
  const std::string text =
      "# A platform is behind\n\nSales reach it late.\nToo late.\n\n## What happened\n\nx\n\n"
      "## What it costs\n\nMails go out\nlate.\n\nMore.\n\n## What you can do\n\n- **Send "
      "again**\n- "
      "Assign\n\n## When it closes\n\nRebuild with today's settings\n";
  const Handbook handbook({{"/index.md", "# Start\n\nHello.\n"}, {"/cases/lag_high.md", text}});
  const CaseGuide guide = handbook.guide("lag_high");
  EXPECT_EQ(guide.title, "A platform is behind");
  EXPECT_EQ(guide.summary, "Sales reach it late. Too late.");
  EXPECT_EQ(guide.impact, "Mails go out late.");
  EXPECT_EQ(guide.page, "cases/lag_high");
  EXPECT_THAT(guide.actions, ElementsAre("send_again"));
  ASSERT_EQ(handbook.pages().size(), 2u);
  EXPECT_EQ(handbook.pages().front().title, "Start");
  EXPECT_EQ(handbook.find("cases/lag_high")->markdown, text);
  EXPECT_EQ(handbook.find("cases/other"), nullptr);
  EXPECT_EQ(handbook.guide("not_written").title, "not written");
}

// Whoever opens a case finds a page that says what it is, what it costs and what to do.
TEST(Handbook, EveryCaseTypeHasItsPage) {
  const std::filesystem::path folder = std::string(TILLBRIDGE_SOURCE_DIR) + "/docs/handbook";
  std::vector<std::pair<std::string, std::string>> read;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    read.emplace_back("/" + std::filesystem::relative(entry.path(), folder).string(), text.str());
  }
  const std::vector<std::pair<std::string_view, std::string_view>> files(read.begin(), read.end());
  const Handbook handbook(files);
  for (int number = 0; number <= static_cast<int>(engine::last_case_type); ++number) {
    const auto rule = engine::case_rule(static_cast<engine::CaseType>(number));
    const CaseGuide guide = handbook.guide(std::string(rule.name));
    EXPECT_EQ(guide.page, "cases/" + std::string(rule.name));
    EXPECT_THAT(guide.summary, Not(IsEmpty())) << rule.name;
    EXPECT_THAT(guide.impact, Not(IsEmpty())) << rule.name;
  }
}

}  // namespace
}  // namespace tillbridge::desk
