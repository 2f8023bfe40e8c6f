#pragma once
// Klaviyo's times (klaviyo.md 3.1): those of RFC 3339. time_text() is in documents.h. Any thread.

#include "connectors/time_text.h"

namespace tillbridge::connectors::klaviyo {

using connectors::time_of_text;

}  // namespace tillbridge::connectors::klaviyo
