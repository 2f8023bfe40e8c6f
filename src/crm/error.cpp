#include "crm/error.h"

#include "base/json.h"

namespace tillbridge::crm {

int status_of(Error::Kind kind, int bad_request_status) {
  switch (kind) {
    case Error::Kind::invalid_input:
      return bad_request_status;
    case Error::Kind::rejected:
      return 400;
    case Error::Kind::not_found:
      return 404;
    case Error::Kind::rate_limited:
      return 429;
    case Error::Kind::auth:  // ours at the platform; the till's own credentials never get here
      return 502;
    case Error::Kind::corrupt:
      return 500;
    case Error::Kind::retry:
    case Error::Kind::unknown_outcome:
    case Error::Kind::unavailable:
      return 503;
  }
  return 500;
}

std::string_view error_code(int status) {
  switch (status) {
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "not-found";
    case 429:
      return "too-many-requests";
    case 502:
      return "bad-gateway";
    default:
      return status >= 400 && status < 500 ? "bad-request" : "other";
  }
}

std::string message_for_staff(const Error& error) {
  switch (error.kind) {
    case Error::Kind::invalid_input:
    case Error::Kind::rejected:
    case Error::Kind::not_found:
      return error.what;
    case Error::Kind::rate_limited:
      return "The customer register is busy. Please try again in a moment.";
    case Error::Kind::corrupt:
      return "The customer register could not answer. Please tell your support.";
    default:
      return "The customer register cannot be reached right now. Please try again.";
  }
}

http::Reply error_reply(int status, std::string_view message, std::string_view request_id) {
  json::Object body;
  body["request_id"] = request_id;
  body["error_code"] = error_code(status);
  body["error_data"] = json::Object{{"message", message}};
  http::Reply reply;
  reply.status = status;
  reply.content_type = "application/json";
  reply.body = json::to_text(body);
  return reply;
}

}  // namespace tillbridge::crm
