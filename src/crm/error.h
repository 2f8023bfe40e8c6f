#pragma once
// Errors as tills get them (sitoo.md 9.7): a status, a code of the closed list, and a message that
// shop staff may read. Pure.

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace tillbridge::crm {

// bad_request_status: CrmSettings::bad_request_status, of input that cannot be right. rejected (a
// conflict) is always 400, because 409 is not among the documented codes (sitoo.md 9.5).
int status_of(Error::Kind kind, int bad_request_status);

// "bad-request", ... "other".
std::string_view error_code(int status);

// invalid_input, rejected and not_found speak to staff themselves; every other kind gets fixed
// words: what went wrong inside is for the log.
std::string message_for_staff(const Error& error);

http::Reply error_reply(int status, std::string_view message, std::string_view request_id);

}  // namespace tillbridge::crm
