#pragma once
// Klaviyo's errors (contract 4) and the shapes of its answers. Any thread.

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "http/message.h"

namespace sandbox::klaviyo {

using Reply = tillbridge::http::Reply;

struct ApiError {
  int status = 400;
  std::string code = "invalid";
  std::string title = "Invalid input.";
  std::string detail;
  std::string pointer;    // into the body
  std::string parameter;  // of the query
  boost::json::object meta;
};
using Errors = std::vector<ApiError>;

ApiError invalid(std::string pointer, std::string detail);
ApiError invalid_parameter(std::string parameter, std::string detail);
ApiError not_found(std::string_view what, std::string_view id);
ApiError duplicate_profile(const std::string& id);

Reply json_reply(int status, const boost::json::value& body);
Reply empty_reply(int status);
Reply error_reply(const Errors& errors);
Reply error_reply(ApiError error);
Reply html_page(int status, std::string_view title);

}  // namespace sandbox::klaviyo
