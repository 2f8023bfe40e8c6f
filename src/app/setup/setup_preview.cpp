#include "app/setup/setup_preview.h"

#include "app/setup/setup_answers.h"
#include "app/setup/setup_files.h"

namespace tillbridge::app {

Result<json::Object> setup_preview(const json::Object& answers) {
  constexpr const char* folder = "/etc/tillbridge";
  TB_TRY(SetupAnswers given, setup_answers_of(answers));
  // Passwords that are made are made when the files are written; here they only count as given.
  const SetupAnswers complete = completed(std::move(given));
  const SetupDocument document = setup_document(complete, folder);
  json::Array problems;
  for (const SetupProblem& problem : document.problems) {
    problems.push_back(json::Object{{"step", problem.step},
                                    {"field", problem.field},
                                    {"what", problem.what},
                                    {"fix", problem.fix}});
  }
  json::Array files;
  for (const SetupDocument::SecretFile& one : document.secrets) files.emplace_back(one.file);
  json::Object sitoo{{"events_base_url", events_base_url(complete)},
                     {"events_user", complete.text("events_user")}};
  if (complete.yes("crm")) {
    sitoo["crm_base_url"] = crm_base_url(complete);
    sitoo["crm_user"] = complete.text("crm_user");
  }
  json::Object out;
  out["toml"] = document.toml;
  out["problems"] = std::move(problems);
  out["sitoo"] = std::move(sitoo);
  out["secret_files"] = std::move(files);
  return out;
}

}  // namespace tillbridge::app
