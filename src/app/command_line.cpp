#include "app/command_line.h"

#include <functional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app/commands/commands.h"

namespace tillbridge::app {
namespace {

struct Commands {
  Where where;
  ServeOptions serve;
  DemoOptions demo;
  std::string into, from, country;
  bool customers = false;
  std::string text, workspace, connection, reason, customer, target;
  bool live = false, all = false, bodies = false;
  ConsentOptions consent;
  CompareOptions compare;
  BackfillOptions backfill;
  ValidateOptions validate;
  SetupOptions setup;
  JournalCopyOptions journal_copy;
  std::function<int()> chosen;
};

void add_journal(CLI::App& command, std::string& url) {
  command.add_option("--journal", url,
                     "Journal on PostgreSQL, instead of the configuration's: postgresql://...");
}

void add_where(CLI::App& command, Where& where, bool data) {
  command.add_option("--config", where.config_file,
                     "Configuration file (default: $TILLBRIDGE_CONFIG, ./tillbridge.toml, "
                     "/etc/tillbridge/tillbridge.toml)");
  if (data) {
    command.add_option("--data", where.data_dir, "Data folder, instead of a configuration");
    add_journal(command, where.journal);
  }
  command.add_flag("--json", where.json, "Print JSON for scripts");
}

// "klaviyo=18103"
std::pair<std::string, std::string> platform_and_value(const std::string& text) {
  const auto equals = text.find('=');
  const std::string platform = text.substr(0, equals);
  if (equals == std::string::npos || equals + 1 == text.size() ||
      (platform != "sitoo" && platform != "bloomreach" && platform != "klaviyo")) {
    throw CLI::ValidationError(text, "say it as sitoo=..., bloomreach=... or klaviyo=...");
  }
  return {platform, text.substr(equals + 1)};
}

void add_serving(CLI::App& app, Commands& c) {
  auto* serve_command = app.add_subcommand("serve", "Run the hub until SIGTERM or SIGINT");
  serve_command->add_option("--config", c.serve.config_file, "Configuration file");
  add_journal(*serve_command, c.serve.journal);
  serve_command
      ->add_option(
          "--node", c.serve.node,
          "Number of this hub among those on one PostgreSQL: one leads, the others stand by")
      ->check(CLI::Range(0, 1023))
      ->envname("TILLBRIDGE_NODE");
  serve_command
      ->add_option("--reached-at", c.serve.reached_at,
                   "Host by which the other hubs reach this one, to pass on who calls them "
                   "(default: the address that it listens on, or the machine's name)")
      ->envname("TILLBRIDGE_REACHED_AT");
  serve_command->add_flag("--demo", c.serve.demo, "Say in the console that nothing here is real");
  serve_command->add_flag("--drills", c.serve.drills,
                          "Allow drills through the control API (clock steps)");
  serve_command->add_flag("--allow-volatile", c.serve.allow_volatile,
                          "Accept a file system that forgets, for trials only");
  serve_command->add_flag("--announce", c.serve.announce,
                          "Print one JSON line with the ports when ready");
  serve_command->callback([&c] { c.chosen = [&c] { return serve(c.serve); }; });

  auto* demo_command = app.add_subcommand(
      "demo", "Run the hub against simulated platforms and a simulated shopping day");
  demo_command->add_flag("--headless", c.demo.headless,
                         "No dashboard; run for --seconds, drain, print the summary");
  demo_command->add_flag("--json", c.demo.json,
                         "Print the summary as one JSON object, as the last line");
  demo_command
      ->add_option("--seconds", c.demo.seconds,
                   "Length of the day (default: 20 headless, else until Ctrl-C)")
      ->check(CLI::NonNegativeNumber);
  demo_command->add_option("--rate", c.demo.rate, "Till orders per second over all stores")
      ->check(CLI::PositiveNumber);
  demo_command->add_option("--seed", c.demo.seed, "Seed of the day");
  demo_command
      ->add_option("--faults", c.demo.faults,
                   "none, storm (all day), klaviyo-down or bloomreach-hang (the middle third of "
                   "the day)")
      ->check(CLI::IsMember({"none", "storm", "klaviyo-down", "bloomreach-hang"}));
  demo_command
      ->add_option("--till", c.demo.till,
                   "Questions per second that the tills ask the customer register")
      ->check(CLI::NonNegativeNumber);
  demo_command->add_option_function<std::vector<std::string>>(
      "--sandbox-port",
      [&c](const std::vector<std::string>& all) {
        for (const std::string& one : all) {
          const auto [platform, port] = platform_and_value(one);
          c.demo.sandbox_ports[platform] = port;
        }
      },
      "Fix a simulator's port, as klaviyo=18103 (sitoo, bloomreach, klaviyo)");
  demo_command->add_option_function<std::vector<std::string>>(
      "--via",
      [&c](const std::vector<std::string>& all) {
        for (const std::string& one : all) {
          const auto [platform, url] = platform_and_value(one);
          c.demo.via[platform] = url;
        }
      },
      "Send the hub's calls for a platform to another base URL, as klaviyo=http://...");
  auto* stock = demo_command->add_flag(
      "--stock", c.demo.stock, "Keep stock as well: levels per store into Bloomreach's catalogs");
  demo_command->add_option("--skus", c.demo.skus, "Size of the assortment")
      ->check(CLI::Range(2, 100'000));
  demo_command->add_option("--stores", c.demo.stores, "Number of stores")->check(CLI::Range(1, 60));
  demo_command
      ->add_option("--stocktaking", c.demo.stocktaking,
                   "So many levels change at once after a third of the day")
      ->needs(stock)
      ->check(CLI::Range(1, 2'000'000));
  demo_command
      ->add_option("--klaviyo-quota", c.demo.klaviyo_quota_factor,
                   "Klaviyo's rate limits relative to the documented ones; 1: as documented")
      ->check(CLI::PositiveNumber);
  demo_command
      ->add_option("--kill-every", c.demo.kill_every_s,
                   "SIGKILL and restart the hub every so many seconds")
      ->check(CLI::NonNegativeNumber);
  demo_command->add_option("--data", c.demo.data_dir,
                           "Folder for configuration and journal (emptied)");
  add_journal(*demo_command, c.demo.journal);
  demo_command
      ->add_option("--drain", c.demo.drain_s_max,
                   "Seconds to wait at the end until the hub is idle")
      ->check(CLI::PositiveNumber);
  demo_command->add_option("--settling", c.demo.settling_ms, "Settling delay in milliseconds")
      ->check(CLI::NonNegativeNumber);
  demo_command->callback([&c] { c.chosen = [&c] { return demo(c.demo); }; });
}

void add_looking(CLI::App& app, Commands& c) {
  auto* check_command =
      app.add_subcommand("check", "Check the configuration; with --live also the connections");
  add_where(*check_command, c.where, false);
  check_command->add_flag("--live", c.live, "Make one harmless call to each platform");
  check_command->callback([&c] { c.chosen = [&c] { return check(c.where, c.live); }; });

  auto* journey_command = app.add_subcommand(
      "journey",
      "Print the journey of a record: order number, receipt, e-mail, customer, SKU or event id");
  add_where(*journey_command, c.where, true);
  journey_command->add_option("what", c.text, "What to look for")->required();
  journey_command->add_flag("--bodies", c.bodies, "Print the documents too (personal data)");
  journey_command->callback(
      [&c] { c.chosen = [&c] { return journey(c.where, c.text, c.bodies); }; });

  auto* cases_command = app.add_subcommand("cases", "List what a person must see");
  add_where(*cases_command, c.where, true);
  cases_command->add_flag("--all", c.all, "Closed cases too");
  cases_command->callback([&c] { c.chosen = [&c] { return cases(c.where, c.all); }; });

  auto* status_command = app.add_subcommand(
      "status", "Print the running hub's connections, queues and breakers as JSON");
  add_where(*status_command, c.where, false);
  status_command->callback([&c] { c.chosen = [&c] { return status(c.where); }; });

  auto* nodes_command = app.add_subcommand(
      "nodes", "Print the hubs on one PostgreSQL journal: which one leads, which stand by");
  add_where(*nodes_command, c.where, true);
  nodes_command->callback([&c] { c.chosen = [&c] { return nodes(c.where); }; });
}

void add_journal_copy(CLI::App& journal, Commands& c) {
  auto* command = journal.add_subcommand(
      "copy",
      "Copy the embedded journal into an empty PostgreSQL and prove that all of it is there. "
      "The hub is stopped meanwhile; the file stays as it is");
  command->add_option("--config", c.where.config_file,
                      "Configuration file (default: as for every command)");
  command->add_option("--data", c.where.data_dir,
                      "Folder with tillbridge.journal, instead of a configuration");
  command->add_option("--to", c.journal_copy.to,
                      "Where to: postgresql://... (default: the configuration's [journal] url)");
  auto* start_over = command->add_flag("--start-over", c.journal_copy.start_over,
                                       "Remove an incomplete copy and begin again");
  command
      ->add_flag("--verify-only", c.journal_copy.verify_only,
                 "Only compare a copy that is there; changes nothing")
      ->excludes(start_over);
  command->add_flag("--json", c.where.json, "Print JSON for scripts");
  command->footer(
      "Examples:\n"
      "  tillbridge journal copy --to postgresql://hub@db1/tillbridge\n"
      "  tillbridge journal copy --data /var/lib/tillbridge --to postgresql://... --start-over\n"
      "  tillbridge journal copy --verify-only --json\n"
      "Exit codes: 0 copied and everything is the same; 1 refused, failed or something differs: "
      "no hub serves the target then; 2 wrong command line; 3 there is no such journal.");
  command->callback([&c] { c.chosen = [&c] { return journal_copy(c.where, c.journal_copy); }; });
}

void add_operating(CLI::App& app, Commands& c) {
  auto* replay_command = app.add_subcommand(
      "replay", "Send a record's parked deliveries again, or read and plan it again");
  add_where(*replay_command, c.where, false);
  replay_command->add_option("key", c.text, "Order number")->required();
  replay_command->add_option("--workspace", c.workspace, "Workspace, when there are several");
  replay_command->add_option("--customer", c.customer,
                             "Attribute an unidentified record to this customer (hard ID)");
  replay_command->callback(
      [&c] { c.chosen = [&c] { return replay(c.where, c.workspace, c.text, c.customer); }; });

  auto* pause_command = app.add_subcommand(
      "pause", "Stop sending on a connection; everything waits, nothing is lost");
  auto* resume_command = app.add_subcommand("resume", "Go on sending on a paused connection");
  for (auto* command : {pause_command, resume_command}) {
    add_where(*command, c.where, false);
    command->add_option("connection", c.connection, "sitoo, bloomreach or klaviyo")->required();
    command->add_option("--workspace", c.workspace, "Workspace, when there are several");
  }
  pause_command->add_option("--reason", c.reason, "Why, for the audit trail");
  pause_command->callback(
      [&c] { c.chosen = [&c] { return pause(c.where, c.workspace, c.connection, c.reason); }; });
  resume_command->callback(
      [&c] { c.chosen = [&c] { return resume(c.where, c.workspace, c.connection); }; });

  auto* journal_command = app.add_subcommand("journal", "Look after the durable store");
  journal_command->require_subcommand(1);
  auto* verify = journal_command->add_subcommand(
      "verify", "Check structure and content; exit 1 if anything is wrong");
  auto* stats = journal_command->add_subcommand("stats", "Count what is in it");
  auto* backup = journal_command->add_subcommand("backup", "Copy it while the hub runs");
  for (auto* command : {verify, stats, backup}) add_where(*command, c.where, true);
  backup->add_option("target", c.target, "File to write")->required();
  verify->callback([&c] { c.chosen = [&c] { return journal_verify(c.where); }; });
  stats->callback([&c] { c.chosen = [&c] { return journal_stats(c.where); }; });
  backup->callback([&c] { c.chosen = [&c] { return journal_backup(c.where, c.target); }; });
  add_journal_copy(*journal_command, c);
}

void add_comparing(CLI::App& app, Commands& c) {
  auto* compare_command = app.add_subcommand(
      "compare", "Hold what was delivered against what the platform has; exit 1 if they differ");
  add_where(*compare_command, c.where, false);
  compare_command
      ->add_option("connection", c.compare.connection,
                   "klaviyo: a day's events; stock: the stores' levels as they are now")
      ->required()
      ->check(CLI::IsMember({"klaviyo", "stock"}));
  auto* day = compare_command->add_option("--day", c.compare.day,
                                          "Day in the workspace's time zone (default: yesterday)");
  auto* from = compare_command->add_option("--from", c.compare.from,
                                           "Day or time with its offset, instead of --day");
  auto* until =
      compare_command->add_option("--until", c.compare.until, "Day or time before which it ends");
  day->excludes(from)->excludes(until);
  from->needs(until);
  until->needs(from);
  compare_command->add_flag("--repair", c.compare.repair,
                            "Send again what is missing; otherwise it becomes a case");
  compare_command->add_option("--sample", c.compare.sample, "stock: so many SKUs instead of all")
      ->excludes(day)
      ->excludes(from)
      ->check(CLI::Range(1, 1'000'000));
  compare_command->add_option("--workspace", c.compare.workspace,
                              "Workspace, when there are several");
  compare_command->callback([&c] {
    c.chosen = [&c] {
      return c.compare.connection == "stock" ? compare_stock(c.where, c.compare)
                                             : compare(c.where, c.compare);
    };
  });
}

// "1000-2000", or one number.
void read_orders(const std::string& text, BackfillOptions& into) {
  const auto dash = text.find('-');
  const std::string first = text.substr(0, dash);
  const std::string last = dash == std::string::npos ? first : text.substr(dash + 1);
  if (!CLI::detail::lexical_cast(first, into.from) ||
      !CLI::detail::lexical_cast(last, into.until) || into.from < 1 || into.until < into.from)
    throw CLI::ValidationError("--orders", "say it as 1000-2000");
}

void add_backfill(CLI::App& app, Commands& c) {
  auto* command = app.add_subcommand(
      "backfill", "Send past orders as history, behind what is sold now; one at a time");
  add_where(*command, c.where, false);
  command->add_option("act", c.backfill.act, "start (default), status, pause, resume or stop")
      ->check(CLI::IsMember({"start", "status", "pause", "resume", "stop"}));
  auto* from = command->add_option("--from-day", c.backfill.from_day,
                                   "First day, 2025-01-01 in the workspace's time zone");
  command->add_option("--until-day", c.backfill.until_day, "Last day (default: the first)")
      ->needs(from);
  command
      ->add_option_function<std::string>(
          "--orders", [&c](const std::string& text) { read_orders(text, c.backfill); },
          "Order numbers instead of days, as 1000-2000")
      ->excludes(from);
  command->add_flag("--watch", c.backfill.watch, "Say how far it is until it is done");
  command->add_option("--workspace", c.backfill.workspace, "Workspace, when there are several");
  command->callback([&c] {
    const bool ranged = !c.backfill.from_day.empty() || c.backfill.from > 0;
    if ((c.backfill.act == "start") != ranged) {
      throw CLI::ValidationError("backfill", ranged ? "only a start takes days or --orders"
                                                    : "say --from-day or --orders");
    }
    c.chosen = [&c] { return backfill(c.where, c.backfill); };
  });
}

void add_setting_up(CLI::App& app, Commands& c) {
  auto* setup_command =
      app.add_subcommand("setup", "Ask for everything a new installation needs, write its files");
  setup_command->add_option("--output", c.setup.output,
                            "Configuration to write (default: tillbridge.toml); the secrets' files "
                            "come beside it");
  auto* answers = setup_command->add_option("--answers", c.setup.answers,
                                            "JSON file with the answers, instead of questions");
  setup_command
      ->add_flag("--overwrite", c.setup.overwrite, "With --answers: replace files that are there")
      ->needs(answers);
  setup_command->callback([&c] { c.chosen = [&c] { return setup(c.setup); }; });

  auto* command = app.add_subcommand(
      "validate",
      "Try every platform with a test customer through the running hub; exit 1 if a step fails");
  add_where(*command, c.where, false);
  command->add_option("--workspace", c.validate.workspace, "Workspace, when there are several");
  command->add_option("--email-domain", c.validate.email_domain,
                      "Domain of the test customer's address (default: tillbridge.dev)");
  command
      ->add_option("--visible-within", c.validate.visible_within_s,
                   "Seconds that a platform's queue may take (default: 60)")
      ->check(CLI::Range(0, 3'600));
  command->callback([&c] { c.chosen = [&c] { return validate(c.where, c.validate); }; });
}

void add_people(CLI::App& app, Commands& c) {
  auto* consents_command = app.add_subcommand(
      "consents",
      "Print what is known about a person's consent: channel, state, since when, source");
  add_where(*consents_command, c.where, false);
  consents_command->add_option("address", c.text, "E-mail, or phone")->required();
  consents_command->add_option("--country", c.country,
                               "Country of a phone that does not begin with +, such as SE");
  consents_command->add_option("--workspace", c.workspace, "Workspace, when there are several");
  consents_command->callback(
      [&c] { c.chosen = [&c] { return consents(c.where, c.workspace, c.text, c.country); }; });

  auto* consent_command = app.add_subcommand(
      "consent", "Keep a customer's own decision about marketing, and tell Klaviyo");
  add_where(*consent_command, c.where, false);
  consent_command->add_option("address", c.consent.address, "E-mail, or phone")->required();
  consent_command->add_option("--decision", c.consent.decision, "What the customer has decided")
      ->required()
      ->check(CLI::IsMember({"subscribed", "unsubscribed"}));
  consent_command
      ->add_option("--channel", c.consent.channel,
                   "email or sms (default: what the address is for)")
      ->check(CLI::IsMember({"email", "sms"}));
  consent_command->add_option("--country", c.consent.country,
                              "Country of a phone that does not begin with +, such as SE");
  consent_command->add_option("--at", c.consent.at,
                              "When it was decided, 2026-07-20T11:45:10+02:00 (default: now)");
  consent_command->add_option("--source", c.consent.source,
                              "Where it was decided, as Klaviyo shall show it (default: you)");
  consent_command->add_option("--workspace", c.consent.workspace,
                              "Workspace, when there are several");
  consent_command->callback([&c] { c.chosen = [&c] { return consent(c.where, c.consent); }; });

  auto* sync_command = app.add_subcommand(
      "sync-customers", "Read the platform's customers into the register's own index, now");
  add_where(*sync_command, c.where, false);
  sync_command->add_option("--workspace", c.workspace, "Workspace, when there are several");
  sync_command->callback(
      [&c] { c.chosen = [&c] { return sync_customers(c.where, c.workspace); }; });

  auto* merge_command = app.add_subcommand(
      "merge",
      "Make one of two Klaviyo profiles, or of two customers, of the same person; it cannot be "
      "undone");
  add_where(*merge_command, c.where, false);
  merge_command->add_option("into", c.into, "Profile that stays: Klaviyo's id, e-mail or +phone")
      ->required();
  merge_command->add_flag("--customers", c.customers,
                          "Both are customer numbers of the tills' register");
  merge_command->add_option("from", c.from, "Profile that vanishes into it")->required();
  merge_command->add_option("--workspace", c.workspace, "Workspace, when there are several");
  merge_command->callback([&c] {
    c.chosen = [&c] { return merge(c.where, c.workspace, c.into, c.from, c.customers); };
  });
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app{
      "Tillbridge: a retail integration hub between the Sitoo point of sale and marketing "
      "platforms",
      "tillbridge"};
  app.require_subcommand(1);
  app.set_version_flag("--version", version_text());
  app.footer(
      "Exit codes: 0 done, 1 failed or something is wrong, 2 wrong command line, 3 no such "
      "record.");
  Commands commands;
  add_serving(app, commands);
  add_looking(app, commands);
  add_operating(app, commands);
  add_people(app, commands);
  add_comparing(app, commands);
  add_backfill(app, commands);
  add_setting_up(app, commands);
  auto* version = app.add_subcommand("version", "Print the version");
  version->callback([&commands] {
    commands.chosen = [] {
      fmt::print("{}\n", version_text());
      return exit_done;
    };
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_done : exit_usage;
  }
  return commands.chosen();
}

std::string version_text() {
  return "tillbridge " TILLBRIDGE_VERSION;
}

}  // namespace tillbridge::app
