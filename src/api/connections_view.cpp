#include "api/connections_view.h"

#include <algorithm>
#include <set>

#include "api/record_view.h"

namespace tillbridge::api {
namespace {

constexpr double ms_per_s = 1000.0;

// How far a connection is behind: the worst of its rows; percentiles weighted by nothing, the
// largest counts.
struct Lag {
  std::int64_t oldest_ms = 0, p50_ms = 0, p99_ms = 0;
};
Lag lag_of(const json::Object& workspace, const std::string& connection) {
  Lag lag;
  const json::Array* const rows = json::array(workspace, "lag");
  for (std::size_t at = 0; rows != nullptr && at < rows->size(); ++at) {
    const json::Object& row = (*rows)[at].as_object();
    if (json::text(row, "connection").value_or("") != connection) continue;
    lag.oldest_ms = std::max(lag.oldest_ms, json::integer(row, "oldest_waiting_ms").value_or(0));
    lag.p50_ms = std::max(lag.p50_ms, json::integer(row, "p50_ms").value_or(0));
    lag.p99_ms = std::max(lag.p99_ms, json::integer(row, "p99_ms").value_or(0));
  }
  return lag;
}

std::set<std::string> paused_flows(const json::Object& workspace) {
  std::set<std::string> names;
  const json::Array* const parts = json::array(workspace, "paused_parts");
  for (std::size_t at = 0; parts != nullptr && at < parts->size(); ++at) {
    const json::Object& part = (*parts)[at].as_object();
    if (json::text(part, "kind").value_or("") == "flow")
      names.insert(json::text(part, "name").value_or(""));
  }
  return names;
}

json::Array flows_of(const json::Object& workspace, const json::Object& connection) {
  const auto paused = paused_flows(workspace);
  const json::Array* const flows = json::array(connection, "flows");
  json::Array out;
  for (std::size_t at = 0; flows != nullptr && at < flows->size(); ++at) {
    if (!(*flows)[at].is_string()) continue;
    const std::string name((*flows)[at].get_string());
    out.push_back(json::Object{
        {"name", name}, {"title", flow_title(name)}, {"paused", paused.contains(name)}});
  }
  return out;
}

json::Object one_view(const json::Object& workspace, const json::Object& connection,
                      const json::Object& progress) {
  const std::string name = json::text(connection, "connection").value_or("");
  const bool source = !connection.contains("calls_in_flight");
  const Lag lag = lag_of(workspace, name);
  json::Object out;
  out["workspace"] = json::text(workspace, "name").value_or("");
  out["name"] = name;
  out["connection"] = name;
  out["title"] = platform_title(name);
  out["kind"] = source ? "source" : "target";
  const bool paused = json::boolean(connection, "paused").value_or(false);
  out["mode"] = paused ? "paused" : json::text(connection, "mode").value_or("live");
  const json::Object* const pause = json::object(connection, "pause");
  out["paused"] = pause != nullptr ? json::Value(*pause)
                  : paused ? json::Value(json::Object{{"by", ""}, {"at", nullptr}, {"reason", ""}})
                           : json::Value(nullptr);
  out["breaker"] = json::text(connection, "breaker").value_or("closed");
  out["breaker_reason"] = json::text(connection, "breaker_reason").value_or("");
  json::Object budget;
  const json::Value* const rate = connection.if_contains("calls_per_second_max");
  budget["per_second"] = rate != nullptr ? *rate : json::Value(nullptr);
  budget["in_flight"] = json::integer(connection, "calls_in_flight").value_or(0);
  out["budget"] = std::move(budget);
  out["waiting"] = json::integer(connection, "waiting").value_or(0);
  out["blocked"] = json::integer(connection, "blocked").value_or(0);
  out["held_by_pause"] = json::integer(connection, "held_by_pause").value_or(0);
  out["behind_s"] = static_cast<double>(lag.oldest_ms) / ms_per_s;
  out["p50_s"] = static_cast<double>(lag.p50_ms) / ms_per_s;
  out["p99_s"] = static_cast<double>(lag.p99_ms) / ms_per_s;
  out["flows"] = flows_of(workspace, connection);
  const json::Object* const moving = json::object(progress, name);
  for (const char* member : {"clearing", "clear_in_s", "clear_text", "error_share"}) {
    const json::Value* const value = moving != nullptr ? moving->if_contains(member) : nullptr;
    out[member] = value != nullptr ? *value : json::Value(nullptr);
  }
  return out;
}

json::Array view(const json::Object& status, const std::string& workspace, AlertDesk& alerts,
                 bool targets_only) {
  json::Array out;
  const json::Array* const workspaces = json::array(status, "workspaces");
  for (std::size_t at = 0; workspaces != nullptr && at < workspaces->size(); ++at) {
    const json::Object& one = (*workspaces)[at].as_object();
    const std::string name = json::text(one, "name").value_or("");
    if (!workspace.empty() && workspace != name) continue;
    const json::Object progress = alerts.progress(name);
    const json::Array* const connections = json::array(one, "connections");
    for (std::size_t i = 0; connections != nullptr && i < connections->size(); ++i) {
      json::Object made = one_view(one, (*connections)[i].as_object(), progress);
      if (targets_only && made.at("kind") == "source") continue;
      out.push_back(std::move(made));
    }
  }
  return out;
}

}  // namespace

json::Array connections_view(const json::Object& status, const std::string& workspace,
                             AlertDesk& alerts) {
  return view(status, workspace, alerts, false);
}

json::Array platforms_view(const json::Object& status, const std::string& workspace,
                           AlertDesk& alerts) {
  return view(status, workspace, alerts, true);
}

}  // namespace tillbridge::api
