// tillbridge-sandbox: the simulated Sitoo, Bloomreach and Klaviyo, the shops and the ledger in one
// process.
// Prints one JSON line with its ports when it is ready; ends on SIGTERM, SIGINT or with its parent.

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <unistd.h>

#include "base/clock.h"
#include "base/entropy.h"
#include "base/json.h"
#include "base/task_group.h"
#include "bloomreach/simulator.h"
#include "control/control_api.h"
#include "http/server.h"
#include "klaviyo/simulator.h"
#include "ledger/ledger.h"
#include "ledger/stock_ledger.h"
#include "outbound/curl_transport.h"
#include "shopping_day/customers.h"
#include "shopping_day/shopping_day.h"
#include "sitoo/simulator.h"
#include "sitoo/stock_truth.h"
#include "telemetry/metrics.h"
#include "till/till_traffic.h"

namespace {

using tillbridge::Task;
namespace http = tillbridge::http;
namespace json = tillbridge::json;

struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t sitoo_port = 0, bloomreach_port = 0, klaviyo_port = 0, control_port = 0;
  std::uint64_t seed = 1;
  int account = 1500;
  std::string sitoo_user = "1500-142", sitoo_password = "sandbox-password";
  std::string bloomreach_project, bloomreach_key, bloomreach_secret;  // "": the simulator's
  std::string klaviyo_key;                                            // "": the simulator's
  double klaviyo_quota_factor = 1;
  std::size_t stores = 12, products = 500, customers = 5'000;
  std::string unmapped_warehouse;  // its externalid; "": there is none
  bool stock = false;
  int parent_pid = 0;
};

