#pragma once
// The five shapes in which the platform says no (contract section 3), and a yes. Any thread.

#include <string>
#include <string_view>

#include "base/json.h"
#include "http/message.h"

namespace sandbox::bloomreach {

using tillbridge::http::Reply;

Reply answer(int status, const boost::json::value& body);
Reply error_text(int status, std::string_view text);  // {"success":false,"error":"..."}
Reply error_list(int status, std::string_view text);  // {"success":false,"errors":["..."]}
Reply error_global(int status,
                   std::string_view text);  // {"success":false,"errors":{"_global":["..."]}}
Reply error_message(int status, std::string_view text);  // {"success":false,"message":"..."}
Reply unknown_route(std::string_view path);  // {"errors":{"code":404,"description":"..."}}
Reply html_page(int status);                 // as a proxy answers
Reply plain_text(int status, std::string text);

boost::json::object success();                             // {"success":true,"errors":[]}
boost::json::object failed_result(std::string_view text);  // {"success":false,"errors":["..."]}

}  // namespace sandbox::bloomreach
