#include "app/carried_settings.h"

#include <fmt/format.h>

#include "app/config_document.h"

namespace tillbridge::app {
namespace {

constexpr std::string_view lacking_here = "is not in the configuration of this hub";
constexpr std::string_view lacking_there = "is not in the configuration of the hub that leads";

Node workspace_of(std::string_view document, std::vector<Problem>& problems) {
  Node parsed = parse_document(document, "settings", problems);
  for (Node& member : parsed.members) {
    if (member.key == "workspace" && member.items.size() == 1)
      return std::move(member.items.front());
  }
  return Node{};
}

std::optional<std::string> compare(const Node& leaders, const Node& own, const std::string& path) {
  if (leaders.type != own.type || leaders.text != own.text || leaders.boolean != own.boolean)
    return path + " is another one than in the configuration of the hub that leads";
  for (const Node& member : leaders.members) {
    const Node* const here = own.find(member.key);
    if (here == nullptr) continue;
    if (auto found = compare(member, *here, path + "." + member.key)) return found;
  }
  return std::nullopt;
}

// A connection that one of the two lacks.
std::optional<std::string> compare_connection(const Node* leaders, const Node* own,
                                              const std::string& path) {
  if (leaders == nullptr && own == nullptr) return std::nullopt;
  if (own == nullptr) return fmt::format("{} {}", path, lacking_here);
  if (leaders == nullptr) return fmt::format("{} {}", path, lacking_there);
  return compare(*leaders, *own, path);
}

std::optional<std::string> compare_relays(const Node& leaders, const Node& own) {
  for (const Node& relay : leaders.members) {
    const std::string path = "relay." + relay.key;
    if (auto found = compare_connection(&relay, own.find(relay.key), path)) return found;
  }
  for (const Node& relay : own.members) {
    if (leaders.find(relay.key) == nullptr)
      return fmt::format("relay.{} {}", relay.key, lacking_there);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> difference_in_what_is_carried(const std::string& workspace,
                                                         std::string_view of_leader,
                                                         std::string_view own) {
  std::vector<Problem> problems;
  const Node leaders = workspace_of(of_leader, problems);
  const Node mine = workspace_of(own, problems);
  if (!problems.empty())
    return fmt::format("workspace {}: its settings cannot be compared: {}", workspace,
                       problems.front().what);
  constexpr const char* bloomreach = "bloomreach";
  auto found = compare_connection(leaders.find(bloomreach), mine.find(bloomreach), bloomreach);
  if (!found) {
    const Node none;
    const Node* const there = leaders.find("relay");
    const Node* const here = mine.find("relay");
    found = compare_relays(there == nullptr ? none : *there, here == nullptr ? none : *here);
  }
  if (!found) return std::nullopt;
  return fmt::format("workspace {}: {}", workspace, *found);
}

}  // namespace tillbridge::app
