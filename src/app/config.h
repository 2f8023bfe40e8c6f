#pragma once
// The settings of a hub, read from one TOML file (packaging/tillbridge.sample.toml is the page for
// people). Reading never stops at the first mistake: all problems come back, each with its place
// and what to do. Secrets are fetched here, from where the file says they are. Start-up only; the
// result is immutable afterwards.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/accounts/sign_on_documents.h"
#include "app/stock/stock_settings.h"
#include "base/clock.h"
#include "base/zone.h"
#include "connectors/bloomreach/config.h"
#include "connectors/klaviyo/config.h"
#include "connectors/relay/config.h"
#include "connectors/sitoo/config.h"
#include "crm/settings.h"
#include "engine/breaker.h"
#include "engine/retry_policy.h"
#include "engine/window.h"
#include "flows/bloomreach_settings.h"
#include "flows/klaviyo_settings.h"
#include "journal/store.h"
#include "secrets/reference.h"
#include "telemetry/log.h"

namespace tillbridge::app {

// What a connection does: everything; plan but send nothing; keep everything until resumed.
enum class Mode { live, shadow, paused };
std::string_view name(Mode mode);

struct Listener {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::string tls_certificate_file = {};  // PEM chain; empty: plain HTTP
  std::string tls_key_file = {};
  std::size_t body_bytes_max = 0;
};

struct HubSettings {
  std::string data_dir = "/var/lib/tillbridge";
  // Where the platforms reach us.
  Listener listen{.port = 8080, .body_bytes_max = 8 * 1024 * 1024};
  // Where operators reach us: command line, metrics. Not for the internet.
  Listener control{.port = 8081, .body_bytes_max = 256 * 1024};
  // Where people reach us with a browser: the console and its API.
  Listener console{.port = 8082, .body_bytes_max = 2 * 1024 * 1024};
  bool console_served = true;
  std::string console_url;  // as people's browsers reach it, for links in alerts; may be ""
  std::optional<api::SingleSignOnSettings> single_sign_on;
  // Alert webhooks are given by people in the console: without this they reach public addresses
  // only.
  bool alerts_to_private_addresses = false;
  telemetry::Level log_level = telemetry::Level::info;
  bool allow_literal_secrets = false;  // for trials on one's own machine
};

struct JournalChoice {
  // Where the journal is: "" the embedded store in data_dir, or PostgreSQL as libpq names it
  // ("postgresql://user@host/database"; may hold a password).
  Secret url;
  std::string synchronous = "full";
  int readers = 2;
  journal::Retention retention;
};

struct OutboundSettings {
  std::string proxy;    // "http://proxy:3128"; empty: direct
  std::string ca_file;  // extra CA bundle; empty: the system's
};

struct PollSettings {
  Duration every = std::chrono::seconds{30};
  std::uint32_t overlap = 200;  // order numbers before the cursor that are looked at again
  Duration open_orders_every = std::chrono::seconds{300};
};

// How much of a backfill of past orders goes on beside what is sold now.
struct BackfillLimits {
  double orders_per_second = 5;
  std::uint32_t open_orders_max = 50;  // taken up and not planned yet
};

// How often what the tills sold is compared with what Klaviyo has, and what happens about gaps.
struct ComparisonSettings {
  Duration every = std::chrono::hours{24};
  int sample_profiles = 200;  // profiles whose properties are looked at; 0: none
  bool repair = true;         // what is missing is sent again
  // An accepted event may be invisible for this long (klaviyo.md 8.1).
  Duration visible_after = std::chrono::minutes{10};
};

// Where systems of the retailer's own post whole order events.
struct FeedSettings {
  bool on = false;
  Secret token;  // theirs, "Authorization: Bearer ..."
  std::size_t body_bytes_max = 256 * 1024;
};

// Another system of the retailer's own, which is told of every order event.
struct RelaySettings {
  connectors::relay::Config endpoint;
  Mode mode = Mode::live;
  double calls_per_second = 1'000;
  std::uint32_t calls_in_flight_max = 64;
  Duration patience = engine::RetryPolicy{}.patience;
};

// At least one target is connected: bloomreach_connected, klaviyo_connected, or a relay.
struct Workspace {
  std::string name;
  // Another workspace of the same Sitoo account: what reaches its events address is this one's too.
  std::string events_from;
  Zone zone;

