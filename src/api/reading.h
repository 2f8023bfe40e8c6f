#pragma once
// What a request asks for, read from its query or body. Pure; any thread. Errors are invalid_input
// and name the member.

#include <functional>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "http/message.h"
#include "journal/views.h"

namespace tillbridge::api {

Result<journal::RecordFilter> record_filter(const http::Request& request);
// Of {"text", "kind", "store", "state", "from", "until"}.
Result<journal::RecordFilter> record_filter(const json::Object& members);
// "2026-06-12T10:40:00Z", "2026-06-12T12:40:00+02:00"; nullopt for "".
Result<std::optional<Instant>> time_of(const std::string& text, const char* member);

}  // namespace tillbridge::api
