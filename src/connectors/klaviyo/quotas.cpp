#include "connectors/klaviyo/quotas.h"

#include "base/assert.h"

namespace tillbridge::connectors::klaviyo {

Windows windows_of(Operation operation) {
  // The document says 750 a minute where the guide says 700: the lower one is kept.
  constexpr Windows profiles{75, 700};
  constexpr Windows events{350, 3'500};
  constexpr Windows jobs{10, 150};
  switch (operation) {
    case Operation::create_event:
    case Operation::read_events:
      return events;
    case Operation::create_events:
    case Operation::merge_profiles:
    case Operation::metrics:
      return jobs;
    case Operation::find_profiles:
    case Operation::import_profile:
    case Operation::subscribe:
    case Operation::unsubscribe:
      return profiles;
    case Operation::list_membership:
    case Operation::delete_person:
      return Windows{3, 60};
    case Operation::account:
      return Windows{1, 15};
  }
  TB_ASSERT(false);
  return {};
}

}  // namespace tillbridge::connectors::klaviyo
