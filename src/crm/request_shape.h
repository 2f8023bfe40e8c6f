#pragma once
// What a call looks like without saying anything about anybody: for the log of calls that fit no
// route, from which an operator completes the route table (sitoo.md 9.2). Names that could be
// values themselves are written {…}. Results are bounded, whatever comes in. Pure; any thread.

#include <string>
#include <string_view>

#include "http/message.h"

namespace tillbridge::crm {

// {"name":"text","list":["number"]}: members and types; a list has each kind of element once. ""
// for no body; "not JSON (17 bytes)".
std::string body_shape(std::string_view body);

// "/customers/{…}/notes": segments with a digit, an '@', anything encoded or outside ASCII, or more
// than 24 characters are masked.
std::string masked_path(std::string_view raw_path);

// The name of a member, header or parameter, masked where it may be a value.
std::string masked_name(std::string_view name);

std::string header_names(const http::Request& request);     // "Host, Store-ID"
std::string parameter_names(const http::Request& request);  // "key, key_type"

}  // namespace tillbridge::crm
