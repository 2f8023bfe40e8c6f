#pragma once
// Everything that can be set about the simulated Bloomreach project, also while it runs. The
// members' names are those of the control API's JSON. Where the contract sheet is uncertain
// (section 17), a flag chooses between the readings.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace sandbox::bloomreach {

// Names that a key may touch: those listed ("*": every name) without those denied.
struct Grant {
  std::set<std::string> allowed{"*"};
  std::set<std::string> denied;
  bool allows(const std::string& name) const {
    return (allowed.contains("*") || allowed.contains(name)) && !denied.contains(name);
  }
};

// An API group's rights (section 2). A new key of the sandbox has all of them.
struct Permissions {
  Grant events_set, events_get, properties_set, properties_get;
  bool export_one = true;
  bool export_all = true;
  bool anonymize = true;
  // Names: create_catalog, get_catalog, update_catalog, delete_catalog, get_catalog_items,
  // get_catalog_item, create_or_update_catalog_item, partial_update_catalog_item,
  // delete_catalog_item.
  Grant catalogs;
};

struct ApiKey {
  std::string id = "sandbox-key";
  std::string secret = "sandbox-secret";
  std::string previous_secret;  // still good after a rotation, until:
  tillbridge::Instant previous_until{};
  bool revoked = false;
  Permissions permissions;
};

enum class ThrottleStyle : std::uint8_t { none, retry_after, rate_limit_reset };

// Faults of one route. Probabilities per call from 0 to 1; what is drawn first happens alone.
struct RouteFaults {
  std::int64_t latency_ms_min = 0;  // before anything happens
  std::int64_t latency_ms_max = 0;
  double hang = 0;                      // half of them commit
  double reset_before = 0;              // nothing is committed
  double reset_after = 0;               // committed, no (whole) answer
  double throttle = 0;                  // 429, data dropped
  std::string throttle_style = "none";  // none, retry_after, rate_limit_reset, mixed
  double server_error = 0;              // HTML body, nothing is committed
  int server_error_status = 0;          // 0: one of 500, 502, 503, 504
  double success_false = 0;             // 200 {"success":false}: nothing is committed
  double missing_results = 0;           // batch: committed, answer without `results`
  double no_command_id = 0;             // batch: committed, results without `command_id`
  double refuse_command = 0;  // batch and bulk catalog writes: per command or row, for good
  std::string down;           // "": up; "503"; "refused" (the connection is reset at once)
};

struct Settings {
  std::string project_token = "3f1c0a52-0000-4000-8000-9d5b7c0e1a11";
  std::string public_token;  // `Authorization: Token`; "": no public access
  std::vector<ApiKey> keys{ApiKey{}};
  std::int64_t rotation_window_s = 24 * 3600;
  std::set<std::string> hard_ids{"registered"};
  std::set<std::string> soft_ids{"cookie", "email_id", "phone_id"};
  std::string cookie_id = "cookie";  // the soft id that anonymising assigns anew
  std::set<std::string> pii_properties{"email", "phone", "first_name", "last_name"};
  std::set<std::string> consent_categories{"newsletter"};
  // Of these G1 says `private_api: false`: the hub may not change them. Writes are taken all the
  // same, as nobody says what happens to them (section 8).
  std::set<std::string> categories_closed_to_api;

  std::int64_t apply_delay_ms = 2000;
  bool shuffle_batches = false;         // the commands of a batch are applied in any order
  bool deduplicate_events = true;       // U3
  bool apply_equal_timestamps = false;  // U5: "newer or equal"
  std::string conflicting_ids = "accept_and_drop";  // U2: reject_error, accept_and_drop, overwrite
  std::string unknown_ids = "drop";                 // U6: drop, error
  bool single_errors_as_200 = false;                // U1
  bool export_in_value = false;                     // U7
  bool attributes_unknown_404 = true;               // U7: else every value is null
  bool check_event_sizes = true;                    // U9: 800 kB and 16 kB for events too
  bool check_id_length = true;                      // U6
  std::int64_t events_kept_per_profile = 0;         // newest; 0: all. Long runs need a bound

  // Catalogs (contract 9).
  std::int64_t catalog_delay_ms = 2000;          // until an accepted write is applied
  std::string catalog_upsert = "item";           // U12: item, request (?upsert=true), either
  std::string catalog_missing_item = "404";      // U12: of K5; 404, 200 (success: false)
  std::string catalog_too_large = "400";         // status above 5 000 items or 10 MB: 400, 413
  std::string catalog_known_columns = "refuse";  // U13: K3 PUT with other columns: refuse, ignore
  bool catalog_names_unique = true;              // else K1 makes another one of the same name
  bool catalog_results_as_text = false;          // bulk results say "True" and "False"
  std::int64_t catalog_listing_max = 1000;       // K4: count + skip; 0: no limit
  std::int64_t catalog_matched_max = 0;          // K4 counts no further; 0: all

  std::int64_t requests_per_minute = 6000;  // tracking calls per source address; 0: no limit
  std::int64_t data_requests_per_minute = 0;
  std::string throttle_style = "none";  // of that limit's 429

  // Of every data read (C1 to C4, G1) whose route has no latency of its own. 0: none.
  std::int64_t read_latency_ms_min = 0;
  std::int64_t read_latency_ms_max = 0;

  std::map<std::string, RouteFaults>
      faults;                     // by route (see route.h), "*" for all without their own
  bool storm = false;             // the preset: bursts of trouble, light faults between them
  double storm_burst = 0.4;       // share of failing calls inside the bursts
  double storm_light = 0.02;      // and outside
  std::int64_t hang_ms = 10'000;  // a hanging call ends with a reset after this; 0: it never ends
};

// Changes the members that the document names; the others stay. Nothing is changed when anything in
// it is wrong: the error names each faulty member.
tillbridge::Result<Settings> changed(Settings settings, const boost::json::object& patch);
// Secrets are left out.
boost::json::object to_json(const Settings& settings);

}  // namespace sandbox::bloomreach
