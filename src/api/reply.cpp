#include "api/reply.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace tillbridge::api {
namespace {

constexpr std::size_t limit_default = 50;
constexpr std::size_t limit_max = 200;

int status_of(Error::Kind kind) {
  switch (kind) {
    case Error::Kind::not_found:
      return 404;
    case Error::Kind::invalid_input:
    case Error::Kind::rejected:
      return 400;
    case Error::Kind::auth:
      return 403;
    default:
      return 503;
  }
}

}  // namespace

http::Reply json_reply(const json::Value& value, int status) {
  http::Reply reply;
  reply.status = status;
  reply.content_type = "application/json";
  reply.body = json::to_text(value);
  reply.headers.push_back({"Cache-Control", "no-store"});
  return reply;
}

http::Reply refusal(int status, std::string error, std::string message) {
  json::Object body;
  body["error"] = std::move(error);
  body["message"] = std::move(message);
  return json_reply(body, status);
}

http::Reply error_reply(const Error& error) {
  return refusal(status_of(error.kind), std::string(name(error.kind)), error.what);
}

std::string retry_after_text(const Error& error) {
  const Duration wait = error.retry_after.value_or(Duration{0});
  return fmt::format(
      "{}", std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(wait).count()));
}

http::Reply done() {
  json::Object body;
  body["done"] = true;
  return json_reply(body);
}

http::Reply said(const std::string& message) {
  json::Object body;
  body["done"] = true;
  body["message"] = message;
  return json_reply(body);
}

json::Object page(json::Array items, std::string next) {
  json::Object out;
  out["items"] = std::move(items);
  out["next"] = next.empty() ? json::Value(nullptr) : json::Value(next);
  return out;
}

std::size_t limit_of(const http::Request& request) {
  const auto asked = id_of(request.parameter("limit").value_or(""));
  return asked == 0 ? limit_default : std::min<std::size_t>(asked, limit_max);
}

std::uint64_t id_of(std::string_view text) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc{} && end == text.data() + text.size() && id <= INT64_MAX ? id : 0;
}

json::Value id_text(std::uint64_t id) {
  return id == 0 ? json::Value(nullptr) : json::Value(fmt::format("{}", id));
}

}  // namespace tillbridge::api
