#include "app/config.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <tuple>

#include "app/config_console.h"
#include "app/config_reader.h"

namespace tillbridge::app {
namespace {

using std::chrono::hours;

void read_listener(TableReader& reader, Listener& into, bool* served = nullptr) {
  if (served != nullptr) reader.flag("served", *served);
  reader.text("address", into.address, TableReader::Need::optional);
  reader.whole("port", into.port, 0, 65'535);
  reader.text("tls_certificate_file", into.tls_certificate_file);
  reader.text("tls_key_file", into.tls_key_file);
  reader.whole("body_bytes_max", into.body_bytes_max, 1'024, 64 * 1024 * 1024);
  reader.finish();
  if (into.address.empty()) reader.problem("address", "is empty", "0.0.0.0 listens everywhere");
  if (into.tls_certificate_file.empty() != into.tls_key_file.empty()) {
    reader.problem(into.tls_key_file.empty() ? "tls_certificate_file" : "tls_key_file",
                   "stands alone", "TLS needs both tls_certificate_file and tls_key_file");
  }
  const bool local = into.address.starts_with("127.") || into.address == "::1";
  if (!local && into.tls_certificate_file.empty()) {
    reader.warn("address", "reachable from other machines without TLS",
                "set tls_certificate_file and tls_key_file, or listen on 127.0.0.1 behind a proxy");
  }
}

HubSettings read_hub(TableReader& reader) {
  using telemetry::Level;
  HubSettings hub;
  reader.text("data_dir", hub.data_dir);
  if (hub.data_dir.empty()) reader.problem("data_dir", "is empty", "name a folder on a local disk");
  reader.choice("log_level", hub.log_level,
                {{"debug", Level::debug},
                 {"info", Level::info},
                 {"warning", Level::warning},
                 {"error", Level::error}});
  reader.flag("allow_literal_secrets", hub.allow_literal_secrets);
  reader.base_url("console_url", hub.console_url);
  reader.flag("alerts_to_private_addresses", hub.alerts_to_private_addresses);
  read_listener(*reader.below("listen"), hub.listen);
  read_listener(*reader.below("control"), hub.control);
  read_listener(*reader.below("console"), hub.console, &hub.console_served);
  const auto same = [](const Listener& one, const Listener& other) {
    return one.port != 0 && one.port == other.port && one.address == other.address;
  };
  const char* const other_port = "give one of them another port";
  if (same(hub.listen, hub.control))
    reader.problem("control", "has the address and port of hub.listen", other_port);
  if (hub.console_served && same(hub.console, hub.listen))
    reader.problem("console", "has the address and port of hub.listen", other_port);
  if (hub.console_served && same(hub.console, hub.control))
    reader.problem("console", "has the address and port of hub.control", other_port);
  hub.single_sign_on = read_single_sign_on(reader);
  reader.finish();
  return hub;
}

JournalChoice read_journal(TableReader& reader) {
  JournalChoice choice;
  bool postgresql = false;
  reader.choice("store", postgresql, {{"sqlite", false}, {"postgresql", true}});
  if (postgresql) reader.secret("url", choice.url);
  // Anything weaker than full would answer 200 for events that a power cut can take away.
  reader.choice("synchronous", choice.synchronous,
                {{"full", std::string("full")}, {"extra", std::string("extra")}});
  reader.whole("readers", choice.readers, 1, 16);
  const auto retention = reader.below("retention");
  constexpr Duration day = hours{24};
  retention->time("payload_days", choice.retention.payload, day, 1, 3'650);
  retention->time("metadata_days", choice.retention.metadata, day, 1, 3'650);
  retention->time("audit_days", choice.retention.audit, day, 1, 36'500);
  retention->finish();
  if (choice.retention.payload > choice.retention.metadata)
    retention->problem("payload_days", "is longer than metadata_days",
                       "bodies cannot outlive the rows they belong to");
  reader.finish();
  return choice;
}

OutboundSettings read_outbound(TableReader& reader) {
  OutboundSettings outbound;
  reader.text("proxy", outbound.proxy);
  reader.text("ca_file", outbound.ca_file);
  reader.finish();
  return outbound;
}

// Markets that share a Sitoo account share its events, and so the credentials they come with.
void check_markets(ReadContext& context, const std::vector<Workspace>& workspaces,
                   const std::vector<const Node*>& tables) {
  for (std::size_t at = 0; at < workspaces.size(); ++at) {
    const Workspace& market = workspaces[at];
    if (market.events_from.empty() || market.events_from == market.name) continue;
    TableReader reader(context, "workspace", tables[at], tables[at]->line);
    const auto source =
        std::find_if(workspaces.begin(), workspaces.end(),
                     [&](const Workspace& other) { return other.name == market.events_from; });
    if (source == workspaces.end()) {
      reader.problem("events_from", fmt::format("there is no workspace {}", market.events_from),
                     "name the workspace whose address Sitoo sends its events to");
    } else if (!source->events_from.empty()) {
      reader.problem("events_from", fmt::format("{} gets its events from another", source->name),
                     "name the one whose address Sitoo sends its events to");
    } else if (source->sitoo.events_user != market.sitoo.events_user ||
               !source->sitoo.events_password.matches(market.sitoo.events_password.reveal())) {
      reader.problem("events_from",
                     fmt::format("{} takes the events with other credentials", source->name),
                     "give both workspaces the same events_user and events_password");
    }
  }
}

void read_workspaces(ReadContext& context, TableReader& root, std::vector<Workspace>& into) {
  const Node* list = root.take("workspace");
  if (list != nullptr && list->type == Node::Type::table) {
    root.problem("workspace", "is one table",
                 "write [[workspace]], with two brackets on each side");
    return;
  }
  if (list == nullptr || list->type != Node::Type::list || list->items.empty()) {
    root.problem("workspace", "there is no workspace", "add [[workspace]] with name and zone");
    return;
  }
  std::vector<const Node*> tables;
  for (const Node& table : list->items) {
    if (table.type != Node::Type::table) {
      root.problem("workspace", "holds something that is not a table", "write [[workspace]]");
      continue;
    }
    Workspace workspace = read_workspace(context, table);
    const bool taken = std::any_of(into.begin(), into.end(), [&](const Workspace& other) {
      return !other.name.empty() && other.name == workspace.name;
    });
    if (taken) {
      TableReader(context, "workspace", &table, table.line)
          .problem("name", "there are two workspaces of the name " + workspace.name,
                   "names tell workspaces apart in keys and URLs: rename one");
    }
    into.push_back(std::move(workspace));
    tables.push_back(&table);
  }
  check_markets(context, into, tables);
}

}  // namespace

std::string_view name(Mode mode) {
  switch (mode) {
    case Mode::live:
      return "live";
    case Mode::shadow:
      return "shadow";
    case Mode::paused:
      return "paused";
  }
  return "unknown";
}

std::string to_text(const Problem& problem) {
  std::string text = problem.file;
  if (problem.line > 0) text += fmt::format(":{}", problem.line);
  if (problem.warning) text += ": warning";
  if (!problem.key.empty()) text += ": " + problem.key;
  text += ": " + problem.what;
  if (!problem.fix.empty()) text += " (" + problem.fix + ")";
  return text;
}

bool ConfigResult::ok() const {
  return std::all_of(problems.begin(), problems.end(), [](const Problem& p) { return p.warning; });
}

ConfigResult read_config(std::string_view text, const std::string& file,
                         const SecretSource& fetch) {
  std::vector<Problem> problems;
  const Node document = parse_document(text, file, problems);
  if (problems.empty()) return read_config(document, file, fetch);
  ConfigResult result;
  result.problems = std::move(problems);
  return result;
}

ConfigResult read_config(const Node& document, const std::string& file, const SecretSource& fetch) {
  ConfigResult result;
  ReadContext context{file, result.problems, fetch};
  TableReader root(context, "", &document, 1);
  result.config.hub = read_hub(*root.below("hub"));
  context.allow_literal_secrets = result.config.hub.allow_literal_secrets;
  result.config.journal = read_journal(*root.below("journal"));
  result.config.outbound = read_outbound(*root.below("outbound"));
  read_workspaces(context, root, result.config.workspaces);
  root.finish();
  std::sort(result.problems.begin(), result.problems.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.line, a.key, a.what) < std::tie(b.line, b.key, b.what);
  });
  return result;
}

ConfigResult load_config(const std::string& path, const secrets::Environment& environment) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  if (!in || in.bad()) {
    ConfigResult result;
    result.problems.push_back(
        Problem{.file = path,
                .what = "the configuration file cannot be read",
                .fix = "name one with --config; packaging/tillbridge.sample.toml "
                       "is a start"});
    return result;
  }
  const SecretSource fetch = [&](const secrets::Reference& reference) {
    return secrets::fetch(reference, environment);
  };
  return read_config(text.str(), path, fetch);
}

}  // namespace tillbridge::app
