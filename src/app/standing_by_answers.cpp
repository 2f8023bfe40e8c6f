#include "app/standing_by_answers.h"

#include <fmt/format.h>

#include "base/json.h"

namespace tillbridge::app {
namespace {

constexpr int method_not_allowed = 405;
constexpr int unavailable = 503;

http::Reply plain(int status, std::string body, const char* type = "text/plain") {
  http::Reply reply;
  reply.status = status;
  reply.content_type = type;
  reply.body = std::move(body);
  return reply;
}

bool is_monitoring(const std::string& path) {
  return path == "/healthz" || path == "/readyz" || path == "/metrics";
}

}  // namespace

http::Reply answer_standing_by(const http::Request& request,
                               const std::optional<NodeAddress>& leader, bool takes_callers,
                               std::string metrics) {
  if (!is_monitoring(request.path)) {
    const std::string where = leader ? "the one on " + leader->host : "none at the moment";
    const std::string message =
        fmt::format("this hub stands by: ask the one that leads on its own machine ({})", where);
    return plain(unavailable, json::to_text(json::Object{{"message", message}}),
                 "application/json");
  }
  if (request.method != "GET" && request.method != "HEAD") {
    http::Reply reply = plain(method_not_allowed, "");
    reply.headers.push_back({"Allow", "GET"});
    return reply;
  }
  if (request.path == "/healthz") return plain(200, "ok\n");
  if (request.path == "/metrics")
    return plain(200, std::move(metrics), "text/plain; version=0.0.4");
  if (!takes_callers) return plain(unavailable, "its own port is taken\n");
  return leader ? plain(200, "stands by\n") : plain(unavailable, "nobody leads\n");
}

}  // namespace tillbridge::app
