#pragma once
// Everything that can be set about the simulated Klaviyo account, also while it runs. The members'
// names are those of the control API's JSON. Where the contract sheet is uncertain (section 17), a
// setting chooses between the readings.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace sandbox::klaviyo {

struct ApiKey {
  std::string key = "pk_sandbox";
  std::set<std::string> scopes{"*"};
  bool revoked = false;
};

struct OAuthApp {
  std::string client_id = "sandbox-app";
  std::string client_secret = "sandbox-app-secret";
  std::string refresh_token = "sandbox-refresh";  // good until it is exchanged, see rotates
  bool rotates_refresh_token = false;
  std::int64_t access_token_life_s = 3600;
  std::set<std::string> scopes{"*"};
};

// Faults of one operation (its id in Klaviyo's document, "create_event"). Probabilities per call
// from 0 to 1; what is drawn first happens alone.
struct OperationFaults {
  std::int64_t latency_ms_min = 0;  // before anything happens
  std::int64_t latency_ms_max = 0;
  double hang = 0;              // hang_ms, then the connection is reset; half of them commit
  double reset_before = 0;      // nothing is committed
  double reset_after = 0;       // committed, no (whole) answer
  double throttle = 0;          // 429 with Retry-After
  double server_error = 0;      // HTML body, nothing is committed
  int server_error_status = 0;  // 0: one of 500, 502, 503, 504, 524
  double html_403 = 0;          // the edge's bot check
};

struct Settings {
  // Access.
  std::vector<ApiKey> keys{ApiKey{}};
  OAuthApp oauth;
  std::set<std::string> revisions{"2026-07-15"};
  std::set<std::string> retired_revisions;    // 410
  std::int64_t bad_revision_status = 400;     // missing or unknown: UNCERTAIN
  std::int64_t wrong_key_status = 401;        // older guides: 400
  std::int64_t oversize_status = 413;         // UNCERTAIN, may be 400
  bool accept_application_json = true;        // UNCERTAIN; Klaviyo's own Node SDK sends it
  std::string unknown_attributes = "reject";  // reject, ignore: UNCERTAIN

  // Limits.
  double quota_factor = 1;  // multiplies every window; 0: no limits

  // The account.
  std::string account_id = "Ab12Cd";
  std::string timezone = "Europe/Stockholm";
  std::string currency = "SEK";
  std::string locale = "sv-SE";
  bool sms_set_up = true;                        // without it a phone alone identifies nobody
  std::string default_opt_in = "single_opt_in";  // single_opt_in, double_opt_in
  std::set<std::string> sms_countries{"+46", "+1", "+44", "+47", "+45", "+358", "+49"};
  std::set<std::string> sms_age_gated_countries;  // these need age_gated_date_of_birth
  std::string link_base;    // of links in answers; "": the address that the call came to
  std::string own_address;  // no setting: what the call at hand names as its host

  // Events.
  std::int64_t event_delay_ms = 50;  // from 202 to stored
  bool writes_in_order = true;       // a profile write waits for the events accepted before it
  double silent_drop_share = 0;      // 202, then gone
  std::set<std::string> test_domains{"example.com", "example.org", "example.net", "test.com",
                                     "*.example",   "*.test",      "*.invalid",   "*.localhost"};
  std::string bulk_duplicates = "drop_extras";  // drop_extras, reject_all: UNCERTAIN
  std::string event_limits = "reject";       // reject (400), drop (202, then gone): too big events
  bool duplicates_write_profile = true;      // the profile part of a repeated event still counts
  std::int64_t events_kept_per_profile = 0;  // newest; 0: all. Long runs need a bound
  std::int64_t event_year_min = 1990;        // older pages: 2000
  std::int64_t event_properties_max = 400;   // older pages: 300
  std::int64_t events_page_max = 1000;       // the text says 200
  bool metric_names_fold_case = false;       // UNCERTAIN

  // Profiles.
  bool emails_fold_case = true;
  std::string conflicting_identifiers = "reject";  // reject (409), strongest: UNCERTAIN
  bool external_id_merges = true;                  // UNCERTAIN
  bool nested_properties_merge = false;            // UNCERTAIN
  std::int64_t merge_delay_ms = 200;
  std::int64_t job_start_ms = 50;       // queued -> processing
  std::int64_t job_run_ms = 100;        // processing -> complete
  std::int64_t job_life_s = 7 * 86400;  // then 404
  std::int64_t deletion_delay_ms = 500;

  // Consent.
  std::int64_t consent_delay_ms = 50;
  std::string never_subscribed_text = "NEVER_SUBSCRIBED";
  std::string suppression_names = "answers";  // answers, filters: two sets of names, UNCERTAIN

  // Webhooks.
  bool webhooks_plan = false;  // off: 403
  std::int64_t webhook_delay_ms = 100;
  std::int64_t webhook_batch_max = 1000;
  double webhook_repeat = 0;    // share of batches that come again
  double webhook_disorder = 0;  // share of batches with shuffled entries
  std::int64_t webhook_attempts_max = 5;
  std::int64_t webhook_retry_ms = 200;     // doubles
  std::int64_t webhook_clock_shift_s = 0;  // of the header Klaviyo-Timestamp
  bool webhook_needs_https = false;        // a sandbox's receiver has plain HTTP

  // Faults.
  std::string preset = "none";  // none, storm, down
  double storm_burst = 0.4;     // share of failing calls inside the storm's bursts
  double storm_light = 0.02;    // and outside
  double down_hang = 0.1;       // share of the calls that hang while down; the others get a 503
  std::int64_t hang_ms = 3000;  // a hanging call ends with a reset after this
  std::map<std::string, OperationFaults> faults;  // by operation id, "*" for all without their own
};

// Changes the members that the document names; the others stay. Nothing is changed when anything in
// it is wrong: the error names each faulty member.
tillbridge::Result<Settings> changed(Settings settings, const boost::json::object& patch);
// Secrets are left out.
boost::json::object to_json(const Settings& settings);

}  // namespace sandbox::klaviyo
