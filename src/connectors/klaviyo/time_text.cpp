#include "connectors/klaviyo/time_text.h"

#include <date/date.h>

#include "connectors/klaviyo/documents.h"

namespace tillbridge::connectors::klaviyo {

std::string time_text(Instant at) {
  return date::format("%FT%T+00:00", date::floor<std::chrono::seconds>(at));
}

}  // namespace tillbridge::connectors::klaviyo
