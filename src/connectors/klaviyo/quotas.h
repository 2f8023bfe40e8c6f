#pragma once
// Klaviyo's documented windows per operation (klaviyo.md 5.1), for the engine's quotas. Fixed
// table; any thread.

#include <cstdint>

namespace tillbridge::connectors::klaviyo {

enum class Operation {
  create_event,     // POST /api/events
  create_events,    // POST /api/event-bulk-create-jobs
  find_profiles,    // GET /api/profiles
  import_profile,   // POST /api/profile-import
  merge_profiles,   // POST /api/profile-merge
  subscribe,        // POST .../profile-subscription-bulk-create-jobs
  unsubscribe,      // POST .../profile-subscription-bulk-delete-jobs
  list_membership,  // GET /api/profiles/{id}/lists
  read_events,      // GET /api/events
  metrics,          // GET /api/metrics
  account,          // GET /api/accounts
  delete_person,    // POST /api/data-privacy-deletion-jobs
};
struct Windows {
  double per_second = 0;
  double per_minute = 0;
};
Windows windows_of(Operation operation);

}  // namespace tillbridge::connectors::klaviyo
