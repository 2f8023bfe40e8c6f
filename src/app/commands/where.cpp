#include "app/commands/where.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

namespace tillbridge::app {
namespace {

std::string find_config(const Where& where) {
  if (!where.config_file.empty()) return where.config_file;
  if (const char* named = std::getenv("TILLBRIDGE_CONFIG"); named != nullptr && *named != '\0')
    return named;
  for (const std::string& candidate :
       {std::string("tillbridge.toml"), std::string("/etc/tillbridge/tillbridge.toml"),
        demo_dir() + "/tillbridge.toml"}) {
    if (std::filesystem::exists(candidate)) return candidate;
  }
  return "/etc/tillbridge/tillbridge.toml";
}

std::optional<std::string> from_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

std::string demo_dir() {
  return (std::filesystem::temp_directory_path() / "tillbridge-demo").string();
}

std::optional<Config> load(const Where& where, Warnings warnings, ConfigFile* file) {
  const std::string path = find_config(where);
  ConfigResult result = load_config(path, from_environment);
  for (const Problem& problem : result.problems) {
    if (!problem.warning || warnings == Warnings::show)
      fmt::print(stderr, "{}\n", to_text(problem));
  }
  if (!result.ok()) return std::nullopt;
  if (file != nullptr) {
    std::ifstream in(path, std::ios::binary);
    file->text.assign(std::istreambuf_iterator<char>(in), {});
    file->name = path;
    file->fetch = [](const secrets::Reference& reference) {
      return secrets::fetch(reference, from_environment);
    };
  }
  return std::move(result.config);
}

std::optional<JournalPlace> place_of(const Where& where, Zone* zone) {
  JournalPlace place;
  if (where.data_dir.empty() && where.journal.empty()) {
    auto config = load(where);
    if (!config) return std::nullopt;
    place = journal_place(*config);
    if (zone != nullptr && config->workspaces.size() == 1) *zone = config->workspaces.front().zone;
  } else if (where.journal.empty()) {
    place.file = journal_file(where.data_dir);
  }
  if (!where.journal.empty()) place.url = Secret(where.journal);
  return place;
}

std::optional<ReadOnlyJournal> open_journal(const Where& where) {
  ReadOnlyJournal opened;
  auto place = place_of(where, &opened.zone);
  if (!place) return std::nullopt;
  place->read_only = true;
  place->allow_volatile = true;
  opened.file = name(*place);
  auto store = open_store(*place);
  if (!store) {
    report(store.error());
    return std::nullopt;
  }
  opened.store = std::move(*store);
  auto reader = opened.store->open_reader();
  if (!reader) {
    report(reader.error());
    return std::nullopt;
  }
  opened.reader = std::move(*reader);
  return opened;
}

std::unique_ptr<ControlClient> control_of(const Where& where) {
  auto config = load(where);
  if (!config) return nullptr;
  const std::string token_file = config->hub.data_dir + "/control.token";
  std::ifstream file(token_file);
  std::string token;
  if (!std::getline(file, token)) {
    fmt::print(stderr,
               "tillbridge: {} cannot be read: is the hub running with this configuration, and are "
               "you its user?\n",
               token_file);
    return nullptr;
  }
  const Listener& control = config->hub.control;
  const std::string scheme = control.tls_certificate_file.empty() ? "http" : "https";
  return std::make_unique<ControlClient>(
      fmt::format("{}://{}:{}", scheme, control.address, control.port), Secret(token));
}

std::string operator_name() {
  for (const char* variable : {"SUDO_USER", "USER", "LOGNAME"}) {
    if (const char* name = std::getenv(variable); name != nullptr && *name != '\0') return name;
  }
  return fmt::format("user {}", ::getuid());
}

int act(const Where& where, const std::string& path, json::Object body, const std::string& done) {
  const auto control = control_of(where);
  if (!control) return exit_failed;
  body["by"] = operator_name();
  const auto answer = control->call("POST", path, body);
  if (!answer) return report(answer.error());
  if (where.json) {
    fmt::print("{}\n", json::to_text(*answer));
  } else {
    fmt::print("{}\n", json::text(answer->as_object(), "message").value_or(done));
  }
  return exit_done;
}

int report(const Error& error) {
  fmt::print(stderr, "tillbridge: {}\n", error.what);
  return error.kind == Error::Kind::not_found ? exit_not_found : exit_failed;
}

}  // namespace tillbridge::app
