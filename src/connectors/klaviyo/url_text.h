#pragma once
// The shared encoding under the name that callers of this room's URLs know.

#include "connectors/url_text.h"

namespace tillbridge::connectors::klaviyo {

using connectors::url_encoded;

}  // namespace tillbridge::connectors::klaviyo
