#include "app/setup/setup_dialog.h"

#include <algorithm>

#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <fmt/format.h>

#include "app/setup/setup_files.h"

namespace tillbridge::app {
namespace {

using Kind = SetupField::Kind;

class Dialog {
 public:
  explicit Dialog(Terminal& terminal) : terminal_(terminal) {}

  // nullopt: the input has ended.
  std::optional<SetupAnswers> run() {
    for (const SetupStep& step : setup_steps()) {
      if (left_) return std::nullopt;
      terminal_.say(fmt::format("\n{}\n{}\n", step.title, step.help));
      if (step.name == "mapping") ask_mapping();
      if (step.name == "consents") ask_consents();
      for (const SetupField& field : setup_fields()) {
        if (field.step == step.name && answers_.asked(field)) ask_field(field);
      }
    }
    if (left_) return std::nullopt;
    return std::move(answers_);
  }

  bool yes(const std::string& question, bool fallback) {
    for (;;) {
      const std::string said = ask(fmt::format("{} [{}]: ", question, fallback ? "yes" : "no"));
      if (said.empty()) return fallback && !left_;
      if (said == "yes" || said == "y") return true;
      if (said == "no" || said == "n") return false;
      terminal_.say("  answer yes or no\n");
    }
  }

 private:
  std::string ask(const std::string& prompt, bool hidden = false) {
    auto said = left_ ? std::nullopt : terminal_.ask(prompt, hidden);
    left_ = !said;
    if (left_) return {};
    boost::algorithm::trim(*said);
    return std::move(*said);
  }

  void ask_field(const SetupField& field) {
    const bool hidden = field.kind == Kind::secret;
    for (;;) {
      const std::string fallback = hidden ? std::string{} : answers_.text(field.name);
      const std::string shown = fallback.empty() ? "" : fmt::format(" [{}]", fallback);
      const std::string said = ask(fmt::format("{}{}: ", field.prompt, shown), hidden);
      if (left_) return;
      if (said == "?") {
        terminal_.say(fmt::format("  {}\n", field.help.empty() ? "nothing to add" : field.help));
        continue;
      }
      take(field, said);
      if (is_fine(field.name)) return;
      answers_.texts.erase(std::string(field.name));
      answers_.secrets.erase(std::string(field.name));
    }
  }

  void take(const SetupField& field, std::string said) {
    if (said.empty()) return;
    if (field.kind == Kind::yes_no && (said == "y" || said == "n"))
      said = said == "y" ? "yes" : "no";
    const std::string name(field.name);
    if (field.kind == Kind::secret)
      answers_.secrets.insert_or_assign(name, Secret(std::move(said)));
    else
      answers_.texts.insert_or_assign(name, std::move(said));
  }

  // False after its problems have been said.
  bool is_fine(std::string_view field) {
    const SetupDocument document = setup_document(completed(answers_), "/");
    bool fine = true;
    for (const SetupProblem& problem : document.problems) {
      if (problem.field != field) continue;
      terminal_.say(fmt::format("  {}: {} ({})\n", field, problem.what, problem.fix));
      fine = false;
    }
    return fine;
  }

  void ask_mapping() {
    if (!answers_.yes("bloomreach")) {
      terminal_.say("Klaviyo gets the documented fields (docs/flows/till.md).\n");
      return;
    }
    if (yes("Use the documented mapping (docs/flows/till.md)?", true)) return;
    do {
      answers_.mapping.clear();
      const std::string source = answers_.text("hard_id_from");
      SetupAnswers::Mapping hard;
      hard.from = {source.starts_with("crm_") ? source.substr(4) : source};
      hard.to = "ids." + answers_.text("hard_id");
      terminal_.say(
          fmt::format("  The hard ID is there already: {} = {}\n"
                      "  One rule a line, as first_name = properties.first_name or "
                      "phone = ids.phone_id; an empty line ends.\n",
                      hard.from.front(), hard.to));
      answers_.mapping.push_back(std::move(hard));
      for (;;) {
        const std::string line = ask("rule: ");
        if (line.empty()) break;
        take_rule(line);
      }
    } while (!left_ && !is_fine("mapping"));
  }

  void take_rule(const std::string& line) {
    const auto equals = line.find('=');
    SetupAnswers::Mapping rule;
    if (equals != std::string::npos) {
      rule.to = boost::algorithm::trim_copy(line.substr(equals + 1));
      // Several fields are joined: first_name, last_name = properties.full_name
      boost::algorithm::split(rule.from, line.substr(0, equals), [](char c) { return c == ','; });
      for (std::string& field : rule.from) boost::algorithm::trim(field);
    }
    if (rule.to.empty() || std::any_of(rule.from.begin(), rule.from.end(),
                                       [](const std::string& field) { return field.empty(); })) {
      terminal_.say("  write it as first_name = properties.first_name\n");
      return;
    }
    answers_.mapping.push_back(std::move(rule));
  }

  void ask_consents() {
    for (;;) {
      const std::string id = ask("Id of a consent, such as newsletter (empty: done): ");
      if (id.empty()) return;
      SetupAnswers::Consent consent;
      consent.id = id;
      consent.label = ask(fmt::format("  What staff see [{}]: ", id));
      consent.channel = ask("  Switch of the till: email, sms or mail (empty: none): ");
      consent.by_default = yes("  Given by new customers of whom the till says nothing?", false);
      if (answers_.yes("bloomreach"))
        consent.bloomreach = ask("  Bloomreach's consent category (empty: not sent there): ");
      if (answers_.yes("klaviyo"))
        consent.klaviyo = ask("  Klaviyo's channel: email or sms (empty: not sent there): ");
      answers_.consents.push_back(std::move(consent));
      if (!is_fine("consents")) answers_.consents.pop_back();
    }
  }

  Terminal& terminal_;
  SetupAnswers answers_;
  bool left_ = false;  // the input has ended: every further answer is empty
};

}  // namespace

std::optional<SetupAnswers> ask_setup(Terminal& terminal, const std::string& output) {
  Dialog dialog(terminal);
  terminal.say("A question mark explains a question; Enter takes what stands in brackets.\n");
  if (setup_exists(output) && !dialog.yes(output + " is there already. Replace it?", false)) {
    terminal.say("Nothing was written.\n");
    return std::nullopt;
  }
  auto answers = dialog.run();
  if (!answers) terminal.say("\nThe set-up was left; nothing was written.\n");
  return answers;
}

}  // namespace tillbridge::app
