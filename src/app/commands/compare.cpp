// compare: what was delivered against what a platform has, through the running hub.

#include <fmt/format.h>

#include "app/commands/where.h"

namespace tillbridge::app {
namespace {

std::string text_of(const json::Object& result) {
  const auto count = [&](const char* key) { return json::integer(result, key).value_or(0); };
  std::string text = fmt::format("{}: {} deliveries, {} events, {} of them at Klaviyo\n",
                                 json::text(result, "day").value_or(""), count("deliveries"),
                                 count("events_expected"), count("events_found"));
  if (count("missing") > 0) {
    text += fmt::format("  missing    {} event(s), {} sent again now\n", count("missing"),
                        count("repaired"));
  }
  if (count("orphaned") > 0)
    text += fmt::format("  orphaned   {} event(s) that no record explains\n", count("orphaned"));
  if (count("too_young") > 0)
    text +=
        fmt::format("  too young  {} event(s), looked at again next time\n", count("too_young"));
  if (count("profiles_looked_at") > 0) {
    text += fmt::format("  profiles   {} looked at, {} missing, {} different\n",
                        count("profiles_looked_at"), count("profiles_missing"),
                        count("profiles_different"));
  }
  if (count("cases_opened") > 0)
    text += fmt::format("  {} case(s) opened: tillbridge cases\n", count("cases_opened"));
  if (count("missing") + count("orphaned") + count("profiles_missing") == 0)
    text += "  nothing is missing, nothing is too much\n";
  return text;
}

}  // namespace

int compare(const Where& where, const CompareOptions& options) {
  const auto control = control_of(where);
  if (!control) return exit_failed;
  const json::Object body{{"workspace", options.workspace},
                          {"connection", options.connection},
                          {"day", options.day},
                          {"from", options.from},
                          {"until", options.until},
                          {"repair", options.repair},
                          {"by", operator_name()}};
  const auto answer = control->call("POST", "/api/v1/comparisons", body);
  if (!answer) return report(answer.error());
  const json::Object& result = answer->as_object();
  if (where.json) {
    fmt::print("{}\n", json::to_text(*answer));
  } else {
    fmt::print("{}", text_of(result));
  }
  const bool differs = json::integer(result, "missing").value_or(0) > 0 ||
                       json::integer(result, "orphaned").value_or(0) > 0;
  return differs ? exit_failed : exit_done;
}

}  // namespace tillbridge::app
