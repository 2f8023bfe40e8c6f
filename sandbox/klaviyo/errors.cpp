#include "klaviyo/errors.h"

#include <atomic>

#include <fmt/format.h>

namespace sandbox::klaviyo {

namespace bj = boost::json;

ApiError invalid(std::string pointer, std::string detail) {
  ApiError error;
  error.pointer = std::move(pointer);
  error.detail = std::move(detail);
  return error;
}

ApiError invalid_parameter(std::string parameter, std::string detail) {
  ApiError error;
  error.parameter = std::move(parameter);
  error.detail = std::move(detail);
  return error;
}

ApiError not_found(std::string_view what, std::string_view id) {
  ApiError error;
  error.status = 404;
  error.code = "not_found";
  error.title = "Not found.";
  error.detail = fmt::format("A {} with id {} does not exist.", what, id);
  return error;
}

ApiError duplicate_profile(const std::string& id) {
  ApiError error;
  error.status = 409;
  error.code = "duplicate_profile";
  error.title = "Conflict.";
  error.detail = "A profile already exists with one of these identifiers.";
  error.pointer = "/data/attributes";
  error.meta["duplicate_profile_id"] = id;
  return error;
}

Reply json_reply(int status, const bj::value& body) {
  Reply reply;
  reply.status = status;
  reply.body = tillbridge::json::to_text(body);
  reply.content_type = "application/vnd.api+json";
  return reply;
}

Reply empty_reply(int status) {
  Reply reply;
  reply.status = status;
  return reply;
}

Reply error_reply(const Errors& errors) {
  static std::atomic<std::uint64_t> counter{0};
  bj::array list;
  for (const ApiError& error : errors) {
    bj::object source;
    if (!error.parameter.empty()) source["parameter"] = error.parameter;
    if (!error.pointer.empty()) source["pointer"] = error.pointer;
    bj::object one;
    one["id"] = fmt::format("5b1f3a52-0000-4000-8000-{:012x}", ++counter);
    one["status"] = error.status;
    one["code"] = error.code;
    one["title"] = error.title;
    one["detail"] = error.detail;
    one["source"] = std::move(source);
    one["links"] = bj::object{};
    one["meta"] = error.meta;
    list.push_back(std::move(one));
  }
  bj::object body;
  body["errors"] = std::move(list);
  return json_reply(errors.front().status, body);
}

Reply error_reply(ApiError error) {
  return error_reply(Errors{std::move(error)});
}

Reply html_page(int status, std::string_view title) {
  Reply reply;
  reply.status = status;
  reply.content_type = "text/html; charset=UTF-8";
  reply.body = fmt::format(
      "<!DOCTYPE html>\n<html><head><title>{0} "
      "{1}</title></head><body><h1>{1}</h1></body></html>\n",
      status, title);
  return reply;
}

}  // namespace sandbox::klaviyo
