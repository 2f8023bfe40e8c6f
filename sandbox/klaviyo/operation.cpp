#include "klaviyo/operation.h"

#include <algorithm>
#include <array>

namespace sandbox::klaviyo {
namespace {

constexpr std::string_view any_equals_of_list_members =
    "email:any,equals phone_number:any,equals _kx:equals "
    "joined_group_at:greater-or-equal,greater-than,less-or-equal,less-than";
constexpr std::string_view profile_filters =
    "id:any,equals email:any,equals phone_number:any,equals external_id:any,equals _kx:equals "
    "created:greater-than,less-than updated:greater-than,less-than "
    "subscriptions.email.marketing.list_suppressions.reason:equals "
    "subscriptions.email.marketing.list_suppressions.timestamp:"
    "greater-or-equal,greater-than,less-or-equal,less-than "
    "subscriptions.email.marketing.list_suppressions.list_id:equals "
    "subscriptions.email.marketing.suppression.reason:equals "
    "subscriptions.email.marketing.suppression.timestamp:"
    "greater-or-equal,greater-than,less-or-equal,less-than";
constexpr std::string_view profile_sorts =
    "id created email updated subscriptions.email.marketing.suppression.timestamp "
    "subscriptions.email.marketing.list_suppressions.timestamp";
constexpr std::string_view event_filters =
    "metric_id:equals profile_id:equals profile:has metric:has "
    "datetime:greater-or-equal,greater-than,less-or-equal,less-than "
    "timestamp:greater-or-equal,greater-than,less-or-equal,less-than";
constexpr std::string_view job_filters = "status:equals list_id:equals segment_id:equals";
constexpr std::string_view profile_extras = "subscriptions predictive_analytics";
constexpr std::string_view consent_scopes = "lists:write profiles:write subscriptions:write";

constexpr std::array table = {
    Operation{Act::create_event, "create_event", "POST", "/api/events", 350, 3500, 0,
              "events:write"},
    Operation{Act::get_events, "get_events", "GET", "/api/events", 350, 3500, 0, "events:read",
              event_filters, "-datetime datetime timestamp", 200, 1000,
              "metric profile attributions"},
    Operation{Act::get_event, "get_event", "GET", "/api/events/{}", 10, 150, 0, "events:read", "",
              "", 0, 0, "metric profile attributions"},
    Operation{Act::bulk_create_events, "bulk_create_events", "POST", "/api/event-bulk-create-jobs",
              10, 150, 0, "events:write"},
    Operation{Act::get_profiles, "get_profiles", "GET", "/api/profiles", 75, 750, 0,
              "profiles:read", profile_filters, profile_sorts, 20, 100, "conversations push-tokens",
              profile_extras},
    Operation{Act::get_profile, "get_profile", "GET", "/api/profiles/{}", 75, 750, 0,
              "profiles:read", "", "", 0, 0, "conversations lists push-tokens segments",
              profile_extras},
    Operation{Act::create_profile, "create_profile", "POST", "/api/profiles", 75, 750, 0,
              "profiles:write", "", "", 0, 0, "", profile_extras},
    Operation{Act::update_profile, "update_profile", "PATCH", "/api/profiles/{}", 75, 750, 0,
              "profiles:write", "", "", 0, 0, "", profile_extras},
    Operation{Act::import_profile, "create_or_update_profile", "POST", "/api/profile-import", 75,
              750, 0, "profiles:write", "", "", 0, 0, "", profile_extras},
    Operation{Act::merge_profiles, "merge_profiles", "POST", "/api/profile-merge", 10, 150, 0,
              "profiles:write"},
    Operation{Act::import_profiles, "bulk_import_profiles", "POST", "/api/profile-bulk-import-jobs",
              10, 150, 0, "lists:write profiles:write"},
    Operation{Act::get_import_jobs, "get_bulk_import_profiles_jobs", "GET",
              "/api/profile-bulk-import-jobs", 10, 150, 0, "lists:read profiles:read",
              "status:any,equals", "created_at", 20, 100},
    Operation{Act::get_import_job, "get_bulk_import_profiles_job", "GET",
              "/api/profile-bulk-import-jobs/{}", 10, 150, 0, "lists:read profiles:read", "", "", 0,
              0, "lists"},
    Operation{Act::get_import_errors, "get_errors_for_bulk_import_profiles_job", "GET",
              "/api/profile-bulk-import-jobs/{}/import-errors", 10, 150, 0, "profiles:read", "",
              "id", 20, 100},
    Operation{Act::subscribe, "bulk_subscribe_profiles", "POST",
              "/api/profile-subscription-bulk-create-jobs", 75, 750, 0, consent_scopes},
    Operation{Act::unsubscribe, "bulk_unsubscribe_profiles", "POST",
              "/api/profile-subscription-bulk-delete-jobs", 75, 750, 0, consent_scopes},
    Operation{Act::suppress, "bulk_suppress_profiles", "POST",
              "/api/profile-suppression-bulk-create-jobs", 75, 750, 0,
              "profiles:write subscriptions:write"},
    Operation{Act::unsuppress, "bulk_unsuppress_profiles", "POST",
              "/api/profile-suppression-bulk-delete-jobs", 75, 750, 0, "subscriptions:write"},
    Operation{Act::get_suppress_jobs, "get_bulk_suppress_profiles_jobs", "GET",
              "/api/profile-suppression-bulk-create-jobs", 75, 750, 0, "subscriptions:read",
              job_filters, "created", 20, 100},
    Operation{Act::get_suppress_job, "get_bulk_suppress_profiles_job", "GET",
              "/api/profile-suppression-bulk-create-jobs/{}", 75, 750, 0, "subscriptions:read"},
    Operation{Act::get_unsuppress_jobs, "get_bulk_unsuppress_profiles_jobs", "GET",
              "/api/profile-suppression-bulk-delete-jobs", 75, 750, 0, "subscriptions:read",
              job_filters, "created", 20, 100},
    Operation{Act::get_unsuppress_job, "get_bulk_unsuppress_profiles_job", "GET",
              "/api/profile-suppression-bulk-delete-jobs/{}", 75, 750, 0, "subscriptions:read"},
    Operation{Act::get_lists, "get_lists", "GET", "/api/lists", 75, 750, 0, "lists:read",
              "name:any,equals id:any,equals created:greater-than updated:greater-than",
              "id created name updated", 10, 10, "flow-triggers tags"},
    Operation{Act::create_list, "create_list", "POST", "/api/lists", 10, 150, 150, "lists:write"},
    Operation{Act::get_list, "get_list", "GET", "/api/lists/{}", 75, 750, 0, "lists:read", "", "",
              0, 0, "flow-triggers tags", "profile_count"},
    Operation{Act::get_list_profiles, "get_profiles_for_list", "GET", "/api/lists/{}/profiles", 75,
              750, 0, "lists:read profiles:read", any_equals_of_list_members, "joined_group_at", 20,
              100, "", profile_extras},
    Operation{Act::get_list_profile_ids, "get_profile_ids_for_list", "GET",
              "/api/lists/{}/relationships/profiles", 75, 750, 0, "lists:read profiles:read",
              any_equals_of_list_members, "joined_group_at", 20, 100},
    Operation{Act::add_to_list, "add_profiles_to_list", "POST",
              "/api/lists/{}/relationships/profiles", 10, 150, 0, "lists:write profiles:write"},
    Operation{Act::remove_from_list, "remove_profiles_from_list", "DELETE",
              "/api/lists/{}/relationships/profiles", 10, 150, 0, "lists:write profiles:write"},
    Operation{Act::get_profile_lists, "get_lists_for_profile", "GET", "/api/profiles/{}/lists", 3,
              60, 0, "lists:read profiles:read"},
    Operation{Act::get_metrics, "get_metrics", "GET", "/api/metrics", 10, 150, 0, "metrics:read",
              "integration.name:equals integration.category:equals", "id", 200, 200,
              "flow-triggers"},
    Operation{Act::get_metric, "get_metric", "GET", "/api/metrics/{}", 10, 150, 0, "metrics:read",
              "", "", 0, 0, "flow-triggers"},
    Operation{Act::get_accounts, "get_accounts", "GET", "/api/accounts", 1, 15, 0, "accounts:read"},
    Operation{Act::get_account, "get_account", "GET", "/api/accounts/{}", 1, 15, 0,
              "accounts:read"},
    Operation{Act::delete_person, "request_profile_deletion", "POST",
              "/api/data-privacy-deletion-jobs", 3, 60, 0, "data-privacy:write"},
    Operation{Act::get_webhooks, "get_webhooks", "GET", "/api/webhooks", 1, 15, 0, "webhooks:read",
              "", "", 0, 0, "webhook-topics"},
    Operation{Act::create_webhook, "create_webhook", "POST", "/api/webhooks", 1, 15, 0,
              "webhooks:write"},
    Operation{Act::get_webhook, "get_webhook", "GET", "/api/webhooks/{}", 1, 15, 0, "webhooks:read",
              "", "", 0, 0, "webhook-topics"},
    Operation{Act::update_webhook, "update_webhook", "PATCH", "/api/webhooks/{}", 1, 15, 0,
              "webhooks:write"},
    Operation{Act::delete_webhook, "delete_webhook", "DELETE", "/api/webhooks/{}", 1, 15, 0,
              "webhooks:write"},
    Operation{Act::get_topics, "get_webhook_topics", "GET", "/api/webhook-topics", 1, 15, 0,
              "webhooks:read"},
    Operation{Act::get_topic, "get_webhook_topic", "GET", "/api/webhook-topics/{}", 1, 15, 0,
              "webhooks:read"},
};

// The id when the path has this form ("" for forms without one).
std::optional<std::string> id_in(std::string_view form, std::string_view path) {
  const auto hole = form.find("{}");
  if (hole == std::string_view::npos)
    return form == path ? std::optional<std::string>("") : std::nullopt;
  const std::string_view before = form.substr(0, hole);
  const std::string_view after = form.substr(hole + 2);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) ||
      !path.ends_with(after))
    return std::nullopt;
  const std::string_view id =
      path.substr(before.size(), path.size() - before.size() - after.size());
  if (id.find('/') != std::string_view::npos) return std::nullopt;
  return std::string(id);
}

}  // namespace

std::span<const Operation> operations() {
  return table;
}

const Operation* operation_named(std::string_view id) {
  const auto* const found =
      std::find_if(table.begin(), table.end(), [id](const Operation& one) { return one.id == id; });
  return found == table.end() ? nullptr : found;
}

Match match(std::string_view method, std::string_view path) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  Match result;
  for (const Operation& operation : table) {
    auto id = id_in(operation.path, path);
    if (!id) continue;
    result.known_path = true;
    if (operation.method != method) continue;
    result.operation = &operation;
    result.id = std::move(*id);
    break;
  }
  return result;
}

}  // namespace sandbox::klaviyo
