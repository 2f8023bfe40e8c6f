// compare stock: the stores' levels as the platform shows them against Sitoo's, through the running
// hub.

#include <future>
#include <thread>

#include <fmt/format.h>

#include "app/commands/where.h"

namespace tillbridge::app {
namespace {

constexpr auto look_every = std::chrono::milliseconds{100};

const json::Object* comparison_in(const json::Object& status, const std::string& workspace) {
  const json::Array* all = json::array(status, "workspaces");
  if (all == nullptr) return nullptr;
  for (const json::Value& one : *all) {
    const json::Object* object = one.if_object();
    if (object == nullptr) continue;
    if (!workspace.empty() && json::text(*object, "name") != workspace) continue;
    const json::Object* stock = json::object(*object, "stock");
    const json::Object* comparison =
        stock == nullptr ? nullptr : json::object(*stock, "comparison");
    if (comparison != nullptr) return comparison;
  }
  return nullptr;
}

// Says how far it is, on standard error, until it is told to end.
void show_progress(const Where& where, const std::string& workspace,
                   const std::future<void>& ended) {
  const auto control = control_of(where);
  std::string shown;
  while (control && ended.wait_for(look_every) == std::future_status::timeout) {
    const auto status = control->call("GET", "/api/v1/status");
    const json::Object* at = status ? comparison_in(status->as_object(), workspace) : nullptr;
    const std::string phase = at == nullptr ? "" : json::text(*at, "phase").value_or("");
    if (phase.empty()) continue;
    std::string line = fmt::format("{}: {} of {}", phase, json::integer(*at, "done").value_or(0),
                                   json::integer(*at, "total").value_or(0));
    if (line == shown) continue;
    fmt::print(stderr, "{}\n", line);
    shown = std::move(line);
  }
}

std::string text_of(const json::Object& report) {
  const auto count = [&](const json::Object& of, std::string_view key) {
    return json::integer(of, key).value_or(0);
  };
  std::string text =
      fmt::format("{} levels at Sitoo, {} catalog rows, {} sums compared in {:.1f} s\n",
                  count(report, "levels"), count(report, "rows"), count(report, "sums"),
                  report.at("took_s").to_number<double>());
  if (const json::Object* kinds = json::object(report, "differences")) {
    for (const auto& [kind, value] : *kinds) {
      if (value.is_int64() && value.get_int64() > 0)
        text += fmt::format("  {:<14} {}\n", std::string(kind), value.get_int64());
    }
  }
  if (const json::Array* places = json::array(report, "by_place")) {
    for (const json::Value& one : *places) {
      const json::Object& place = one.as_object();
      text += fmt::format("  {:<14}", json::text(place, "place").value_or(""));
      for (const auto& [kind, value] : place) {
        if (value.is_int64() && kind != "oldest_s")
          text += fmt::format(" {} {}", std::string(kind), value.get_int64());
      }
      text += fmt::format("  (oldest {} s)\n", count(place, "oldest_s"));
    }
  }
  if (const auto trouble = json::text(report, "sums_trouble"))
    text += fmt::format("  the sums were not compared: {}\n", *trouble);
  if (count(report, "found") == 0) {
    text += "  no difference\n";
  } else if (json::boolean(report, "repair").value_or(false)) {
    text += fmt::format("  {} sent again, {} removed\n", count(report, "repaired"),
                        count(report, "removed"));
  } else {
    text += "  nothing was changed; --repair puts it right\n";
  }
  return text;
}

}  // namespace

int compare_stock(const Where& where, const CompareOptions& options) {
  const auto control = control_of(where);
  if (!control) return exit_failed;
  std::promise<void> answered;
  const std::future<void> ended = answered.get_future();
  std::thread progress([&] { show_progress(where, options.workspace, ended); });
  const json::Object body{{"workspace", options.workspace},
                          {"repair", options.repair},
                          {"sample", options.sample},
                          {"by", operator_name()}};
  const auto answer = control->call("POST", "/api/v1/stock/comparisons", body);
  answered.set_value();
  progress.join();
  if (!answer) return report(answer.error());
  const json::Object& result = answer->as_object();
  if (where.json) {
    fmt::print("{}\n", json::to_text(*answer));
  } else {
    fmt::print("{}", text_of(result));
  }
  const auto found = json::integer(result, "found").value_or(0);
  const json::Object* kinds = json::object(result, "differences");
  const auto late = kinds == nullptr ? 0 : json::integer(*kinds, "late").value_or(0);
  return found > late && !options.repair ? exit_failed : exit_done;
}

}  // namespace tillbridge::app
