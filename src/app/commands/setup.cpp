// setup: from answers to a configuration, and what to paste where.

#include <filesystem>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

#include "app/commands/where.h"
#include "app/setup/setup_dialog.h"
#include "app/setup/setup_files.h"
#include "app/setup/terminal.h"

namespace tillbridge::app {
namespace {

std::optional<SetupAnswers> read_answers(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in) {
    fmt::print(stderr, "tillbridge: {} cannot be read\n", file);
    return std::nullopt;
  }
  const auto parsed = json::parse(text.str());
  if (!parsed || !parsed->is_object()) {
    fmt::print(stderr, "tillbridge: {} is no JSON object{}\n", file,
               parsed ? "" : ": " + parsed.error().what);
    return std::nullopt;
  }
  auto answers = setup_answers_of(parsed->get_object());
  if (!answers) {
    fmt::print(stderr, "tillbridge: {}: {}\n", file, answers.error().what);
    return std::nullopt;
  }
  return std::move(*answers);
}

bool report_problems(const SetupDocument& document) {
  for (const SetupProblem& problem : document.problems)
    fmt::print(stderr, "{}: {}: {} ({})\n", problem.step, problem.field, problem.what, problem.fix);
  return !document.problems.empty();
}

// Secrets of another configuration in the same folder are nobody's to replace unasked.
bool may_write(Terminal& terminal, const SetupDocument& document, const SetupOptions& options) {
  std::string there;
  for (const SetupDocument::SecretFile& one : document.secrets) {
    if (setup_exists(one.file)) there += "  " + one.file + "\n";
  }
  if (there.empty() || options.overwrite) return true;
  terminal.say("These files are there already:\n" + there);
  if (!options.answers.empty()) {
    terminal.say("Say --overwrite to replace them.\n");
    return false;
  }
  constexpr bool hidden = false;
  return terminal.ask("Replace them? [no]: ", hidden) == "yes";
}

}  // namespace

int setup(const SetupOptions& options) {
  const std::string output = std::filesystem::absolute(options.output).lexically_normal().string();
  StandardTerminal terminal;
  const bool replaces = setup_exists(output);  // with its own secrets: asked about once
  std::optional<SetupAnswers> answers;
  if (options.answers.empty()) {
    answers = ask_setup(terminal, output);
  } else {
    answers = read_answers(options.answers);
    if (answers && replaces && !options.overwrite) {
      fmt::print(stderr, "tillbridge: {} is there already; say --overwrite to replace it\n",
                 output);
      return exit_failed;
    }
  }
  if (!answers) return exit_failed;
  const SetupAnswers complete = completed(std::move(*answers));
  const SetupDocument document =
      setup_document(complete, std::filesystem::path(output).parent_path().string());
  if (report_problems(document)) return exit_failed;
  if (!replaces && !may_write(terminal, document, options)) return exit_failed;
  if (const auto written = write_setup(document, output); !written) return report(written.error());
  terminal.say(farewell_of(complete, output));
  return exit_done;
}

}  // namespace tillbridge::app
