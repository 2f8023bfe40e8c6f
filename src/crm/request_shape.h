#pragma once
// What a call looks like without saying anything about anybody: for the log of calls that fit no
// route, from which an operator completes the route table (sitoo.md 9.2). Names that could be
// values themselves are written {…}. Results are bounded, whatever comes in. Pure; any thread.

#include <string>
#include <string_view>

#include "crm/operation.h"
#include "http/message.h"

namespace tillbridge::crm {

// {"name":"text","list":["number"]}: members and types; a list has each kind of element once. ""
// for no body; "not JSON (17 bytes)".
std::string body_shape(std::string_view body);

// "/customers/{…}/notes": only segments that are literals of a route, or words that a register's
// paths are made of, are kept. A surname is as plain a word as any.
std::string masked_path(std::string_view raw_path, const RouteTable& routes);

// The name of a member, header or parameter, masked where it may be a value.
std::string masked_name(std::string_view name);

std::string header_names(const http::Request& request);     // "Host, Store-ID"
std::string parameter_names(const http::Request& request);  // "key, key_type"

}  // namespace tillbridge::crm
