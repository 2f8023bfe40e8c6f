// validate: every platform tried with a test customer, through the running hub.

#include <fmt/format.h>

#include "app/commands/where.h"

namespace tillbridge::app {
namespace {

const char* mark_of(const json::Object& step) {
  if (json::boolean(step, "skipped").value_or(false)) return "-";
  return json::boolean(step, "ok").value_or(false) ? "ok" : "FAIL";
}

std::string text_of(const json::Object& result) {
  std::string text;
  const json::Array* steps = json::array(result, "steps");
  if (steps == nullptr) return text;
  for (const json::Value& value : *steps) {
    const json::Object* step = value.if_object();
    if (step == nullptr) continue;
    text += fmt::format(
        "{:<5} {:<11} {}: {}\n", mark_of(*step), json::text(*step, "connection").value_or(""),
        json::text(*step, "step").value_or(""), json::text(*step, "detail").value_or(""));
    if (const auto advice = json::text(*step, "advice"))
      text += fmt::format("{:<18}-> {}\n", "", *advice);
  }
  const bool ok = json::boolean(result, "ok").value_or(false);
  return text + (ok ? "everything that was tried works\n"
                    : "not everything works: correct what failed, restart, validate again\n");
}

}  // namespace

int validate(const Where& where, const ValidateOptions& options) {
  const auto control = control_of(where);
  if (!control) return exit_failed;
  if (!where.json) fmt::print(stderr, "trying every platform; this can take some minutes\n");
  const json::Object body{{"workspace", options.workspace},
                          {"email_domain", options.email_domain},
                          {"visible_within_s", options.visible_within_s},
                          {"by", operator_name()}};
  const auto answer = control->call("POST", "/api/v1/validate", body);
  if (!answer) return report(answer.error());
  const json::Object& result = answer->as_object();
  fmt::print("{}", where.json ? json::to_text(result) + "\n" : text_of(result));
  return json::boolean(result, "ok").value_or(false) ? exit_done : exit_failed;
}

}  // namespace tillbridge::app
