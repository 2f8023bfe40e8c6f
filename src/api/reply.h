#pragma once
// The answers of the API, all of one form. Any thread.

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "http/message.h"

namespace tillbridge::api {

http::Reply json_reply(const json::Value& value, int status = 200);
// {"error": "not_found", "message": "..."} with the status that belongs to the kind.
http::Reply error_reply(const Error& error);
http::Reply refusal(int status, std::string error, std::string message);
http::Reply done();                            // {"done": true}
http::Reply said(const std::string& message);  // {"done": true, "message"}

// Seconds of the error's retry_after, at least 1.
std::string retry_after_text(const Error& error);

// A page of a list: {"items", "next"}.
json::Object page(json::Array items, std::string next);

template <typename T>
http::Reply reply_of(const Result<T>& result) {
  return result ? json_reply(json::Value(*result)) : error_reply(result.error());
}

// "limit" of a query: 1 to 200, 50 when absent.
std::size_t limit_of(const http::Request& request);
// An id as the API writes it; 0 when it is none.
std::uint64_t id_of(std::string_view text);
json::Value id_text(std::uint64_t id);  // null for 0

}  // namespace tillbridge::api
