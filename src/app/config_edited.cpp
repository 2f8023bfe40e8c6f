#include "app/config_edited.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/config_document.h"

namespace tillbridge::app {
namespace {

constexpr int no_line = -1;
constexpr const char* edited_file = "settings";

const Node* workspace_in(const Node& document, std::string_view name) {
  const Node* const list = document.find("workspace");
  if (list == nullptr || list->type != Node::Type::list) return nullptr;
  for (const Node& one : list->items) {
    const Node* const named = one.find("name");
    if (named != nullptr && named->text == name) return &one;
  }
  return nullptr;
}

// What was put in has no line in the document that people see.
Node without_lines(Node node) {
  node.line = no_line;
  for (Node& member : node.members) member = without_lines(std::move(member));
  for (Node& item : node.items) item = without_lines(std::move(item));
  return node;
}

const Node* member_of(const Node* table, const std::string& key) {
  return table == nullptr ? nullptr : table->find(key);
}

// { env = "NAME" } or { file = "path" }
bool names_a_secret(const Node& node) {
  return node.type == Node::Type::table && node.members.size() == 1 &&
         (node.find("env") != nullptr || node.find("file") != nullptr);
}

bool is_address(const std::string& key) {
  return key == "base_url" || key == "url";
}

// Secrets go to the addresses that the file names: whoever could name an address here, or a secret
// to go to one, could have any secret of the hub sent anywhere, and calls reach into the network
// that the hub stands in. shown: what the canonical document has here; nullptr: nothing.
void keep_to_file(const Node& edited, const Node* in_file, const Node* shown,
                  std::vector<Problem>& problems) {
  const auto refuse = [&](const Node& member, const char* what, const char* fix) {
    problems.push_back(Problem{
        .file = edited_file, .line = member.line, .key = member.key, .what = what, .fix = fix});
  };
  for (const Node& member : edited.members) {
    const Node* const before = member_of(in_file, member.key);
    const Node* const canonical = member_of(shown, member.key);
    const Node* const known = before != nullptr ? before : canonical;
    if (is_address(member.key)) {
      if (known == nullptr || known->text != member.text) {
        refuse(member, "is not the address in the configuration file",
               "an address, and the secrets that go there, are changed in the file");
      }
    } else if (member.key == "allow_private") {
      if (member.boolean && (known == nullptr || !known->boolean))
        refuse(member, "is not what the configuration file says", "it is allowed in the file");
    } else if (names_a_secret(member)) {
      const Node* const there = before != nullptr && names_a_secret(*before) ? before : nullptr;
      const Node& where = member.members.front();
      if (there == nullptr || there->members.front().key != where.key ||
          there->members.front().text != where.text) {
        refuse(member, "is not the secret that the configuration file names",
               "secrets are named in the file; leave it out here");
      }
    } else if (member.type == Node::Type::table) {
      keep_to_file(member, before, canonical, problems);
    } else {
      for (const Node& item : member.items) keep_to_file(item, nullptr, nullptr, problems);
    }
  }
}

// Puts into `edited` what the file has and its canonical form does not show: secrets. What the
// canonical form shows and the edited document does not was taken out by a person.
void put_in_unshown(Node& edited, const Node& in_file, const Node* shown) {
  for (const Node& member : in_file.members) {
    const Node* const canonical = shown == nullptr ? nullptr : shown->find(member.key);
    const auto mine = std::find_if(edited.members.begin(), edited.members.end(),
                                   [&](const Node& one) { return one.key == member.key; });
    if (mine != edited.members.end()) {
      if (mine->type == Node::Type::table && member.type == Node::Type::table)
        put_in_unshown(*mine, member, canonical);
    } else if (canonical == nullptr && member.type != Node::Type::list) {
      edited.members.push_back(without_lines(member));
    }
  }
}

// The whole file with this table where its workspace stands.
Node in_place_of(std::string_view name, Node document, const Node& edited) {
  for (Node& member : document.members) {
    if (member.key != "workspace") continue;
    for (Node& one : member.items) {
      const Node* const named = one.find("name");
      if (named != nullptr && named->text == name) one = edited;
    }
  }
  return document;
}

ConfigResult failed(std::string what, std::string fix) {
  ConfigResult result;
  result.problems.push_back(
      Problem{.file = edited_file, .what = std::move(what), .fix = std::move(fix)});
  return result;
}

}  // namespace

ConfigResult read_edited(const ConfigFile& file, const std::string& name,
                         std::string_view document) {
  std::vector<Problem> problems;
  const ConfigResult original = read_config(file.text, file.name, file.fetch);
  const Node file_document = parse_document(file.text, file.name, problems);
  const Node* const in_file = workspace_in(file_document, name);
  const auto now =
      std::find_if(original.config.workspaces.begin(), original.config.workspaces.end(),
                   [&name](const Workspace& one) { return one.name == name; });
  if (in_file == nullptr || now == original.config.workspaces.end())
    return failed(fmt::format("the configuration file has no workspace {}", name),
                  "a workspace is added in the file");

  ConfigResult result;
  Node edited = parse_document(document, edited_file, result.problems);
  if (!result.problems.empty()) return result;
  Node* list = nullptr;
  for (Node& member : edited.members) {
    if (member.key == "workspace" && member.type == Node::Type::list && member.items.size() == 1)
      list = &member;
  }
  if (list == nullptr || edited.members.size() != 1 || workspace_in(edited, name) == nullptr)
    return failed(fmt::format("is not one [[workspace]] with the name {}", name),
                  "leave the first lines as they are; everything below them may change");

  const Node canonical = parse_document(effective_document(*now), edited_file, problems);
  const Node* const shown = workspace_in(canonical, name);
  keep_to_file(list->items.front(), in_file, shown, result.problems);
  if (!result.problems.empty()) return result;
  put_in_unshown(list->items.front(), *in_file, shown);
  result = read_config(in_place_of(name, without_lines(file_document), list->items.front()),
                       edited_file, file.fetch);
  // The others are as they were; they were read because markets of one account belong together.
  std::erase_if(result.config.workspaces,
                [&name](const Workspace& one) { return one.name != name; });
  if (result.config.workspaces.empty() && result.ok())
    return failed(fmt::format("has no workspace {} any more", name), "leave its name as it is");
  return result;
}

}  // namespace tillbridge::app
