#pragma once
// The operations that the account knows: path, limits, scopes and what may be asked in the query,
// as in Klaviyo's document (contract 2.2, 3.2, 3.3, 5.1). Any thread.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sandbox::klaviyo {

enum class Act : std::uint8_t {
  create_event,
  get_events,
  get_event,
  bulk_create_events,
  get_profiles,
  get_profile,
  create_profile,
  update_profile,
  import_profile,
  merge_profiles,
  import_profiles,
  get_import_jobs,
  get_import_job,
  get_import_errors,
  subscribe,
  unsubscribe,
  suppress,
  unsuppress,
  get_suppress_jobs,
  get_suppress_job,
  get_unsuppress_jobs,
  get_unsuppress_job,
  get_lists,
  create_list,
  get_list,
  get_list_profiles,
  get_list_profile_ids,
  add_to_list,
  remove_from_list,
  get_profile_lists,
  get_metrics,
  get_metric,
  get_accounts,
  get_account,
  delete_person,
  get_webhooks,
  create_webhook,
  get_webhook,
  update_webhook,
  delete_webhook,
  get_topics,
  get_topic,
};

struct Operation {
  Act act;
  std::string_view id;      // Klaviyo's operation id
  std::string_view method;  // "POST"
  std::string_view path;    // "/api/events/{}"
  int per_second;
  int per_minute;
  int per_day;                    // 0: none
  std::string_view scopes;        // separated by blanks; all are needed
  std::string_view filters = "";  // "field:operator,operator field:..."
  std::string_view sorts = "";    // first one is the default
  int page_default = 0;           // 0: not paged
  int page_max = 0;
  std::string_view includes = "";
  std::string_view additional = "";  // additional-fields[...]
};

std::span<const Operation> operations();
const Operation* operation_named(std::string_view id);

struct Match {
  const Operation* operation = nullptr;
  std::string id;           // the {} of the path
  bool known_path = false;  // another method is allowed there
};
// A slash at the end does not matter.
Match match(std::string_view method, std::string_view path);

}  // namespace sandbox::klaviyo
