#pragma once
// One function per command; each returns the exit code and prints errors to standard error.

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace tillbridge::app {

constexpr int exit_done = 0;
constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr int exit_not_found = 3;

// Where a command finds the installation: a configuration file, or a data folder alone.
struct Where {
  std::string config_file;  // "": TILLBRIDGE_CONFIG, ./tillbridge.toml,
                            // /etc/tillbridge/tillbridge.toml, the last demo's
  std::string data_dir;     // instead of a configuration, for commands that only read the journal
  bool json = false;
  std::string journal = {};  // instead of the configuration's: "postgresql://..."
};

struct ServeOptions {
  std::string config_file;
  bool drills = false;
  bool allow_volatile = false;
  bool announce = false;
  bool demo = false;            // the console says that nothing here is real
  std::string journal = {};     // instead of the configuration's: "postgresql://..."
  int node = 0;                 // 0 to 1023, different in every hub on one PostgreSQL
  std::string reached_at = {};  // by the other hubs: host; "" where it listens
};
int serve(const ServeOptions& options);

int check(const Where& where, bool live);
int journey(const Where& where, const std::string& text, bool with_bodies);
int cases(const Where& where, bool all);
int replay(const Where& where, const std::string& workspace, const std::string& key,
           const std::string& customer);
int pause(const Where& where, const std::string& workspace, const std::string& connection,
          const std::string& reason);
int resume(const Where& where, const std::string& workspace, const std::string& connection);
int status(const Where& where);
int nodes(const Where& where);
struct CompareOptions {
  std::string connection, workspace;
  std::string day, from, until;
  bool repair = false;
  std::uint64_t sample = 0;  // of stock
};
int compare_stock(const Where& where, const CompareOptions& options);
int compare(const Where& where, const CompareOptions& options);
struct BackfillOptions {
  std::string act = "start";  // start, status, pause, resume, stop
  std::string workspace, from_day, until_day;
  std::int64_t from = 0, until = 0;  // order numbers, both included
  bool watch = false;
};
int backfill(const Where& where, const BackfillOptions& options);
struct ValidateOptions {
  std::string workspace, email_domain;
  int visible_within_s = 60;
};
int validate(const Where& where, const ValidateOptions& options);
struct SetupOptions {
  std::string output = "tillbridge.toml";
  std::string answers;     // JSON instead of questions
  bool overwrite = false;  // without being asked
};
int setup(const SetupOptions& options);
int consents(const Where& where, const std::string& workspace, const std::string& address,
             const std::string& country);
struct ConsentOptions {
  std::string workspace, address, country, channel, decision, at, source;
};
int consent(const Where& where, const ConsentOptions& options);
int sync_customers(const Where& where, const std::string& workspace);
int merge(const Where& where, const std::string& workspace, const std::string& into,
          const std::string& from, bool customers);
int journal_verify(const Where& where);
int journal_stats(const Where& where);
int journal_backup(const Where& where, const std::string& target);
struct JournalCopyOptions {
  std::string to;  // "postgresql://..."; "": the configuration's [journal] url
  bool start_over = false;
  bool verify_only = false;
};
int journal_copy(const Where& where, const JournalCopyOptions& options);

struct DemoOptions {
  bool headless = false;
  bool json = false;
  int seconds = 0;  // 0: until Ctrl-C
  double rate = 0;  // orders per second; 0: 20, with the console 2
  std::uint64_t seed = 1;
  std::string faults = "none";
  int kill_every_s = 0;
  std::string data_dir;  // "": <temporary folder>/tillbridge-demo, made afresh
  int drain_s_max = 120;
  std::int64_t settling_ms = 1000;
  std::map<std::string, std::string> sandbox_ports;  // simulator -> fixed port
  std::map<std::string, std::string> via;  // platform -> base URL that the hub uses instead
  double till = 0;                         // lookups per second at the tills
  bool stock = false;                // levels per store move, and follow into Bloomreach's catalogs
  int skus = 0, stores = 0;          // 0: the sandbox's own
  int stocktaking = 0;               // levels that change at once, in the middle third of the day
  double klaviyo_quota_factor = 20;  // of the documented windows; 1: as they are
  std::string journal = {};          // "postgresql://...": there, and as it is; "": in data_dir
};
int demo(const DemoOptions& options);

std::string version_text();

}  // namespace tillbridge::app
