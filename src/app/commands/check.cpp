#include <fmt/format.h>

#include "app/commands/where.h"
#include "app/workspace.h"
#include "connectors/bloomreach/tracking_client.h"

namespace tillbridge::app {
namespace {

struct Checked {
  std::string what;
  Outcome outcome;
  std::string facts = {};  // what a person should compare with their own idea of it
};

Task<void> ping_all(const Clock& clock, outbound::Transport& transport, const Config& config,
                    std::vector<Checked>& into) {
  for (const Workspace& workspace : config.workspaces) {
    connectors::sitoo::Client sitoo(transport, clock, workspace.sitoo);
    Outcome answered = co_await sitoo.ping();
    into.push_back(Checked{workspace.name + "/sitoo", std::move(answered)});
    if (workspace.bloomreach_connected) {
      connectors::bloomreach::TrackingClient bloomreach(transport, clock, workspace.bloomreach);
      Outcome tracked = co_await bloomreach.ping();
      into.push_back(Checked{workspace.name + "/bloomreach", std::move(tracked)});
    }
    if (workspace.klaviyo_connected) {
      connectors::klaviyo::Client klaviyo(transport, clock, workspace.klaviyo);
      auto account = co_await klaviyo.account();
      into.push_back(Checked{workspace.name + "/klaviyo", std::move(account.answer.outcome),
                             fmt::format("account {}, its days end in {}, reports in {}",
                                         account.id, account.timezone, account.currency)});
    }
  }
}

}  // namespace

int check(const Where& where, bool live) {
  const auto config = load(where, Warnings::show);
  if (!config) return exit_failed;
  json::Object out{{"configuration", "ok"}};
  if (!where.json) fmt::print("configuration: ok, {} workspace(s)\n", config->workspaces.size());
  bool sound = true;
  if (live) {
    Loop loop{1};
    telemetry::Metrics metrics;
    SystemClock clock;
    outbound::CurlTransport transport(loop, metrics,
                                      outbound::CurlSettings{.proxy = config->outbound.proxy,
                                                             .ca_file = config->outbound.ca_file});
    std::vector<Checked> checked;
    {
      TaskGroup tasks(
          loop, [&](const std::string& what) { fmt::print(stderr, "tillbridge: {}\n", what); });
      tasks.start(ping_all(clock, transport, *config, checked));
      while (tasks.running() > 0) loop.run_one_for(std::chrono::seconds{1});
    }
    json::Object connections;
    for (const Checked& one : checked) {
      const bool ok = one.outcome.kind == Outcome::Kind::delivered;
      sound = sound && ok;
      const std::string good = one.facts.empty() ? "ok" : "ok, " + one.facts;
      connections[one.what] = ok ? good : one.outcome.reason;
      if (!where.json) fmt::print("{}: {}\n", one.what, ok ? good : one.outcome.reason);
    }
    out["connections"] = std::move(connections);
  }
  if (where.json) fmt::print("{}\n", json::to_text(out));
  return sound ? exit_done : exit_failed;
}

}  // namespace tillbridge::app
