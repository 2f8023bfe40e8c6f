#pragma once
// Inside of the server: the bytes of an answer. Any thread.

#include <string>
#include <string_view>

#include "base/clock.h"
#include "http/message.h"

namespace tillbridge::http {

struct ReplyFacts {
  unsigned version = 11;   // of the request
  bool keep_alive = true;  // what the connection will do
  bool is_head = false;    // header of the answer only
};

// The header of the answer, blank line included. Content-Length, Connection and the framing are the
// server's own: a handler's headers of those names are left out, and so are headers whose name is
// no token or whose value holds a line break or another control character (a foreign text must
// never become a header of ours). A handler's own Date stands.
std::string reply_head(const Reply& reply, const ReplyFacts& facts, std::string_view date);

// True when the body comes from Reply::stream: the header says "chunked" (HTTP/1.1) or nothing
// about the length.
bool is_streamed(const Reply& reply);

// False for 1xx, 204, 304 and answers to HEAD.
bool has_body(const Reply& reply, const ReplyFacts& facts);

// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(Instant at);

}  // namespace tillbridge::http
