// backfill: past orders through the running hub, and how far they are.

#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "app/commands/where.h"

namespace tillbridge::app {
namespace {

constexpr std::chrono::milliseconds look_every{500};

std::int64_t count(const json::Object& state, const char* key) {
  return json::integer(state, key).value_or(0);
}

std::string text_of(const json::Object& state) {
  const std::string phase = json::text(state, "phase").value_or("");
  if (phase == "none") return "no backfill yet\n";
  const std::int64_t all = count(state, "until") - count(state, "from");
  const std::int64_t settled = count(state, "next") - count(state, "from");
  std::string text = fmt::format(
      "{}: {}, {} % of the order numbers, {} found: {} planned, {} open, {} known before",
      json::text(state, "range").value_or(""), phase, all > 0 ? settled * 100 / all : 100,
      count(state, "found"), count(state, "planned"), count(state, "open"), count(state, "known"));
  if (count(state, "left") > 0)
    text += fmt::format(", {} left to their events", count(state, "left"));
  if (const auto trouble = json::text(state, "trouble")) text += "; waits: " + *trouble;
  return text + "\n";
}

void print(const Where& where, const json::Object& state) {
  fmt::print("{}", where.json ? json::to_text(state) + "\n" : text_of(state));
  std::fflush(stdout);
}

bool at_work(const json::Object& state) {
  return json::text(state, "phase") == "running" || count(state, "open") > 0;
}

// A line whenever something has changed, until nothing of it is under way any more.
int watch(const Where& where, ControlClient& control, const std::string& path, json::Object state) {
  std::string said;
  for (;;) {
    if (std::string text = json::to_text(state); text != said) {
      print(where, state);
      said = std::move(text);
    }
    if (!at_work(state)) return json::text(state, "phase") == "done" ? exit_done : exit_failed;
    std::this_thread::sleep_for(look_every);
    auto answer = control.call("GET", path);
    if (!answer) return report(answer.error());
    state = std::move(answer->as_object());
  }
}

}  // namespace

int backfill(const Where& where, const BackfillOptions& options) {
  const auto control = control_of(where);
  if (!control) return exit_failed;
  const std::string state_path = options.workspace.empty()
                                     ? "/api/v1/backfill"
                                     : "/api/v1/backfill?workspace=" + options.workspace;
  const bool start = options.act == "start";
  json::Object body{{"workspace", options.workspace}, {"by", operator_name()}};
  if (start) {
    body["from"] = options.from;
    body["until"] = options.until;
    body["from_day"] = options.from_day;
    body["until_day"] = options.until_day;
  }
  const auto answer = options.act == "status" ? control->call("GET", state_path)
                      : start                 ? control->call("POST", "/api/v1/backfill", body)
                              : control->call("POST", "/api/v1/backfill/" + options.act, body);
  if (!answer) return report(answer.error());
  if (options.watch) return watch(where, *control, state_path, answer->as_object());
  print(where, answer->as_object());
  return exit_done;
}

}  // namespace tillbridge::app
