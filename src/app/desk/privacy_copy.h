#pragma once
// Everything that is held about a person as one JSON document. Core thread.

#include "app/desk/privacy_search.h"

namespace tillbridge::app {

// {"records": [...], "facts": [...], "arrivals": [...]}: documents and bytes as they are stored. Of
// facts that others stand in as well only the key is told.
Task<Result<json::Object>> copy_of(PrivacyPlace place, Held held);

}  // namespace tillbridge::app
