#include "app/control_client.h"

#include <boost/asio/executor_work_guard.hpp>
#include <fmt/format.h>

#include "base/task_group.h"

namespace tillbridge::app {
namespace {

Task<void> send_into(outbound::Transport& transport, outbound::HttpRequest request,
                     std::optional<Result<outbound::HttpAnswer>>& into) {
  into.emplace(co_await transport.send(std::move(request)));
}

}  // namespace

ControlClient::ControlClient(std::string base_url, Secret token)
    : base_url_(std::move(base_url)), token_(std::move(token)) {
  transport_ = std::make_unique<outbound::CurlTransport>(loop_, metrics_, outbound::CurlSettings{});
}

ControlClient::~ControlClient() = default;

outbound::HttpRequest ControlClient::request(const std::string& method,
                                             const std::string& path) const {
  outbound::HttpRequest request;
  request.method = method;
  request.url = base_url_ + path;
  request.connect_time_max = std::chrono::seconds{2};
  request.total_time_max =
      path.ends_with("/backup") || path.ends_with("/comparisons") || path.ends_with("/validate")
          ? Duration(std::chrono::hours{1})
          : Duration(std::chrono::seconds{10});
  if (!token_.empty()) request.bearer = Secret("Bearer " + std::string(token_.reveal()));
  return request;
}

Result<outbound::HttpAnswer> ControlClient::send(outbound::HttpRequest request) {
  std::optional<Result<outbound::HttpAnswer>> answer;
  std::string failure;
  TaskGroup tasks(loop_, [&](const std::string& what) { failure = what; });
  tasks.start(send_into(*transport_, std::move(request), answer));
  loop_.restart();
  auto work = boost::asio::make_work_guard(loop_);
  while (tasks.running() > 0) loop_.run_one();
  if (!answer) return fail(Error::Kind::unavailable, failure);
  return std::move(*answer);
}

Result<json::Value> ControlClient::call(const std::string& method, const std::string& path,
                                        const json::Value& body) {
  outbound::HttpRequest asked = request(method, path);
  if (!body.is_null()) {
    asked.body = json::to_text(body);
    asked.headers.emplace_back("Content-Type", "application/json");
  }
  TB_TRY(const outbound::HttpAnswer answer, send(std::move(asked)));
  auto parsed = json::parse(answer.body.empty() ? "null" : answer.body);
  if (answer.status / 100 == 2) return parsed;
  std::string message = fmt::format("{} {} answered {}", method, path, answer.status);
  if (parsed && parsed->is_object())
    message = json::text(parsed->get_object(), "message").value_or(message);
  return fail(answer.status == 404 ? Error::Kind::not_found : Error::Kind::rejected, message);
}

Result<std::string> ControlClient::text(const std::string& path) {
  TB_TRY(outbound::HttpAnswer answer, send(request("GET", path)));
  if (answer.status / 100 != 2)
    return fail(Error::Kind::rejected, fmt::format("GET {} answered {}", path, answer.status));
  return std::move(answer.body);
}

}  // namespace tillbridge::app
