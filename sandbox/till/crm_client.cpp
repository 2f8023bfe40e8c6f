#include "till/crm_client.h"

#include <charconv>

namespace sandbox::till {

using tillbridge::fail;
using tillbridge::Result;
using tillbridge::Task;
using tillbridge::outbound::HttpAnswer;
using tillbridge::outbound::HttpRequest;
using Kind = tillbridge::Error::Kind;

namespace {

// The text up to the separator, without blanks around it; `rest` goes on behind it.
std::string_view take_part(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  std::string_view part = rest.substr(0, end);
  rest = end == rest.npos ? std::string_view() : rest.substr(end + 1);
  while (part.starts_with(' ')) part.remove_prefix(1);
  while (part.ends_with(' ')) part.remove_suffix(1);
  return part;
}

}  // namespace

tillbridge::Duration platform_time(std::string_view server_timing) {
  while (!server_timing.empty()) {
    std::string_view metric = take_part(server_timing, ',');
    if (take_part(metric, ';') != "platform") continue;
    while (!metric.empty()) {
      std::string_view value = take_part(metric, ';');
      if (take_part(value, '=') != "dur") continue;
      double ms = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), ms);
      if (error != std::errc{} || !(ms >= 0 && ms < 1e9)) return tillbridge::Duration{0};
      return tillbridge::Duration{static_cast<std::int64_t>(ms * 1000)};
    }
  }
  return tillbridge::Duration{0};
}

void CrmClient::call_at(CrmServer server) {
  while (server.url.ends_with('/')) server.url.pop_back();
  server_ = std::move(server);
}

Result<HttpRequest> CrmClient::request_of(const CrmCall& call) const {
  if (server_.url.empty()) return fail(Kind::invalid_input, "the till knows no url yet");
  const Route& route = routes_.of(call.operation);
  TB_TRY(const std::string target, target_of(route, call.parameters));
  HttpRequest request;
  request.method = route.method;
  request.url = server_.url + target;
  for (const auto& [name, value] : call.headers)
    request.headers.emplace_back(name, url_encoded(value));
  request.headers.emplace_back("Accept", "application/json");
  if (!call.body.empty()) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = call.body;
  }
  request.basic_user = server_.user;
  request.basic_password = tillbridge::Secret(server_.password);
  request.total_time_max = patience;
  return request;
}

Task<Result<CrmAnswer>> CrmClient::call(CrmCall call) {
  TB_CO_TRY(HttpRequest request, request_of(call));
  TB_CO_TRY(const HttpAnswer answer, co_await transport_.send(std::move(request)));
  CrmAnswer got;
  got.status = answer.status;
  got.body = answer.body;
  for (const auto& [name, value] : answer.headers)
    if (name == "server-timing") got.platform += platform_time(value);
  co_return got;
}

}  // namespace sandbox::till