  connectors::sitoo::Config sitoo;
  Mode sitoo_mode = Mode::live;  // live or paused

  bool bloomreach_connected = false;
  connectors::bloomreach::Config bloomreach;
  Mode bloomreach_mode = Mode::live;
  flows::BloomreachSettings bloomreach_flows;
  std::optional<engine::Window> profile_window;

  bool klaviyo_connected = false;
  connectors::klaviyo::Config klaviyo;
  Mode klaviyo_mode = Mode::live;
  flows::KlaviyoSettings klaviyo_flows;
  bool klaviyo_double_opt_in = false;  // only a person's own click subscribes
  // A subscription that waited for longer is checked against Klaviyo and keeps its own time.
  Duration klaviyo_consent_fresh = std::chrono::minutes{15};
  Duration klaviyo_consent_poll_every = std::chrono::seconds{60};
  std::optional<engine::Window> klaviyo_profile_window;
  ComparisonSettings klaviyo_comparison;

  bool crm_served = false;  // the tills' customer register
  crm::CrmSettings crm;
  std::string crm_source;            // the connection that holds the customers
  double crm_reads_per_second = 10;  // live reads at Bloomreach (bloomreach.md U8)
  // Profiles that changed at the platform flow into the index this often; zero: never by itself.
  Duration crm_sync_every{0};
  std::string crm_sync_segmentation;  // Bloomreach: only these customers; "" all
  double crm_till_share = 0.3;        // of Klaviyo's windows for reading profiles

  StockSettings stock;  // stock.on: it is kept and published

  FeedSettings feed;
  std::vector<RelaySettings> relays;

  Duration settling = std::chrono::milliseconds{2000};   // from the announcement to the first read
  Duration incomplete_again = std::chrono::seconds{20};  // between reads of an incomplete order
  Duration complete_within = std::chrono::seconds{900};  // incomplete for longer: a case
  Duration sequencer_wait = std::chrono::seconds{60};    // for a stuck earlier arrival
  Duration late_event_grace =
      std::chrono::seconds{60};  // found final by a sweep: time for its event
  // A connection whose oldest waiting delivery is older than this is alarming, until it is younger
  // than lag_recover again.
  Duration lag_alert = std::chrono::minutes{15};
  Duration lag_recover = std::chrono::minutes{10};
  PollSettings poll;
  BackfillLimits backfill;
  engine::RetryPolicy retry;
  engine::BreakerSettings breaker{.open_first = std::chrono::seconds{5}};
};

struct Config {
  HubSettings hub;
  JournalChoice journal;
  OutboundSettings outbound;
  std::vector<Workspace> workspaces;
};

struct Problem {
  std::string file = {};
  int line = 0;           // 0: the file as a whole
  std::string key = {};   // "workspace.sitoo.base_url"; "" when it is about no key
  std::string what = {};  // what is wrong; never a secret
  std::string fix = {};   // what to do, or the allowed values
  bool warning = false;   // the hub starts all the same
};
std::string to_text(const Problem& problem);  // "tillbridge.toml:12: hub.listen.port: ... "

struct ConfigResult {
  Config config;  // to be used only when ok()
  std::vector<Problem> problems;
  bool ok() const;
};

ConfigResult load_config(const std::string& path, const secrets::Environment& environment);

// The same from text that is in memory. fetch gets every secret that the text names.
using SecretSource = std::function<Result<Secret>(const secrets::Reference&)>;
ConfigResult read_config(std::string_view text, const std::string& file, const SecretSource& fetch);

// The workspace's settings as canonical TOML without secrets: same settings, same bytes. Stored in
// the journal as the settings version that plans records.
std::string effective_document(const Workspace& workspace);

}  // namespace tillbridge::app
