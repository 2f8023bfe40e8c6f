#include "bloomreach/envelopes.h"

namespace sandbox::bloomreach {

namespace bj = boost::json;

Reply answer(int status, const bj::value& body) {
  Reply reply;
  reply.status = status;
  reply.body = tillbridge::json::to_text(body);
  reply.content_type = "application/json";
  return reply;
}

Reply error_text(int status, std::string_view text) {
  bj::object body{{"success", false}};
  body["error"] = text;
  return answer(status, body);
}

Reply error_list(int status, std::string_view text) {
  return answer(status, failed_result(text));
}

Reply error_global(int status, std::string_view text) {
  bj::object errors;
  errors["_global"] = bj::array{bj::string(text)};
  bj::object body{{"success", false}};
  body["errors"] = std::move(errors);
  return answer(status, body);
}

Reply error_message(int status, std::string_view text) {
  bj::object body{{"success", false}};
  body["message"] = text;
  return answer(status, body);
}

Reply unknown_route(std::string_view path) {
  bj::object errors{{"code", 404}};
  errors["description"] =
      "The requested URL " + std::string(path) + " was not found on the server.";
  bj::object body;
  body["errors"] = std::move(errors);
  return answer(404, body);
}

Reply html_page(int status) {
  Reply reply;
  reply.status = status;
  const std::string code = std::to_string(status);
  reply.body = "<html><head><title>" + code + "</title></head><body><center><h1>" + code +
               "</h1></center></body></html>\n";
  reply.content_type = "text/html";
  return reply;
}

Reply plain_text(int status, std::string text) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(text);
  reply.content_type = "text/plain";
  return reply;
}

bj::object success() {
  return {{"success", true}, {"errors", bj::array{}}};
}

bj::object failed_result(std::string_view text) {
  bj::object result{{"success", false}};
  result["errors"] = bj::array{bj::string(text)};
  return result;
}

}  // namespace sandbox::bloomreach
