// nodes: the hubs on one PostgreSQL journal.

#include <fmt/format.h>

#include "app/commands/where.h"
#include "app/node_address.h"
#include "base/json.h"
#include "engine/shares.h"
#include "journal/postgres/leases.h"

namespace tillbridge::app {
namespace {

constexpr Duration gone_after = std::chrono::seconds{15};

const char* duty(const journal::postgres::NodeRow& node, std::optional<std::uint16_t> leader) {
  if (node.number == leader) return "leads";
  if (node.shards > 0) return "carries";
  return node.silent > gone_after ? "gone" : "stands by";
}

std::string reached(const journal::postgres::NodeRow& node) {
  const auto address = node_address(node.address);
  if (!address) return "";
  return fmt::format(
      ", reached at {} port {}{}", address->host, address->public_port,
      address->console_port == 0 ? "" : fmt::format(", console {}", address->console_port));
}

}  // namespace

int nodes(const Where& where) {
  const auto place = place_of(where);
  if (!place) return exit_failed;
  if (place->url.empty()) {
    return report(Error{Error::Kind::invalid_input,
                        "the journal is the embedded store, which has one hub: itself"});
  }
  journal::postgres::Leases leases(std::string(place->url.reveal()), {});
  const auto nodes = leases.nodes();
  if (!nodes) return report(nodes.error());
  const auto rows = leases.all();
  if (!rows) return report(rows.error());
  std::optional<std::uint16_t> leader;
  for (const auto& row : *rows) {
    if (row.lease.shard == engine::leader_shard && row.running) leader = row.owner;
  }
  json::Array out;
  for (const auto& node : *nodes) {
    const NodeName name = node_name(node.name);
    const double silent_s = std::chrono::duration<double>(node.silent).count();
    out.push_back(json::Object{{"node", node.number},
                               {"machine", name.machine},
                               {"duty", duty(node, leader)},
                               {"shards", node.shards},
                               {"silent_s", silent_s},
                               {"address", node.address},
                               {"carries_not", name.carries_not}});
    if (!where.json) {
      fmt::print("{:>4}  {:<24}{:<11}{:>4} of {} shards, heard {:.1f} s ago{}\n", node.number,
                 name.machine, duty(node, leader), node.shards, journal::postgres::shard_count,
                 silent_s, reached(node));
      if (!name.carries_not.empty())
        fmt::print("      does not carry: {}; give all hubs the same configuration\n",
                   name.carries_not);
    }
  }
  if (where.json) fmt::print("{}\n", json::to_text(out));
  return exit_done;
}

}  // namespace tillbridge::app