void declare(CLI::App& app, Options& options) {
  app.add_option("--address", options.address, "Listen address of all ports");
  app.add_option("--sitoo-port", options.sitoo_port, "Sitoo's REST API; 0: any free port");
  app.add_option("--bloomreach-port", options.bloomreach_port,
                 "Bloomreach's API; 0: any free port");
  app.add_option("--klaviyo-port", options.klaviyo_port, "Klaviyo's API; 0: any free port");
  app.add_option("--control-port", options.control_port, "Control API; 0: any free port");
  app.add_option("--seed", options.seed, "Seed of shops, customers and faults");
  app.add_option("--account", options.account, "Sitoo account id");
  app.add_option("--sitoo-user", options.sitoo_user, "API id at Sitoo");
  app.add_option("--sitoo-password", options.sitoo_password, "API password at Sitoo");
  app.add_option("--bloomreach-project", options.bloomreach_project, "Project token");
  app.add_option("--bloomreach-key", options.bloomreach_key, "API key id");
  app.add_option("--bloomreach-secret", options.bloomreach_secret, "API secret");
  app.add_option("--klaviyo-key", options.klaviyo_key, "Private API key");
  app.add_option("--klaviyo-quota-factor", options.klaviyo_quota_factor,
                 "Multiplies all of Klaviyo's rate limits; 0: no limits")
      ->check(CLI::Range(0.0, 1e6));
  app.add_option("--stores", options.stores, "Number of stores")->check(CLI::Range(1, 500));
  app.add_option("--products", options.products, "Size of the assortment")
      ->check(CLI::Range(2, 100'000));
  app.add_option("--customers", options.customers, "Number of members")
      ->check(CLI::Range(1, 1'000'000));
  app.add_flag("--stock", options.stock, "Keep the truth about stock and judge the catalogs by it");
  app.add_flag("--unmapped-warehouse{CENTRAL-01}", options.unmapped_warehouse,
               "A sellable warehouse without a store; =<externalid>, =none: without one");
  app.add_option("--parent-pid", options.parent_pid, "End when this process is gone");
}

sandbox::sitoo::SimulatorSettings sitoo_settings(const Options& options) {
  sandbox::sitoo::SimulatorSettings settings;
  settings.seed = options.seed;
  settings.account.account_id = options.account;
  settings.account.seed = options.seed;
  auto& masterdata = settings.account.masterdata;
  masterdata = {options.stores, options.products, options.seed, options.account};
  if (!options.unmapped_warehouse.empty()) {
    masterdata.unmapped_warehouse =
        options.unmapped_warehouse == "none" ? "" : options.unmapped_warehouse;
  }
  settings.rest.api_users = {{options.sitoo_user, options.sitoo_password}};
  settings.sender.account_id = options.account;
  return settings;
}

sandbox::bloomreach::Settings bloomreach_settings(const Options& options) {
  sandbox::bloomreach::Settings settings;
  if (!options.bloomreach_project.empty()) settings.project_token = options.bloomreach_project;
  if (!options.bloomreach_key.empty()) settings.keys.front().id = options.bloomreach_key;
  if (!options.bloomreach_secret.empty()) settings.keys.front().secret = options.bloomreach_secret;
  return settings;
}

sandbox::klaviyo::Settings klaviyo_settings(const Options& options) {
  sandbox::klaviyo::Settings settings;
  if (!options.klaviyo_key.empty()) settings.keys.front().key = options.klaviyo_key;
  settings.quota_factor = options.klaviyo_quota_factor;
  return settings;
}

// Each till has a connection of its own, so that none waits for another one's answer.
tillbridge::outbound::CurlSettings many_tills() {
  tillbridge::outbound::CurlSettings settings;
  settings.connections_per_host_max = settings.in_flight_max = 600;
  settings.user_agent = "Sitoo-POS";
  return settings;
}

class Sandbox {
 public:
  explicit Sandbox(const Options& options)
      : options_(options),
        transport_(loop_, metrics_, {}),
        ledger_(sandbox::Expectations{}),
        stock_ledger_(sandbox::StockExpectations{}),
        sitoo_(loop_, clock_, transport_, ledger_, sitoo_settings(options)),
        bloomreach_(loop_, clock_, tillbridge::Entropy(options.seed + 1), ledger_,
                    bloomreach_settings(options)),
        klaviyo_(
            loop_, clock_, transport_, tillbridge::Entropy(options.seed + 2),
            [this](const sandbox::ReceivedEvent& event) { ledger_.received(event); },
            klaviyo_settings(options)),
        customers_(options.customers, options.seed),
        day_(loop_, clock_, sitoo_.account(), sitoo_.tills(), customers_),
        till_transport_(std::in_place, loop_, till_metrics_, many_tills()),
        till_(loop_, clock_, *till_transport_, sitoo_.account().masterdata(), customers_, ledger_),
        control_({clock_, sitoo_, day_, customers_, ledger_, bloomreach_, klaviyo_, till_,
                  options.stock ? &stock_ledger_ : nullptr, &clock_}),
        sitoo_server_(loop_, clock_, metrics_, listener("sitoo", options.sitoo_port),
                      sitoo_.handler()),
        bloomreach_server_(loop_, clock_, metrics_, listener("bloomreach", options.bloomreach_port),
                           bloomreach_.handler()),
        klaviyo_server_(loop_, clock_, metrics_, listener("klaviyo", options.klaviyo_port),
                        klaviyo_.handler()),
        control_server_(loop_, clock_, metrics_, listener("control", options.control_port),
                        control_.handler()),
        stop_asked_(loop_),
        signals_(loop_, SIGTERM, SIGINT),
        tasks_(loop_, [](const std::string& what) {
          std::fprintf(stderr, "tillbridge-sandbox: %s\n", what.c_str());
        }) {}

  int run() {
    if (options_.stock) {
      sandbox::sitoo::tell_stock(sitoo_.account(), stock_ledger_);
      bloomreach_.tell_stock_to(&stock_ledger_);
    }
    for (http::Server* server :
         {&sitoo_server_, &bloomreach_server_, &klaviyo_server_, &control_server_}) {
      if (const auto started = server->start(); !started) {
        std::fprintf(stderr, "tillbridge-sandbox: %s\n", started.error().what.c_str());
        return 1;
      }
    }
    sitoo_.start();
    klaviyo_.start();
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      stopping_ = true;
      stop_asked_.notify();
    });
    tasks_.start(serve());
    announce();
    while (tasks_.running() > 0) loop_.run_one();
    return 0;
  }

 private:
  http::ServerSettings listener(const char* name, std::uint16_t port) const {
    http::ServerSettings settings;
    settings.address = options_.address;
    settings.port = port;
    settings.name = name;
    settings.body_bytes_max = 16 * 1024 * 1024;  // above what catalog calls may bring
    return settings;
  }

  void announce() const {
    json::Object line;
    line["sitoo_port"] = sitoo_server_.port();
    line["bloomreach_port"] = bloomreach_server_.port();
    line["klaviyo_port"] = klaviyo_server_.port();
    line["control_port"] = control_server_.port();
    line["account"] = options_.account;
    line["pid"] = getpid();
    std::printf("%s\n", json::to_text(line).c_str());
    std::fflush(stdout);
  }

  bool parent_is_gone() const {
    if (options_.parent_pid == 0) return false;
    // A direct parent's number may be taken over by another process, our parent's number not.
    if (had_parent_ == options_.parent_pid) return getppid() != options_.parent_pid;
    return kill(options_.parent_pid, 0) != 0 && errno == ESRCH;
  }

  Task<void> serve() {
    while (!stopping_ && !parent_is_gone()) {
      co_await stop_asked_.wait(std::chrono::milliseconds{500});
    }
    constexpr auto grace = std::chrono::milliseconds{200};
    co_await control_server_.stop(grace);
    till_transport_.reset();  // no till waits for its answer any longer
    co_await till_.stop();
    co_await day_.stop();
    co_await sitoo_server_.stop(grace);
    co_await bloomreach_server_.stop(grace);
    co_await klaviyo_server_.stop(grace);
    co_await klaviyo_.stop();
    co_await sitoo_.stop();
  }

  Options options_;
  int had_parent_ = getppid();
  tillbridge::Loop loop_{1};
  tillbridge::SystemClock clock_;
  tillbridge::telemetry::Metrics metrics_;
  tillbridge::outbound::CurlTransport transport_;
  sandbox::Ledger ledger_;
  sandbox::StockLedger stock_ledger_;
  sandbox::sitoo::SitooSimulator sitoo_;
  sandbox::bloomreach::BloomreachSimulator bloomreach_;
  sandbox::klaviyo::Simulator klaviyo_;
  sandbox::shopping_day::Customers customers_;
  sandbox::shopping_day::ShoppingDay day_;
  tillbridge::telemetry::Metrics till_metrics_;
  std::optional<tillbridge::outbound::CurlTransport> till_transport_;
  sandbox::till::TillTraffic till_;
  sandbox::control::ControlApi control_;
  http::Server sitoo_server_, bloomreach_server_, klaviyo_server_, control_server_;
  tillbridge::Signal stop_asked_;
  boost::asio::signal_set signals_;
  bool stopping_ = false;
  tillbridge::TaskGroup tasks_;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Simulated Sitoo, Bloomreach and Klaviyo with shops that sell");
  declare(app, options);
  CLI11_PARSE(app, argc, argv);
  return std::make_unique<Sandbox>(options)->run();
}
